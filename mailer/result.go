package mailer

import (
	"fmt"
	"sync"
	"time"
)

// A settling is a result on its way into the ledger.
type settling struct {
	lease    *lease
	delivery Delivery
	outcome  Outcome
	halt     string // why its edition is to be paused; empty: it is not
	done     chan error
}

// handIn has a result written down, and does not wait until it is.
func (r *run) handIn(l *lease, d Delivery, version int, o Outcome) *settling {
	s := &settling{lease: l, delivery: d, outcome: o, done: make(chan error, 1)}
	r.committer.results <- result{l, Settlement{Subscriber: d.Subscriber, Version: version, Outcome: o, At: time.Now()}, s.done}
	return s
}

// settled waits until a result is durable, and acts on it. It reports whether
// the ledger has it.
func (r *run) settled(s *settling) bool {
	l, d, o := s.lease, s.delivery, s.outcome
	err := <-s.done
	if s.halt != "" {
		defer r.halt(l, s.halt)
	}
	if err != nil {
		r.unwritten.Add(1)
		l.forget()
		r.log.Error("result lost; the letter will be sent again", "edition", l.block.Edition, "subscriber", d.Subscriber, "err", err)
		return false
	}
	if o.State != Queued {
		r.returns.forget(l, d)
	}
	r.mu.Lock()
	r.troubles = 0
	if r.drain && o.State == Queued && !o.Attempt {
		r.untried[d.Subscriber] = o.Due
	} else {
		delete(r.untried, d.Subscriber)
	}
	unwanted := r.unwanted(l.block.Edition, o)
	r.mu.Unlock()
	if unwanted {
		r.halt(l, fmt.Sprintf("%d of the last %d letters were refused or could not be written, the last: %s %d %s", maxRefused, refusalWindow, o.Reason, o.Code, o.Enhanced))
	}
	return true
}

// halt pauses the edition of a block, and gives the block back.
func (r *run) halt(l *lease, reason string) {
	l.stop()
	edition := l.block.Edition
	if err := r.w.Ledger.Halt(r.last, edition, reason); err != nil {
		r.trouble("edition not paused", err) // its next letter tries again
		return
	}
	r.mu.Lock()
	delete(r.refused, edition) // once it is resumed, it may try as many again
	first := r.halted == nil
	r.halted = fmt.Errorf("edition %s paused: %s", edition, reason)
	r.mu.Unlock()
	if first || !r.drain {
		r.log.Error("edition paused", "edition", edition, "err", reason)
	}
}

// A tally counts how often in a row letters came back without an attempt.
type tally struct {
	mu sync.Mutex
	n  map[letterKey]int
}

type letterKey struct {
	edition    string
	subscriber int64
}

func (t *tally) of(edition string, d Delivery) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n[letterKey{edition, d.Subscriber}]
}

// count counts one more and returns how often it was before.
func (t *tally) count(l *lease, d Delivery) (before int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == nil {
		t.n = make(map[letterKey]int)
	}
	key := letterKey{l.block.Edition, d.Subscriber}
	before = t.n[key]
	t.n[key]++
	return before
}

func (t *tally) forget(l *lease, d Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.n, letterKey{l.block.Edition, d.Subscriber})
}
