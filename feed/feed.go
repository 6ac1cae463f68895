// Package feed writes the feeds of a publication: RSS 2.0, Atom 1.0, JSON Feed
// 1.1, iCalendar and OPML 2.0.
//
// There is one model. [Articles] and [Events] choose what a feed holds and
// clean every string at that border; each format is one file that only writes
// the model down. The same content gives the same bytes, today and tomorrow:
// no date, no id and no order depends on when or where a feed is made.
//
// The package does not know HTTP, SQL or the clock. The three syndication
// formats are gorilla/feeds' model and conversions, with what they get wrong
// put right around them; none of its types is seen outside.
package feed

import (
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A Format is a kind of document a feed can be written as. Its value is the
// ending of the file and of the address.
type Format string

// The formats.
const (
	RSS  Format = "rss"
	Atom Format = "atom"
	JSON Format = "json"
	ICS  Format = "ics"
	OPML Format = "opml"
)

// MediaType returns the registered type of the format, without parameters.
func (f Format) MediaType() string {
	switch f {
	case RSS:
		return "application/rss+xml"
	case Atom:
		return "application/atom+xml"
	case JSON:
		return "application/feed+json"
	case ICS:
		return "text/calendar"
	case OPML:
		return "text/x-opml"
	}
	return "application/octet-stream"
}

// A Publication is who publishes. URL is where readers reach the server, with
// or without a path; Domain and Year make the ids of everything in the feeds.
type Publication struct {
	Title       string
	Description string // one plain sentence; empty: the title
	URL         string // absolute, http or https
	Language    string // BCP 47; empty: en
	Copyright   string
	Icon        string // URL of a square picture
	Logo        string // URL of a wide one
	Stylesheet  string // URL of a CSS file for people who open a feed in a browser
	Hubs        []string

	// Domain and Year are the authority of the tag URIs (RFC 4151) that name
	// feeds and items: a domain the publication held at the beginning of that
	// year. Readers know an item by its id alone, so these must stay when the
	// address changes. Empty: the host of URL, without its port, and 2026.
	Domain string
	Year   int
}

// A Scope is the part of a publication a feed is about; the zero Scope is all
// of it. Names are compared by [Segment], so that a path of a request and a
// topic as an editor writes it are the same scope.
type Scope struct {
	Topic  string // of articles
	Author string // of articles
	City   string // of events; "online" for those without a city

	// Title follows the publication's title in that of the feed. Empty: the
	// topic, author or city.
	Title string
}

// Options say how much a feed gives away.
type Options struct {
	FullText bool // the whole body, where access is open; else the standfirst only
	Items    int  // at most so many; 0: 30. A calendar holds all events

	// Describe puts an event into the words of the publication's language, as
	// plain text. Nil, or empty results: the name in English, after "Cancelled"
	// or "Postponed" if it is; days and place.
	Describe func(*content.Event) (title, summary string)
}

func (o Options) items() int {
	if o.Items <= 0 {
		return 30
	}
	return o.Items
}

// A Feed is what all formats have in common. Make one with [Articles] or
// [Events], which clean what they are given; the writers trust it.
type Feed struct {
	ID          string // tag URI, the same in every format
	Title       string
	Description string
	Home        string // the page for people
	Base        string // the address without its ending; see Self
	Language    string
	Copyright   string
	Icon, Logo  string
	Stylesheet  string
	Hubs        []string
	Updated     time.Time // the newest change of an item, or the newest release of one
	Items       []Item    // newest first

	// Complete tells that the feed holds all there is: an item that a reader has
	// and that is not in it is no more (RFC 5005, section 2).
	Complete bool

	// Of the documents of a [Run], and without their endings:
	Page  string // where this page of the archive is; empty: this is no such page
	Older string // the page of the archive with what was published before; empty: none
	Newer string // the page with what was published after this one; empty: none

	owner    string // the publication's title
	domain   string
	calendar bool // made by Events: it has an ICS form
	alone    bool // made by Event
	events   []content.Event
}

// Formats returns the formats this feed can be written as.
func (f *Feed) Formats() []Format {
	if f.calendar {
		return []Format{RSS, Atom, JSON, ICS}
	}
	return []Format{RSS, Atom, JSON}
}

// Write writes the feed in a format. Its only error is a format it does not
// have.
func (f *Feed) Write(format Format) ([]byte, error) {
	s, err := f.Sheet(format)
	if err != nil {
		return nil, err
	}
	return s.Bytes(), nil
}

// Sheet is Write in pieces. A calendar is one piece.
func (f *Feed) Sheet(format Format) (*Sheet, error) {
	if !slices.Contains(f.Formats(), format) {
		return nil, &FormatError{format}
	}
	s := &Sheet{Items: make([]Fragment, len(f.Items))}
	var err error
	switch format {
	case RSS:
		s.Head, s.Foot, err = f.rssFrame()
	case Atom:
		s.Head, s.Foot, err = f.atomFrame()
	case JSON:
		s.between = ","
		s.Head, s.Foot, err = f.jsonFrame()
	case ICS:
		return &Sheet{Head: string(f.ICS())}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	for i := range f.Items {
		if s.Items[i], err = f.Items[i].fragment(format); err != nil {
			return nil, fmt.Errorf("feed: %s: %w", f.Items[i].ID, err)
		}
	}
	return s, nil
}

// RSS writes the feed as RSS 2.0, by the rules of the RSS Advisory Board.
func (f *Feed) RSS() ([]byte, error) { return f.Write(RSS) }

// Atom writes the feed as Atom 1.0 (RFC 4287).
func (f *Feed) Atom() ([]byte, error) { return f.Write(Atom) }

// JSON writes the feed as JSON Feed 1.1.
func (f *Feed) JSON() ([]byte, error) { return f.Write(JSON) }

// A FormatError is returned when a feed is asked for a format it does not have.
type FormatError struct{ Format Format }

// Error names the format.
func (e *FormatError) Error() string { return "feed: no form " + string(e.Format) }

// An Item is an article or an event in a feed. Title, Summary, names and
// categories are plain text; Content is HTML. Every URL is absolute.
type Item struct {
	ID         string // tag URI, from the ID of the article or event and nothing else
	URL        string
	Title      string
	Summary    string // never empty
	Content    string // empty: only the summary may be given away
	Language   string // empty: the feed's
	Authors    []content.Author
	Categories []string
	Image      content.Image
	Published  time.Time // whole seconds, UTC
	Updated    time.Time // never before Published

	// Tie tells items apart that were updated in the same second: less than a
	// million, and the same as long as the item is.
	Tie   int
	Event *Occasion // of events only

	set      *typeset  // nil: not yet
	released time.Time // when it came on the wire: back-dated items are news to the feed all the same
}

// An Occasion is when and where an event takes place, for the elements feeds
// have for that.
type Occasion struct {
	Start, End string // W3CDTF: a day, or an instant; End is the last day or empty
	Location   string
}
