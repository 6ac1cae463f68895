package feed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// Articles makes the feed of the newest articles of a scope from entries of
// the wire, in any order. What comes in is decided by the number of an
// article's newest release, never by its date: an article dated back to last
// year still reaches every reader. Only public articles are listed, each once.
// The body is given away if the options and the article's access both say so.
func Articles(pub Publication, scope Scope, entries []content.Entry, opt Options) *Feed {
	chosen := choose(scope, entries)
	complete := len(chosen) <= opt.items()
	chosen = chosen[:min(opt.items(), len(chosen))]
	name := ""
	if len(chosen) > 0 {
		name = scope.spelling(chosen[len(chosen)-1].Article)
	}
	f := pub.articles(scope, name)
	for _, e := range chosen {
		f.Items = append(f.Items, pub.article(e, opt))
	}
	f.Complete = complete
	f.touch(pub.floor())
	return f
}

// articles returns an empty feed of the articles of a scope, which the eldest
// of them spells like name.
func (p *Publication) articles(scope Scope, name string) *Feed {
	f := p.feed(scope.title(cmp.Or(name, scope.Topic, scope.Author)), scope.base())
	f.Home = p.root() + "/"
	f.ID = p.tag(strings.Split("feed"+strings.TrimSuffix(scope.base(), "/feed"), "/")...)
	return f
}

// choose returns the newest release of each public article in scope, the
// newest first.
func choose(scope Scope, entries []content.Entry) []*content.Entry {
	byArticle := map[string]*content.Entry{}
	for i := range entries {
		e := &entries[i]
		if !listed(e) || !scope.holds(e.Article) {
			continue
		}
		if old := byArticle[e.Article.ID]; old == nil || e.N > old.N {
			byArticle[e.Article.ID] = e
		}
	}
	chosen := make([]*content.Entry, 0, len(byArticle))
	for _, e := range byArticle {
		chosen = append(chosen, e)
	}
	slices.SortFunc(chosen, func(a, b *content.Entry) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(b.Article.ID, a.Article.ID))
	})
	return chosen
}

// listed reports whether an entry is one that feeds list.
func listed(e *content.Entry) bool {
	return e.Kind == content.KindArticle && e.Article != nil && e.State == content.Public
}

// holds reports whether an article belongs to the scope.
func (s Scope) holds(a *content.Article) bool {
	if s.Topic != "" && !slices.ContainsFunc(a.Topics, same(s.Topic)) {
		return false
	}
	return s.Author == "" || slices.ContainsFunc(a.Authors, func(w content.Author) bool { return same(s.Author)(w.Name) })
}

func same(name string) func(string) bool {
	key := Segment(name)
	return func(other string) bool { return Segment(other) == key }
}

// spelling returns the scope's name as one of its articles writes it: a request
// only knows the segment of a path.
func (s Scope) spelling(a *content.Article) string {
	if s.Topic != "" {
		if i := slices.IndexFunc(a.Topics, same(s.Topic)); i >= 0 {
			return a.Topics[i]
		}
	}
	for _, by := range a.Authors {
		if s.Author != "" && same(s.Author)(by.Name) {
			return by.Name
		}
	}
	return ""
}

// title returns what follows the publication's title.
func (s Scope) title(name string) string { return text(cmp.Or(s.Title, name)) }

// feed returns an empty feed of the publication.
func (p *Publication) feed(title, base string) *Feed {
	f := &Feed{
		Title:       cmp.Or(text(p.Title), p.domain()),
		Description: text(p.Description),
		Base:        p.root() + base,
		Language:    cmp.Or(language(p.Language), "en"),
		Copyright:   text(p.Copyright),
		Icon:        link(p.Icon),
		Logo:        link(p.Logo),
		Stylesheet:  link(p.Stylesheet),
		domain:      p.domain(),
	}
	f.owner = f.Title
	if title != "" {
		f.Title += ": " + title
	}
	if f.Description == "" {
		f.Description = f.Title
	}
	for _, h := range p.Hubs {
		if h = link(h); h != "" {
			f.Hubs = append(f.Hubs, h)
		}
	}
	return f
}

// touch sets the date of the feed to when it last changed by an item: a change
// of one, or the release of one whose own date lies back.
func (f *Feed) touch(floor time.Time) {
	f.Updated = floor
	for i := range f.Items {
		if at := latest(f.Items[i].Updated, f.Items[i].released); i == 0 || at.After(f.Updated) {
			f.Updated = at
		}
	}
}

// article makes the item of an article.
func (p *Publication) article(e *content.Entry, opt Options) Item {
	a := e.Article
	it := Item{
		ID:         p.tag("article", a.ID),
		URL:        cmp.Or(link(a.URL), p.root()+"/articles/"+escape(text(a.Slug), tagChars)),
		Title:      text(a.Title),
		Summary:    text(a.Standfirst),
		Language:   language(a.Lang),
		Authors:    authors(a.Authors),
		Categories: categories(a.Topics),
		Image:      content.Image{URL: link(a.Image.URL), Alt: text(a.Image.Alt)},
		Tie:        int(e.N % 1_000_000),
		released:   seconds(e.At),
	}
	if strings.EqualFold(it.Language, cmp.Or(language(p.Language), "en")) {
		it.Language = ""
	}
	it.Published, it.Updated = p.dates(e)
	if a.Access.Open() && (opt.FullText || it.Summary == "") {
		whole := body(a.Body, it.URL)
		if opt.FullText {
			it.Content = whole
		}
		it.Summary = cmp.Or(it.Summary, shorten(plain(whole), 240))
	}
	// A reader shows something only if there is something, and a title is
	// demanded: the other one stands in, at worst the day.
	it.Title = cmp.Or(it.Title, shorten(it.Summary, 80), it.Published.Format(time.DateOnly))
	it.Summary = cmp.Or(it.Summary, it.Title)
	return it
}

// dates returns when an article was published and last changed. A source may
// say anything; what cannot be (before 1990, or later than we knew of it) is
// replaced by what we saw ourselves, so that no reader hides or pins the item.
func (p *Publication) dates(e *content.Entry) (published, updated time.Time) {
	a := e.Article
	published = a.Published
	if !plausible(published, e.At) {
		published = e.At
	}
	if !plausible(published, time.Time{}) {
		published = p.floor()
	}
	updated = published
	known := latest(e.At, a.Changed)
	if a.Changed.IsZero() {
		known = time.Time{} // nobody wrote down when we saw the edit; believe the source
	}
	if plausible(a.Updated, known) {
		updated = latest(updated, a.Updated)
	}
	if a.Changed.After(e.At) && plausible(a.Changed, time.Time{}) {
		updated = latest(updated, a.Changed)
	}
	if e.Revision > 0 {
		updated = latest(updated, e.At)
	}
	return seconds(published), seconds(updated)
}
