package web

import (
	"net/http"
	"net/url"
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
			lineOf(r.Context()).attend(false)
			s.show(w, r, f)
			return
		}
		lineOf(r.Context()).attend(true)
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
		return Status(http.StatusServiceUnavailable)
	}
	to := spelled(r)
	at, err := url.PathUnescape(to)
	if err != nil {
		return NotFound
	}
	if _, ok := s.Shelf.Document(at); ok && at != r.URL.Path {
		moved(w, r, to)
		return nil
	}
	if s.Shelf.Was(at) || s.Shelf.Was(r.URL.Path) {
		return Status(http.StatusGone)
	}
	return NotFound
}

// spelled is where a feed is, escaped, whose topic, author or city somebody
// wrote as it stands in an article: /topics/Platform/feed.rss.
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
	city := r.PathValue("city")
	if city == "" {
		return r.URL.EscapedPath()
	}
	ending := path.Ext(city)
	return "/events/" + feed.Segment(strings.TrimSuffix(city, ending)) + ending
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
	v, labels := s.voice(r), s.Shelf.now().labels
	p := &templates.FeedsPage{
		Page:    s.publicPage(r, v, v.Message("feeds.title")),
		All:     feedSet(v.Message("feeds.all"), v.to("/articles"), "/feed"),
		Topics:  feedSets(v, labels.topics, "/topics/"),
		Authors: feedSets(v, labels.authors, "/authors/"),
		OPML:    "/feeds.opml",
		Address: s.at("/feed.rss"),
		Calendars: []templates.Link{
			{Label: v.Message("feeds.all_events"), URL: s.at("/events.ics")},
		},
	}
	p.Canonical, p.Description = s.at("/feeds"), v.Message("feeds.intro")
	if _, ok := s.Shelf.Document("/feed/archive/1.rss"); ok {
		p.Oldest = feedSet(v.Message("feeds.oldest"), "", "/feed/archive/1")
	}
	p.Events = append(p.Events, feedSet(v.Message("feeds.all_events"), v.to("/events"), "/events"))
	for _, c := range labels.cities {
		label := v.Message("feeds.city", "city", c.Name)
		if c.Name == online {
			label = v.Message("letter.online")
		}
		p.Calendars = append(p.Calendars, templates.Link{Label: label, URL: s.at("/events/" + c.Slug + ".ics")})
		p.Events = append(p.Events, feedSet(label, v.to("/events/"+c.Slug), "/events/"+c.Slug))
	}
	return s.public(w, r, v, p)
}

// feedSet is the feed at base in its three formats; page is where people see
// what is in it.
func feedSet(label, page, base string) templates.FeedSet {
	return templates.FeedSet{Label: label, Page: page, RSS: base + ".rss", Atom: base + ".atom", JSON: base + ".json"}
}

func feedSets(v voice, labels []content.Label, under string) []templates.FeedSet {
	var sets []templates.FeedSet
	for _, l := range labels {
		sets = append(sets, feedSet(l.Name, v.to(under+l.Slug), under+l.Slug+"/feed"))
	}
	return sets
}

// follow is how to follow just what a page lists.
func (s *Server) follow(base string) templates.Follow {
	return templates.Follow{Address: s.at(base + ".rss"), Formats: formats(base)}
}
