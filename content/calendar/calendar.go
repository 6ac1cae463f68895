// Package calendar reads events: from events.yaml, which editors write by
// hand, and from iCalendar files (RFC 5545), which come from anywhere.
//
// It reads what is written and never guesses: a day stays a day, no midnight
// and no city is invented, and a time whose zone cannot be found out is a
// problem, not a time. It does not know what was read before, nor how files
// are found.
package calendar

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/standfirst/standfirst/content"
)

// Options are what a file does not say itself.
type Options struct {
	Source string    // name of the source, which its keys begin with
	Zone   string    // IANA name of the publication's zone: of times and days without one
	Now    time.Time // recurring events are unfolded from here
	Lang   string    // BCP 47: which of several texts is read
}

// Files come from strangers: what is beyond these is refused.
const (
	maxBytes  = 5 << 20
	maxEvents = 5000 // in one file
	maxTold   = 100  // problems of one file that are told one by one
	maxText   = 300  // letters of a name or a place
	maxTopics = 50
)

// location is the zone of the publication.
func (o Options) location() *time.Location {
	if loc, err := loadZone(o.Zone); err == nil {
		return loc
	}
	return time.UTC
}

// loadZone is time.LoadLocation without the names that mean the machine's zone.
func loadZone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	return time.LoadLocation(name)
}

// sheet gathers what is read from one file.
type sheet struct {
	name     string
	opt      Options
	loc      *time.Location // of the publication
	events   []content.FoundEvent
	problems []content.Problem
}

// problem notes a mistake that hides no event.
func (s *sheet) problem(line, column int, hint, format string, args ...any) {
	s.problems = append(s.problems, content.Problem{
		At:   content.Position{File: s.name, Line: line, Column: column},
		What: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// refuse notes a mistake for which an event, or all, cannot be read.
func (s *sheet) refuse(line, column int, hint, format string, args ...any) {
	s.problem(line, column, hint, format, args...)
	s.problems[len(s.problems)-1].Events = true
}

// refuseKey notes a mistake for which the event of that key cannot be read;
// an empty key means that nobody knows which.
func (s *sheet) refuseKey(key content.Key, line int, hint, format string, args ...any) {
	if key == "" {
		s.refuse(line, 0, hint, format, args...)
		return
	}
	s.problem(line, 0, hint, format, args...)
	s.problems[len(s.problems)-1].Keys = []content.Key{key}
}

// guard runs read on data of a bearable size, and survives it.
func (s *sheet) guard(data []byte, read func([]byte)) (events []content.FoundEvent, problems []content.Problem) {
	defer func() {
		if p := recover(); p != nil {
			s.refuse(0, 0, "", "the file cannot be read: %v", p)
			events, problems = nil, s.problems
		}
	}()
	if len(data) > maxBytes {
		s.refuse(0, 0, "", "the file has %d MB, more than %d", len(data)>>20, maxBytes>>20)
		return nil, s.problems
	}
	s.loc = s.opt.location()
	read(data)
	if len(s.events) > maxEvents {
		s.refuse(0, 0, "", "the file lists %d events: only the first %d are read", len(s.events), maxEvents)
		s.events = s.events[:maxEvents]
	}
	slices.SortStableFunc(s.problems, func(a, b content.Problem) int {
		return cmp.Or(cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	if more := len(s.problems) - maxTold; more > 0 {
		s.problems = s.problems[:maxTold]
		s.refuse(0, 0, "", "and %d problems more", more)
	}
	return s.events, s.problems
}

// plain is text on one line, without what does not show or changes direction.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFEFF, r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxText {
		s = strings.TrimSpace(string(r[:maxText-1])) + "…"
	}
	return s
}

// link is s if it is an absolute http or https address, else empty.
func link(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(s) > 2000 {
		return ""
	}
	return u.String()
}

// short bounds what a stranger may make a key of.
func short(s string) string {
	if len(s) <= 200 {
		return s
	}
	return fmt.Sprintf("%.32s…%x", strings.ToValidUTF8(s[:32], ""), sha256.Sum256([]byte(s)))
}
