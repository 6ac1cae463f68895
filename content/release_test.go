package content

import (
	"testing"
	"time"
)

// TestHolds: what may still be given to a reader, of everything that became of
// an article or an event since its release.
func TestHolds(t *testing.T) {
	article := func(change func(*Entry)) *Entry {
		e := &Entry{Release: Release{N: 7, Kind: KindArticle}, Article: &Article{}, State: Public, Latest: true}
		change(e)
		return e
	}
	event := func(r Release, change func(*Event)) *Entry {
		s := summit()
		change(&s)
		return &Entry{Release: r, Event: &s}
	}
	status := func(s Status) func(*Event) { return func(e *Event) { e.Status = s } }
	onto := func(first string) func(*Event) {
		return func(e *Event) { e.Days = Span{day(first), day(first).AddDays(1)} }
	}
	as := func(*Event) {}
	reminder, cancelled, moved := made("14d", "2026-06-02"), made(RuleCancelled, "2026-06-02"), made(RuleMoved, "2026-06-02")
	for name, tt := range map[string]struct {
		entry *Entry
		now   string // the day before the event, unless said
		why   string
	}{
		"an article":                              {entry: article(func(*Entry) {})},
		"withdrawn":                               {entry: article(func(e *Entry) { e.State = Withdrawn }), why: "withdrawn"},
		"missed an edition while it was away":     {entry: article(func(e *Entry) { e.WithdrawnSince = 7 }), why: "was withdrawn; release it again to bring it back to letters"},
		"away, and no edition knew of it":         {entry: article(func(e *Entry) { e.WithdrawnSince = 6 })},
		"released again":                          {entry: article(func(e *Entry) { e.Latest = false }), why: "released again later"},
		"for feeds only":                          {entry: article(func(e *Entry) { e.NotInLetters = true }), why: "not in letters"},
		"a reminder":                              {entry: event(reminder, as)},
		"of an event called off":                  {entry: event(reminder, status(Cancelled)), why: "event cancelled"},
		"of an event put off":                     {entry: event(reminder, status(Postponed)), why: "event postponed"},
		"of an event that vanished":               {entry: event(reminder, status(Missing)), why: "event missing"},
		"of an event that vanished just now":      {entry: event(reminder, func(e *Event) { e.Status, e.Changed = Missing, moment("2026-06-01T11:59:00Z") })},
		"of an event that begins in a second":     {entry: event(reminder, as), now: "2026-06-01T22:59:59Z"},
		"of an event that begins now":             {entry: event(reminder, as), now: "2026-06-01T23:00:00Z", why: "event has begun"},
		"moved to later days":                     {entry: event(reminder, onto("2026-06-20"))},
		"moved to later days, on the first ones":  {entry: event(reminder, onto("2026-06-20")), now: "2026-06-02T12:00:00Z"},
		"moved to earlier days":                   {entry: event(reminder, onto("2026-06-01")), now: "2026-05-30T12:00:00Z"},
		"moved to earlier days, which have begun": {entry: event(reminder, onto("2026-05-31")), why: "event has begun"},
		"moved to later days and called off":      {entry: event(reminder, func(e *Event) { onto("2026-06-20")(e); e.Status = Cancelled }), why: "event cancelled"},
		"the notice that it is called off":        {entry: event(cancelled, status(Postponed))},
		"and it is not":                           {entry: event(cancelled, as), why: "event takes place after all"},
		"the notice that it moved":                {entry: event(moved, as)},
		"and it moved on":                         {entry: event(moved, onto("2026-06-20")), why: "moved again"},
		"and it was called off":                   {entry: event(moved, status(Cancelled)), why: "event cancelled"},
		"and it began":                            {entry: event(moved, as), now: "2026-06-01T23:00:00Z", why: "event would have begun"},
	} {
		now := moment("2026-06-01T12:00:00Z")
		if tt.now != "" {
			now = moment(tt.now)
		}
		if ok, why := tt.entry.Holds(now); why != tt.why || ok != (why == "") {
			t.Errorf("%s: holds %v, %q, want %q", name, ok, why, tt.why)
		}
	}
}

// TestMovedBeforeSent: a reminder that was on the wire but in no letter yet
// when its event moved is the only one of its rule: it is not made again, so
// it must hold.
func TestMovedBeforeSent(t *testing.T) {
	e := summit()
	now := moment("2026-04-21T00:00:00Z")
	wire := Reminders([]Event{e}, nil, ruledays, now)
	e.Days = Span{day("2026-06-20"), day("2026-06-21")}
	for ; now.Before(moment("2026-05-15T00:00:00Z")); now = now.Add(time.Hour) {
		wire = append(wire, Reminders([]Event{e}, wire, ruledays, now)...)
	}
	if len(wire) != 1 || wire[0].Rule != "42d" {
		t.Fatalf("on the wire: %+v", wire)
	}
	if ok, why := (&Entry{Release: wire[0], Event: &e}).Holds(now); !ok {
		t.Errorf("does not hold: %s", why)
	}
}
