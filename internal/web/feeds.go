package web

import (
	"net/http"
	"path"
	"strings"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/templates"
)

// feed gives one document of the shelf. A query is tolerated and ignored:
// readers add things to addresses.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	d, ok := s.Shelf.Document(r.URL.Path)
	if !ok && !s.Shelf.Filled() {
		return status(http.StatusServiceUnavailable)
	}
	if !ok {
		if at := spelled(r); at != r.URL.Path {
			if _, ok := s.Shelf.Document(at); ok {
				http.Redirect(w, r, at, http.StatusMovedPermanently)
				return nil
			}
		}
		return notFound
	}
	h := w.Header()
	h.Set("Content-Type", d.Format.MediaType()+"; charset=utf-8")
	if d.Format == feed.RSS || d.Format == feed.Atom {
		forWindows(h, r.Header)
	}
	h.Set("Cache-Control", "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400")
	h.Set("Access-Control-Allow-Origin", "*")
	give(w, r, d.Body, d.ETag, d.Modified)
	return nil
}

// spelled is where a feed is whose topic, author or city somebody wrote as it
// stands in an article: /topics/Platform/feed.rss.
func spelled(r *http.Request) string {
	file := path.Base(r.URL.Path)
	if topic := r.PathValue("topic"); topic != "" {
		return "/topics/" + feed.Segment(topic) + "/" + file
	}
	if author := r.PathValue("author"); author != "" {
		return "/authors/" + feed.Segment(author) + "/" + file
	}
	ending := path.Ext(file)
	return "/events/" + feed.Segment(strings.TrimSuffix(file, ending)) + ending
}

// forWindows makes a feed plain XML for a browser's window: there the
// registered types are shown as text or downloaded, whatever the stylesheet
// says. The bytes are the same.
func forWindows(answer, request http.Header) {
	answer.Set("Vary", "Sec-Fetch-Dest")
	if request.Get("Sec-Fetch-Dest") == "document" {
		answer.Set("Content-Type", "text/xml; charset=utf-8")
	}
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
	for _, c := range labels.cities {
		v.Calendars = append(v.Calendars, templates.Link{Label: l.Message("feeds.city", "city", c.Name), URL: s.at("/events/" + c.Slug + ".ics")})
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
