package content

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const minute = time.Minute

// A step is one sync and what is on the wire after it.
type step struct {
	after  time.Duration
	shown  Listing
	accept bool
	wire   string
	report Report
}

// TestReconcile tells the stories that real folders and feeds told.
func TestReconcile(t *testing.T) {
	a, b, c := post("a", 3), post("b", 2), post("c", 1)
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	year := 365 * 24 * time.Hour
	many := func(n int) (out []Found) {
		for i := range n {
			out = append(out, post(fmt.Sprintf("m%02d", i), i))
		}
		return out
	}
	manyWire := func(n int) string { // oldest first
		var out []string
		for i := n - 1; i >= 0; i-- {
			out = append(out, fmt.Sprintf("M%02d", i))
		}
		return strings.Join(out, ", ")
	}

	flood := []string{`21 new articles are held, for more than 20 (flood) came at once: "M00", "M01", "M02" and 18 more; "standfirst sync --accept" releases them`}

	tests := map[string][]step{
		"the first sync is the baseline, oldest first, without settling": {
			{shown: folder(c, a, b), wire: "*A, *B, *C", report: Report{Articles: 3, Released: 3, Baseline: 3}},
			{after: minute, shown: folder(c, a, b), wire: "*A, *B, *C", report: Report{Articles: 3}},
		},
		"an empty first sync is a baseline too": {
			{shown: folder()},
			{after: minute, shown: folder(a), report: Report{Articles: 1, Settling: 1}},
			{after: 2 * minute, shown: folder(a), wire: "A", report: Report{Articles: 1, Released: 1}},
		},
		"a new article settles, an edit starts that anew": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(a, b), wire: "*A", report: Report{Articles: 2, Settling: 1}},
			{after: minute, shown: folder(a, b.edited("better")), wire: "*A", report: Report{Articles: 2, Settling: 1, Edited: 1}},
			{after: minute, shown: folder(a, b.edited("better")), wire: "*A", report: Report{Articles: 2, Settling: 1}},
			{after: minute, shown: folder(a, b.edited("better")), wire: "*A, B", report: Report{Articles: 2, Released: 1}},
			{after: minute, shown: folder(a, b.edited("once more")), wire: "*A, B", report: Report{Articles: 2, Edited: 1}},
		},
		"a back-dated article goes out like any other": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(a, post("old", 2100)), wire: "*A", report: Report{Articles: 2, Settling: 1}},
			{after: 2 * minute, shown: folder(a, post("old", 2100)), wire: "*A, OLD", report: Report{Articles: 2, Released: 1}},
		},
		"an article with a date ahead waits, and is no baseline when its day comes": {
			{shown: folder(a, b.dated(noon)), wire: "*A", report: Report{Articles: 2, Released: 1, Baseline: 1, Scheduled: 1}},
			{after: 179 * minute, shown: folder(a, b.dated(noon)), wire: "*A", report: Report{Articles: 2, Scheduled: 1}},
			{after: minute, shown: folder(a, b.dated(noon)), wire: "*A, B", report: Report{Articles: 2, Released: 1}},
			{after: minute, shown: folder(a, b), wire: "*A, B", report: Report{Articles: 2}},
		},
		"a date that comes before the article settled": {
			{shown: folder(), wire: ""},
			{after: 179 * minute, shown: folder(b.dated(noon)), report: Report{Articles: 1, Scheduled: 1}},
			{after: minute, shown: folder(b.dated(noon)), report: Report{Articles: 1, Settling: 1}},
			{after: minute, shown: folder(b.dated(noon)), wire: "B", report: Report{Articles: 1, Released: 1}},
		},
		"a date put off, then given up": {
			{shown: folder(b.dated(noon)), report: Report{Articles: 1, Scheduled: 1}},
			{after: minute, shown: folder(b.dated(noon.Add(year))), report: Report{Articles: 1, Scheduled: 1}},
			{after: 200 * minute, shown: folder(b.dated(noon.Add(year))), report: Report{Articles: 1, Scheduled: 1}},
			{after: minute, shown: folder(b), wire: "B", report: Report{Articles: 1, Released: 1}},
		},
		"the date of a public article moves ahead": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(a, b.dated(noon)), wire: "*A, *B", report: Report{Articles: 2, Withdrawn: 1}},
			{after: 180 * minute, shown: folder(a, b.dated(noon)), wire: "*A, *B", report: Report{Articles: 2}},
		},
		"another file, another address, the same text": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(a, b.at("posts/new-b")), wire: "*A, *B", report: Report{Articles: 2}},
			{after: 3 * minute, shown: folder(a, b.at("posts/new-b").edited("now edited")), wire: "*A, *B", report: Report{Articles: 2, Edited: 1}},
		},
		"another file and address, the text edited, title and day as they were": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(a, b.at("x").edited("new")), wire: "*A, *B", report: Report{Articles: 2, Edited: 1}},
		},
		"a file of the same title and day beside the old one is another article": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(a, a.at("x").edited("new")), wire: "*A", report: Report{Articles: 2, Settling: 1}},
			{after: 2 * minute, shown: folder(a, a.at("x").edited("new")), wire: "*A, A", report: Report{Articles: 2, Released: 1}},
		},
		"copied first, the old one deleted later": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(a, b, b.at("x")), wire: "*A, *B", report: Report{Articles: 3, Held: 1,
				Errors: []string{`x.md: "B" is held: it has the same text as b.md; remove one of the two, or change what it says`}}},
			{after: minute, shown: folder(a, b.at("x")), wire: "*A, *B", report: Report{Articles: 2}},
			{after: 5 * minute, shown: folder(a, b.at("x")), wire: "*A, *B", report: Report{Articles: 2}},
		},
		"deleted first, the new one copied later": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(a), wire: "*A, *B", report: Report{Articles: 1, Withdrawn: 1}},
			{after: minute, shown: folder(a, b.at("x")), wire: "*A, *B", report: Report{Articles: 2}},
			{after: 5 * minute, shown: folder(a, b.at("x")), wire: "*A, *B", report: Report{Articles: 2}},
		},
		"two twins renamed at once cannot be told apart, and are new": {
			{shown: folder(a, b.edited("twin"), c.edited("twin")), wire: "*A, *B, *C", report: Report{Articles: 3, Released: 3, Baseline: 3}},
			{after: minute, shown: folder(a, b.at("x").edited("twin").titled("X"), c.at("y").edited("twin").titled("Y")),
				wire: "*A, *B, *C", report: Report{Articles: 3, Settling: 2, Withdrawn: 2}},
		},
		"gone and back": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(a), wire: "*A, *B", report: Report{Articles: 1, Withdrawn: 1}},
			{after: minute, shown: folder(a), wire: "*A, *B", report: Report{Articles: 1}},
			{after: minute, shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2}},
		},
		"gone before it settled, and back": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(a, b), wire: "*A", report: Report{Articles: 2, Settling: 1}},
			{after: 9 * minute, shown: folder(a), wire: "*A", report: Report{Articles: 1}},
			{after: minute, shown: folder(a, b), wire: "*A", report: Report{Articles: 2, Settling: 1}},
			{after: 2 * minute, shown: folder(a, b), wire: "*A, B", report: Report{Articles: 2, Released: 1}},
		},
		"unreadable is not gone, and does not go out": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(a, b), wire: "*A", report: Report{Articles: 2, Settling: 1}},
			{after: 9 * minute, shown: broken(folder(), a, b), wire: "*A",
				report: Report{Settling: 1, Refused: 2, Errors: []string{"a.md:1:1: cannot be read", "b.md:1:1: cannot be read"}}},
			{after: minute, shown: folder(a, b), wire: "*A, B", report: Report{Articles: 2, Released: 1}},
		},
		"a page of a feed does not show everything": {
			{shown: page(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: page(b), wire: "*A", report: Report{Articles: 1, Settling: 1}},
			{after: 2 * minute, shown: page(c), wire: "*A, B", report: Report{Articles: 1, Released: 1, Settling: 1}},
			{after: 2 * minute, shown: page(), wire: "*A, B, C", report: Report{Released: 1}},
			{after: minute, shown: page(a, b, c), wire: "*A, B, C", report: Report{Articles: 3}},
		},
		"two known ones claimed by one file": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(a.also(b)), wire: "*A, *B", report: Report{Articles: 1, Held: 1,
				Errors: []string{`a.md: "A" is held: it is known as several things at once: "A", "B"; take out the aliases or the id that belong to another`}}},
			{after: 9 * minute, shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2}},
		},
		"one known one claimed by two files": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: 9 * minute, shown: folder(copyOf(a, "b"), a), wire: "*A", report: Report{Articles: 2, Held: 1,
				Errors: []string{`b.md: "B" is held: it has the same address as a.md, example.com/a; remove one of the two, or give it another`}}},
			{after: 9 * minute, shown: folder(a), wire: "*A", report: Report{Articles: 1}},
		},
		"two new ones with one address": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(a, b, copyOf(b, "c")), wire: "*A", report: Report{Articles: 3, Held: 2, Errors: []string{
				`b.md: "B" is held: it has the same address as c.md, example.com/b; remove one of the two, or give it another`,
				`c.md: "C" is held: it has the same address as b.md, example.com/b; remove one of the two, or give it another`}}},
			{after: 9 * minute, shown: folder(a, b, c), wire: "*A", report: Report{Articles: 3, Settling: 2}},
			{after: 2 * minute, shown: folder(a, b, c), wire: "*A, B, C", report: Report{Articles: 3, Released: 2}},
		},
		"a flood is held, does not trickle out, and goes out when an editor agrees": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(append(many(21), a)...), wire: "*A", report: Report{Articles: 22, Held: 21,
				Errors: flood}},
			{after: 2 * minute, shown: folder(append(many(21), a)...), wire: "*A", report: Report{Articles: 22, Held: 21, Errors: flood}},
			{after: minute, shown: folder(append(many(21), a, b)...), wire: "*A", report: Report{Articles: 23, Held: 21, Settling: 1, Errors: flood}},
			{after: 2 * minute, shown: folder(append(many(21), a, b)...), wire: "*A, B", report: Report{Articles: 23, Held: 21, Released: 1, Errors: flood}},
			{after: minute, shown: folder(append(many(21), a, b)...), accept: true, wire: "*A, B, " + manyWire(21), report: Report{Articles: 23, Released: 21}},
		},
		"a flood that arrives slowly, and what comes with it": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(append(many(10), a)...), wire: "*A", report: Report{Articles: 11, Settling: 10}},
			{after: minute, shown: folder(append(many(20), a)...), wire: "*A", report: Report{Articles: 21, Settling: 20}},
			{after: minute, shown: folder(append(many(21), a)...), wire: "*A", report: Report{Articles: 22, Held: 21, // ten of them are ready
				Errors: flood}},
			{after: 59 * time.Second, shown: folder(append(many(21), a, b)...), wire: "*A", report: Report{Articles: 23, Settling: 1, Held: 21, Errors: flood}},
			{after: time.Second, shown: folder(append(many(22), a, b)...), wire: "*A", report: Report{Articles: 24, Settling: 2, Held: 21, Errors: flood}},
			{after: 5 * minute, shown: folder(append(many(22), a, b)...), wire: "*A, M21, B", report: Report{Articles: 24, Held: 21, Released: 2, Errors: flood}},
		},
		"a flood held that is renamed is held still": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(append(many(21), a)...), wire: "*A", report: Report{Articles: 22, Held: 21,
				Errors: flood}},
			{after: 2 * minute, shown: folder(append(many(21), a)...), wire: "*A", report: Report{Articles: 22, Held: 21, Errors: flood}},
			{after: minute, shown: folder(append(many(20), a, post("m20", 20).at("z"))...), wire: "*A", report: Report{Articles: 22, Held: 21, Errors: flood}},
			{after: 9 * minute, shown: folder(append(many(20), a, post("m20", 20).at("z"))...), wire: "*A", report: Report{Articles: 22, Held: 21, Errors: flood}},
		},
		"exactly as many as the flood are none": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: folder(append(many(20), a)...), wire: "*A", report: Report{Articles: 21, Settling: 20}},
			{after: 2 * minute, shown: folder(append(many(20), a)...), wire: "*A, " + manyWire(20), report: Report{Articles: 21, Released: 20}},
		},
		"a folder that was not mounted": {
			{shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2, Released: 2, Baseline: 2}},
			{after: minute, shown: folder(), wire: "*A, *B", report: Report{
				Errors: []string{`2 of 2 articles are gone at once, and nothing was withdrawn: "A", "B"; put them back, or "standfirst sync --accept" withdraws them`}}},
			{after: minute, shown: folder(a, b), wire: "*A, *B", report: Report{Articles: 2}},
			{after: minute, shown: folder(), accept: true, wire: "*A, *B", report: Report{Withdrawn: 2}},
		},
		"the only article becomes a draft": {
			{shown: folder(a), wire: "*A", report: Report{Articles: 1, Released: 1, Baseline: 1}},
			{after: minute, shown: Listing{Complete: true, Drafts: 1}, wire: "*A", report: Report{Drafts: 1, Withdrawn: 1}},
			{after: minute, shown: folder(a), wire: "*A", report: Report{Articles: 1}},
		},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			for i, st := range steps {
				s.rules.Accept = st.accept
				p := s.sync(st.after, st.shown)
				if got := s.released(); got != st.wire {
					t.Errorf("step %d: on the wire %q, want %q", i+1, got, st.wire)
				}
				st.report.Source = s.name
				if diff := cmp.Diff(st.report, p.Report, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("step %d: report (-want +got)\n%s", i+1, diff)
				}
			}
		})
	}
}

// titled gives a post another title.
func (f Found) titled(title string) Found { return f.as(func(f *Found) { f.Title = title }) }

// also gives a post the keys of another.
func (f Found) also(other Found) Found {
	return f.as(func(f *Found) { f.Keys = append(f.Keys, other.Keys...) })
}

// copyOf is a file of another name that claims the same address.
func copyOf(f Found, name string) Found {
	g := post(name, 0)
	g.Keys[1] = f.Keys[1]
	return g
}

// broken says of some posts that their files cannot be read.
func broken(l Listing, posts ...Found) Listing {
	for _, f := range posts {
		l.Unread = append(l.Unread, f.Keys[0])
		l.Problems = append(l.Problems, Problem{At: Position{f.At.File, 1, 1}, What: "cannot be read"})
	}
	return l
}

// TestHalfGone: half of a large folder may go at once, more may not.
func TestHalfGone(t *testing.T) {
	var all []Found
	for i := range 60 {
		all = append(all, post(fmt.Sprintf("p%02d", i), i))
	}
	s := newSite(t)
	s.sync(0, folder(all...))
	if got := s.sync(minute, folder(all[31:]...)).Report; got.Withdrawn != 0 || len(got.Errors) != 1 {
		t.Errorf("31 of 60 gone: withdrawn %d, errors %q", got.Withdrawn, got.Errors)
	}
	if got := s.sync(minute, folder(all[30:]...)).Report; got.Withdrawn != 30 || len(got.Errors) != 0 {
		t.Errorf("30 of 60 gone: withdrawn %d, errors %q", got.Withdrawn, got.Errors)
	}
}

// TestSlugs: wishes are kept where they are free, follow the source until the
// article is released, and never change afterwards.
func TestSlugs(t *testing.T) {
	s := newSite(t)
	same := post("b", 2).as(func(f *Found) { f.Slug = "a" })
	none := post("c", 1).as(func(f *Found) { f.Slug, f.Title = "", "Höhe & Weite" })
	s.sync(0, folder(post("a", 3)))
	slugs := func() string {
		var out []string
		for _, id := range []string{"id001", "id002", "id003"} {
			if c := s.m.articles[id]; c != nil {
				out = append(out, c.Slug)
			}
		}
		return strings.Join(out, " ")
	}
	s.sync(minute, folder(post("a", 3), same, none))
	if got, want := slugs(), "a a-2 hohe-and-weite"; got != want {
		t.Errorf("new: %s, want %s", got, want)
	}
	s.sync(minute, folder(post("a", 3), same.edited("x"), none.as(func(f *Found) { f.Slug, f.Hash = "d", "y" })))
	if got, want := slugs(), "a a-2 d"; got != want {
		t.Errorf("not released yet: %s, want %s", got, want)
	}
	s.sync(2*minute, folder(post("a", 3), same.edited("x"), none.as(func(f *Found) { f.Slug, f.Hash = "d", "y" })))
	s.sync(minute, folder(post("a", 3).as(func(f *Found) { f.Slug, f.Hash = "q", "q" }), same, none))
	if got, want := slugs(), "a a-2 d"; got != want {
		t.Errorf("released: %s, want %s", got, want)
	}
}

// TestEditorsWord: what an editor holds or takes back stays, whatever the
// source shows, but is kept up to date.
func TestEditorsWord(t *testing.T) {
	for _, state := range []State{Held, Withdrawn} {
		s := newSite(t)
		s.sync(0, folder(post("a", 3), post("b", 2)))
		s.m.articles["id001"].State, s.m.articles["id001"].Reason = state, "the editor said so"
		s.rules.Accept = true
		s.sync(minute, folder(post("a", 3).edited("new"), post("b", 2)))
		s.sync(minute, folder(post("b", 2)))
		s.sync(minute, folder(post("a", 3).edited("newer"), post("b", 2)))
		c := s.m.articles["id001"]
		if c.State != state || c.Hash != "newer" {
			t.Errorf("%s by an editor: now %s with %q", state, c.State, c.Hash)
		}
	}
}

// TestNext: a plan says when looking again is worthwhile.
func TestNext(t *testing.T) {
	s := newSite(t)
	if p := s.sync(0, folder(post("a", 1))); !p.Next.IsZero() {
		t.Errorf("nothing waits, next is %s", p.Next)
	}
	due := s.now.Add(90 * time.Second)
	p := s.sync(minute, folder(post("a", 1), post("b", 1), post("c", 1).dated(due)))
	if want := s.now.Add(2 * minute); !p.Next.Equal(want) {
		t.Errorf("next is %s, want %s, when both have settled", p.Next, want)
	}
}

// TestChanged: an article tells when readers would have seen it change last.
func TestChanged(t *testing.T) {
	s := newSite(t)
	s.sync(0, folder(post("a", 1)))
	first := s.now
	s.sync(minute, folder(post("a", 1).at("b")))
	s.sync(minute, folder(post("a", 1).at("b").dated(s.now.Add(time.Hour))))
	if got := s.m.articles["id001"].Changed; !got.Equal(first) {
		t.Errorf("changed %s, want %s: it was renamed and put off, not edited", got, first)
	}
	s.sync(minute, folder(post("a", 1).edited("new")))
	if got := s.m.articles["id001"].Changed; !got.Equal(s.now) {
		t.Errorf("changed %s, want %s", got, s.now)
	}
}

// TestOursStaysWhere: where our own server shows an article it stands at its
// slug: another if the wish is taken, and the first one if the wish changes.
func TestOursStaysWhere(t *testing.T) {
	s := newSite(t)
	ours := func(name, slug string) Found {
		return post(name, 1).as(func(f *Found) {
			f.Ours, f.Slug, f.URL = true, slug, "https://example.com/articles/"+slug
		})
	}
	s.sync(0, folder(ours("a", "same"), ours("b", "same")))
	s.sync(minute, folder(ours("a", "other").edited("new"), ours("b", "same")))
	for id, want := range map[string]string{"id001": "same", "id002": "same-2"} {
		if got := s.m.articles[id]; got.Slug != want || got.URL != "https://example.com/articles/"+want {
			t.Errorf("%s stands at %s with slug %s, want %s", id, got.URL, got.Slug, want)
		}
	}
}

// TestFloodTrickles: an import that takes its time is a flood still, and its
// last few do not slip through.
func TestFloodTrickles(t *testing.T) {
	s := newSite(t)
	shown := []Found{post("a", 1)}
	s.sync(0, folder(shown...))
	for i := range 310 {
		shown = append(shown, post(fmt.Sprintf("old%03d", i), i+10))
		if i%5 == 4 {
			s.sync(2*time.Second, folder(shown...))
		}
	}
	s.sync(2*minute, folder(shown...))
	if got := s.sync(2*minute, folder(shown...)).Report.Held; got != 310 || s.released() != "*A" {
		t.Errorf("held %d of 310, on the wire %s", got, s.released())
	}
}
