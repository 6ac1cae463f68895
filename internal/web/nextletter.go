package web

import (
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
)

// slot returns when a newsletter goes out next to a reader of a zone, which may
// be empty, in the zone that the reader goes by; the zero time if it has no
// slots.
func slot(n *digest.Newsletter, zone string, after time.Time) time.Time {
	in := n.Zone
	if in == nil {
		in = time.UTC
	}
	if loc, err := time.LoadLocation(zone); err == nil && zone != "" {
		in = loc
	}
	if n.ReaderZone { // for this reader, it is a newsletter of their zone
		own := *n
		own.ReaderZone, own.Zone = false, in
		n = &own
	}
	at := n.Next(after)
	if at.IsZero() {
		return at
	}
	return at.In(in)
}

// instantOf writes a slot: the day and the time with its zone.
func instantOf(l *i18n.Locale, at time.Time) string {
	return l.Join([]string{l.FullDay(at), l.Time(at)})
}

// next says when a newsletter goes out next to a reader of a zone.
func next(l *i18n.Locale, n *digest.Newsletter, zone string, now time.Time) string {
	if n.Instant() {
		return l.Message("reader.next_instant")
	}
	at := slot(n, zone, now)
	if at.IsZero() {
		return ""
	}
	return l.Message("reader.next", "time", instantOf(l, at))
}

// A coming letter is the first that a reader may get.
type coming struct {
	newsletter *digest.Newsletter // nil: none will come
	at         time.Time          // zero: as soon as something is published
}

// coming returns the first letter a reader may get after now, and after a pause.
func (s *Server) comingTo(h *holder, now time.Time) coming {
	if h.reader.Paused.After(now) {
		now = h.reader.Paused
	}
	var first coming
	for _, n := range s.Newsletters {
		if !h.reader.Takes(n.Name, h.subs) {
			continue
		}
		if n.Instant() {
			return coming{newsletter: n}
		}
		at := slot(n, h.reader.Timezone, now)
		if !at.IsZero() && (first.newsletter == nil || at.Before(first.at)) {
			first = coming{n, at}
		}
	}
	return first
}

// first tells a reader who has just confirmed when the first letter comes.
func (s *Server) first(l *i18n.Locale, h *holder, now time.Time) string {
	c := s.comingTo(h, now)
	if c.newsletter == nil || c.at.IsZero() {
		return l.Message("reader.first_instant")
	}
	return l.Message("reader.first", "newsletter", c.newsletter.Title, "time", instantOf(l, c.at))
}

// saved tells a reader who has just changed something when the next letter
// comes.
func (s *Server) saved(l *i18n.Locale, h *holder, now time.Time) string {
	c := s.comingTo(h, now)
	switch {
	case h.reader.Silent():
		return l.Message("reader.saved_silent")
	case c.newsletter == nil:
		return l.Message("reader.saved_none")
	case c.at.IsZero():
		return l.Message("reader.saved_instant")
	}
	return l.Message("reader.saved", "newsletter", c.newsletter.Title, "time", instantOf(l, c.at))
}
