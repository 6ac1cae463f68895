package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// addNewsletter makes sure that there is a row for a newsletter.
func addNewsletter(ctx context.Context, s session, name string) error {
	_, err := s.exec(ctx, `INSERT INTO newsletters (name) VALUES ($1) ON CONFLICT DO NOTHING`, name)
	if err != nil {
		return fmt.Errorf("newsletter %s: %w", name, err)
	}
	return nil
}

// EnsureNewsletter makes newsletters known. Nobody is subscribed to them by
// that: readers come by import, or by themselves.
func (db *DB) EnsureNewsletter(ctx context.Context, names ...string) error {
	return db.write(ctx, func(s session) error {
		for _, name := range names {
			if err := addNewsletter(ctx, s, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// Slot implements digest.Schedules.
func (db *DB) Slot(ctx context.Context, newsletter string) (next time.Time, ok bool, err error) {
	err = db.read().row(ctx, `SELECT slot FROM newsletters WHERE name = $1`, newsletter).Scan(asTime(&next))
	if err != nil && err != sql.ErrNoRows {
		return time.Time{}, false, fmt.Errorf("slot of %s: %w", newsletter, err)
	}
	return next, !next.IsZero(), nil
}

// Advance implements digest.Schedules.
func (db *DB) Advance(ctx context.Context, newsletter string, from, to time.Time) (bool, error) {
	var n int64
	err := db.write(ctx, func(s session) error {
		err := addNewsletter(ctx, s, newsletter)
		if err != nil {
			return err
		}
		if from.IsZero() {
			n, err = s.exec(ctx, `UPDATE newsletters SET slot = $1 WHERE name = $2 AND slot IS NULL`, instant(to), newsletter)
		} else {
			n, err = s.exec(ctx, `UPDATE newsletters SET slot = $1 WHERE name = $2 AND slot = $3`, instant(to), newsletter, from.UnixMilli())
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("slot of %s: %w", newsletter, err)
	}
	return n == 1, nil
}

// Sending implements digest.Schedules.
func (db *DB) Sending(ctx context.Context) ([]digest.Edition, error) {
	var out []digest.Edition
	err := db.read().each(ctx, `SELECT id, newsletter, GREATEST(COALESCE(published, 0), COALESCE(resumed, 0)) FROM editions
		WHERE closed = 0 AND state = 'sending' ORDER BY n`, nil, func(rows *sql.Rows) error {
		e := digest.Edition{State: digest.Sending}
		err := rows.Scan(&e.ID, &e.Newsletter, asTime(&e.Published))
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("editions: %w", err)
	}
	return out, nil
}
