package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/templates"
)

// How much the front page shows.
const (
	homeArticles = 9
	homeEvents   = 6
	homeTopics   = 12
)

// home is the front page: what this is and how to get it, the newest articles,
// and the coming conferences.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	v, st, now := s.voice(r), s.Shelf.now(), time.Now()
	p := &templates.HomePage{
		Page: s.publicPage(r, v, ""), AllArticles: v.to("/articles"), AllEvents: v.to("/events"), FeedsURL: v.to("/feeds"), Past: v.to("/archive"),
		Articles: s.hang(r.Context(), s.items(v, st.articles[:min(homeArticles, len(st.articles))]), true),
		Events:   s.coming(v, st.events, now),
	}
	p.Canonical, p.Description = s.at("/"), cmp.Or(s.Publication.Description, v.Message("home.intro"))
	p.Intro = p.Description
	p.Events = p.Events[:min(homeEvents, len(p.Events))]
	if len(p.Articles) > 0 {
		p.Lead, p.Articles = &p.Articles[0], p.Articles[1:]
	} else {
		p.Start = p.Nav
	}
	p.Topics = s.mostUsed(v, st)
	if len(s.Newsletters) > 0 {
		p.SignUp = s.publicForm(v, now)
	}
	for _, n := range s.Newsletters {
		p.Newsletters = append(p.Newsletters, templates.Link{Label: n.Title, URL: v.to("/archive"), Text: s.promise(v, n, now)})
	}
	return s.public(w, r, v, p)
}

// promise says what a newsletter is and when its next letter goes.
func (s *Server) promise(v voice, n *digest.Newsletter, now time.Time) string {
	next := n.Next(now)
	if next.IsZero() {
		return n.Description
	}
	return strings.TrimSpace(n.Description + " " + v.Message("home.next", "date", v.FullDay(next.In(n.Zone))))
}

// mostUsed links to the topics that most articles are on.
func (s *Server) mostUsed(v voice, st *stock) []templates.Link {
	var links []templates.Link
	for _, topic := range st.labels.topics[:min(homeTopics, len(st.labels.topics))] {
		links = append(links, templates.Link{Label: topic.Name, URL: v.to("/topics/" + topic.Slug)})
	}
	return links
}

// articles lists all articles, page by page.
func (s *Server) articles(w http.ResponseWriter, r *http.Request) error {
	v := s.voice(r)
	return s.list(w, r, v, "/articles", v.Message("articles.title"), "/feed", s.Shelf.now().articles)
}

// topic lists the articles on one topic.
func (s *Server) topic(w http.ResponseWriter, r *http.Request) error {
	v, st := s.voice(r), s.Shelf.now()
	topic, ok := labelled(st.labels.topics, r.PathValue("topic"))
	if !ok {
		return NotFound
	}
	path := "/topics/" + topic.Slug
	return s.list(w, r, v, path, v.Message("articles.on_topic", "topic", topic.Name), path+"/feed", only(st.articles, func(a *content.Article) bool {
		return slices.ContainsFunc(a.Topics, func(name string) bool { return feed.Segment(name) == topic.Slug })
	}))
}

// author lists the articles by one author.
func (s *Server) author(w http.ResponseWriter, r *http.Request) error {
	v, st := s.voice(r), s.Shelf.now()
	author, ok := labelled(st.labels.authors, r.PathValue("author"))
	if !ok {
		return NotFound
	}
	path := "/authors/" + author.Slug
	return s.list(w, r, v, path, v.Message("articles.by_author", "author", author.Name), path+"/feed", only(st.articles, func(a *content.Article) bool {
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
func (s *Server) list(w http.ResponseWriter, r *http.Request, v voice, path, title, feeds string, entries []content.Entry) error {
	entries, pages := leaf(r, v, entries)
	p := &templates.ArticlesPage{Page: s.publicPage(r, v, title), Articles: s.hang(r.Context(), s.items(v, entries), false), Follow: s.follow(feeds), Pages: pages}
	p.Canonical = s.at(path)
	if feeds != "/feed" {
		p.Page.Feeds = append(p.Page.Feeds, alternates(feeds, title)...)
	} else {
		p.Topics = s.mostUsed(v, s.Shelf.now())
	}
	return s.public(w, r, v, p)
}

// items puts articles into words for a list.
func (s *Server) items(v voice, entries []content.Entry) []templates.Article {
	var list []templates.Article
	for i := range entries {
		list = append(list, s.item(v, entries[i].Article))
	}
	return list
}
