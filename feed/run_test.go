package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"

	"github.com/standfirst/standfirst/content"
)

// A press is a publication's galleys, and what a store would answer them.
type press struct {
	t       *testing.T
	galleys Galleys
	entries map[string]content.Entry
	edits   map[string]int
	asked   []string // the articles that the last fill had to read
}

func newPress(t *testing.T, n int) *press {
	p := &press{t: t, entries: map[string]content.Entry{}, edits: map[string]int{}}
	for i := range n {
		p.add(int64(i+1), fmt.Sprintf("a%03d", i+1))
	}
	return p
}

func (p *press) add(n int64, id string) {
	access := content.Free
	if n%7 == 0 {
		access = content.Metered
	}
	p.entries[id] = entry(n, content.Article{
		ID: id, URL: "https://example.com/" + id, Title: "Article " + id, Standfirst: "What " + id + " says.",
		Body: "<p>The body of " + id + "</p>", Topics: []string{"Leadership"}, Authors: []content.Author{{Name: "Ann Writer"}},
		Access: access, Published: at("2026-06-01T00:00:00Z"), // all the same
	})
}

func (p *press) fill(opt Options) []*Galley {
	p.t.Helper()
	var marks []content.Mark
	for id, e := range p.entries {
		marks = append(marks, content.Mark{ID: id, N: e.N, Version: fmt.Sprint(p.edits[id])})
	}
	p.asked = nil
	all, err := p.galleys.Fill(lead, opt, marks, func(ids []string) ([]content.Entry, error) {
		p.asked = append(p.asked, ids...)
		var found []content.Entry
		for _, id := range ids {
			found = append(found, p.entries[id])
		}
		return found, nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	slices.Sort(p.asked)
	return all
}

func (p *press) run(opt Options) *Run { return NewRun(lead, Scope{}, p.fill(opt), opt) }

// site returns all documents of a run by their addresses.
func site(t *testing.T, r *Run) map[string][]byte {
	t.Helper()
	documents := map[string][]byte{}
	feeds := []*Feed{r.Feed()}
	for n := range r.Pages() {
		feeds = append(feeds, r.Page(n+1))
	}
	for _, f := range feeds {
		for _, format := range f.Formats() {
			doc := write(t, f, format)
			spotless(t, format, doc)
			documents[f.Self(format)] = doc
		}
	}
	return documents
}

// leaf is what a reader of archives looks at: the links, as RFC 5005 and JSON
// Feed name them.
type leaf struct {
	items   []string
	older   string
	newer   string
	current string
	self    string
	archive bool
}

func (l *leaf) link(rel, href string) {
	switch rel {
	case "self":
		l.self = href
	case "current":
		l.current = href
	case "prev-archive":
		l.older = href
	case "next-archive":
		l.newer = href
	}
}

func turn(t *testing.T, format Format, doc []byte) (l leaf) {
	t.Helper()
	general, err := gofeed.NewParser().Parse(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range general.Items {
		l.items = append(l.items, it.GUID)
	}
	switch format {
	case RSS:
		f, err := (&rss.Parser{}).Parse(bytes.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range f.Extensions["atom"]["link"] {
			l.link(k.Attrs["rel"], k.Attrs["href"])
		}
		l.archive = len(f.Extensions["fh"]["archive"]) == 1
	case Atom:
		f, err := (&atom.Parser{}).Parse(bytes.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range f.Links {
			l.link(k.Rel, k.Href)
		}
		l.archive = len(f.Extensions["fh"]["archive"]) == 1
	case JSON:
		var f struct {
			Next string `json:"next_url"`
		}
		if err := json.Unmarshal(doc, &f); err != nil {
			t.Fatal(err)
		}
		l.older = f.Next
	}
	return l
}

// TestWalkBack: from the document that readers subscribe to, back to the first
// article: none is lost, and the pages share none.
func TestWalkBack(t *testing.T) {
	for _, total := range []int{0, 1, 10, 11, 20, 21, 30, 57} {
		t.Run(fmt.Sprint(total), func(t *testing.T) {
			p := newPress(t, total)
			documents := site(t, p.run(Options{FullText: true, Items: 10}))
			for _, format := range []Format{RSS, Atom, JSON} {
				start := "https://news.example.com:8443/feed." + string(format)
				newest := turn(t, format, documents[start])
				if len(newest.items) != min(10, total) || newest.archive {
					t.Fatalf("%s: the feed has %d items, archive %v", format, len(newest.items), newest.archive)
				}
				seen := map[string]int{}
				var pages []string
				for at, newer := newest.older, ""; at != ""; {
					if documents[at] == nil {
						t.Fatalf("%s: %s leads nowhere", format, at)
					}
					l := turn(t, format, documents[at])
					pages = append(pages, at)
					for _, id := range l.items {
						seen[id]++
					}
					if len(l.items) != 10 {
						t.Errorf("%s: %s has %d items", format, at, len(l.items))
					}
					if format != JSON && (!l.archive || l.self != at || l.current != start || (l.newer == "") != (newer == "")) {
						t.Errorf("%s: %s has the links %+v", format, at, l)
					}
					at, newer = l.older, at
				}
				for id, n := range seen {
					if n != 1 {
						t.Errorf("%s: %s is on %d pages", format, id, n)
					}
				}
				for _, id := range newest.items {
					seen[id] = 1
				}
				if len(seen) != total {
					t.Errorf("%s: %d of %d articles were met, on %v", format, len(seen), total, pages)
				}
			}
		})
	}
}

// addresses of all pages, oldest first.
func addresses(r *Run) []string {
	var all []string
	for n := range r.Pages() {
		all = append(all, r.Address(n+1, true))
	}
	return all
}

// TestPagesStay: what is found at the address of a page never changes. A new
// article leaves full pages alone; an edit and a withdrawal give other
// addresses to their page and those after it, so that who walks back meets
// them, and to none before.
func TestPagesStay(t *testing.T) {
	opt := Options{FullText: true, Items: 10}
	p := newPress(t, 45)
	kept := site(t, p.run(opt))
	before := addresses(p.run(opt))
	same := func(want int) {
		t.Helper()
		r := p.run(opt)
		after := addresses(r)
		n := 0
		for n < min(len(before), len(after)) && before[n] == after[n] {
			n++
		}
		if n != want {
			t.Errorf("%d pages kept their addresses, want %d:\n%v\n%v", n, want, before, after)
		}
		for at, doc := range site(t, r) {
			if strings.Contains(at, "/archive/") && kept[at] != nil && !bytes.Equal(kept[at], doc) {
				t.Errorf("%s is another document (-was +is):\n%s", at, cmp.Diff(string(kept[at]), string(doc)))
			}
			kept[at] = doc
		}
		before = after
	}
	if len(before) != 4 {
		t.Fatalf("%d pages", len(before))
	}
	same(4)
	p.add(46, "a046")
	same(4)
	for n := int64(47); n <= 51; n++ {
		p.add(n, fmt.Sprintf("a%03d", n))
	}
	same(3) // the fourth now points to a fifth
	p.edits["a025"]++
	e := p.entries["a025"]
	changed := *e.Article
	changed.Title, changed.Changed = "Edited", at("2026-06-20T00:00:00Z")
	e.Article = &changed
	p.entries["a025"] = e
	same(2)
	delete(p.entries, "a015")
	same(1)
	for at, doc := range site(t, p.run(opt)) {
		if bytes.Contains(doc, []byte("a015")) {
			t.Errorf("%s holds what was withdrawn", at)
		}
	}
}

// TestGalleys: an article is read and set when it is new or was edited, and
// what is gone is not kept.
func TestGalleys(t *testing.T) {
	opt := Options{FullText: true}
	p := newPress(t, 600)
	first := p.fill(opt)
	if len(p.asked) != 600 || len(first) != 600 || first[0].Entry.N != 600 || first[599].Entry.N != 1 {
		t.Fatalf("%d of %d articles were read", len(p.asked), len(first))
	}
	again := p.fill(opt)
	if len(p.asked) != 0 || !slices.Equal(first, again) {
		t.Errorf("%v were read for the same", p.asked)
	}
	p.add(601, "new")
	p.edits["a007"]++
	delete(p.entries, "a100")
	if p.fill(opt); !slices.Equal(p.asked, []string{"a007", "new"}) {
		t.Errorf("%v were read", p.asked)
	}
	if len(p.galleys.kept) != 600 {
		t.Errorf("%d are kept", len(p.galleys.kept))
	}
	if p.fill(Options{}); len(p.asked) != 600 {
		t.Errorf("%d were read for other options", len(p.asked))
	}
	if all := p.fill(opt); all[0].Entry.Article.Body != "" {
		t.Error("a galley keeps the body besides its items")
	}

	failed := errors.New("the disk is gone")
	_, err := p.galleys.Fill(lead, opt, []content.Mark{{ID: "x"}}, func([]string) ([]content.Entry, error) { return nil, failed })
	if !errors.Is(err, failed) || len(p.galleys.kept) != 600 {
		t.Errorf("%v, and %d are kept", err, len(p.galleys.kept))
	}
}

// TestSetOnce: documents of galleys have the bytes of those that are made from
// the articles.
func TestSetOnce(t *testing.T) {
	p := newPress(t, 0)
	for _, e := range append(articles(), nasty(4), nasty(5)) {
		e.Item = e.Article.ID
		p.entries[e.Item] = e
	}
	for _, opt := range []Options{{FullText: true}, {}} {
		var wire []content.Entry
		for _, e := range p.entries {
			wire = append(wire, e)
		}
		kept, made := p.run(opt).Feed(), Articles(lead, Scope{}, wire, opt)
		for _, format := range made.Formats() {
			want, got := write(t, made, format), write(t, kept, format)
			if d := cmp.Diff(string(want), string(got)); d != "" {
				t.Errorf("%s (-want +got)\n%s", format, d)
			}
		}
		for i := range made.Items {
			if made.Items[i].Content != kept.Items[i].Content {
				t.Errorf("item %d holds %q", i, kept.Items[i].Content)
			}
		}
	}
}

// TestOnly: a part of a document is a whole document.
func TestOnly(t *testing.T) {
	f := newPress(t, 20).run(Options{FullText: true}).Feed()
	for _, format := range f.Formats() {
		whole, err := f.Sheet(format)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, it := range whole.Items[3:] {
			known[it.Text] = true
		}
		for n, wanted := range map[int]func(Fragment) bool{
			3: func(it Fragment) bool { return !known[it.Text] },
			0: func(Fragment) bool { return false },
		} {
			part := whole.Only(wanted)
			doc := part.Bytes()
			spotless(t, format, doc)
			if got := len(read(t, format, doc)); got != n || len(doc) != part.Len() {
				t.Errorf("%s: %d items, want %d; %d bytes, said %d", format, got, n, len(doc), part.Len())
			}
			var b bytes.Buffer
			if _, err := part.WriteTo(&b); err != nil || !bytes.Equal(b.Bytes(), doc) || part.Sum() == whole.Sum() {
				t.Errorf("%s: written differently, %v", format, err)
			}
		}
	}
}

// TestComplete: a feed that holds all there is says so, and no other does: whoever
// believes it throws the rest away.
func TestComplete(t *testing.T) {
	opt := Options{Items: 20}
	some := articles()
	fewer := Options{Items: 2}
	for what, c := range map[string]struct {
		feed *Feed
		want bool
	}{
		"a run of one document":      {newPress(t, 20).run(opt).Feed(), true},
		"a run with an archive":      {newPress(t, 21).run(opt).Feed(), false},
		"a page of an archive":       {newPress(t, 40).run(opt).Page(1), false},
		"nothing":                    {newPress(t, 0).run(opt).Feed(), true},
		"all articles":               {Articles(lead, Scope{}, some, opt), true},
		"some articles":              {Articles(lead, Scope{}, some, fewer), false},
		"all articles of a topic":    {Articles(lead, Scope{Topic: "Careers"}, some, Options{Items: 2}), true},
		"all events":                 {Events(lead, Scope{}, events(), opt), true},
		"some events":                {Events(lead, Scope{}, events(), fewer), false},
		"all events of a city":       {Events(lead, Scope{City: "London"}, events(), Options{Items: 1}), true},
		"a calendar, where it would": {Event(lead, events()[0], opt), true},
	} {
		for _, format := range []Format{RSS, Atom} {
			s, err := c.feed.Sheet(format)
			if err != nil {
				t.Fatal(err)
			}
			spotless(t, format, s.Bytes())
			if got := bytes.Contains(s.Bytes(), []byte(complete)); got != c.want {
				t.Errorf("%s, %s: says that it is complete: %v", what, format, got)
			}
			part := s.Only(func(Fragment) bool { return false }).Bytes()
			spotless(t, format, part)
			if bytes.Contains(part, []byte("fh:complete")) {
				t.Errorf("%s, %s: a part says that it is complete", what, format)
			}
		}
	}
}

// A feed of an archive is dated by what is on its page.
func TestPageDate(t *testing.T) {
	r := newPress(t, 30).run(Options{Items: 10})
	want := at("2026-06-01T08:00:00Z").Add(10 * time.Hour)
	if got := r.Page(1).Updated; !got.Equal(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
