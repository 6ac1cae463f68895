package content

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// A Source is a place where articles and events are kept. Read looks at all of
// it, or says what it could not look at; it never guesses. A Source does not
// know what was read before: deciding what is new is [Reconcile]'s.
type Source interface {
	// Name identifies the source in the database and on pages, like
	// "dir:examples/lead". Two sources never share a name.
	Name() string
	// Read returns what the source shows at now. An error means that nothing
	// was learned (the folder is not there, the server did not answer); a bad
	// item is no error but a Problem of the Listing.
	Read(ctx context.Context, now time.Time) (*Listing, error)
}

// A Listing is what one reading of a source showed.
type Listing struct {
	Articles []Found
	Events   []FoundEvent
	Drafts   int // seen and left alone
	Problems []Problem
	// Unread are keys of items that are there but could not be read: what they
	// stand for is kept as it is.
	Unread []Key
	// Complete tells that absence means gone: a folder or a full calendar, but
	// never one page of a feed.
	Complete bool
}

// Found is an article as a source shows it now. Its ID, Source and Slug are
// not set, but for Slug as a wish.
type Found struct {
	Article
	Keys []Key     // what it may be recognised by; never empty
	Due  time.Time // when it is to become public; zero or past: it is
	Hash string    // of everything a reader would see; equal hashes mean nothing was edited
	// Text is a mark of what is written, whatever its file, address and title:
	// equal ones are the same piece under two names. Of a text too short to tell,
	// title and day are part of it. Empty: nothing is known of the text.
	Text string
	At   Position
	// Ours tells that our own server shows the article, below its slug: URL
	// ends in the slug wished for, and is [Found.URLAt] once another is given.
	// Such an address is no evidence of what the article is, other than within
	// its source, and no key that is true everywhere.
	Ours bool
	// Known tells that readers know the article already, whenever its source
	// shows it first: it enters the wire like one of the first sync.
	Known bool
}

// URLAt is where readers read the article if it is given this slug, which
// matters only where our own server shows it.
func (f *Found) URLAt(slug string) string {
	if !f.Ours || slug == f.Slug {
		return f.URL
	}
	return strings.TrimSuffix(f.URL, url.PathEscape(f.Slug)) + url.PathEscape(slug)
}

// FoundEvent is an event as a source shows it now, without its ID.
type FoundEvent struct {
	Event
	Keys []Key
	// Offset is set instead of Days when the source gives days relative to the
	// day the event is first seen ("start: +42d"), which samples need: the
	// first day is that many days later and Days holds the length. Resolved
	// once; afterwards the event keeps its days.
	Offset   int
	Relative bool
	At       Position
}

// A Key is something an article or event can be recognised by. Each owns a set
// of them. Keys of one source begin with its name, keys that are true
// everywhere (URLs that others gave) with "url:"; two items never share a key.
// After the name of the source, "id:" and "at:" say that an identifier or an
// address follows which people wrote, and may be told.
type Key string

// A Position is a place in a file, for messages; Line and Column count from 1,
// 0 is unknown.
type Position struct {
	File         string
	Line, Column int
}

// String writes file:line:column as far as known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// A Problem is something wrong with one item of a source, in words for the
// person who can mend it.
type Problem struct {
	At   Position
	What string
	Hint string // a way out, if we know one
	// Keys are those of what stands behind the problem, which is kept as it is.
	Keys []Key
	// Events tells that events may stand behind it, and nobody knows which:
	// while it lasts, none that is not shown is taken for gone.
	Events bool
}

// Error writes the problem on one line.
func (p Problem) Error() string {
	s := p.What
	if p.At.File != "" {
		s = p.At.String() + ": " + s
	}
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}
