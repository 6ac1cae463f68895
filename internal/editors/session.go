package editors

import (
	"strings"
	"time"
	"unicode"
)

// How long things last.
const (
	LinkFor = 30 * time.Minute
	StayFor = 14 * 24 * time.Hour // after the last visit

	// touchAfter is how old the note of the last visit may be: a page that is
	// only looked at writes at most so often.
	touchAfter = time.Hour
)

// A Link lets one editor in, once.
type Link struct {
	Hash  Hash
	Email string
	Until time.Time
}

// Works reports whether the link still lets anybody in.
func (l Link) Works(now time.Time) bool { return now.Before(l.Until) }

// A Session is an editor signed in with one browser.
type Session struct {
	Hash  Hash
	Email string
	Began time.Time
	Seen  time.Time // right to the hour
	Agent string    // what the browser says of itself
	Way   Way       // how the editor came in
}

// A Way is how somebody came in.
type Way string

// The ways.
const (
	ByLink     Way = "link"
	ByPassword Way = "password"
)

// Until is when the session ends if the editor does not come again.
func (s Session) Until() time.Time { return s.Seen.Add(StayFor) }

// Lives reports whether the session still holds.
func (s Session) Lives(now time.Time) bool { return now.Before(s.Until()) }

// stale reports whether this visit should be noted.
func (s Session) stale(now time.Time) bool { return now.Sub(s.Seen) >= touchAfter }

// fresh reports whether the session began with a link a moment ago: somebody
// who has forgotten their password may choose another, and need not know the
// old one.
func (s Session) fresh(now time.Time) bool { return s.Way == ByLink && now.Sub(s.Began) < LinkFor }

// printable leaves out what cannot be shown.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// agent makes a header from a stranger fit to be kept and shown.
func agent(header string) string {
	const most = 200
	s := printable(header)
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}
