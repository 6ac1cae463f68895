package digest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

// A reader whose bookmark is at 2 is given what an editor leaves of five articles, of
// which the newest comes first.
func TestChanges(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	newsletter := &Newsletter{Name: "weekly", Items: []content.Kind{content.KindArticle}, First: 1, Newest: 24 * time.Hour, Topics: []string{"Culture"}}
	entries := func() (list []content.Entry) {
		for n := range int64(5) {
			a := &content.Article{ID: fmt.Sprint(n + 1), Published: at.Add(time.Duration(n) * time.Hour), Topics: []string{"Culture"}}
			if n == 0 {
				a.Topics = []string{"Platform"} // put in, it is nobody's but the editor's affair
			}
			list = append(list, content.Entry{
				Release: content.Release{N: n + 1, Kind: content.KindArticle, Item: a.ID, At: at.AddDate(0, 0, -3), Baseline: n == 1},
				Article: a, State: content.Public, Latest: true,
			})
		}
		return list
	}
	for name, tc := range map[string]struct {
		changes Changes
		asides  Asides
		owed    map[int64]bool
		want    []int64
		why     map[int64]string
	}{
		"nothing is changed": {want: []int64{5, 4, 3}},
		"one is left out": {changes: Changes{Out: []Removal{{N: 4, By: "Maya"}}}, want: []int64{5, 3},
			why: map[int64]string{4: "left out by Maya"}},
		"one is kept for next time": {changes: Changes{Out: []Removal{{N: 4, Keep: true}}}, want: []int64{5, 3},
			why: map[int64]string{4: "kept for next time"}},
		"one was left out before": {asides: Asides{Out: []int64{4}}, want: []int64{5, 3},
			why: map[int64]string{4: "left out of an earlier edition"}},
		"one that was left out is put in": {changes: Changes{In: []int64{4}}, asides: Asides{Out: []int64{4}}, want: []int64{5, 4, 3}},
		"order":                           {changes: Changes{Order: []int64{3, 5}}, want: []int64{3, 5, 4}},
		"lead":                            {changes: Changes{Lead: 4, Order: []int64{3, 4}}, want: []int64{4, 3, 5}},
		"lead of what is not there":       {changes: Changes{Lead: 9}, want: []int64{5, 4, 3}},
		"older ones are put in":           {changes: Changes{In: []int64{1, 2}}, owed: map[int64]bool{1: true, 2: true}, want: []int64{5, 4, 3, 2, 1}},
		"put in for who was not given it": {changes: Changes{In: []int64{1, 2}}, owed: map[int64]bool{2: true}, want: []int64{5, 4, 3, 2}},
		"kept by an earlier edition":      {asides: Asides{Extras: []Extra{{N: 2}}}, owed: map[int64]bool{2: true}, want: []int64{5, 4, 3, 2}},
		"kept, and left out after all": {changes: Changes{Out: []Removal{{N: 2}}}, asides: Asides{Extras: []Extra{{N: 2}}},
			owed: map[int64]bool{2: true}, want: []int64{5, 4, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			o := Offering{Newsletter: newsletter, Entries: entries(), Changes: &tc.changes, Extra: map[int64]bool{}, OfferedUpto: 2, At: at}
			var extras []Extra
			o.Out, extras = tc.changes.offered(&tc.asides)
			for _, x := range extras {
				o.Extra[x.N] = true
			}
			s := NewSlate(o)
			r := &Reader{Bookmark: 2, Owed: tc.owed}
			var got []int64
			for _, it := range s.Select(r) {
				got = append(got, it.N)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			for n, want := range tc.why {
				found := ""
				for _, p := range s.Why(r) {
					if p.N == n {
						found = p.Why
					}
				}
				if found != want {
					t.Errorf("release %d is left out because %q, want %q", n, found, want)
				}
			}
		})
	}
}

// Who is owed different releases is not answered from one memory.
func TestOwedIsRemembered(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	s := NewSlate(Offering{
		Newsletter: &Newsletter{Name: "weekly", Items: []content.Kind{content.KindArticle}}, Extra: map[int64]bool{1: true}, At: at,
		Entries: []content.Entry{{Release: content.Release{N: 1, Kind: content.KindArticle, Item: "a", At: at}, Article: &content.Article{ID: "a"}, State: content.Public, Latest: true}},
	})
	for range 2 {
		if n := len(s.Select(&Reader{Bookmark: 1, Owed: map[int64]bool{1: true}})); n != 1 {
			t.Errorf("who is owed a release gets %d", n)
		}
		if n := len(s.Select(&Reader{Bookmark: 1})); n != 0 {
			t.Errorf("who is not owed it gets %d", n)
		}
	}
}

// A plan says of every release how many readers are given it, and why others
// are not.
func TestAccount(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	var entries []content.Entry
	for n, topic := range []string{"Platform", "Platform", "Culture", ""} {
		a := &content.Article{ID: fmt.Sprint(n + 1), Published: at.Add(time.Duration(n) * time.Hour)}
		if topic != "" {
			a.Topics = []string{topic}
		}
		entries = append(entries, content.Entry{
			Release: content.Release{N: int64(n + 1), Kind: content.KindArticle, Item: a.ID, At: at}, Article: a, State: content.Public, Latest: true,
		})
	}
	c := &Changes{Out: []Removal{{N: 4, By: "Maya"}}, In: []int64{1}, Lead: 2}
	o := Offering{Newsletter: &Newsletter{Name: "weekly", Items: []content.Kind{content.KindArticle}}, Entries: entries, Changes: c, Extra: map[int64]bool{1: true}, At: at}
	o.Out, _ = c.offered(&Asides{})
	s := NewSlate(o)
	given, passed := s.account([]*likeReaders{
		{first: Reader{Bookmark: 1, Topics: []string{"Platform"}, Owed: map[int64]bool{1: true}}, n: 30},
		{first: Reader{Bookmark: 1}, n: 5},
		{first: Reader{Bookmark: 3}, n: 2},
	})
	line := func(items []PlannedItem) (out []string) {
		for _, p := range items {
			out = append(out, fmt.Sprintf("%d %d %s%s", p.N, p.Readers, p.Why, p.Offer))
		}
		return out
	}
	if d := cmp.Diff([]string{"2 35 ", "3 5 ", "1 30 in"}, line(given)); d != "" {
		t.Errorf("given (-want +got)\n%s", d)
	}
	if d := cmp.Diff([]string{"3 30 outside the reader's topics", "4 0 left out by Maya"}, line(passed)); d != "" {
		t.Errorf("passed (-want +got)\n%s", d)
	}
}
