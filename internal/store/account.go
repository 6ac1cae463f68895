package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// History implements digest.Account. It goes by edition, since rows are found
// by edition and reader, and editions are few.
func (db *DB) History(ctx context.Context, subscriber int64, limit int) ([]digest.Row, error) {
	var out []digest.Row
	err := db.read().each(ctx, historySQL, []any{subscriber, limitOf(limit)}, func(rows *sql.Rows) error {
		var r digest.Row
		var items sql.NullString
		err := rows.Scan(&r.Edition, &r.State, &r.Reason, &r.Attempts, asTime(&r.At), &r.Code, &items)
		if err == nil && items.Valid && r.State != mailer.None {
			err = asList(&r.Items).Scan(items.String)
		}
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("history of reader %d: %w", subscriber, err)
	}
	return out, nil
}

// CROSS JOIN keeps SQLite from reading all deliveries first.
const historySQL = `SELECT e.id, d.state, d.reason, d.attempts, d.at, d.code, v.items
	FROM editions e CROSS JOIN deliveries d
	LEFT JOIN versions v ON v.edition = d.edition AND v.n = d.version
	WHERE d.edition = e.n AND d.subscriber = $1
	ORDER BY e.n DESC LIMIT $2`
