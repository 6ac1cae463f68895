package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

var _ editors.APITokenStore = (*DB)(nil)

// AddAPIToken implements editors.APITokenStore.
func (db *DB) AddAPIToken(ctx context.Context, t editors.APIToken) error {
	var scopes []string
	for _, s := range t.Scopes {
		scopes = append(scopes, string(s))
	}
	n, err := db.change(ctx, `INSERT INTO api_tokens (hash, name, scopes, made_by, made) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		t.Hash[:], t.Name, strings.Join(scopes, " "), t.By, t.Made.UnixMilli())
	if err != nil {
		return fmt.Errorf("new token: %w", err)
	}
	if n == 0 {
		return editors.ErrExists
	}
	return nil
}

const apiTokens = `SELECT hash, name, scopes, made_by, made, used FROM api_tokens`

func scanAPIToken(row scanner) (t editors.APIToken, err error) {
	var hash []byte
	var scopes string
	if err := row.Scan(&hash, &t.Name, &scopes, &t.By, asTime(&t.Made), asTime(&t.Used)); err != nil {
		return t, err
	}
	if copy(t.Hash[:], hash) != len(t.Hash) {
		return t, errors.New("a hash is too short")
	}
	for s := range strings.FieldsSeq(scopes) {
		t.Scopes = append(t.Scopes, editors.Scope(s))
	}
	return t, nil
}

// APIToken implements editors.APITokenStore.
func (db *DB) APIToken(ctx context.Context, h editors.Hash) (*editors.APIToken, error) {
	t, err := scanAPIToken(db.read().row(ctx, apiTokens+` WHERE hash = $1`, h[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, editors.ErrAPIToken
	}
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	return &t, nil
}

// APITokens implements editors.APITokenStore.
func (db *DB) APITokens(ctx context.Context) ([]editors.APIToken, error) {
	var out []editors.APIToken
	err := db.read().each(ctx, apiTokens+` ORDER BY name`, nil, func(rows *sql.Rows) error {
		t, err := scanAPIToken(rows)
		out = append(out, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	return out, nil
}

// SeeAPIToken implements editors.APITokenStore.
func (db *DB) SeeAPIToken(ctx context.Context, h editors.Hash, now time.Time) error {
	if _, err := db.change(ctx, `UPDATE api_tokens SET used = $1 WHERE hash = $2`, now.UnixMilli(), h[:]); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	return nil
}

// RemoveAPIToken implements editors.APITokenStore.
func (db *DB) RemoveAPIToken(ctx context.Context, h editors.Hash) error {
	n, err := db.change(ctx, `DELETE FROM api_tokens WHERE hash = $1`, h[:])
	if err == nil && n == 0 {
		err = editors.ErrAPIToken
	}
	return err
}
