package feed

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A span is a time zone with the years in which a calendar needs its rules.
type span struct {
	loc         *time.Location
	first, last time.Time
}

// zones returns the zones of events with times, by name. A calendar without
// any gets UTC: it must hold one component at least, and a city may have no
// event yet.
func zones(events []content.Event) []span {
	byName := map[string]*span{}
	for i := range events {
		e := &events[i]
		loc := e.Location()
		if e.AllDay() || universal(loc) {
			continue
		}
		z := byName[loc.String()]
		if z == nil {
			z = &span{loc, e.Start, e.Start}
			byName[loc.String()] = z
		}
		if e.Start.Before(z.first) {
			z.first = e.Start
		}
		z.last = latest(z.last, e.Start, e.End)
	}
	if len(events) == 0 {
		return []span{{loc: time.UTC}}
	}
	var out []span
	for _, z := range byName {
		out = append(out, *z)
	}
	slices.SortFunc(out, func(a, b span) int { return strings.Compare(a.loc.String(), b.loc.String()) })
	return out
}

// universal reports whether times in loc are written in UTC.
func universal(loc *time.Location) bool {
	switch loc.String() {
	case "", "UTC", "Etc/UTC", "Local":
		return true
	}
	return false
}

// zone writes a VTIMEZONE. Every change of the clocks from before the first
// event to after the last stands there by itself: no rule is guessed, so that
// a zone whose law changed is right as well.
func (c *calendar) zone(z span) {
	c.line("BEGIN:VTIMEZONE")
	c.line("TZID:" + z.loc.String())
	at := z.first.In(z.loc)
	for {
		name, offset := at.Zone()
		start, end := at.ZoneBounds()
		c.observance(at.IsDST(), name, start, offset)
		if end.IsZero() || end.After(z.last) {
			break
		}
		at = end
	}
	c.line("END:VTIMEZONE")
}

// observance writes the time from start on. DTSTART is what the clocks showed
// before they were changed; a zone that never changed them began in 1970.
func (c *calendar) observance(dst bool, name string, start time.Time, offset int) {
	before := offset
	if start.IsZero() {
		start = time.Unix(int64(-offset), 0)
	} else {
		_, before = start.Add(-time.Second).Zone()
	}
	kind := "STANDARD"
	if dst {
		kind = "DAYLIGHT"
	}
	c.line("BEGIN:" + kind)
	c.line("DTSTART:" + start.UTC().Add(time.Duration(before)*time.Second).Format("20060102T150405"))
	c.line("TZOFFSETFROM:" + utcOffset(before))
	c.line("TZOFFSETTO:" + utcOffset(offset))
	if name != "" && !strings.ContainsAny(name, "+-") { // the database writes offsets where people have no name
		c.text("TZNAME", name)
	}
	c.line("END:" + kind)
}

// utcOffset writes an offset in seconds as +hhmm, with seconds if it has any.
func utcOffset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	s := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}
