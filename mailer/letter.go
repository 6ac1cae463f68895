package mailer

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// A Panic is what a letter failed of when writing it panicked.
type Panic struct{ Value any }

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// session sends letters over one connection, which it opens when there is one
// to send and closes when there has been none for a while.
func (r *run) session() {
	var c connection
	defer c.close()
	idle := time.NewTimer(r.idle)
	defer idle.Stop()
	for {
		select {
		case j, ok := <-r.jobs:
			if !ok {
				return
			}
			settled := r.letter(j, &c)
			j.lease.give(settled)
			if j.probe {
				r.breaker.left()
			}
			r.signal()
			idle.Reset(r.idle)
		case <-idle.C:
			c.close()
		}
	}
}

// A connection is a session that may be open.
type connection struct{ Session }

func (c *connection) open(ctx context.Context, t Transport) (err error) {
	c.Session, err = t.Open(ctx)
	if err != nil {
		c.Session = nil
	}
	return err
}

func (c *connection) close() {
	if c.Session != nil {
		_ = c.Session.Close() // every letter has its answer by now
		c.Session = nil
	}
}

// letter takes one delivery through. It reports whether the ledger has the
// result; what it has not goes back with its block.
func (r *run) letter(j job, c *connection) (settled bool) {
	l, d := j.lease, j.Delivery
	if r.pace.wait(r.soft) != nil {
		return false
	}
	now := time.Now()
	if !l.fresh(now) {
		return false
	}
	if outcome, stale := Stale(d, now, r.w.Rules); stale {
		return r.settle(l, d, d.Version, outcome)
	}
	p := r.write(l, d, now)
	switch {
	case p.halt != nil:
		r.halt(l, p.halt.Error())
		return false
	case p.outcome.State != "":
		return r.settle(l, d, p.version, p.outcome)
	case p.raw == nil:
		return false
	}
	reused := c.Session != nil
	if !reused {
		if err := c.open(r.hard, r.w.Transport); err != nil {
			return r.conclude(l, d, p.version, err, c)
		}
	}
	if outcome, ok := r.standing(l, d); !ok {
		return false
	} else if outcome.State != "" {
		return r.settle(l, d, p.version, outcome)
	}
	err := c.Send(r.hard, p.from, p.to, p.raw)
	if reused && gone(err) {
		// The server closed a connection that had been idle, or had enough
		// letters; it has not heard of this one.
		c.close()
		if err = c.open(r.hard, r.w.Transport); err == nil {
			err = c.Send(r.hard, p.from, p.to, p.raw)
		}
	}
	return r.conclude(l, d, p.version, err, c)
}

// gone recognises a connection that ended between two letters.
func gone(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Phase == PhaseConn || e.Phase == PhaseMail) && (e.Code == 0 || e.Code == 421)
}

// standing is the last look. ok is false when the letter is to go back.
func (r *run) standing(l *lease, d Delivery) (o Outcome, ok bool) {
	now := time.Now()
	if !l.fresh(now) {
		return o, false // opening the connection took too long
	}
	s, err := r.w.Ledger.Standing(r.hard, l.block.Edition, d.Subscriber, now)
	switch {
	case err != nil:
		l.stop()
		r.trouble("reader not looked up", err)
		return o, false
	case s.Stop:
		l.stop()
		return o, false
	case s.Reason != "":
		return Outcome{State: Skipped, Reason: s.Reason}, true
	}
	return o, true
}

// A print is a letter ready to be sent, or what became of it instead.
type print struct {
	from, to string
	raw      []byte
	version  int
	outcome  Outcome
	halt     error // the whole edition is wrong
}

// write makes the letter. A panic on the way fails this letter and no other.
func (r *run) write(l *lease, d Delivery, now time.Time) (p print) {
	p.version = d.Version
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("writing a letter panicked", "edition", l.block.Edition, "subscriber", d.Subscriber, "err", v, "stack", string(debug.Stack()))
			p.raw, p.outcome = nil, unwritten
		}
	}()
	master, err := l.master(r.hard, r.w.Press, d.Version, now)
	switch {
	case errors.Is(err, ErrEmpty):
		p.outcome = Outcome{State: Skipped, Reason: Nothing}
		return p
	case r.hard.Err() != nil:
		return p
	case err != nil:
		p.halt = fmt.Errorf("version %d: %w", d.Version, err)
		return p
	}
	p.version = master.Version
	values, err := r.w.Press.Values(r.hard, l.block.Edition, d, now)
	if r.hard.Err() != nil {
		return p
	}
	if err != nil {
		r.log.Error("a reader's letter was not written", "edition", l.block.Edition, "subscriber", d.Subscriber, "err", err)
		p.outcome = unwritten
		return p
	}
	m, err := master.Message(values)
	if err == nil {
		p.raw, err = Compose(m)
	}
	var to *ToError
	switch {
	case errors.As(err, &to):
		r.log.Info("letter failed", "edition", l.block.Edition, "subscriber", d.Subscriber, "err", err)
		p.raw, p.outcome = nil, Outcome{State: Failed, Reason: BadAddress}
		return p
	case err != nil:
		p.raw, p.halt = nil, err
		return p
	}
	p.from, _ = m.From.ASCII() // Compose has checked both
	p.to, _ = m.To.ASCII()
	return p
}

var unwritten = Outcome{State: Failed, Reason: Unwritten}

// conclude acts on how an attempt ended and settles it.
func (r *run) conclude(l *lease, d Delivery, version int, err error, c *connection) bool {
	now := time.Now()
	key := letterKey{l.block.Edition, d.Subscriber}
	r.mu.Lock()
	d.Uncounted = r.uncounted[key]
	r.mu.Unlock()
	v := Decide(err, d, now, r.w.Rules)
	if r.hard.Err() != nil && v.Code == 0 && v.State == Queued && v.Phase != PhaseBody {
		c.close()
		return false // we broke it off ourselves, before anything could have arrived
	}
	if v.Close {
		c.close()
	}
	if v.Slow {
		r.pace.slow(now)
		r.log.Warn("relay asks to slow down", "edition", l.block.Edition, "code", v.Code, "rate", float64(r.pace.limit.Limit()))
	}
	switch {
	case v.Trip:
		trips, until := r.breaker.trip(now)
		r.mu.Lock()
		r.tripped = err
		r.mu.Unlock()
		r.log.Warn("relay does not take letters", "attempt", trips, "due", until, "code", v.Code, "err", err)
	case err == nil || v.Code != 0:
		r.breaker.success()
	}
	r.mu.Lock()
	if v.uncounted() {
		r.uncounted[key]++
	} else {
		delete(r.uncounted, key)
	}
	r.mu.Unlock()
	if err == nil {
		r.pace.sent(now)
	} else if v.State != Queued || v.Doubt {
		r.log.Info("letter "+string(v.State), "edition", l.block.Edition, "subscriber", d.Subscriber,
			"reason", v.Reason, "attempt", d.Attempts+1, "code", v.Code, "doubt", v.Doubt, "err", err)
	}
	settled := r.settle(l, d, version, v.Outcome)
	if v.Halt != "" {
		r.halt(l, v.Halt)
	}
	return settled
}

// maxRefused letters in a row that fail for what they are, and none that is
// taken, are not the readers' fault.
const maxRefused = 10

// settle has the result written down and waits until it is.
func (r *run) settle(l *lease, d Delivery, version int, o Outcome) bool {
	done := make(chan error, 1)
	r.committer.results <- result{l, Settlement{Subscriber: d.Subscriber, Version: version, Outcome: o, At: time.Now()}, done}
	if err := <-done; err != nil {
		r.unwritten.Add(1)
		l.forget()
		r.log.Error("result lost; the letter will be sent again", "edition", l.block.Edition, "subscriber", d.Subscriber, "err", err)
		return false
	}
	edition := l.block.Edition
	r.mu.Lock()
	if r.drain && o.State == Queued && !o.Attempt {
		r.untried[d.Subscriber] = o.Due
	} else {
		delete(r.untried, d.Subscriber)
	}
	unwanted := false
	switch {
	case o.State == Sent:
		delete(r.refused, edition)
	case o.State == Failed && (o.Reason == PolicyRefused || o.Reason == Unwritten):
		r.refused[edition]++
		unwanted = r.refused[edition] >= maxRefused
	}
	if unwanted {
		delete(r.refused, edition) // once it is resumed, it may try as many again
	}
	r.mu.Unlock()
	if unwanted {
		r.halt(l, fmt.Sprintf("%d letters in a row were refused or could not be written, the last: %s %d %s", maxRefused, o.Reason, o.Code, o.Enhanced))
	}
	return true
}

// halt pauses the edition of a block, and gives the block back.
func (r *run) halt(l *lease, reason string) {
	l.stop()
	edition := l.block.Edition
	err := r.w.Ledger.Halt(r.last, edition, reason)
	if err != nil {
		r.trouble("edition not paused", err)
	}
	r.mu.Lock()
	first := r.halted == nil
	r.halted = fmt.Errorf("edition %s paused: %s", edition, reason)
	r.mu.Unlock()
	if first || !r.drain {
		r.log.Error("edition paused", "edition", edition, "err", reason)
	}
}
