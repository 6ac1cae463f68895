package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/store/pgtest"
)

var copiedAt = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func fileDSN(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "a.db") }

func openedCopy(t *testing.T, dsn string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// schema returns every table there is, asked from SQLite and not from us.
func schema(t *testing.T) map[string][]column {
	t.Helper()
	db := openedCopy(t, "sqlite::memory:")
	all := map[string][]column{}
	err := db.read().each(t.Context(), `SELECT m.name, c.name, c.type, c."notnull" + c.pk > 0
		FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'goose_db_version' ORDER BY m.name, c.cid`, nil, func(rows *sql.Rows) error {
		var table string
		var c column
		err := rows.Scan(&table, &c.name, &c.kind, &c.must)
		all[table] = append(all[table], c)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

type column struct {
	name, kind string
	must       bool
}

// fill writes n rows to every table. What refers to another table refers to
// the row of the same number, since all values of a row come from its number.
func fill(t *testing.T, db *DB, n int) {
	t.Helper()
	all := schema(t)
	value := func(c column, i int) any {
		switch {
		case !c.must && i%3 == 0:
			return nil
		case c.kind == "TEXT":
			return fmt.Sprintf("%d “né” 'O''Neill' \"\\\n\t😀", i)
		case c.kind == "BLOB" && i == 1:
			return []byte{}
		case c.kind == "BLOB":
			return fmt.Appendf(nil, "\x00\xff%d", i)
		}
		return int64(i)
	}
	err := db.once(t.Context(), func(s session) error {
		for _, tb := range tables {
			var names []string
			for _, c := range all[tb.name] {
				names = append(names, c.name)
			}
			var rows [][]any
			many := n
			if tb.seeded {
				many = 1
			}
			for i := range many {
				var row []any
				for _, c := range all[tb.name] {
					row = append(row, value(c, i+1))
				}
				rows = append(rows, row)
			}
			if tb.seeded {
				rows[0][1] = int64(n)
				if _, err := s.exec(t.Context(), `DELETE FROM `+tb.name); err != nil {
					return err
				}
			}
			if err := s.insert(t.Context(), `INSERT INTO `+tb.name+` (`+strings.Join(names, ", ")+`) VALUES`, rows); err != nil {
				return fmt.Errorf("%s: %w", tb.name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if db.postgres { // whose sequences know nothing of numbers given by hand
		for _, tb := range tables {
			if tb.counter != "" {
				mustChange(t, db, `SELECT setval('`+tb.name+`_`+tb.counter+`_seq', $1)`, n)
			}
		}
	}
}

// heldIn returns what every table of a database holds.
func heldIn(t *testing.T, db *DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for name, columns := range schema(t) {
		var names []string
		for _, c := range columns {
			names = append(names, c.name)
		}
		err := table{name: name, key: "1"}.each(t.Context(), db.read(), names, func(row []any) error {
			all[name] = append(all[name], fmt.Sprintf("%q", row))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[name])
	}
	return all
}

// TestCopyKnowsEveryTable fails when a migration made a table that nobody put
// on the list, or the list names it twice.
func TestCopyKnowsEveryTable(t *testing.T) {
	var listed, there []string
	for _, tb := range tables {
		listed = append(listed, tb.name)
	}
	for name := range schema(t) {
		there = append(there, name)
	}
	if diff := cmp.Diff(sorted(there), sorted(listed)); diff != "" {
		t.Errorf("tables (-schema +copied):\n%s", diff)
	}
}

// TestCopy: everything arrives, between engines of any kind, and the engine
// goes on numbering where the other would have.
func TestCopy(t *testing.T) {
	sqlite, postgres := fileDSN, func(t *testing.T) string { return pgtest.New(t) }
	for _, tt := range []struct {
		name     string
		from, to func(*testing.T) string
		rows     int
	}{
		{"sqlite to sqlite", sqlite, sqlite, copyRows + 100},
		{"sqlite to postgres", sqlite, postgres, copyRows + 100},
		{"postgres to sqlite", postgres, sqlite, 120},
		{"memory to memory", func(*testing.T) string { return "sqlite::memory:" }, func(*testing.T) string { return "sqlite::memory:" }, 1},
		{"nothing", sqlite, postgres, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, to := openedCopy(t, tt.from(t)), openedCopy(t, tt.to(t))
			fill(t, from, tt.rows)
			// Three readers more came and were erased.
			for i := range 3 {
				mustChange(t, from, `INSERT INTO subscribers (email, key, name, topics, cities, language, timezone, status, consent)
					VALUES ('', $1, '', '', '', '', '', '', '')`, fmt.Sprint("gone", i))
			}
			mustChange(t, from, `DELETE FROM subscribers WHERE key LIKE 'gone%'`)
			told := map[string]int64{}
			err := Copy(t.Context(), from, to, copiedAt, func(table string, rows, total int64) {
				told[table] = rows
				if rows > total || rows < told[table] {
					t.Errorf("progress of %s: %d of %d", table, rows, total)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(told) != len(tables) || told["deliveries"] != int64(tt.rows) {
				t.Errorf("told of %d tables; %d deliveries, want %d", len(told), told["deliveries"], tt.rows)
			}
			if diff := cmp.Diff(heldIn(t, from), heldIn(t, to)); diff != "" {
				t.Errorf("contents (-want +got):\n%.2000s", diff)
			}
			var id int64
			err = to.write(t.Context(), func(s session) error {
				return s.row(t.Context(), `INSERT INTO subscribers (email, key, name, topics, cities, language, timezone, status, consent)
					VALUES ('', 'new', '', '', '', '', '', '', '') RETURNING id`).Scan(&id)
			})
			if want := int64(tt.rows + 4); id != want || err != nil {
				t.Errorf("the next reader is number %d, %v, want %d: a number was given twice or left out", id, err, want)
			}
		})
	}
}

func mustChange(t *testing.T, db *DB, query string, args ...any) {
	t.Helper()
	if _, err := db.change(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestCopyRefuses(t *testing.T) {
	t.Run("a target in use", func(t *testing.T) {
		from, to := openedCopy(t, fileDSN(t)), openedCopy(t, fileDSN(t))
		if err := to.SetSetting(t.Context(), "a", "b"); err != nil {
			t.Fatal(err)
		}
		err := Copy(t.Context(), from, to, copiedAt, nil)
		if !errors.Is(err, ErrNotEmpty) || !strings.Contains(err.Error(), "settings") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("letters in hand", func(t *testing.T) {
		from, to := openedCopy(t, fileDSN(t)), openedCopy(t, fileDSN(t))
		until := copiedAt.Add(time.Minute)
		mustChange(t, from, `INSERT INTO blocks (edition, due, lease_until, open) VALUES (1, 0, $1, 1)`, until.UnixMilli())
		var leased *LeasedError
		if err := Copy(t.Context(), from, to, copiedAt, nil); !errors.As(err, &leased) || leased.Blocks != 1 || !leased.Until.Equal(until) {
			t.Errorf("got %v", err)
		}
		// Whoever held them has died.
		if err := Copy(t.Context(), from, to, until, nil); err != nil {
			t.Errorf("after the lease: %v", err)
		}
	})
	t.Run("a table of somebody else's", func(t *testing.T) {
		from, to := openedCopy(t, fileDSN(t)), openedCopy(t, fileDSN(t))
		mustChange(t, from, `CREATE TABLE jottings (a TEXT)`)
		if err := Copy(t.Context(), from, to, copiedAt, nil); err == nil || !strings.Contains(err.Error(), "jottings") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another schema", func(t *testing.T) {
		from, to := openedCopy(t, fileDSN(t)), openedCopy(t, fileDSN(t))
		mustChange(t, from, `ALTER TABLE log ADD COLUMN more TEXT`)
		if err := Copy(t.Context(), from, to, copiedAt, nil); err == nil || !strings.Contains(err.Error(), "table log") {
			t.Errorf("got %v", err)
		}
	})
}

// TestCopyAllOrNothing: what breaks off in the middle, or arrives otherwise
// than it was sent, leaves the target as new.
func TestCopyAllOrNothing(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{"sqlite": fileDSN, "postgres": func(t *testing.T) string { return pgtest.New(t) }} {
		t.Run(name, func(t *testing.T) {
			from, to := openedCopy(t, fileDSN(t)), openedCopy(t, dsn(t))
			fill(t, from, 40)
			before := heldIn(t, to)
			nothing := func(what string, err error) {
				t.Helper()
				if err == nil {
					t.Errorf("%s: no error", what)
				}
				if diff := cmp.Diff(before, heldIn(t, to)); diff != "" {
					t.Errorf("%s: left behind (-want +got):\n%.500s", what, diff)
				}
			}
			ctx, stop := context.WithCancel(t.Context())
			nothing("interrupted", Copy(ctx, from, to, copiedAt, func(table string, _, _ int64) {
				if table == "deliveries" {
					stop()
				}
			}))
			damage, mend := `CREATE TRIGGER damage AFTER INSERT ON log BEGIN UPDATE log SET who = '' WHERE n = 7; END`, `DROP TRIGGER damage`
			if to.postgres {
				mustChange(t, to, `CREATE FUNCTION damage() RETURNS trigger AS 'BEGIN IF NEW.n = 7 THEN NEW.who := ''x''; END IF; RETURN NEW; END' LANGUAGE plpgsql`)
				damage, mend = `CREATE TRIGGER damage BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION damage()`, `DROP TRIGGER damage ON log`
			}
			mustChange(t, to, damage)
			err := Copy(t.Context(), from, to, copiedAt, nil)
			nothing("damaged", err)
			if err != nil && !strings.Contains(err.Error(), "table log: 40 rows with checksum") {
				t.Errorf("damaged: %v", err)
			}
			mustChange(t, to, mend)
			if err := Copy(t.Context(), from, to, copiedAt, nil); err != nil {
				t.Errorf("after all that: %v", err)
			}
		})
	}
}

// TestContents: a checksum that two different tables share would verify
// nothing.
func TestContents(t *testing.T) {
	seen := map[contents]string{}
	for name, rows := range map[string][][]any{
		"nothing":   {},
		"null":      {{nil}},
		"no text":   {{""}},
		"no bytes":  {{[]byte{}}},
		"zero":      {{int64(0)}},
		"a b":       {{"a", "b"}},
		"ab":        {{"ab", ""}},
		"two rows":  {{"a"}, {"b"}},
		"twice":     {{"a"}, {"a"}},
		"bytes a":   {{[]byte("a")}},
		"one a":     {{"a"}},
		"exchanged": {{"b", "a"}},
	} {
		var c contents
		for _, row := range rows {
			if err := c.add(row); err != nil {
				t.Fatal(err)
			}
		}
		if other, ok := seen[c]; ok {
			t.Errorf("%s and %s are the same", name, other)
		}
		seen[c] = name
	}
	var one, other contents
	for _, row := range []any{"a", "b", "c"} {
		one.add([]any{row})
	}
	for _, row := range []any{"c", "a", "b"} {
		other.add([]any{row})
	}
	if one != other {
		t.Error("the order of rows counts")
	}
	if err := one.add([]any{1.5}); err == nil {
		t.Error("a type that the engines round differently was taken")
	}
}

func TestUnused(t *testing.T) {
	dsn := fileDSN(t)
	file := strings.TrimPrefix(dsn, "sqlite:")
	if err := Unused(t.Context(), dsn); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error("asking made the file")
	}
	db, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := Unused(t.Context(), dsn); !errors.Is(err, ErrInUse) {
		t.Errorf("open here: %v", err)
	}
	if err := db.SetSetting(t.Context(), "a", "b"); err != nil {
		t.Errorf("after the question: %v", err)
	}
	db.Close()
	if err := Unused(t.Context(), dsn); err != nil {
		t.Errorf("closed: %v", err)
	}
	if again := openedCopy(t, dsn); again.Ping(t.Context()) != nil {
		t.Error("the question left a lock behind")
	}
	for _, dsn := range []string{"sqlite::memory:", "postgres://localhost/none"} {
		if err := Unused(t.Context(), dsn); err != nil {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
