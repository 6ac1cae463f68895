package content

import (
	"context"
	"slices"
	"time"
)

const (
	glance = 2 * time.Second // between two looks at the stamps
	look   = time.Minute     // between two full syncs
)

// watch is what Run remembers of one source between two looks.
type watch struct {
	stamp string
	due   time.Time // of the next sync, whatever the stamp says
}

// Run syncs all sources, and then each of them again when its stamp changed,
// when something it showed has settled or its date has come, and at least once
// a minute. It returns when ctx ends, after the sync in hand.
func (s *Syncer) Run(ctx context.Context) error {
	s.log().Info("sync started", "sources", s.names())
	watches := make([]watch, len(s.Sources))
	var reminders time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		now := time.Now()
		if which := s.due(ctx, watches, now); len(which) > 0 || !now.Before(reminders) {
			s.round(ctx, watches, which, now)
			reminders = now.Add(look)
		}
		timer.Reset(s.rest(watches, reminders, time.Now()))
	}
}

// due returns the indices of the sources to be synced now, and remembers their
// stamps as they were before they are read.
func (s *Syncer) due(ctx context.Context, watches []watch, now time.Time) []int {
	var which []int
	for i, w := range s.Sources {
		changed := false
		if w.Stamp != nil {
			stamp, err := w.Stamp(ctx)
			if err != nil { // a folder that is gone is news once, not every two seconds
				stamp = "failed: " + err.Error()
			}
			changed = stamp != watches[i].stamp
			watches[i].stamp = stamp
		}
		if changed || !now.Before(watches[i].due) {
			which = append(which, i)
		}
	}
	return which
}

// round syncs some sources and the reminders.
func (s *Syncer) round(ctx context.Context, watches []watch, which []int, now time.Time) {
	sources := make([]Watched, len(which))
	for j, i := range which {
		sources[j] = s.Sources[i]
	}
	out, err := s.sync(ctx, sources, now, SyncOptions{})
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		s.log().Error("sync failed", "err", err)
	}
	for j, i := range which {
		watches[i].due = now.Add(look)
		if n := out.next[j]; !n.IsZero() && n.After(now) && n.Before(watches[i].due) {
			watches[i].due = n
		}
	}
	if out.dropped { // another source may have it
		for i := range watches {
			if !slices.Contains(which, i) {
				watches[i].due = now
			}
		}
	}
}

// rest is how long nothing needs doing.
func (s *Syncer) rest(watches []watch, reminders, now time.Time) time.Duration {
	until := reminders
	for i, w := range watches {
		if w.due.Before(until) {
			until = w.due
		}
		if s.Sources[i].Stamp != nil && until.After(now.Add(glance)) {
			until = now.Add(glance)
		}
	}
	return max(0, until.Sub(now))
}
