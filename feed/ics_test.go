package feed

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

// lines returns the unfolded lines of the first component that has the name.
func lines(doc []byte, component string) []string {
	s := strings.ReplaceAll(string(doc), "\r\n ", "")
	_, s, _ = strings.Cut(s, "BEGIN:"+component+"\r\n")
	s, _, _ = strings.Cut(s, "END:"+component+"\r\n")
	return strings.Split(strings.TrimSuffix(s, "\r\n"), "\r\n")
}

func only(all []string, names ...string) []string {
	var out []string
	for _, l := range all {
		for _, n := range names {
			if strings.HasPrefix(l, n) {
				out = append(out, l)
			}
		}
	}
	return out
}

func calendarOf(t *testing.T, e content.Event) []byte {
	t.Helper()
	if e.ID == "" {
		e.ID = "e"
	}
	doc := Events(lead, Scope{}, []content.Event{e}, Options{}).ICS()
	spotless(t, ICS, doc)
	return doc
}

// TestOneEvent: the file of an event is that event as the calendar of all has it,
// and no calendar to follow.
func TestOneEvent(t *testing.T) {
	all := write(t, Events(lead, Scope{}, events(), Options{}), ICS)
	for _, e := range events() {
		f := Event(lead, e, Options{})
		doc := write(t, f, ICS)
		spotless(t, ICS, doc)
		_, event, _ := bytes.Cut(doc, []byte("BEGIN:VEVENT"))
		event, _, _ = bytes.Cut(event, []byte("END:VCALENDAR"))
		if len(event) == 0 || !bytes.Contains(all, event) {
			t.Errorf("%s is another event than in the calendar of all:\n%s", e.Slug, doc)
		}
		for _, of := range []string{"NAME:", "X-WR-", "SOURCE", "REFRESH", "X-PUBLISHED"} {
			if bytes.Contains(doc, []byte("\n"+of)) {
				t.Errorf("%s has %s:\n%s", e.Slug, of, doc)
			}
		}
		if want := "https://news.example.com:8443/events/" + e.Slug + ".ics"; f.Self(ICS) != want || len(f.Hubs) > 0 {
			t.Errorf("%s says that it is %s, with the hubs %v", e.Slug, f.Self(ICS), f.Hubs)
		}
	}
}

func TestCalendarDays(t *testing.T) {
	span := func(a, b string) content.Span { return content.Span{First: date(a), Last: date(b)} }
	for _, c := range []struct {
		name  string
		event content.Event
		want  []string
	}{
		{"one day", content.Event{Days: span("2026-06-02", "2026-06-02")}, []string{"DTSTART;VALUE=DATE:20260602", "DTEND;VALUE=DATE:20260603"}},
		{"two days", content.Event{Days: span("2026-06-02", "2026-06-03")}, []string{"DTSTART;VALUE=DATE:20260602", "DTEND;VALUE=DATE:20260604"}},
		{"over a leap day", content.Event{Days: span("2028-02-28", "2028-02-29")}, []string{"DTSTART;VALUE=DATE:20280228", "DTEND;VALUE=DATE:20280301"}},
		{"over new year", content.Event{Days: span("2026-12-31", "2027-01-01")}, []string{"DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270102"}},
		{"ends before it begins", content.Event{Days: span("2026-06-02", "2026-06-01")}, []string{"DTSTART;VALUE=DATE:20260602", "DTEND;VALUE=DATE:20260603"}},
		{"times in a zone", content.Event{Days: span("2026-06-02", "2026-06-02"), Zone: "Europe/Berlin", Start: at("2026-06-02T07:00:00Z"), End: at("2026-06-02T15:00:00Z")},
			[]string{"DTSTART;TZID=Europe/Berlin:20260602T090000", "DTEND;TZID=Europe/Berlin:20260602T170000"}},
		{"times in UTC", content.Event{Days: span("2026-06-02", "2026-06-02"), Zone: "UTC", Start: at("2026-06-02T07:00:00Z")}, []string{"DTSTART:20260602T070000Z"}},
		{"a zone nobody knows", content.Event{Days: span("2026-06-02", "2026-06-02"), Zone: "Mars/Olympus", Start: at("2026-06-02T07:00:00Z")}, []string{"DTSTART:20260602T070000Z"}},
		{"end not after start", content.Event{Days: span("2026-06-02", "2026-06-02"), Zone: "UTC", Start: at("2026-06-02T07:00:00Z"), End: at("2026-06-02T07:00:00Z")}, []string{"DTSTART:20260602T070000Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := only(lines(calendarOf(t, c.event), "VEVENT"), "DTSTART", "DTEND")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestCalendarHistory: an event that is moved and cancelled stays one event.
func TestCalendarHistory(t *testing.T) {
	e := events()[0]
	history := func(e content.Event) []string {
		return only(lines(calendarOf(t, e), "VEVENT"), "UID", "SEQUENCE", "STATUS", "DTSTAMP", "LAST-MODIFIED")
	}
	if diff := cmp.Diff([]string{"UID:e1@example.com", "DTSTAMP:20260110T090000Z", "LAST-MODIFIED:20260110T090000Z", "SEQUENCE:0", "STATUS:CONFIRMED"}, history(e)); diff != "" {
		t.Errorf("announced (-want +got):\n%s", diff)
	}
	e.Status, e.Sequence, e.Changed = content.Cancelled, 2, at("2026-05-01T10:00:00Z")
	if diff := cmp.Diff([]string{"UID:e1@example.com", "DTSTAMP:20260501T100000Z", "LAST-MODIFIED:20260501T100000Z", "SEQUENCE:2", "STATUS:CANCELLED"}, history(e)); diff != "" {
		t.Errorf("cancelled (-want +got):\n%s", diff)
	}
	for s, want := range map[content.Status]string{content.Postponed: "CANCELLED", content.Missing: "TENTATIVE", content.Confirmed: "CONFIRMED", "": "CONFIRMED"} {
		if got := status(s); got != want {
			t.Errorf("status %q is %s, want %s", s, got, want)
		}
	}
}

// TestZoneRules: what a VTIMEZONE says is what the zone does. Every hour from
// the first event to the last is converted by the written rules alone.
func TestZoneRules(t *testing.T) {
	for _, name := range []string{"Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia", "Etc/GMT-14"} {
		t.Run(name, func(t *testing.T) {
			loc, err := time.LoadLocation(name)
			if err != nil {
				t.Skip("no time zones on this machine")
			}
			day := func(id, start string) content.Event {
				s := at(start)
				return content.Event{ID: id, Name: id, Zone: name, Start: s, End: s.Add(time.Hour), Days: content.Span{First: content.DateOf(s.In(loc)), Last: content.DateOf(s.In(loc))}}
			}
			doc := Events(lead, Scope{}, []content.Event{day("a", "2025-02-01T10:00:00Z"), day("b", "2027-11-30T10:00:00Z")}, Options{}).ICS()
			spotless(t, ICS, doc)
			rules := observances(t, lines(doc, "VTIMEZONE"))
			for u := at("2025-02-01T10:00:00Z"); u.Before(at("2027-11-30T11:00:00Z")); u = u.Add(time.Hour) {
				_, want := u.In(loc).Zone()
				if got := rules.at(u); got != want {
					t.Fatalf("%v: offset %d, want %d", u, got, want)
				}
			}
		})
	}
}

type observed struct {
	onset time.Time // UTC
	to    int
}

type rules []observed

func (r rules) at(u time.Time) int {
	offset := 0
	for _, o := range r {
		if !o.onset.After(u) {
			offset = o.to
		}
	}
	return offset
}

func observances(t *testing.T, ls []string) rules {
	t.Helper()
	var out rules
	var start time.Time
	var from int
	for _, l := range ls {
		k, v, _ := strings.Cut(l, ":")
		switch k {
		case "DTSTART":
			var err error
			if start, err = time.Parse("20060102T150405", v); err != nil {
				t.Fatal(err)
			}
		case "TZOFFSETFROM":
			from = parseOffset(t, v)
		case "TZOFFSETTO":
			out = append(out, observed{start.Add(-time.Duration(from) * time.Second), parseOffset(t, v)})
		}
	}
	return out
}

func parseOffset(t *testing.T, s string) int {
	t.Helper()
	layout := "-0700"
	if len(s) == 7 {
		layout = "-070000"
	}
	p, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	_, offset := p.Zone()
	return offset
}

func TestFolding(t *testing.T) {
	for _, name := range []string{strings.Repeat("x", 67), strings.Repeat("x", 68), strings.Repeat("ä", 200), strings.Repeat("👩‍👧", 60), "a; b, c\\ d\ne"} {
		e := events()[0]
		e.Name = name
		doc := calendarOf(t, e) // lint knows lengths and line ends
		want := "SUMMARY:" + strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", " ").Replace(name)
		if got := only(lines(doc, "VEVENT"), "SUMMARY"); len(got) != 1 || got[0] != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEventsOfACity(t *testing.T) {
	for scope, want := range map[string][]string{"": {"e3", "e1", "e2"}, "berlin": {"e2"}, "Online": {"e3"}, "Paris": nil, "München": nil, "BERLIN (Mitte)": {"e2"}} {
		f := Events(lead, Scope{City: scope}, events(), Options{})
		var got []string
		for _, l := range strings.Split(string(f.ICS()), "\r\n") {
			if id, ok := strings.CutSuffix(strings.TrimPrefix(l, "UID:"), "@example.com"); ok {
				got = append(got, id)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", scope, diff)
		}
	}
	limited := Events(lead, Scope{}, events(), Options{Items: 1})
	if len(limited.Items) != 1 || len(only(strings.Split(string(limited.ICS()), "\r\n"), "BEGIN:VEVENT")) != 3 {
		t.Error("the limit is for items, not for the calendar")
	}
}

// TestEventDates: an item is dated by the announcement, never by the event.
func TestEventDates(t *testing.T) {
	for _, it := range Events(lead, Scope{}, events(), Options{}).Items {
		if it.Published.After(at("2026-02-01T00:00:00Z")) {
			t.Errorf("%s is published %v", it.ID, it.Published)
		}
	}
}

func TestDescribe(t *testing.T) {
	say := func(e *content.Event) (string, string) {
		return "Konferenz: " + e.Name, "In " + e.City
	}
	it := Events(lead, Scope{City: "London"}, events(), Options{Describe: say}).Items[0]
	if it.Title != "Konferenz: LeadDev London" || it.Summary != "In London" {
		t.Errorf("title %q, summary %q", it.Title, it.Summary)
	}
}
