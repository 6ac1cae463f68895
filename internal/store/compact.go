package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// rollAfter is how long the letters of a closed edition stay rows after
// anything happened to them. A result that is later than that, of a lease that
// was lost long ago, is dropped.
const rollAfter = 7 * 24 * time.Hour

// Compact packs the deliveries of editions that have been closed for a week
// into rolls, of which a reader costs a byte or two, and folds their blocks
// into one. What is asked of an edition or a reader is answered as before.
//
// One call is one short transaction of at most 500 rows, on the oldest edition
// that nobody else is at: more tells that there may be another. Any number of
// processes may call it, and be killed over it, at any moment.
//
// On SQLite the file does not shrink; later editions fill what is free, and a
// backup leaves it out. PostgreSQL's autovacuum gives the pages of the rows and
// their indexes back to the tables.
func (db *DB) Compact(ctx context.Context, now time.Time) (more bool, err error) {
	before := now.Add(-rollAfter)
	editions, err := numbers(ctx, db.read(), unpackedSQL, before.UnixMilli())
	for _, n := range editions {
		if more, err = db.pack(ctx, n, before); err != nil {
			return false, fmt.Errorf("compaction of edition %d: %w", n, err)
		}
		if more {
			return true, nil
		}
	}
	if err != nil {
		return false, fmt.Errorf("editions to compact: %w", err)
	}
	return false, nil
}

const unpackedSQL = `SELECT e.n FROM editions e WHERE e.closed = 1 AND e.packed = 0
		AND COALESCE(e.changed, 0) < $1 AND COALESCE(e.published, 0) < $1
	ORDER BY e.n`

// pack takes the next step with an edition; worked is false if somebody else is
// at it, or it is too early.
func (db *DB) pack(ctx context.Context, edition int64, before time.Time) (worked bool, err error) {
	err = db.write(ctx, func(s session) error {
		worked = false
		var n int64
		err := s.row(ctx, `SELECT n FROM editions WHERE n = $1 AND closed = 1 AND packed = 0 FOR UPDATE SKIP LOCKED`, edition).Scan(&n)
		if err != nil {
			return none(err)
		}
		entries, err := unpacked(ctx, s, edition)
		if err != nil {
			return fmt.Errorf("deliveries: %w", err)
		}
		for _, e := range entries {
			if !e.at.Before(before) {
				return nil
			}
		}
		worked = true
		if len(entries) > 0 {
			return rollUp(ctx, s, edition, entries)
		}
		folded, err := foldBlocks(ctx, s, edition)
		if err != nil {
			return fmt.Errorf("blocks: %w", err)
		}
		if folded {
			return nil
		}
		// How far the edition was expanded in each zone nobody asks any more.
		if _, err := s.exec(ctx, `DELETE FROM edition_groups WHERE edition = $1`, edition); err != nil {
			return fmt.Errorf("groups: %w", err)
		}
		_, err = s.exec(ctx, `UPDATE editions SET packed = 1 WHERE n = $1`, edition)
		return err
	})
	return worked && err == nil, err
}

// unpacked locks and returns the edition's next deliveries by reader. No row is
// ever added to a closed edition, so the next are those behind the last roll;
// from the beginning PostgreSQL would walk over all that are gone.
func unpacked(ctx context.Context, s session, edition int64) (entries []entry, err error) {
	last := int64(-1)
	err = s.row(ctx, `SELECT hi FROM rolls WHERE edition = $1 ORDER BY lo DESC LIMIT 1`, edition).Scan(&last)
	if none(err) != nil {
		return nil, err
	}
	err = s.each(ctx, `SELECT subscriber, version, state, reason, attempts, at, code, enhanced FROM deliveries
		WHERE edition = $1 AND subscriber > $2 ORDER BY subscriber LIMIT $3 FOR UPDATE`, []any{edition, last, rollSize},
		func(rows *sql.Rows) error {
			var e entry
			err := rows.Scan(&e.subscriber, &e.version, &e.state, &e.reason, &e.attempts, asTime(&e.at), &e.code, &e.enhanced)
			e.at = e.at.Truncate(time.Second)
			entries = append(entries, e)
			return err
		})
	return entries, err
}

// rollUp puts a roll in the place of its rows.
func rollUp(ctx context.Context, s session, edition int64, entries []entry) error {
	bytes, err := writeRoll(entries)
	if err != nil {
		return err
	}
	lo, hi := entries[0].subscriber, entries[len(entries)-1].subscriber
	_, err = s.exec(ctx, `INSERT INTO rolls (edition, lo, hi, entries) VALUES ($1, $2, $3, $4)`, edition, lo, hi, bytes)
	if err != nil {
		return fmt.Errorf("roll from reader %d: %w", lo, err)
	}
	gone, err := s.exec(ctx, `DELETE FROM deliveries WHERE edition = $1 AND subscriber BETWEEN $2 AND $3`, edition, lo, hi)
	if err == nil && gone != int64(len(entries)) {
		err = fmt.Errorf("%d rows are in the roll, %d would be deleted", len(entries), gone)
	}
	if err != nil {
		return fmt.Errorf("deliveries from reader %d: %w", lo, err)
	}
	return nil
}

// foldBlocks puts the counts of the edition's next blocks into its first, which
// then stands for all; folded is false if there is only that one.
func foldBlocks(ctx context.Context, s session, edition int64) (folded bool, err error) {
	var ids []int64
	var sum delta
	err = s.each(ctx, `SELECT id, open, sent, failed, skipped, bounced FROM blocks
		WHERE edition = $1 AND done = 1 ORDER BY id LIMIT $2 FOR UPDATE`, []any{edition, rollSize}, func(rows *sql.Rows) error {
		var id int64
		var d delta
		if err := rows.Scan(&id, &d.open, &d.sent, &d.failed, &d.skipped, &d.bounced); err != nil {
			return err
		}
		if ids = append(ids, id); len(ids) > 1 {
			sum.open, sum.sent, sum.failed, sum.skipped = sum.open+d.open, sum.sent+d.sent, sum.failed+d.failed, sum.skipped+d.skipped
			sum.bounced += d.bounced
		}
		return nil
	})
	if err != nil || len(ids) < 2 {
		return false, err
	}
	_, err = s.exec(ctx, `UPDATE blocks SET open = open + $1, sent = sent + $2, failed = failed + $3, skipped = skipped + $4,
			bounced = bounced + $5, retry = 0
		WHERE id = $6`, sum.open, sum.sent, sum.failed, sum.skipped, sum.bounced, ids[0])
	if err != nil {
		return false, err
	}
	err = among(ids[1:], "id", 1, func(which string, args []any) error {
		_, err := s.exec(ctx, `DELETE FROM blocks WHERE `+which, args...)
		return err
	})
	return err == nil, err
}
