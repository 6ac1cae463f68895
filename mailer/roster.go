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
	below int // those before it have had their look
	used  int // how many had theirs since the last question
}

type seat struct {
	looked   time.Time     // zero: never
	asked    chan struct{} // closed when the question under way is answered; nil: there is none
	standing Standing
	had      bool // a look that was good
	written  bool
	values   Values
}

const (
	// goodLook is how long a look at a reader is good for. It is less than what
	// a letter spends on its way, so that whoever leaves sees no difference.
	goodLook = 50 * time.Millisecond

	fewTogether, mostTogether = 4, 500
)

func newRoster(l Ledger, p Press, edition string, letters []Delivery) *roster {
	return &roster{ledger: l, press: p, edition: edition, letters: letters, seats: make([]seat, len(letters)), used: mostTogether / 2}
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
	good := !s.looked.IsZero() && passed(s.looked, now) <= goodLook
	if good {
		r.has(i)
	}
	r.mu.Unlock()
	if good {
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

// has counts that letter i has had its look. r.mu is held.
func (r *roster) has(i int) {
	if !r.seats[i].had {
		r.seats[i].had = true
		r.used++
	}
	for r.below < len(r.seats) && r.seats[r.below].had {
		r.below++
	}
}

// those returns which readers to ask about with reader i: of those who come
// first of all that have had no look yet, twice as many as looks were used since
// the last question; at first everybody, since their words are wanted as well. Letters of a block are spread over sessions, so that those
// who come first are in somebody's hands already. r.mu is held.
func (r *roster) those(i int, now time.Time) []int {
	n := min(mostTogether, max(fewTogether, 2*r.used))
	r.used = 0
	seats := []int{i}
	for k := r.below; k < len(r.seats) && len(seats) < n; k++ {
		s := &r.seats[k]
		if k != i && !s.had && s.asked == nil && passed(s.looked, now) > goodLook/2 {
			seats = append(seats, k)
		}
	}
	return seats
}

// look asks how reader i stands, and others.
func (r *roster) look(ctx context.Context, i int, now time.Time) (Standing, error) {
	answered := make(chan struct{})
	r.mu.Lock()
	seats := r.those(i, now)
	for _, k := range seats {
		r.seats[k].asked = answered
	}
	r.has(i)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, k := range seats {
			if r.seats[k].asked == answered {
				r.seats[k].asked = nil
			}
		}
		close(answered)
	}()
	found, err := r.stand(ctx, seats, now)
	if err != nil {
		return found, err
	}
	seen := time.Now()
	r.together(ctx, seats, now)
	if took := time.Since(seen); took > goodLook { // meanwhile reader i may have left
		return r.stand(ctx, seats[:1], now.Add(took))
	}
	return found, nil
}

// stand asks how readers stand, and returns the first.
func (r *roster) stand(ctx context.Context, seats []int, now time.Time) (Standing, error) {
	ids := make([]int64, len(seats))
	for n, k := range seats {
		ids[n] = r.letters[k].Subscriber
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
	for n, k := range seats {
		if s := &r.seats[k]; s.looked.Before(now) {
			s.looked, s.standing = now, standings[n]
		}
	}
	return standings[0], nil
}

// together asks for the words of all those just looked at whose letter may go
// out. What goes wrong is found out again by whoever asks for one alone.
func (r *roster) together(ctx context.Context, seats []int, now time.Time) {
	var asked []Delivery
	var at []int
	r.mu.Lock()
	for _, k := range seats {
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
