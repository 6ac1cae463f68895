package content

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRulings tells what comes of an editor's word about what is held: at the
// sync after it, and at all later ones.
func TestRulings(t *testing.T) {
	a, b := post("a", 3).says("Of ships."), post("b", 2).says("Of shoes.")
	clash := copyOf(a, "x").says("Of sealing-wax.") // has the address of a
	same := a.at("x").says("Of ships.")             // has the text of a
	type step struct {
		after time.Duration
		shown Listing
		says  Verdict // of all that is held before this sync
		wire  string
		held  string
	}
	for name, steps := range map[string][]step{
		"a copy is left alone": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, same), wire: "*A, *B", held: "x.md"},
			{after: minute, says: Discard, shown: folder(a, b, same), wire: "*A, *B"},
			{after: 9 * minute, shown: folder(a, b, same), wire: "*A, *B"},
			{after: minute, shown: folder(b, same), wire: "*A, *B"},
			{after: 9 * minute, shown: folder(b, same), wire: "*A, *B"},
		},
		"a copy is the same, and stays when the original goes": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, same), wire: "*A, *B", held: "x.md"},
			{after: minute, says: Same, shown: folder(a, b, same), wire: "*A, *B"},
			{after: 9 * minute, shown: folder(b, same.titled("Better").says("Of ships.")), wire: "*Better, *B"},
			{after: 9 * minute, shown: folder(b, same.titled("Better").says("Of ships."), a), wire: "*A, *B"},
		},
		"a copy is another, is public at once, once, and comes back as itself": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, same.titled("X")), wire: "*A, *B", held: "x.md"},
			{after: minute, says: Another, shown: folder(a, b, same.titled("X")), wire: "*A, *B, X"},
			{after: 9 * minute, shown: folder(a, b, same.titled("X")), wire: "*A, *B, X"},
			{after: minute, shown: folder(a, b), wire: "*A, *B, X"},
			{after: 9 * minute, shown: folder(a, b, same.titled("X")), wire: "*A, *B, X"},
			{after: 9 * minute, shown: folder(b, same.titled("X")), wire: "*A, *B, X"},
		},
		"one of two that claim an address is left alone, and the other is edited again": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, clash), wire: "*A, *B", held: "x.md"},
			{after: minute, says: Discard, shown: folder(a.titled("Better").says("Of ships."), b, clash), wire: "*Better, *B"},
			{after: minute, shown: folder(b, clash), wire: "*Better, *B"}, // as when it was held: the address is there
		},
		"one of two that claim an address is another": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, clash), wire: "*A, *B", held: "x.md"},
			{after: minute, says: Another, shown: folder(a, b, clash), wire: "*A, *B, X"},
			{after: minute, shown: folder(a, b, clash.titled("Y").says("Of cabbages.")), wire: "*A, *B, Y"},
			{after: minute, shown: folder(a, b.titled("B2").says("Of shoes."), clash.titled("Y").says("Of cabbages.")), wire: "*A, *B2, Y"},
		},
		"another whose file is named otherwise is still the same": {
			{shown: folder(a, b), wire: "*A, *B"},
			{after: minute, shown: folder(a, b, clash), wire: "*A, *B", held: "x.md"},
			{after: minute, says: Another, shown: folder(a, b, clash), wire: "*A, *B, X"},
			{after: minute, shown: folder(a, b, clash.at("y")), wire: "*A, *B, X"},
			{after: 9 * minute, shown: folder(a, b, clash.at("y")), wire: "*A, *B, X"},
		},
		"two new ones that claim an address": {
			{shown: folder(b), wire: "*B"},
			{after: minute, shown: folder(b, a, clash), wire: "*B", held: "a.mdx.md"},
			{after: minute, says: Another, shown: folder(b, a, clash), wire: "*B, A, X"},
			{after: 9 * minute, shown: folder(b, a, clash), wire: "*B, A, X"},
		},
		"there is nothing that it could be the same as": {
			{shown: folder(b), wire: "*B"},
			{after: minute, shown: folder(b, a, clash), wire: "*B", held: "a.mdx.md"},
			{after: minute, says: Same, shown: folder(b, a, clash), wire: "*B", held: "a.mdx.md"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			var held []Conflict
			for i, st := range steps {
				for _, c := range held {
					if st.says != "" {
						s.m.rulings[c.Mark] = Ruling{st.says, append(c.IDs, "nothing")[0]}
					}
				}
				held = s.sync(st.after, st.shown).Held
				files := ""
				for _, c := range held {
					files += c.At.File
				}
				if got := s.released(); got != st.wire || files != st.held {
					t.Errorf("step %d: on the wire %q, held %q; want %q, %q", i+1, got, files, st.wire, st.held)
				}
			}
		})
	}
}

// TestRulingOfAnEvent: what is held of events is decided upon in the same way.
func TestRulingOfAnEvent(t *testing.T) {
	event := func(name string, line int, keys ...Key) FoundEvent {
		days := Span{First: Date{2026, 6, 2}, Last: Date{2026, 6, 3}}
		return FoundEvent{Event: Event{Name: name, City: "London", Zone: "UTC", Days: days, Slug: name}, Keys: keys, At: Position{File: "events.yaml", Line: line}}
	}
	one, two := event("one", 1, "dir:lead:id:1", "dir:lead:id:2"), event("two", 9, "dir:lead:id:2")
	for verdict, want := range map[Verdict]int{Discard: 1, Another: 2} {
		s := newSite(t)
		s.sync(0, Listing{Complete: true, Events: []FoundEvent{one}})
		shown := Listing{Complete: true, Events: []FoundEvent{one, two}}
		p := s.sync(minute, shown)
		if len(p.Held) != 1 {
			t.Fatalf("held: %v", p.Held)
		}
		s.m.rulings[p.Held[0].Mark] = Ruling{Verdict: verdict}
		for range 2 {
			if p = s.sync(minute, shown); len(p.Held) != 0 || len(s.m.events) != want {
				t.Errorf("%s: %d events, held: %v; want %d", verdict, len(s.m.events), p.Held, want)
			}
		}
	}
}

// TestRulingsReleaseOnce: whatever editors say of what is held, take back and
// say again, while files come, change and go: no article is released twice (the
// store complains), and each piece of writing once, or once more if an editor
// said that it is another one.
func TestRulingsReleaseOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory(t)
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		n := 0
		rules := Rules{Settle: time.Minute, Flood: rapid.SampledFrom([]int{0, 20}).Draw(t, "flood"), Mint: func() string { n++; return fmt.Sprintf("id%d", n) }}
		type piece struct {
			name     string
			id, text int
			gone     bool
		}
		var desk []*piece
		var held []Conflict
		titles := make(map[int64]string) // of what was released, as it was then
		another := make(map[string]bool)
		look := func() {
			l := Listing{Complete: true}
			for _, p := range desk {
				if p.gone {
					continue
				}
				f := Found{Hash: fmt.Sprintf("%s %d", p.name, p.text), Text: fmt.Sprint(p.text), At: Position{File: p.name}}
				f.Title, f.Slug = p.name, p.name
				f.Keys = []Key{Key("dir:x:path:" + p.name)}
				if p.id > 0 {
					f.Keys = append(f.Keys, Key(fmt.Sprint("dir:x:id:", p.id)))
				}
				l.Articles = append(l.Articles, f)
			}
			plan, err := m.Sync(t.Context(), "dir:x", now, func(k *Known) (*Plan, error) { return Reconcile(k, &l, rules, now), nil })
			if err != nil {
				t.Fatal(err)
			}
			held = plan.Held
			for _, r := range m.wire {
				if titles[r.N] == "" {
					titles[r.N] = m.articles[r.Item].Title
				}
			}
		}
		pick := func() *piece {
			if len(desk) == 0 {
				t.Skip("an empty desk")
			}
			return rapid.SampledFrom(desk).Draw(t, "which")
		}
		look()
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				desk = append(desk, &piece{name: fmt.Sprint("p", len(desk)), id: rapid.IntRange(0, 2).Draw(t, "id"), text: rapid.IntRange(1, 4).Draw(t, "text")})
			},
			"edit":   func(*rapid.T) { pick().text += 10 },
			"delete": func(*rapid.T) { p := pick(); p.gone = !p.gone },
			"look":   func(*rapid.T) { look() },
			"wait":   func(*rapid.T) { now = now.Add(3 * time.Minute); look() },
			"rule": func(t *rapid.T) {
				if len(held) == 0 {
					t.Skip("nothing is held")
				}
				c := rapid.SampledFrom(held).Draw(t, "conflict")
				word := Ruling{Verdict: rapid.SampledFrom([]Verdict{Discard, Same, Another}).Draw(t, "verdict")}
				if word.Verdict == Same && len(c.IDs) > 0 {
					word.Item = rapid.SampledFrom(c.IDs).Draw(t, "item")
				}
				another[c.At.File] = another[c.At.File] || word.Verdict == Another
				m.rulings[c.Mark] = word
				look()
				for _, still := range held {
					if still.Mark == c.Mark && word.Verdict != Same {
						t.Fatalf("%s was ruled upon and is held: %s", still.Title, still.Reason)
					}
				}
			},
			"take back": func(t *rapid.T) {
				if len(m.rulings) == 0 {
					t.Skip("nothing was ruled")
				}
				delete(m.rulings, rapid.SampledFrom(slices.Sorted(maps.Keys(m.rulings))).Draw(t, "ruling"))
				look()
			},
			"": func(t *rapid.T) {
				times := make(map[string]int)
				for _, name := range titles {
					times[name]++
				}
				for name, times := range times {
					if times > 1 && !(times == 2 && another[name]) {
						t.Fatalf("%s was released %d times", name, times)
					}
				}
			},
		})
	})
}
