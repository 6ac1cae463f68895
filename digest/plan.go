package digest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/mailer"
)

// A Plan is what an edition would be if it were published now: nothing is
// written.
type Plan struct {
	Newsletter *Newsletter
	Draft      *Draft // what an editor has changed of it
	Counts
	Versions []PlannedVersion // by number of readers, largest first
	Items    []PlannedItem    // of all versions, in the order of the letter
	Passed   []PlannedItem    // what some or all readers are not given, by number, the reason of most readers first
	Extra    []content.Entry  // reminders that publishing would put on the wire
}

// A PlannedVersion is a version that would be made.
type PlannedVersion struct {
	Version
	Readers int
}

// A PlannedItem is a release in a plan: how many readers are given it, or are
// not, and why.
type PlannedItem struct {
	Item
	Why     string // in words for editors; empty for what is given
	Readers int    // 0: nobody is given it, whoever they are
	Offer   Offer  // how it came to be on offer; of what is given
}

// An Offer says how a release came to be on offer.
type Offer string

// The kinds of offers.
const (
	OfferNew   Offer = ""      // it lies after bookmarks
	OfferKept  Offer = "kept"  // an earlier edition kept it, or it did not arrive
	OfferPutIn Offer = "in"    // an editor put it in
	OfferFirst Offer = "first" // it was there before the newsletter
)

// Plan looks at every reader and says what an edition published at now would
// hold for them. With subscriber not 0 only that reader is looked at.
func (p *Publisher) Plan(ctx context.Context, newsletter string, subscriber int64, now time.Time) (*Plan, error) {
	n, err := p.Newsletter(newsletter)
	if err != nil {
		return nil, err
	}
	head, err := p.Store.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("head of the wire: %w", err)
	}
	extra, err := p.wouldRemind(ctx, n, head, now)
	if err != nil {
		return nil, err
	}
	draft, err := p.Store.Draft(ctx, n.Name)
	if err != nil {
		return nil, err
	}
	slate, ask, err := p.slate(ctx, n, issue{horizon: head, changes: &draft.Changes, extra: extra}, now)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Newsletter: n, Draft: draft, Extra: extra}
	index := map[string]int{}
	alike := map[string]*likeReaders{}
	err = p.readers(ctx, n, ask, now, func(r *Reader) error {
		if subscriber != 0 && r.Subscriber != subscriber {
			return nil
		}
		d := slate.decide(r, p.language(r), now)
		if d.Reason == "" || d.Reason == mailer.Nothing {
			key := slate.key(r)
			if alike[key] == nil {
				alike[key] = &likeReaders{first: *r}
			}
			alike[key].n++
		}
		if d.Reason != "" {
			plan.None++
			return nil
		}
		plan.Planned++
		plan.Open++
		key := d.Language + fmt.Sprint(d.Items)
		i, ok := index[key]
		if !ok {
			i = len(plan.Versions)
			index[key] = i
			plan.Versions = append(plan.Versions, PlannedVersion{Version: Version{Edition: HandID(n.Name, now, "preview"), Language: d.Language, Items: d.Items}})
		}
		plan.Versions[i].Readers++
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(plan.Versions, func(a, b PlannedVersion) int { return b.Readers - a.Readers })
	for i := range plan.Versions {
		plan.Versions[i].N = i + 1
	}
	plan.Counts.Versions = len(plan.Versions)
	plan.Items, plan.Passed = slate.account(slices.Collect(maps.Values(alike)))
	return plan, nil
}

// likeReaders are readers for whom a slate holds the same.
type likeReaders struct {
	first Reader
	n     int
}

// account counts who is given what, and who is not.
func (s *Slate) account(readers []*likeReaders) (given, passed []PlannedItem) {
	given, passed = []PlannedItem{}, []PlannedItem{}
	got := map[int64]int{}
	type reason struct {
		n   int64
		why string
	}
	not := map[reason]*PlannedItem{}
	for _, l := range readers {
		items, out := s.choose(&l.first)
		for _, it := range items {
			got[it.N] += l.n
		}
		for _, p := range out {
			key := reason{p.N, p.Why}
			if not[key] == nil {
				not[key] = &PlannedItem{Item: p.Item, Why: p.Why}
			}
			not[key].Readers += l.n
		}
	}
	offers := slices.Clone(s.offers)
	slices.SortStableFunc(offers, s.places.inLetter)
	for _, f := range offers {
		if n := got[f.N]; n > 0 {
			given = append(given, PlannedItem{Item: item(f.Entry), Readers: n, Offer: s.offer(f)})
		}
	}
	for _, p := range not {
		passed = append(passed, *p)
	}
	for _, p := range s.out {
		passed = append(passed, PlannedItem{Item: p.Item, Why: p.Why})
	}
	slices.SortFunc(passed, func(a, b PlannedItem) int {
		return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(b.Readers, a.Readers), cmp.Compare(a.Why, b.Why))
	})
	return given, passed
}

// offer says how a release came to be on offer.
func (s *Slate) offer(f offer) Offer {
	switch {
	case s.putIn[f.N]:
		return OfferPutIn
	case s.extra[f.N]:
		return OfferKept
	case f.Baseline:
		return OfferFirst
	}
	return OfferNew
}

// wouldRemind returns the early reminders that publishing at now would
// release, numbered as they would be.
func (p *Publisher) wouldRemind(ctx context.Context, n *Newsletter, head int64, now time.Time) ([]content.Entry, error) {
	next := n.Next(now)
	if !n.Carries(content.KindReminder) || next.IsZero() {
		return nil, nil
	}
	var entries []content.Entry
	_, err := p.Store.Remind(ctx, now, func(events []content.Event, made []content.Release) []content.Release {
		entries = nil // a transaction may be tried again
		byID := map[string]*content.Event{}
		for i := range events {
			byID[events[i].ID] = &events[i]
		}
		for i, r := range content.Early(events, made, p.Remind, n.Name, now, n.ends(next)) {
			r.N, r.At = head+1+int64(i), now
			entries = append(entries, content.Entry{Release: r, Event: byID[r.Item]})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("early reminders: %w", err)
	}
	return entries, nil
}
