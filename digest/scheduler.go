package digest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// reviewLead is how long before its slot a draft is laid before the editors.
const reviewLead = 24 * time.Hour

// A Scheduler publishes newsletters at their slots. Which slot a newsletter
// waits for is kept in the store, so that a restart knows what it missed and
// several processes publish a slot once; cron computes the times and wakes.
type Scheduler struct {
	Publisher *Publisher
	// Sync brings the wire up to date before a slot is published; nil: the
	// wire is taken as it is. Its errors stop nothing.
	Sync func(context.Context) error
	Log  *slog.Logger

	mu      sync.Mutex
	began   time.Time         // of Run
	yielded map[string]string // terms that are in force instead of ours, by newsletter
}

// Run publishes until ctx ends, and finishes the publication in hand. A value
// on released makes it look after the instant newsletters.
func (s *Scheduler) Run(ctx context.Context, released <-chan struct{}) error {
	// Slots are written down even when ctx ends between publishing and that.
	work := context.WithoutCancel(ctx)
	s.mu.Lock()
	s.began = time.Now()
	s.mu.Unlock()
	c := cron.New(cron.WithChain(cron.Recover(cronLog{s.log()}), cron.SkipIfStillRunning(cron.DiscardLogger)))
	for _, n := range s.Publisher.Newsletters {
		if !n.Instant() {
			c.Schedule(n.slots(), cron.FuncJob(func() { s.tick(work, n, time.Now()) }))
		}
	}
	s.tickAll(work)
	c.Start()
	// Cron counts on its own timers. The minute finds what they slept through:
	// a suspended machine, a clock that was set, a slot that another process
	// took and died with.
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		select {
		case <-ctx.Done():
			<-c.Stop().Done()
			return nil
		case <-released:
			s.instant(work)
		case <-minute.C:
			s.tickAll(work)
		}
	}
}

func (s *Scheduler) tickAll(ctx context.Context) {
	now := time.Now()
	for _, n := range s.Publisher.Newsletters {
		s.tick(ctx, n, now)
	}
	s.unknown(ctx, now)
}

func (s *Scheduler) instant(ctx context.Context) {
	now := time.Now()
	for _, n := range s.Publisher.Newsletters {
		if n.Instant() {
			s.tick(ctx, n, now)
		}
	}
}

// tick does what a newsletter's schedule asks for at now. It may be called at
// any time and by anyone: what was done is not done again.
func (s *Scheduler) tick(ctx context.Context, n *Newsletter, now time.Time) {
	if err := s.Tick(ctx, n, now); err != nil {
		s.log().Error("schedule failed", "newsletter", n.Name, "err", err)
	}
}

// Tick publishes the newsletter's slot if it has come: the latest of those
// that were missed, if it is not later than the newsletter's grace, and none
// of the others. Their content waits for the next. Of an instant newsletter it
// publishes what was released. A newsletter that other processes promise under
// later terms than this one's is theirs.
func (s *Scheduler) Tick(ctx context.Context, n *Newsletter, now time.Time) error {
	if ours, err := s.upholds(ctx, n, now); err != nil || !ours {
		return err
	}
	if n.Instant() {
		s.publish(ctx, n, Request{Newsletter: n.Name, By: "schedule"}, now)
		return nil
	}
	store := s.Publisher.Store
	waited, ok, err := store.Slot(ctx, n.Name)
	if err != nil {
		return fmt.Errorf("slot: %w", err)
	}
	if !ok {
		next := n.Next(now)
		if _, err := store.Advance(ctx, n.Name, time.Time{}, next); err != nil {
			return fmt.Errorf("slot: %w", err)
		}
		waited = next
	}
	if !waited.IsZero() && (!n.isSlot(waited) || waited.After(now) && !waited.Equal(n.Next(now))) {
		// The schedule was changed, or the clock was wrong when this was written.
		next := n.Next(now)
		if _, err := store.Advance(ctx, n.Name, waited, next); err != nil {
			return fmt.Errorf("slot: %w", err)
		}
		s.log().Info("schedule changed", "newsletter", n.Name, "waited", waited, "next", next)
		waited = next
	}
	if n.Review {
		if err := s.review(ctx, n, waited, now); err != nil {
			return err
		}
	}
	if waited.IsZero() || now.Before(waited) {
		return nil
	}
	slot := n.last(waited, now)
	if slot != waited {
		s.log().Warn("slots were missed", "newsletter", n.Name, "from", waited, "to", slot)
	}
	switch late := now.Sub(n.ends(slot)); {
	case n.Review:
		// The draft, if there is one, waits for an editor until the grace ends.
	case late > n.grace():
		s.log().Warn("slot is too late; its content waits for the next", "newsletter", n.Name, "slot", slot, "late", late)
	default:
		if !s.publish(ctx, n, Request{Newsletter: n.Name, Slot: slot, By: "schedule"}, now) {
			return nil // tried again at the next tick
		}
	}
	if _, err := store.Advance(ctx, n.Name, waited, n.Next(later(slot, now))); err != nil {
		return fmt.Errorf("slot: %w", err)
	}
	return nil
}

// publish reports whether the slot is dealt with.
func (s *Scheduler) publish(ctx context.Context, n *Newsletter, req Request, now time.Time) bool {
	if s.Sync != nil && !n.Instant() {
		if err := s.Sync(ctx); err != nil {
			s.log().Warn("sync before the slot failed", "newsletter", n.Name, "err", err)
		}
	}
	_, err := s.Publisher.Publish(ctx, req, now)
	var held *HeldError
	switch {
	case err == nil:
		s.Publisher.queued()
	case errors.Is(err, ErrPublished):
	case errors.Is(err, ErrNothing):
		if !n.Instant() {
			s.log().Info("nothing to send", "newsletter", n.Name, "slot", req.Slot)
		}
	case errors.As(err, &held):
		if !n.Instant() {
			s.log().Warn("slot passes: another edition holds the newsletter", "newsletter", n.Name, "slot", req.Slot, "edition", held.Edition, "state", held.State)
		}
	default:
		s.log().Error("publishing failed", "newsletter", n.Name, "slot", req.Slot, "err", err)
		return false
	}
	return true
}

// review lays a draft before the editors a day before its slot, when there is
// something in it, and closes the one that nobody approved in time.
func (s *Scheduler) review(ctx context.Context, n *Newsletter, slot, now time.Time) error {
	recent, err := s.Publisher.Store.Editions(ctx, n.Name, 5)
	if err != nil {
		return fmt.Errorf("editions: %w", err)
	}
	for _, e := range recent {
		if e.State == InReview && !e.Hand && now.After(n.ends(e.Slot).Add(n.grace())) {
			if err := s.Publisher.Store.Miss(ctx, e.ID, "nobody approved it in time", now); err != nil {
				return fmt.Errorf("edition %s: %w", e.ID, err)
			}
			s.log().Warn("edition was not approved in time; its content waits for the next", "edition", e.ID)
		}
	}
	if slot.IsZero() || now.Before(slot.Add(-reviewLead)) || now.After(n.ends(slot).Add(n.grace())) {
		return nil
	}
	_, err = s.Publisher.Publish(ctx, Request{Newsletter: n.Name, Slot: slot, By: "schedule", Review: true}, now)
	var held *HeldError
	if err == nil || errors.Is(err, ErrPublished) || errors.Is(err, ErrNothing) || errors.As(err, &held) {
		return nil
	}
	return err
}

func (s *Scheduler) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// cronLog lets cron tell of a panic in a job.
type cronLog struct{ *slog.Logger }

func (l cronLog) Info(string, ...any) {}

func (l cronLog) Error(err error, msg string, args ...any) {
	l.Logger.Error(msg, append(args, "err", err)...)
}
