package subscribers

import (
	"context"
	"errors"
	"testing"
)

// A roll lists readers 1 to last, and fails when it is asked for those after
// fails.
type roll struct{ last, fails, asked int64 }

func (r *roll) List(_ context.Context, after int64, limit int) (page []Entry, err error) {
	r.asked++
	if r.fails > 0 && after >= r.fails {
		return nil, errors.New("the disk is gone")
	}
	for id := after + 1; id <= r.last && len(page) < limit; id++ {
		page = append(page, Entry{Subscriber: Subscriber{ID: id}})
	}
	return page, nil
}

func TestAll(t *testing.T) {
	for _, test := range []struct{ last, fails, stops, want, asked int64 }{
		{last: 0, want: 0, asked: 1},
		{last: listed - 1, want: listed - 1, asked: 1},
		{last: listed, want: listed, asked: 2},
		{last: 2*listed + 3, want: 2*listed + 3, asked: 3},
		{last: 2*listed + 3, stops: listed + 1, want: listed + 1, asked: 2},
		{last: 2*listed + 3, fails: listed, want: listed, asked: 2},
	} {
		r, n, failed := &roll{last: test.last, fails: test.fails}, int64(0), false
		for entry, err := range All(t.Context(), r) {
			if failed {
				t.Errorf("%+v: something follows an error", test)
			}
			if failed = err != nil; failed {
				continue
			}
			if n++; entry.Subscriber.ID != n {
				t.Fatalf("%+v: reader %d comes as number %d", test, entry.Subscriber.ID, n)
			}
			if n == test.stops {
				break
			}
		}
		if n != test.want || r.asked != test.asked || failed != (test.fails > 0) {
			t.Errorf("%+v: %d readers, asked %d times, failed: %v", test, n, r.asked, failed)
		}
	}
}
