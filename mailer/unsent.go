package mailer

import (
	"errors"
	"fmt"
	"time"
)

// An unsent is a letter that was not sent, though not for the line's fault: the
// reader may not have it, or it could not be written.
type unsent struct{ err error }

func (u *unsent) Error() string { return u.err.Error() }
func (u *unsent) Unwrap() error { return u.err }

// A skip is a reader who may not have the letter, for a reason of one word.
type skip struct{ reason string }

func (s *skip) Error() string { return "reader " + s.reason }

// errBack is a letter that goes back with its block: the lease is too old, or
// the edition was stopped.
var errBack = errors.New("block given back")

// A Panic is what a letter failed of when writing it panicked.
type Panic struct{ Value any }

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// judge decides on a letter that err kept from being sent. An outcome without
// a State sends it back as it came: alone, with its edition halted, or after a
// rest for trouble that passes. Only the words themselves may halt an edition
// or fail a letter; a database that is away for a moment costs nobody anything.
func judge(err error) (o Outcome, halt, trouble bool) {
	var (
		s     *skip
		to    *ToError
		panic *Panic
	)
	switch {
	case errors.Is(err, errBack):
	case errors.As(err, &s):
		o = Outcome{State: Skipped, Reason: s.reason}
	case errors.Is(err, ErrEmpty):
		o = Outcome{State: Skipped, Reason: Nothing}
	case errors.As(err, &to):
		o = Outcome{State: Failed, Reason: BadAddress}
	case errors.Is(err, ErrWords): // before Panic: what all share may panic, too
		halt = true
	case errors.As(err, &panic):
		o = Outcome{State: Failed, Reason: Unwritten}
	default:
		trouble = true
	}
	return o, halt, trouble
}

// maxTroubled is some minutes, as the rests grow: a database that starts anew is
// back by then.
const maxTroubled = 10

// putOff decides on a letter that trouble sent back. At first it goes as it
// came. When it has come back too often, it may be this very reader that
// cannot be read: it is put off as one a server refuses for now, so that it
// holds nobody up.
func putOff(d Delivery, now time.Time, r Rules) Outcome {
	if d.Uncounted < maxTroubled {
		return Outcome{}
	}
	var v Verdict
	v.later(d, now, r)
	return v.Outcome
}
