package digest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A Publisher publishes editions and expands readers into them. It may be used
// by several goroutines, and by several processes on one store.
type Publisher struct {
	Store       Store
	Newsletters []*Newsletter
	Remind      []int               // days before an event, as in content.Reminders
	Language    func(string) string // the language a reader's letter is written in; nil: as the reader says
	Log         *slog.Logger
	// Queued is called when deliveries were written; it must not block.
	Queued func()

	languages sync.Map // what Language said; readers have a few dozen
}

// A Request asks for an edition. The schedule and an editor both make one.
type Request struct {
	Newsletter string
	Slot       time.Time // the planned moment; ignored when Hand
	Hand       bool      // by an editor: now, for everybody at once
	Key        string    // with Hand: from the page or command, so that a double click is one edition
	By         string
	Review     bool // write a draft that waits for an editor
}

// Newsletter returns the newsletter of that name, or ErrNotFound.
func (p *Publisher) Newsletter(name string) (*Newsletter, error) {
	for _, n := range p.Newsletters {
		if n.Name == name {
			return n, nil
		}
	}
	return nil, fmt.Errorf("newsletter %q: %w", name, ErrNotFound)
}

// Publish makes an edition of what is on the wire and sends it on its way;
// [Publisher.Expand] then finds its readers. It returns ErrPublished if the
// edition is there already, *HeldError if another one holds the newsletter,
// and ErrNothing if no reader would get anything; nothing is changed then.
func (p *Publisher) Publish(ctx context.Context, req Request, now time.Time) (*Edition, error) {
	n, err := p.Newsletter(req.Newsletter)
	if err != nil {
		return nil, err
	}
	e := Edition{
		Newsletter: n.Name, State: Sending, Slot: req.Slot.UTC(), Hand: req.Hand,
		By: req.By, Published: now.UTC(), Grace: n.Grace,
	}
	next := n.Next(later(req.Slot, now))
	if req.Hand {
		e.Slot, e.Grace, next = now.UTC(), 0, n.Next(now)
	}
	if e.Horizon, err = p.horizon(ctx, n, now, next); err != nil {
		return nil, err
	}
	switch {
	case req.Hand:
		e.ID = HandID(n.Name, now, req.Key)
	case n.Instant():
		e.ID = InstantID(n.Name, e.Horizon)
		e.Slot = now.UTC()
	default:
		e.ID = n.id(req.Slot)
	}
	// Looking first is cheap; the store says the last word.
	if _, err := p.Store.Edition(ctx, e.ID); err == nil {
		return &e, fmt.Errorf("edition %s: %w", e.ID, ErrPublished)
	} else if !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("edition %s: %w", e.ID, err)
	}
	found, err := p.anybody(ctx, n, e.Horizon, now)
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", e.ID, err)
	}
	if !found {
		return nil, fmt.Errorf("edition %s: %w", e.ID, ErrNothing)
	}
	var groups []Group
	if req.Review {
		e.State, e.Horizon, e.Published = InReview, 0, time.Time{}
	} else if groups, err = p.groups(ctx, n, &e, now); err != nil {
		return nil, err
	}
	if err := p.Store.Publish(ctx, e, groups); err != nil {
		return &e, fmt.Errorf("edition %s: %w", e.ID, err)
	}
	p.log().Info("edition published", "edition", e.ID, "state", e.State, "horizon", e.Horizon, "by", e.By)
	return &e, nil
}

// Approve sends an edition in review on its way, at its slot or now if that
// has passed.
func (p *Publisher) Approve(ctx context.Context, id string, now time.Time) error {
	e, err := p.Store.Edition(ctx, id)
	if err != nil {
		return fmt.Errorf("edition %s: %w", id, err)
	}
	n, err := p.Newsletter(e.Newsletter)
	if err != nil {
		return err
	}
	horizon, err := p.horizon(ctx, n, now, n.Next(later(e.Slot, now)))
	if err != nil {
		return err
	}
	groups, err := p.groups(ctx, n, e, now)
	if err != nil {
		return err
	}
	if err := p.Store.Approve(ctx, id, horizon, now, groups); err != nil {
		return fmt.Errorf("edition %s: approve: %w", id, err)
	}
	return nil
}

// groups returns how the readers of e are expanded.
func (p *Publisher) groups(ctx context.Context, n *Newsletter, e *Edition, now time.Time) ([]Group, error) {
	if e.Hand || n.Instant() {
		return []Group{{Zone: AllZones, Due: now.UTC()}}, nil
	}
	var zones []string
	if n.ReaderZone {
		var err error
		if zones, err = p.Store.Zones(ctx, n.Name); err != nil {
			return nil, fmt.Errorf("edition %s: zones: %w", e.ID, err)
		}
	}
	return n.groups(e.Slot, zones, now), nil
}

// horizon returns the head of the wire, after releasing the reminders that
// this newsletter must carry before its next slot has come for every reader.
func (p *Publisher) horizon(ctx context.Context, n *Newsletter, now, next time.Time) (int64, error) {
	if n.Carries(content.KindReminder) && !next.IsZero() {
		_, err := p.Store.Remind(ctx, now, func(events []content.Event, made []content.Release) []content.Release {
			return content.Early(events, made, p.Remind, n.Name, now, n.ends(next))
		})
		if err != nil {
			return 0, fmt.Errorf("early reminders: %w", err)
		}
	}
	head, err := p.Store.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("head of the wire: %w", err)
	}
	return head, nil
}

// An issue is what a slate is of: an edition, or one that might be published.
type issue struct {
	edition string // its ID; empty: it is not there yet
	horizon int64
	changes *Changes
	extra   []content.Entry // that would be on the wire
}

// slate fetches what an issue has on offer to n's readers. It also returns what
// must be asked about them.
func (p *Publisher) slate(ctx context.Context, n *Newsletter, of issue, now time.Time) (*Slate, Asked, error) {
	var ask Asked
	o := Offering{Newsletter: n, Changes: of.changes, At: now}
	oldest, ok, err := p.Store.Oldest(ctx, n.Name)
	if err != nil || !ok {
		return NewSlate(o), ask, err
	}
	if o.BaselineUpto, ok, err = p.Store.FirstHorizon(ctx, n.Name); err != nil {
		return nil, ask, err
	} else if !ok {
		o.BaselineUpto = of.horizon
	}
	if o.OfferedUpto, err = p.offered(ctx, n, of.horizon); err != nil {
		return nil, ask, err
	}
	q := WireQuery{After: oldest, Upto: of.horizon, BaselineUpto: o.BaselineUpto, Newsletter: n.Name, Now: now}
	if n.Newest > 0 {
		q.Since, q.SinceUpto = now.Add(-n.Newest), o.OfferedUpto
	}
	if o.Entries, err = p.Store.Entries(ctx, q); err != nil {
		return nil, ask, fmt.Errorf("wire: %w", err)
	}
	asides, err := p.Store.Asides(ctx, n.Name, of.edition)
	if err != nil {
		return nil, ask, err
	}
	if o.Out, ask.Extras = of.changes.offered(asides); len(ask.Extras) > 0 {
		if err := p.addExtras(ctx, &o, ask.Extras, of.horizon); err != nil {
			return nil, ask, err
		}
	}
	o.Entries = append(o.Entries, of.extra...)
	for _, e := range o.Entries {
		if e.Kind == content.KindNotice || e.Newsletter != "" {
			ask.Events = append(ask.Events, e.Item)
		}
	}
	slices.Sort(ask.Events)
	ask.Events = slices.Compact(ask.Events)
	return NewSlate(o), ask, nil
}

// addExtras adds the releases that are on offer whatever a reader's bookmark.
func (p *Publisher) addExtras(ctx context.Context, o *Offering, extras []Extra, horizon int64) error {
	o.Extra = make(map[int64]bool, len(extras))
	var missing []int64
	for _, x := range extras {
		o.Extra[x.N] = true
		if !slices.ContainsFunc(o.Entries, func(e content.Entry) bool { return e.N == x.N }) && x.N <= horizon {
			missing = append(missing, x.N)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := p.Store.EntriesByNumber(ctx, missing)
	if err != nil {
		return fmt.Errorf("wire: %w", err)
	}
	o.Entries = append(o.Entries, found...)
	slices.SortFunc(o.Entries, func(a, b content.Entry) int { return cmp.Compare(a.N, b.N) })
	return nil
}

// offered returns the horizon of the last edition but one before horizon. What
// lies after it was first on offer in the last edition, or is so now, and must
// not be passed over for its age: a letter that failed would lose it.
func (p *Publisher) offered(ctx context.Context, n *Newsletter, horizon int64) (int64, error) {
	if n.Newest <= 0 {
		return 0, nil
	}
	recent, err := p.Store.Editions(ctx, n.Name, 20)
	if err != nil {
		return 0, fmt.Errorf("editions: %w", err)
	}
	before := 0
	for _, e := range recent { // newest first
		if e.Published.IsZero() || e.Horizon >= horizon {
			continue
		}
		if before++; before == 2 {
			return e.Horizon, nil
		}
	}
	return 0, nil
}

// anybody reports whether any reader would get anything.
func (p *Publisher) anybody(ctx context.Context, n *Newsletter, horizon int64, now time.Time) (bool, error) {
	draft, err := p.Store.Draft(ctx, n.Name)
	if err != nil {
		return false, err
	}
	slate, ask, err := p.slate(ctx, n, issue{horizon: horizon, changes: &draft.Changes}, now)
	if err != nil || len(slate.offers) == 0 {
		return false, err
	}
	found := errors.New("found")
	err = p.readers(ctx, n, ask, now, func(r *Reader) error {
		if r.Reason == "" && len(slate.Select(r)) > 0 {
			return found
		}
		return nil
	})
	if errors.Is(err, found) {
		return true, nil
	}
	return false, err
}

// readers calls each for every reader of n, as they stand at now.
func (p *Publisher) readers(ctx context.Context, n *Newsletter, ask Asked, now time.Time, each func(*Reader) error) error {
	for after := int64(0); ; {
		page, err := p.Store.Look(ctx, n.Name, ask, after, 1000, now)
		if err != nil {
			return fmt.Errorf("readers: %w", err)
		}
		if len(page) == 0 {
			return nil
		}
		for i := range page {
			if err := each(&page[i]); err != nil {
				return err
			}
		}
		after = page[len(page)-1].Subscriber
	}
}

func (p *Publisher) language(r *Reader) string {
	if p.Language == nil {
		return r.Language
	}
	if words, ok := p.languages.Load(r.Language); ok {
		return words.(string)
	}
	words := p.Language(r.Language)
	p.languages.Store(r.Language, words)
	return words
}

func (p *Publisher) queued() {
	if p.Queued != nil {
		p.Queued()
	}
}

func (p *Publisher) log() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}
