package content

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A draft is a piece of writing in a random folder: what its editor knows of
// it. The name in its text tells which it is, whatever else becomes of it.
type draft struct {
	name               string
	path, slug         int
	title, body, style int
	day                int // of publication, from the first day of the history
	hidden             bool
	deleted            bool

	// What was done to it since it was last shown. Whoever changes file,
	// address and text together, in one glance, writes another article.
	path1, slug1, text1, head1 bool
	quiet                      time.Time // of its last change
}

// TestOnceAndOnlyOnce: whatever editors do to a folder, an article is released
// at most once, and exactly once if it stayed public long enough.
func TestOnceAndOnlyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory(t)
		start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		now := start
		n := 0
		rules := Rules{
			Settle: time.Duration(rapid.IntRange(0, 3).Draw(t, "settle")) * time.Minute,
			Flood:  rapid.SampledFrom([]int{0, 2, 20}).Draw(t, "flood"),
			Mint:   func() string { n++; return fmt.Sprintf("id%d", n) },
		}
		var desk []*draft
		names := 0
		add := func() {
			names++
			desk = append(desk, &draft{name: fmt.Sprintf("N%d", names), path: names * 1000, slug: names * 1000,
				day: rapid.IntRange(-900, 1).Draw(t, "day"), quiet: now})
		}
		show := func(d *draft) Found {
			f := Found{Hash: fmt.Sprintf("%s %d %d %d", d.name, d.title, d.body, d.day), Text: fmt.Sprintf("%s %d", d.name, d.body), At: Position{File: fmt.Sprint(d.path)}}
			f.Title = fmt.Sprintf("%s as of %d", d.name, d.title)
			f.Slug = fmt.Sprint("s", d.slug)
			f.Published = start.AddDate(0, 0, d.day)
			if f.Published.After(now) {
				f.Due = f.Published
			}
			f.Keys = []Key{Key(fmt.Sprintf("dir:x:%d", d.path)), Key(fmt.Sprintf("url:example.com/%d", d.slug))}
			if d.style%2 == 1 { // another format of front matter knows other things
				slices.Reverse(f.Keys)
				f.Keys = append(f.Keys, Key("dir:x:id:"+d.name))
			}
			return f
		}
		look := func() {
			l := Listing{Complete: true}
			for _, d := range desk {
				switch {
				case d.deleted:
				case d.hidden:
					l.Drafts++
				default:
					l.Articles = append(l.Articles, show(d))
					d.path1, d.slug1, d.text1, d.head1 = false, false, false, false
				}
			}
			p, err := m.Sync(t.Context(), "dir:x", now, func(k *Known) (*Plan, error) { return Reconcile(k, &l, rules, now), nil })
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Held) > 0 {
				t.Fatalf("conflicts where there are none: %v", p.Held)
			}
		}
		pick := func() *draft {
			if len(desk) == 0 {
				t.Skip("an empty desk")
			}
			return rapid.SampledFrom(desk).Draw(t, "which")
		}
		// known tells whether d would still be recognised after one more change.
		known := func(d *draft, path, slug, text, head bool) bool {
			path, slug, text, head = path || d.path1, slug || d.slug1, text || d.text1, head || d.head1
			if path && slug && text && head {
				return false
			}
			d.path1, d.slug1, d.text1, d.head1, d.quiet = path, slug, text, head, now
			return true
		}
		for range rapid.IntRange(0, 4).Draw(t, "at first") {
			add()
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(*rapid.T) { add() },
			"edit": func(*rapid.T) {
				if d := pick(); known(d, false, false, true, false) {
					d.body++
				}
			},
			"retitle": func(*rapid.T) {
				if d := pick(); known(d, false, false, false, true) {
					d.title++
				}
			},
			"date": func(t *rapid.T) {
				if d := pick(); known(d, false, false, false, true) {
					d.day = rapid.IntRange(-900, 1).Draw(t, "day")
				}
			},
			"rename": func(*rapid.T) {
				if d := pick(); known(d, true, false, false, false) {
					d.path++
				}
			},
			"new slug": func(*rapid.T) {
				if d := pick(); known(d, false, true, false, false) {
					d.slug++
				}
			},
			"reformat": func(*rapid.T) { pick().style++ },
			"hide":     func(*rapid.T) { d := pick(); d.hidden, d.quiet = !d.hidden, now },
			"delete":   func(*rapid.T) { d := pick(); d.deleted, d.quiet = !d.deleted, now },
			"look":     func(*rapid.T) { look() },
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "seconds")) * time.Second)
				look()
			},
			"accept": func(*rapid.T) { rules.Accept = true; look(); rules.Accept = false },
			"": func(t *rapid.T) {
				released := make(map[string]int)
				for _, r := range m.wire {
					released[nameOf(m.articles[r.Item])]++
				}
				for name, times := range released {
					if times > 1 {
						t.Fatalf("%s was released %d times", name, times)
					}
				}
			},
		})
		// In the end it is quiet, and an editor agrees to everything.
		rules.Accept = true
		look()
		now = now.Add(72 * time.Hour)
		look()
		now = now.Add(rules.Settle)
		look()
		released := make(map[string]int)
		public := make(map[string]bool)
		for _, r := range m.wire {
			released[nameOf(m.articles[r.Item])]++
		}
		for _, c := range m.articles {
			if c.State == Public {
				public[nameOf(c)] = true
			}
		}
		for _, d := range desk {
			on := !d.hidden && !d.deleted
			if public[d.name] != on {
				t.Errorf("%s: public is %v, want %v", d.name, public[d.name], on)
			}
			if on && released[d.name] != 1 {
				t.Errorf("%s is public and was released %d times", d.name, released[d.name])
			}
		}
		if strays := len(m.articles) - len(slices.Collect(maps.Keys(released))); strays != 0 {
			t.Errorf("%d articles are known and were never released: %v", strays, m.states())
		}
	})
}

func nameOf(c *Change) string {
	name, _, _ := strings.Cut(c.Title, " ")
	return name
}
