package content

import (
	"cmp"
	"testing"
	"time"
)

// TestSourceRenamed: what was settling, or waited for its day, when its source
// got another name in the configuration is news to readers still, and not the
// baseline of that name; what nobody knew is.
func TestSourceRenamed(t *testing.T) {
	s := newSite(t)
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	a, b, c, d := post("a", 3), post("b", 2), post("c", 1).dated(noon), post("d", 9)
	s.sync(0, folder(a))
	s.sync(minute, folder(a, b, c))
	s.name, s.live = "dir:other", map[string]bool{"dir:other": true}
	s.sync(minute, folder(a, b, c, d))
	if got := s.released(); got != "*A, *D" {
		t.Errorf("renamed: on the wire %s", got)
	}
	s.sync(minute, folder(a, b, c, d))
	s.sync(3*time.Hour, folder(a, b, c, d))
	if got := s.released(); got != "*A, *D, B, C" {
		t.Errorf("settled, and its day: on the wire %s", got)
	}
	for id, k := range s.m.articles {
		if k.Source != s.name {
			t.Errorf("%s belongs to %s", id, k.Source)
		}
	}
}

// ours is a file of a source that has no other address than the one we give:
// all its keys are the source's own, and readers see when it changes its slug.
func ours(source, file, slug, text string) Found {
	return post(file, 1).as(func(f *Found) {
		f.Ours, f.Slug, f.URL = true, slug, "https://example.com/articles/"+slug
		f.Keys = []Key{Key(source + ":at:/articles/" + slug), Key(source + ":path:" + file)}
		f.Title, f.Hash = text, slug+" "+text
	})
}

// TestSameNameInTwoSources: files of one name in two folders are two articles,
// and the second stands at an address of its own. A copy is none.
func TestSameNameInTwoSources(t *testing.T) {
	s := newSite(t)
	s.sync(0, folder(ours("dir:lead", "a.md", "a", "One"), ours("dir:lead", "b.md", "b", "Copy")))
	s.name = "dir:two"
	s.sync(0, folder())
	two := folder(ours("dir:two", "a.md", "a", "Two"), ours("dir:two", "b.md", "b", "Copy"))
	s.sync(minute, two)
	s.sync(2*minute, two)
	if got := s.released(); got != "*Copy, *One, Two" {
		t.Errorf("on the wire %s", got)
	}
	// Renamed, it is the same article, at the same address.
	p := s.sync(minute, folder(ours("dir:two", "x.md", "a", "Two, edited"), ours("dir:two", "b.md", "b", "Copy")))
	if got := s.m.articles["id003"]; len(s.m.articles) != 3 || len(p.Held) != 0 || got.URL != "https://example.com/articles/a-2" || got.Title != "Two, edited" {
		t.Errorf("%d articles, held %v, the third %+v", len(s.m.articles), p.Held, got)
	}
}

// TestMovedBetweenSources: a file moved from one folder to another is the same
// article, in whichever order they are read. It does not go out again, and is
// not withdrawn.
func TestMovedBetweenSources(t *testing.T) {
	for name, tt := range map[string]struct {
		settle time.Duration
		before time.Duration // how long it was there before it moved
		text   string        // after the move
		first  bool          // the folder it leaves is read first
		slug   string        // in the end, if it could not keep it
	}{
		"left first":                {settle: minute, before: time.Hour, text: "B", first: true},
		"left last":                 {settle: minute, before: time.Hour, text: "B"},
		"without settling":          {before: time.Hour, text: "B"},
		"edited on the way":         {settle: minute, before: time.Hour, text: "B with other links", first: true},
		"edited, and left last":     {settle: minute, before: time.Hour, text: "B with other links"},
		"settling, left first":      {settle: minute, before: time.Second, text: "B", first: true},
		"settling, left last":       {settle: minute, before: time.Second, text: "B"},
		"settling, edited":          {settle: minute, before: time.Second, text: "B with other links", first: true},
		"settling, edited and last": {settle: minute, before: time.Second, text: "B with other links", slug: "b-2"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory(t)
			from, to := &shelf{name: "dir:from"}, &shelf{name: "dir:to"}
			s := &Syncer{Store: m, Sources: []Watched{
				{Source: to, Rules: Rules{Settle: tt.settle, Flood: 20}}, {Source: from, Rules: Rules{Settle: tt.settle, Flood: 20}},
			}}
			if tt.first {
				s.Sources[0], s.Sources[1] = s.Sources[1], s.Sources[0]
			}
			now := moment("2026-03-02T09:00:00Z")
			sync := func(after time.Duration) []Report {
				t.Helper()
				now = now.Add(after)
				reports, err := s.Sync(t.Context(), now, SyncOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return reports
			}
			a, b := ours("dir:from", "a.md", "a", "A"), ours("dir:from", "b.md", "b", "B")
			moved := ours("dir:to", "b.md", "b", "B")
			moved.Hash = "b " + tt.text
			from.put(folder(a), nil)
			to.put(folder(post("c", 1)), nil)
			sync(0)
			from.put(folder(a, b), nil)
			sync(minute)
			sync(tt.before)
			from.put(folder(a), nil)
			to.put(folder(post("c", 1), moved), nil)
			sync(minute)
			if got := m.states(); tt.before == time.Hour && got[1] != "B public" {
				t.Errorf("right after the move: %v", got)
			}
			sync(minute)
			sync(minute)
			sync(minute)
			if len(m.wire) != 3 || len(m.articles) != 3 {
				t.Errorf("%d on the wire, known %v", len(m.wire), m.states())
			}
			for _, c := range m.articles {
				if c.State != Public || c.Title == "B" && (c.Source != "dir:to" || c.Slug != cmp.Or(tt.slug, "b")) {
					t.Errorf("%s is %s in %s at %s", c.Title, c.State, c.Source, c.URL)
				}
			}
		})
	}
}

// TestRenamedWithoutSharedKeys: when a source of our own addresses gets another
// name, none of its keys is known. Its articles are, and what an editor said
// about them.
func TestRenamedWithoutSharedKeys(t *testing.T) {
	s := newSite(t)
	shown := func(source string) Listing {
		return folder(ours(source, "a.md", "a", "A"), ours(source, "b.md", "b", "B"), ours(source, "c.md", "c", "C"), ours(source, "d.md", "d", "D"))
	}
	before := shown("dir:lead")
	s.sync(0, folder(before.Articles[:3]...))
	s.m.articles["id002"].State, s.m.articles["id002"].Reason = Withdrawn, "the editor said so"
	s.sync(minute, before)
	s.name, s.live = "dir:other", map[string]bool{"dir:other": true}
	after := shown("dir:other")
	after.Articles[2].Hash = "edited meanwhile"
	s.sync(minute, after)
	s.sync(2*minute, after)
	if got := s.released(); got != "*A, *B, *C, D" {
		t.Errorf("on the wire %s", got)
	}
	if got := s.m.states(); len(got) != 4 || got[1] != "B withdrawn" {
		t.Errorf("states %v", got)
	}
	for id, c := range s.m.articles {
		if c.Source != "dir:other" {
			t.Errorf("%s belongs to %s", id, c.Source)
		}
	}
}

// TestKeysBeforeTheUpgrade: articles of our own addresses were known by these
// in older databases. They are recognised by their paths, and are not new.
func TestKeysBeforeTheUpgrade(t *testing.T) {
	s := newSite(t)
	now := ours("dir:lead", "a.md", "a", "A")
	was := now.as(func(f *Found) { f.Keys[0] = URLKey(f.URL) })
	s.sync(0, folder(was, post("c", 1)))
	p := s.sync(minute, folder(now, post("c", 1)))
	if len(p.Articles) != 0 || s.m.keys[now.Keys[0]] != "id001" {
		t.Errorf("%+v, key of %q", p, s.m.keys[now.Keys[0]])
	}
	s.sync(minute, folder(now.as(func(f *Found) { f.Keys[1], f.Hash, f.Title = "dir:lead:path:x.md", "other", "Other" }), post("c", 1)))
	if got := s.released(); got != "*Other, *C" {
		t.Errorf("on the wire %s", got)
	}
}

// TestEventsBetweenSources: an event that one source lists no more and another
// one does takes place, in whichever order they are read.
func TestEventsBetweenSources(t *testing.T) {
	for _, keyed := range []bool{true, false} { // by a page, which is the same everywhere, or by keys of the source
		s := newSite(t)
		there := conf("Lead", "2026-06-02")
		here := there.as(func(e *FoundEvent) {
			if !keyed {
				e.Keys = []Key{"dir:two:event:1"}
			}
		})
		s.sync(0, events(there))
		s.name = "dir:two"
		s.sync(0, events())
		s.name = "dir:lead"
		s.sync(minute, events())
		s.name = "dir:two"
		s.sync(minute, events(here))
		if e := s.m.events["id001"]; len(s.m.events) != 1 || e.Status != Confirmed || e.Source != "dir:two" {
			t.Errorf("shared key %v: %d events, the first is %s in %s", keyed, len(s.m.events), e.Status, e.Source)
		}
	}
}

// TestTwoSources: an address is the same article wherever it turns up. It
// belongs to the source that showed it first, as long as that is read.
func TestTwoSources(t *testing.T) {
	s := newSite(t)
	a := post("a", 3)
	s.sync(0, folder(a, post("b", 2)))
	s.name = "feed:lead"
	byFeed := a.as(func(f *Found) { f.Keys[0], f.Hash, f.Title = "feed:lead:1", "as the feed has it", "A in the feed" })
	p := s.sync(minute, page(byFeed))
	if p.Report.Released != 0 || p.Report.Edited != 0 || s.m.keys["feed:lead:1"] != "id001" {
		t.Errorf("second source: %+v, key of %q", p.Report, s.m.keys["feed:lead:1"])
	}

	s.name = "dir:lead"
	s.sync(minute, folder(post("b", 2)))
	s.name = "feed:lead"
	s.sync(minute, page(byFeed))
	if got := s.m.articles["id001"].State; got != Withdrawn {
		t.Errorf("taken back, but still in the feed: %s", got)
	}
	s.name = "dir:other"
	s.sync(minute, folder(byFeed))
	if got := s.m.articles["id001"]; got.State != Public || got.Source != "dir:other" {
		t.Errorf("moved to another folder: %s in %s", got.State, got.Source)
	}

	// The folder got another name in config.yaml.
	s.name = "dir:new"
	s.now = s.now.Add(minute)
	known := s.m.known(s.name)
	known.Live = map[string]bool{"dir:new": true}
	l := folder(a.edited("here now"), post("b", 2))
	p = Reconcile(known, &l, s.rules, s.now)
	if len(p.Releases) != 0 || len(p.Articles) != 2 || p.Articles[0].Source != "dir:new" || p.Articles[0].ID != "id001" {
		t.Errorf("renamed source: %+v", p)
	}
}
