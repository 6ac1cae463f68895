package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// page is a page of the site: the frame's, with where else the site leads, in
// the language that ?lang= named.
func (s *Server) page(r *http.Request, l *i18n.Locale, title string) templates.Page {
	p := s.Page(r, l, title)
	p.Feeds = alternates("/feed", s.Publication.Title)
	v := s.voice(r)
	link := func(key, to string) {
		p.Nav = append(p.Nav, templates.Link{Label: l.Message(key), URL: v.to(to), Current: r.URL.Path == to})
	}
	link("site.articles", "/articles")
	link("site.events", "/events")
	link("site.archive", "/archive")
	link("site.feeds", "/feeds")
	link("site.subscribe", "/subscribe")
	if s.Mailbox != nil {
		link("site.mailbox", "/mailbox")
	}
	return p
}

// publicPage is what the pages that everybody sees have: also a choice of
// languages.
func (s *Server) publicPage(r *http.Request, v voice, title string) templates.Page {
	p := s.page(r, v.Locale, title)
	p.Languages = s.languages(r, v.Locale)
	return p
}

// at returns the address of a page for search engines: ours, without a query.
func (s *Server) at(path string) string { return s.Publication.URL + path }

// alternates names the three formats of the feed at base for the head of a
// page.
func alternates(base, title string) []templates.Feed {
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

// PerPage is how many lines a long list shows at once.
const PerPage = 20

// leaf returns the part of a list that ?page= asks for, and the links to what
// is before and behind it. A page behind the end is empty; what is no number
// is the first.
func leaf[T any](r *http.Request, v voice, list []T) ([]T, templates.Pages) {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		n = 1
	}
	last := max(1, (len(list)+PerPage-1)/PerPage)
	n = min(n, last+1)
	from := min((n-1)*PerPage, len(list))
	to := min(from+PerPage, len(list))
	address := func(n int) string {
		if n == 1 {
			return v.to(r.URL.EscapedPath())
		}
		return v.to(r.URL.EscapedPath() + "?page=" + strconv.Itoa(n))
	}
	var pages templates.Pages
	if n > 1 {
		pages.Newer = address(n - 1)
	}
	if to < len(list) {
		pages.Older = address(n + 1)
	}
	return list[from:to], pages
}

// host is the name of the site a URL leads to.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
