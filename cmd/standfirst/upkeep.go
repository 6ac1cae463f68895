package main

import (
	"context"
	"time"
)

// upkeep packs what became of letters that went out long ago, and forgets what
// nobody has use for, every hour. The
// first time comes an hour after the start: while several machines are brought
// to a new release one by one, the old one does not look into rolls.
func (a *app) upkeep(ctx context.Context) error {
	return every(ctx, time.Hour, func() {
		if err := a.compact(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("old letters could not be packed; next try in an hour", "err", err)
		}
		if err := a.foldClicks(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.log.Warn("clicks of long ago could not be added up; next try in an hour", "err", err)
		}
		if err := a.forget(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.log.Warn("old requests could not be forgotten; next try in an hour", "err", err)
		}
	})
}

// every calls f again and again until ctx ends, which is no error. The first
// time comes after d.
func every(ctx context.Context, d time.Duration, f func()) error {
	ticker := time.NewTicker(d)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			f()
		}
	}
}

// compact packs all there is to pack. It rests four times as long as it works,
// so that letters and pages have the database to themselves.
func (a *app) compact(ctx context.Context) error {
	for {
		began := time.Now()
		more, err := a.db.Compact(ctx, began)
		if err != nil || !more {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(4 * time.Since(began)):
		}
	}
}
