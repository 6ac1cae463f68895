package notes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// attempt tries a claimed note once and writes down what came of it.
func (r *run) attempt(n *Note) Result {
	keeping, stop := context.WithCancel(context.WithoutCancel(r.hard))
	defer stop()
	go r.renewing(keeping, n)
	if o, over := stale(n, time.Now()); over {
		v := verdict{Result: o}
		r.count(n.ID, v)
		r.settle(n, v, nil)
		return o
	}
	err := r.deliver(n)
	v := judge(n, err, r.returned(n.ID), time.Now())
	r.count(n.ID, v)
	r.settle(n, v, err)
	return v.Result
}

// deliver writes the letter of a note and sends it.
func (r *run) deliver(n *Note) error {
	now := time.Now()
	m, err := r.write(n, now)
	if err != nil {
		return err
	}
	r.paces.begin(now)
	if r.Began != nil {
		r.Began(now)
	}
	return r.courier.Deliver(r.hard, m)
}

// write writes the letter of a note. A template that panics costs nobody else
// a letter.
func (r *run) write(n *Note, now time.Time) (m *mailer.Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s letter: %w: %w", n.Kind, mailer.ErrWords, &mailer.Panic{Value: p})
		}
	}()
	return r.Write(r.hard, n, now)
}

// renewing keeps the lease of a note until ctx ends.
func (r *run) renewing(ctx context.Context, n *Note) {
	t := time.NewTicker(max(r.lease/3, time.Millisecond))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := time.Now()
		err := r.Store.Renew(ctx, n.ID, n.Token, now, now.Add(r.lease))
		if errors.Is(err, mailer.ErrLost) {
			return // a late result still counts
		}
		if err != nil && ctx.Err() == nil {
			r.log.Warn("lease of a letter that somebody waits for not renewed", "note", n.ID, "err", err)
		}
	}
}

// settle writes a result down, for as long as it takes a database to come back.
func (r *run) settle(n *Note, v verdict, cause error) {
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.hard), patience)
	defer cancel()
	wait := 200 * time.Millisecond
	err := r.Store.Settle(ctx, n.ID, n.Token, v.Result, time.Now())
	for ; err != nil && ctx.Err() == nil; wait = min(2*wait, 5*time.Second) {
		pause(ctx, wait)
		err = r.Store.Settle(ctx, n.ID, n.Token, v.Result, time.Now())
	}
	if err != nil {
		r.log.Error("result lost; the letter will be sent again", "note", n.ID, "kind", n.Kind, "err", err)
		return
	}
	r.tell(n, v, cause)
	if r.Settled != nil {
		r.Settled(n, v.Result)
	}
}

// tell logs what an operator should know of.
func (r *run) tell(n *Note, v verdict, cause error) {
	now := time.Now()
	rest, news := r.paces.heard(&v, now)
	switch {
	case v.ours != "":
		r.mu.Lock()
		again := now.Sub(r.told) >= 10*time.Minute
		if again {
			r.told = now
		}
		r.mu.Unlock()
		if again {
			r.log.Error("letters that people wait for cannot be sent before this is mended", "kind", n.Kind, "err", v.ours)
		}
	case v.trip && news:
		r.log.Warn("the mail server takes no letters; those that people wait for are tried again", "rest", rest, "err", cause)
	case news:
		r.log.Info("the mail server takes letters again")
	}
	switch v.State {
	case mailer.Failed:
		r.log.Info("note failed", "note", n.ID, "kind", n.Kind, "attempt", n.Attempts+1, "reason", v.Reason, "code", v.Code, "enhanced", v.Enhanced)
	case mailer.Skipped:
		r.log.Info("note given up", "note", n.ID, "kind", n.Kind, "reason", v.Reason)
	default:
		r.log.Debug("note "+string(v.State), "note", n.ID, "kind", n.Kind, "attempt", n.Attempts+1, "code", v.Code)
	}
}

// returned is how often in a row a note came back without an attempt.
func (r *run) returned(id int64) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.uncounted[id]
}

// count keeps that number. Of notes that other processes took over it may keep
// one for nothing, which is forgotten when there are many.
func (r *run) count(id int64, v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v.State == mailer.Queued && !v.Attempt {
		if len(r.uncounted) > 10_000 {
			clear(r.uncounted)
		}
		r.uncounted[id]++
	} else {
		delete(r.uncounted, id)
	}
}
