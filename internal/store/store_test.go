package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/store/pgtest"
	"github.com/standfirst/standfirst/internal/store/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The schema is made once and copied for each test of the suite: making it is
// most of the time that a small test takes. That it is made of nothing, and of
// what older programs made, is for the tests of migrations.
//
// PostgreSQL is first, because most of its time is waiting.

func TestPostgres(t *testing.T) {
	t.Parallel()
	made := pgtest.New(t)
	prepare(t, made)
	storetest.Run(t, func(t *testing.T) string { return pgtest.Like(t, made) })
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	made := filepath.Join(t.TempDir(), "made.db")
	prepare(t, "sqlite:"+made)
	schema, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, func(t *testing.T) string {
		file := filepath.Join(t.TempDir(), "standfirst.db")
		if err := os.WriteFile(file, schema, 0o600); err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + file
	})
}

func TestSQLiteInMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) string { return "sqlite::memory:" })
}

// prepare makes the schema of a database.
func prepare(t *testing.T, dsn string) {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
