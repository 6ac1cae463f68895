package feed

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/standfirst/standfirst/content"
)

// A Galley is an article set in type: its item in every format, made once and
// good for all documents that hold it. It is never changed.
type Galley struct {
	Entry   content.Entry   // without the body
	Topics  []content.Label // each once, not counted
	Authors []content.Label // each once, not counted

	mark content.Mark
	item Item
}

// A typeset is an item in the formats it is written in.
type typeset struct{ rss, atom, json Fragment }

// Galleys keep the articles of a publication set, from one build of its feeds
// to the next: an article is cleaned and encoded when it is new or was edited,
// and else never again. It holds what was wanted last and nothing older. The
// zero Galleys is empty; it is not safe for use by several goroutines.
type Galleys struct {
	kept map[string]*Galley // by ID of the article
	made string             // the setting that kept was made with
}

// batch is how many articles are read with their bodies at once.
const batch = 256

// Fill returns the galleys of all articles marked, the newest release first.
// Those that are not kept as they are marked are asked of read, with their
// bodies and some at a time; it may leave out what is gone meanwhile. An error
// changes nothing.
func (g *Galleys) Fill(pub Publication, opt Options, marks []content.Mark, read func(ids []string) ([]content.Entry, error)) ([]*Galley, error) {
	kept, made := g.kept, pub.setting(opt)
	if made != g.made {
		kept = nil
	}
	next := make(map[string]*Galley, len(marks))
	var missing []content.Mark
	for _, m := range marks {
		if old := kept[m.ID]; old != nil && old.mark == m {
			next[m.ID] = old
		} else {
			missing = append(missing, m)
		}
	}
	for some := range slices.Chunk(missing, batch) {
		set, err := pub.set(some, opt, read)
		if err != nil {
			return nil, err
		}
		for _, galley := range set {
			next[galley.mark.ID] = galley
		}
	}
	g.kept, g.made = next, made

	all := make([]*Galley, 0, len(next))
	for _, galley := range next {
		all = append(all, galley)
	}
	slices.SortFunc(all, func(a, b *Galley) int {
		return cmp.Or(cmp.Compare(b.Entry.N, a.Entry.N), cmp.Compare(b.mark.ID, a.mark.ID))
	})
	return all, nil
}

// setting is all that an item depends on other than its article.
func (p *Publication) setting(opt Options) string {
	return fmt.Sprintf("%q %q %d %q %v", p.root(), p.domain(), p.year(), p.Language, opt.FullText)
}

// set sets articles, on all processors: a first build is as long as this takes.
func (p *Publication) set(marks []content.Mark, opt Options, read func(ids []string) ([]content.Entry, error)) ([]*Galley, error) {
	byID := make(map[string]content.Mark, len(marks))
	ids := make([]string, len(marks))
	for i, m := range marks {
		byID[m.ID], ids[i] = m, m.ID
	}
	entries, err := read(ids)
	if err != nil {
		return nil, err
	}
	galleys, errs := make([]*Galley, len(entries)), make([]error, len(entries))
	var working sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(entries))
	for w := range workers {
		working.Go(func() {
			for i := w; i < len(entries); i += workers {
				galleys[i], errs[i] = p.galley(&entries[i], opt)
			}
		})
	}
	working.Wait()
	var set []*Galley
	for i, galley := range galleys {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if m, ok := byID[entries[i].Item]; ok && galley != nil {
			galley.mark = m
			set = append(set, galley)
		}
	}
	return set, nil
}

// galley sets one article; nil if it is none, or not public.
func (p *Publication) galley(e *content.Entry, opt Options) (*Galley, error) {
	if !listed(e) {
		return nil, nil
	}
	g := &Galley{Entry: *e, item: p.article(e, opt)}
	light := *e.Article
	light.Body = ""
	g.Entry.Article = &light
	g.Topics = labels(light.Topics)
	names := make([]string, len(light.Authors))
	for i, a := range light.Authors {
		names[i] = a.Name
	}
	g.Authors = labels(names)

	var made typeset
	for _, f := range []struct {
		format Format
		to     *Fragment
	}{{RSS, &made.rss}, {Atom, &made.atom}, {JSON, &made.json}} {
		text, err := g.item.encode(f.format)
		if err != nil {
			return nil, fmt.Errorf("feed: article %s: %w", light.ID, err)
		}
		*f.to = newFragment(text)
	}
	if i := strings.Index(made.rss.Text, g.item.Content); i >= 0 {
		g.item.Content = made.rss.Text[i : i+len(g.item.Content)] // not kept twice
	}
	g.item.set = &made
	return g, nil
}

// labels returns names as paths name them; those with one Segment are one.
func labels(names []string) []content.Label {
	var out []content.Label
	for _, name := range names {
		slug := Segment(name)
		if slug != "" && !slices.ContainsFunc(out, func(l content.Label) bool { return l.Slug == slug }) {
			out = append(out, content.Label{Name: name, Slug: slug})
		}
	}
	return out
}
