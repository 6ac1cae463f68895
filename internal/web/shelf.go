package web

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

// A Shelf holds what is public now: the lists that pages show, and all feeds
// as bytes. It is filled when content changes, never for a request, and
// swapped whole, so that nobody sees half of a change.
type Shelf struct {
	Content     Content
	Publication feed.Publication
	Options     feed.Options

	filling sync.Mutex
	stock   atomic.Pointer[stock]
}

// A stock is one filling of the shelf. It is never changed.
type stock struct {
	articles  []content.Entry // by the date on the article, newest first; without bodies
	events    []content.Event // by their first day
	labels    labels
	documents map[string]*Document // by path
}

// A Document is one feed in one format.
type Document struct {
	Format   feed.Format
	Title    string
	Body     []byte
	ETag     string
	Modified time.Time // of its content, in whole seconds; grows with every change
}

// Filled reports whether the shelf was ever filled.
func (s *Shelf) Filled() bool { return s.stock.Load() != nil }

// Document returns the feed at a path like "/feed.rss", unescaped.
func (s *Shelf) Document(path string) (*Document, bool) {
	d, ok := s.now().documents[path]
	return d, ok
}

// Paths returns the paths of all documents in order, unescaped.
func (s *Shelf) Paths() []string { return slices.Sorted(maps.Keys(s.now().documents)) }

// now returns what is on the shelf; nothing, if it was never filled.
func (s *Shelf) now() *stock {
	if st := s.stock.Load(); st != nil {
		return st
	}
	return &stock{}
}

// Build fills the shelf with what is public now. An error leaves it as it was.
func (s *Shelf) Build(ctx context.Context) error {
	s.filling.Lock()
	defer s.filling.Unlock()
	entries, err := s.Content.Articles(ctx, content.ArticleQuery{Bodies: true})
	if err != nil {
		return fmt.Errorf("shelf: articles: %w", err)
	}
	events, err := s.Content.Events(ctx, content.EventQuery{})
	if err != nil {
		return fmt.Errorf("shelf: events: %w", err)
	}
	st := &stock{
		articles: listed(entries), events: events,
		labels: labelsOf(entries, events), documents: map[string]*Document{},
	}
	if err := s.write(st, entries); err != nil {
		return fmt.Errorf("shelf: %w", err)
	}
	s.stock.Store(st)
	return nil
}

// listed returns entries as lists for people want them: by the date on the
// article, and light.
func listed(entries []content.Entry) []content.Entry {
	list := slices.Clone(entries)
	for i := range list {
		a := *list[i].Article
		a.Body = ""
		list[i].Article = &a
	}
	slices.SortStableFunc(list, func(a, b content.Entry) int {
		return b.Article.Published.Compare(a.Article.Published)
	})
	return list
}

// write makes all documents of a stock.
func (s *Shelf) write(st *stock, entries []content.Entry) error {
	articles := func(of feed.Scope) *feed.Feed { return feed.Articles(s.Publication, of, entries, s.Options) }
	calendar := func(of feed.Scope, events []content.Event) *feed.Feed {
		return feed.Events(s.Publication, of, events, s.Options)
	}

	// A calendar of one event, for the link in a letter. They come first: where
	// a city has the name of an event, its calendar has that event in it.
	for i := range st.events {
		f := calendar(feed.Scope{}, st.events[i:i+1])
		if err := s.put(st, "/events/"+st.events[i].Slug+".ics", f, feed.ICS); err != nil {
			return err
		}
	}

	everything := []*feed.Feed{articles(feed.Scope{}), calendar(feed.Scope{Title: "Events"}, st.events)}
	outline := outlines(everything)
	for _, group := range []struct {
		title  string
		labels []content.Label
		make   func(name string) *feed.Feed
	}{
		{"Topics", st.labels.topics, func(name string) *feed.Feed { return articles(feed.Scope{Topic: name}) }},
		{"Authors", st.labels.authors, func(name string) *feed.Feed { return articles(feed.Scope{Author: name}) }},
		{"Cities", st.labels.cities, func(name string) *feed.Feed { return calendar(feed.Scope{City: name}, st.events) }},
	} {
		var feeds []*feed.Feed
		for _, l := range group.labels {
			feeds = append(feeds, group.make(l.Name))
		}
		if len(feeds) > 0 {
			outline = append(outline, feed.Outline{Title: group.title, Feeds: outlines(feeds)})
		}
		everything = append(everything, feeds...)
	}
	for _, f := range everything {
		for _, format := range f.Formats() {
			path, err := s.path(f.Self(format))
			if err != nil {
				return err
			}
			if err := s.put(st, path, f, format); err != nil {
				return err
			}
		}
	}
	opml, err := feed.WriteOPML(s.Publication, outline)
	if err != nil {
		return err
	}
	s.keep(st, "/feeds.opml", &Document{
		Format: feed.OPML, Title: everything[0].Title, Body: opml, Modified: everything[0].Updated,
	})
	return nil
}

func outlines(feeds []*feed.Feed) []feed.Outline {
	var list []feed.Outline
	for _, f := range feeds {
		list = append(list, f.Outline(feed.RSS))
	}
	return list
}

// path returns the path of an address of ours as a request has it.
func (s *Shelf) path(address string) (string, error) {
	path, err := url.PathUnescape(strings.TrimPrefix(address, strings.TrimRight(s.Publication.URL, "/")))
	if err != nil {
		return "", fmt.Errorf("address of a feed: %w", err)
	}
	return path, nil
}

func (s *Shelf) put(st *stock, path string, f *feed.Feed, format feed.Format) error {
	body, err := f.Write(format)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	s.keep(st, path, &Document{Format: format, Title: f.Title, Body: body, Modified: f.Updated})
	return nil
}

// keep puts a document into a stock. Last-Modified comes from the content, and
// is moved on when the bytes changed and it would not: an article that was
// withdrawn leaves no later date behind.
func (s *Shelf) keep(st *stock, path string, d *Document) {
	d.ETag, d.Modified = etag(d.Body), d.Modified.UTC().Truncate(time.Second)
	if was, ok := s.now().documents[path]; ok {
		switch {
		case bytes.Equal(was.Body, d.Body):
			d.Modified = was.Modified
		case !d.Modified.After(was.Modified):
			d.Modified = was.Modified.Add(time.Second)
		}
	}
	st.documents[path] = d
}
