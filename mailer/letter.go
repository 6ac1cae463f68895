package mailer

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// letter takes delivery i through, to where its result is handed in, if it has
// one; what has none goes back with its block.
func (b *batch) letter(i int, c *connection) *settling {
	r, l, d := b.run, b.lease, b.letters[i]
	if c.Session == nil || b.paced() {
		b.settle() // before what may take long
	}
	if i > 0 && !r.onward(l) || b.turn(r.soft, i) != nil {
		return nil
	}
	now := time.Now()
	if !l.fresh(now) {
		return nil
	}
	if outcome, stale := Stale(d, now, r.w.Rules); stale {
		return r.handIn(l, d, d.Version, outcome)
	}
	words, err := l.master(r.hard, r.w.Press, r.copiers, d.Version, now)
	if err != nil {
		return r.notSent(l, d, d.Version, err)
	}
	reused := c.Session != nil
	err = b.attempt(i, words, c)
	if reused && gone(err) {
		// The server closed a connection that had been idle, or had enough
		// letters; it has not heard of this one.
		c.close()
		err = b.attempt(i, words, c)
	}
	if u := (*unsent)(nil); errors.As(err, &u) {
		return r.notSent(l, d, words.master.Version, u.err)
	}
	return r.conclude(l, d, words.master.Version, err, c)
}

// attempt looks at the reader, writes the letter and sends it, when the result
// of the last is durable. The connection comes first, because opening one may
// take long: between the look and the letter only the letter is written. The
// error is the transport's, or an unsent.
func (b *batch) attempt(i int, words *copier, c *connection) error {
	if err := c.open(b.hard, b.w.Transport); err != nil {
		return err
	}
	now := time.Now()
	if err := b.look(i, now); err != nil {
		return &unsent{err}
	}
	seen := time.Now()
	p, err := b.write(i, words, c.letter, now)
	if !b.settle() || b.lease.ended() { // what became of the last letter keeps this one here
		return &unsent{errBack}
	}
	if err == nil && time.Since(seen) > goodLook { // the reader's own words, or the result, took long
		err = b.look(i, time.Now())
	}
	if err != nil {
		return &unsent{err}
	}
	c.letter = p.raw[:0]
	return c.Send(b.hard, Envelope{From: p.from, To: p.to, Clear: p.clear}, p.raw, b.next(i, p.from))
}

// write makes letter i, in room if that is large enough. A panic on the way
// fails this letter and no other.
func (b *batch) write(i int, words *copier, room []byte, now time.Time) (p print, err error) {
	l, d := b.lease, b.letters[i]
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{v}
			level := slog.LevelDebug
			l.panicked.Do(func() { level = slog.LevelError }) // one of a block is enough to find it
			b.log.Log(b.hard, level, "writing a letter panicked", "edition", l.block.Edition, "subscriber", d.Subscriber, "err", v, "stack", string(debug.Stack()))
		}
	}()
	values, err := l.roster.own(b.hard, b.first+i, now)
	if err != nil {
		return p, err
	}
	p, err = words.print(&values, room)
	if to := (*ToError)(nil); errors.As(err, &to) {
		return p, err
	}
	if err != nil { // nothing was asked of anybody: it will not pass
		return p, fmt.Errorf("%w: %w", ErrWords, err)
	}
	return p, nil
}

// notSent acts on what kept a letter from being sent.
func (r *run) notSent(l *lease, d Delivery, version int, err error) *settling {
	outcome, halt, trouble := judge(err)
	switch {
	case halt:
		r.halt(l, err.Error())
	case trouble && r.soft.Err() == nil: // when told to stop, everything fails
		l.stop()
		r.trouble("letter not written", err)
		d.Uncounted = r.returns.count(l, d)
		outcome = putOff(d, time.Now(), r.w.Rules)
	}
	if outcome.State == "" {
		return nil
	}
	r.log.Debug("letter "+string(outcome.State), "edition", l.block.Edition, "subscriber", d.Subscriber, "reason", outcome.Reason, "err", err)
	return r.handIn(l, d, version, outcome)
}

// conclude acts on how an attempt ended, and hands the result in.
func (r *run) conclude(l *lease, d Delivery, version int, err error, c *connection) *settling {
	now := time.Now()
	d.Uncounted = r.returns.of(l.block.Edition, d)
	v := Decide(err, d, now, r.w.Rules)
	if r.hard.Err() != nil && v.Code == 0 && v.State == Queued && v.Phase != PhaseBody {
		c.close()
		return nil // we broke it off ourselves, before anything could have arrived
	}
	if v.Close {
		c.close()
	}
	if v.uncounted() {
		r.returns.count(l, d)
	} else {
		r.returns.forget(l, d)
	}
	r.listen(l, v, err, now)
	if err != nil {
		r.log.Debug("letter "+string(v.State), "edition", l.block.Edition, "subscriber", d.Subscriber,
			"reason", v.Reason, "attempt", d.Attempts+1, "code", v.Code, "doubt", v.Doubt, "err", err)
	}
	s := r.handIn(l, d, version, v.Outcome)
	s.halt = v.Halt
	return s
}

// listen does what an attempt said about the way to the relay.
func (r *run) listen(l *lease, v Verdict, err error, now time.Time) {
	if err == nil {
		r.pace.sent(now)
		r.concurrency.taken(now)
	}
	if v.Slow {
		news := r.pace.slow(now)
		sessions, fewer := r.concurrency.halve(now)
		if news || fewer {
			r.log.Warn("relay asks to slow down", "edition", l.block.Edition, "code", v.Code, "rate", float64(r.pace.limit.Limit()), "sessions", sessions)
		}
	}
	switch {
	case v.Trip && v.Phase == PhaseConn && r.lately(now):
		// It talks to others of us: this connection is one too many.
		if sessions, news := r.concurrency.fit(int(r.connected.Load()), now); news {
			r.log.Warn("relay takes fewer connections", "sessions", sessions, "code", v.Code, "err", err)
		}
	case v.Trip:
		trips, until, news := r.breaker.trip(now)
		r.mu.Lock()
		r.tripped = err
		r.mu.Unlock()
		if news {
			r.log.Warn("relay does not take letters", "attempt", trips, "due", until, "code", v.Code, "err", err)
		}
	case err == nil || v.Code != 0:
		if r.breaker.success() {
			r.log.Info("relay takes letters again")
		}
		r.heard.Store(now.UnixNano())
	}
}

// lately reports whether the relay has answered on a connection that may still
// be open.
func (r *run) lately(now time.Time) bool {
	return r.connected.Load() > 0 && now.Sub(time.Unix(0, r.heard.Load())) < 10*time.Second
}
