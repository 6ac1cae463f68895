package main

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
)

// patience is how long a drain waits for others with nothing happening here:
// longer than the lease of a process that died elsewhere.
const patience = 90 * time.Second

// A drain sends one edition by hand, beside a running serve or without one.
type drain struct {
	*app
	edition string
	passed  atomic.Bool  // every reader was looked at; those left wait for an older letter
	moved   atomic.Int64 // when something last happened, Unix milliseconds
}

// run finds the edition's readers and sends the letters, both at once, until
// everybody has had a first attempt. Readers may have to wait for an older
// letter of theirs that another process has in hand, or that their server puts
// off; for those it does not wait for ever.
func (d *drain) run(e *env) error {
	worker := d.worker()
	worker.Ledger = &ledger{d.db, d}
	if !e.json {
		defer d.progress(e.ctx, d.edition, newLine(e.stderr))()
	}
	d.note()
	d.publisher.Queued = func() { d.note(); worker.Wake() }
	worker.Progress = func(string, mailer.Settlement) { d.note() }
	expanding, stop := context.WithCancel(e.ctx)
	defer stop()
	var g errgroup.Group
	g.Go(func() error { return d.expand(expanding) })
	g.Go(func() error { d.known(expanding); return nil })
	g.Go(func() error {
		defer stop()
		return worker.Drain(e.ctx, d.edition)
	})
	return g.Wait()
}

func (d *drain) note() { d.moved.Store(time.Now().UnixMilli()) }

// known says once a minute that somebody here knows the newsletter, for a serve
// that does not have it (yet) and would pause what nobody knows.
func (d *drain) known(ctx context.Context) {
	began := time.Now()
	for {
		_, err := d.db.Uphold(ctx, digest.NewsletterOf(d.edition), "", began, time.Now())
		if err != nil && ctx.Err() == nil {
			d.log.Warn("a serve without this newsletter may pause the edition", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}

// expand finds readers until nobody is left, or ctx ends.
func (d *drain) expand(ctx context.Context) error {
	for {
		next, err := d.publisher.Expand(ctx, time.Now())
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || next.IsZero() {
			return err
		}
		d.passed.Store(true)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(min(time.Until(next), time.Second)):
		}
	}
}

// ledger is the one of a drain, which does not wait for what is not coming: an
// older letter that its server puts off for hours, or a process that died on
// another machine over both.
type ledger struct {
	*store.DB
	drain *drain
}

// Untried implements [mailer.Untrier].
func (l *ledger) Untried(ctx context.Context, edition string, now time.Time) (bool, error) {
	untried, err := l.DB.Untried(ctx, edition, now)
	if err != nil || !untried || !l.drain.passed.Load() {
		return untried, err
	}
	if now.Sub(time.UnixMilli(l.drain.moved.Load())) > patience {
		return false, nil
	}
	return l.coming(ctx, edition, now)
}

// coming reports whether this edition, or an older one of the newsletter that
// readers may wait for, has something that is due soon or in another hand.
func (l *ledger) coming(ctx context.Context, edition string, now time.Time) (bool, error) {
	editions, err := l.DB.Editions(ctx, digest.NewsletterOf(edition), 0)
	if err != nil {
		return false, err
	}
	const soon = 10 * time.Second
	for _, e := range editions {
		if e.State != digest.Sending {
			continue
		}
		busy := false
		if e.ID != edition {
			if busy, err = l.DB.Untried(ctx, e.ID, now); err != nil {
				return false, err
			}
		}
		due, ok, err := l.DB.Due(ctx, mailer.Claim{Edition: e.ID})
		if err != nil {
			return false, err
		}
		if busy || ok && due.Sub(now).Abs() < soon {
			return true, nil
		}
	}
	return false, nil
}
