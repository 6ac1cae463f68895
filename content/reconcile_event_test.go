package content

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func day(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// conf is a conference of two days in London, listed by its address and year.
func conf(name, first string) FoundEvent {
	e := FoundEvent{Event: Event{
		Name: name, City: "London", Country: "UK", URL: "https://example.com/" + strings.ToLower(name),
		Days: Span{day(first), day(first).AddDays(1)}, Zone: "Europe/London", Status: Confirmed,
	}}
	e.Keys = []Key{Key("event:" + name + ":" + first[:4] + ":london")}
	return e
}

func (f FoundEvent) as(change func(*FoundEvent)) FoundEvent {
	change(&f)
	return f
}

func events(found ...FoundEvent) Listing { return Listing{Events: found, Complete: true} }

// TestEventChanges: what becomes of one known conference when its source shows
// something else, with and without a reminder on the wire.
func TestEventChanges(t *testing.T) {
	known := conf("Lead", "2026-06-02")
	set := func(change func(*FoundEvent)) []FoundEvent { return []FoundEvent{known.as(change)} }
	tests := map[string]struct {
		before []FoundEvent // shown in between, if not nil
		shown  []FoundEvent
		notice string // expected, if readers were reminded
		seq    int
		status Status
	}{
		"nothing new":      {shown: []FoundEvent{known}, status: Confirmed},
		"another title":    {shown: set(func(e *FoundEvent) { e.Name = "The Lead" }), status: Confirmed},
		"another page":     {shown: set(func(e *FoundEvent) { e.URL = "https://example.com/x" }), status: Confirmed},
		"another venue":    {shown: set(func(e *FoundEvent) { e.Place = "Hall" }), seq: 1, status: Confirmed},
		"another spelling": {shown: set(func(e *FoundEvent) { e.City = "london, UK" }), seq: 1, status: Confirmed},
		"another hour": {shown: set(func(e *FoundEvent) {
			e.Start = time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
			e.End = e.Start.Add(30 * time.Hour)
		}), seq: 1, status: Confirmed},
		"cancelled":    {shown: set(func(e *FoundEvent) { e.Status = Cancelled }), notice: "cancelled 2026-06-02", seq: 1, status: Cancelled},
		"postponed":    {shown: set(func(e *FoundEvent) { e.Status = Postponed }), notice: "cancelled 2026-06-02", seq: 1, status: Postponed},
		"other days":   {shown: set(func(e *FoundEvent) { e.Days = Span{day("2026-07-01"), day("2026-07-02")} }), notice: "moved 2026-07-01", seq: 1, status: Confirmed},
		"a day less":   {shown: set(func(e *FoundEvent) { e.Days.Last = e.Days.First }), notice: "moved 2026-06-02", seq: 1, status: Confirmed},
		"another city": {shown: set(func(e *FoundEvent) { e.City = "Leeds" }), notice: "moved 2026-06-02", seq: 1, status: Confirmed},
		"now online":   {shown: set(func(e *FoundEvent) { e.Online = true }), notice: "moved 2026-06-02", seq: 1, status: Confirmed},
		"gone":         {shown: []FoundEvent{}, seq: 1, status: Missing},
		"gone and back": {
			before: []FoundEvent{}, shown: []FoundEvent{known}, seq: 2, status: Confirmed},
		"gone and back as cancelled": {
			before: []FoundEvent{}, shown: set(func(e *FoundEvent) { e.Status = Cancelled }), notice: "cancelled 2026-06-02", seq: 2, status: Cancelled},
		"next year, under a new key": {
			shown:  []FoundEvent{conf("Lead", "2027-06-02").as(func(e *FoundEvent) { e.URL = "" })},
			notice: "moved 2027-06-02", seq: 1, status: Confirmed},
		"another name at the same page": {
			shown:  []FoundEvent{conf("LDX", "2026-06-09").as(func(e *FoundEvent) { e.URL = known.URL + "/" })},
			notice: "moved 2026-06-09", seq: 1, status: Confirmed},
		"gone, then back under a new key": {
			before: []FoundEvent{}, shown: []FoundEvent{conf("Lead", "2027-06-02")},
			notice: "moved 2027-06-02", seq: 2, status: Confirmed},
	}
	for name, tt := range tests {
		for _, reminded := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, reminded %v", name, reminded), func(t *testing.T) {
				s := newSite(t)
				s.sync(0, events(known))
				if reminded {
					s.m.publish(Release{Kind: KindReminder, Item: "id001", Rule: "42d", Days: known.Days})
				}
				if tt.before != nil {
					s.sync(minute, events(tt.before...))
				}
				s.sync(minute, events(tt.shown...))
				s.sync(minute, events(tt.shown...)) // and nothing more
				e := s.m.events["id001"]
				if e.Sequence != tt.seq || e.Status != tt.status || len(s.m.events) != 1 {
					t.Errorf("%d events, the first with sequence %d and %s, want %d and %s", len(s.m.events), e.Sequence, e.Status, tt.seq, tt.status)
				}
				if e.Slug != "lead-london-2026" {
					t.Errorf("slug is %s", e.Slug)
				}
				var got []string
				for _, r := range s.m.wire {
					if r.Kind == KindNotice {
						got = append(got, r.Rule+" "+r.Days.First.String())
						if r.Days != e.Days || r.Item != "id001" {
							t.Errorf("notice %+v of event %+v", r, e)
						}
					}
				}
				want := tt.notice
				if !reminded {
					want = ""
				}
				if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
					t.Errorf("notices (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestNoticesAgain: each change gives one notice, also the second time; being
// gone from the list and back is no change.
func TestNoticesAgain(t *testing.T) {
	s := newSite(t)
	e := conf("Lead", "2026-06-02")
	off := e.as(func(e *FoundEvent) { e.Status = Cancelled })
	put := e.as(func(e *FoundEvent) { e.Status = Postponed })
	anew := e.as(func(e *FoundEvent) { e.Days = Span{day("2026-09-01"), day("2026-09-02")} })
	s.sync(0, events(e))
	s.m.publish(Release{Kind: KindReminder, Item: "id001", Rule: "42d", Days: e.Days})
	for _, st := range []struct {
		shown Listing
		wire  string
	}{
		{events(put), "reminder 42d Lead, notice cancelled Lead"},
		{events(off), "reminder 42d Lead, notice cancelled Lead"},
		{events(), "reminder 42d Lead, notice cancelled Lead"},
		{events(put), "reminder 42d Lead, notice cancelled Lead"},
		{events(e), "reminder 42d Lead, notice cancelled Lead"},
		{events(off), "reminder 42d Lead, notice cancelled Lead, notice cancelled Lead"},
		{events(put), "reminder 42d Lead, notice cancelled Lead, notice cancelled Lead"},
		{events(e), "reminder 42d Lead, notice cancelled Lead, notice cancelled Lead"},
		{events(anew), "reminder 42d Lead, notice cancelled Lead, notice cancelled Lead, notice moved Lead"},
		{events(off), "reminder 42d Lead, notice cancelled Lead, notice cancelled Lead, notice moved Lead, notice cancelled Lead"},
	} {
		s.sync(minute, st.shown)
		if got := s.released(); got != st.wire {
			t.Errorf("on the wire %s, want %s", got, st.wire)
		}
	}
}

// TestEventBegun: nothing is announced of an event that has begun, and being
// gone from the list is no news then.
func TestEventBegun(t *testing.T) {
	s := newSite(t)
	e := conf("Lead", "2026-06-02")
	s.sync(0, events(e))
	s.m.publish(Release{Kind: KindReminder, Item: "id001", Rule: "2d", Days: e.Days})
	s.now = time.Date(2026, 6, 1, 23, 0, 0, 0, time.UTC) // midnight in London
	s.sync(0, events(e.as(func(e *FoundEvent) { e.Status = Cancelled })))
	s.sync(minute, events())
	if got := s.released(); got != "reminder 2d Lead" || s.m.events["id001"].Status != Cancelled {
		t.Errorf("on the wire %s, status %s", got, s.m.events["id001"].Status)
	}
}

// TestRelativeDays: "start: +42d" is resolved once, in the zone of the event,
// on the day it is first seen; its length follows the source.
func TestRelativeDays(t *testing.T) {
	s := newSite(t)
	s.now = time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC) // the third in Tokyo
	at := Date{Year: 1, Month: 1, Day: 1}
	e := conf("Lead", "2026-01-01").as(func(e *FoundEvent) {
		e.Relative, e.Offset, e.Zone = true, 42, "Asia/Tokyo"
		e.Days, e.EarlyBird = Span{at, at.AddDays(1)}, at.AddDays(-12)
	})
	s.sync(0, events(e))
	for range 3 {
		s.sync(24*time.Hour, events(e))
	}
	got := s.m.events["id001"]
	if want := (Span{day("2026-04-14"), day("2026-04-15")}); got.Days != want || got.EarlyBird != day("2026-04-02") || got.Sequence != 0 {
		t.Errorf("days %v, early bird %s, sequence %d", got.Days, got.EarlyBird, got.Sequence)
	}
	s.sync(minute, events(e.as(func(e *FoundEvent) { e.Days.Last = at.AddDays(2) })))
	if got := s.m.events["id001"].Days; got != (Span{day("2026-04-14"), day("2026-04-16")}) {
		t.Errorf("a day longer: %v", got)
	}
}

// TestSameURL: one page serves the conferences of many years. They are
// different events, also when they are found together.
func TestSameURL(t *testing.T) {
	s := newSite(t)
	var l Listing
	for _, first := range []string{"2022-06-07", "2025-06-16", "2026-06-02"} {
		e := conf("Lead", first)
		l.Events = append(l.Events, e)
	}
	l.Complete = true
	p := s.sync(0, l)
	if len(p.Events) != 3 || len(p.Held) != 0 {
		t.Fatalf("%d events, held %v", len(p.Events), p.Held)
	}
	if p = s.sync(minute, l); len(p.Events) != 0 {
		t.Errorf("the second look changes %+v", p.Events)
	}
	// The past one leaves the list as next year's enters: nothing moved.
	l.Events = append(l.Events[2:], conf("Lead", "2027-06-01"))
	if p = s.sync(minute, l); len(p.Events) != 1 || !p.Events[0].New {
		t.Errorf("next year's: %+v", p.Events)
	}
}

// TestEventConflicts: events that cannot be told apart are shown to an editor.
func TestEventConflicts(t *testing.T) {
	s := newSite(t)
	twin := conf("Lead", "2026-06-02").as(func(e *FoundEvent) { e.Name = "Twin" })
	if p := s.sync(0, events(conf("Lead", "2026-06-02"), twin)); len(p.Held) != 2 || len(p.Events) != 0 {
		t.Errorf("held %v, events %v", p.Held, p.Events)
	}
	s.sync(minute, events(conf("Lead", "2026-06-02")))
	p := s.sync(minute, Listing{Complete: true, Articles: []Found{post("a", 1).as(func(f *Found) { f.Keys = conf("Lead", "2026-06-02").Keys })}})
	if len(p.Held) != 1 || len(p.Articles) != 0 {
		t.Errorf("an article with the key of an event: %+v", p)
	}
}

// TestUnreadEvents: an event that cannot be read is not gone, nor moved to
// whatever is new beside it.
func TestUnreadEvents(t *testing.T) {
	known := conf("Lead", "2026-06-02")
	other := conf("Lead", "2027-06-01").as(func(e *FoundEvent) { e.URL = "" })
	tests := map[string]struct {
		problem Problem
		status  Status
		days    Span
	}{
		"no problem, so it moved":     {Problem{}, Confirmed, other.Days},
		"a problem of something else": {Problem{What: "bad", Keys: []Key{"event:x"}}, Confirmed, other.Days},
		"its own problem":             {Problem{What: "bad", Keys: known.Keys}, Confirmed, known.Days},
		"nobody knows whose":          {Problem{What: "bad", Events: true}, Confirmed, known.Days},
	}
	for name, tt := range tests {
		s := newSite(t)
		s.sync(0, events(known))
		l := events(other)
		if tt.problem.What != "" {
			l.Problems = []Problem{tt.problem}
		}
		s.sync(minute, l)
		if e := s.m.events["id001"]; e.Status != tt.status || e.Days != tt.days {
			t.Errorf("%s: %s on %v", name, e.Status, e.Days)
		}
	}
}

// TestCommonPage: a page that lists many events tells nothing about which is
// which: what is new there is not what is gone.
func TestCommonPage(t *testing.T) {
	s := newSite(t)
	at := func(name, first, page string) FoundEvent {
		return conf(name, first).as(func(e *FoundEvent) { e.URL = page })
	}
	s.sync(0, events(at("A", "2026-06-02", "https://example.com/events"), at("B", "2026-07-02", "https://example.com/events")))
	s.sync(minute, events(at("C", "2026-08-02", "https://example.com/events"), at("B", "2026-07-02", "https://example.com/events")))
	if len(s.m.events) != 3 || s.m.events["id001"].Status != Missing {
		t.Errorf("%d events, A is %s", len(s.m.events), s.m.events["id001"].Status)
	}
}
