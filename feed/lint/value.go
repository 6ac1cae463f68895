package lint

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// eldest is the first year feeds are believed to be from.
const eldest = 1990

// A spot is a value and where it stands.
type spot struct {
	line  int
	where string
	value string
}

func (l *linter) plausible(s spot, t time.Time) {
	if t.Year() < eldest {
		l.warn(s.line, s.where, "ImplausibleDate", "%s is before %d", s.value, eldest)
	} else if !l.now.IsZero() && t.After(l.now.Add(10*time.Minute)) {
		l.warn(s.line, s.where, "ImplausibleDate", "%s lies in the future", s.value)
	}
}

var rfc822 = regexp.MustCompile(`^(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:[+-]\d{4}|GMT|UT)$`)

// date822 checks a date of RSS: four digits of the year, the right weekday.
func (l *linter) date822(s spot) (time.Time, bool) {
	m := rfc822.FindStringSubmatch(s.value)
	var t time.Time
	var err error
	if m != nil {
		rest := s.value
		if m[1] != "" {
			rest = rest[len("Mon, "):]
		}
		rest = strings.Replace(strings.Replace(rest, " GMT", " +0000", 1), " UT", " +0000", 1)
		t, err = time.Parse("2 Jan 2006 15:04:05 -0700", rest)
	}
	if m == nil || err != nil {
		l.fail(s.line, s.where, "InvalidRFC2822Date", "%q is not a date like Tue, 02 Jun 2026 09:00:00 +0000", s.value)
		return t, false
	}
	if m[1] != "" && t.Weekday().String()[:3] != m[1] {
		l.fail(s.line, s.where, "IncorrectDOW", "that day was a %s, not a %s", t.Weekday(), m[1])
	}
	l.plausible(s, t)
	return t, true
}

var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// date3339 checks a date of Atom and JSON Feed.
func (l *linter) date3339(s spot) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s.value)
	if err != nil || !rfc3339.MatchString(s.value) {
		l.fail(s.line, s.where, "InvalidRFC3339Date", "%q is not a date like 2026-06-02T09:00:00Z", s.value)
		return t, false
	}
	l.plausible(s, t)
	return t, true
}

// w3cdtf checks a date that may be a day, and may lie in the future.
func (l *linter) w3cdtf(s spot) {
	for _, layout := range []string{"2006", "2006-01", time.DateOnly, "2006-01-02T15:04Z07:00", time.RFC3339} {
		if _, err := time.Parse(layout, s.value); err == nil {
			return
		}
	}
	l.fail(s.line, s.where, "InvalidW3CDTFDate", "%q is not a date like 2026-06-02", s.value)
}

var (
	fullURI = regexp.MustCompile(`^[a-zA-Z][0-9a-zA-Z+.-]*:(//(\[[0-9A-Fa-f:.]+\])?)?[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]+$`)
	tagURI  = regexp.MustCompile(`^tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*(#[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*)?$`)
	uuidURN = regexp.MustCompile(`(?i)^urn:uuid:[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$`)
	webURL  = regexp.MustCompile(`^https?://[^/]`)
)

// uri checks an absolute URI of ASCII characters.
func (l *linter) uri(s spot) bool {
	switch {
	case strings.HasPrefix(s.value, "tag:"):
		if !tagURI.MatchString(s.value) {
			l.fail(s.line, s.where, "InvalidTAG", "%q is not tag:domain,year:name; a port has no place in it", s.value)
			return false
		}
	case strings.HasPrefix(strings.ToLower(s.value), "urn:uuid:"):
		if !uuidURN.MatchString(s.value) {
			l.fail(s.line, s.where, "InvalidUUID", "%q is not a UUID", s.value)
			return false
		}
	case !fullURI.MatchString(s.value), strings.HasPrefix(s.value, "http") && !webURL.MatchString(s.value):
		l.fail(s.line, s.where, "InvalidFullLink", "%q is not an absolute URL", s.value)
		return false
	}
	return true
}

var language = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*$`)

func (l *linter) language(s spot) {
	if !language.MatchString(s.value) {
		l.fail(s.line, s.where, "InvalidLanguage", "%q is not a language tag", s.value)
	}
}

// contact checks the form a@b (Name), which RSS demands of its persons.
func (l *linter) contact(s spot) {
	address, name, named := strings.Cut(s.value, " (")
	if _, err := mail.ParseAddress(address); err != nil || !strings.Contains(address, "@") {
		l.fail(s.line, s.where, "InvalidContact", "%q is no e-mail address; use dc:creator for a name", s.value)
	} else if !named || !strings.HasSuffix(name, ")") {
		l.warn(s.line, s.where, "MissingRealName", "%q has no name in brackets", s.value)
	}
}

// chars checks for characters that tell of a wrong encoding.
func (l *linter) chars(s spot) {
	for _, r := range s.value {
		if r >= 0x80 && r <= 0x9F || r == 0xFFFD {
			l.warn(s.line, s.where, "BadCharacters", "U+%04X tells of a wrong encoding", r)
			return
		}
	}
}

var (
	endTag    = regexp.MustCompile(`</(\w+)>`)
	reference = regexp.MustCompile(`&(#?\w+);`)
	inAngles  = regexp.MustCompile(`<[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>`)
)

// plain checks text that must not be HTML. raw is how it is written: text that
// only looks like HTML is told apart by hexadecimal references.
func (l *linter) plain(s spot, raw, rule string) {
	if m := endTag.FindStringSubmatch(s.value); m != nil && known[strings.ToLower(m[1])] {
		l.warn(s.line, s.where, rule, "holds a tag, %s, which readers will show", m[0])
		return
	}
	if m := reference.FindString(s.value); m != "" && !strings.Contains(raw, "&#x") {
		l.warn(s.line, s.where, rule, "holds a reference, %s, which readers will show", m)
	}
}
