package mailer

import (
	"time"

	"golang.org/x/time/rate"
)

// Vitals are how a worker and the relay get on with each other at a moment, for
// whoever watches over many of them.
type Vitals struct {
	Sessions int       // connections that are open
	Allowed  int       // connections that may be: fewer than configured while the relay complains
	Rate     float64   // letters a second that may go; 0: no bound
	Rest     time.Time // the relay takes no letters and is not asked before; zero: it does
}

// Vitals returns how the worker is. One that does not run has the zero value.
func (w *Worker) Vitals(now time.Time) Vitals {
	r := w.running.Load()
	if r == nil {
		return Vitals{}
	}
	v := Vitals{Sessions: int(r.connected.Load()), Allowed: r.concurrency.allowed(), Rest: r.breaker.rest(now)}
	if limit := r.pace.limit.Limit(); limit != rate.Inf {
		v.Rate = float64(limit)
	}
	return v
}

// Yield makes room in the rate for a letter that is not of the ledger and went
// out now: the next letter of an edition waits as if it had been one. Letters
// of other processes do not.
func (w *Worker) Yield(now time.Time) {
	if r := w.running.Load(); r != nil {
		r.pace.limit.ReserveN(now, 1)
	}
}
