package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// errIntent says that the callback did not repeat the challenge.
var errIntent = errors.New("the callback does not confirm it")

// verify asks a callback whether a request was meant (WebSub, 5.3) and does
// what it asked for. If not, everything stays as it was.
func (h *Hub) verify(ctx context.Context, q Request) {
	log := h.Log.With("mode", string(q.Mode), "feed", q.Feed, "host", q.Host)
	if _, ok := h.Feeds.Feed(q.Feed); !ok && q.Mode == Subscribe {
		h.deny(ctx, q, "the feed is gone")
		return
	}
	if err := h.confirm(ctx, q); err != nil {
		if ctx.Err() == nil {
			log.Debug("a request to the hub was not confirmed", "err", fetch.Reason(err))
		}
		return
	}
	ctx = context.WithoutCancel(ctx)
	now := time.Now()
	var err error
	if q.Mode == Unsubscribe {
		err = h.Store.Unfollow(ctx, q.Feed, q.Callback)
	} else {
		f := Follower{Feed: q.Feed, Callback: q.Callback, Host: q.Host, Secret: q.Secret, Ends: now.Add(q.Lease)}
		err = h.Store.Follow(ctx, f, limits, now)
	}
	switch {
	case errors.Is(err, ErrFull):
		log.Warn("a follower was turned away: there are as many as may be")
		h.deny(ctx, q, "this hub has as many followers as it takes; those it has are told as before")
	case err != nil:
		log.Warn("a follower could not be written down", "err", err)
	default:
		log.Debug("a request to the hub was confirmed")
	}
}

// confirm asks a callback with a challenge that nobody else knows.
func (h *Hub) confirm(ctx context.Context, q Request) error {
	challenge := rand.Text()
	values := url.Values{"hub.mode": {string(q.Mode)}, "hub.topic": {q.Feed}, "hub.challenge": {challenge}}
	if q.Mode == Subscribe {
		values.Set("hub.lease_seconds", strconv.Itoa(int(q.Lease/time.Second)))
	}
	answer, err := h.get(ctx, q.Callback, values)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, int64(len(challenge))+1))
	switch {
	case answer.StatusCode/100 != 2:
		return fmt.Errorf("it answers %d", answer.StatusCode)
	case err != nil:
		return err
	case string(body) != challenge:
		return errIntent
	}
	return nil
}

// deny tells a callback that nothing will come of a request (WebSub, 5.2).
func (h *Hub) deny(ctx context.Context, q Request, reason string) {
	answer, err := h.get(ctx, q.Callback, url.Values{"hub.mode": {"denied"}, "hub.topic": {q.Feed}, "hub.reason": {reason}})
	if err == nil {
		answer.Body.Close() // whatever it says to that
	}
}

// get asks a callback. What stands in its query stays, before what we add.
func (h *Hub) get(ctx context.Context, callback string, values url.Values) (*http.Response, error) {
	u, err := url.Parse(callback)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += values.Encode()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		cancel()
		return nil, err
	}
	answer, err := h.Client.Do(r)
	if err != nil {
		cancel()
		return nil, err
	}
	answer.Body = &ending{answer.Body, cancel}
	return answer, nil
}

// An ending body ends the time of its exchange when it is closed.
type ending struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (e *ending) Close() error {
	defer e.cancel()
	return e.ReadCloser.Close()
}
