package content

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// A Store keeps what was found. What a plan says is written down as it is.
type Store interface {
	// Sync calls decide with what is known, in one transaction that no other
	// sync and no publication can enter, and writes the plan down; its releases
	// are numbered in their order. The next Known of the source has the plan's
	// At. An error of decide leaves everything as it was and is returned,
	// wrapped or not.
	Sync(ctx context.Context, source string, now time.Time, decide func(*Known) (*Plan, error)) (*Plan, error)
	// Remind calls decide, in one such transaction, with the events that have
	// not ended and the reminders and notices made of them, appends to the wire
	// what it returns, and returns that with its numbers.
	Remind(ctx context.Context, now time.Time, decide func(events []Event, made []Release) []Release) ([]Release, error)
}

// Watched is a source with the rules it is reconciled under.
type Watched struct {
	Source Source
	Rules  Rules
	// Stamp is a cheap way to see that the source changed: equal stamps mean
	// it did not. Nil if there is none.
	Stamp func(ctx context.Context) (string, error)
}

// A Syncer reads sources and lets what is new reach the wire.
type Syncer struct {
	Sources []Watched
	Store   Store
	Remind  []int        // days before an event
	Log     *slog.Logger // nil: silent
	// Released is called after something was released or changed, so that feeds
	// are rebuilt and whoever waits for releases wakes. Nil: nobody waits.
	Released func()
	// Failed is told that a source could not be read at all, each time. Nil:
	// only the log is.
	Failed func(ctx context.Context, source string, why error, now time.Time)

	mu   sync.Mutex          // one sync of this process at a time
	told map[string][]string // errors of the latest sync, by source: the same ones are not logged every minute
}

// SyncOptions are an editor's words to one sync.
type SyncOptions struct {
	Settled bool // take everything as settled
	Accept  bool // agree to what the guards hold
}

// Sync reads every source at now and writes down what was found, then the
// reminders that are due. Reports come in the order of the sources. A source
// that cannot be read has that in its report, and stops neither the others nor
// loses anything. The error is the store's.
func (s *Syncer) Sync(ctx context.Context, now time.Time, opt SyncOptions) ([]Report, error) {
	out, err := s.sync(ctx, s.Sources, now, opt)
	return out.reports, err
}

// ErrNoSource says that no source of that name is configured.
var ErrNoSource = errors.New("no such source")

// SyncSource is Sync of the one source of that name, and of what it leaves to
// others.
func (s *Syncer) SyncSource(ctx context.Context, name string, now time.Time, opt SyncOptions) (Report, error) {
	i := slices.IndexFunc(s.Sources, func(w Watched) bool { return w.Source.Name() == name })
	if i < 0 {
		return Report{}, ErrNoSource
	}
	out, err := s.sync(ctx, s.Sources[i:i+1], now, opt)
	if len(out.reports) == 0 {
		return Report{}, err
	}
	return out.reports[0], err
}

// outcome is what a sync of some sources came to.
type outcome struct {
	reports []Report
	next    []time.Time // when something that waits will be ready, by source; zero where nothing waits
	dropped bool        // something is shown no more, which a source that was not read may show
}

// sync is Sync of some sources.
func (s *Syncer) sync(ctx context.Context, sources []Watched, now time.Time, opt SyncOptions) (out outcome, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	began := time.Now()

	listings := make([]*Listing, len(sources))
	failures := make([]error, len(sources))
	var wg sync.WaitGroup
	for i, w := range sources {
		wg.Go(func() { listings[i], failures[i] = read(ctx, w.Source, now) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return out, fmt.Errorf("sync: %w", err) // nothing is written of what was read in haste
	}
	ctx = context.WithoutCancel(ctx) // and what is begun is written down

	out.reports = make([]Report, len(sources))
	out.next = make([]time.Time, len(sources))
	var errs []error
	news := false
	reconcile := func(i int) (plan *Plan) {
		w := sources[i]
		w.Rules.Accept = w.Rules.Accept || opt.Accept
		if opt.Settled {
			w.Rules.Settle = 0
		}
		err := failures[i]
		if err == nil {
			if plan, err = s.write(ctx, w, listings[i], now, began); err != nil {
				failures[i] = err
				errs = append(errs, fmt.Errorf("source %s: %w", w.Source.Name(), err))
			}
		}
		if err != nil {
			out.reports[i].Errors, out.reports[i].Failed = []string{err.Error()}, true
			return nil
		}
		out.reports[i], out.next[i] = out.reports[i].then(plan.Report), plan.Next
		news = news || plan.News()
		return plan
	}
	last := 0 // of the sources that dropped something
	for i, w := range sources {
		out.reports[i].Source = w.Source.Name()
		if failures[i] != nil && s.Failed != nil {
			s.Failed(ctx, w.Source.Name(), failures[i], now)
		}
		if plan := reconcile(i); plan != nil && plan.drops() {
			last, out.dropped = i, true
		}
	}
	// What moved to a source that was written down before the one it left is
	// known to be gone by now, and is adopted at a second look.
	for i := range last {
		if failures[i] == nil {
			reconcile(i)
		}
	}
	for _, r := range out.reports {
		s.tell(r)
	}

	made, err := s.Store.Remind(ctx, now, func(events []Event, made []Release) []Release {
		return Reminders(events, made, s.Remind, now)
	})
	if err != nil {
		errs = append(errs, fmt.Errorf("reminders: %w", err))
	}
	for _, r := range made {
		s.log().Info("reminder released", "release", r.N, "event", r.Item, "rule", r.Rule)
	}
	if s.Released != nil && (news || len(made) > 0) {
		s.Released()
	}
	return out, errors.Join(errs...)
}

// errStale tells that a source was synced by somebody else since we read it.
var errStale = errors.New("read before the latest sync")

// write reconciles a listing and writes the plan down. A listing that was read
// before the latest sync of its source is not compared with what that sync
// found, which it would take back: the source is read again. began is when it
// was now.
//
// A latest sync that lies ahead of the present was not later than ours: the
// clock has gone back since. To go on from its time would release what is
// dated ahead.
func (s *Syncer) write(ctx context.Context, w Watched, l *Listing, now, began time.Time) (*Plan, error) {
	live := make(map[string]bool)
	for _, other := range s.Sources {
		live[other.Source.Name()] = true
	}
	seen := now // the listing has seen what was known then
	for range 5 {
		plan, err := s.Store.Sync(ctx, w.Source.Name(), now, func(known *Known) (*Plan, error) {
			latest := now.Add(time.Since(began) + drift)
			if known.At.After(seen) && !known.At.After(latest) {
				seen = known.At
				return nil, errStale
			}
			k := *known
			k.Live = live
			return Reconcile(&k, l, w.Rules, seen), nil
		})
		if !errors.Is(err, errStale) {
			return plan, err
		}
		if l, err = read(ctx, w.Source, seen); err != nil {
			return nil, err
		}
	}
	return nil, errStale
}

// read reads a source, whatever it does.
func read(ctx context.Context, src Source, now time.Time) (l *Listing, err error) {
	defer func() {
		if p := recover(); p != nil {
			l, err = nil, fmt.Errorf("%s: reader failed: %v", src.Name(), p)
		}
	}()
	l, err = src.Read(ctx, now)
	if err == nil && l == nil {
		err = fmt.Errorf("%s: nothing was read", src.Name())
	}
	return l, err
}

// News reports whether anything that readers see was changed by the plan.
func (p *Plan) News() bool {
	return len(p.Articles)+len(p.States)+len(p.Events)+len(p.Releases) > 0
}

// drops reports whether the source shows something no more, which another one
// may adopt.
func (p *Plan) drops() bool {
	return len(p.Forget) > 0 ||
		slices.ContainsFunc(p.States, func(c StateChange) bool { return c.State == Withdrawn && c.Reason == ReasonGone }) ||
		slices.ContainsFunc(p.Events, func(c EventChange) bool { return c.Status == Missing })
}

// tell logs what a sync did, and what is wrong once.
func (s *Syncer) tell(r Report) {
	if s.told == nil {
		s.told = make(map[string][]string)
	}
	if r.Released+r.Edited+r.Withdrawn+r.Notices > 0 {
		s.log().Info("source synced", "source", r.Source, "articles", r.Articles, "events", r.Events,
			"released", r.Released, "edited", r.Edited, "withdrawn", r.Withdrawn, "notices", r.Notices)
	}
	was := s.told[r.Source]
	s.told[r.Source] = r.Errors
	fresh := slices.DeleteFunc(slices.Clone(r.Errors), func(e string) bool { return slices.Contains(was, e) })
	const most = 10
	for _, e := range fresh[:min(most, len(fresh))] {
		s.log().Warn("source has a problem", "source", r.Source, "err", e)
	}
	if more := len(fresh) - most; more > 0 {
		s.log().Warn("source has more problems", "source", r.Source, "more", more)
	}
	if len(r.Errors) == 0 && len(was) > 0 {
		s.log().Info("source is fine", "source", r.Source)
	}
}

func (s *Syncer) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// names is for logs.
func (s *Syncer) names() []string {
	var names []string
	for _, w := range s.Sources {
		names = append(names, w.Source.Name())
	}
	slices.Sort(names)
	return names
}
