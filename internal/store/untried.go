package store

import (
	"context"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

var _ mailer.Untrier = (*DB)(nil)

// Untried implements mailer.Untrier: it reports whether first attempts of an
// edition are still to come that cannot be claimed at now: those that are
// elsewhere, and letters that wait for their turn. It is false for an edition
// that is not being sent.
func (db *DB) Untried(ctx context.Context, edition string, now time.Time) (bool, error) {
	elsewhere, err := db.Elsewhere(ctx, edition, now)
	if err != nil || elsewhere {
		return elsewhere, err
	}
	var waiting bool
	err = db.read().row(ctx, `SELECT e.state = 'sending' AND EXISTS (SELECT 1 FROM blocks b
			WHERE b.edition = e.n AND b.done = 0 AND b.due <= $1
				AND EXISTS (SELECT 1 FROM deliveries d WHERE d.block = b.id AND d.state = 'queued' AND d.attempts = 0))
		FROM editions e WHERE e.id = $2`, now.UnixMilli(), edition).Scan(&waiting)
	if err = none(err); err != nil {
		return false, fmt.Errorf("edition %s: %w", edition, err)
	}
	return waiting, nil
}

// Elsewhere reports whether some of an edition that is being sent is not for
// whoever asks to send: readers who are due and not expanded yet, or letters in
// another worker's hand.
func (db *DB) Elsewhere(ctx context.Context, edition string, now time.Time) (bool, error) {
	clock, err := db.clock(ctx, db.read(), now)
	if err != nil {
		return false, fmt.Errorf("edition %s: %w", edition, err)
	}
	var elsewhere bool
	err = db.read().row(ctx, `SELECT e.state = 'sending' AND (
			EXISTS (SELECT 1 FROM edition_groups g WHERE g.edition = e.n AND g.done = 0 AND g.due <= $1)
			OR EXISTS (SELECT 1 FROM blocks b WHERE b.edition = e.n AND b.done = 0 AND b.lease_until >= $2))
		FROM editions e WHERE e.id = $3`, now.UnixMilli(), clock, edition).Scan(&elsewhere)
	if err = none(err); err != nil {
		return false, fmt.Errorf("edition %s: %w", edition, err)
	}
	return elsewhere, nil
}
