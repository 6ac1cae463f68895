package mailer

import (
	"context"
	"sync"
	"time"
)

// Turns are when the letters of a block may begin that has a share of a rate.
// They are given out one after another; who comes late to one keeps the next
// at its distance.
type turns struct {
	every time.Duration
	until time.Time // the last of the share

	mu    sync.Mutex
	next  time.Time // the turn that was given to nobody
	begun time.Time // when a letter did, the last time
}

// newTurns returns those of a block claimed at now; nil if it has no bound.
func newTurns(b *Block, now time.Time) *turns {
	if b.Every <= 0 {
		return nil
	}
	return &turns{every: b.Every, until: now.Add(time.Duration(len(b.Deliveries)) * b.Every), next: now.Add(b.Every)}
}

// take returns the next turn, not before now.
func (t *turns) take(now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := latest(now, t.next)
	t.next = at.Add(t.every)
	return at
}

// begin returns when a letter whose turn has come may begin, for it to keep
// its distance from the one before.
func (t *turns) begin(now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.begun.IsZero() {
		now = latest(now, t.begun.Add(t.every))
	}
	t.begun = now
	t.next = latest(t.next, now.Add(t.every))
	return now
}

// lag is for how long letters may begin after the share has ended, because the
// relay was slow. What is left then goes back for a share of its own.
const lag = time.Second

func (t *turns) over(now time.Time) bool { return now.Sub(t.until) > lag }

// after is how many letters may go with one whose turn has come, in one hand:
// those whose turns follow before it would pay to wait for them apart.
func (t *turns) after() int { return int(goodLook / 2 / t.every) }

// turn waits until the next letter of a lease may go, and there is a place for
// it: none of its destination's sessions nor of ours is taken up by waiting. It
// looks up now and then whether the letter is to go at all, since a turn may be
// minutes away.
func (r *run) turn(l *lease) (at time.Time, ok bool) {
	if l.places != nil {
		select {
		case l.places <- struct{}{}:
		case <-r.soft.Done():
			return time.Time{}, false
		}
	}
	if l.turns == nil {
		return time.Time{}, true
	}
	now := time.Now()
	if l.turns.over(now) {
		return time.Time{}, false
	}
	at = l.turns.take(now)
	const look = 500 * time.Millisecond
	for wait := time.Until(at); wait > 0; wait = time.Until(at) {
		if wait > look && r.stopped(l) {
			return time.Time{}, false
		}
		pause(r.soft, min(wait, look))
		if r.soft.Err() != nil {
			return time.Time{}, false
		}
	}
	return at, true
}

// stopped asks whether the edition of a lease was, and the letter in hand with
// it.
func (r *run) stopped(l *lease) bool {
	id, some := l.first()
	if !some {
		return false
	}
	now := time.Now()
	standings, err := r.w.Ledger.Standings(r.soft, l.block.Edition, []int64{id}, now)
	if err != nil || len(standings) != 1 || !standings[0].Stop {
		return false // an error is told of when the letter goes
	}
	l.stop()
	return true
}

// turn waits until letter i may begin, by its destination's rate, by the rate
// of all, and by what the relay bears.
func (b *batch) turn(ctx context.Context, i int) error {
	if t := b.lease.turns; t != nil {
		at := b.at
		if i > 0 {
			at = t.take(time.Now())
		}
		pause(ctx, time.Until(at))
	}
	if err := b.pace.wait(ctx); err != nil {
		return err
	}
	if t := b.lease.turns; t != nil {
		pause(ctx, time.Until(t.begin(time.Now())))
	}
	return ctx.Err()
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
