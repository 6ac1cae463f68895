package mailer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A pace is the rate of letters, of all sessions together. It is the one
// configured until the relay says that it is too much; then half of what was
// being sent, and slowly up again.
type pace struct {
	limit *rate.Limiter
	full  rate.Limit

	mu     sync.Mutex
	second int64 // the one being counted
	count  int
	last   int       // letters in the second before
	slowed time.Time // zero when recovered
	raised time.Time

	complaint time.Time // the last one
}

const (
	minPace = 0.2   // letters a second: one in five seconds finds out whether it has become better
	maxPace = 10000 // from here on there is no limit
)

func newPace(perSecond float64) *pace {
	full := rate.Inf
	if perSecond > 0 {
		full = rate.Limit(perSecond)
	}
	return &pace{limit: rate.NewLimiter(full, 1), full: full}
}

// wait returns when the next letter may go, or ctx's error once it has ended.
// The limiter's own Wait refuses at once what would come after the deadline of
// ctx, and a letter refused at once is claimed again at once.
func (p *pace) wait(ctx context.Context) error {
	turn := p.limit.Reserve()
	if d := turn.Delay(); d > 0 {
		pause(ctx, d)
	}
	if err := ctx.Err(); err != nil {
		turn.Cancel()
		return err
	}
	return nil
}

// sent counts a letter that was taken and lets the pace recover by a tenth a
// second, from five seconds after the last complaint.
func (p *pace) sent(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(now)
	p.count++
	if p.slowed.IsZero() || now.Sub(p.slowed) < 5*time.Second || now.Sub(p.raised) < time.Second {
		return
	}
	p.raised = now
	next := p.limit.Limit() * 1.1
	if next >= p.full || next >= maxPace && p.full == rate.Inf {
		next, p.slowed = p.full, time.Time{}
	}
	p.limit.SetLimitAt(now, next)
}

// slow halves the pace, at most once a second: complaints come from all
// sessions at once. It is news when there was none for ten minutes.
func (p *pace) slow(now time.Time) (news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick(now)
	if !p.slowed.IsZero() && now.Sub(p.slowed) < time.Second {
		return false
	}
	news = now.Sub(p.complaint) >= 10*time.Minute
	p.slowed, p.complaint = now, now
	current := p.limit.Limit()
	if measured := rate.Limit(max(p.count, p.last, 1)); current > measured {
		current = measured
	}
	p.limit.SetLimitAt(now, max(minPace, current/2))
	return news
}

// limited reports whether the next letter may have to wait for its turn.
func (p *pace) limited() bool { return p.limit.Limit() != rate.Inf }

func (p *pace) tick(now time.Time) {
	switch s := now.Unix(); s {
	case p.second:
	case p.second + 1:
		p.second, p.last, p.count = s, p.count, 0
	default:
		p.second, p.last, p.count = s, 0, 0
	}
}
