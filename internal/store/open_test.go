package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store/pgtest"
	"github.com/standfirst/standfirst/subscribers"
)

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("not a database, and longer than a header of one would be ........................................................"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dsn := range []string{"", "sqlite:", "mysql://x", "standfirst.db", "sqlite:" + file, "sqlite:" + file + "/below",
		"postgres://u:hunter2@127.0.0.1:1/x?sslmode=disable", "postgres://u:hunter2@[bad"} {
		db, err := Open(t.Context(), dsn)
		if err == nil {
			db.Close()
			t.Errorf("%q was opened", dsn)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error tells the password: %v", dsn, err)
		}
	}
}

func TestOpenOddNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a b.db", "100%.db", "what?.db", "a#b.db", "é&mode=memory.db"} {
		file := filepath.Join(dir, "new", name)
		db := open(t, "sqlite:"+file)
		if _, err := db.Secret(t.Context(), "x"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

// TestOpenTogether starts several processes on a database without a schema.
func TestOpenTogether(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "x.db") },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			dsn := dsn(t)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					db, err := Open(t.Context(), dsn)
					if err != nil {
						t.Error(err)
						return
					}
					if _, err := db.Head(t.Context()); err != nil {
						t.Error(err)
					}
					db.Close()
				})
			}
			wg.Wait()
		})
	}
}

// TestReadingConnectionsCannotWrite: a page that writes by mistake is told so.
func TestReadingConnectionsCannotWrite(t *testing.T) {
	db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if _, err := db.read().exec(t.Context(), `UPDATE wire_head SET n = 9`); err == nil {
		t.Error("a reading connection wrote")
	}
}

// TestDurable: SQLite answers only when the disk has it.
func TestDurable(t *testing.T) {
	db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := db.writing.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
		}
	}
}

// TestOnAFakeClock: the whole program is tested on one.
func TestOnAFakeClock(t *testing.T) {
	for _, dsn := range []string{"sqlite::memory:", "sqlite:" + filepath.Join(t.TempDir(), "x.db")} {
		synctest.Test(t, func(t *testing.T) {
			db, err := Open(context.Background(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(24 * time.Hour)
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					err := db.Publish(t.Context(), digest.Edition{ID: "weekly/one", Newsletter: "weekly", State: digest.Sending, Published: time.Now()},
						[]digest.Group{{Zone: digest.AllZones, Due: time.Now()}})
					if err != nil && !strings.Contains(err.Error(), digest.ErrPublished.Error()) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			e, err := db.Edition(t.Context(), "weekly/one")
			if err != nil {
				t.Fatal(err)
			}
			if want := time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC); !e.Published.Equal(want) {
				t.Errorf("published %v, want %v", e.Published, want)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Addresses and keys are in the file: it is nobody else's, and what is erased
// is gone from it.
func TestFileKeepsSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "readers.db")
	db, err := Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	const email = "very.singular.address@example.com"
	results, err := db.Import(t.Context(), []subscribers.ImportRow{{Line: 1, Email: email, Newsletters: []string{"weekly"}}}, time.Now(), false)
	if err != nil {
		t.Fatal(err)
	}
	// Somebody came by themselves, under an address that is no longer theirs.
	request, err := db.Ask(t.Context(), subscribers.Request{Kind: subscribers.SignUp, Email: "singular.once@example.com", Newsletters: []string{"weekly"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	came, err := db.Confirm(t.Context(), request, subscribers.Consent{}, nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	request, err = db.Ask(t.Context(), subscribers.Request{Kind: subscribers.NewAddress, Subscriber: came.Subscriber, Email: "singular.now@example.com"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err = db.Confirm(t.Context(), request, subscribers.Consent{}, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{results[0].ID, came.Subscriber} {
		if err := db.Erase(t.Context(), id, subscribers.Consent{}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for _, beside := range []string{"", "-wal", "-shm"} { // while it is open
		body, err := os.ReadFile(file + beside)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(body, []byte("singular")) {
			t.Errorf("an erased address is still in %s", filepath.Base(file+beside))
		}
	}
	if err := db.Close(); err != nil { // folds the journal into the file
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %o, want %o", filepath.Base(path), got, want)
		}
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(body, []byte("singular")) {
		t.Error("an erased address is still in the file")
	}
}
