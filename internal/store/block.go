package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// blockSize is how many deliveries a block holds at most. A worker leases that
// many, and a transaction of them stays short.
const blockSize = 500

// given is true of deliveries (d) whose edition counts as given to the reader.
const given = `(d.state = 'sent' OR d.state = 'skipped' AND d.reason = 'nothing')`

// A delta is what becomes of a block's counters.
type delta struct{ open, sent, failed, skipped, bounced int64 }

// leave counts a delivery out of a state, for a reason, enter counts it into one.
func (d *delta) leave(state mailer.State, reason string) { d.add(state, reason, -1) }
func (d *delta) enter(state mailer.State, reason string) { d.add(state, reason, +1) }

func (d *delta) add(state mailer.State, reason string, n int64) {
	switch state {
	case mailer.Queued:
		d.open += n
	case mailer.Sent:
		d.sent += n
	case mailer.Failed:
		d.failed += n
		if reason == mailer.Bounced {
			d.bounced += n
		}
	case mailer.Skipped:
		d.skipped += n
	}
}

// deltas are the changes of several blocks.
type deltas map[int64]*delta

func (ds deltas) of(block int64) *delta {
	if ds[block] == nil {
		ds[block] = new(delta)
	}
	return ds[block]
}

// apply changes the counters and finishes blocks in which nothing is open any
// more; done tells whether there were any. Blocks are taken in order, so that
// two of us do not wait for each other.
func (ds deltas) apply(ctx context.Context, s session) (done bool, err error) {
	for _, id := range slices.Sorted(maps.Keys(ds)) {
		d := *ds[id]
		var open int64
		err := s.row(ctx, `UPDATE blocks SET open = open + $1, sent = sent + $2, failed = failed + $3,
			skipped = skipped + $4, bounced = bounced + $5 WHERE id = $6 RETURNING open`,
			d.open, d.sent, d.failed, d.skipped, d.bounced, id).Scan(&open)
		if none(err) != nil {
			return false, fmt.Errorf("counters of block: %w", err)
		}
		if open > 0 {
			continue
		}
		finished, err := finishBlock(ctx, s, id)
		if err != nil {
			return false, err
		}
		done = done || finished
	}
	return done, nil
}

// finishBlock moves the bookmarks of a block with nothing open and marks it
// done. A block that is not so far, or was done before, is left alone.
func finishBlock(ctx context.Context, s session, id int64) (done bool, err error) {
	n, err := s.exec(ctx, `UPDATE blocks SET done = 1, lease_until = NULL, owner = '' WHERE id = $1 AND open = 0 AND done = 0`, id)
	if err != nil || n == 0 {
		return false, err
	}
	var newsletter string
	var horizon int64
	err = s.row(ctx, `SELECT e.newsletter, e.horizon FROM blocks b JOIN editions e ON e.n = b.edition WHERE b.id = $1`, id).
		Scan(&newsletter, &horizon)
	if err != nil {
		return false, err
	}
	if _, err = s.exec(ctx, moveSQL, horizon, newsletter, horizon, id); err != nil {
		return false, fmt.Errorf("bookmarks of block: %w", err)
	}
	return true, nil
}

// moveSQL moves the stored bookmarks of a block. "+ 0" keeps the engines from
// walking the index by bookmark, which holds every reader of the newsletter.
const moveSQL = `UPDATE subscriptions SET bookmark = $1 WHERE newsletter = $2 AND bookmark + 0 < $3
	AND subscriber IN (SELECT d.subscriber FROM deliveries d WHERE d.block = $4 AND ` + given + `)`

// cancelBlock skips what is queued in a block of a cancelled edition.
func cancelBlock(ctx context.Context, s session, id int64, now time.Time) error {
	return skip(ctx, s, id, mailer.Cancelled, now, ``)
}

// skip skips what is queued in a block, those of which more is true.
func skip(ctx context.Context, s session, id int64, reason string, now time.Time, more string) error {
	n, err := s.exec(ctx, `UPDATE deliveries SET state = 'skipped', reason = $1, at = $2
		WHERE block = $3 AND state = 'queued'`+more, reason, instant(now), id)
	if err != nil {
		return fmt.Errorf("%s letters of block: %w", reason, err)
	}
	_, err = deltas{id: {open: -n, skipped: n}}.apply(ctx, s)
	return err
}

// cancelBlocks cancels blocks that nobody has in hand, or whose lease ended
// before clock; each is a transaction, so that nobody waits for all of them.
func (db *DB) cancelBlocks(ctx context.Context, blocks []int64, now time.Time, clock int64) error {
	for _, id := range blocks {
		err := db.write(ctx, func(s session) error {
			var still int64
			err := s.row(ctx, `SELECT b.id FROM blocks b WHERE b.id = $1 AND b.done = 0
				AND (b.lease_until IS NULL OR b.lease_until < $2) FOR UPDATE`, id, clock).Scan(&still)
			if err != nil {
				return none(err)
			}
			return cancelBlock(ctx, s, id, now)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers returns a column of numbers.
func numbers(ctx context.Context, s session, query string, args ...any) ([]int64, error) {
	var out []int64
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		out = append(out, n)
		return err
	})
	return out, err
}
