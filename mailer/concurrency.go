package mailer

import (
	"sync"
	"time"
)

// A concurrency is how many sessions may be open at once: as many as there are
// until the relay complains, then half, or as many as it has let in; and one
// more every few seconds while letters are taken (additive increase,
// multiplicative decrease).
type concurrency struct {
	most int

	mu      sync.Mutex
	limit   int
	held    int // places taken
	lowered time.Time
	raised  time.Time
	told    time.Time // of news, the last time
	change  chan struct{}
}

const (
	lowerAgain = time.Second     // complaints come from all sessions at once
	raiseAfter = 5 * time.Second // without a complaint, and between two steps
)

func newConcurrency(most int) *concurrency {
	return &concurrency{most: most, limit: most, change: make(chan struct{})}
}

// enter takes a place for a session, or keeps the one it holds, if there are
// not too many of them; else the session has none any more. The channel is
// closed when that may have changed.
func (c *concurrency) enter(holds bool) (ok bool, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	others := c.held
	if holds {
		others--
	}
	ok = others < c.limit
	switch {
	case ok && !holds:
		c.held++
	case !ok && holds:
		c.held--
	}
	return ok, c.change
}

// leave gives a place back.
func (c *concurrency) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held--
	c.set(c.limit)
}

// allowed is how many there may be.
func (c *concurrency) allowed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// halve takes back half of what is allowed.
func (c *concurrency) halve(now time.Time) (limit int, news bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.lowered) < lowerAgain {
		return c.limit, false
	}
	return c.lower(c.limit/2, now)
}

// fit allows no more than the relay has let in.
func (c *concurrency) fit(open int, now time.Time) (limit int, news bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if open >= c.limit {
		c.lowered = now // it was one too many; those that are open may stay
		return c.limit, false
	}
	return c.lower(open, now)
}

// lower is news when none was told for ten minutes. c.mu is held.
func (c *concurrency) lower(limit int, now time.Time) (int, bool) {
	c.lowered = now
	limit = max(1, limit)
	if limit == c.limit {
		return limit, false
	}
	c.set(limit)
	news := now.Sub(c.told) >= 10*time.Minute
	if news {
		c.told = now
	}
	return limit, news
}

// taken lets one more session open, when it is time.
func (c *concurrency) taken(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limit >= c.most || now.Sub(c.lowered) < raiseAfter || now.Sub(c.raised) < raiseAfter {
		return
	}
	c.raised = now
	c.set(c.limit + 1)
}

func (c *concurrency) set(limit int) {
	c.limit = limit
	close(c.change)
	c.change = make(chan struct{})
}
