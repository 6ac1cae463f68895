package content

import (
	"sync"
	"time"
)

// An Event is something readers can go to: a conference in a city, or online.
//
// Its days are kept as days and its times as zoned instants; midnight is never
// invented. End is the last day of an all-day event (inclusive, unlike DTEND
// of RFC 5545), or the instant it ends.
type Event struct {
	ID     string // minted once; the UID in our calendars
	Source string
	Slug   string // unique path segment

	Name    string
	City    string // compare with [CityKey]; empty for online events
	Country string
	Place   string // venue
	Online  bool
	URL     string
	Topics  []string

	Days  Span      // first and last day, in Zone
	Start time.Time // zero when all-day; else UTC
	End   time.Time // zero when all-day or unknown; else UTC
	Zone  string    // IANA name, never empty

	EarlyBird Date // last day of the early price, in Zone; zero if none
	Status    Status
	Sequence  int       // grows by one with each change of date, place or status
	Announced time.Time // when we first saw it, UTC
	Changed   time.Time // when we last saw it change, UTC
}

// A Span is a range of days, both inclusive.
type Span struct{ First, Last Date }

// Status says whether an event takes place.
type Status string

// The statuses of an event.
const (
	Confirmed Status = "confirmed"
	Cancelled Status = "cancelled"
	Postponed Status = "postponed" // no new date is known
	Missing   Status = "missing"   // vanished from its source before it began; nobody has said why
)

// Location returns the zone of the event, UTC if its name is not known here.
func (e *Event) Location() *time.Location {
	if loc, ok := zones.Load(e.Zone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(e.Zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(e.Zone, loc)
	return loc
}

// zones holds what [time.LoadLocation] would read from disk each time. It
// holds names that exist only, so it stays small.
var zones sync.Map

// Begins returns the instant after which a reminder is too late: the start,
// or the first instant of the first day where the event is.
func (e *Event) Begins() time.Time {
	if !e.Start.IsZero() {
		return e.Start
	}
	return e.Days.First.In(e.Location())
}

// Ends returns the instant at which the event is over: the end, or the first
// instant after the last day.
func (e *Event) Ends() time.Time {
	if !e.End.IsZero() {
		return e.End
	}
	return e.Days.Last.AddDays(1).In(e.Location())
}

// AllDay reports whether the event has days but no times.
func (e *Event) AllDay() bool { return e.Start.IsZero() }

// On reports whether the event takes place as far as we know.
func (e *Event) On() bool { return e.Status == Confirmed }

// absence is how long an event may be missing from its source before that
// means anything: editors' tools take a file away and put it back.
const absence = 2 * time.Minute

// OnAt is On, but for an event that went missing just before now.
func (e *Event) OnAt(now time.Time) bool {
	return e.On() || e.Status == Missing && now.Sub(e.Changed) < absence
}
