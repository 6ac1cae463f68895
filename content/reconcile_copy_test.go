package content

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// says gives a post a text of which nothing but itself knows the mark.
func (f Found) says(text string) Found {
	return f.as(func(f *Found) { f.Text, f.Hash = text, f.URL+" "+f.Title+" "+text })
}

// TestSameText: what is written tells that an article is the same under another
// name, and that one beside it is a copy, which is not sent by itself.
func TestSameText(t *testing.T) {
	a, b := post("a", 3).says("Of ships."), post("b", 2).says("Of shoes.")
	renamed := func(name string) Found { return b.at(name).titled("Better").says("Of shoes.") }
	type step struct {
		after time.Duration
		shown Listing
		wire  string
		held  string
	}
	for name, steps := range map[string][]step{
		"another file, address and title": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, renamed("x")), wire: "*A, *Better"},
			{after: 9 * minute, shown: folder(a, renamed("x")), wire: "*A, *Better"},
		},
		"another file, address and day": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, post("x", 9).titled("Better").says("Of shoes.")), wire: "*A, *Better"},
		},
		"deleted first, and back under another name and title": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a), wire: "*A, *B"},
			{after: minute, shown: folder(a, renamed("x")), wire: "*A, *Better"},
			{after: 9 * minute, shown: folder(a, renamed("x")), wire: "*A, *Better"},
		},
		"copied first, under another title, the old one deleted later": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, renamed("x")), wire: "*A, *B", held: "x.md"},
			{after: 9 * minute, shown: folder(a, b, renamed("x")), wire: "*A, *B", held: "x.md"},
			{after: minute, shown: folder(a, renamed("x")), wire: "*A, *Better"},
			{after: 9 * minute, shown: folder(a, renamed("x")), wire: "*A, *Better"},
		},
		"renamed and copied at once": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, renamed("longer"), renamed("x")), wire: "*A, *Better", held: "longer.md"},
		},
		"a copy that becomes something else": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, post("c", 1).says("Of ships.")), wire: "*A, *B", held: "c.md"},
			{after: minute, shown: folder(a, b, post("c", 1).says("Of sealing-wax.")), wire: "*A, *B"},
			{after: 2 * minute, shown: folder(a, b, post("c", 1).says("Of sealing-wax.")), wire: "*A, *B, C"},
		},
		"a copy of what only settles, and of what waits for its day": {
			{shown: folder(a), wire: "*A"},
			{after: minute, shown: folder(a, b), wire: "*A"},
			{after: minute, shown: folder(a, b, renamed("x")), wire: "*A", held: "x.md"},
			{after: 9 * minute, shown: folder(a, b, renamed("x")), wire: "*A, B", held: "x.md"},
		},
		"two new ones": {
			{shown: folder(a), wire: "*A"},
			{after: minute, shown: folder(a, renamed("b copy"), b), wire: "*A", held: "b copy.md"},
			{after: 2 * minute, shown: folder(a, renamed("b copy"), b), wire: "*A, B", held: "b copy.md"},
		},
		"the original of two new ones goes": {
			{shown: folder(a), wire: "*A"},
			{after: minute, shown: folder(a, renamed("b copy"), b), wire: "*A", held: "b copy.md"},
			{after: 2 * minute, shown: folder(a, renamed("b copy"), b), wire: "*A, B", held: "b copy.md"},
			{after: minute, shown: folder(a, renamed("b copy")), wire: "*A, Better"},
		},
		"in the first sync": {
			{shown: folder(b.at("b copy").says("Of shoes."), a, b), wire: "*A, *B", held: "b copy.md"},
			{after: 9 * minute, shown: folder(b.at("b copy").says("Of shoes."), a), wire: "*A, *B"},
		},
		"what was printed twice before us is two": {
			{shown: folder(a, b, post("c", 1).titled("B").says("Of shoes."), post("d", 0).titled("D").says("Of ships.")), wire: "*A, *B, *B, *D"},
		},
		"the original cannot be read": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: broken(folder(a, renamed("x")), b), wire: "*A, *B", held: "x.md"},
		},
		"the page of a feed does not show the original": {
			{shown: page(a, b), wire: "*A, *B"},
			{after: minute, shown: page(renamed("x")), wire: "*A, *B", held: "x.md"},
		},
		"a text that many articles have says nothing": {
			{shown: folder(a.says("Show notes."), b.says("Show notes."), post("c", 1).says("Show notes.")), wire: "*A, *B, *C"},
			{after: minute, shown: folder(a.says("Show notes."), b.says("Show notes."), post("d", 0).says("Show notes.")), wire: "*A, *B, *C"},
			{after: 2 * minute, shown: folder(a.says("Show notes."), b.says("Show notes."), post("d", 0).says("Show notes.")), wire: "*A, *B, *C, D"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			for i, st := range steps {
				p := s.sync(st.after, st.shown)
				held := ""
				for _, c := range p.Held {
					held += c.At.File
				}
				if got := s.released(); got != st.wire || held != st.held {
					t.Errorf("step %d: on the wire %q, held %q; want %q, %q", i+1, got, held, st.wire, st.held)
				}
			}
		})
	}
}

// TestCopyIsNamed: the editor is told which two files it is about.
func TestCopyIsNamed(t *testing.T) {
	s := newSite(t)
	a := post("a", 3).says("Of ships.")
	s.sync(0, folder(a))
	p := s.sync(minute, folder(a, a.at("b").says("Of ships.")))
	want := []Conflict{{At: Position{File: "b.md"}, Title: "A", IDs: []string{"id001"},
		Reason: "it has the same text as a.md; remove one of the two, or change what it says"}}
	if diff := cmp.Diff(want, p.Held, cmpopts.IgnoreFields(Conflict{}, "Mark")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestTextIsLearned: a database from before texts had marks gets them without
// an edit being counted or a date being changed.
func TestTextIsLearned(t *testing.T) {
	s := newSite(t)
	a := post("a", 3).says("Of ships.")
	s.sync(0, folder(a))
	first := s.now
	s.m.articles["id001"].Text = ""
	p := s.sync(9*minute, folder(a))
	if got := s.m.articles["id001"]; got.Text != "Of ships." || !got.Changed.Equal(first) || p.Report.Edited != 0 {
		t.Errorf("text %q, changed %s, %d edited", got.Text, got.Changed, p.Report.Edited)
	}
	if p := s.sync(9*minute, folder(a)); p.News() {
		t.Errorf("written again: %+v", p.Articles)
	}
}

// TestClashIsTold: an editor learns with what a file or an event clashes, and
// in what, in words that need no knowledge of us.
func TestClashIsTold(t *testing.T) {
	at := func(file string, line int, keys ...Key) item { return item{keys, Position{File: file, Line: line}} }
	for _, tt := range []struct {
		a, b item
		want string
	}{
		{at("a.md", 1, "dir:x:path:a.md", "dir:x:at:/articles/a"), at("b.md", 1, "dir:x:at:/articles/a"), "it has the same address as b.md, /articles/a; remove one of the two, or give it another"},
		{at("a.md", 1, "dir:x:id:7"), at("b.md", 1, "url:example.com/a", "dir:x:id:7"), "it has the same id as b.md, 7; remove one of the two, or give it another"},
		{at("events.yaml", 9, "dir:x:event/conf/2026/london"), at("events.yaml", 2, "dir:x:event/conf/2026/london"),
			"it has the same name, day and place, or id as events.yaml:2; remove one of the two, or give it another"},
		{at("a.md", 1, "url:example.com/a"), at("b.md", 1, "url:example.com/b"), `it says that it is "T", as b.md does; remove one of the two, or its aliases`},
	} {
		r := &reconciling{known: &Known{Source: "dir:x"}}
		if got := r.clash(tt.a, tt.b, "T"); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
