package main

import (
	"context"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/readership"
)

// watchContent is what editors see and say of sources, articles, events and
// feeds.
func (a *app) watchContent() *desk.ContentWatch {
	return &desk.ContentWatch{Store: a.db, Remind: a.syncer.Remind}
}

// syncSource reads one source for an editor.
func (a *app) syncSource(ctx context.Context, source string, accept bool) (content.Report, error) {
	return a.syncer.SyncSource(ctx, source, time.Now(), content.SyncOptions{Accept: accept})
}

// sourceFailed writes down that a source could not be read, for the desk.
func (a *app) sourceFailed(ctx context.Context, source string, why error, now time.Time) {
	if err := a.db.SourceFailed(ctx, source, why, now); err != nil && ctx.Err() == nil {
		a.log.Warn("what failed could not be written down", "source", source, "err", err)
	}
}

// keepReadership is how long the counts of a day are kept.
const keepReadership = 400 * 24 * time.Hour

// countReaders makes what counts who fetches feeds.
func (a *app) countReaders(ctx context.Context) (*readership.Census, error) {
	key, err := a.db.Secret(ctx, "readership")
	if err != nil {
		return nil, err
	}
	return &readership.Census{Key: key}, nil
}

// noteReaders writes down what was counted, every few minutes and at the end,
// and forgets what told clients apart when their day is over.
func (a *app) noteReaders(ctx context.Context, census *readership.Census) error {
	note := func(ctx context.Context) {
		now := time.Now()
		err := census.Note(ctx, a.db)
		if err == nil {
			err = a.db.ForgetReadership(ctx, readership.Day(now), readership.Day(now.Add(-keepReadership)))
		}
		if err != nil {
			a.log.Warn("readers of feeds could not be counted", "err", err)
		}
	}
	err := every(ctx, 5*time.Minute, func() { note(ctx) })
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	note(last)
	return err
}
