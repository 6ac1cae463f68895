package digest

import (
	"context"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// pageSize is how many readers are expanded in one transaction: few enough
// that pages of the site stay quick beside it.
const pageSize = 500

// retryWaiting is how soon readers are looked at again whose older delivery
// was in a worker's hand.
const retryWaiting = time.Second

// Expand finds the readers of all editions that are due at now and writes down
// what each gets. It returns when to come back: when readers wait for an older
// delivery or a later zone; the zero time if nothing is left.
func (p *Publisher) Expand(ctx context.Context, now time.Time) (next time.Time, err error) {
	pending, err := p.Store.Pending(ctx, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("pending editions: %w", err)
	}
	for _, x := range pending {
		waiting, err := p.expand(ctx, x, now)
		if err != nil {
			return time.Time{}, fmt.Errorf("edition %s: expand: %w", x.Edition, err)
		}
		if waiting {
			next = now.Add(retryWaiting)
		}
	}
	if !next.IsZero() {
		return next, nil
	}
	at, ok, err := p.Store.NextGroup(ctx)
	if err != nil || !ok {
		return time.Time{}, err
	}
	return later(at, now), nil
}

// expand takes one group of readers to its end.
func (p *Publisher) expand(ctx context.Context, x Expansion, now time.Time) (waiting bool, err error) {
	n, err := p.Newsletter(x.Newsletter)
	if err != nil {
		return false, err
	}
	slate, events, err := p.slate(ctx, n, x.Horizon, nil, now)
	if err != nil {
		return false, err
	}
	x.Events = events
	late := !x.Hand && n.Grace > 0 && now.After(x.Due.Add(n.Grace))
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
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-timer.C:
		}
		now := time.Now()
		next, err := p.Expand(ctx, now)
		wait := 30 * time.Second // another process may have published
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			p.log().Error("expanding failed", "err", err)
			wait = 5 * time.Second
		case !next.IsZero():
			wait = min(wait, max(next.Sub(now), 0))
		}
		timer.Reset(wait)
	}
}
