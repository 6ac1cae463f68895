package content

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var ruledays = []int{14, 42, 2}

func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// summit is an event in London on 2 and 3 June 2026: its 42d, 14d and 2d are
// 21 April, 19 May and 31 May, each from 23:00 UTC of the day before.
func summit() Event {
	return Event{
		ID: "e", Name: "Summit", City: "London", Zone: "Europe/London", Status: Confirmed,
		Days: Span{day("2026-06-02"), day("2026-06-03")}, Announced: moment("2026-01-10T12:00:00Z"),
	}
}

func made(rule, first string) Release {
	kind := KindReminder
	if rule == RuleMoved || rule == RuleCancelled {
		kind = KindNotice
	}
	return Release{N: 1, Kind: kind, Item: "e", Rule: rule, Days: Span{day(first), day(first).AddDays(1)}, At: moment("2026-04-20T23:00:00Z")}
}

func TestReminders(t *testing.T) {
	announced := func(at string) func(*Event) { return func(e *Event) { e.Announced = moment(at) } }
	moved := func(to string) func(*Event) {
		return func(e *Event) { e.Days = Span{day(to), day(to).AddDays(1)} }
	}
	movedAt := func(first, at string) Release {
		r := made(RuleMoved, first)
		r.At = moment(at)
		return r
	}
	forOne := func(r Release) Release { r.Newsletter = "weekly"; return r }
	tests := map[string]struct {
		event func(*Event)
		made  []Release
		now   string
		want  string
	}{
		"a second before the day":         {now: "2026-04-20T22:59:59Z"},
		"the first instant of the day":    {now: "2026-04-20T23:00:00Z", want: "42d"},
		"once":                            {now: "2026-04-20T23:01:00Z", made: []Release{made("42d", "2026-06-02")}},
		"in between":                      {now: "2026-05-01T12:00:00Z", made: []Release{made("42d", "2026-06-02")}},
		"the second":                      {now: "2026-05-18T23:00:00Z", made: []Release{made("42d", "2026-06-02")}, want: "14d"},
		"down on the first day":           {now: "2026-04-25T12:00:00Z", want: "42d"},
		"down for weeks, only the latest": {now: "2026-05-31T12:00:00Z", want: "2d"},
		"down, and the latest was made":   {now: "2026-05-20T12:00:00Z", made: []Release{made("14d", "2026-06-02")}},
		"the last hour":                   {now: "2026-06-01T22:59:59Z", want: "2d"},
		"never on the start":              {now: "2026-06-01T23:00:00Z"},
		"never after it":                  {now: "2026-06-02T12:00:00Z"},
		"a timed event on its day": {now: "2026-06-02T08:59:59Z", want: "2d",
			event: func(e *Event) { e.Start = moment("2026-06-02T09:00:00Z") }},
		"a timed event has begun": {now: "2026-06-02T09:00:00Z",
			event: func(e *Event) { e.Start = moment("2026-06-02T09:00:00Z") }},

		"cancelled": {now: "2026-04-21T12:00:00Z", event: func(e *Event) { e.Status = Cancelled }},
		"postponed": {now: "2026-04-21T12:00:00Z", event: func(e *Event) { e.Status = Postponed }},
		"missing":   {now: "2026-04-21T12:00:00Z", event: func(e *Event) { e.Status = Missing }},

		"announced on the day is in time":          {now: "2026-04-21T22:00:00Z", event: announced("2026-04-21T22:00:00Z"), want: "42d"},
		"announced the day after, the next is far": {now: "2026-04-22T08:00:00Z", event: announced("2026-04-22T08:00:00Z")},
		"and stays quiet until the next":           {now: "2026-05-16T08:00:00Z", event: announced("2026-04-22T08:00:00Z")},
		"and then has that":                        {now: "2026-05-19T08:00:00Z", event: announced("2026-04-22T08:00:00Z"), want: "14d"},
		"announced 7 days before the next":         {now: "2026-05-12T08:00:00Z", event: announced("2026-05-12T08:00:00Z")},
		"announced 6 days before the next":         {now: "2026-05-13T08:00:00Z", event: announced("2026-05-13T08:00:00Z"), want: "42d"},
		"announced after the last, time enough": {now: "2026-05-30T20:00:00Z", want: "14d",
			event: announced("2026-05-30T20:00:00Z")},
		"announced after the last, less than 48 hours left": {now: "2026-06-01T12:00:00Z", event: announced("2026-06-01T12:00:00Z")},
		"announced late, down until hours before":           {now: "2026-05-31T23:30:00Z", event: func(e *Event) { e.Announced = moment("2026-05-31T23:20:00Z") }},

		"moved a little: what was made counts":   {now: "2026-05-18T23:00:00Z", event: moved("2026-06-01"), made: []Release{made("14d", "2026-06-02")}},
		"moved by 7 days: not anew":              {now: "2026-05-26T12:00:00Z", event: moved("2026-06-09"), made: []Release{made("42d", "2026-06-02"), made("14d", "2026-06-02")}},
		"moved by 8 days: the later ones anew":   {now: "2026-05-27T12:00:00Z", event: moved("2026-06-10"), made: []Release{made("42d", "2026-06-02"), made("14d", "2026-06-02")}, want: "14d"},
		"moved far: the first is not made again": {now: "2026-08-01T12:00:00Z", event: moved("2026-09-01"), made: []Release{made("42d", "2026-06-02"), made("14d", "2026-06-02")}},
		"moved far: the second is":               {now: "2026-08-18T12:00:00Z", event: moved("2026-09-01"), made: []Release{made("42d", "2026-06-02"), made("14d", "2026-06-02")}, want: "14d"},
		"moved nearer, past the day, the next is far": {now: "2026-05-10T12:00:00Z", event: moved("2026-05-20"),
			made: []Release{made("42d", "2026-06-02"), movedAt("2026-05-20", "2026-05-10T12:00:00Z")}},
		"moved nearer, on the day": {now: "2026-05-06T12:00:00Z", event: moved("2026-05-20"), want: "14d",
			made: []Release{made("42d", "2026-06-02"), movedAt("2026-05-20", "2026-05-06T10:00:00Z")}},
		"what one newsletter carried early is made for all": {now: "2026-05-31T00:00:00Z", made: []Release{forOne(made("2d", "2026-06-02"))}, want: "2d"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := summit()
			if tt.event != nil {
				tt.event(&e)
			}
			got := Reminders([]Event{e}, tt.made, ruledays, moment(tt.now))
			var want []Release
			if tt.want != "" {
				want = []Release{{Kind: KindReminder, Item: "e", Rule: tt.want, Days: e.Days, At: moment(tt.now)}}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestNominalDates walks through a year, quarter hour by quarter hour: each
// reminder comes at the first one of its day where the event is.
func TestNominalDates(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "corpora", "events", "REMINDER-GOLDEN.json"))
	if err != nil {
		t.Skip("the corpora are not beside this repository: ", err)
	}
	var golden []struct {
		Event   string `json:"event"`
		Start   string `json:"event_start_utc"`
		Days    int    `json:"offset_days"`
		Nominal string `json:"nominal"`
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	zones := map[string]string{"LDX3 London": "Europe/London", "LDX3 New York": "America/New_York", "LeadDev Berlin": "Europe/Berlin"}
	var list []Event
	want := make(map[string]string)
	for _, g := range golden {
		start, err := time.Parse("2006-01-02T15:04Z", g.Start)
		if err != nil {
			t.Fatal(err)
		}
		e := Event{ID: g.Event, Name: g.Event, Zone: zones[g.Event], Status: Confirmed, Announced: moment("2026-01-01T00:00:00Z")}
		e.Days.First = DateOf(start.In(e.Location()))
		e.Days.Last = e.Days.First.AddDays(1)
		if want[g.Event] == "" {
			list = append(list, e)
		}
		want[g.Event] = "listed"
		if g.Days > 0 { // on the day itself it is too late
			want[fmt.Sprintf("%s %dd", g.Event, g.Days)] = g.Nominal + " 00:00"
		}
	}
	for _, e := range list {
		delete(want, e.ID)
	}
	got := make(map[string]string)
	var wire []Release
	for now := moment("2026-01-01T00:00:00Z"); now.Year() == 2026; now = now.Add(15 * time.Minute) {
		for _, r := range Reminders(list, wire, []int{42, 14, 2, 0}, now) {
			for _, e := range list {
				if e.ID == r.Item {
					got[r.Item+" "+r.Rule] = now.In(e.Location()).Format("2006-01-02 15:04")
				}
			}
			wire = append(wire, r)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(wire) != 9 {
		t.Errorf("%d reminders (-want +got)\n%s", len(wire), diff)
	}
}

// TestRemindersOrder: by the beginning of the events, whatever order the store
// lists them in.
func TestRemindersOrder(t *testing.T) {
	a, b, c := summit(), summit(), summit()
	a.ID, b.ID, c.ID = "a", "b", "c"
	c.Days = Span{day("2026-06-01"), day("2026-06-01")}
	var got []string
	for _, r := range Reminders([]Event{b, a, c}, nil, ruledays, moment("2026-05-31T12:00:00Z")) {
		got = append(got, r.Item)
	}
	if strings.Join(got, " ") != "c a b" {
		t.Errorf("order %v", got)
	}
}

func TestEarly(t *testing.T) {
	tests := map[string]struct {
		event     func(*Event)
		made      []Release
		now, next string
		want      string
	}{
		"the next slot is in time":         {now: "2026-05-19T07:00:00Z", next: "2026-05-26T07:00:00Z"},
		"the next slot is too late":        {now: "2026-05-26T07:00:00Z", next: "2026-06-02T07:00:00Z", want: "2d"},
		"the next slot is at the start":    {now: "2026-05-26T07:00:00Z", next: "2026-06-01T23:00:00Z", want: "2d"},
		"the next slot is a second before": {now: "2026-05-26T07:00:00Z", next: "2026-06-01T22:59:59Z"},
		"no other slot is known":           {now: "2026-05-26T07:00:00Z"},
		"it is due already":                {now: "2026-05-31T07:00:00Z", next: "2026-06-07T07:00:00Z"},
		"monthly: only the latest":         {now: "2026-05-15T07:00:00Z", next: "2026-06-15T07:00:00Z", want: "2d"},
		"made for this newsletter":         {now: "2026-05-26T07:00:00Z", next: "2026-06-02T07:00:00Z", made: []Release{madeFor("weekly")}},
		"made for another newsletter":      {now: "2026-05-26T07:00:00Z", next: "2026-06-02T07:00:00Z", made: []Release{madeFor("daily")}, want: "2d"},
		"made for all, a day earlier":      {now: "2026-05-26T07:00:00Z", next: "2026-06-02T07:00:00Z", made: []Release{made("2d", "2026-06-01")}},
		"cancelled":                        {now: "2026-05-26T07:00:00Z", next: "2026-06-02T07:00:00Z", event: func(e *Event) { e.Status = Cancelled }},
		"begun":                            {now: "2026-06-02T07:00:00Z", next: "2026-06-09T07:00:00Z"},
		"nothing but the day itself ahead": {now: "2026-05-31T07:00:00Z", next: "2026-06-09T07:00:00Z"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := summit()
			if tt.event != nil {
				tt.event(&e)
			}
			var next time.Time
			if tt.next != "" {
				next = moment(tt.next)
			}
			got := Early([]Event{e}, tt.made, append(ruledays, 0), "weekly", moment(tt.now), next)
			var want []Release
			if tt.want != "" {
				want = []Release{{Kind: KindReminder, Item: "e", Rule: tt.want, Days: e.Days, At: moment(tt.now), Newsletter: "weekly"}}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func madeFor(newsletter string) Release {
	r := made("2d", "2026-06-02")
	r.Newsletter = newsletter
	return r
}
