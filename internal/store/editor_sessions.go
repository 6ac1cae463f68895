package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

// DeskSession implements editors.Store.
func (db *DB) DeskSession(ctx context.Context, h editors.Hash) (*editors.Session, *editors.Editor, error) {
	s, e := &editors.Session{Hash: h}, &editors.Editor{}
	err := db.read().row(ctx, `SELECT s.began, s.seen, s.agent, s.way, e.email, e.name, e.role, e.added, e.seen, e.password <> '', e.configured = 1
		FROM editor_sessions s JOIN editors e ON e.email = s.email WHERE s.hash = $1`, h[:]).
		Scan(asTime(&s.Began), asTime(&s.Seen), &s.Agent, &s.Way, &e.Email, &e.Name, &e.Role, asTime(&e.Added), asTime(&e.LastSeen),
			&e.HasPassword, &e.Configured)
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
	err := db.read().each(ctx, `SELECT hash, began, seen, agent, way FROM editor_sessions WHERE email = $1
		ORDER BY seen DESC, began DESC, hash`, []any{email}, func(rows *sql.Rows) error {
		s := editors.Session{Email: email}
		var hash []byte
		err := rows.Scan(&hash, asTime(&s.Began), asTime(&s.Seen), &s.Agent, &s.Way)
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

// EndDeskSessions implements editors.Store.
func (db *DB) EndDeskSessions(ctx context.Context, email string, keep editors.Hash) error {
	if _, err := db.change(ctx, `DELETE FROM editor_sessions WHERE email = $1 AND hash <> $2`, email, keep[:]); err != nil {
		return fmt.Errorf("sessions: %w", err)
	}
	return nil
}
