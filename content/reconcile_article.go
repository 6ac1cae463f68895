package content

import (
	"maps"
	"slices"
	"time"
)

// articles decides about every article found, and every one that is not.
func (r *reconciling) articles() {
	found := r.listing.Articles
	items := make([]item, len(found))
	for i, f := range found {
		items[i] = item{f.Keys, f.At}
	}
	claims := r.identify(items,
		func(id string) bool { return r.known.Articles[id] != nil },
		func(i int, id string) bool { return found[i].Hash == r.known.Articles[id].Hash })

	here := make(map[string]bool) // known articles that are shown, one way or another
	for _, c := range claims {
		for _, id := range c.ids {
			here[id] = true
		}
	}
	if r.listing.Complete {
		r.renames(claims, here)
	}
	r.copies(claims)
	for i, c := range claims {
		switch {
		case c.quiet:
		case c.why != "":
			r.plan.Held = append(r.plan.Held, Conflict{At: found[i].At, Title: found[i].Title, Reason: c.why, IDs: c.ids, Mark: markOf(items[i])})
		case c.id == "":
			r.fresh(&found[i], c)
		default:
			r.seen(r.known.Articles[c.id], &found[i], c)
		}
	}
	// What is in conflict or unreadable is there, as it was.
	r.absent(here, claims)
	r.release()
}

// fresh takes up an article never seen before. What an editor has said is one
// was looked at, and needs not settle.
func (r *reconciling) fresh(f *Found, cl claim) {
	c := &Change{Article: f.Article, New: true, Hash: f.Hash, Text: f.Text, Since: r.now, Due: r.ahead(f.Due), Keys: cl.add}
	c.ID, c.Source, c.Changed = r.rules.Mint(), r.known.Source, r.now
	c.Slug = r.slug("", f.Slug, f.Title, c.ID)
	c.URL = f.URLAt(c.Slug)
	r.changes = append(r.changes, c)
	since := c.Since
	if cl.ruled {
		since = time.Time{}
	}
	r.advance(&c.State, &c.Reason, c.Due, since, candidate{id: c.ID, title: c.Title, published: c.Published, baseline: r.plan.Baseline && !r.rules.Told || f.Known})
}

// seen compares a known article with what the source shows now.
func (r *reconciling) seen(k *KnownArticle, f *Found, c claim) {
	mine := r.own(k.Source)
	adopted := mine && k.Source != r.known.Source
	if !mine && r.listing.Complete && dropped(k) {
		mine, adopted = true, true
	}
	if !mine {
		r.states = append(r.states, &StateChange{ID: k.ID, State: k.State, Reason: k.Reason, Keys: c.add})
		return
	}

	due := r.ahead(f.Due)
	edited := f.Hash != k.Hash
	since := k.Since
	if edited {
		since = r.now
		r.plan.Report.Edited++
	} else if since.After(r.now.Add(drift)) {
		since = r.now // it must not wait for the clock to be there again
	}
	var state *State
	var reason *string
	if edited || adopted || f.Text != k.Text || !since.Equal(k.Since) || !due.IsZero() && !due.Equal(k.Due) {
		ch := &Change{Article: f.Article, State: k.State, Reason: k.Reason, Hash: f.Hash, Text: f.Text, Since: since, Due: due, Keys: c.add}
		ch.ID, ch.Source, ch.Slug, ch.Changed = k.ID, k.Source, k.Slug, since
		if adopted {
			ch.Source = r.known.Source
		}
		if k.State != Public && k.State != Withdrawn {
			ch.Slug = r.slug(k.Slug, f.Slug, f.Title, k.ID)
		}
		ch.URL = f.URLAt(ch.Slug)
		r.changes = append(r.changes, ch)
		state, reason = &ch.State, &ch.Reason
	} else {
		s := &StateChange{ID: k.ID, State: k.State, Reason: k.Reason, Keys: c.add}
		r.states = append(r.states, s)
		state, reason = &s.State, &s.Reason
	}

	rep := &r.plan.Report
	switch {
	case k.State == Public && !due.IsZero():
		*state, *reason = Withdrawn, ReasonAhead
		rep.Withdrawn++
		r.wait(due)
	case k.State == Withdrawn && (k.Reason == ReasonGone || k.Reason == ReasonAhead):
		if due.IsZero() { // back again: released once and not again; what editions passed it over is the store's to know
			*state, *reason = Public, ""
		} else {
			*reason = ReasonAhead
			r.wait(due)
		}
	case k.State == Held && (k.Reason != ReasonFlood || !r.rules.Accept):
		rep.Held++
		if k.Reason == ReasonFlood {
			r.flooded = append(r.flooded, f.Title)
			if since.Add(r.rules.Settle).After(r.now) {
				r.stopped++
			}
		}
	case k.State == Held: // the editor agrees, and knows it as it is now
		r.advance(state, reason, due, time.Time{}, candidate{id: k.ID, title: f.Title, published: f.Published})
	case k.State == Settling || k.State == Scheduled:
		r.advance(state, reason, due, since, candidate{id: k.ID, title: f.Title, published: f.Published})
	}
}

// absent decides about the known articles of this source that are not shown.
func (r *reconciling) absent(here map[string]bool, claims []claim) {
	claimed := make(map[string]bool)
	for _, c := range claims {
		claimed[c.id] = true
	}
	var gone []*KnownArticle
	var missing []string // titles of public ones
	public := 0
	for _, id := range slices.Sorted(maps.Keys(r.known.Articles)) {
		k := r.known.Articles[id]
		if k.Source != r.known.Source {
			continue
		}
		if k.State == Public {
			public++
		}
		switch {
		case claimed[id] || slices.Contains(r.forget, id):
		case here[id] || r.unread[id]:
			r.stay(k)
		case r.listing.Complete:
			gone = append(gone, k)
			if k.State == Public {
				missing = append(missing, k.Title)
			}
		default:
			r.unshown(k)
		}
	}

	l := r.listing
	empty := len(l.Articles)+len(l.Unread)+l.Drafts == 0
	if n := len(missing); n > 0 && !r.rules.Accept && !r.rules.Told && (empty || n > max(r.rules.Flood, public/2)) {
		r.fail("%d of %s gone at once, and nothing was withdrawn: %s; put them back, or %s withdraws them",
			n, count(public, "article is", "articles are"), some(missing), agreeing)
		r.doubted = true
		for _, k := range gone {
			r.stay(k)
		}
		return
	}
	for _, k := range gone {
		r.take(k)
	}
}

// take withdraws an article that is gone, or forgets it.
func (r *reconciling) take(k *KnownArticle) {
	switch {
	case k.State == Public:
		r.states = append(r.states, &StateChange{ID: k.ID, State: Withdrawn, Reason: ReasonGone})
		r.plan.Report.Withdrawn++
	case k.State == Settling, k.State == Scheduled, k.State == Held && k.Reason == ReasonFlood:
		r.forget = append(r.forget, k.ID)
	default:
		r.stay(k)
	}
}

// unshown goes on with an article that a partial listing does not show any
// more: it was seen in public, and the page of a feed ends somewhere.
func (r *reconciling) unshown(k *KnownArticle) {
	since := k.Since
	if since.After(r.now.Add(drift)) {
		since = time.Time{} // the clock has gone back, and a state tells no time
	}
	switch {
	case k.State == Settling, k.State == Scheduled:
	case k.State == Held && k.Reason == ReasonFlood && r.rules.Accept:
		since = time.Time{}
	default:
		r.stay(k)
		return
	}
	s := &StateChange{ID: k.ID, State: k.State, Reason: k.Reason}
	r.advance(&s.State, &s.Reason, r.ahead(k.Due), since, candidate{id: k.ID, title: k.Title, published: k.Day.In(time.UTC)})
	r.states = append(r.states, s)
}

// stay counts an article that is left as it is.
func (r *reconciling) stay(k *KnownArticle) {
	switch k.State {
	case Settling:
		r.plan.Report.Settling++
	case Scheduled:
		r.plan.Report.Scheduled++
	case Held:
		r.plan.Report.Held++
		if k.Reason == ReasonFlood {
			r.flooded = append(r.flooded, k.Title)
		}
	}
}

// advance moves an article that was never released as far as time allows:
// scheduled, settling, or ready.
func (r *reconciling) advance(state *State, reason *string, due, since time.Time, a candidate) {
	settled := since.Add(r.rules.Settle)
	if a.baseline || since.IsZero() {
		settled = r.now
	}
	a.state, a.reason, a.settled = state, reason, settled
	switch {
	case !due.IsZero():
		*state, *reason = Scheduled, ""
		r.plan.Report.Scheduled++
		r.wait(later(due, settled))
	case settled.After(r.now):
		r.settling = append(r.settling, a)
	default:
		r.ready = append(r.ready, a)
	}
}

// ahead returns due if it lies ahead, else the zero time.
func (r *reconciling) ahead(due time.Time) time.Time {
	if due.After(r.now) {
		return due.UTC()
	}
	return time.Time{}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
