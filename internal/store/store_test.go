package store_test

import (
	"path/filepath"
	"testing"

	"github.com/standfirst/standfirst/internal/store/pgtest"
	"github.com/standfirst/standfirst/internal/store/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "var", "standfirst.db") })
}

func TestSQLiteInMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) string { return "sqlite::memory:" })
}

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t *testing.T) string { return pgtest.New(t) })
}
