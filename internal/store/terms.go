package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// forgotten is after how long terms that nobody upholds are deleted.
const forgotten = 24 * time.Hour

// Uphold implements digest.Schedules.
func (db *DB) Uphold(ctx context.Context, newsletter, terms string, began, now time.Time) ([]digest.Terms, error) {
	var out []digest.Terms
	err := db.write(ctx, func(s session) error {
		clock, err := db.clock(ctx, s, now)
		if err != nil {
			return err
		}
		if _, err := s.exec(ctx, `INSERT INTO terms (newsletter, text, since, seen) VALUES ($1, $2, $3, $4)
			ON CONFLICT (newsletter, text) DO UPDATE SET since = GREATEST(terms.since, excluded.since), seen = excluded.seen`,
			newsletter, terms, began.UnixMilli(), clock); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM terms WHERE newsletter = $1 AND seen < $2`,
			newsletter, clock-forgotten.Milliseconds()); err != nil {
			return err
		}
		out, err = upheld(ctx, s, newsletter, clock)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("terms of %s: %w", newsletter, err)
	}
	return out, nil
}

// Upheld implements digest.Schedules.
func (db *DB) Upheld(ctx context.Context, newsletter string, now time.Time) ([]digest.Terms, error) {
	clock, err := db.clock(ctx, db.read(), now)
	var out []digest.Terms
	if err == nil {
		out, err = upheld(ctx, db.read(), newsletter, clock)
	}
	if err != nil {
		return nil, fmt.Errorf("terms of %s: %w", newsletter, err)
	}
	return out, nil
}

func upheld(ctx context.Context, s session, newsletter string, clock int64) ([]digest.Terms, error) {
	var out []digest.Terms
	err := s.each(ctx, `SELECT text, since, seen FROM terms WHERE newsletter = $1 ORDER BY text`, []any{newsletter}, func(rows *sql.Rows) error {
		var t digest.Terms
		var seen int64
		err := rows.Scan(&t.Text, asTime(&t.Since), &seen)
		t.Quiet = max(0, time.Duration(clock-seen)*time.Millisecond)
		out = append(out, t)
		return err
	})
	return out, err
}
