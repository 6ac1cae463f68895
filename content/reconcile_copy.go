package content

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// copies finds what is written twice in one source: something new whose text is
// that of an article which is there as well. Readers must not get it twice, and
// only an editor knows whether it is a mistake or the beginning of something
// else, so it is held. Of two that are both new, one is taken for the original.
//
// The first sync meets what was public before us: there an article that was
// printed again, under another title or on another day, is two.
func (r *reconciling) copies(claims []claim) {
	type original struct {
		name string // of its file, or its title
		id   string // if it is known
	}
	found := r.listing.Articles
	stock := r.stock()
	mark := func(text, title string, day Date) string {
		if text != "" && r.plan.Baseline {
			return text + " " + day.String() + " " + title
		}
		return stock.but(text)
	}
	marks := func(f *Found) (string, string) {
		return mark(f.Text, f.Title, DateOf(f.Published.UTC())), whole(f.Hash, f.Title)
	}
	there := make(map[string]original) // by mark
	note := func(o original, text, all string) {
		for _, m := range []string{text, all} {
			if _, ok := there[m]; !ok && m != "" {
				there[m] = o
			}
		}
	}

	claimed := make(map[string]bool)
	var fresh []int
	for i, c := range claims {
		f := &found[i]
		claimed[c.id] = true
		if c.quiet {
			continue
		}
		if c.id == "" && c.why == "" && !c.ruled {
			fresh = append(fresh, i)
			continue
		}
		text, all := marks(f)
		note(original{f.At.File, c.id}, text, all)
	}
	for _, id := range slices.Sorted(maps.Keys(r.known.Articles)) {
		k := r.known.Articles[id]
		if k.Source != r.known.Source || k.State == Withdrawn || claimed[id] || slices.Contains(r.forget, id) {
			continue
		}
		note(original{fmt.Sprintf("%q", k.Title), id}, mark(k.Text, k.Title, k.Day), whole(k.Hash, k.Title))
	}

	slices.SortFunc(fresh, r.original)
	for _, i := range fresh {
		f, c := &found[i], &claims[i]
		text, all := marks(f)
		o, ok := there[text]
		if !ok {
			o, ok = there[all]
		}
		if !ok {
			note(original{f.At.File, ""}, text, all)
			continue
		}
		c.why = fmt.Sprintf("it has the same text as %s; remove one of the two, or change what it says", o.name)
		if o.id != "" {
			c.ids = []string{o.id}
		}
	}
}

// original orders found articles by how likely each is the one that the others
// were copied from: "a.md" rather than "a copy.md".
func (r *reconciling) original(i, j int) int {
	a, b := &r.listing.Articles[i], &r.listing.Articles[j]
	return cmp.Or(a.Published.Compare(b.Published), len(a.At.File)-len(b.At.File), cmp.Compare(a.At.File, b.At.File))
}

// texts are marks of texts that stand in articles of many titles, as show
// notes and announcements of one wording do: they tell nothing about which
// article it is.
type texts map[string]bool

// but returns the mark, empty if it tells nothing.
func (t texts) but(mark string) string {
	if t[mark] {
		return ""
	}
	return mark
}

// stock returns the texts that three known articles of different titles share.
// Copies that are made into drafts of something else do not come to be known, so
// they never add up to three.
func (r *reconciling) stock() texts {
	const many = 3
	titles := make(map[string]map[string]bool)
	for _, k := range r.known.Articles {
		if titles[k.Text] == nil {
			titles[k.Text] = make(map[string]bool)
		}
		titles[k.Text][k.Title] = true
	}
	t := make(texts)
	for text, of := range titles {
		t[text] = len(of) >= many
	}
	return t
}
