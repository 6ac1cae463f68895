package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
)

// Head implements digest.Wire.
func (db *DB) Head(ctx context.Context) (int64, error) {
	var n int64
	if err := db.read().row(ctx, `SELECT n FROM wire_head WHERE id = 1`).Scan(&n); err != nil {
		return 0, fmt.Errorf("head of the wire: %w", err)
	}
	return n, nil
}

// lockWire keeps every other sync, reminder and publication out until the
// transaction ends, and returns the last number given. A sequence would not
// do: on PostgreSQL its smaller number may become visible later.
func lockWire(ctx context.Context, s session) (head int64, err error) {
	err = s.row(ctx, `SELECT n FROM wire_head WHERE id = 1 FOR UPDATE`).Scan(&head)
	if err != nil {
		return 0, fmt.Errorf("lock of the wire: %w", err)
	}
	return head, nil
}

// appendWire gives releases their numbers and writes them down, in a
// transaction that holds the lock of the wire. A release that was made before
// is left out of what it returns.
func appendWire(ctx context.Context, s session, head int64, releases []content.Release) ([]content.Release, error) {
	var made []content.Release
	for _, r := range releases {
		r.N = head + 1
		r.At = r.At.UTC().Truncate(time.Millisecond)
		n, err := s.exec(ctx, `
			INSERT INTO wire (n, kind, item, revision, baseline, at, rule, first_day, last_day, newsletter, sequence)
			SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
				COALESCE((SELECT sequence FROM events WHERE id = $11), 0)
			WHERE true
			ON CONFLICT DO NOTHING`,
			r.N, string(r.Kind), r.Item, r.Revision, flag(r.Baseline), r.At.UnixMilli(), r.Rule,
			r.Days.First.String(), r.Days.Last.String(), r.Newsletter, r.Item)
		if err != nil {
			return nil, fmt.Errorf("release of %s: %w", r.Item, err)
		}
		if n == 0 {
			continue
		}
		head++
		if r.Kind == content.KindArticle {
			if _, err := s.exec(ctx, `UPDATE articles SET released = $1 WHERE id = $2`, r.N, r.Item); err != nil {
				return nil, fmt.Errorf("release of article %s: %w", r.Item, err)
			}
		}
		made = append(made, r)
	}
	if _, err := s.exec(ctx, `UPDATE wire_head SET n = $1 WHERE id = 1`, head); err != nil {
		return nil, fmt.Errorf("head of the wire: %w", err)
	}
	return made, nil
}

// Remind implements digest.Wire and content.Store.
func (db *DB) Remind(ctx context.Context, now time.Time, decide func([]content.Event, []content.Release) []content.Release) ([]content.Release, error) {
	var made []content.Release
	err := db.write(ctx, func(s session) error {
		head, err := lockWire(ctx, s)
		if err != nil {
			return err
		}
		events, err := events(ctx, s, `WHERE e.over > $1 ORDER BY e.first_day, e.over, e.id`, now.UnixMilli())
		if err != nil {
			return err
		}
		told, err := released(ctx, s, `WHERE w.kind IN ('reminder', 'notice')
			AND w.item IN (SELECT id FROM events WHERE over > $1) ORDER BY w.n`, now.UnixMilli())
		if err != nil {
			return err
		}
		made, err = appendWire(ctx, s, head, decide(events, told))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reminders: %w", err)
	}
	return made, nil
}

// ReleaseAgain gives a public article a new number with the next revision, on
// the word of an editor, so that it is in letters once more. Events are not
// released again. It returns digest.ErrState if the article is not public.
func (db *DB) ReleaseAgain(ctx context.Context, article string, now time.Time) (content.Release, error) {
	return db.releaseAgain(ctx, article, func(int64) bool { return true }, now)
}

// ReleaseAfter is ReleaseAgain if the article's newest number still is the one
// given, so that what is said twice is done once. Else it returns
// digest.ErrChanged.
func (db *DB) ReleaseAfter(ctx context.Context, article string, newest int64, now time.Time) (content.Release, error) {
	return db.releaseAgain(ctx, article, func(n int64) bool { return n == newest }, now)
}

func (db *DB) releaseAgain(ctx context.Context, article string, holds func(newest int64) bool, now time.Time) (content.Release, error) {
	var made []content.Release
	err := db.write(ctx, func(s session) error {
		head, err := lockWire(ctx, s)
		if err != nil {
			return err
		}
		r := content.Release{Kind: content.KindArticle, Item: article, At: now}
		var state string
		var newest int64
		err = s.row(ctx, `SELECT a.state, a.released, COALESCE(MAX(w.revision), -1) + 1
			FROM articles a LEFT JOIN wire w ON w.kind = 'article' AND w.item = a.id
			WHERE a.id = $1 GROUP BY a.state, a.released`, article).Scan(&state, &newest, &r.Revision)
		if err == sql.ErrNoRows {
			return digest.ErrNotFound
		}
		if err != nil {
			return err
		}
		if content.State(state) != content.Public {
			return fmt.Errorf("%w: it is %s", digest.ErrState, state)
		}
		if !holds(newest) {
			return digest.ErrChanged
		}
		made, err = appendWire(ctx, s, head, []content.Release{r})
		return err
	})
	if err != nil {
		return content.Release{}, fmt.Errorf("article %s again: %w", article, err)
	}
	return made[0], nil
}

const releaseColumns = `w.n, w.kind, w.item, w.revision, w.baseline, w.at, w.rule, w.first_day, w.last_day, w.newsletter`

// releaseInto is where releaseColumns go.
func releaseInto(r *content.Release) []any {
	return []any{&r.N, &r.Kind, &r.Item, &r.Revision, &r.Baseline, asTime(&r.At), &r.Rule,
		asDay(&r.Days.First), asDay(&r.Days.Last), &r.Newsletter}
}

// released returns releases, without their subjects.
func released(ctx context.Context, s session, where string, args ...any) ([]content.Release, error) {
	var out []content.Release
	err := s.each(ctx, `SELECT `+releaseColumns+` FROM wire w `+where, args, func(rows *sql.Rows) error {
		var r content.Release
		if err := rows.Scan(releaseInto(&r)...); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	})
	return out, err
}

// Entries implements digest.Wire.
func (db *DB) Entries(ctx context.Context, q digest.WireQuery) ([]content.Entry, error) {
	es, err := entries(ctx, db.read(), false, `
		WHERE w.n IN (
			SELECT n FROM wire
			WHERE n > $1 AND n <= $2 AND newsletter = ''
				AND (baseline = 0 AND (at >= $3 OR n > $4) OR baseline = 1 AND n <= $5)
			UNION
			SELECT early.n FROM wire early JOIN events ON events.id = early.item
			WHERE early.newsletter = $6 AND early.newsletter <> '' AND early.n <= $7 AND events.over > $8)
		ORDER BY w.n`,
		q.After, q.Upto, sinceMilli(q.Since), q.SinceUpto, q.BaselineUpto, q.Newsletter, q.Upto, q.Now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("releases after %d: %w", q.After, err)
	}
	return es, nil
}

// sinceMilli is a bound: the zero time is before everything.
func sinceMilli(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 62
	}
	return t.UnixMilli()
}

// EntriesByNumber implements digest.Wire.
func (db *DB) EntriesByNumber(ctx context.Context, numbers []int64) ([]content.Entry, error) {
	var out []content.Entry
	err := among(distinct(numbers), "w.n", 1, func(which string, args []any) error {
		es, err := entries(ctx, db.read(), true, `WHERE `+which, args...)
		out = append(out, es...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("releases by number: %w", err)
	}
	return out, nil
}

// Coming implements digest.Wire.
func (db *DB) Coming(ctx context.Context, now time.Time) ([]content.Event, error) {
	es, err := events(ctx, db.read(),
		`WHERE e.over > $1 AND e.status = 'confirmed' ORDER BY e.first_day, e.over, e.id`, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("coming events: %w", err)
	}
	return es, nil
}
