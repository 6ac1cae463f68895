package mailer

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// A roster is what is known of the readers of a block, in the order of their
// letters: how they stand, and their own words. Each is asked about right
// before the letter; the roster asks the database about those who follow too,
// since one question costs nearly as much as a hundred. All sessions that send
// letters of the block share it, and none of them waits for the questions of
// another longer than the answer would be of use.
type roster struct {
	ledger  Ledger
	press   Press
	edition string
	letters []Delivery

	mu    sync.Mutex // not held while anybody is asked
	seats []seat
	ahead int // how many are looked at together
	until int // those before were
}

type seat struct {
	looked   time.Time     // zero: never
	asked    chan struct{} // closed when the question under way is answered; nil: there is none
	standing Standing
	written  bool
	values   Values
}

const (
	// goodLook is how long a look at a reader is good for. It is less than what
	// a letter spends on its way, so that whoever leaves sees no difference.
	goodLook = 50 * time.Millisecond

	fewAhead, mostAhead = 4, 256
)

func newRoster(l Ledger, p Press, edition string, letters []Delivery) *roster {
	return &roster{ledger: l, press: p, edition: edition, letters: letters, seats: make([]seat, len(letters)), ahead: 2 * fewAhead}
}

// standing is how reader i stands, as of goodLook before it returns at most; or,
// if the answer took longer, as of when we asked. A question of another session
// that reader i was in is waited for only as long as its answer would be good.
func (r *roster) standing(ctx context.Context, i int, now time.Time) (Standing, error) {
	r.mu.Lock()
	asked := r.seats[i].asked
	r.mu.Unlock()
	if asked != nil {
		began := time.Now()
		t := time.NewTimer(goodLook)
		defer t.Stop()
		select {
		case <-asked:
		case <-t.C:
		case <-ctx.Done():
			return Standing{}, fmt.Errorf("readers not looked up: %w", ctx.Err())
		}
		now = now.Add(time.Since(began))
	}
	r.mu.Lock()
	s := r.seats[i]
	r.mu.Unlock()
	if !s.looked.IsZero() && passed(s.looked, now) <= goodLook {
		return s.standing, nil
	}
	found, err := r.look(ctx, i, now)
	if err != nil {
		return Standing{}, fmt.Errorf("readers not looked up: %w", err)
	}
	return found, nil
}

// likely reports whether letter i may go out for all that is known.
func (r *roster) likely(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.seats[i].standing
	return !s.Stop && s.Reason == ""
}

// look asks how reader i stands, and those who follow: twice as many as the
// last time when all of those were reached while the look at them was good,
// half as many when not.
func (r *roster) look(ctx context.Context, i int, now time.Time) (Standing, error) {
	answered := make(chan struct{})
	r.mu.Lock()
	if i >= r.until {
		r.ahead = min(mostAhead, 2*r.ahead)
	} else {
		r.ahead = max(fewAhead, r.ahead/2)
	}
	end := min(len(r.letters), i+r.ahead)
	r.until = max(r.until, end)
	for k := i; k < end; k++ {
		r.seats[k].asked = answered
	}
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for k := i; k < end; k++ {
			if r.seats[k].asked == answered {
				r.seats[k].asked = nil
			}
		}
		close(answered)
	}()
	found, err := r.stand(ctx, i, end, now)
	if err != nil {
		return found, err
	}
	seen := time.Now()
	r.together(ctx, i, end, now)
	if took := time.Since(seen); took > goodLook { // meanwhile reader i may have left
		return r.stand(ctx, i, i+1, now.Add(took))
	}
	return found, nil
}

// stand asks how the readers from i to end stand, and returns the first.
func (r *roster) stand(ctx context.Context, i, end int, now time.Time) (Standing, error) {
	ids := make([]int64, 0, end-i)
	for _, d := range r.letters[i:end] {
		ids = append(ids, d.Subscriber)
	}
	standings, err := r.ledger.Standings(ctx, r.edition, ids, now)
	if err == nil && len(standings) != len(ids) {
		err = fmt.Errorf("%d answers to %d questions", len(standings), len(ids))
	}
	if err != nil {
		return Standing{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range standings {
		if s := &r.seats[i+k]; s.looked.Before(now) {
			s.looked, s.standing = now, standings[k]
		}
	}
	return standings[0], nil
}

// together asks for the words of all those just looked at whose letter may go
// out. What goes wrong is found out again by whoever asks for one alone.
func (r *roster) together(ctx context.Context, i, end int, now time.Time) {
	var asked []Delivery
	var at []int
	r.mu.Lock()
	for k := i; k < end; k++ {
		if s := &r.seats[k]; !s.written && !s.standing.Stop && s.standing.Reason == "" {
			asked, at = append(asked, r.letters[k]), append(at, k)
		}
	}
	r.mu.Unlock()
	if len(asked) < 2 {
		return
	}
	values, err := r.ask(ctx, asked, now)
	if err != nil || len(values) != len(asked) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for n, k := range at {
		r.seats[k].values, r.seats[k].written = values[n], true
	}
}

// ask turns a panic into an error: it is one reader's, and we do not know whose.
func (r *roster) ask(ctx context.Context, ds []Delivery, now time.Time) (values []Values, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{v}
		}
	}()
	return r.press.Values(ctx, r.edition, ds, now)
}

// own returns the own words of reader i, whose standing was asked for.
func (r *roster) own(ctx context.Context, i int, now time.Time) (Values, error) {
	r.mu.Lock()
	s := r.seats[i]
	r.mu.Unlock()
	if s.written {
		return s.values, nil
	}
	values, err := r.press.Values(ctx, r.edition, r.letters[i:i+1], now)
	if err == nil && len(values) != 1 {
		err = fmt.Errorf("%d answers to one question", len(values))
	}
	if err != nil {
		return Values{}, fmt.Errorf("reader's own words: %w", err)
	}
	return values[0], nil
}
