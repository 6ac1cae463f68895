package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// ErrBackup says that a database is backed up by a program of its own.
var ErrBackup = errors.New("PostgreSQL is backed up with pg_dump, which knows all of it: pg_dump --format=custom --file=FILE URL")

// Backup writes the database to a new file while everything goes on; the file
// is a database itself. An old file of that name is replaced once the new one
// is whole and on disk. On PostgreSQL it returns ErrBackup.
func (db *DB) Backup(ctx context.Context, file string) error {
	if db.postgres {
		return fmt.Errorf("backup: %w", ErrBackup)
	}
	if err := db.backup(ctx, file); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

func (db *DB) backup(ctx context.Context, file string) error {
	if db.file != "" && sameFile(db.file, file) {
		return fmt.Errorf("%s is the database itself", file)
	}
	dir, err := os.MkdirTemp(filepath.Dir(file), ".backup-*") // private: it holds readers' addresses
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	draft := filepath.Join(dir, "new.db")
	from := db.writing
	if db.file != "" { // a connection of its own: writers go on
		if from, err = sql.Open("sqlite", sqliteName(db.file)+url.Values{"_pragma": {"busy_timeout(10000)"}}.Encode()); err != nil {
			return err
		}
		defer from.Close()
	}
	if _, err := from.ExecContext(ctx, `VACUUM INTO $1`, draft); err != nil {
		return err
	}
	if err := os.Chmod(draft, 0o600); err != nil {
		return err
	}
	if err := flush(draft); err != nil {
		return err
	}
	if err := os.Rename(draft, file); err != nil {
		return err
	}
	return flush(filepath.Dir(file))
}

// flush makes a file or folder durable.
func flush(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
