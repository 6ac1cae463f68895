package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/push"
)

var _ push.Store = (*DB)(nil)

const pushed = `SELECT kind, external, n, item, etag, baseline = 1, gone = 1, at FROM pushed`

func scanPushed(row scanner) (r push.Record, err error) {
	var item string
	err = row.Scan(&r.Kind, &r.External, &r.N, &item, &r.ETag, &r.Baseline, &r.Gone, asTime(&r.At))
	if item != "" {
		r.Item = []byte(item)
	}
	return r, err
}

// Push implements push.Store.
func (db *DB) Push(ctx context.Context, r push.Record, If string, now time.Time) (created, changed bool, err error) {
	err = db.write(ctx, func(s session) error {
		created, changed = false, false
		was, err := scanPushed(s.row(ctx, pushed+` WHERE kind = $1 AND external = $2 FOR UPDATE`, string(r.Kind), r.External))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		there := err == nil && !was.Gone
		if !meets(If, there, was.ETag) {
			return push.ErrChanged
		}
		if there && was.ETag == r.ETag {
			return nil
		}
		created, changed = !there, true
		_, err = s.exec(ctx, `INSERT INTO pushed (kind, external, n, item, etag, baseline, gone, at)
			VALUES ($1, $2, (SELECT COALESCE(MAX(n), 0) + 1 FROM pushed), $3, $4, $5, 0, $6)
			ON CONFLICT (kind, external) DO UPDATE SET n = excluded.n, item = excluded.item, etag = excluded.etag,
				baseline = excluded.baseline, gone = 0, at = excluded.at`,
			string(r.Kind), r.External, string(r.Item), r.ETag, flag(r.Baseline), now.UnixMilli())
		return err
	})
	if err != nil {
		return false, false, fmt.Errorf("%s: %w", push.PlaceOf(r.Kind, r.External), err)
	}
	return created, changed, nil
}

// meets reports whether what is there is what If asks for.
func meets(If string, there bool, etag string) bool {
	switch If {
	case "":
		return true
	case "*":
		return there
	case "none":
		return !there
	}
	return there && If == etag
}

// Unpush implements push.Store.
func (db *DB) Unpush(ctx context.Context, kind push.Kind, external, If string, now time.Time) error {
	err := db.write(ctx, func(s session) error {
		was, err := scanPushed(s.row(ctx, pushed+` WHERE kind = $1 AND external = $2 AND gone = 0 FOR UPDATE`, string(kind), external))
		if errors.Is(err, sql.ErrNoRows) {
			return push.ErrNotFound
		}
		if err != nil {
			return err
		}
		if !meets(If, true, was.ETag) {
			return push.ErrChanged
		}
		_, err = s.exec(ctx, `UPDATE pushed SET n = (SELECT MAX(n) + 1 FROM pushed), item = '', etag = '', gone = 1, at = $1 WHERE kind = $2 AND external = $3`,
			now.UnixMilli(), string(kind), external)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", push.PlaceOf(kind, external), err)
	}
	return nil
}

// Pushed implements push.Store.
func (db *DB) Pushed(ctx context.Context, kind push.Kind, external string) (*push.Record, error) {
	r, err := scanPushed(db.read().row(ctx, pushed+` WHERE kind = $1 AND external = $2 AND gone = 0`, string(kind), external))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, push.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", push.PlaceOf(kind, external), err)
	}
	return &r, nil
}

// PushedList implements push.Store.
func (db *DB) PushedList(ctx context.Context, kind push.Kind, after string, limit int) ([]push.Record, error) {
	return db.pushed(ctx, ` WHERE kind = $1 AND external > $2 AND gone = 0 ORDER BY external LIMIT $3`, string(kind), after, limitOf(limit))
}

// PushedAfter implements push.Store.
func (db *DB) PushedAfter(ctx context.Context, n int64) ([]push.Record, error) {
	return db.pushed(ctx, ` WHERE n > $1 ORDER BY n`, n)
}

func (db *DB) pushed(ctx context.Context, where string, args ...any) ([]push.Record, error) {
	var out []push.Record
	err := db.read().each(ctx, pushed+where, args, func(rows *sql.Rows) error {
		r, err := scanPushed(rows)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what was brought: %w", err)
	}
	return out, nil
}

// PushedStatus implements push.Store.
func (db *DB) PushedStatus(ctx context.Context, kind push.Kind, external string) (st push.Status, err error) {
	query := `SELECT i.id, i.slug, i.state, i.reason FROM item_keys k JOIN articles i ON i.id = k.item WHERE k.key = $1`
	if kind == push.Events {
		query = `SELECT i.id, i.slug, 'public', '' FROM item_keys k JOIN events i ON i.id = k.item WHERE k.key = $1`
	}
	err = db.read().row(ctx, query, string(push.KeyOf(kind, external))).Scan(&st.ID, &st.Slug, &st.State, &st.Reason)
	if errors.Is(err, sql.ErrNoRows) { // in conflict with another, or not yet looked at
		err = db.read().row(ctx, `SELECT reason FROM held WHERE source = $1 AND at = $2`, push.Name, push.PlaceOf(kind, external)).Scan(&st.Reason)
		if err == nil {
			st.State = content.Held
		}
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return st, fmt.Errorf("%s: %w", push.PlaceOf(kind, external), err)
	}
	return st, nil
}

// LastPushed implements push.Store.
func (db *DB) LastPushed(ctx context.Context) (n int64, err error) {
	if err = db.read().row(ctx, `SELECT COALESCE(MAX(n), 0) FROM pushed`).Scan(&n); err != nil {
		return 0, fmt.Errorf("what was brought: %w", err)
	}
	return n, nil
}
