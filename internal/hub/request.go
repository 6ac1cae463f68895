package hub

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// A Mode is what somebody wants of a hub.
type Mode string

// The modes.
const (
	Subscribe   Mode = "subscribe"
	Unsubscribe Mode = "unsubscribe"
)

// A Request is the wish to follow a feed, or to do so no more. Nobody has
// confirmed yet that it comes from whoever is at the callback.
type Request struct {
	Mode     Mode
	Feed     string
	Callback string
	Host     string // of the callback, in small letters
	Secret   []byte
	Lease    time.Duration
}

// A RequestError says what is wrong with a request, to who made it.
type RequestError struct {
	Code int // of HTTP
	Text string
}

// Error returns the text.
func (e *RequestError) Error() string { return e.Text }

func bad(format string, args ...any) error {
	return &RequestError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// The bounds of what a request says.
const (
	shortestLease = 24 * time.Hour
	usualLease    = 10 * 24 * time.Hour
	longestLease  = 30 * 24 * time.Hour

	longestAddress = 1024 // bytes
	longestSecret  = 199  // bytes
)

// ParseRequest reads a form. Fields that are not WebSub's are ignored, as are
// all values of a field but the first. Whether there is such a feed is not
// asked here.
func ParseRequest(form url.Values, reach fetch.Reach) (Request, error) {
	q := Request{Mode: Mode(form.Get("hub.mode")), Feed: form.Get("hub.topic"), Callback: form.Get("hub.callback")}
	switch q.Mode {
	case Subscribe, Unsubscribe:
	case "":
		return q, bad("hub.mode is missing: it is subscribe or unsubscribe")
	case "publish":
		return q, bad("this hub knows by itself when its feeds change: nobody else publishes here")
	default:
		return q, bad("hub.mode is neither subscribe nor unsubscribe")
	}
	if q.Feed == "" {
		return q, bad("hub.topic is missing: it is the address of a feed, as its link rel=self says it")
	}
	if len(q.Feed) > longestAddress || strings.ContainsFunc(q.Feed, unprintable) {
		return q, bad("hub.topic is not the address of a feed")
	}
	var err error
	if q.Host, err = hostOf(q.Callback, reach); err != nil {
		return q, err
	}
	if q.Lease, err = leaseOf(form.Get("hub.lease_seconds")); err != nil {
		return q, err
	}
	secret := form.Get("hub.secret")
	if len(secret) > longestSecret {
		return q, bad("hub.secret is too long: it must be less than 200 bytes")
	}
	if secret != "" {
		q.Secret = []byte(secret)
	}
	return q, nil
}

// hostOf checks a callback and returns its host. The callback is kept as it was
// written: it is the follower's name.
func hostOf(callback string, reach fetch.Reach) (string, error) {
	switch {
	case callback == "":
		return "", bad("hub.callback is missing: it is the address to be told at")
	case len(callback) > longestAddress:
		return "", bad("hub.callback is too long: it must be at most %d bytes", longestAddress)
	case strings.ContainsFunc(callback, unprintable):
		return "", bad("hub.callback has characters that must be escaped in an address")
	}
	u, err := url.Parse(callback)
	if err != nil {
		return "", bad("hub.callback is not an address")
	}
	if err := reach.Check(u); err != nil {
		return "", bad("hub.callback: %v", err)
	}
	if strings.Contains(callback, "#") {
		return "", bad("hub.callback has a fragment, which no server is told")
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), nil
}

// unprintable is true of what must be escaped in an address.
func unprintable(r rune) bool { return r <= ' ' || r > '~' }

// leaseOf brings what was asked for into the bounds: the follower is told what
// it got. Nothing, and 0, which once meant for ever, is the usual.
func leaseOf(asked string) (time.Duration, error) {
	if asked == "" {
		return usualLease, nil
	}
	n, err := strconv.ParseInt(asked, 10, 64)
	switch {
	case err != nil && strings.Trim(asked, "0123456789") != "":
		return 0, bad("hub.lease_seconds is not a whole number of seconds")
	case err != nil || n > int64(longestLease/time.Second):
		return longestLease, nil
	case n <= 0:
		return usualLease, nil
	}
	return max(time.Duration(n)*time.Second, shortestLease), nil
}

// Ask takes a request. Its error is a [*RequestError] for whoever asks. Without
// one the callback will be asked whether it was meant, and only then something
// comes of it.
func (h *Hub) Ask(form url.Values) error {
	h.begin()
	q, err := ParseRequest(form, h.Reach)
	if err != nil {
		return err
	}
	// A feed that is gone can still be unfollowed.
	if _, ok := h.Feeds.Feed(q.Feed); !ok && q.Mode == Subscribe {
		return &RequestError{http.StatusNotFound, "hub.topic is no feed of this hub: it must be the address that the feed's own link rel=self has"}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.total >= mostPending || h.pending[q.Host] >= mostOfHost {
		return &RequestError{http.StatusServiceUnavailable, "there are too many requests to verify: come back in a minute"}
	}
	h.total++
	h.pending[q.Host]++
	h.asked <- q // never waits: it holds as many as may be pending
	return nil
}

// answered counts a request out, whatever came of it.
func (h *Hub) answered(q Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total--
	if h.pending[q.Host]--; h.pending[q.Host] == 0 {
		delete(h.pending, q.Host)
	}
}
