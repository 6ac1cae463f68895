package digest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// pageSize is how many readers are expanded in one transaction: few enough
// that pages of the site stay quick beside it.
const pageSize = 500

// Readers whose older delivery was in a worker's hand are looked at again
// soon, and then less and less often.
const (
	firstWait   = time.Second
	longestWait = 30 * time.Second
)

// othersWait is how soon readers of an edition are found that another process
// published: a send --detach, or one that died over it.
const othersWait = 5 * time.Second

// Expand finds the readers of all editions that are due at now and writes down
// what each gets, but for those it leaves to other processes on the store. It
// returns when to come back: for a later zone, or because readers wait for an
// older delivery or another process; the zero time if nothing is left. One
// edition's trouble does not keep the others.
func (p *Publisher) Expand(ctx context.Context, now time.Time) (next time.Time, err error) {
	pending, err := p.Store.Pending(ctx, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("pending editions: %w", err)
	}
	var errs []error
	waiting := false
	for _, x := range pending {
		w, err := p.expand(ctx, x, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("edition %s: expand: %w", x.Edition, err))
		}
		waiting = waiting || w
	}
	if waiting {
		return now.Add(firstWait), errors.Join(errs...)
	}
	at, ok, err := p.Store.NextGroup(ctx)
	if err != nil || !ok {
		return time.Time{}, errors.Join(append(errs, err)...)
	}
	return later(at, now), errors.Join(errs...)
}

// expand takes one group of readers to its end.
func (p *Publisher) expand(ctx context.Context, x Expansion, now time.Time) (waiting bool, err error) {
	n, _ := p.Newsletter(x.Newsletter)
	if left, err := p.leaves(ctx, x, n, now); err != nil || left {
		return left, err
	}
	e, err := p.Store.Edition(ctx, x.Edition)
	if err != nil {
		return false, err
	}
	slate, ask, err := p.slate(ctx, n, issue{edition: x.Edition, horizon: x.Horizon, changes: &e.Changes}, now)
	if err != nil {
		return false, err
	}
	x.Asked = ask
	late := !x.Hand && now.Sub(later(x.Due, x.Resumed)) > n.grace()
	for {
		page, err := p.Store.Expand(ctx, x, pageSize, now, func(readers []Reader) []Decision {
			decisions := make([]Decision, len(readers))
			for i := range readers {
				r := &readers[i]
				if late && r.Reason == "" {
					decisions[i] = Decision{Subscriber: r.Subscriber, Reason: mailer.Late}
					continue
				}
				decisions[i] = slate.decide(r, p.language(r), x.Due)
			}
			return decisions
		})
		if err != nil {
			return false, err
		}
		if page.Readers > 0 {
			p.queued()
		}
		if page.Done || page.Waiting {
			return page.Waiting, nil
		}
	}
}

// Run expands whatever becomes due until ctx ends. A value on wake makes it
// look at once.
func (p *Publisher) Run(ctx context.Context, wake <-chan struct{}) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	soon := firstWait
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-timer.C:
		}
		now := time.Now()
		next, err := p.Expand(ctx, now)
		wait := othersWait
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			p.log().Error("expanding failed", "err", err)
			wait = 5 * time.Second
		case next.IsZero():
			soon = firstWait
		case next.Sub(now) > firstWait:
			wait, soon = min(wait, next.Sub(now)), firstWait
		default:
			wait, soon = soon, min(2*soon, longestWait)
		}
		timer.Reset(wait)
	}
}
