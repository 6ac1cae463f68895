package mailer

import (
	"context"
	"fmt"
	"time"
)

// A batch is a few letters of one lease that a session sends one after
// another. Their readers are looked at together, since one question to the
// database costs nearly as much as thirty.
type batch struct {
	*run
	lease   *lease
	letters []Delivery
	at      time.Time // the turn of the first, if the lease has turns

	looked    time.Time
	standings []Standing // of the letters from first on
	first     int
	values    []Values // of all letters; nil: not read together
	written   []bool   // which of them were
}

// goodLook is how long a look at a reader is good for. It is less than what a
// letter spends on its way, so that whoever leaves sees no difference.
const goodLook = 50 * time.Millisecond

// batch sends what a job allows, and gives it back.
func (r *run) batch(j job, c *connection) {
	n := c.appetite()
	if j.probe {
		n = 1
	}
	if j.lease.turns != nil {
		n = min(n, 1+j.lease.turns.after())
	}
	b := &batch{run: r, lease: j.lease, letters: j.lease.take(n), at: j.at}
	if j.lease.turns != nil {
		j.lease.taken <- struct{}{}
	}
	began := time.Now()
	c.refused = false
	for i := range b.letters {
		settled := !c.refused && b.letter(i, c)
		j.lease.give(settled)
	}
	if len(b.letters) > 0 {
		c.each = time.Since(began) / time.Duration(len(b.letters))
	}
	if j.probe {
		r.breaker.left()
	}
	if j.lease.places != nil {
		<-j.lease.places
	}
}

// look is the last one before letter i is written: nil lets it out. It is as
// old as goodLook at most.
func (b *batch) look(i int, now time.Time) error {
	if !b.lease.fresh(now) {
		return errBack // opening the connection took too long
	}
	if b.looked.IsZero() || passed(b.looked, now) > goodLook {
		ids := make([]int64, 0, len(b.letters)-i)
		for _, d := range b.letters[i:] {
			ids = append(ids, d.Subscriber)
		}
		standings, err := b.w.Ledger.Standings(b.hard, b.lease.block.Edition, ids, now)
		if err == nil && len(standings) != len(ids) {
			err = fmt.Errorf("%d answers to %d questions", len(standings), len(ids))
		}
		if err != nil {
			return fmt.Errorf("readers not looked up: %w", err)
		}
		b.looked, b.standings, b.first = now, standings, i
	}
	switch s := b.standings[i-b.first]; {
	case s.Stop:
		b.lease.stop()
		return errBack
	case s.Reason != "":
		return &skip{s.Reason}
	}
	return nil
}

// own returns the reader's own words in letter i. All of a batch are asked for
// together when the first is needed, and alone if that fails.
func (b *batch) own(i int, now time.Time) (Values, error) {
	if b.written == nil {
		b.written = make([]bool, len(b.letters))
		b.together(i, now)
	}
	if b.written[i] {
		return b.values[i], nil
	}
	values, err := b.w.Press.Values(b.hard, b.lease.block.Edition, b.letters[i:i+1], now)
	if err == nil && len(values) != 1 {
		err = fmt.Errorf("%d answers to one question", len(values))
	}
	if err != nil {
		return Values{}, fmt.Errorf("reader's own words: %w", err)
	}
	return values[0], nil
}

// together asks for the words of all readers whose letter may go out, from i
// on. What goes wrong is found out again by whoever asks alone.
func (b *batch) together(i int, now time.Time) {
	var asked []Delivery
	var at []int
	for k := i; k < len(b.letters); k++ {
		if s := b.standings[k-b.first]; !s.Stop && s.Reason == "" {
			asked, at = append(asked, b.letters[k]), append(at, k)
		}
	}
	if len(asked) < 2 {
		return
	}
	values, err := b.ask(b.hard, asked, now)
	if err != nil || len(values) != len(asked) {
		return
	}
	b.values = make([]Values, len(b.letters))
	for n, k := range at {
		b.values[k], b.written[k] = values[n], true
	}
}

// ask turns a panic into an error: it is one reader's, and we do not know whose.
func (b *batch) ask(ctx context.Context, ds []Delivery, now time.Time) (values []Values, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{v}
		}
	}()
	return b.w.Press.Values(ctx, b.lease.block.Edition, ds, now)
}

// next returns the envelope of the letter after i, if it is likely to follow
// at once.
func (b *batch) next(i int, from string) Envelope {
	if i+1 >= len(b.letters) || b.soft.Err() != nil || b.pace.limited() || b.lease.turns != nil {
		return Envelope{}
	}
	if k := i + 1 - b.first; b.standings[k].Stop || b.standings[k].Reason != "" {
		return Envelope{}
	}
	to, err := b.letters[i+1].To.ASCII()
	if err != nil {
		return Envelope{}
	}
	return Envelope{from, to}
}
