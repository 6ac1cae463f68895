package store

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/internal/store/pgtest"
)

// TestNewerDatabase: an old program works on, and starts, beside a newer one
// that has migrated their database, until a migration says otherwise.
func TestNewerDatabase(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "x.db") },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			dsn := dsn(t)
			running := open(t, dsn)
			for _, statement := range []string{
				`CREATE TABLE invented (id BIGINT PRIMARY KEY, at BIGINT NOT NULL DEFAULT 0)`,
				`ALTER TABLE newsletters ADD COLUMN invented BIGINT NOT NULL DEFAULT 0`,
				`ALTER TABLE blocks ADD COLUMN invented TEXT`,
				`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`,
			} {
				if _, err := running.change(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			for what, db := range map[string]*DB{"running": running, "started": open(t, dsn)} {
				if err := db.EnsureNewsletter(t.Context(), what); err != nil {
					t.Errorf("%s: %v", what, err)
				}
				if _, err := db.Secret(t.Context(), what); err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			if _, err := running.change(t.Context(), `UPDATE oldest_program SET version = 99999`); err != nil {
				t.Fatal(err)
			}
			db, err := Open(t.Context(), dsn)
			if err == nil {
				db.Close()
			}
			if !errors.Is(err, ErrNewer) {
				t.Errorf("a database that leaves this program behind: %v", err)
			}
		})
	}
}

// TestMigrationsOnlyAdd: what takes something away from the programs of
// yesterday must say whom it leaves behind.
func TestMigrationsOnlyAdd(t *testing.T) {
	takes := regexp.MustCompile(`(?i)\b(DROP|RENAME|DELETE|ALTER COLUMN|CREATE UNIQUE INDEX)\b|ADD COLUMN [^;]*NOT NULL(?:[^;D]|D[^E])*;`)
	for _, bad := range []string{"DROP TABLE x;", "ALTER TABLE x RENAME TO y;", "ALTER TABLE x ADD COLUMN y BIGINT NOT NULL;"} {
		if !takes.MatchString(bad) {
			t.Errorf("%q is taken for an addition", bad)
		}
	}
	comment := regexp.MustCompile(`--.*`)
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range names {
		if path.Base(name) < "00013" { // nothing was released before
			continue
		}
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		up = comment.ReplaceAllString(up, "")
		if m := takes.FindString(up); m != "" && !strings.Contains(up, "UPDATE oldest_program SET version") {
			t.Errorf("%s: %q", name, m)
		}
	}
}
