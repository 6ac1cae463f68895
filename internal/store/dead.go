package store

import (
	"context"
	"database/sql"
	"fmt"
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
