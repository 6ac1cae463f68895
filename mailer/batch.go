package mailer

import "time"

// A batch is a few letters of one lease that a session sends one after
// another.
type batch struct {
	*run
	lease   *lease
	first   int // the place of its first letter in the lease's order
	letters []Delivery
	at      time.Time // the turn of the first, if the lease has turns
	last    *settling // the result that is on its way into the ledger; nil: all are there
}

// batch sends what a job allows, and gives it back.
func (r *run) batch(j job, c *connection) {
	n := c.appetite()
	if j.probe {
		n = 1
	}
	if j.lease.turns != nil {
		n = min(n, 1+j.lease.turns.after())
	}
	b := &batch{run: r, lease: j.lease, at: j.at}
	b.first, b.letters = j.lease.take(n)
	if j.lease.turns != nil {
		j.lease.taken <- struct{}{}
	}
	began := time.Now()
	c.refused = false
	for i := range b.letters {
		var s *settling
		if !c.refused {
			s = b.letter(i, c)
		}
		b.settle()
		if b.last = s; s == nil {
			j.lease.give(false)
		}
	}
	b.settle()
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

// settle waits until the ledger has the result of the last letter, and gives
// that back. It reports whether another may go.
func (b *batch) settle() bool {
	s := b.last
	if s == nil {
		return true
	}
	b.last = nil
	settled := b.settled(s)
	b.lease.give(settled)
	return settled
}

// look is the last one before letter i is written: nil lets it out.
func (b *batch) look(i int, now time.Time) error {
	if !b.lease.fresh(now) {
		return errBack // opening the connection took too long
	}
	switch s, err := b.lease.roster.standing(b.hard, b.first+i, now); {
	case err != nil:
		return err
	case s.Stop:
		b.lease.stop()
		return errBack
	case s.Reason != "":
		return &skip{s.Reason}
	}
	return nil
}

// paced reports whether its letters wait for their turn.
func (b *batch) paced() bool { return b.pace.limited() || b.lease.turns != nil }

// next returns the envelope of the letter after i, if it is likely to follow
// at once.
func (b *batch) next(i int, from string) Envelope {
	if i+1 >= len(b.letters) || b.soft.Err() != nil || b.paced() {
		return Envelope{}
	}
	if !b.lease.roster.likely(b.first + i + 1) {
		return Envelope{}
	}
	to, err := b.letters[i+1].To.ASCII()
	if err != nil {
		return Envelope{}
	}
	return Envelope{From: from, To: to}
}
