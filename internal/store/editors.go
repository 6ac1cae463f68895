package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

var _ editors.Store = (*DB)(nil)

// AddEditor implements editors.Store.
func (db *DB) AddEditor(ctx context.Context, e editors.Editor) error {
	n, err := db.change(ctx, `INSERT INTO editors (email, name, role, added) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		e.Email, e.Name, string(e.Role), e.Added.UnixMilli())
	if err != nil {
		return fmt.Errorf("new editor: %w", err)
	}
	if n == 0 {
		return editors.ErrExists
	}
	return nil
}

// RemoveEditor implements editors.Store. Links and sessions go with the editor.
func (db *DB) RemoveEditor(ctx context.Context, email string, may func([]editors.Editor) error) error {
	return db.write(ctx, func(s session) error {
		all, err := allEditors(ctx, s, ` FOR UPDATE`)
		if err != nil {
			return err
		}
		if err := may(all); err != nil {
			return err
		}
		_, err = s.exec(ctx, `DELETE FROM editors WHERE email = $1`, email)
		return err
	})
}

// Editors implements editors.Store.
func (db *DB) Editors(ctx context.Context) ([]editors.Editor, error) {
	return allEditors(ctx, db.read(), "")
}

func allEditors(ctx context.Context, s session, lock string) ([]editors.Editor, error) {
	var out []editors.Editor
	err := s.each(ctx, `SELECT email, name, role, added, seen FROM editors ORDER BY email`+lock, nil, func(rows *sql.Rows) error {
		var e editors.Editor
		err := rows.Scan(&e.Email, &e.Name, &e.Role, asTime(&e.Added), asTime(&e.LastSeen))
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("editors: %w", err)
	}
	return out, nil
}

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
		began := sess.Began.UnixMilli()
		err := s.row(ctx, `DELETE FROM editor_links WHERE hash = $1 AND ends > $2 RETURNING email`, link[:], began).Scan(&e.Email)
		if errors.Is(err, sql.ErrNoRows) {
			return editors.ErrLink
		}
		if err != nil {
			return fmt.Errorf("sign-in link: %w", err)
		}
		err = s.row(ctx, `UPDATE editors SET seen = $1 WHERE email = $2 RETURNING name, role, added, seen`, began, e.Email).
			Scan(&e.Name, &e.Role, asTime(&e.Added), asTime(&e.LastSeen))
		if err != nil {
			return fmt.Errorf("editor: %w", err)
		}
		if _, err := s.exec(ctx, `DELETE FROM editor_sessions WHERE seen <= $1`, stale.UnixMilli()); err != nil {
			return fmt.Errorf("ended sessions: %w", err)
		}
		_, err = s.exec(ctx, `INSERT INTO editor_sessions (hash, email, began, seen, agent) VALUES ($1, $2, $3, $4, $5)`,
			sess.Hash[:], e.Email, began, sess.Seen.UnixMilli(), sess.Agent)
		if err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// DeskSession implements editors.Store.
func (db *DB) DeskSession(ctx context.Context, h editors.Hash) (*editors.Session, *editors.Editor, error) {
	s, e := &editors.Session{Hash: h}, &editors.Editor{}
	err := db.read().row(ctx, `SELECT s.began, s.seen, s.agent, e.email, e.name, e.role, e.added, e.seen
		FROM editor_sessions s JOIN editors e ON e.email = s.email WHERE s.hash = $1`, h[:]).
		Scan(asTime(&s.Began), asTime(&s.Seen), &s.Agent, &e.Email, &e.Name, &e.Role, asTime(&e.Added), asTime(&e.LastSeen))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, editors.ErrSession
	}
	if err != nil {
		return nil, nil, fmt.Errorf("session: %w", err)
	}
	s.Email = e.Email
	return s, e, nil
}

// DeskSessions implements editors.Store.
func (db *DB) DeskSessions(ctx context.Context, email string) ([]editors.Session, error) {
	var out []editors.Session
	err := db.read().each(ctx, `SELECT hash, began, seen, agent FROM editor_sessions WHERE email = $1
		ORDER BY seen DESC, began DESC, hash`, []any{email}, func(rows *sql.Rows) error {
		s := editors.Session{Email: email}
		var hash []byte
		err := rows.Scan(&hash, asTime(&s.Began), asTime(&s.Seen), &s.Agent)
		copy(s.Hash[:], hash)
		out = append(out, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return out, nil
}

// SeeDeskSession implements editors.Store.
func (db *DB) SeeDeskSession(ctx context.Context, h editors.Hash, now time.Time) error {
	err := db.write(ctx, func(s session) error {
		var email string
		err := s.row(ctx, `UPDATE editor_sessions SET seen = $1 WHERE hash = $2 RETURNING email`, now.UnixMilli(), h[:]).Scan(&email)
		if err != nil {
			return none(err) // signed out a moment ago
		}
		_, err = s.exec(ctx, `UPDATE editors SET seen = $1 WHERE email = $2`, now.UnixMilli(), email)
		return err
	})
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

// EndDeskSession implements editors.Store.
func (db *DB) EndDeskSession(ctx context.Context, h editors.Hash) error {
	if _, err := db.change(ctx, `DELETE FROM editor_sessions WHERE hash = $1`, h[:]); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}
