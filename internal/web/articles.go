package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/templates"
)

// perPage is how many articles a list shows at once.
const perPage = 20

// home is the front page: the newest articles, coming conferences, and the
// newsletters.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	v := &templates.HomePage{Page: s.page(r, ""), AllEvents: "/events", FeedsURL: "/feeds"}
	s.at(&v.Page, "/")
	entries, err := s.Content.Articles(r.Context(), content.ArticleQuery{Limit: 9})
	if err != nil {
		return err
	}
	newest(entries)
	v.Articles = s.views(entries)
	if len(v.Articles) > 0 {
		v.Lead, v.Articles = &v.Articles[0], v.Articles[1:]
	}
	if len(entries) == 9 {
		v.Pages.Older = "/articles"
	}
	if v.Events, err = s.coming(r, "", 6, time.Now()); err != nil {
		return err
	}
	for _, n := range s.Newsletters {
		v.Newsletters = append(v.Newsletters, templates.Link{Label: n.Title, URL: "/archive", Text: n.Description})
	}
	return s.public(w, r, v)
}

// articles lists all articles, page by page.
func (s *Server) articles(w http.ResponseWriter, r *http.Request) error {
	return s.list(w, r, "/articles", s.locale().Message("articles.title"), "/feed", func(content.Entry) bool { return true })
}

// topic lists the articles on one topic.
func (s *Server) topic(w http.ResponseWriter, r *http.Request) error {
	topics, _, _ := s.Shelf.Labels()
	l, ok := labelled(topics, r.PathValue("topic"))
	if !ok {
		return notFound
	}
	base := "/topics/" + l.Slug
	return s.list(w, r, base, s.locale().Message("articles.on_topic", "topic", l.Name), base+"/feed", func(e content.Entry) bool {
		return slices.ContainsFunc(e.Article.Topics, func(t string) bool { return feed.Segment(t) == l.Slug })
	})
}

// author lists the articles by one author.
func (s *Server) author(w http.ResponseWriter, r *http.Request) error {
	_, authors, _ := s.Shelf.Labels()
	l, ok := labelled(authors, r.PathValue("author"))
	if !ok {
		return notFound
	}
	base := "/authors/" + l.Slug
	return s.list(w, r, base, s.locale().Message("articles.by_author", "author", l.Name), base+"/feed", func(e content.Entry) bool {
		return slices.ContainsFunc(e.Article.Authors, func(a content.Author) bool { return feed.Segment(a.Name) == l.Slug })
	})
}

// labelled finds a label by the part of a path that names it.
func labelled(labels []content.Label, value string) (content.Label, bool) {
	slug := feed.Segment(value)
	i := slices.IndexFunc(labels, func(l content.Label) bool { return l.Slug == slug })
	if i < 0 {
		return content.Label{}, false
	}
	return labels[i], true
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, path, title, feeds string, want func(content.Entry) bool) error {
	entries, err := s.Content.Articles(r.Context(), content.ArticleQuery{})
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e content.Entry) bool { return !want(e) })
	newest(entries)
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	from := min((page-1)*perPage, len(entries))
	to := min(from+perPage, len(entries))
	v := &templates.ArticlesPage{Page: s.page(r, title), Articles: s.views(entries[from:to]), Feeds: formats(feeds)}
	s.at(&v.Page, path)
	if feeds != "/feed" {
		v.Page.Feeds = append(v.Page.Feeds, s.alternates(feeds, title)...)
	}
	if to < len(entries) {
		v.Pages.Older = path + "?page=" + strconv.Itoa(page+1)
	}
	if page > 1 && from > 0 {
		v.Pages.Newer = path + "?page=" + strconv.Itoa(page-1)
	}
	return s.public(w, r, v)
}

// newest orders entries for people: by the date on the article.
func newest(entries []content.Entry) {
	slices.SortStableFunc(entries, func(a, b content.Entry) int {
		return b.Article.Published.Compare(a.Article.Published)
	})
}

// article is the page of one article, with as much of it as may be given away.
func (s *Server) article(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	entry, err := s.Content.Article(r.Context(), slug)
	if err != nil {
		return missing(err)
	}
	if entry.State == content.Withdrawn {
		return status(http.StatusGone)
	}
	if entry.State != content.Public {
		return notFound
	}
	a, l := entry.Article, s.locale()
	v := &templates.ArticlePage{Page: s.page(r, a.Title), Article: s.words().Article(a)}
	v.Description = a.Standfirst
	s.at(&v.Page, "/articles/"+url.PathEscape(slug))
	if own := s.Publication.URL + "/articles/"; !strings.HasPrefix(a.URL, own) {
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
	for _, t := range a.Topics {
		v.Topics = append(v.Topics, templates.Link{Label: t, URL: "/topics/" + feed.Segment(t)})
	}
	v.Published = l.Message("article.published", "date", v.Article.Date)
	if !a.Updated.IsZero() && content.DateOf(a.Updated).After(content.DateOf(a.Published)) {
		v.Updated = l.Message("article.updated", "date", l.Day(a.Updated.In(s.Publication.Zone)))
	}
	return s.public(w, r, v)
}

