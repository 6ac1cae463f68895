package web

import (
	"net/http"
	"path"
	"strings"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/templates"
)

// feedsFirst answers for feeds before anything else looks at a request: there
// are more of these than of all others together, and nothing is to be decided
// about them but what [Server.show] decides.
func (s *Server) feedsFirst(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asks := r.Method == http.MethodGet || r.Method == http.MethodHead
		if f := s.Shelf.now().faces[r.URL.Path]; f != nil && asks && s.formerly(r) == "" {
			r.Pattern = f.route
			s.show(w, r, f)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// feed gives a document that is no [face] yet, which is a page of the archive,
// or tells what became of it. A query is tolerated and ignored: readers add
// things to addresses.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	d, ok := s.Shelf.Document(r.URL.Path)
	if ok {
		s.show(w, r, newFace(d, r.Pattern, nil, &s.Shelf.packs))
		return nil
	}
	if !s.Shelf.Filled() {
		return status(http.StatusServiceUnavailable)
	}
	at := spelled(r)
	if _, ok := s.Shelf.Document(at); ok && at != r.URL.Path {
		moved(w, r, at)
		return nil
	}
	if s.Shelf.Was(at) || s.Shelf.Was(r.URL.Path) {
		return status(http.StatusGone)
	}
	return notFound
}

// spelled is where a feed is whose topic, author or city somebody wrote as it
// stands in an article: /topics/Platform/feed.rss.
func spelled(r *http.Request) string {
	file := path.Base(r.URL.Path)
	if r.PathValue("page") != "" {
		file = "archive/" + file
	}
	if topic := r.PathValue("topic"); topic != "" {
		return "/topics/" + feed.Segment(topic) + "/" + file
	}
	if author := r.PathValue("author"); author != "" {
		return "/authors/" + feed.Segment(author) + "/" + file
	}
	if r.PathValue("city") == "" {
		return r.URL.Path
	}
	ending := path.Ext(file)
	return "/events/" + feed.Segment(strings.TrimSuffix(file, ending)) + ending
}

// route is the pattern of [Server.routes] that leads to a document which is not
// of the archive.
func route(at string) string {
	switch {
	case strings.HasPrefix(at, "/topics/"):
		return "GET /topics/{topic}/{feed}"
	case strings.HasPrefix(at, "/authors/"):
		return "GET /authors/{author}/{feed}"
	case strings.HasPrefix(at, "/events/"):
		return "GET /events/{city}"
	}
	return "GET " + at
}

// feedList is the page that lists all feeds for people.
func (s *Server) feedList(w http.ResponseWriter, r *http.Request) error {
	l, labels := s.locale(), s.Shelf.now().labels
	v := &templates.FeedsPage{
		Page:    s.page(r, l, l.Message("feeds.title")),
		All:     feedSet(l.Message("feeds.all"), "/feed"),
		Topics:  feedSets(labels.topics, "/topics/"),
		Authors: feedSets(labels.authors, "/authors/"),
		OPML:    "/feeds.opml",
		Calendars: []templates.Link{
			{Label: l.Message("feeds.all_events"), URL: s.at("/events.ics")},
		},
	}
	v.Canonical = s.at("/feeds")
	if _, ok := s.Shelf.Document("/feed/archive/1.rss"); ok {
		v.Oldest = feedSet(l.Message("feeds.oldest"), "/feed/archive/1")
	}
	v.Events = append(v.Events, feedSet(l.Message("feeds.all_events"), "/events"))
	for _, c := range labels.cities {
		v.Calendars = append(v.Calendars, templates.Link{Label: l.Message("feeds.city", "city", c.Name), URL: s.at("/events/" + c.Slug + ".ics")})
		v.Events = append(v.Events, feedSet(l.Message("feeds.city", "city", c.Name), "/events/"+c.Slug))
	}
	return s.public(w, r, v)
}

func feedSet(label, base string) templates.FeedSet {
	return templates.FeedSet{Label: label, RSS: base + ".rss", Atom: base + ".atom", JSON: base + ".json"}
}

func feedSets(labels []content.Label, under string) []templates.FeedSet {
	var sets []templates.FeedSet
	for _, l := range labels {
		sets = append(sets, feedSet(l.Name, under+l.Slug+"/feed"))
	}
	return sets
}
