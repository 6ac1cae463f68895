package web

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

// A Shelf holds all feeds as bytes. They are made when content changes, never
// for a request, and swapped whole, so that no feed is ever half written.
type Shelf struct {
	Content     Content
	Publication feed.Publication
	Options     feed.Options

	building sync.Mutex
	made     atomic.Pointer[shelf]
}

type shelf struct {
	documents map[string]*Document // by path
	topics    []content.Label
	authors   []content.Label
	cities    []content.Label
}

// A Document is one feed in one format.
type Document struct {
	Format   feed.Format
	Title    string
	Body     []byte
	ETag     string
	Modified time.Time // of its content, in whole seconds; grows with every change
}

// Document returns what lies at a path like "/feed.rss".
func (s *Shelf) Document(path string) (*Document, bool) {
	made := s.made.Load()
	if made == nil {
		return nil, false
	}
	d, ok := made.documents[path]
	return d, ok
}

// Paths returns the paths of all documents in order.
func (s *Shelf) Paths() []string {
	made := s.made.Load()
	if made == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(made.documents))
}

// Labels returns the topics, authors and cities there are feeds of, most used
// first.
func (s *Shelf) Labels() (topics, authors, cities []content.Label) {
	if made := s.made.Load(); made != nil {
		return made.topics, made.authors, made.cities
	}
	return nil, nil, nil
}

// Build makes all documents from what is public now.
func (s *Shelf) Build(ctx context.Context) error {
	s.building.Lock()
	defer s.building.Unlock()
	entries, err := s.Content.Articles(ctx, content.ArticleQuery{Bodies: true})
	if err != nil {
		return fmt.Errorf("feeds: articles: %w", err)
	}
	events, err := s.Content.Events(ctx, content.EventQuery{Past: true})
	if err != nil {
		return fmt.Errorf("feeds: events: %w", err)
	}
	b := &builder{shelf: &shelf{documents: map[string]*Document{}}, old: s.made.Load()}
	b.topics, b.authors, b.cities = labels(entries, events)
	if err := b.all(s, entries, events); err != nil {
		return fmt.Errorf("feeds: %w", err)
	}
	s.made.Store(b.shelf)
	return nil
}

// builder gathers one shelf.
type builder struct {
	*shelf
	old     *shelf
	outline []feed.Outline
}

func (b *builder) all(s *Shelf, entries []content.Entry, events []content.Event) error {
	all := feed.Articles(s.Publication, feed.Scope{}, entries, s.Options)
	calendar := feed.Events(s.Publication, feed.Scope{Title: "Events"}, events, s.Options)
	b.outline = append(b.outline, all.Outline(feed.RSS), calendar.Outline(feed.RSS))
	feeds := []*feed.Feed{all, calendar}
	for _, of := range []struct {
		title  string
		labels []content.Label
		make   func(name string) *feed.Feed
	}{
		{"Topics", b.topics, func(name string) *feed.Feed {
			return feed.Articles(s.Publication, feed.Scope{Topic: name}, entries, s.Options)
		}},
		{"Authors", b.authors, func(name string) *feed.Feed {
			return feed.Articles(s.Publication, feed.Scope{Author: name}, entries, s.Options)
		}},
		{"Cities", b.cities, func(name string) *feed.Feed {
			return feed.Events(s.Publication, feed.Scope{City: name}, events, s.Options)
		}},
	} {
		group := feed.Outline{Title: of.title}
		for _, l := range of.labels {
			f := of.make(l.Name)
			feeds = append(feeds, f)
			group.Feeds = append(group.Feeds, f.Outline(feed.RSS))
		}
		if len(group.Feeds) > 0 {
			b.outline = append(b.outline, group)
		}
	}
	// A calendar of one event, for the link in a letter. A city's wins where
	// they have the same name.
	for i := range events {
		f := feed.Events(s.Publication, feed.Scope{}, events[i:i+1], s.Options)
		path := "/events/" + events[i].Slug + ".ics"
		if _, taken := b.documents[path]; !taken {
			body, err := f.Write(feed.ICS)
			if err != nil {
				return err
			}
			b.put(path, feed.ICS, f, body)
		}
	}
	for _, f := range feeds {
		for _, format := range f.Formats() {
			body, err := f.Write(format)
			if err != nil {
				return fmt.Errorf("%s: %w", f.Self(format), err)
			}
			b.put(strings.TrimPrefix(f.Self(format), strings.TrimRight(s.Publication.URL, "/")), format, f, body)
		}
	}
	body, err := feed.WriteOPML(s.Publication, b.outline)
	if err != nil {
		return err
	}
	b.put("/feeds.opml", feed.OPML, all, body)
	return nil
}

// put keeps a document. Last-Modified comes from the content, and is moved on
// when the bytes changed and it would not: an article that was withdrawn
// leaves no later date behind.
func (b *builder) put(path string, format feed.Format, f *feed.Feed, body []byte) {
	d := &Document{Format: format, Title: f.Title, Body: body, ETag: etag(body), Modified: f.Updated.UTC().Truncate(time.Second)}
	if b.old != nil {
		if was, ok := b.old.documents[path]; ok {
			switch {
			case bytes.Equal(was.Body, body):
				d.Modified = was.Modified
			case !d.Modified.After(was.Modified):
				d.Modified = was.Modified.Add(time.Second)
			}
		}
	}
	b.documents[path] = d
}

// labels counts topics, authors and cities, most used first.
func labels(entries []content.Entry, events []content.Event) (topics, authors, cities []content.Label) {
	t, a, c := &tally{}, &tally{}, &tally{}
	for i := range entries {
		for _, name := range entries[i].Article.Topics {
			t.add(name)
		}
		for _, author := range entries[i].Article.Authors {
			a.add(author.Name)
		}
	}
	for i := range events {
		switch e := &events[i]; {
		case e.City != "":
			c.add(e.City)
		case e.Online:
			c.add("Online")
		}
	}
	return t.sorted(), a.sorted(), c.sorted()
}

// tally counts names that have the same segment in a path.
type tally struct{ by map[string]*content.Label }

func (t *tally) add(name string) {
	slug := feed.Segment(name)
	if slug == "" {
		return
	}
	if t.by == nil {
		t.by = map[string]*content.Label{}
	}
	l, ok := t.by[slug]
	if !ok {
		l = &content.Label{Name: name, Slug: slug}
		t.by[slug] = l
	}
	l.Count++
}

func (t *tally) sorted() []content.Label {
	var all []content.Label
	for _, l := range t.by {
		all = append(all, *l)
	}
	slices.SortFunc(all, func(a, b content.Label) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Slug, b.Slug)
	})
	return all
}
