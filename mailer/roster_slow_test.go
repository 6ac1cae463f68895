package mailer

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// A slow registry takes its time over the questions that it is asked from the
// second on, and tells of whom it was asked.
type slowRegistry struct {
	asked
	takes time.Duration
	n     atomic.Int32
	left  atomic.Int64 // who has left by now
	words time.Duration
}

func (s *slowRegistry) Standings(ctx context.Context, _ string, ids []int64, _ time.Time) (out []Standing, err error) {
	for _, id := range ids { // as it is when the question comes
		var st Standing
		if id == s.left.Load() {
			st.Reason = Left
		}
		out = append(out, st)
	}
	if s.n.Add(1) > 1 {
		pause(ctx, s.takes)
	}
	return out, ctx.Err()
}

func (s *slowRegistry) Values(ctx context.Context, _ string, ds []Delivery, _ time.Time) ([]Values, error) {
	pause(ctx, s.words)
	return make([]Values, len(ds)), ctx.Err()
}

// Whoever has looked at a reader goes on at once, whatever others wait for: a
// look that is waited with is old when the letter goes.
func TestRosterNobodyWaitsForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowRegistry{takes: time.Minute}
		r := newRoster(s, s, "weekly/1", many(1, 2*mostTogether))
		if _, err := r.standing(t.Context(), 0, time.Now()); err != nil { // looks at half of them
			t.Fatal(err)
		}
		go r.standing(t.Context(), mostTogether, time.Now()) // of the next session
		synctest.Wait()
		began := time.Now()
		if !r.likely(1) {
			t.Error("reader 1 has not left")
		}
		if _, err := r.standing(t.Context(), 0, time.Now()); err != nil {
			t.Error(err)
		}
		if _, err := r.own(t.Context(), 0, time.Now()); err != nil {
			t.Error(err)
		}
		if waited := time.Since(began); waited > goodLook {
			t.Errorf("the letter of one reader goes %v after the look at them, when that at another takes long", waited)
		}
	})
}

// Where looks take long, sessions do not queue for them.
func TestRosterSlowLooksAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const takes, sessions, letters = 100 * time.Millisecond, 10, 200
		s := &slowRegistry{takes: takes}
		r := newRoster(s, s, "weekly/1", many(1, letters))
		began := time.Now()
		var next atomic.Int64
		done := make(chan error)
		for range sessions {
			go func() {
				for i := int(next.Add(1)) - 1; i < letters; i = int(next.Add(1)) - 1 {
					if _, err := r.standing(t.Context(), i, time.Now()); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range sessions {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took > 2*takes*letters/sessions {
			t.Errorf("%d sessions took %v over %d letters at %v a look", sessions, took, letters, takes)
		}
	})
}

// When the readers' own words take long to find, the look at them was before,
// and another follows.
func TestRosterLooksAfterWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowRegistry{words: 5 * time.Second}
		r := newRoster(s, s, "weekly/1", many(1, 40))
		time.AfterFunc(time.Second, func() { s.left.Store(1) })
		st, err := r.standing(t.Context(), 0, time.Now())
		if err != nil || st.Reason != Left {
			t.Errorf("who left four seconds ago stands as %+v, %v", st, err)
		}
	})
}

// Sessions that wait for the same look end with theirs when they are told to.
func TestRosterEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowRegistry{takes: time.Hour}
		s.n.Store(1)
		r := newRoster(s, s, "weekly/1", many(1, 40))
		ctx, stop := context.WithCancel(t.Context())
		ends := make(chan error, 2)
		go func() { _, err := r.standing(t.Context(), 0, time.Now()); ends <- err }()
		synctest.Wait()
		go func() { _, err := r.standing(ctx, 1, time.Now()); ends <- err }()
		synctest.Wait()
		stop()
		synctest.Wait()
		if len(ends) != 1 {
			t.Errorf("%d of the two have ended, want the one that was told to", len(ends))
		}
		if err := <-ends; err == nil {
			t.Error("it ended without a look or an error")
		}
		time.Sleep(2 * time.Hour)
		if err := <-ends; err != nil {
			t.Error(err)
		}
	})
}

// Who leaves while their own words are looked for gets no letter.
func TestLeavingWhileWordsAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 1))
		w := office(t, b, new(smtptest.Server))
		w.Press = &desk{values: func(d Delivery) (Values, error) {
			time.Sleep(3 * time.Second)
			return valuesFor("weekly/1", d, time.Now()), nil
		}}
		time.AfterFunc(time.Second, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.skip[1] = Left
		})
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"skipped left": 1})
	})
}
