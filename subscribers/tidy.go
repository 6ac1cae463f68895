package subscribers

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// errNothing says that a sign-up names no newsletter.
var errNothing = errors.New("a sign-up for no newsletter")

// Tidy returns a request as it may be kept: its address as [ParseAddress]
// returns it, its texts no longer than a column of an import may be, without
// control characters, and without a language or a zone that does not exist.
// Errors are *[AddressError], but for a sign-up that names no newsletter.
func (r Request) Tidy() (Request, error) {
	email, err := ParseAddress(r.Email)
	if err != nil {
		return r, err
	}
	r.Email = email
	r.Name = oneLine(r.Name, maxName)
	r.Newsletters, r.Topics, r.Cities = lines(r.Newsletters), lines(r.Topics), lines(r.Cities)
	r.Language, r.Timezone = tongue(r.Language), zone(r.Timezone)
	r.Consent = r.Consent.Tidy()
	if r.Kind == SignUp && len(r.Newsletters) == 0 {
		return r, errNothing
	}
	return r, nil
}

// Tidy returns a profile as it may be kept, see [Request.Tidy].
func (p Profile) Tidy() Profile {
	p.Newsletters, p.Topics, p.Cities = lines(p.Newsletters), lines(p.Topics), lines(p.Cities)
	p.Language, p.Timezone = tongue(p.Language), zone(p.Timezone)
	return p
}

// Tidy returns a consent as it may be kept: its texts capped, and storable.
func (c Consent) Tidy() Consent {
	c.Way = oneLine(c.Way, maxWay)
	c.Network = oneLine(c.Network, 64)
	c.Newsletters = lines(c.Newsletters)
	c.Language = tongue(c.Language)
	c.Text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(c.Text, "\ufffd"))
	c.Text = clipped(strings.TrimSpace(c.Text), maxConsentText)
	return c
}

// oneLine returns s as one line of at most n bytes.
func oneLine(s string, n int) string {
	if len(s) > 8*n { // before it is looked at
		s = s[:8*n]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return clipped(tidy(s), n)
}

// clipped returns the first n bytes of s at most, whole characters.
func clipped(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimSpace(s[:n])
}

// lines returns a list of names as it may be kept: sorted, each once, and not
// too many; nil when there is none.
func lines(names []string) []string {
	var list []string
	for _, n := range names[:min(len(names), maxList)] {
		if n = oneLine(n, maxName); n != "" {
			list = append(list, n)
		}
	}
	return set(list)
}

// tongue returns a BCP 47 tag as it is written, or nothing.
func tongue(s string) string {
	tag, err := language.Parse(s[:min(len(s), 64)])
	if err != nil || len(s) > 64 || tag == language.Und {
		return ""
	}
	return tag.String()
}

// zone returns the name of a time zone that exists, or nothing.
func zone(s string) string {
	if len(s) > 64 || s == "Local" {
		return ""
	}
	if _, err := time.LoadLocation(s); err != nil {
		return ""
	}
	return s
}
