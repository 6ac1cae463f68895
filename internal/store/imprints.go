package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// An Imprint is what is remembered of the document that the web serves at a
// path: which bytes it had last, and since when.
type Imprint struct {
	Path     string
	ETag     string
	Modified time.Time // in whole seconds
}

// Imprints returns the imprints of all documents that ever were, by their
// paths.
func (db *DB) Imprints(ctx context.Context) ([]Imprint, error) {
	var all []Imprint
	err := db.read().each(ctx, `SELECT path, etag, modified FROM imprints ORDER BY path`, nil, func(rows *sql.Rows) error {
		var i Imprint
		err := rows.Scan(&i.Path, &i.ETag, asTime(&i.Modified))
		all = append(all, i)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("imprints: %w", err)
	}
	return all, nil
}

// SetImprints keeps some imprints instead of those with the same paths. Where
// another process has kept one with the same ETag, that stays; where it has kept
// one with another, the date still grows.
func (db *DB) SetImprints(ctx context.Context, some []Imprint) error {
	err := db.write(ctx, func(s session) error {
		for _, i := range some {
			_, err := s.exec(ctx, `INSERT INTO imprints (path, etag, modified) VALUES ($1, $2, $3)
				ON CONFLICT (path) DO UPDATE SET etag = excluded.etag,
					modified = CASE WHEN excluded.modified > imprints.modified THEN excluded.modified ELSE imprints.modified + 1000 END
				WHERE imprints.etag <> excluded.etag`, i.Path, i.ETag, i.Modified.UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("imprints: %w", err)
	}
	return nil
}
