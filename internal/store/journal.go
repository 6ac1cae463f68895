package store

import (
	"context"
	"fmt"
	"time"
)

// EmptyJournal folds SQLite's journal into the file and empties it. Until then
// what was deleted, and overwritten in the file, can still be read in the
// journal: pages as they were before. PostgreSQL is left to its own ways.
//
// Whoever writes waits meanwhile. So it gives up, without an error, when
// somebody reads for longer than a moment; the next time will do.
func (db *DB) EmptyJournal(ctx context.Context) error {
	const moment = 250 * time.Millisecond
	if db.file == "" {
		return nil
	}
	c, err := db.writing.Conn(ctx)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer c.Close()
	ctx = context.WithoutCancel(ctx) // the connection must be as it was
	var was, now, busy, pages, folded int64
	if err := c.QueryRowContext(ctx, `PRAGMA busy_timeout`).Scan(&was); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := c.QueryRowContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, moment.Milliseconds())).Scan(&now); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	err = c.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &folded)
	if again := c.QueryRowContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, was)).Scan(&now); err == nil {
		err = again
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
