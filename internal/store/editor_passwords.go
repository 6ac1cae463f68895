package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

// Password implements editors.Store.
func (db *DB) Password(ctx context.Context, email string) (sealed string, err error) {
	err = db.read().row(ctx, `SELECT password FROM editors WHERE email = $1`, email).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", editors.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	return sealed, nil
}

// SignInSealed implements editors.Store. The row is locked by the look at the
// password: one that is changed meanwhile lets nobody in.
func (db *DB) SignInSealed(ctx context.Context, sealed string, sess editors.Session, stale time.Time) (e *editors.Editor, err error) {
	err = db.write(ctx, func(s session) error {
		var kept string
		err := s.row(ctx, `SELECT password FROM editors WHERE email = $1 FOR UPDATE`, sess.Email).Scan(&kept)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (kept != sealed || kept == "") {
			return editors.ErrPassword
		}
		if err != nil {
			return fmt.Errorf("password: %w", err)
		}
		e, err = begin(ctx, s, sess, stale)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// SetPassword implements editors.Store.
func (db *DB) SetPassword(ctx context.Context, email, sealed string, keep editors.Hash) error {
	return db.write(ctx, func(s session) error {
		n, err := s.exec(ctx, `UPDATE editors SET password = $1 WHERE email = $2`, sealed, email)
		if err != nil {
			return fmt.Errorf("password: %w", err)
		}
		if n == 0 {
			return editors.ErrNotFound
		}
		if _, err := s.exec(ctx, `DELETE FROM editor_links WHERE email = $1`, email); err != nil {
			return fmt.Errorf("links: %w", err)
		}
		if _, err := s.exec(ctx, `DELETE FROM editor_sessions WHERE email = $1 AND hash <> $2`, email, keep[:]); err != nil {
			return fmt.Errorf("sessions: %w", err)
		}
		return nil
	})
}

// Reseal implements editors.Store.
func (db *DB) Reseal(ctx context.Context, email, was, sealed string) error {
	if _, err := db.change(ctx, `UPDATE editors SET password = $1 WHERE email = $2 AND password = $3`, sealed, email, was); err != nil {
		return fmt.Errorf("password: %w", err)
	}
	return nil
}
