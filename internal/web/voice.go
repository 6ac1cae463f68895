package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// A voice is the language that one answer speaks: for pages that everybody
// sees, the one that ?lang= names, else the first of the browser's that there
// are sentences in, else the publication's. Pages of one reader are in the
// reader's own, as languageOf has it.
type voice struct {
	*i18n.Locale
	named string // the tag that ?lang= named; empty: the browser was asked
}

// voice returns the language of the answer to a request.
func (f *Frame) voice(r *http.Request) voice {
	if r.URL.RawQuery != "" {
		if tag := r.URL.Query().Get("lang"); tag != "" {
			if l := f.Catalog.Like(tag, f.Publication.Language); l != nil {
				return voice{l, l.Tag}
			}
		}
	}
	return voice{f.Catalog.Accept(r.Header.Get("Accept-Language"), f.Publication.Language), ""}
}

// to returns a path of ours so that the page there speaks the same language. No
// cookie remembers what somebody chose: every link does.
func (v voice) to(path string) string {
	if v.named == "" || path == "" {
		return path
	}
	path, fragment, _ := strings.Cut(path, "#")
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	path += sign + "lang=" + url.QueryEscape(v.named)
	if fragment != "" {
		path += "#" + fragment
	}
	return path
}

// languages are the links to the same page in each language it can be had in.
func (f *Frame) languages(r *http.Request, speaking *i18n.Locale) []templates.Link {
	var links []templates.Link
	query := url.Values{}
	if page := r.URL.Query().Get("page"); page != "" {
		query.Set("page", page)
	}
	for _, l := range f.Catalog.Offer(f.Publication.Language) {
		query.Set("lang", l.Tag)
		links = append(links, templates.Link{
			Label: l.Name(), Lang: l.Words, URL: r.URL.EscapedPath() + "?" + query.Encode(), Current: l.Words == speaking.Words,
		})
	}
	return links
}

// item puts an article into words for a list.
func (s *Server) item(v voice, a *content.Article) templates.Article {
	item := s.Words(v.Locale).Article(a)
	item.URL = s.here(v, item.URL)
	item.Topics = s.topics(v, a)
	return item
}

// here returns the address of an article as a page links to it: where that is
// with us, in the same language.
func (s *Server) here(v voice, address string) string {
	if at, ours := strings.CutPrefix(address, s.Publication.URL); ours && strings.HasPrefix(at, "/articles/") {
		return v.to(at)
	}
	return address
}

// topics links to the pages of an article's topics.
func (s *Server) topics(v voice, a *content.Article) []templates.Link {
	var links []templates.Link
	for _, topic := range a.Topics {
		links = append(links, templates.Link{Label: topic, URL: v.to("/topics/" + feed.Segment(topic))})
	}
	return links
}
