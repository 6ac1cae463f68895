package subscribers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLeaving(t *testing.T) {
	open := func(names ...string) (subs []Subscription) {
		for _, n := range names {
			subs = append(subs, Subscription{Newsletter: n, Since: early, Bookmark: 9})
		}
		return subs
	}
	gone := func(at time.Time, subs []Subscription) []Subscription {
		for i := range subs {
			subs[i].Left = at
		}
		return subs
	}
	for _, c := range []struct {
		name       string
		status     Status
		subs       []Subscription
		newsletter string
		want       Status
		wantSubs   []Subscription
	}{
		{"one of two", Active, open("a", "b"), "a", Active, append(gone(noon, open("a")), open("b")...)},
		{"the last one", Active, append(gone(early, open("a")), open("b")...), "b", Left, append(gone(early, open("a")), gone(noon, open("b"))...)},
		{"all", Active, open("a", "b"), "", Left, gone(noon, open("a", "b"))},
		{"all, one left before", Active, append(gone(early, open("a")), open("b")...), "", Left, append(gone(early, open("a")), gone(noon, open("b"))...)},
		{"again", Left, gone(early, open("a", "b")), "", Left, gone(early, open("a", "b"))},
		{"one again", Active, append(gone(early, open("a")), open("b")...), "a", Active, append(gone(early, open("a")), open("b")...)},
		{"one they do not have", Active, open("a"), "b", Active, open("a")},
		{"one, having none", Active, nil, "b", Active, nil},
		{"all, having none", Active, nil, "", Left, nil},
		{"all, not confirmed", Pending, open("a"), "", Pending, gone(noon, open("a"))},
		{"all, bounced", Bounced, open("a"), "", Bounced, gone(noon, open("a"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, subs := Leaving(Subscriber{Status: c.status}, c.subs, c.newsletter, noon)
			if s.Status != c.want {
				t.Errorf("status %s, want %s", s.Status, c.want)
			}
			if diff := cmp.Diff(c.wantSubs, subs); diff != "" {
				t.Errorf("subscriptions (-want +got):\n%s", diff)
			}
			s2, subs2 := Leaving(s, subs, c.newsletter, noon.Add(time.Hour))
			if diff := cmp.Diff(subs, subs2); diff != "" || s2.Status != s.Status {
				t.Errorf("leaving twice changes something: %s %s", s2.Status, diff)
			}
		})
	}
}

// Undo restores exactly what was, whoever leaves what.
func TestReturning(t *testing.T) {
	for _, st := range []Status{Pending, Active, Bounced, Complained} {
		for states := range 8 { // which of three newsletters had been left before
			var subs []Subscription
			for i, n := range []string{"a", "b", "c"} {
				s := Subscription{Newsletter: n, Since: early, Bookmark: int64(i)}
				if states&(1<<i) != 0 {
					s.Left = early.Add(time.Duration(i) * time.Hour)
				}
				subs = append(subs, s)
			}
			if states == 7 && st == Active {
				continue // has left as a whole, then
			}
			for _, n := range []string{"", "a", "b", "c"} {
				if states == 7 || n != "" && states&(1<<(n[0]-'a')) != 0 {
					continue // nothing to leave
				}
				was := Subscriber{ID: 7, Status: st}
				left, leftSubs := Leaving(was, subs, n, noon)
				back, backSubs := Returning(left, leftSubs, n)
				if diff := cmp.Diff(subs, backSubs); diff != "" || back.Status != st {
					t.Errorf("%s leaves %q of %03b and returns as %s (-want +got):\n%s", st, n, states, back.Status, diff)
				}
			}
		}
	}
}

func TestReturningToSomethingElse(t *testing.T) {
	s, subs := Returning(Subscriber{Status: Left}, []Subscription{{Newsletter: "a", Left: noon}}, "b")
	if s.Status != Left || subs[0].Left.IsZero() {
		t.Errorf("returning to b gives %s, %+v", s.Status, subs)
	}
}

func TestSuppressed(t *testing.T) {
	for _, c := range []struct {
		old    Status
		reason string
		want   Status
	}{
		{Active, BecauseBounced, Bounced},
		{Pending, BecauseBounced, Bounced},
		{Left, BecauseBounced, Left},
		{Complained, BecauseBounced, Complained},
		{Active, BecauseComplained, Complained},
		{Bounced, BecauseComplained, Complained},
		{Left, BecauseComplained, Left},
		{Active, Erased, Active},
	} {
		if got := Suppressed(c.old, c.reason); got != c.want {
			t.Errorf("Suppressed(%s, %s) = %s, want %s", c.old, c.reason, got, c.want)
		}
	}
}
