package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/standfirst/standfirst/digest"
)

// versionDigest tells versions of one edition apart.
func versionDigest(v digest.Version) string {
	h := sha256.New()
	// A struct of strings, numbers and slices of them always marshals.
	_ = json.NewEncoder(h).Encode(struct {
		Language string
		Items    []digest.Item
	}{v.Language, v.Items})
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// addVersion returns the number of a version, and makes it if it is not there.
// Counting its number up locks the edition's row, so numbers have no holes.
func addVersion(ctx context.Context, s session, edition int64, v digest.Version) (int, error) {
	key := versionDigest(v)
	find := func() (n int, err error) {
		err = s.row(ctx, `SELECT n FROM versions WHERE edition = $1 AND digest = $2`, edition, key).Scan(&n)
		return n, err
	}
	n, err := find()
	if err != sql.ErrNoRows {
		return n, err
	}
	if _, err := s.exec(ctx, `UPDATE editions SET versions = versions + 1 WHERE n = $1`, edition); err != nil {
		return 0, err
	}
	if n, err = find(); err != sql.ErrNoRows { // somebody else made it while we waited
		if err == nil {
			_, err = s.exec(ctx, `UPDATE editions SET versions = versions - 1 WHERE n = $1`, edition)
		}
		return n, err
	}
	err = s.row(ctx, `INSERT INTO versions (edition, n, digest, language, items)
		SELECT e.n, e.versions, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT) FROM editions e WHERE e.n = $4 RETURNING n`,
		key, v.Language, listOf(v.Items), edition).Scan(&n)
	if err != nil {
		return 0, err
	}
	for _, i := range v.Items {
		_, err := s.exec(ctx, `INSERT INTO version_items (edition, version, kind, item) VALUES ($1, $2, $3, $4)
			ON CONFLICT DO NOTHING`, edition, n, string(i.Kind), i.ID)
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// AddVersion implements digest.Editions.
func (db *DB) AddVersion(ctx context.Context, v digest.Version) (int, error) {
	var n int
	err := db.write(ctx, func(s session) error {
		edition, err := editionNumber(ctx, s, v.Edition)
		if err != nil {
			return err
		}
		n, err = addVersion(ctx, s, edition, v)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("version of edition %s: %w", v.Edition, err)
	}
	return n, nil
}

// editionNumber returns the number of an edition, or digest.ErrNotFound.
func editionNumber(ctx context.Context, s session, id string) (n int64, err error) {
	err = s.row(ctx, `SELECT n FROM editions WHERE id = $1`, id).Scan(&n)
	if err == sql.ErrNoRows {
		err = digest.ErrNotFound
	}
	return n, err
}

// Version implements digest.Editions.
func (db *DB) Version(ctx context.Context, edition string, n int) (*digest.Version, error) {
	v := &digest.Version{Edition: edition, N: n}
	err := db.read().row(ctx, `SELECT v.language, v.items FROM versions v JOIN editions e ON e.n = v.edition
		WHERE e.id = $1 AND v.n = $2`, edition, n).Scan(&v.Language, asList(&v.Items))
	if err == sql.ErrNoRows {
		err = digest.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("version %d of edition %s: %w", n, edition, err)
	}
	return v, nil
}

// Versions implements digest.Editions.
func (db *DB) Versions(ctx context.Context, edition string) ([]digest.Version, []int, error) {
	var versions []digest.Version
	var readers []int
	err := db.read().each(ctx, `SELECT v.n, v.language, v.items, v.readers
		FROM versions v JOIN editions e ON e.n = v.edition WHERE e.id = $1 ORDER BY v.n`, []any{edition},
		func(rows *sql.Rows) error {
			v, n := digest.Version{Edition: edition}, 0
			err := rows.Scan(&v.N, &v.Language, asList(&v.Items), &n)
			versions, readers = append(versions, v), append(readers, n)
			return err
		})
	if err != nil {
		return nil, nil, fmt.Errorf("versions of edition %s: %w", edition, err)
	}
	return versions, readers, nil
}
