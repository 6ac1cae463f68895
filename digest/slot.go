package digest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// earliest is the zone that reaches every wall-clock time first.
var earliest = time.FixedZone("UTC+14", 14*60*60)

// latest is the zone that reaches every wall-clock time last.
var latest = time.FixedZone("UTC-12", -12*60*60)

// ParseSchedule reads the five fields of cron (minute, hour, day of month,
// month, day of week; also @daily, @weekly, @monthly, @yearly) as wall-clock
// time. It refuses what robfig/cron would accept but should not: zones inside
// the expression, which it panics on when they are malformed, intervals
// (@every), which know no calendar, and days that never come.
func ParseSchedule(expr string) (cron.Schedule, error) {
	if strings.Contains(expr, "TZ=") {
		return nil, fmt.Errorf("schedule %q names a zone; use timezone: beside it", expr)
	}
	if strings.HasPrefix(strings.TrimSpace(expr), "@every") {
		return nil, fmt.Errorf("schedule %q is an interval; write the minutes and hours of a day", expr)
	}
	s, err := cron.ParseStandard(expr)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", expr, err)
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("schedule %q is not of five fields", expr)
	}
	spec.Location = time.UTC // reckoned without zone, see wall
	if spec.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("schedule %q is a day that never comes", expr)
	}
	return spec, nil
}

// slots returns the newsletter's schedule of publishing moments. A newsletter
// in its readers' zones is published when the first zone on Earth has reached
// the slot.
func (n *Newsletter) slots() cron.Schedule {
	if n.ReaderZone {
		return wall{n.Schedule, earliest}
	}
	return wall{n.Schedule, n.zone()}
}

// Next returns the first slot after t, or the zero time for an instant
// newsletter and a schedule that has come to its end.
func (n *Newsletter) Next(t time.Time) time.Time {
	if n.Instant() {
		return time.Time{}
	}
	return n.slots().Next(t)
}

// last returns the latest slot in [from, now]; from is a slot.
func (n *Newsletter) last(from, now time.Time) time.Time {
	for {
		next := n.Next(from)
		if next.IsZero() || next.After(now) {
			return from
		}
		from = next
	}
}

// groups returns how an edition for slot is expanded: at once, or zone by zone
// as the wall clock of each reaches the slot.
func (n *Newsletter) groups(slot time.Time, zones []string, now time.Time) []Group {
	if !n.ReaderZone {
		return []Group{{Zone: AllZones, Due: later(slot, now)}}
	}
	local := floating(slot.In(earliest))
	var groups []Group
	for _, z := range zones {
		loc := n.zone()
		if z != "" {
			l, err := time.LoadLocation(z)
			if err != nil {
				continue // left to the last group
			}
			loc = l
		}
		groups = append(groups, Group{Zone: z, Due: instant(local, loc).UTC()})
	}
	return append(groups, Group{Zone: AllZones, Due: instant(local, latest).UTC()})
}

// Reach returns when a slot comes to the first and to the last of readers in
// these zones, which are IANA names; "" is that of readers who named none. They
// are the same moment for a newsletter that goes out to everybody at once.
func (n *Newsletter) Reach(slot time.Time, zones []string) (first, last time.Time) {
	if !n.ReaderZone {
		return slot, slot
	}
	for _, g := range n.groups(slot, zones, slot) {
		if g.Zone == AllZones {
			continue
		}
		if first.IsZero() || g.Due.Before(first) {
			first = g.Due
		}
		last = later(last, g.Due)
	}
	if first.IsZero() {
		return slot, slot
	}
	return first, last
}

// ends returns when the last reader's clock reaches the slot.
func (n *Newsletter) ends(slot time.Time) time.Time {
	if n.ReaderZone {
		return instant(floating(slot.In(earliest)), latest)
	}
	return slot
}

// grace is how late a slot is still made up. A tick is never quite on time, so
// it is a minute at least.
func (n *Newsletter) grace() time.Duration { return max(n.Grace, time.Minute) }

// isSlot reports whether the schedule, as it is now, has a slot at t.
func (n *Newsletter) isSlot(t time.Time) bool { return n.Next(t.Add(-time.Second)).Equal(t) }

func (n *Newsletter) zone() *time.Location {
	if n.Zone == nil {
		return time.UTC
	}
	return n.Zone
}

// id returns the edition ID of a slot.
func (n *Newsletter) id(slot time.Time) string {
	if n.ReaderZone {
		return SlotID(n.Name, slot.In(earliest))
	}
	return SlotID(n.Name, slot.In(n.zone()))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Soonest puts newsletters in the order in which they go out; those without
// slots come last.
func Soonest(all []*Newsletter, now time.Time) []*Newsletter {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *Newsletter) int {
		x, y := a.Next(now), b.Next(now)
		switch {
		case x.IsZero() && y.IsZero():
			return 0
		case x.IsZero():
			return 1
		case y.IsZero():
			return -1
		}
		return x.Compare(y)
	})
	return all
}
