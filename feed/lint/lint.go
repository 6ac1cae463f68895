// Package lint finds what is wrong with a feed: RSS 2.0, Atom 1.0, JSON Feed
// 1.1, OPML 2.0 and iCalendar. It holds a feed to the rules of the W3C feed
// validator at its strictest level (the rules carry its names), of the JSON
// Feed specification and of RFC 5545, as far as they concern what a publisher
// writes. It is no parser for strangers' feeds.
//
// The package does not know how our feeds are made, and nothing of HTTP.
package lint

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Finding is one thing wrong with a feed.
type Finding struct {
	Rule    string // like InvalidRFC3339Date
	Warning bool   // readers will manage, but it is not right
	Line    int    // of the document, from 1; 0: unknown
	Where   string // like "item 3 guid"
	What    string // one sentence
}

// String writes the finding on one line.
func (f Finding) String() string {
	level := "error"
	if f.Warning {
		level = "warning"
	}
	return fmt.Sprintf("%d: %s: %s: %s (%s)", f.Line, level, f.Where, f.What, f.Rule)
}

// Limits of what is looked at; a feed beyond them is a finding itself.
const (
	maxBytes = 64 << 20
	maxDepth = 100
)

// Check returns what is wrong with a feed in a format: rss, atom, json, opml or
// ics. Dates after now are implausible; a zero now asks nothing of them.
func Check(format string, data []byte, now time.Time) (found []Finding) {
	l := &linter{now: now}
	defer func() {
		if r := recover(); r != nil {
			found = append(l.found, Finding{Rule: "Unreadable", Where: "document", What: fmt.Sprintf("cannot be read: %v", r)})
		}
	}()
	switch {
	case len(data) > maxBytes:
		l.fail(0, "document", "TooLarge", "is larger than %d bytes", maxBytes)
	case format == "rss":
		l.rss(data)
	case format == "atom":
		l.atom(data)
	case format == "json":
		l.json(data)
	case format == "opml":
		l.opml(data)
	case format == "ics":
		l.ics(data)
	default:
		l.fail(0, "document", "UnknownFormat", "no rules for %q", format)
	}
	slices.SortStableFunc(l.found, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return l.found
}

type linter struct {
	now   time.Time
	found []Finding
}

func (l *linter) fail(line int, where, rule, what string, args ...any) {
	l.found = append(l.found, Finding{Rule: rule, Line: line, Where: where, What: fmt.Sprintf(what, args...)})
}

func (l *linter) warn(line int, where, rule, what string, args ...any) {
	l.fail(line, where, rule, what, args...)
	l.found[len(l.found)-1].Warning = true
}
