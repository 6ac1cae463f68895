package web

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"path"
	"reflect"
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
//
// A build costs what has changed: articles are read and set in type when they
// are new or edited, and a document is made anew when it holds such a one.
type Shelf struct {
	Content     Content
	Publication feed.Publication
	Options     feed.Options
	// Imprints remembers the dates of documents when the program ends, and which
	// there ever were; nil: nobody does.
	Imprints Imprints

	filling sync.Mutex
	galleys feed.Galleys
	packs   packs
	stock   atomic.Pointer[stock]
}

// A stock is one filling of the shelf. It is never changed.
type stock struct {
	articles  []content.Entry // by the date on the article, newest first; without bodies
	events    []content.Event // by their first day
	labels    labels
	documents map[string]*Document // by path
	faces     map[string]*face     // by path, of all documents but those of the archive
	imprints  map[string]Imprint   // by path, of all documents that ever were
	runs      map[feed.Scope]*run
	calendars *calendars
}

// Filled reports whether the shelf was ever filled.
func (s *Shelf) Filled() bool { return s.stock.Load() != nil }

// Documents are all there are, by their paths. The paths are unescaped.
func (s *Shelf) Documents() iter.Seq2[string, *Document] { return maps.All(s.now().documents) }

// Document returns the feed at a path like "/feed.rss", unescaped. A page of
// the archive is found under the name of a content it no longer has as well:
// who is walking back meanwhile gets what is there now.
func (s *Shelf) Document(at string) (*Document, bool) {
	documents := s.now().documents
	d, ok := documents[at]
	if dir, file := path.Split(at); !ok && strings.HasSuffix(dir, "/archive/") {
		if number, _, named := strings.Cut(file, "-"); named {
			d, ok = documents[dir+number+path.Ext(file)]
		}
	}
	return d, ok
}

// Paths returns the paths of all documents in order, unescaped: those of the
// archive by their numbers.
func (s *Shelf) Paths() []string {
	var paths []string
	for at, d := range s.now().documents {
		if !d.Immutable {
			paths = append(paths, at)
		}
	}
	slices.Sort(paths)
	return paths
}

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
	marks, err := s.Content.ArticleMarks(ctx)
	if err != nil {
		return fmt.Errorf("shelf: articles: %w", err)
	}
	galleys, err := s.galleys.Fill(s.Publication, s.Options, marks, func(ids []string) ([]content.Entry, error) {
		return s.Content.Articles(ctx, content.ArticleQuery{IDs: ids, Bodies: true})
	})
	if err != nil {
		return fmt.Errorf("shelf: articles: %w", err)
	}
	events, err := s.Content.Events(ctx, content.EventQuery{})
	if err != nil {
		return fmt.Errorf("shelf: events: %w", err)
	}
	st := &stock{
		articles: listed(galleys), events: events, labels: labelsOf(galleys, events),
		documents: map[string]*Document{}, runs: map[feed.Scope]*run{},
	}
	if err := s.fill(st, s.now(), galleys); err != nil {
		return fmt.Errorf("shelf: %w", err)
	}
	if err := s.date(ctx, st, s.now(), time.Now()); err != nil {
		return fmt.Errorf("shelf: %w", err)
	}
	s.face(st, s.now())
	s.stock.Store(st)
	return nil
}

// face makes the faces of a stock.
func (s *Shelf) face(st, was *stock) {
	st.faces = make(map[string]*face, len(was.faces))
	for at, d := range st.documents {
		if d.Archive {
			continue
		}
		old := was.faces[at]
		if old == nil || old.ETag != d.ETag || !old.Modified.Equal(d.Modified) {
			old = newFace(d, route(at), old, &s.packs)
		}
		st.faces[at] = old
	}
}

// Pack compresses what is on the shelf and was not asked for yet, so that it
// lies ready when somebody does. It ends early with ctx.
func (s *Shelf) Pack(ctx context.Context) {
	for _, f := range s.now().faces {
		for c := range codings {
			if ctx.Err() != nil {
				return
			}
			f.body(coding(c))
		}
	}
}

// listed returns articles as lists for people want them: by the date on the
// article.
func listed(galleys []*feed.Galley) []content.Entry {
	list := make([]content.Entry, len(galleys))
	for i, g := range galleys {
		list[i] = g.Entry
	}
	slices.SortStableFunc(list, func(a, b content.Entry) int {
		return b.Article.Published.Compare(a.Article.Published)
	})
	return list
}

// fill makes the documents of a stock, or takes over those that another had.
func (s *Shelf) fill(st, was *stock, galleys []*feed.Galley) error {
	var err error
	if was.calendars != nil && reflect.DeepEqual(was.events, st.events) && slices.Equal(was.labels.cities, st.labels.cities) {
		st.calendars = was.calendars
	} else if st.calendars, err = s.calendars(st); err != nil {
		return err
	}
	// The calendar of one event comes first: where a city has its name, the
	// city's calendar has that event in it.
	maps.Copy(st.documents, st.calendars.documents)

	all, err := s.run(st, was, feed.Scope{}, galleys)
	if err != nil {
		return err
	}
	outline := []feed.Outline{all.outline, st.calendars.all}
	byTopic, byAuthor := map[string][]*feed.Galley{}, map[string][]*feed.Galley{}
	for _, g := range galleys {
		for _, l := range g.Topics {
			byTopic[l.Slug] = append(byTopic[l.Slug], g)
		}
		for _, l := range g.Authors {
			byAuthor[l.Slug] = append(byAuthor[l.Slug], g)
		}
	}
	for _, group := range []struct {
		title   string
		labels  []content.Label
		members map[string][]*feed.Galley
		scope   func(name string) feed.Scope
	}{
		{"Topics", st.labels.topics, byTopic, func(name string) feed.Scope { return feed.Scope{Topic: name} }},
		{"Authors", st.labels.authors, byAuthor, func(name string) feed.Scope { return feed.Scope{Author: name} }},
	} {
		var under []feed.Outline
		for _, l := range group.labels {
			r, err := s.run(st, was, group.scope(l.Name), group.members[l.Slug])
			if err != nil {
				return err
			}
			under = append(under, r.outline)
		}
		if len(under) > 0 {
			outline = append(outline, feed.Outline{Title: group.title, Feeds: under})
		}
	}
	if len(st.calendars.cities) > 0 {
		outline = append(outline, feed.Outline{Title: "Cities", Feeds: st.calendars.cities})
	}
	opml, err := feed.WriteOPML(s.Publication, outline)
	if err != nil {
		return err
	}
	d := &Document{
		Format: feed.OPML, Title: all.outline.Title, Body: opml, ETag: etag(opml),
		Self: s.Publication.URL + "/feeds.opml", Modified: all.updated,
	}
	st.documents["/feeds.opml"] = d
	return nil
}
