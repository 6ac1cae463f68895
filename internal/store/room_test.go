package store

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// A database that may not grow any more is told apart from everything else.
func TestNoRoom(t *testing.T) {
	db, err := Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "small.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.writing.Exec(`PRAGMA max_page_count = 1`); err != nil { // no more than there are
		t.Fatal(err)
	}
	_, err = db.writing.Exec(`CREATE TABLE large AS SELECT $1 AS text`, strings.Repeat("x", 1<<20))
	if !NoRoom(err) {
		t.Errorf("%v is not told to be for want of room", err)
	}
	for _, other := range []error{nil, errors.New("refused"), fs.ErrPermission} {
		if NoRoom(other) {
			t.Errorf("%v is told to be for want of room", other)
		}
	}
}
