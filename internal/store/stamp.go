package store

import (
	"context"
	"crypto/rand"
	"fmt"
)

// contentMark is the setting that is another whenever content has changed.
const contentMark = "content mark"

// touch says that articles or events have changed, in the transaction that
// changes them. Moments would not tell: clocks of processes differ, and two
// edits fall into one millisecond.
func touch(ctx context.Context, s session) error {
	mark := make([]byte, 8)
	rand.Read(mark) // never fails
	_, err := s.exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, contentMark, mark)
	if err != nil {
		return fmt.Errorf("mark of content: %w", err)
	}
	return nil
}

// ContentStamp is a cheap fingerprint of what feeds, pages and letters are made
// from: equal stamps mean that no process has changed it. All but the mark is
// for processes of before there was one, which may still write beside us.
func (db *DB) ContentStamp(ctx context.Context) (string, error) {
	var head, articles, public, quiet, changed, events, sequence int64
	var mark []byte
	err := db.read().row(ctx, `SELECT
			(SELECT n FROM wire_head WHERE id = 1),
			(SELECT COUNT(*) FROM articles),
			(SELECT COUNT(*) FROM articles WHERE state = 'public'),
			(SELECT CAST(COALESCE(SUM(not_in_letters), 0) AS BIGINT) FROM articles),
			(SELECT COALESCE(MAX(COALESCE(changed, 0)), 0) FROM articles),
			(SELECT COALESCE(MAX(COALESCE(changed, 0)), 0) FROM events),
			(SELECT CAST(COALESCE(SUM(sequence + 1), 0) AS BIGINT) FROM events),
			(SELECT value FROM settings WHERE name = $1)`, contentMark).
		Scan(&head, &articles, &public, &quiet, &changed, &events, &sequence, &mark)
	if err != nil {
		return "", fmt.Errorf("content stamp: %w", err)
	}
	return fmt.Sprintf("%d %d %d %d %d %d %d %x", head, articles, public, quiet, changed, events, sequence, mark), nil
}
