package subscribers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestConfirming(t *testing.T) {
	asked := Request{Kind: SignUp, Email: "ada@example.com", Name: "Ada", Newsletters: []string{"weekly"}, Topics: []string{"go", "ai"},
		Cities: []string{"Berlin"}, Language: "de", Timezone: "Europe/Berlin", Made: early}
	had := Subscriber{ID: 7, Email: "Ada@example.com", Name: "A.", Topics: []string{"db"}, Language: "fr", Timezone: "UTC", Since: early, Consent: NoConsent}
	as := func(status Status, change func(*Subscriber)) *Subscriber {
		s := had
		s.Status = status
		if change != nil {
			change(&s)
		}
		return &s
	}
	// What an active reader is who asked for the above.
	after := *as(Active, func(s *Subscriber) {
		s.Name, s.Topics, s.Cities = "Ada", []string{"ai", "go"}, []string{"Berlin"}
	})
	open := []Subscription{{Newsletter: "weekly", Bookmark: 9}}
	left := []Subscription{{Newsletter: "weekly", Bookmark: 9, Left: early}}
	for _, c := range []struct {
		name string
		old  *Subscriber
		subs []Subscription
		r    Request
		want Change
	}{
		{"somebody new", nil, nil, asked, Change{
			Subscriber: Subscriber{Email: "ada@example.com", Name: "Ada", Topics: []string{"ai", "go"}, Cities: []string{"Berlin"},
				Language: "de", Timezone: "Europe/Berlin", Status: Active, Since: noon, Consent: SignedUp},
			Begin: []string{"weekly"}}},
		{"who had not confirmed", as(Pending, nil), open, asked, Change{Subscriber: after}},
		{"one more newsletter", as(Active, nil), []Subscription{{Newsletter: "daily"}}, asked, Change{Subscriber: after, Begin: []string{"weekly"}}},
		{"who left it", as(Active, nil), left, asked, Change{Subscriber: after, Return: []string{"weekly"}}},
		{"who left everything takes up what they ask for", as(Left, nil), append([]Subscription{{Newsletter: "daily", Left: early}}, left...), asked,
			Change{Subscriber: after, Return: []string{"weekly"}}},
		{"whose address bounced", as(Bounced, nil), open, asked, Change{Subscriber: after}},
		{"who complained", as(Complained, nil), open, asked, Change{Subscriber: after}},
		{"who paused", as(Active, func(s *Subscriber) { s.Paused = noon.Add(time.Hour) }), open, asked, Change{Subscriber: after}},
		{"what is not stated stays", as(Active, nil), nil, Request{Email: "ada@example.com", Newsletters: []string{"b", "a", "b"}},
			Change{Subscriber: *as(Active, nil), Begin: []string{"a", "b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Confirming(c.old, c.subs, c.r, noon)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMoving(t *testing.T) {
	for old, want := range map[Status]Status{Pending: Pending, Active: Active, Left: Left, Bounced: Active, Complained: Active} {
		got := Moving(Subscriber{ID: 7, Email: "old@example.com", Name: "Ada", Status: old}, Request{Email: "new@example.com", Name: "Eve", Topics: []string{"x"}})
		if diff := cmp.Diff(Change{Subscriber: Subscriber{ID: 7, Email: "new@example.com", Name: "Ada", Status: want}}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", old, diff)
		}
	}
}

func TestChoosing(t *testing.T) {
	subs := []Subscription{{Newsletter: "a"}, {Newsletter: "b", Left: early}, {Newsletter: "c"}}
	gone := []Subscription{{Newsletter: "a", Left: early}, {Newsletter: "b", Left: early}}
	for _, c := range []struct {
		name   string
		status Status
		subs   []Subscription
		want   []string
		then   Change
	}{
		{"the same", Active, subs, []string{"c", "a"}, Change{}},
		{"other ones", Active, subs, []string{"b", "d"}, Change{Begin: []string{"d"}, Return: []string{"b"}, Leave: []string{"a", "c"}}},
		{"none", Active, subs, nil, Change{Leave: []string{"a", "c"}, Subscriber: Subscriber{Status: Left}}},
		{"none, having none", Active, nil, nil, Change{}},
		{"back", Left, gone, []string{"b"}, Change{Return: []string{"b"}, Subscriber: Subscriber{Status: Active}}},
		{"still none", Left, gone, nil, Change{Subscriber: Subscriber{Status: Left}}},
		{"not confirmed", Pending, subs, []string{"a", "b"}, Change{Return: []string{"b"}, Leave: []string{"c"}, Subscriber: Subscriber{Status: Pending}}},
		{"bounced", Bounced, subs, []string{"b"}, Change{Return: []string{"b"}, Leave: []string{"a", "c"}, Subscriber: Subscriber{Status: Bounced}}},
		{"complained", Complained, subs, nil, Change{Leave: []string{"a", "c"}, Subscriber: Subscriber{Status: Complained}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.then
			status := want.Subscriber.Status
			if status == "" {
				status = c.status
			}
			want.Subscriber = Subscriber{ID: 7, Email: "ada@example.com", Status: status, Topics: []string{"x", "y"}, Language: "de"}
			old := Subscriber{ID: 7, Email: "ada@example.com", Status: c.status, Topics: []string{"was"}, Cities: []string{"was"}, Timezone: "UTC"}
			got := Choosing(old, c.subs, Profile{Topics: []string{"y", "x", "x"}, Language: "de", Newsletters: c.want})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIn(t *testing.T) {
	subs := []Subscription{{Newsletter: "a"}, {Newsletter: "b", Left: early}}
	for _, c := range []struct {
		status Status
		asked  []string
		want   bool
	}{
		{Active, []string{"a"}, true},
		{Active, []string{"a", "b"}, false},
		{Active, []string{"c"}, false},
		{Pending, []string{"a"}, false},
		{Left, []string{"a"}, false},
		{Bounced, []string{"a"}, false},
	} {
		if got := In(Subscriber{Status: c.status}, subs, c.asked); got != c.want {
			t.Errorf("In(%s, %v) = %v, want %v", c.status, c.asked, got, c.want)
		}
	}
}

func TestMayAsk(t *testing.T) {
	for _, c := range []struct {
		reason string
		ago    time.Duration
		want   bool
	}{
		{"", 0, true},
		{Erased, 0, true},
		{Moved, 0, true},
		{BecauseBounced, 0, false},
		{BecauseBounced, 7*24*time.Hour - 1, false},
		{BecauseBounced, 7 * 24 * time.Hour, true},
		{BecauseComplained, 365 * 24 * time.Hour, false},
		{"something newer", 365 * 24 * time.Hour, false},
	} {
		if got := MayAsk(c.reason, noon.Add(-c.ago), noon); got != c.want {
			t.Errorf("MayAsk(%q, %s ago) = %v, want %v", c.reason, c.ago, got, c.want)
		}
	}
}

func TestLog(t *testing.T) {
	reader := func(status Status) *Subscriber {
		return &Subscriber{ID: 7, Since: early, Status: status, Consent: "at the fair"}
	}
	came := Consent{Subscriber: 7, At: early, Act: ActImported, Way: ByImport, Text: "at the fair"}
	leaving := Consent{Subscriber: 7, At: noon, Act: ActLeft, Way: ByLink}
	brief := came
	brief.Text = ""
	for _, c := range []struct {
		name       string
		status     Status
		kept, want []Consent
	}{
		{"before there was a log", Active, nil, []Consent{came}},
		{"and left since", Left, []Consent{leaving}, []Consent{came, leaving}},
		{"not confirmed", Pending, nil, nil},
		{"imported", Active, []Consent{brief, leaving}, []Consent{came, leaving}},
		{"confirmed", Active, []Consent{{Act: ActAsked}, {Act: ActConfirmed}}, []Consent{{Act: ActAsked}, {Act: ActConfirmed}}},
	} {
		if diff := cmp.Diff(c.want, reader(c.status).Log(c.kept)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
