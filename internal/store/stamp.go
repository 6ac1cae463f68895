package store

import (
	"context"
	"fmt"
)

// ContentStamp is a cheap fingerprint of what feeds, pages and letters are made
// from: equal stamps mean that no process has changed it.
func (db *DB) ContentStamp(ctx context.Context) (string, error) {
	var head, articles, public, quiet, changed, events, sequence int64
	err := db.read().row(ctx, `SELECT
			(SELECT n FROM wire_head WHERE id = 1),
			(SELECT COUNT(*) FROM articles),
			(SELECT COUNT(*) FROM articles WHERE state = 'public'),
			(SELECT CAST(COALESCE(SUM(not_in_letters), 0) AS BIGINT) FROM articles),
			(SELECT COALESCE(MAX(COALESCE(changed, 0)), 0) FROM articles),
			(SELECT COALESCE(MAX(COALESCE(changed, 0)), 0) FROM events),
			(SELECT CAST(COALESCE(SUM(sequence + 1), 0) AS BIGINT) FROM events)`).
		Scan(&head, &articles, &public, &quiet, &changed, &events, &sequence)
	if err != nil {
		return "", fmt.Errorf("content stamp: %w", err)
	}
	return fmt.Sprint(head, articles, public, quiet, changed, events, sequence), nil
}
