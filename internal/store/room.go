package store

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// NoRoom reports whether err may come from a disk that is full. SQLite says so
// only of the database itself; of the files beside it, which it makes when it
// is opened, it says that writing failed, which a broken disk does as well.
func NoRoom(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff
	return code == sqlite3.SQLITE_FULL || code == sqlite3.SQLITE_IOERR
}
