package feed

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/content"
)

// ICS writes a feed of events as a calendar (RFC 5545, with the properties of
// RFC 7986). Days stay days and get an exclusive end; times stand in the zone
// of the event, with its rules beside them. A cancelled event stays, with its
// UID, a higher SEQUENCE and STATUS:CANCELLED: what vanishes from a calendar
// stays in those that were copied from it. There is no METHOD, since
// this is no message (that is [Feed.Publish]); DTSTAMP is then the last change
// and not today.
//
// A feed made by [Articles] gives a calendar without events.
func (f *Feed) ICS() []byte {
	c := &calendar{}
	c.begin()
	if !f.alone {
		c.describe(f)
	}
	c.end(f)
	return c.b.Bytes()
}

// describe writes what is to be said of a calendar that people follow.
func (c *calendar) describe(f *Feed) {
	c.text("NAME", f.Title)
	c.text("X-WR-CALNAME", f.Title)
	c.text("DESCRIPTION", f.Description)
	c.text("X-WR-CALDESC", f.Description)
	c.line("UID:" + f.ID)
	c.line("URL:" + f.Home)
	c.line("SOURCE;VALUE=URI:" + f.Self(ICS))
	c.line("LAST-MODIFIED:" + stamp(f.lastChange()))
	c.line("REFRESH-INTERVAL;VALUE=DURATION:PT6H")
	c.line("X-PUBLISHED-TTL:PT6H")
}

// lastChange is that of all events, not only of those that are items.
func (f *Feed) lastChange() time.Time {
	t := f.Updated
	for _, e := range f.events {
		for _, u := range []time.Time{e.Announced, e.Changed} {
			if plausible(u, time.Time{}) {
				t = latest(t, u)
			}
		}
	}
	return t
}

// A calendar is one being written.
type calendar struct {
	b         bytes.Buffer
	organizer string // the property, of each event; empty: none
}

// begin writes what every calendar begins with.
func (c *calendar) begin() {
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//Standfirst//Standfirst//EN")
	c.line("CALSCALE:GREGORIAN")
}

// end writes the events of a feed, with their zones.
func (c *calendar) end(f *Feed) {
	for _, z := range zones(f.events) {
		c.zone(z)
	}
	for i := range f.events {
		c.event(f, &f.events[i])
	}
	c.line("END:VCALENDAR")
}

func (c *calendar) event(f *Feed, e *content.Event) {
	created := latest(seconds(e.Announced), eldest)
	changed := latest(seconds(e.Changed), created)
	c.line("BEGIN:VEVENT")
	c.line("UID:" + escape(text(e.ID), tagChars) + "@" + f.domain)
	c.line("DTSTAMP:" + stamp(changed))
	c.line("CREATED:" + stamp(created))
	c.line("LAST-MODIFIED:" + stamp(changed))
	c.line("SEQUENCE:" + strconv.Itoa(max(0, e.Sequence)))
	if c.organizer != "" {
		c.line(c.organizer)
	}
	if e.AllDay() {
		last := e.Days.Last
		if last.Before(e.Days.First) {
			last = e.Days.First
		}
		c.line("DTSTART;VALUE=DATE:" + day(e.Days.First))
		c.line("DTEND;VALUE=DATE:" + day(last.AddDays(1)))
	} else {
		c.line("DTSTART" + local(e, e.Start))
		if e.End.After(e.Start) {
			c.line("DTEND" + local(e, e.End))
		}
	}
	c.text("SUMMARY", e.Name)
	c.text("LOCATION", place(e))
	c.list("CATEGORIES", categories(e.Topics))
	if u := link(e.URL); u != "" {
		c.line("URL:" + u)
	}
	c.line("STATUS:" + status(e.Status))
	c.line("TRANSP:TRANSPARENT") // whoever follows a calendar of conferences is not busy on all their days
	c.line("CLASS:PUBLIC")
	c.line("END:VEVENT")
}

// status writes a status in the words of VEVENT. A postponed event does not
// take place on the days it still carries; of a missing one nobody knows.
func status(s content.Status) string {
	switch s {
	case content.Cancelled, content.Postponed:
		return "CANCELLED"
	case content.Missing:
		return "TENTATIVE"
	}
	return "CONFIRMED"
}

func day(d content.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// local writes parameters and value of a time in the event's zone, in UTC if
// that is its zone or its name means nothing.
func local(e *content.Event, t time.Time) string {
	loc := e.Location()
	if universal(loc) {
		return ":" + stamp(t)
	}
	return ";TZID=" + loc.String() + ":" + t.In(loc).Format("20060102T150405")
}

// text writes a property of type TEXT, unless it is empty.
func (c *calendar) text(name, value string) {
	if value = text(value); value != "" {
		c.line(name + ":" + escapeText(value))
	}
}

// list writes a property with several values.
func (c *calendar) list(name string, values []string) {
	if len(values) == 0 {
		return
	}
	escaped := make([]string, len(values))
	for i, v := range values {
		escaped[i] = escapeText(v)
	}
	c.line(name + ":" + strings.Join(escaped, ","))
}

var escapeText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace

// line writes a content line, folded so that no line is longer than 75 octets
// without its break and no character is cut in two (RFC 5545 3.1).
func (c *calendar) line(s string) {
	const limit = 75
	for room := limit; len(s) > room; room = limit - 1 {
		cut := room
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		c.b.WriteString(s[:cut])
		c.b.WriteString("\r\n ")
		s = s[cut:]
	}
	c.b.WriteString(s)
	c.b.WriteString("\r\n")
}
