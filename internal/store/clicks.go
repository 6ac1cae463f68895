package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
)

var _ digest.LinkStore = (*DB)(nil)

// CountLinks implements digest.LinkStore.
func (db *DB) CountLinks(ctx context.Context, edition string) (int64, error) {
	var n int64
	var counted bool
	err := db.read().row(ctx, `SELECT n, counted FROM editions WHERE id = $1`, edition).Scan(&n, &counted)
	if err == sql.ErrNoRows {
		err = digest.ErrNotFound
	}
	if err == nil && !counted {
		_, err = db.change(ctx, `UPDATE editions SET counted = 1 WHERE n = $1 AND counted = 0`, n)
	}
	if err != nil {
		return 0, fmt.Errorf("links of edition %s: %w", edition, err)
	}
	return n, nil
}

// Linked returns the item that a link names, as it is now and without its body,
// or digest.ErrNotFound if the edition has no version with that item. Versions
// are never deleted, and neither is what was released, so what it returned once
// it returns for ever.
func (db *DB) Linked(ctx context.Context, l digest.Link) (*content.Entry, error) {
	es, err := entries(ctx, db.read(), false, `WHERE w.n = $1 AND EXISTS (
			SELECT 1 FROM version_items v WHERE v.edition = $2 AND v.kind = w.kind AND v.item = w.item)`, l.Release, l.Edition)
	if err == nil && len(es) == 0 {
		err = digest.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", l.Path(), err)
	}
	return &es[0], nil
}

// AddClicks adds what a process has counted to what is known, all or nothing.
// An error may be told although it was added, when the connection breaks in that
// very moment.
func (db *DB) AddClicks(ctx context.Context, some []digest.LinkClicks) error {
	some = slices.Clone(some)
	slices.SortFunc(some, func(a, b digest.LinkClicks) int { // the order in which all processes lock
		return cmp.Or(cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.Release, b.Release), cmp.Compare(a.Day, b.Day))
	})
	err := db.write(ctx, func(s session) error { return addClicks(ctx, s, some) })
	if err != nil {
		return fmt.Errorf("clicks: %w", err)
	}
	return nil
}

func addClicks(ctx context.Context, s session, some []digest.LinkClicks) error {
	for _, c := range some {
		_, err := s.exec(ctx, `INSERT INTO link_clicks (edition, release, day, clicks) VALUES ($1, $2, $3, $4)
			ON CONFLICT (edition, release, day) DO UPDATE SET clicks = link_clicks.clicks + excluded.clicks`,
			c.Edition, c.Release, c.Day, c.Clicks)
		if err != nil {
			return err
		}
	}
	return nil
}

// FoldClicks adds up the clicks of each link on days before a day by their
// months. One call is one short transaction; more tells that there may be
// others. Any number of processes may call it at once.
func (db *DB) FoldClicks(ctx context.Context, before string) (more bool, err error) {
	const most = 500
	err = db.write(ctx, func(s session) error {
		var months []digest.LinkClicks
		at := make(map[digest.LinkClicks]int)
		n := 0
		// Whoever deletes a row adds it to its month: a row is never two processes'.
		err := s.each(ctx, `DELETE FROM link_clicks WHERE (edition, release, day) IN (
				SELECT edition, release, day FROM link_clicks WHERE day < $1 AND LENGTH(day) = 10
				ORDER BY day, edition, release LIMIT $2)
			RETURNING edition, release, day, clicks`, []any{before, most}, func(rows *sql.Rows) error {
			var c digest.LinkClicks
			if err := rows.Scan(&c.Edition, &c.Release, &c.Day, &c.Clicks); err != nil {
				return err
			}
			n++
			month := digest.LinkClicks{Link: c.Link, Day: c.Day[:len("2006-01")]}
			i, ok := at[month]
			if !ok {
				i = len(months)
				at[month], months = i, append(months, month)
			}
			months[i].Clicks += c.Clicks
			return nil
		})
		if err != nil {
			return err
		}
		more = n == most
		slices.SortFunc(months, func(a, b digest.LinkClicks) int {
			return cmp.Or(cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.Release, b.Release), cmp.Compare(a.Day, b.Day))
		})
		return addClicks(ctx, s, months)
	})
	if err != nil {
		return false, fmt.Errorf("clicks of long ago: %w", err)
	}
	return more, nil
}

// Clicks returns how often the links of an edition's letters were followed; nil
// without an error if they are not counted.
func (db *DB) Clicks(ctx context.Context, edition string) (*digest.Clicks, error) {
	c, err := db.clicks(ctx, edition)
	if err != nil {
		return nil, fmt.Errorf("clicks of edition %s: %w", edition, err)
	}
	return c, nil
}

func (db *DB) clicks(ctx context.Context, edition string) (*digest.Clicks, error) {
	s := db.read()
	var n int64
	var counted bool
	err := s.row(ctx, `SELECT n, counted FROM editions WHERE id = $1`, edition).Scan(&n, &counted)
	if err == sql.ErrNoRows {
		err = digest.ErrNotFound
	}
	if err != nil || !counted {
		return nil, err
	}
	out := &digest.Clicks{Items: []digest.ItemClicks{}, Days: []digest.DayClicks{}}
	err = s.each(ctx, `SELECT i.kind, i.item, COALESCE(a.title, e.name, ''), CAST(COALESCE(c.clicks, 0) AS BIGINT) AS clicks
		FROM (SELECT DISTINCT kind, item FROM version_items WHERE edition = $1) i
			LEFT JOIN articles a ON i.kind = 'article' AND a.id = i.item
			LEFT JOIN events e ON i.kind <> 'article' AND e.id = i.item
			LEFT JOIN (SELECT w.kind, w.item, SUM(l.clicks) AS clicks FROM link_clicks l JOIN wire w ON w.n = l.release
				WHERE l.edition = $2 GROUP BY w.kind, w.item) c ON c.kind = i.kind AND c.item = i.item
		ORDER BY 4 DESC, 3, 1, 2`, []any{n, n}, func(rows *sql.Rows) error {
		var i digest.ItemClicks
		err := rows.Scan(&i.Kind, &i.ID, &i.Title, &i.Clicks)
		out.Items = append(out.Items, i)
		out.Total += i.Clicks
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, `SELECT day, CAST(SUM(clicks) AS BIGINT) FROM link_clicks WHERE edition = $1 GROUP BY day ORDER BY day`, []any{n},
		func(rows *sql.Rows) error {
			var d digest.DayClicks
			err := rows.Scan(&d.Day, &d.Clicks)
			out.Days = append(out.Days, d)
			return err
		})
	return out, err
}

// keepClickDays is for how long clicks are known by the day.
const keepClickDays = 90

// OldClicks is the first day at now, by the publication's clock, of those whose
// clicks are known by the day.
func OldClicks(now time.Time, zone *time.Location) string {
	return digest.ClickDay(now.AddDate(0, 0, -keepClickDays), zone)
}
