package store

import (
	"context"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// giveUp is called before a block is claimed. When nobody has worked on the
// block's edition for longer than its grace, whoever should have was away, and
// what is due for as long and was never tried comes with the next edition
// instead. What was tried, or may have arrived, goes on. Each block is a
// transaction; should the process die over them, the next claim goes on,
// because only claiming is work.
func (db *DB) giveUp(ctx context.Context, block int64, now time.Time, clock int64) error {
	blocks, err := numbers(ctx, db.read(), lateSQL, block, now.UnixMilli(), clock)
	if err != nil || len(blocks) == 0 {
		return err
	}
	for _, id := range blocks {
		err := db.write(ctx, func(s session) error {
			var still int64
			err := s.row(ctx, `SELECT b.id FROM blocks b JOIN editions e ON e.n = b.edition
				WHERE b.id = $1 AND b.done = 0 AND b.lease_until IS NULL AND e.state = 'sending'
				FOR UPDATE OF b SKIP LOCKED`, id).Scan(&still)
			if err != nil {
				return none(err)
			}
			return skip(ctx, s, id, mailer.Late, now, untried)
		})
		if err != nil {
			return err
		}
	}
	editions, err := numbers(ctx, db.read(), `SELECT edition FROM blocks WHERE id = $1`, block)
	if err != nil {
		return err
	}
	return db.finish(ctx, editions...)
}

// untried is true of deliveries that no server has heard of, for all we know.
const untried = ` AND attempts = 0 AND doubt = 0`

// lateSQL finds the blocks of the edition of block $1 that are late at $2. A
// living hand on any of its blocks is work, however slow. What was in a dead
// one's is not late but in doubt.
const lateSQL = `SELECT b.id FROM editions e JOIN blocks b ON b.edition = e.n AND b.done = 0
	WHERE e.n = (SELECT edition FROM blocks WHERE id = $1) AND e.hand = 0 AND e.grace > 0
		AND COALESCE(e.published, 0) < $2 - e.grace AND COALESCE(e.resumed, 0) < $2 - e.grace
		AND NOT EXISTS (SELECT 1 FROM blocks w WHERE w.edition = e.n
			AND (w.token > 0 AND w.worked >= $2 - e.grace OR w.done = 0 AND w.lease_until >= $3))
		AND b.lease_until IS NULL AND b.due < $2 - e.grace AND b.worked < $2 - e.grace
		AND EXISTS (SELECT 1 FROM deliveries d WHERE d.block = b.id AND d.state = 'queued'` + untried + `)
	ORDER BY b.id`
