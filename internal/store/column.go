package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// An instant is a time as a column: Unix milliseconds, NULL for the zero time.
type instant time.Time

// Value implements driver.Valuer.
func (t instant) Value() (driver.Value, error) {
	if time.Time(t).IsZero() {
		return nil, nil
	}
	return time.Time(t).UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (t *instant) Scan(src any) error {
	switch ms := src.(type) {
	case nil:
		*t = instant{}
	case int64:
		*t = instant(time.UnixMilli(ms).UTC())
	default:
		return fmt.Errorf("a time is kept as %T", src)
	}
	return nil
}

// asTime is where a column of milliseconds is scanned to.
func asTime(t *time.Time) *instant { return (*instant)(t) }

// flag is a truth as a column.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// A list is a list as a column: JSON. None at all is [], and comes back as nil.
type list[T any] struct{ at *[]T }

func asList[T any](at *[]T) list[T] { return list[T]{at} }

// Value implements driver.Valuer.
func (l list[T]) Value() (driver.Value, error) {
	if len(*l.at) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(*l.at)
	return string(b), err
}

// Scan implements sql.Scanner.
func (l list[T]) Scan(src any) error {
	*l.at = nil
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("a list is kept as %T", src)
	}
	if s == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(s), l.at)
}

// listOf is a list to be written.
func listOf[T any](l []T) list[T] { return list[T]{&l} }

// among calls f with all ids, some at a time: which is a condition on a column,
// whose parameters begin with number first, and args are theirs. The sizes are
// few, so that statements are few; the last id fills up. ids must be ascending,
// because the column is bounded by the smallest and the largest: PostgreSQL reads
// all of a fresh table for a bare IN. Ids without a gap, as of readers who came
// together, need nothing but the bounds, which is several times faster.
func among(ids []int64, column string, first int, f func(which string, args []any) error) error {
	for len(ids) > 0 {
		size := groupSizes[len(groupSizes)-1]
		for _, s := range groupSizes {
			if len(ids) <= s {
				size = s
				break
			}
		}
		n := min(size, len(ids))
		lo, hi := ids[0], ids[n-1]
		which := column + " BETWEEN $" + strconv.Itoa(first) + " AND $" + strconv.Itoa(first+1)
		args := []any{lo, hi}
		if !gapless(ids[:n]) {
			which += " AND " + column + " IN (" + placeholders(first+2, size) + ")"
			for i := range size {
				args = append(args, ids[min(i, n-1)])
			}
		}
		if err := f(which, args); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// gapless reports whether each id follows upon the one before it.
func gapless(ids []int64) bool {
	for i, id := range ids {
		if id != ids[0]+int64(i) {
			return false
		}
	}
	return true
}

// groupSizes are dense where sessions ask and results gather.
var groupSizes = []int{1, 2, 4, 8, 16, 24, 32, 50, 100, 250, 500}

// placeholders writes "$3, $4, $5".
func placeholders(first, n int) string {
	b := make([]byte, 0, n*6)
	for i := range n {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(first+i), 10)
	}
	return string(b)
}
