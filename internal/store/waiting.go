package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Readers whose older letter must settle first are passed over and written
// down. When a group's cursor has come to the end they are all that is left, so
// that coming back for a few costs little, however many readers there are.

// waiters returns the next readers of the group who waited when they were last
// looked at, by number.
func (e *expansion) waiters(ctx context.Context, limit int) (ids []int64, end bool, err error) {
	seen, from := 0, e.cursor.subscriber
	err = e.each(ctx, `SELECT w.subscriber, `+settled+`
		FROM edition_waiting w JOIN subscribers r ON r.id = w.subscriber
		WHERE w.edition = $1 AND w.zone = $2 AND w.subscriber > $3
		ORDER BY w.subscriber LIMIT $4`, []any{e.edition, e.Zone, from, limit}, func(rows *sql.Rows) error {
		var id int64
		var settled bool
		err := rows.Scan(&id, &settled)
		if !settled {
			ids = append(ids, id)
		}
		seen, e.cursor.subscriber = seen+1, id
		return err
	})
	if err == nil && seen > 0 {
		_, err = e.exec(ctx, `DELETE FROM edition_waiting
			WHERE edition = $1 AND zone = $2 AND subscriber > $3 AND subscriber <= $4`,
			e.edition, e.Zone, from, e.cursor.subscriber)
	}
	return ids, seen < limit, err
}

// passOver writes down who waits of a page's readers.
func (e *expansion) passOver(ctx context.Context) error {
	err := among(e.waiting, "r.id", 3, func(which string, args []any) error {
		_, err := e.exec(ctx, `INSERT INTO edition_waiting (edition, zone, subscriber)
			SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), r.id FROM subscribers r
			WHERE `+which+`
			ON CONFLICT DO NOTHING`, append([]any{e.edition, e.Zone}, args...)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("who waits: %w", err)
	}
	return nil
}

// anybodyWaits tells whether the group is not done at its end.
func (e *expansion) anybodyWaits(ctx context.Context) (bool, error) {
	some, err := numbers(ctx, e.session, `SELECT subscriber FROM edition_waiting
		WHERE edition = $1 AND zone = $2 LIMIT 1`, e.edition, e.Zone)
	if err != nil {
		return false, fmt.Errorf("who waits: %w", err)
	}
	return len(some) > 0, nil
}

// forgetWaiting ends the wait for an edition that goes no further.
func (db *DB) forgetWaiting(ctx context.Context, edition int64) error {
	if _, err := db.change(ctx, `DELETE FROM edition_waiting WHERE edition = $1`, edition); err != nil {
		return fmt.Errorf("who waits: %w", err)
	}
	return nil
}
