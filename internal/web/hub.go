package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/hub"
)

// A Hub takes requests to follow a feed, as [hub.Hub] says.
type Hub interface{ Ask(form url.Values) error }

var _ hub.Feeds = (*Shelf)(nil)

// hub answers who wants to follow a feed, or to do so no more (WebSub, 5.1).
func (s *Server) hub(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if wait := s.Asking.asks(r, time.Now()); wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		Write(w, r, http.StatusTooManyRequests, "text/plain; charset=utf-8", []byte("too many requests from your network: come back later\n"))
		return nil
	}
	form, err := FormOf(w, r)
	if err != nil {
		return err
	}
	var refused *hub.RequestError
	switch err := s.Hub.Ask(form); {
	case errors.As(err, &refused):
		if refused.Code == http.StatusServiceUnavailable {
			h.Set("Retry-After", "60")
		}
		Write(w, r, refused.Code, "text/plain; charset=utf-8", []byte(refused.Text+"\n"))
	case err != nil:
		return err
	default:
		Write(w, r, http.StatusAccepted, "text/plain; charset=utf-8", []byte("the callback will be asked\n"))
	}
	return nil
}

// asks returns how long whoever asks the hub should stay away; 0 is not at all.
// It counts networks: a User-Agent costs nothing.
func (p *Repeats) asks(r *http.Request, now time.Time) time.Duration {
	if p == nil {
		return 0
	}
	network, ok := p.network(r)
	if !ok {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limiter(network, "", "/hub").AllowN(now, 1) {
		return 0
	}
	return p.Within / time.Duration(p.Most)
}

// Tags implements hub.Feeds: a feed can be followed that names a hub, at the
// address it gives itself.
func (s *Shelf) Tags() map[string]string {
	tags := map[string]string{}
	for _, d := range s.now().documents {
		if d.followed() {
			tags[d.Self] = d.ETag
		}
	}
	return tags
}

// Feed implements hub.Feeds.
func (s *Shelf) Feed(address string) (hub.Document, bool) {
	if !strings.HasPrefix(address, s.Publication.URL) {
		return hub.Document{}, false
	}
	at, err := s.path(address)
	if err != nil {
		return hub.Document{}, false
	}
	d, ok := s.now().documents[at]
	if !ok || d.Self != address || !d.followed() {
		return hub.Document{}, false
	}
	return hub.Document{Type: d.Format.MediaType() + "; charset=utf-8", Tag: d.ETag, Body: d.Bytes()}, true
}

// followed tells whether a document may be followed: it names where.
func (d *Document) followed() bool { return len(d.Hubs) > 0 && !d.Archive }
