package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// locale is the language of a page: the publication's. Its articles are in it,
// and a page in two languages serves nobody.
func (s *Server) locale() *i18n.Locale { return s.Catalog.For(s.Publication.Language) }

// words says articles and events on pages.
func (s *Server) words() *digest.Wording {
	return &digest.Wording{Locale: s.locale(), Site: s.Publication.URL, Zone: s.Publication.Zone}
}

// page is what all pages have, for the page of that title.
func (s *Server) page(r *http.Request, title string) templates.Page {
	l := s.locale()
	p := templates.Page{
		Lang: l.Words, Dir: l.Dir, Title: title,
		Publication: templates.Publication{Title: s.Publication.Title, URL: s.Publication.URL + "/", Address: s.Publication.Address},
	}
	for _, to := range [][2]string{{"articles", "/articles"}, {"events", "/events"}, {"archive", "/archive"}, {"feeds", "/feeds"}} {
		p.Nav = append(p.Nav, templates.Link{Label: l.Message("site." + to[0]), URL: to[1], Current: r.URL.Path == to[1]})
	}
	if s.Mailbox != nil {
		p.Nav = append(p.Nav, templates.Link{Label: l.Message("site.mailbox"), URL: "/mailbox", Current: strings.HasPrefix(r.URL.Path, "/mailbox")})
	}
	p.Feeds = s.alternates("/feed", s.Publication.Title)
	return p
}

// at sets the page's own address, without its query.
func (s *Server) at(p *templates.Page, path string) { p.Canonical = s.Publication.URL + path }

// alternates names the three formats of the feed at base for the head of a
// page.
func (s *Server) alternates(base, title string) []templates.Feed {
	return []templates.Feed{
		{Title: title + " (RSS)", Type: feed.RSS.MediaType(), URL: base + ".rss"},
		{Title: title + " (Atom)", Type: feed.Atom.MediaType(), URL: base + ".atom"},
		{Title: title + " (JSON)", Type: feed.JSON.MediaType(), URL: base + ".json"},
	}
}

// formats links to the three formats of the feed at base.
func formats(base string) []templates.Link {
	return []templates.Link{{Label: "RSS", URL: base + ".rss"}, {Label: "Atom", URL: base + ".atom"}, {Label: "JSON", URL: base + ".json"}}
}

// views puts entries into words for a list.
func (s *Server) views(entries []content.Entry) []templates.Article {
	w := s.words()
	var list []templates.Article
	for i := range entries {
		list = append(list, w.Article(entries[i].Article))
	}
	return list
}

// coming returns the events that have not ended, in words. Cancelled ones are
// shown as such until their day.
func (s *Server) coming(r *http.Request, city string, limit int, now time.Time) ([]templates.Event, error) {
	events, err := s.Content.Events(r.Context(), content.EventQuery{City: city})
	if err != nil {
		return nil, err
	}
	w := s.words()
	var list []templates.Event
	for i := range events {
		if now.Before(events[i].Ends()) && (limit == 0 || len(list) < limit) {
			list = append(list, w.Event(&events[i]))
		}
	}
	return list, nil
}

// host is the name of the site a URL leads to.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
