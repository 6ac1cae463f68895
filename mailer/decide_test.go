package mailer

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Every row of the table at Decide.
func TestDecide(t *testing.T) {
	const soon = 30 * time.Second
	code := func(p Phase, code int, enhanced string) error {
		return &Error{Phase: p, Code: code, Enhanced: enhanced}
	}
	lost := func(p Phase) error { return &Error{Phase: p, Err: io.EOF} }
	queued := func(after time.Duration, attempt bool) Verdict {
		return Verdict{Outcome: Outcome{State: Queued, Due: noon.Add(after), Attempt: attempt}}
	}
	failed := func(reason string) Verdict {
		return Verdict{Outcome: Outcome{State: Failed, Reason: reason, Attempt: true}}
	}
	with := func(v Verdict, f func(*Verdict)) Verdict { f(&v); return v }
	slow := func(v *Verdict) { v.Slow = true }
	trip := func(v *Verdict) { v.Trip, v.Close = true, true }
	closed := func(v *Verdict) { v.Close = true }
	halted := func(v *Verdict) { v.Halt, v.Close = "set", true }
	doubtful := func(v *Verdict) { v.Doubt = true }
	bounced := with(failed(Bounced), func(v *Verdict) { v.Suppress = true })

	first := Delivery{Subscriber: 7}
	minute := Rules{}.wait(first) // about a minute; TestBackoff looks closer
	rows := []struct {
		name string
		err  error
		d    Delivery
		want Verdict
	}{
		{"taken", nil, first, Verdict{Outcome: Outcome{State: Sent, Attempt: true}}},

		{"no such mailbox", code(PhaseRcpt, 550, "5.1.1"), first, bounced},
		{"no such mailbox, said late", code(PhaseDone, 550, "5.1.1"), first, bounced},
		{"no such domain", code(PhaseRcpt, 550, "5.1.2"), first, bounced},
		{"address is none", code(PhaseRcpt, 501, "5.1.3"), first, bounced},
		{"moved", code(PhaseRcpt, 551, "5.1.6"), first, bounced},
		{"null MX", code(PhaseRcpt, 556, "5.1.10"), first, bounced},
		{"null MX, bare", code(PhaseRcpt, 556, ""), first, bounced},
		{"no route", code(PhaseRcpt, 550, "5.4.4"), first, bounced},

		{"policy", code(PhaseDone, 554, "5.7.1"), first, failed(PolicyRefused)},
		{"policy at rcpt", code(PhaseRcpt, 550, "5.7.1"), first, failed(PolicyRefused)},
		{"authentication of the domain", code(PhaseDone, 550, "5.7.26"), first, failed(PolicyRefused)},
		{"Microsoft", code(PhaseDone, 550, "5.7.515"), first, failed(PolicyRefused)},

		{"bare 550", code(PhaseRcpt, 550, ""), first, failed(Refused)},
		{"bare 551", code(PhaseRcpt, 551, ""), first, failed(Refused)},
		{"bare 553", code(PhaseRcpt, 553, ""), first, failed(Refused)},
		{"full for good", code(PhaseRcpt, 552, "5.2.2"), first, failed(Refused)},
		{"content", code(PhaseDone, 554, "5.6.0"), first, failed(Refused)},

		{"sender refused", code(PhaseMail, 550, "5.1.0"), first, with(queued(0, false), halted)},
		{"sender refused, said at rcpt", code(PhaseRcpt, 550, "5.1.8"), first, with(queued(0, false), halted)},
		{"sender's syntax, said at rcpt", code(PhaseRcpt, 553, "5.1.7"), first, with(queued(0, false), halted)},
		{"data refused", code(PhaseData, 554, ""), first, with(queued(0, false), halted)},
		{"too big", code(PhaseMail, 552, "5.3.4"), first, with(queued(0, false), halted)},
		{"sign in first", code(PhaseMail, 530, "5.7.0"), first, with(queued(0, false), halted)},
		{"sign in first, said at rcpt", code(PhaseRcpt, 530, "5.7.0"), first, with(queued(0, false), halted)},
		{"wrong password", code(PhaseConn, 535, "5.7.8"), first, with(queued(0, false), halted)},
		{"not for us", code(PhaseConn, 554, ""), first, with(queued(0, false), halted)},
		{"settings", &Error{Phase: PhaseConn, Err: ErrSettings}, first, with(queued(0, false), halted)},

		{"greylisted", code(PhaseRcpt, 451, "4.7.1"), first, queued(minute, true)},
		{"full", code(PhaseRcpt, 452, "4.2.2"), first, queued(minute, true)},
		{"busy at the dot", code(PhaseDone, 451, ""), first, queued(minute, true)},
		{"busy at data", code(PhaseData, 450, ""), first, queued(minute, true)},
		{"expired", code(PhaseRcpt, 450, "4.2.1"), Delivery{First: noon.Add(-24 * time.Hour), Attempts: 9},
			Verdict{Outcome: Outcome{State: Skipped, Reason: Expired, Attempt: true}}},
		{"expired in doubt", code(PhaseRcpt, 450, "4.2.1"), Delivery{First: noon.Add(-24 * time.Hour), Attempts: 9, Doubt: true}, failed(InDoubt)},

		{"too many recipients", code(PhaseRcpt, 452, "4.5.3"), first, with(with(queued(0, false), slow), closed)},
		{"throttled", code(PhaseDone, 454, "4.7.0"), first, with(queued(0, false), slow)},
		{"throttled, bare", code(PhaseMail, 454, ""), first, with(queued(0, false), slow)},

		{"421 greeting", code(PhaseConn, 421, "4.3.2"), first, with(queued(soon, false), trip)},
		{"421 at mail", code(PhaseMail, 421, ""), first, with(queued(soon, false), trip)},
		{"421 at rcpt", code(PhaseRcpt, 421, ""), first, with(queued(soon, false), trip)},
		{"421 at the dot", code(PhaseDone, 421, ""), first, with(queued(soon, false), trip)},
		{"cannot check the password now", code(PhaseConn, 454, "4.7.0"), first, with(queued(soon, false), trip)},
		{"no room at all", code(PhaseMail, 452, "4.3.1"), first, with(queued(soon, false), func(v *Verdict) { v.Trip = true })},
		{"refused connection", lost(PhaseConn), first, with(queued(soon, false), trip)},
		{"not an *Error", errors.New("odd"), first, with(queued(soon, false), trip)},

		{"lost at mail", lost(PhaseMail), first, with(queued(soon, false), closed)},
		{"lost at rcpt", lost(PhaseRcpt), first, with(queued(soon, false), closed)},
		{"lost at data", lost(PhaseData), first, with(queued(soon, false), closed)},
		{"lost at rcpt again and again", lost(PhaseRcpt), Delivery{Subscriber: 7, Uncounted: maxUncounted}, with(queued(minute, true), closed)},
		{"throttled again and again", code(PhaseDone, 454, ""), Delivery{Subscriber: 7, Uncounted: maxUncounted}, with(queued(minute, true), slow)},
		{"421 again and again", code(PhaseRcpt, 421, ""), Delivery{Subscriber: 7, Uncounted: maxUncounted}, with(queued(minute, true), trip)},
		{"nobody home again and again", lost(PhaseConn), Delivery{Subscriber: 7, Uncounted: maxUncounted}, with(queued(soon, false), trip)},
		{"lost in the text", lost(PhaseBody), first, with(with(queued(soon, true), closed), doubtful)},
		{"lost in the text again", lost(PhaseBody), Delivery{Doubt: true, Attempts: 1}, with(failed(InDoubt), closed)},
		{"lost in the text after a worker died", lost(PhaseBody), Delivery{Doubt: true}, with(with(queued(soon, true), closed), doubtful)},

		{"doubt stays when put off", code(PhaseRcpt, 450, ""), Delivery{Subscriber: 7, Doubt: true}, with(queued(minute, true), doubtful)},
		{"doubt stays when the line is lost early", lost(PhaseMail), Delivery{Doubt: true}, with(with(queued(soon, false), closed), doubtful)},
		{"doubt ends when it is taken", nil, Delivery{Doubt: true}, Verdict{Outcome: Outcome{State: Sent, Attempt: true}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := Decide(row.err, row.d, noon, Rules{})
			var e *Error
			if errors.As(row.err, &e) && (got.Phase != e.Phase || got.Code != e.Code || got.Enhanced != e.Enhanced) {
				t.Errorf("the reply is not kept: %+v", got.Outcome)
			}
			got.Phase, got.Code, got.Enhanced = "", 0, ""
			if got.Halt != "" {
				got.Halt = "set"
			}
			if d := cmp.Diff(row.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// Nobody is suppressed for anything but their own address.
func TestDecideSuppresses(t *testing.T) {
	hard := map[string]bool{"5.1.1": true, "5.1.2": true, "5.1.3": true, "5.1.6": true, "5.1.10": true, "5.4.4": true}
	for _, phase := range []Phase{PhaseConn, PhaseMail, PhaseRcpt, PhaseData, PhaseBody, PhaseDone} {
		for code := 400; code < 600; code++ {
			for class := range 8 {
				for detail := range 30 {
					e := &Error{Phase: phase, Code: code, Enhanced: fmt.Sprintf("%d.%d.%d", code/100, class, detail)}
					v := Decide(e, Delivery{}, noon, Rules{})
					may := code >= 500 && (phase == PhaseRcpt || phase == PhaseDone) && (hard[e.Enhanced] || code == 556)
					if v.Suppress && !may {
						t.Fatalf("%v suppresses", e)
					}
					if v.State == Queued && v.Due.Before(noon) || v.State == "" || v.State == Sent {
						t.Fatalf("%v: %+v", e, v)
					}
				}
			}
		}
	}
}

func TestBackoff(t *testing.T) {
	want := []time.Duration{1, 5, 15, 30, 60, 120, 240, 240, 240}
	for n, minutes := range want {
		step, lo, hi := minutes*time.Minute, time.Duration(1<<62), time.Duration(0)
		for id := range int64(1000) {
			d := Delivery{Subscriber: id, Attempts: n}
			w := Rules{}.wait(d)
			if again := (Rules{}).wait(d); again != w {
				t.Fatal("the same delivery waits differently")
			}
			lo, hi = min(lo, w), max(hi, w)
		}
		if lo < step*4/5 || hi > step*6/5 || hi-lo < step/3 {
			t.Errorf("attempt %d: %v to %v, want %v ± 20 %%", n, lo, hi, step)
		}
	}
}

// Put off again and again, a letter is tried for nearly a day and then given up.
func TestPatience(t *testing.T) {
	busy := &Error{Phase: PhaseRcpt, Code: 451}
	for id := range int64(200) {
		now := noon
		d := Delivery{Subscriber: id}
		for {
			v := Decide(busy, d, now, Rules{})
			if d.First.IsZero() {
				d.First = now
			}
			d.Attempts++
			if v.State == Skipped {
				break
			}
			now = v.Due
		}
		if d.Attempts < 9 || now.Sub(noon) < 18*time.Hour || now.Sub(noon) > 24*time.Hour {
			t.Errorf("given up after %d attempts and %v", d.Attempts, now.Sub(noon))
		}
	}
}

func TestStale(t *testing.T) {
	for _, tc := range []struct {
		d    Delivery
		want Outcome
	}{
		{Delivery{}, Outcome{}},
		{Delivery{First: noon.Add(-23 * time.Hour)}, Outcome{}},
		{Delivery{First: noon.Add(-24 * time.Hour)}, Outcome{State: Skipped, Reason: Expired}},
		{Delivery{First: noon.Add(-24 * time.Hour), Doubt: true}, Outcome{State: Failed, Reason: InDoubt}},
	} {
		got, ok := Stale(tc.d, noon, Rules{})
		if d := cmp.Diff(tc.want, got); d != "" || ok != (tc.want.State != "") {
			t.Errorf("%+v: %v (-want +got)\n%s", tc.d, ok, d)
		}
	}
}
