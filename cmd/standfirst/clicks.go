package main

import (
	"context"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/clicks"
	"github.com/standfirst/standfirst/internal/store"
)

// writeClicksEvery is how much of what was counted a process that is killed may
// lose.
const writeClicksEvery = 5 * time.Second

// countClicks makes what counts clicks on the links of letters; nil: nobody wants
// them counted.
func (a *app) countClicks() *clicks.Tally {
	if !a.conf.Privacy.Clicks {
		return nil
	}
	return &clicks.Tally{Zone: a.conf.Publication.Zone}
}

// writeClicks writes down what was counted, every few seconds until ctx ends.
// Requests may still be answered then: see lastClicks.
func (a *app) writeClicks(ctx context.Context, t *clicks.Tally) error {
	failing := false
	return every(ctx, writeClicksEvery, func() {
		err := a.noteClicks(ctx, t)
		if err != nil && !failing {
			a.log.Warn("clicks could not be written; they are kept until they can", "err", err)
		}
		failing = err != nil
	})
}

// lastClicks writes down what was counted when no request is answered any more.
func (a *app) lastClicks(ctx context.Context, t *clicks.Tally) {
	if t == nil {
		return
	}
	if err := a.noteClicks(ctx, t); err != nil {
		a.log.Warn("the last clicks could not be written", "err", err)
	}
}

// noteClicks goes on when ctx ends: of a commit that is broken off nobody knows
// whether it happened.
func (a *app) noteClicks(ctx context.Context, t *clicks.Tally) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return t.Write(ctx, a.db, time.Now())
}

// foldClicks adds up by months what is known by days from long ago.
func (a *app) foldClicks(ctx context.Context, now time.Time) error {
	for {
		more, err := a.db.FoldClicks(ctx, store.OldClicks(now, a.conf.Publication.Zone))
		if err != nil || !more {
			return err
		}
	}
}

// tellClicks prints how often links were followed.
func (e *env) tellClicks(c *digest.Clicks) error {
	e.printf("%s on links, counted in total and never by person; scanners of mail are among them\n", plural(c.Total, "click"))
	out := e.table()
	for _, i := range c.Items {
		fmt.Fprintf(out, "  %s\t%.0f %%\t%s\t%s\n", number(i.Clicks), 100*c.Share(i.Clicks), i.Kind, i.Title)
	}
	return out.Flush()
}
