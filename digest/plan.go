package digest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A Plan is what an edition would be if it were published now: nothing is
// written.
type Plan struct {
	Newsletter *Newsletter
	Draft      *Draft // what an editor has changed of it
	Counts
	Versions []PlannedVersion // by number of readers, largest first
	Extra    []content.Entry  // reminders that publishing would put on the wire
}

// A PlannedVersion is a version that would be made.
type PlannedVersion struct {
	Version
	Readers int
}

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
	err = p.readers(ctx, n, ask, now, func(r *Reader) error {
		if subscriber != 0 && r.Subscriber != subscriber {
			return nil
		}
		d := slate.decide(r, p.language(r), now)
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
	return plan, nil
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
