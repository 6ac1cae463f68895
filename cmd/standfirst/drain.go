package main

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
)

// A drain sends one edition by hand, beside a running serve or without one.
type drain struct {
	*app
	edition string
	expand  bool // find its readers too

	passed atomic.Bool // every reader was looked at; those left wait for an older letter
}

// run sends the letters until everybody has had a first attempt. Readers are
// still being expanded while the first letters leave.
func (d *drain) run(e *env) error {
	worker := d.worker()
	worker.Ledger = &patience{d.db, d}
	d.publisher.Queued = worker.Wake
	if !e.json {
		p := &progress{line: newLine(e.stderr)}
		defer p.line.end()
		worker.Progress = func(_ string, s mailer.Settlement) { p.settled(s.Outcome) }
	}
	expanding, stop := context.WithCancel(e.ctx)
	defer stop()
	var g errgroup.Group
	if d.expand {
		g.Go(func() error { return d.expanding(expanding) })
	}
	g.Go(func() error {
		defer stop()
		return worker.Drain(e.ctx, d.edition)
	})
	return g.Wait()
}

// expanding finds readers until nobody is left, or ctx ends.
func (d *drain) expanding(ctx context.Context) error {
	for {
		next, err := d.publisher.Expand(ctx, time.Now())
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || next.IsZero() {
			return err
		}
		// A reader waits for an older letter, or another edition for a later
		// zone; only the first is ours to wait for.
		d.passed.Store(true)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(min(time.Until(next), time.Second)):
		}
	}
}

// patience is the ledger of a drain. It waits for readers whose older letter is
// in somebody's hand, but not for hours, when their server puts that one off.
type patience struct {
	*store.DB
	*drain
}

// Untried implements [mailer.Untrier].
func (p *patience) Untried(ctx context.Context, edition string, now time.Time) (bool, error) {
	untried, err := p.DB.Untried(ctx, edition, now)
	if err != nil || !untried || !p.passed.Load() {
		return untried, err
	}
	n, _, _ := strings.Cut(edition, "/")
	editions, err := p.DB.Editions(ctx, n, 0)
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
			if busy, err = p.DB.Untried(ctx, e.ID, now); err != nil {
				return false, err
			}
		}
		due, ok, err := p.DB.Due(ctx, e.ID)
		if err != nil {
			return false, err
		}
		if busy || ok && due.Sub(now).Abs() < soon {
			return true, nil
		}
	}
	return false, nil
}
