package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// asked is a ledger and a press that write down what they are asked.
type asked struct {
	Ledger
	Press
	looks, words [][]int64
	skip         map[int64]string
	poison       int64 // this reader's words cannot be written
}

func (a *asked) Standings(_ context.Context, _ string, ids []int64, _ time.Time) (out []Standing, err error) {
	a.looks = append(a.looks, ids)
	for _, id := range ids {
		out = append(out, Standing{Reason: a.skip[id]})
	}
	return out, nil
}

func (a *asked) Values(_ context.Context, _ string, ds []Delivery, _ time.Time) (out []Values, err error) {
	var ids []int64
	for _, d := range ds {
		ids = append(ids, d.Subscriber)
		out = append(out, Values{MessageID: fmt.Sprint(d.Subscriber)})
	}
	a.words = append(a.words, ids)
	if slices.Contains(ids, a.poison) {
		return nil, errors.New("a name that is no name")
	}
	return out, nil
}

// lengths tells how many were asked about each time.
func lengths(questions [][]int64) (n []int) {
	for _, q := range questions {
		n = append(n, len(q))
	}
	return n
}

func TestRosterLooksAhead(t *testing.T) {
	for name, tc := range map[string]struct {
		each  time.Duration // between two letters
		looks []int
	}{
		"a fast relay": {0, []int{500, 100}},
		// A look is good for five letters.
		"ten milliseconds": {10 * time.Millisecond, nil},
		"a slow relay":     {time.Second, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := new(asked)
			r := newRoster(a, a, "weekly/1", many(1, 600))
			now := time.Unix(1e9, 0)
			for i := range 600 {
				if _, err := r.standing(t.Context(), i, now); err != nil {
					t.Fatal(err)
				}
				if seen := now.Sub(r.seats[i].looked); seen > goodLook {
					t.Fatalf("letter %d goes by a look that is %v old", i, seen)
				}
				now = now.Add(tc.each)
			}
			if tc.looks != nil {
				if d := cmp.Diff(tc.looks, lengths(a.looks)); d != "" {
					t.Errorf("readers looked at together (-want +got)\n%s", d)
				}
				return
			}
			most := 0
			for _, n := range lengths(a.looks[10:]) {
				most = max(most, n)
			}
			if most > 4*fewTogether {
				t.Errorf("%d readers are looked at together, of whom few get their letter in time", most)
			}
		})
	}
}

// Words are asked for of those only whose letter may go out, together, and one
// by one when that fails.
func TestRosterWords(t *testing.T) {
	a := &asked{skip: map[int64]string{2: Left}}
	r := newRoster(a, a, "weekly/1", many(1, 540))
	own := func(i int) (Values, error) {
		t.Helper()
		s, err := r.standing(t.Context(), i, time.Unix(1e9, 0))
		if err != nil || s.Reason != a.skip[int64(i+1)] {
			t.Fatalf("reader %d stands as %+v, %v", i+1, s, err)
		}
		if s.Reason != "" {
			return Values{}, nil
		}
		return r.own(t.Context(), i, time.Unix(1e9, 0))
	}
	a.poison = 520
	for i := range 540 {
		v, err := own(i)
		switch {
		case i+1 == 520 && err == nil:
			t.Error("who cannot be written to has words")
		case i+1 != 520 && err != nil:
			t.Errorf("reader %d: %v", i+1, err)
		case i+1 != 520 && i+1 != 2 && v.MessageID != fmt.Sprint(i+1):
			t.Errorf("reader %d has the words of %q", i+1, v.MessageID)
		}
	}
	want := []int{499, 40} // without the one who left; and those from 501 on
	for range 40 {
		want = append(want, 1)
	}
	if d := cmp.Diff(want, lengths(a.words)); d != "" {
		t.Errorf("asked about together (-want +got)\n%s", d)
	}
}
