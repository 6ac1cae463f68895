package webhook

import "time"

// A Health is how an endpoint stands, by all messages to it. The zero Health is
// that of one that was never tried.
type Health struct {
	Failures int       // in a row
	Since    time.Time // the first of them; zero: none
	Rest     time.Time // nothing is sent before
	Off      time.Time // since when nothing is; zero: it is on
	Why      string    // it is off: one of the reasons below

	Succeeded time.Time // the last time; zero: never
	Failed    time.Time // the last time; zero: never
	Code      int       // of the last failure; 0: there was no answer
	Error     string    // of the last failure, in words
}

// The reasons why an endpoint is switched off.
const (
	Gone    = "gone"    // it said so (410)
	Failing = "failing" // for days
)

// When an endpoint that fails is left alone, and given up.
const (
	failuresToRest = 3
	firstRest      = 5 * time.Second
	longestRest    = 5 * time.Minute
	failuresToOff  = 5
	failingFor     = 3 * 24 * time.Hour
)

// Settle returns how an endpoint stands after an attempt, and what is to be
// written of the message. Where an endpoint fails again and again it is asked
// with one message at a time, in ever longer pauses, so that the others keep
// their attempts; and after three days without a single success it is switched
// off, and no message is given up over that.
func Settle(h Health, r Result, now time.Time) (Health, Result) {
	switch {
	case !r.Attempt:
		return h, r
	case r.State == Delivered:
		h.Failures, h.Since, h.Rest, h.Succeeded = 0, time.Time{}, time.Time{}, now
		return h, r
	}
	h.Failures++
	h.Failed, h.Code, h.Error = now, r.Code, r.Error
	if h.Since.IsZero() {
		h.Since = now
	}
	if h.Failures >= failuresToRest {
		h.Rest = now.Add(min(longestRest, firstRest<<min(h.Failures-failuresToRest, 10)))
	}
	switch {
	case !h.Off.IsZero():
	case r.Gone:
		h.Off, h.Why = now, Gone
	case h.Failures >= failuresToOff && now.Sub(h.Since) >= failingFor:
		h.Off, h.Why = now, Failing
	}
	if !h.Off.IsZero() && r.State == GivenUp {
		r.State, r.Due = Queued, now
	}
	return h, r
}

// On returns how an endpoint stands that somebody switches on again, or whose
// messages are to be tried now.
func (h Health) On() Health {
	h.Failures, h.Since, h.Rest, h.Off, h.Why = 0, time.Time{}, time.Time{}, time.Time{}, ""
	return h
}

// Takes reports whether a message may be sent at now, when another one is on
// its way or none.
func (h Health) Takes(another bool, now time.Time) bool {
	rest := h.Rest.Sub(now) // one that is longer than any is by a clock that was wrong
	switch {
	case !h.Off.IsZero() || rest > 0 && rest <= longestRest:
		return false
	case another:
		return h.Failures < failuresToRest
	}
	return true
}

// The words for how an endpoint stands.
const (
	IsOn      = "on"
	IsFailing = "failing" // and tried again
	IsOff     = "off"
)

// Word says how an endpoint stands.
func (h Health) Word() string {
	switch {
	case !h.Off.IsZero():
		return IsOff
	case h.Failures > 0:
		return IsFailing
	}
	return IsOn
}
