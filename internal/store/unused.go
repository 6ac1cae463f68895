package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrInUse says that another program has a database open.
var ErrInUse = errors.New("is open in another program")

// Unused returns nil if no program has the SQLite file of a dsn open, this one
// included, and ErrInUse if one has; fs.ErrNotExist if there is no file, which
// [Open] would make. Of other databases it knows nothing and returns nil.
func Unused(ctx context.Context, dsn string) error {
	file, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok || file == ":memory:" {
		return nil
	}
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	// Whoever has a file open in WAL mode holds a shared lock as long, however
	// idle; the exclusive mode wants the file for itself.
	db, err := sql.Open("sqlite", sqliteName(file)+url.Values{
		"_txlock": {"immediate"}, "_pragma": {"busy_timeout(0)", "locking_mode(EXCLUSIVE)"},
	}.Encode())
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	var busy *sqlite.Error
	if errors.As(err, &busy) && busy.Code()&0xff == sqlite3.SQLITE_BUSY {
		return fmt.Errorf("%s %w", file, ErrInUse)
	}
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return tx.Rollback()
}
