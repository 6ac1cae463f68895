package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// readers reads subscriptions (s) with their readers (r) as expanding sees
// them, without what they were told. where speaks of r.id, and CROSS JOIN
// keeps SQLite from beginning with all subscriptions to the newsletter.
func readers(ctx context.Context, s session, newsletter string, now time.Time, where string, args ...any) ([]digest.Reader, error) {
	var out []digest.Reader
	err := s.each(ctx, `SELECT r.id, r.topics, r.cities, r.language, r.timezone, r.status, r.paused_until, s.left_at, `+effective+`
		FROM subscribers r CROSS JOIN subscriptions s
		WHERE s.subscriber = r.id AND s.newsletter = $1 AND `+where, append([]any{newsletter}, args...), func(rows *sql.Rows) error {
		var r digest.Reader
		var st standing
		err := rows.Scan(&r.Subscriber, asList(&r.Topics), asList(&r.Cities), &r.Language, &r.Zone,
			&st.status, asTime(&st.paused), asTime(&st.left), &r.Bookmark)
		r.Reason = st.reason(now)
		out = append(out, r)
		return err
	})
	return out, err
}

// Zones implements digest.Readers. Readers who get no letters count too: each
// edition has a row for them.
func (db *DB) Zones(ctx context.Context, newsletter string) ([]string, error) {
	var out []string
	err := db.read().each(ctx, `SELECT DISTINCT r.timezone FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber
		WHERE s.newsletter = $1 AND r.status <> 'pending' ORDER BY r.timezone`, []any{newsletter}, func(rows *sql.Rows) error {
		var zone string
		err := rows.Scan(&zone)
		out = append(out, zone)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("zones of readers: %w", err)
	}
	return out, nil
}

// Oldest implements digest.Readers. A pause may end and a leaving be taken back
// at any time, also while an edition is expanded, so neither keeps a reader
// from counting.
func (db *DB) Oldest(ctx context.Context, newsletter string) (bookmark int64, ok bool, err error) {
	// Readers come by their stored bookmark, which is a lower bound of the
	// effective one; usually the first one ends it.
	stored, subscriber := int64(-1), int64(-1)
	for more := true; more; {
		more = false
		err := db.read().each(ctx, `SELECT s.bookmark, s.subscriber, `+effective+`
			FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber
			WHERE s.newsletter = $1 AND (s.bookmark, s.subscriber) > ($2, $3)
				AND r.status IN ('active', 'unsubscribed')
			ORDER BY s.bookmark, s.subscriber LIMIT 500`, []any{newsletter, stored, subscriber}, func(rows *sql.Rows) error {
			var b int64
			if err := rows.Scan(&stored, &subscriber, &b); err != nil {
				return err
			}
			if !ok || b < bookmark {
				bookmark, ok = b, true
			}
			more = stored < bookmark
			return nil
		})
		if err != nil {
			return 0, false, fmt.Errorf("oldest bookmark: %w", err)
		}
	}
	return bookmark, ok, nil
}

// Look implements digest.Readers.
func (db *DB) Look(ctx context.Context, newsletter string, ask digest.Asked, after int64, limit int, now time.Time) ([]digest.Reader, error) {
	s := db.read()
	out, err := readers(ctx, s, newsletter, now, `r.id > $2 AND r.status <> 'pending'
		ORDER BY r.id LIMIT $3`, after, limit)
	if err == nil {
		err = asked(ctx, s, newsletter, ask, out)
	}
	if err != nil {
		return nil, fmt.Errorf("readers of %s: %w", newsletter, err)
	}
	return out, nil
}

// Pending implements digest.Readers.
func (db *DB) Pending(ctx context.Context, now time.Time) ([]digest.Expansion, error) {
	var out []digest.Expansion
	err := db.read().each(ctx, `SELECT e.id, e.newsletter, e.horizon, e.published,
			GREATEST(COALESCE(e.published, 0), COALESCE(e.resumed, 0)), e.hand, g.zone, g.due
		FROM edition_groups g JOIN editions e ON e.n = g.edition
		WHERE g.done = 0 AND g.due <= $1 AND e.state = 'sending' ORDER BY e.n, g.due, g.zone`, []any{now.UnixMilli()},
		func(rows *sql.Rows) error {
			var x digest.Expansion
			err := rows.Scan(&x.Edition, &x.Newsletter, &x.Horizon, asTime(&x.Published), asTime(&x.Resumed), &x.Hand, &x.Zone, asTime(&x.Due))
			out = append(out, x)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("editions to expand: %w", err)
	}
	return out, nil
}

// NextGroup implements digest.Readers.
func (db *DB) NextGroup(ctx context.Context) (at time.Time, ok bool, err error) {
	err = db.read().row(ctx, `SELECT MIN(g.due) FROM edition_groups g JOIN editions e ON e.n = g.edition
		WHERE g.done = 0 AND e.state = 'sending'`).Scan(asTime(&at))
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next group: %w", err)
	}
	return at, !at.IsZero(), nil
}
