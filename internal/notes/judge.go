package notes

import (
	"errors"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// ErrMoot says that nobody waits for a letter any more: what was asked for is
// done, or forgotten.
var ErrMoot = errors.New("nobody waits for this letter any more")

// Attempts follow each other faster than those of editions: somebody sits
// there and looks. Greylisting mostly ends after five minutes.
var backoff = []time.Duration{
	20 * time.Second, time.Minute, 2 * time.Minute, 3 * time.Minute, 5 * time.Minute,
	10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour,
}

const (
	soon  = 5 * time.Second // after trouble with the line
	later = time.Minute     // after trouble of ours, which somebody must mend
)

// A verdict is what the end of an attempt means: for its note, and for those
// that come after it.
type verdict struct {
	Result
	ours  string // not empty: what an operator must mend
	trip  bool   // the relay takes no letters for now, of ours or of anybody's
	delay bool   // it takes fewer a second
}

// judge says what the end of an attempt means. err is what came of writing the
// note or of delivering it, uncounted how often in a row it came back without
// an attempt being counted. The letter is given up when its time is over, since
// it was queued: see [Kind.For].
func judge(n *Note, err error, uncounted int, now time.Time) verdict {
	d, rules := delivery(n, uncounted), rules(n)
	var to *mailer.ToError
	var of *mailer.Error
	switch {
	case errors.Is(err, ErrMoot):
		return verdict{Result: Result{Outcome: mailer.Outcome{State: mailer.Skipped, Reason: mailer.Cancelled}}}
	case errors.As(err, &to):
		return verdict{Result: Result{Outcome: mailer.Outcome{State: mailer.Failed, Reason: mailer.BadAddress}, EndRequest: n.asks()}}
	case err != nil && !errors.As(err, &of): // it could not be written
		return verdict{Result: Result{Outcome: mailer.Outcome{State: mailer.Queued, Due: now.Add(later), Doubt: n.Doubt}}, ours: err.Error()}
	}
	said := mailer.Decide(err, d, now, rules)
	v := verdict{Result: Result{Outcome: said.Outcome}, ours: said.Halt, trip: said.Trip || said.Halt != "", delay: said.Slow}
	switch {
	case said.Halt != "":
		v.Due = now.Add(later)
	case v.State == mailer.Queued && !v.Due.After(now):
		v.Due = now.Add(soon)
	}
	v.Suppress = said.Suppress && n.Kind.toReader()
	v.EndRequest = said.Suppress && n.asks()
	return v
}

// stale decides on a note whose time is over before it is tried.
func stale(n *Note, now time.Time) (Result, bool) {
	o, over := mailer.Stale(delivery(n, 0), now, rules(n))
	return Result{Outcome: o}, over
}

func delivery(n *Note, uncounted int) mailer.Delivery {
	return mailer.Delivery{Subscriber: n.ID, Attempts: n.Attempts, First: n.Queued, Doubt: n.Doubt, Uncounted: uncounted}
}

func rules(n *Note) mailer.Rules {
	return mailer.Rules{Patience: n.Kind.For(), Backoff: backoff, Soon: soon}
}

// asks reports whether the note waits for an answer without which there is
// nobody at the address.
func (n *Note) asks() bool { return n.Request != 0 && (n.Kind == Confirm || n.Kind == Address) }

// toReader reports whether notes of the kind go to the address of a reader.
// Those who have only asked, have left the address or are editors are no
// readers there: nothing is kept from them because of a bounce.
func (k Kind) toReader() bool { return k == Known || k == Preferences || k == Welcome }
