package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/readership"
)

// NoteReadership adds what a process saw of a day to what is known of it.
func (db *DB) NoteReadership(ctx context.Context, day string, rows []readership.Row) error {
	err := db.write(ctx, func(s session) error {
		for _, r := range rows {
			var was []byte
			err := s.row(ctx, `SELECT sketch FROM feed_days WHERE day = $1 AND feed = $2 AND program = $3 FOR UPDATE`, day, r.Feed, r.Program).Scan(&was)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			r.Sketch.Merge(was)
			_, err = s.exec(ctx, `INSERT INTO feed_days (day, feed, program, told, clients, sketch) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (day, feed, program) DO UPDATE SET told = GREATEST(feed_days.told, excluded.told),
					clients = GREATEST(feed_days.clients, excluded.clients), sketch = excluded.sketch`,
				day, r.Feed, r.Program, r.Told, r.Sketch.Count(), r.Sketch.Bytes())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("readers of feeds: %w", err)
	}
	return nil
}

// ForgetReadership empties the sketches of days before today, and forgets days
// before oldest. Days are as in NoteReadership.
func (db *DB) ForgetReadership(ctx context.Context, today, oldest string) error {
	for _, old := range []struct{ change, day string }{
		{`UPDATE feed_days SET sketch = CAST('' AS BYTEA) WHERE day < $1 AND LENGTH(sketch) > 0`, today},
		{`DELETE FROM feed_days WHERE day < $1`, oldest},
	} {
		if _, err := db.change(ctx, old.change, old.day); err != nil {
			return fmt.Errorf("readers of feeds long ago: %w", err)
		}
	}
	return nil
}

// Readership returns what is known of a day, by feed and program. Sketches are
// left out.
func (db *DB) Readership(ctx context.Context, day time.Time) ([]readership.Count, error) {
	var out []readership.Count
	err := db.read().each(ctx, `SELECT feed, program, told, clients FROM feed_days WHERE day = $1 ORDER BY feed, program`, []any{readership.Day(day)},
		func(rows *sql.Rows) error {
			var c readership.Count
			err := rows.Scan(&c.Feed, &c.Program, &c.Told, &c.Clients)
			out = append(out, c)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("readers of feeds: %w", err)
	}
	return out, nil
}

// Followers returns how many follow each feed by WebSub, by its address.
func (db *DB) Followers(ctx context.Context) (map[string]int, error) {
	out := make(map[string]int)
	err := db.read().each(ctx, `SELECT feed, COUNT(*) FROM hub_followers WHERE is_hub = 0 GROUP BY feed`, nil, func(rows *sql.Rows) error {
		var feed string
		var n int
		err := rows.Scan(&feed, &n)
		out[feed] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("followers of feeds: %w", err)
	}
	return out, nil
}
