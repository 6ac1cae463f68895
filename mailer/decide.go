package mailer

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// Rules are the numbers by which attempts are judged. The zero value of each
// is a sensible one.
type Rules struct {
	// Patience is how long after its first attempt a letter is given up; 0 is
	// 24 hours. What it held comes in the reader's next one.
	Patience time.Duration
	// Backoff are the waits after the first, second … refusal for now; the last
	// one repeats. Empty: 1, 5, 15, 30, 60, 120, 240 minutes. Each is varied by
	// up to a fifth, so that a thousand letters put off together do not come
	// back together.
	Backoff []time.Duration
	// Soon is the wait after trouble with the line, which is nobody's fault;
	// 0 is 30 seconds.
	Soon time.Duration
}

// A Verdict is what an attempt means: for its delivery, for the edition and for
// the way to the relay.
type Verdict struct {
	Outcome
	Halt string // not empty: no letter of this edition will do better; pause it, for this reason
	Slow bool   // the relay takes fewer letters a second
	Trip bool   // the relay takes no letters at all for now
	// Close tells that the connection must not be used again.
	Close bool
}

// Decide says what the end of an attempt means. err is what [Session.Send] or
// [Transport.Open] returned, d the delivery as it was before the attempt.
//
//	reply                                   delivery                        the way
//	2xx to the final dot                    sent
//	5.1.1 5.1.2 5.1.3 5.1.6 5.1.10 5.4.4,
//	  556 at rcpt, done                     failed, bounced, suppressed
//	5.7.x at rcpt, done                     failed, policy
//	5.1.7 5.1.8, 530, 534, 535 anywhere     stays                           halt: we are wrong, not the reader
//	any other 5xx at rcpt, done             failed, refused
//	5xx before rcpt, at data                stays                           halt
//	wrong settings, cannot be signed        stays                           halt
//	452 4.5.3, 454 after conn               at once, not counted            slow down
//	421, 4xx at conn or mail                stays, not counted              breaker
//	4xx at rcpt, data, done                 later, counted; after a day
//	                                        expired, or failed if in doubt
//	no reply at conn                        stays, not counted              breaker
//	no reply at mail, rcpt, data            soon, not counted, five times;  new connection
//	                                        then later, counted
//	no reply in body                        in doubt: once more, then failed,
//	                                        doubt
//
// A letter in doubt is sent again under its own Message-ID, so that the
// reader's server can tell. Giving it up is the one case in which content may
// come again under another: it may have arrived, and as nobody knows, what it
// held comes in the reader's next letter too. That happens when it is lost in
// its text a second time or when a day has passed, and is counted as failed
// for [InDoubt]; when a server refuses it for good after all, which is counted
// as what the server said; and when an editor cancels the edition, which the
// [Ledger] counts.
//
// A bare 550, 551 or 553 at rcpt does not suppress: servers without enhanced
// codes say the same to an address that is gone, to a sender on a list of
// theirs and to a relay that is not allowed. Suppressing loses readers for
// ever; not suppressing costs one refused attempt in each edition.
func Decide(err error, d Delivery, now time.Time, r Rules) Verdict {
	if err == nil {
		return Verdict{Outcome: Outcome{State: Sent, Attempt: true, Phase: PhaseDone, Code: 250}}
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Phase: PhaseConn, Err: err} // a Transport that does not keep its word: nothing was said of a letter
	}
	v := Verdict{Outcome: Outcome{Phase: e.Phase, Code: e.Code, Enhanced: e.Enhanced}}
	switch {
	case errors.Is(err, ErrSettings), errors.Is(err, ErrSigning):
		v.halt(d, now, e)
	case e.Code == 0:
		v.silence(d, now, r)
	case e.Code == 421:
		v.again(d, now.Add(r.soon()), false)
		v.Trip, v.Close = true, true
	case e.Code >= 500:
		v.refusal(e, d, now)
	case e.Code == 452 && e.Enhanced == "4.5.3", e.Code == 454 && e.Phase != PhaseConn:
		v.again(d, now, false)
		v.Slow = true
		v.Close = e.Enhanced == "4.5.3" // too many for this connection; a letter has one recipient
	case e.Phase == PhaseConn, e.Phase == PhaseMail:
		v.again(d, now.Add(r.soon()), false)
		v.Trip, v.Close = true, e.Phase == PhaseConn
	default:
		v.later(d, now, r)
	}
	if v.uncounted() && d.Uncounted >= maxUncounted {
		// It may be this very letter that the server cannot bear. It must not
		// go round for ever, and slow the others down each time.
		v.later(d, now, r)
	}
	return v
}

const maxUncounted = 5

// uncounted reports whether the delivery is to be tried again as if nothing
// had been, although the server knew for whom it was, or went without a word
// when it was to hear: where nothing else slows us down.
func (v *Verdict) uncounted() bool {
	heard := v.Phase == PhaseRcpt || v.Phase == PhaseData || v.Phase == PhaseDone || v.Phase == PhaseMail && v.Code == 0
	return heard && v.State == Queued && !v.Attempt && v.Halt == ""
}

// Stale decides on a delivery that is claimed after its patience is over,
// because nobody was there to try: the attempt is not made.
func Stale(d Delivery, now time.Time, r Rules) (Outcome, bool) {
	if d.First.IsZero() || now.Sub(d.First) < r.patience() {
		return Outcome{}, false
	}
	return tired(d), true
}

// tired is what becomes of a delivery whose patience is over. One that may
// have arrived is told apart: its content may come a second time.
func tired(d Delivery) Outcome {
	if d.Doubt {
		return Outcome{State: Failed, Reason: InDoubt}
	}
	return Outcome{State: Skipped, Reason: Expired}
}

// refusal judges a 5xx reply.
func (v *Verdict) refusal(e *Error, d Delivery, now time.Time) {
	readers := e.Phase == PhaseRcpt || e.Phase == PhaseDone // phases that can be about this reader
	switch {
	case !readers,
		e.Code == 530, e.Code == 534, e.Code == 535, e.Code == 538,
		// Postfix waits for RCPT before it says what it thinks of MAIL.
		e.Enhanced == "5.1.7", e.Enhanced == "5.1.8":
		v.halt(d, now, e)
	case hard(e):
		v.fail(Bounced)
		v.Suppress = true
	case strings.HasPrefix(e.Enhanced, "5.7."):
		v.fail(PolicyRefused)
	default:
		v.fail(Refused)
	}
}

// hard reports whether the reply says that there is no such mailbox or domain
// (RFC 3463, 7504, 7505).
func hard(e *Error) bool {
	return e.Code == 556 ||
		slices.Contains([]string{"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"}, e.Enhanced)
}

// silence judges an attempt without an answer.
func (v *Verdict) silence(d Delivery, now time.Time, r Rules) {
	v.Close = true
	switch v.Phase {
	case PhaseConn:
		v.again(d, now.Add(r.soon()), false)
		v.Trip = true
	case PhaseBody, PhaseDone:
		if d.Doubt && d.Attempts > 0 { // without an attempt the doubt is only about a process that died
			v.fail(InDoubt)
			return
		}
		v.again(d, now.Add(r.soon()), true)
		v.Doubt = true
	default:
		v.again(d, now.Add(r.soon()), false)
	}
}

func (v *Verdict) fail(reason string) {
	v.State, v.Reason, v.Attempt = Failed, reason, true
}

// again keeps the delivery queued. That it may have arrived is not forgotten.
func (v *Verdict) again(d Delivery, due time.Time, counted bool) {
	v.State, v.Due, v.Attempt, v.Doubt = Queued, due, counted, d.Doubt
}

// halt keeps the delivery as it was, for the day somebody has mended things.
func (v *Verdict) halt(d Delivery, now time.Time, e *Error) {
	v.again(d, now, false)
	v.Halt, v.Close = e.Error(), true
}

// later puts the delivery off, or gives it up when there is no time for
// another attempt.
func (v *Verdict) later(d Delivery, now time.Time, r Rules) {
	first := d.First
	if first.IsZero() {
		first = now
	}
	due := now.Add(r.wait(d))
	if due.After(first.Add(r.patience())) {
		o := tired(d)
		v.State, v.Reason, v.Attempt = o.State, o.Reason, true
		return
	}
	v.again(d, due, true)
}

// wait is the backoff of a delivery, varied by what does not change between
// two looks at it.
func (r Rules) wait(d Delivery) time.Duration {
	steps := r.Backoff
	if len(steps) == 0 {
		steps = backoff
	}
	step := steps[min(d.Attempts, len(steps)-1)]
	h := fnv.New64a()
	_ = binary.Write(h, binary.BigEndian, [2]int64{d.Subscriber, int64(d.Attempts)})
	part := float64(h.Sum64()%4001)/10000 - 0.2 // -0.2 … 0.2
	return step + time.Duration(part*float64(step))
}

var backoff = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour,
}

func (r Rules) patience() time.Duration {
	if r.Patience <= 0 {
		return 24 * time.Hour
	}
	return r.Patience
}

func (r Rules) soon() time.Duration {
	if r.Soon <= 0 {
		return 30 * time.Second
	}
	return r.Soon
}
