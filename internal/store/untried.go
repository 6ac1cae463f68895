package store

import (
	"context"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

var _ mailer.Untrier = (*DB)(nil)

// Untried implements mailer.Untrier: it reports whether first attempts of an
// edition are still to come that cannot be claimed at now: of readers who are
// due and not expanded yet, or of letters that are in another worker's hand or
// wait for their turn. It is false for an edition that is not being sent.
func (db *DB) Untried(ctx context.Context, edition string, now time.Time) (bool, error) {
	clock, err := db.clock(ctx, db.read(), now)
	if err != nil {
		return false, fmt.Errorf("edition %s: %w", edition, err)
	}
	var untried bool
	err = db.read().row(ctx, `SELECT e.state = 'sending' AND (
			EXISTS (SELECT 1 FROM edition_groups g WHERE g.edition = e.n AND g.done = 0 AND g.due <= $1)
			OR EXISTS (SELECT 1 FROM blocks b WHERE b.edition = e.n AND b.done = 0 AND (b.lease_until >= $2
				OR b.due <= $3 AND EXISTS (SELECT 1 FROM deliveries d WHERE d.block = b.id AND d.state = 'queued' AND d.attempts = 0))))
		FROM editions e WHERE e.id = $4`, now.UnixMilli(), clock, now.UnixMilli(), edition).Scan(&untried)
	if err = none(err); err != nil {
		return false, fmt.Errorf("edition %s: %w", edition, err)
	}
	return untried, nil
}
