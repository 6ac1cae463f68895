package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/templates"
)

// How much the front page shows.
const (
	homeArticles = 9
	homeEvents   = 6
)

// home is the front page: the newest articles, coming conferences, and the
// newsletters.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	l, st := s.locale(), s.Shelf.now()
	v := &templates.HomePage{
		Page: s.page(r, l, ""), AllEvents: "/events", FeedsURL: "/feeds",
		Articles: s.inWords(st.articles[:min(homeArticles, len(st.articles))]),
		Events:   s.coming(st.events, time.Now()),
	}
	v.Canonical = s.at("/")
	v.Events = v.Events[:min(homeEvents, len(v.Events))]
	if len(v.Articles) > 0 {
		v.Lead, v.Articles = &v.Articles[0], v.Articles[1:]
	} else {
		v.Start = v.Nav
	}
	if len(st.articles) > homeArticles {
		v.Pages.Older = "/articles"
	}
	for _, n := range s.Newsletters {
		v.Newsletters = append(v.Newsletters, templates.Link{Label: n.Title, URL: "/archive", Text: n.Description})
	}
	return s.public(w, r, v)
}

// articles lists all articles, page by page.
func (s *Server) articles(w http.ResponseWriter, r *http.Request) error {
	return s.list(w, r, "/articles", s.locale().Message("articles.title"), "/feed", s.Shelf.now().articles)
}

// topic lists the articles on one topic.
func (s *Server) topic(w http.ResponseWriter, r *http.Request) error {
	st := s.Shelf.now()
	topic, ok := labelled(st.labels.topics, r.PathValue("topic"))
	if !ok {
		return notFound
	}
	path := "/topics/" + topic.Slug
	return s.list(w, r, path, s.locale().Message("articles.on_topic", "topic", topic.Name), path+"/feed", only(st.articles, func(a *content.Article) bool {
		return slices.ContainsFunc(a.Topics, func(name string) bool { return feed.Segment(name) == topic.Slug })
	}))
}

// author lists the articles by one author.
func (s *Server) author(w http.ResponseWriter, r *http.Request) error {
	st := s.Shelf.now()
	author, ok := labelled(st.labels.authors, r.PathValue("author"))
	if !ok {
		return notFound
	}
	path := "/authors/" + author.Slug
	return s.list(w, r, path, s.locale().Message("articles.by_author", "author", author.Name), path+"/feed", only(st.articles, func(a *content.Article) bool {
		return slices.ContainsFunc(a.Authors, func(who content.Author) bool { return feed.Segment(who.Name) == author.Slug })
	}))
}

// only returns the entries of articles that are wanted.
func only(entries []content.Entry, want func(*content.Article) bool) []content.Entry {
	var list []content.Entry
	for _, e := range entries {
		if want(e.Article) {
			list = append(list, e)
		}
	}
	return list
}

// list shows articles, with the feeds of just these.
func (s *Server) list(w http.ResponseWriter, r *http.Request, path, title, feeds string, entries []content.Entry) error {
	entries, pages := leaf(r, entries)
	v := &templates.ArticlesPage{Page: s.page(r, s.locale(), title), Articles: s.inWords(entries), Feeds: formats(feeds), Pages: pages}
	v.Canonical = s.at(path)
	if feeds != "/feed" {
		v.Page.Feeds = append(v.Page.Feeds, alternates(feeds, title)...)
	}
	return s.public(w, r, v)
}

// inWords puts articles into words for a list.
func (s *Server) inWords(entries []content.Entry) []templates.Article {
	w := s.words()
	var list []templates.Article
	for i := range entries {
		list = append(list, w.Article(entries[i].Article))
	}
	return list
}

// article is the page of one article, with as much of it as may be given away.
func (s *Server) article(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	entry, err := s.Content.ArticleBySlug(r.Context(), slug)
	if err != nil {
		return err
	}
	switch entry.State {
	case content.Public:
	case content.Withdrawn:
		return status(http.StatusGone)
	default:
		return notFound
	}
	a, l := entry.Article, s.locale()
	v := &templates.ArticlePage{Page: s.page(r, l, a.Title), Article: s.words().Article(a)}
	v.Description = a.Standfirst
	v.Canonical = s.at("/articles/" + url.PathEscape(slug))
	if !strings.HasPrefix(a.URL, s.at("/articles/")) {
		v.Canonical = a.URL
		v.ReadAt = templates.Link{Label: host(a.URL), URL: a.URL}
	}
	if a.Canonical != "" && a.Canonical != a.URL {
		v.First = templates.Link{Label: host(a.Canonical), URL: a.Canonical}
	}
	switch {
	case a.Access.Open():
		v.Body = template.HTML(a.Body) // sanitised when it was read
	case a.Access == content.Metered:
		v.Note = l.Message("article.metered")
	default:
		v.Note = l.Message("article.registered")
	}
	for _, topic := range a.Topics {
		at := "/topics/" + feed.Segment(topic)
		v.Topics = append(v.Topics, templates.Link{Label: topic, URL: at})
		v.Page.Feeds = append(v.Page.Feeds, alternates(at+"/feed", l.Message("articles.on_topic", "topic", topic))[:1]...)
	}
	v.Published = l.Message("article.published", "date", v.Article.Date)
	if zone := s.Publication.Zone; content.DateOf(a.Updated.In(zone)).After(content.DateOf(a.Published.In(zone))) {
		v.Updated = l.Message("article.updated", "date", l.Day(a.Updated.In(zone)))
	}
	return s.public(w, r, v)
}
