package store

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestGroups: whatever the number of ids, each is asked for, the parameters
// fit, and there are few distinct statements.
func TestGroups(t *testing.T) {
	texts := make(map[string]bool)
	for _, n := range []int{0, 1, 2, 9, 10, 11, 99, 100, 101, 499, 500, 501, 1203} {
		var ids, seen []int64
		for i := range n {
			ids = append(ids, int64(3*i+1))
		}
		err := groups(ids, 4, func(in string, lo, hi int64, args []any) error {
			texts[in] = true
			if want := placeholders(4, len(args)); in != want {
				t.Errorf("%d ids: %d parameters, text %s", n, len(args), in)
			}
			for _, a := range args {
				id := a.(int64)
				if id < lo || id > hi {
					t.Errorf("%d is not between %d and %d", id, lo, hi)
				}
				seen = append(seen, id)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if seen = slices.Compact(seen); !slices.Equal(ids, seen) {
			t.Errorf("%d ids: %d were asked for", n, len(seen))
		}
	}
	if len(texts) > len(groupSizes) {
		t.Errorf("%d statements", len(texts))
	}
}

func TestInstant(t *testing.T) {
	for _, want := range []time.Time{{}, time.UnixMilli(0).UTC(), time.UnixMilli(-1).UTC(), time.Date(2026, 6, 2, 9, 30, 0, 123e6, time.UTC)} {
		v, err := instant(want).Value()
		if err != nil {
			t.Fatal(err)
		}
		got := time.Now()
		if err := asTime(&got).Scan(v); err != nil || got != want {
			t.Errorf("%v came back as %v, %v", want, got, err)
		}
	}
	if err := new(instant).Scan("2026"); err == nil {
		t.Error("a text was read as a time")
	}
}

func TestDialects(t *testing.T) {
	const text = `CREATE TABLE t (id BIGSERIAL PRIMARY KEY, n BIGINT, b BYTEA) STRICT, WITHOUT ROWID; SELECT GREATEST(a, b) FOR UPDATE OF b SKIP LOCKED`
	for d, want := range map[*dialect]string{
		sqliteDialect():   `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER, b BLOB) STRICT, WITHOUT ROWID; SELECT MAX(a, b) `,
		postgresDialect(): `CREATE TABLE t (id BIGSERIAL PRIMARY KEY, n BIGINT, b BYTEA); SELECT GREATEST(a, b) FOR UPDATE OF b SKIP LOCKED`,
	} {
		for range 2 {
			if got := d.sql(text); got != want {
				t.Errorf("%s: %s, want %s", d.name, got, want)
			}
		}
	}
}

func TestStorable(t *testing.T) {
	for text, want := range map[string]bool{"": true, "é日本": true, "a\x00b": false, "a\xffb": false} {
		if got := storable([]any{1, text}) == nil; got != want {
			t.Errorf("%s: %v", fmt.Sprintf("%q", text), got)
		}
	}
}
