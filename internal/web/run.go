package web

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

// A run is the documents of one scope of articles: a feed in its formats, and
// the archive behind it. It is never changed.
type run struct {
	galleys   []*feed.Galley
	documents map[string]*Document // by path
	outline   feed.Outline
	updated   time.Time
}

// run puts the documents of a scope into a stock. What the last filling has of
// it is taken over: all, if it held the same articles, and else the pages of
// the archive that do.
func (s *Shelf) run(st, was *stock, scope feed.Scope, galleys []*feed.Galley) (*run, error) {
	r := was.runs[scope]
	if r == nil || !slices.Equal(r.galleys, galleys) {
		made := feed.NewRun(s.Publication, scope, galleys, s.Options)
		newest := made.Feed()
		r = &run{
			galleys: galleys, documents: map[string]*Document{},
			outline: newest.Outline(feed.RSS), updated: newest.Updated.UTC().Truncate(time.Second),
		}
		if err := s.put(r.documents, newest); err != nil {
			return nil, err
		}
		for n := range made.Pages() {
			if err := s.putPage(r.documents, was, made, n+1); err != nil {
				return nil, err
			}
		}
	}
	st.runs[scope] = r
	maps.Copy(st.documents, r.documents)
	return r, nil
}

// put makes the documents of a feed.
func (s *Shelf) put(to map[string]*Document, f *feed.Feed) error {
	for _, format := range f.Formats() {
		at, err := s.path(f.Self(format))
		if err != nil {
			return err
		}
		if to[at], err = newDocument(f, format); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

// putPage puts a page of the archive under the name of its content, where it
// stays for ever, and under its number, where it is as long as nothing changes.
func (s *Shelf) putPage(to map[string]*Document, was *stock, made *feed.Run, n int) error {
	byContent, err := s.path(made.Address(n, true))
	if err != nil {
		return err
	}
	byNumber, err := s.path(made.Address(n, false))
	if err != nil {
		return err
	}
	var page *feed.Feed
	for _, format := range []feed.Format{feed.RSS, feed.Atom, feed.JSON} {
		ending := "." + string(format)
		d := was.documents[byContent+ending]
		if d == nil {
			if page == nil {
				page = made.Page(n)
			}
			if d, err = newDocument(page, format); err != nil {
				return fmt.Errorf("%s: %w", byNumber, err)
			}
			d.Immutable = true
		}
		to[byContent+ending] = d
		passing := *d
		passing.Immutable = false
		to[byNumber+ending] = &passing
	}
	return nil
}

// path returns the path of an address of ours as a request has it.
func (s *Shelf) path(address string) (string, error) {
	at, err := url.PathUnescape(strings.TrimPrefix(address, strings.TrimRight(s.Publication.URL, "/")))
	if err != nil {
		return "", fmt.Errorf("address of a feed: %w", err)
	}
	return at, nil
}

// calendars are the documents that hold events. They are never changed.
type calendars struct {
	documents map[string]*Document // by path
	all       feed.Outline
	cities    []feed.Outline
}

// calendars makes the feeds of events: of all, of each city, and of each event
// alone, for the link in a letter.
func (s *Shelf) calendars(st *stock) (*calendars, error) {
	c := &calendars{documents: map[string]*Document{}}
	make := func(of feed.Scope, events []content.Event) *feed.Feed {
		return feed.Events(s.Publication, of, events, s.Options)
	}
	for i := range st.events {
		f := feed.Event(s.Publication, st.events[i], s.Options)
		at, err := s.path(f.Self(feed.ICS))
		if err != nil {
			return nil, err
		}
		if c.documents[at], err = newDocument(f, feed.ICS); err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
	}
	everywhere := make(feed.Scope{Title: "Events"}, st.events)
	c.all = everywhere.Outline(feed.RSS)
	feeds := []*feed.Feed{everywhere}
	for _, l := range st.labels.cities {
		f := make(feed.Scope{City: l.Name}, st.events)
		c.cities = append(c.cities, f.Outline(feed.RSS))
		feeds = append(feeds, f)
	}
	for _, f := range feeds {
		if err := s.put(c.documents, f); err != nil {
			return nil, err
		}
	}
	return c, nil
}
