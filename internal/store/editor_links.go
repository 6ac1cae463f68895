package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

// AddSignInLink implements editors.Store.
func (db *DB) AddSignInLink(ctx context.Context, l editors.Link, now time.Time) error {
	return db.write(ctx, func(s session) error {
		if _, err := s.exec(ctx, `DELETE FROM editor_links WHERE ends <= $1`, now.UnixMilli()); err != nil {
			return fmt.Errorf("ended links: %w", err)
		}
		n, err := s.exec(ctx, `INSERT INTO editor_links (hash, email, ends)
			SELECT CAST($1 AS BYTEA), email, CAST($2 AS BIGINT) FROM editors WHERE email = $3`, l.Hash[:], l.Until.UnixMilli(), l.Email)
		if err != nil {
			return fmt.Errorf("sign-in link: %w", err)
		}
		if n == 0 {
			return editors.ErrNotFound
		}
		return nil
	})
}

// SignInLink implements editors.Store.
func (db *DB) SignInLink(ctx context.Context, h editors.Hash) (*editors.Link, error) {
	l := &editors.Link{Hash: h}
	err := db.read().row(ctx, `SELECT email, ends FROM editor_links WHERE hash = $1`, h[:]).Scan(&l.Email, asTime(&l.Until))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, editors.ErrLink
	}
	if err != nil {
		return nil, fmt.Errorf("sign-in link: %w", err)
	}
	return l, nil
}

// SignIn implements editors.Store. Deleting the link is what makes it work
// once: of two who press at the same time, one finds it gone.
func (db *DB) SignIn(ctx context.Context, link editors.Hash, sess editors.Session, stale time.Time) (*editors.Editor, error) {
	var e editors.Editor
	err := db.write(ctx, func(s session) error {
		err := s.row(ctx, `DELETE FROM editor_links WHERE hash = $1 AND ends > $2 RETURNING email`, link[:], sess.Began.UnixMilli()).Scan(&e.Email)
		if errors.Is(err, sql.ErrNoRows) {
			return editors.ErrLink
		}
		if err != nil {
			return fmt.Errorf("sign-in link: %w", err)
		}
		sess.Email = e.Email
		in, err := begin(ctx, s, sess, stale)
		if err == nil {
			e = *in
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// begin begins the session of an editor who is there, and forgets those of all
// that were last seen before stale.
func begin(ctx context.Context, s session, sess editors.Session, stale time.Time) (*editors.Editor, error) {
	e := &editors.Editor{Email: sess.Email}
	err := s.row(ctx, `UPDATE editors SET seen = $1 WHERE email = $2 RETURNING name, role, added, seen, password <> '', configured = 1`,
		sess.Began.UnixMilli(), e.Email).
		Scan(&e.Name, &e.Role, asTime(&e.Added), asTime(&e.LastSeen), &e.HasPassword, &e.Configured)
	if err != nil {
		return nil, fmt.Errorf("editor: %w", err)
	}
	if _, err := s.exec(ctx, `DELETE FROM editor_sessions WHERE seen <= $1`, stale.UnixMilli()); err != nil {
		return nil, fmt.Errorf("ended sessions: %w", err)
	}
	return e, keepSession(ctx, s, sess)
}

func keepSession(ctx context.Context, s session, sess editors.Session) error {
	_, err := s.exec(ctx, `INSERT INTO editor_sessions (hash, email, began, seen, agent, way) VALUES ($1, $2, $3, $4, $5, $6)`,
		sess.Hash[:], sess.Email, sess.Began.UnixMilli(), sess.Seen.UnixMilli(), sess.Agent, string(sess.Way))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

// AddFirstLink implements editors.Store.
func (db *DB) AddFirstLink(ctx context.Context, h editors.Hash, until, now time.Time) error {
	return db.write(ctx, func(s session) error {
		if _, err := s.exec(ctx, `DELETE FROM first_links WHERE ends <= $1`, now.UnixMilli()); err != nil {
			return fmt.Errorf("ended links: %w", err)
		}
		n, err := s.exec(ctx, `INSERT INTO first_links (hash, ends)
			SELECT CAST($1 AS BYTEA), CAST($2 AS BIGINT) WHERE NOT EXISTS (SELECT 1 FROM editors)`, h[:], until.UnixMilli())
		if err != nil {
			return fmt.Errorf("first link: %w", err)
		}
		if n == 0 {
			return editors.ErrExists
		}
		return nil
	})
}

// FirstLink implements editors.Store.
func (db *DB) FirstLink(ctx context.Context, h editors.Hash) (until time.Time, err error) {
	err = db.read().row(ctx, `SELECT ends FROM first_links WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM editors)`, h[:]).Scan(asTime(&until))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, editors.ErrLink
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("first link: %w", err)
	}
	return until, nil
}

// SignInFirst implements editors.Store. All links are deleted by one statement,
// also those of others: of two who press at the same time, one finds theirs
// gone.
func (db *DB) SignInFirst(ctx context.Context, link editors.Hash, e editors.Editor, sealed string, sess editors.Session) error {
	return db.write(ctx, func(s session) error {
		works := false
		err := s.each(ctx, `DELETE FROM first_links RETURNING hash, ends`, nil, func(rows *sql.Rows) error {
			var hash []byte
			var ends time.Time
			err := rows.Scan(&hash, asTime(&ends))
			works = works || bytes.Equal(hash, link[:]) && sess.Began.Before(ends)
			return err
		})
		if err != nil {
			return fmt.Errorf("first link: %w", err)
		}
		all, err := allEditors(ctx, s, "")
		if err != nil {
			return err
		}
		if !works || len(all) > 0 {
			return editors.ErrLink
		}
		_, err = s.exec(ctx, `INSERT INTO editors (email, name, role, added, seen, password) VALUES ($1, $2, $3, $4, $5, $6)`,
			e.Email, e.Name, string(e.Role), e.Added.UnixMilli(), sess.Began.UnixMilli(), sealed)
		if err != nil {
			return fmt.Errorf("new editor: %w", err)
		}
		return keepSession(ctx, s, sess)
	})
}
