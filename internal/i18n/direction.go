package i18n

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// The characters that keep a piece of text together whatever runs around it.
const (
	ltr    = "\u2066" // left to right until end
	rtl    = "\u2067" // right to left until end
	anyway = "\u2068" // in the direction of its first letter until end
	end    = "\u2069"
)

// Isolate returns s so that it stays together among words of the locale, also
// where it, or what stands beside it, runs the other way. Within messages this
// is done for whatever is filled in.
func (l *Locale) Isolate(s string) string { return l.embed(s) }

// firstRTL is the first character that can run from right to left: Hebrew begins
// there.
const firstRTL = '\u0590'

// embed isolates s if any of it runs against the locale. What is isolated
// already stays as it is, and so does a web address.
func (l *Locale) embed(s string) string {
	for _, mark := range []string{ltr, rtl, anyway} {
		if strings.HasPrefix(s, mark) {
			return s
		}
	}
	if strings.Contains(s, "://") || !l.against(s) {
		return s
	}
	return anyway + s + end
}

// against reports whether s has a letter of the other direction.
func (l *Locale) against(s string) bool {
	for _, r := range s {
		if l.Dir == "ltr" && r < firstRTL {
			continue // most of what is asked for
		}
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			if l.Dir == "rtl" {
				return true
			}
		case bidi.R, bidi.AL:
			if l.Dir == "ltr" {
				return true
			}
		}
	}
	return false
}
