package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAmong: whatever the number of ids, each is asked for and nobody else, the
// parameters fit, and there are few distinct statements.
func TestAmong(t *testing.T) {
	texts := make(map[string]bool)
	for _, n := range []int{0, 1, 2, 9, 10, 11, 99, 100, 101, 499, 500, 501, 1203} {
		for _, step := range []int64{1, 3} {
			var ids, seen []int64
			for i := range n {
				ids = append(ids, step*int64(i)+1)
			}
			err := among(ids, "r.id", 4, func(which string, args []any) error {
				texts[which] = true
				lo, hi := args[0].(int64), args[1].(int64)
				if want := "r.id BETWEEN $4 AND $5"; which == want {
					for id := lo; id <= hi; id++ {
						seen = append(seen, id)
					}
					return nil
				} else if want += " AND r.id IN (" + placeholders(6, len(args)-2) + ")"; which != want {
					t.Errorf("%d ids: %d parameters, text %s", n, len(args), which)
				}
				for _, a := range args[2:] {
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
	}
	if len(texts) > 1+len(groupSizes) {
		t.Errorf("%d statements", len(texts))
	}
}

// A number that is there twice does not let in the one that is missing.
func TestAmongTwice(t *testing.T) {
	for _, ids := range [][]int64{{1, 1, 3}, {1, 3, 3}, {5, 7}} {
		err := among(ids, "id", 1, func(which string, args []any) error {
			if !strings.Contains(which, " IN (") {
				t.Errorf("%v: %s", ids, which)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
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
