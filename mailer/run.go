package mailer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A run is a worker at work: one goroutine claims blocks and hands out their
// letters, sessions send them, a committer writes down what they say, and a
// ticker keeps the leases.
type run struct {
	w           *Worker
	log         *slog.Logger
	edition     string
	drain       bool
	lease, idle time.Duration

	soft context.Context // no new letters when it ends
	hard context.Context // letters in hand are dropped when it ends
	last context.Context // results are given up when it ends

	jobs        chan job
	ended       chan struct{} // closed when no more jobs will come
	changed     chan struct{} // something that claiming may be waiting for
	committer   *committer
	breaker     *breaker
	concurrency *concurrency
	connected   atomic.Int64 // sessions that are open
	heard       atomic.Int64 // when the relay last let us in or answered about a letter, Unix nanoseconds
	pace        *pace
	copiers     *copiers
	returns     tally
	hands       sync.WaitGroup // that hand out blocks beside the claiming
	barren      int            // times in a row that nothing due could be claimed
	unwritten   atomic.Int64   // results that the ledger did not take

	mu       sync.Mutex
	leases   map[*lease]bool
	untried  map[int64]time.Time  // drain: first attempts put off without being made, and until when
	refused  map[string]*refusals // by edition
	halted   error                // the last edition that was, and why
	tripped  error                // why the breaker opened
	troubles int                  // of the ledger or the press, in a row
	calm     time.Time            // nothing is claimed before
}

// claiming claims and hands out until ctx ends, or a drain is done.
func (r *run) claiming() error {
	for r.soft.Err() == nil {
		now := time.Now()
		if until := r.resting(now); !until.IsZero() {
			if err := r.enough(); err != nil {
				return err
			}
			r.wait(until.Sub(now))
			continue
		}
		claim := r.claim(now)
		block, err := r.w.Ledger.Claim(r.soft, claim)
		if err != nil {
			r.trouble("block not claimed", err)
			continue
		}
		if block != nil {
			r.barren = 0
			if l := r.hold(block, now); len(r.w.Destinations) == 0 {
				r.hand(l)
			} else {
				r.handBeside(l)
			}
			continue
		}
		wait, done, err := r.nothing(claim)
		if err != nil {
			r.trouble("ledger not read", err)
			continue
		}
		r.untroubled()
		if done {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.halted
		}
		r.wait(wait)
	}
	return nil
}

// claim is what can be taken at now. Without destinations a block is handed out
// before the next is claimed.
func (r *run) claim(now time.Time) Claim {
	c := Claim{
		Owner: r.w.Owner, Now: now, Lease: r.lease, Edition: r.edition, Newsletters: r.w.Newsletters,
		Rate: r.w.Rate, Destinations: r.w.Destinations,
	}
	if len(c.Destinations) > 0 {
		c.Without = r.busy()
	}
	return c
}

// nothing decides what to do when a claim found nothing: how long to wait, or
// that a drain is done.
func (r *run) nothing(c Claim) (wait time.Duration, done bool, err error) {
	now := c.Now
	due, ok, err := r.w.Ledger.Due(r.soft, c)
	if err != nil {
		return 0, false, err
	}
	wait = poll
	switch {
	case ok && due.After(now):
		wait = min(poll, max(due.Sub(now), 50*time.Millisecond))
	case ok:
		// What is due and yet not ours may be so for a moment only, or be left
		// to processes that know its newsletter.
		wait = min(poll, 50*time.Millisecond<<min(r.barren, 7))
		r.barren++
	}
	if !r.drain {
		return wait, false, nil
	}
	r.mu.Lock()
	busy := len(r.leases) > 0 // also when halted: their results come first
	awaited := false
	for _, until := range r.untried {
		awaited = awaited || now.Sub(until) < poll // longer overdue, and somebody else has settled it
	}
	halted := r.halted != nil
	r.mu.Unlock()
	switch {
	case busy:
		return min(wait, time.Second), false, nil
	case halted:
		return 0, true, nil
	case ok && (!due.After(now) || awaited):
		return min(wait, time.Second), false, nil
	}
	if u, is := r.w.Ledger.(Untrier); is {
		more, err := u.Untried(r.soft, r.edition, now)
		if err != nil || more {
			return min(wait, time.Second), false, err
		}
	}
	return 0, true, nil
}

// hold makes a lease of a block.
func (r *run) hold(b *Block, granted time.Time) *lease {
	l := &lease{
		ledger: r.w.Ledger, block: b, length: r.lease, granted: granted,
		roster: newRoster(r.w.Ledger, r.w.Press, b.Edition, r.order(b.Edition, b.Deliveries)),
		open:   len(b.Deliveries), masters: make(map[int]*edition), returned: r.returned,
		turns: newTurns(b, time.Now()), taken: make(chan struct{}, 1),
	}
	if b.Sessions > 0 {
		l.places = make(chan struct{}, b.Sessions)
	}
	r.mu.Lock()
	r.leases[l] = true
	r.mu.Unlock()
	return l
}

// order is the one in which letters are handed out: spread over domains, and
// last those that came back before without an attempt, so that one who cannot
// be read holds nobody up.
func (r *run) order(edition string, ds []Delivery) []Delivery {
	ds = spread(ds)
	slices.SortStableFunc(ds, func(a, b Delivery) int {
		return cmp.Compare(r.returns.of(edition, a), r.returns.of(edition, b))
	})
	return ds
}

// onward reports whether the next letter of a batch may begin: neither was its
// lease given up meanwhile, nor has the relay stopped taking letters.
func (r *run) onward(l *lease) bool {
	now := time.Now()
	return l.fresh(now) && r.breaker.count() == 0
}

// returned is called when all that was handed out of a lease is back.
func (r *run) returned(l *lease) {
	n, lost := l.unsettled()
	if n > 0 && !lost {
		if err := l.release(r.last); err != nil {
			r.log.Warn("block not given back; it is free when its lease ends", "edition", l.block.Edition, "err", err)
		}
	}
	r.mu.Lock()
	delete(r.leases, l)
	r.mu.Unlock()
	r.signal()
}

// renewing keeps the leases while letters of theirs are out.
func (r *run) renewing(ctx context.Context) {
	t := time.NewTicker(max(r.lease/4, time.Millisecond))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		r.mu.Lock()
		var mine []*lease
		for l := range r.leases {
			mine = append(mine, l)
		}
		r.mu.Unlock()
		for _, l := range mine {
			if err := l.renew(ctx, time.Now()); err != nil && ctx.Err() == nil {
				r.log.Warn("lease not renewed", "edition", l.block.Edition, "err", err)
			}
		}
	}
}

// resting returns until when nothing should be claimed, zero if now is fine.
func (r *run) resting(now time.Time) time.Time {
	r.mu.Lock()
	calm := r.calm
	r.mu.Unlock()
	if until := r.breaker.rest(now); until.After(calm) {
		return until
	}
	if now.Before(calm) {
		return calm
	}
	return time.Time{}
}

// enough returns an error when a drain should not wait for the relay any more.
func (r *run) enough() error {
	if !r.drain || r.breaker.count() < 2 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Errorf("relay: %w; what was not sent stays queued", r.tripped)
}

// trouble rests for a while after the ledger or the press failed us: twice as
// long each time until a result is written. Sessions that find out together
// count as one, and one tells.
func (r *run) trouble(what string, err error) {
	if r.soft.Err() != nil {
		return
	}
	now := time.Now()
	r.mu.Lock()
	known := now.Before(r.calm)
	if !known {
		r.troubles++
		r.calm = now.Add(min(30*time.Second, 500*time.Millisecond<<min(r.troubles, 6)))
	}
	rest := r.calm.Sub(now)
	r.mu.Unlock()
	if !known {
		r.log.Error(what+", resting", "rest", rest, "err", err)
	}
}

func (r *run) untroubled() {
	r.mu.Lock()
	r.troubles = 0
	r.mu.Unlock()
}

func (r *run) signal() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// wait ends with its time, with a change, when woken, and with the run.
func (r *run) wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.changed:
	case <-r.w.wake:
	case <-r.soft.Done():
	}
}
