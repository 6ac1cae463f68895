package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/standfirst/standfirst/internal/editors"
)

var _ editors.Store = (*DB)(nil)

// AddEditor implements editors.Store.
func (db *DB) AddEditor(ctx context.Context, e editors.Editor) error {
	n, err := db.change(ctx, `INSERT INTO editors (email, name, role, added, configured) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		e.Email, e.Name, string(e.Role), e.Added.UnixMilli(), flag(e.Configured))
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

// SetRole implements editors.Store.
func (db *DB) SetRole(ctx context.Context, email string, role editors.Role, may func([]editors.Editor) error) error {
	return db.write(ctx, func(s session) error {
		all, err := allEditors(ctx, s, ` FOR UPDATE`)
		if err != nil {
			return err
		}
		if err := may(all); err != nil {
			return err
		}
		_, err = s.exec(ctx, `UPDATE editors SET role = $1 WHERE email = $2`, string(role), email)
		return err
	})
}

// SetEditorName implements editors.Store.
func (db *DB) SetEditorName(ctx context.Context, email, name string) error {
	n, err := db.change(ctx, `UPDATE editors SET name = $1 WHERE email = $2`, name, email)
	if err == nil && n == 0 {
		err = editors.ErrNotFound
	}
	return err
}

// ConfigureEditors implements editors.Store.
func (db *DB) ConfigureEditors(ctx context.Context, decide func([]editors.Editor) editors.Roster) error {
	return db.write(ctx, func(s session) error {
		all, err := allEditors(ctx, s, ` FOR UPDATE`)
		if err != nil {
			return err
		}
		r := decide(all)
		for _, email := range r.Gone {
			if _, err := s.exec(ctx, `DELETE FROM editors WHERE email = $1`, email); err != nil {
				return err
			}
		}
		for _, e := range r.Put {
			_, err := s.exec(ctx, `INSERT INTO editors (email, name, role, added, configured) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (email) DO UPDATE SET name = excluded.name, role = excluded.role, configured = excluded.configured`,
				e.Email, e.Name, string(e.Role), e.Added.UnixMilli(), flag(e.Configured))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Editors implements editors.Store.
func (db *DB) Editors(ctx context.Context) ([]editors.Editor, error) {
	return allEditors(ctx, db.read(), "")
}

func allEditors(ctx context.Context, s session, lock string) ([]editors.Editor, error) {
	var out []editors.Editor
	err := s.each(ctx, `SELECT email, name, role, added, seen, password <> '', configured = 1 FROM editors ORDER BY email`+lock, nil, func(rows *sql.Rows) error {
		var e editors.Editor
		err := rows.Scan(&e.Email, &e.Name, &e.Role, asTime(&e.Added), asTime(&e.LastSeen), &e.HasPassword, &e.Configured)
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("editors: %w", err)
	}
	return out, nil
}
