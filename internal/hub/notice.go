package hub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// tell tells a follower, and writes down what became of it.
func (h *Hub) tell(ctx context.Context, n *Notice) {
	var reply Reply
	now := time.Now()
	switch d, ok := h.Feeds.Feed(n.Feed); {
	case !ok:
		reply.Gone = true
	case d.Tag != n.Tag && now.Sub(n.Changed) < catchUp:
		reply.Early = true
	default:
		reply = h.send(ctx, n, d)
		reply.Broken = ctx.Err() != nil && reply.Err != nil
	}
	now = time.Now()
	result := decide(n, reply, now)
	h.report(n, reply, result)
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := h.Store.SettleNotice(settling, n, result); err != nil {
		h.Log.Warn("what became of a notice could not be written down; it is told again", "feed", n.Feed, "host", n.Host, "err", err)
	}
}

// send sends a hub the address of the feed, or a follower the feed.
func (h *Hub) send(ctx context.Context, n *Notice, d Document) Reply {
	ctx, cancel := context.WithTimeout(ctx, exchange)
	defer cancel()
	r, err := h.letter(ctx, n, d)
	if err != nil {
		return Reply{Err: err}
	}
	answer, err := h.Client.Do(r)
	if err != nil {
		return Reply{Err: err}
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection may serve for the next
	return Reply{Code: answer.StatusCode, After: fetch.RetryAfter(answer.Header.Get("Retry-After"), time.Now())}
}

// letter makes the request of a notice (WebSub, 7 and, to a hub, 6).
func (h *Hub) letter(ctx context.Context, n *Notice, d Document) (*http.Request, error) {
	if n.IsHub {
		form := url.Values{"hub.mode": {"publish"}, "hub.url": {n.Feed}}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.Callback, strings.NewReader(form.Encode()))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return r, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.Callback, bytes.NewReader(d.Body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", d.Type)
	r.Header.Set("Link", "<"+h.Address+`>; rel="hub", <`+n.Feed+`>; rel="self"`)
	if len(n.Secret) > 0 {
		r.Header.Set("X-Hub-Signature", sign(n.Secret, d.Body))
	}
	return r, nil
}

// sign returns what proves to a follower that we have its secret (WebSub, 7.1).
func sign(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// report tells the log: of a hub that was configured much, since the operator
// can do something about it; of strangers little.
func (h *Hub) report(n *Notice, reply Reply, r Result) {
	if r.Told || r.Attempts == n.Attempts && r.Due != (time.Time{}) {
		return
	}
	why := fetch.Reason(reply.Err)
	log := h.Log.With("feed", n.Feed, "host", n.Host, "attempt", n.Attempts+1, "code", reply.Code, "err", why)
	switch {
	case r.Ended:
		log.Debug("a follower wants no more")
	case n.IsHub && r.Due.IsZero():
		log.Warn("the hub could not be told of a change for a day; it is told of the next one")
	case n.IsHub && n.Attempts == 0:
		log.Warn("the hub could not be told of a change; trying again", "due", r.Due)
	case r.Due.IsZero():
		log.Info("a follower could not be told of a change for a day; it is told of the next one")
	default:
		log.Debug("a follower could not be told of a change; trying again", "due", r.Due)
	}
}
