package web

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/templates"
)

// article is the page of one article, with as much of it as may be given away:
// the standfirst and a link, where readers are counted or must be known.
func (s *Server) article(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	entry, err := s.Content.ArticleBySlug(r.Context(), slug)
	if err != nil {
		return err
	}
	switch entry.State {
	case content.Public:
	case content.Withdrawn:
		return Status(http.StatusGone)
	default:
		return NotFound
	}
	a, v := entry.Article, s.voice(r)
	p := &templates.ArticlePage{Page: s.publicPage(r, v, a.Title), Article: s.hang(r.Context(), []templates.Article{s.item(v, a)}, true)[0]}
	p.Description, p.Picture, p.Kind = a.Standfirst, p.Article.Image.URL, "article"
	p.Canonical = s.at("/articles/" + url.PathEscape(slug))
	if !strings.HasPrefix(a.URL, s.at("/articles/")) {
		p.Canonical = a.URL
		p.ReadAt = templates.Link{Label: host(a.URL), URL: a.URL}
	}
	if a.Canonical != "" && a.Canonical != a.URL {
		p.First = templates.Link{Label: host(a.Canonical), URL: a.Canonical}
	}
	switch {
	case a.Access.Open():
		p.Body = template.HTML(s.atHome(a.Body, v.Message("article.picture"))) // sanitised when it was read
	case a.Access == content.Metered:
		p.Note = v.Message("article.metered")
	default:
		p.Note = v.Message("article.registered")
	}
	p.Topics = p.Article.Topics
	for _, topic := range a.Topics {
		p.Page.Feeds = append(p.Page.Feeds, alternates("/topics/"+feed.Segment(topic)+"/feed", v.Message("articles.on_topic", "topic", topic))[:1]...)
	}
	for _, who := range a.Authors {
		p.Authors = append(p.Authors, templates.Link{Label: v.Message("articles.by_author", "author", who.Name), URL: v.to("/authors/" + feed.Segment(who.Name))})
	}
	p.Published = v.Message("article.published", "date", p.Article.Date)
	if zone := s.Publication.Zone; content.DateOf(a.Updated.In(zone)).After(content.DateOf(a.Published.In(zone))) {
		p.Updated = v.Message("article.updated", "date", v.Day(a.Updated.In(zone)))
	}
	p.Facts = s.articleFacts(a, p.Canonical)
	p.Next = s.beside(v, a)
	return s.public(w, r, v, p)
}

// besides is how many other articles are named below one.
const besides = 3

// beside are the newest other articles that share a topic with a.
func (s *Server) beside(v voice, a *content.Article) []templates.Article {
	topics := map[string]bool{}
	for _, topic := range a.Topics {
		topics[feed.Segment(topic)] = true
	}
	var list []templates.Article
	for _, e := range s.Shelf.now().articles {
		if len(list) == besides {
			break
		}
		if e.Article.Slug == a.Slug {
			continue
		}
		for _, topic := range e.Article.Topics {
			if topics[feed.Segment(topic)] {
				list = append(list, s.item(v, e.Article))
				break
			}
		}
	}
	return list
}

// articleFacts says for search engines what the page is about, in the words of
// schema.org. What is not given away is not in the page, so no part of it is
// marked as behind a wall.
func (s *Server) articleFacts(a *content.Article, at string) map[string]any {
	facts := map[string]any{
		"@context": "https://schema.org", "@type": "NewsArticle",
		"headline": a.Title, "mainEntityOfPage": at, "inLanguage": cmp.Or(a.Lang, s.Publication.Language),
		"isAccessibleForFree": a.Access.Open(),
		"publisher":           map[string]any{"@type": "Organization", "name": s.Publication.Title, "url": s.at("/")},
	}
	if a.Standfirst != "" {
		facts["description"] = a.Standfirst
	}
	if !a.Published.IsZero() {
		facts["datePublished"] = a.Published.In(s.Publication.Zone).Format(time.RFC3339)
	}
	if a.Updated.After(a.Published) {
		facts["dateModified"] = a.Updated.In(s.Publication.Zone).Format(time.RFC3339)
	}
	if a.Image.URL != "" {
		facts["image"] = a.Image.URL
	}
	var authors []map[string]any
	for _, who := range a.Authors {
		authors = append(authors, map[string]any{"@type": "Person", "name": who.Name})
	}
	if authors != nil {
		facts["author"] = authors
	}
	return facts
}
