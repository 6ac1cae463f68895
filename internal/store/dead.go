package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// EndLeases ends the leases of owners who are dead before their time, and
// returns how many. What was in their hands is in doubt, just as if the leases
// had run out; who claims next need not wait for that. An owner that is called
// dead and lives loses its blocks: its letters would be sent twice, so dead
// must be certain. Owner is what the claim said.
func (db *DB) EndLeases(ctx context.Context, dead func(owner string) bool) (int, error) {
	type lease struct {
		block, token int64
	}
	var over []lease
	known := make(map[string]bool)
	err := db.read().each(ctx, `SELECT id, token, owner FROM blocks WHERE done = 0 AND lease_until > 0`, nil, func(rows *sql.Rows) error {
		var l lease
		var owner string
		if err := rows.Scan(&l.block, &l.token, &owner); err != nil {
			return err
		}
		is, ok := known[owner]
		if !ok {
			is = dead(owner)
			known[owner] = is
		}
		if is {
			over = append(over, l)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("leases: %w", err)
	}
	ended := 0
	for _, l := range over {
		// Another process may have claimed it meanwhile; its token is a new one.
		n, err := db.change(ctx, `UPDATE blocks SET lease_until = 0 WHERE id = $1 AND token = $2 AND lease_until > 0 AND done = 0`, l.block, l.token)
		if err != nil {
			return ended, fmt.Errorf("lease of block %d: %w", l.block, err)
		}
		ended += int(n)
	}
	return ended, nil
}

// Abandoned returns the editions of a newsletter that are being sent and that
// somebody may have died over: readers who are due are not expanded, or letters
// in doubt are due and in nobody's hand. The oldest comes first.
func (db *DB) Abandoned(ctx context.Context, newsletter string, now time.Time) ([]string, error) {
	clock, err := db.clock(ctx, db.read(), now)
	if err != nil {
		return nil, fmt.Errorf("abandoned editions: %w", err)
	}
	var ids []string
	err = db.read().each(ctx, `SELECT e.id FROM editions e
		WHERE e.newsletter = $1 AND e.state = 'sending' AND e.closed = 0 AND (EXISTS (
				SELECT 1 FROM blocks b WHERE b.edition = e.n AND b.done = 0 AND b.due <= $2
					AND (b.lease_until < $3 OR b.lease_until IS NULL AND EXISTS (
						SELECT 1 FROM deliveries d WHERE d.block = b.id AND d.state = 'queued' AND d.doubt = 1)))
			OR EXISTS (SELECT 1 FROM edition_groups g WHERE g.edition = e.n AND g.done = 0 AND g.due <= $4))
		ORDER BY e.n`, []any{newsletter, now.UnixMilli(), clock, now.UnixMilli()}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("abandoned editions: %w", err)
	}
	return ids, nil
}
