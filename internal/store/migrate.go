package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// While a new version of the program is rolled out, old ones work on beside it,
// and may have to be started again. So migrations from 14 on only add: tables,
// indexes, and columns that may be left out of an INSERT; a test reads them.
// One that cannot must say in oldest_program which programs it leaves behind.
//
//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer says that a newer version of the program has changed the database
// in a way that this one cannot work with.
var ErrNewer = errors.New("was brought up to date by a newer standfirst, which leaves this version behind; install the newer one")

// migrate brings the schema up to date. Several processes may do so at once:
// PostgreSQL has a lock for it; on SQLite whoever comes second finds tables
// that were not there a moment ago, and finds them applied when it looks again.
// What a newer program has applied is left alone.
func (db *DB) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	engine, options := goose.DialectSQLite3, []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true),
		// They do not build on each other; a correction of an older version
		// may bring one that the newer version beside it has under its number.
		goose.WithAllowOutofOrder(true),
	}
	if db.postgres {
		engine, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(turnstile{}))
	}
	p, err := goose.NewProvider(engine, db.writing, worded{files, db.dialect}, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	// Mostly there is nothing to do, and nobody to wait for.
	if pending, err := p.HasPending(ctx); err == nil && !pending {
		return db.newer(ctx)
	}
	for try := 1; ; try++ {
		if _, err = p.Up(ctx); err == nil || try == 5 || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(try) * 50 * time.Millisecond):
		}
	}
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return db.newer(ctx)
}

// newer returns ErrNewer for a database that this program is too old for.
func (db *DB) newer(ctx context.Context) error {
	var oldest int64
	if err := db.read().row(ctx, `SELECT version FROM oldest_program WHERE id = 1`).Scan(&oldest); err != nil {
		return fmt.Errorf("oldest program: %w", err)
	}
	newest, err := newestMigration()
	if err != nil {
		return err
	}
	if newest < oldest {
		return ErrNewer
	}
	return nil
}

// newestMigration is the highest number this program knows.
func newestMigration() (newest int64, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		newest = max(newest, n)
	}
	return newest, nil
}

// A turnstile lets one process at a time migrate a PostgreSQL. It is the lock
// that goose has, but for waiting: goose's own asks again every five seconds.
type turnstile struct{}

// SessionLock implements lock.SessionLocker.
func (turnstile) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lock.DefaultLockID)
	return err
}

// SessionUnlock implements lock.SessionLocker.
func (turnstile) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, lock.DefaultLockID)
	return err
}
