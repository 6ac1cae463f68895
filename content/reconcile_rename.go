package content

import (
	"maps"
	"slices"
	"strings"
)

// renames finds articles that lost all their keys: one is gone, and one that
// nobody knows has the same text, or the same title and day. That is the same
// article under another name, if nothing else might be meant. If several have the
// text, one of them is, and the others are copies of it; but a text that many
// have says nothing.
//
// Tools that copy first and delete later show both for a while, others neither.
// So something that was seen but never released may turn out to be the new
// name of what is gone, and something withdrawn may come back under a new one,
// as withdrawn as before if an editor did it.
//
// Sources do not share the keys of paths, so an article that another source
// has dropped, or that belongs to one no longer configured, is looked for in
// the same way. What another source still has is the same article only if
// readers would see no difference at all: files move between folders, and may
// be looked at in the new one first.
func (r *reconciling) renames(claims []claim, here map[string]bool) {
	var gone, withdrawn, left, elsewhere []*KnownArticle
	for _, id := range slices.Sorted(maps.Keys(r.known.Articles)) {
		k := r.known.Articles[id]
		switch {
		case here[id] || r.unread[id]:
		case k.Source == r.known.Source && k.State != Withdrawn:
			gone = append(gone, k)
		case k.Source == r.known.Source:
			withdrawn = append(withdrawn, k)
		case r.own(k.Source) || dropped(k):
			left = append(left, k)
		default:
			elsewhere = append(elsewhere, k)
		}
	}
	stock := r.stock()
	for _, pool := range [][]*KnownArticle{gone, withdrawn, left} {
		r.pair(claims, pool, false,
			func(k *KnownArticle) string { return k.Hash },
			func(f *Found) string { return f.Hash })
		r.pair(claims, pool, true,
			func(k *KnownArticle) string { return stock.but(k.Text) },
			func(f *Found) string { return stock.but(f.Text) })
		r.pair(claims, pool, false,
			func(k *KnownArticle) string { return headline(k.Title, k.Day) },
			func(f *Found) string { return headline(f.Title, DateOf(f.Published.UTC())) })
	}
	r.pair(claims, elsewhere, false,
		func(k *KnownArticle) string { return whole(k.Hash, k.Title) },
		func(f *Found) string { return whole(f.Hash, f.Title) })
}

// dropped reports whether the article's own source shows it no more.
func dropped(k *KnownArticle) bool { return k.State == Withdrawn && k.Reason == ReasonGone }

// pair joins those of the pool with those found which alone have the same
// mark; with copies, several found may have it, and the likeliest is joined. An
// empty mark marks nothing.
func (r *reconciling) pair(claims []claim, pool []*KnownArticle, copies bool, old func(*KnownArticle) string, now func(*Found) string) {
	taken := make(map[string]bool)
	for _, c := range claims {
		taken[c.id] = true
	}
	lost := make(map[string][]*KnownArticle)
	for _, k := range pool {
		if !taken[k.ID] {
			lost[old(k)] = append(lost[old(k)], k)
		}
	}
	if len(lost) == 0 {
		return
	}
	shown := make(map[string][]int)
	for i, c := range claims {
		if c.why == "" && !c.quiet && (c.id == "" || r.unreleased(c.id)) {
			shown[now(&r.listing.Articles[i])] = append(shown[now(&r.listing.Articles[i])], i)
		}
	}
	for mark, ks := range lost {
		is := shown[mark]
		if mark == "" || len(ks) != 1 || len(is) == 0 || len(is) > 1 && !copies {
			continue
		}
		c, k := &claims[slices.MinFunc(is, r.original)], ks[0]
		if c.id != "" {
			if k.State == Settling || k.State == Scheduled {
				continue // neither was released: the one that is there will be
			}
			for key, id := range r.known.Keys {
				if id == c.id {
					c.add = append(c.add, key)
				}
			}
			slices.Sort(c.add)
			r.forget = append(r.forget, c.id)
		}
		c.id = k.ID
	}
	slices.Sort(r.forget)
}

// unreleased reports whether id is an article of this source that may still
// turn out to be another one.
func (r *reconciling) unreleased(id string) bool {
	k := r.known.Articles[id]
	return k.Source == r.known.Source && (k.State == Settling || k.State == Scheduled || k.State == Held && k.Reason == ReasonFlood)
}

// headline is a mark of title and day; empty without either.
func headline(title string, day Date) string {
	title = strings.ToLower(strings.Join(strings.Fields(title), " "))
	if title == "" || day.IsZero() || day.Year <= 1 {
		return ""
	}
	return day.String() + " " + title
}

// whole is a mark of everything a reader would see; empty without a hash.
func whole(hash, title string) string {
	if hash == "" {
		return ""
	}
	return hash + " " + title
}
