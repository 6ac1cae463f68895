package notes

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer"
)

func refused(phase mailer.Phase, code int, enhanced string) error {
	return &mailer.Error{Phase: phase, Code: code, Enhanced: enhanced, Text: "no"}
}

func lost(phase mailer.Phase) error {
	return &mailer.Error{Phase: phase, Err: errors.New("connection reset")}
}

func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	// What is compared: when a note comes back, and how it ended if it does not.
	type want struct {
		State                mailer.State
		Reason               string
		In                   time.Duration // when Queued
		Attempt, Doubt       bool
		Suppress, EndRequest bool
		Trip, Delay, Ours    bool
	}
	for _, test := range []struct {
		name      string
		note      Note
		err       error
		uncounted int
		want      want
	}{
		{"taken", Note{Kind: Confirm}, nil, 0, want{State: mailer.Sent, Attempt: true}},
		{"nobody there who signed up", Note{Kind: Confirm, Request: 7}, refused(mailer.PhaseRcpt, 550, "5.1.1"), 0,
			want{State: mailer.Failed, Reason: mailer.Bounced, Attempt: true, EndRequest: true}},
		{"nobody at the new address", Note{Kind: Address, Request: 7, Subscriber: 3}, refused(mailer.PhaseRcpt, 550, "5.1.1"), 0,
			want{State: mailer.Failed, Reason: mailer.Bounced, Attempt: true, EndRequest: true}},
		{"a reader whose mailbox is gone", Note{Kind: Known, Subscriber: 3}, refused(mailer.PhaseRcpt, 550, "5.1.1"), 0,
			want{State: mailer.Failed, Reason: mailer.Bounced, Attempt: true, Suppress: true}},
		{"the old address is gone: nobody's bounce", Note{Kind: AddressChanged, Subscriber: 3}, refused(mailer.PhaseRcpt, 550, "5.1.1"), 0,
			want{State: mailer.Failed, Reason: mailer.Bounced, Attempt: true}},
		{"an editor's mailbox is gone: no reader's bounce", Note{Kind: SignIn}, refused(mailer.PhaseRcpt, 550, "5.1.1"), 0,
			want{State: mailer.Failed, Reason: mailer.Bounced, Attempt: true}},
		{"refused without saying why", Note{Kind: Confirm, Request: 7}, refused(mailer.PhaseRcpt, 550, ""), 0,
			want{State: mailer.Failed, Reason: mailer.Refused, Attempt: true}},
		{"taken for spam", Note{Kind: Welcome, Subscriber: 3}, refused(mailer.PhaseDone, 550, "5.7.1"), 0,
			want{State: mailer.Failed, Reason: mailer.PolicyRefused, Attempt: true}},
		{"greylisted", Note{Kind: Confirm}, refused(mailer.PhaseRcpt, 451, "4.7.1"), 0,
			want{State: mailer.Queued, In: 20 * time.Second, Attempt: true}},
		{"greylisted again", Note{Kind: Confirm, Attempts: 1}, refused(mailer.PhaseRcpt, 451, "4.7.1"), 0,
			want{State: mailer.Queued, In: time.Minute, Attempt: true}},
		{"put off when the door is closed by then", Note{Kind: SignIn, Attempts: 8, Queued: now.Add(-20 * time.Minute)}, refused(mailer.PhaseRcpt, 451, "4.7.1"), 0,
			want{State: mailer.Skipped, Reason: mailer.Expired, Attempt: true}},
		{"lost in the text", Note{Kind: Confirm}, lost(mailer.PhaseBody), 0,
			want{State: mailer.Queued, In: 5 * time.Second, Attempt: true, Doubt: true}},
		{"lost in the text twice", Note{Kind: Confirm, Attempts: 1, Doubt: true}, lost(mailer.PhaseBody), 0,
			want{State: mailer.Failed, Reason: mailer.InDoubt, Attempt: true}},
		{"lost in the text after a kill", Note{Kind: Confirm, Doubt: true}, lost(mailer.PhaseBody), 0,
			want{State: mailer.Queued, In: 5 * time.Second, Attempt: true, Doubt: true}},
		{"no server", Note{Kind: Confirm}, lost(mailer.PhaseConn), 0,
			want{State: mailer.Queued, In: 5 * time.Second, Trip: true}},
		{"no server, and in doubt before", Note{Kind: Confirm, Doubt: true}, lost(mailer.PhaseConn), 0,
			want{State: mailer.Queued, In: 5 * time.Second, Doubt: true, Trip: true}},
		{"closed for now", Note{Kind: Confirm}, refused(mailer.PhaseMail, 421, "4.3.2"), 0,
			want{State: mailer.Queued, In: 5 * time.Second, Trip: true}},
		{"too fast", Note{Kind: Confirm}, refused(mailer.PhaseRcpt, 452, "4.5.3"), 0,
			want{State: mailer.Queued, In: 5 * time.Second, Delay: true}},
		{"too fast for the sixth time", Note{Kind: Confirm}, refused(mailer.PhaseRcpt, 452, "4.5.3"), 5,
			want{State: mailer.Queued, In: 20 * time.Second, Attempt: true, Delay: true}},
		{"a wrong password", Note{Kind: Confirm}, refused(mailer.PhaseConn, 535, "5.7.8"), 0,
			want{State: mailer.Queued, In: time.Minute, Trip: true, Ours: true}},
		{"not allowed to send", Note{Kind: Confirm, Request: 7}, refused(mailer.PhaseMail, 550, "5.7.1"), 0,
			want{State: mailer.Queued, In: time.Minute, Trip: true, Ours: true}},
		{"a template that breaks", Note{Kind: Confirm, Doubt: true}, fmt.Errorf("confirm letter: %w", mailer.ErrWords), 0,
			want{State: mailer.Queued, In: time.Minute, Doubt: true, Ours: true}},
		{"done meanwhile", Note{Kind: Confirm, Request: 7}, fmt.Errorf("confirm letter: %w", ErrMoot), 0,
			want{State: mailer.Skipped, Reason: mailer.Cancelled}},
		{"no address", Note{Kind: Confirm, Request: 7}, fmt.Errorf("letter: %w", &mailer.ToError{Err: mailer.ErrAddress}), 0,
			want{State: mailer.Failed, Reason: mailer.BadAddress, EndRequest: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.note.Queued.IsZero() {
				test.note.Queued = now.Add(-time.Second)
			}
			v := judge(&test.note, test.err, test.uncounted, now)
			got := want{
				State: v.State, Reason: v.Reason, Attempt: v.Attempt, Doubt: v.Doubt, Suppress: v.Suppress,
				EndRequest: v.EndRequest, Trip: v.trip, Delay: v.delay, Ours: v.ours != "",
			}
			if v.State == mailer.Queued {
				got.In = v.Due.Sub(now)
				// Backoff is varied by up to a fifth.
				if test.want.Attempt && (got.In-test.want.In).Abs() <= test.want.In/5 {
					got.In = test.want.In
				}
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// However a note fails, it is over when its time is, and not before.
func TestNotesEnd(t *testing.T) {
	began := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for _, kind := range []Kind{Confirm, Known, Address, AddressChanged, Preferences, Welcome, SignIn, Test} {
		for name, err := range map[string]error{
			"greylisted": refused(mailer.PhaseRcpt, 451, ""), "no server": lost(mailer.PhaseConn), "too fast": refused(mailer.PhaseData, 454, ""),
			"a wrong password": refused(mailer.PhaseConn, 535, ""), "a broken template": mailer.ErrWords,
		} {
			n, now, uncounted, attempts := &Note{ID: 3, Kind: kind, Queued: began}, began, 0, 0
			for {
				if _, over := stale(n, now); over {
					break
				}
				attempts++
				v := judge(n, err, uncounted, now)
				if v.State != mailer.Queued {
					break
				}
				if !v.Due.After(now) {
					t.Fatalf("%s, %s: tried again at once", kind, name)
				}
				if uncounted++; v.Attempt {
					n.Attempts, uncounted = n.Attempts+1, 0
				}
				n.Doubt, now = v.Doubt, v.Due
			}
			if lasted := now.Sub(began); lasted > kind.For()+later || lasted < kind.For()/3 || attempts < 5 {
				t.Errorf("%s, %s: over after %v and %d attempts, it is of use for %v", kind, name, lasted, attempts, kind.For())
			}
		}
	}
}

// The rate is kept, and a relay that takes nothing is asked ever less often.
func TestPaces(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	p := &paces{rate: 0.5}
	if w := p.wait(now); w != 0 {
		t.Errorf("the first waits %v", w)
	}
	p.begin(now)
	if w := p.wait(now); w != 2*time.Second {
		t.Errorf("the second waits %v, at one in two seconds", w)
	}
	p = &paces{}
	var rests []time.Duration
	for range 6 {
		rest, _ := p.heard(&verdict{trip: true}, now)
		if again, _ := p.heard(&verdict{trip: true}, now); again != 0 {
			t.Error("two letters that find out together count twice")
		}
		if w := p.wait(now); w != rest {
			t.Errorf("the relay is left alone for %v, and the next waits %v", rest, w)
		}
		rests, now = append(rests, rest), now.Add(rest)
	}
	want := []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute}
	if d := cmp.Diff(want, rests); d != "" {
		t.Errorf("rests (-want +got)\n%s", d)
	}
	taken := &verdict{Result: Result{Outcome: mailer.Outcome{Phase: mailer.PhaseDone, Code: 250}}}
	if _, news := p.heard(taken, now); !news {
		t.Error("that the relay is back is no news")
	}
	if _, news := p.heard(taken, now); news {
		t.Error("it is news twice")
	}
	if rest, _ := p.heard(&verdict{trip: true}, now); rest != 5*time.Second {
		t.Errorf("after it was back it rests %v", rest)
	}
}
