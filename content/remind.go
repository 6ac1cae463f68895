package content

import (
	"cmp"
	"slices"
	"time"
)

const (
	// A reminder that was missed is not made up for when the next one is this
	// many days off or more.
	catchUp = 7
	// Nor when the event begins within this time.
	tooLate = 48 * time.Hour
	// Days moved by more than this many get their later reminders anew.
	farMove = 7
)

// Reminders returns the reminders that are due at now, given what was made
// before: for each event that takes place and has not begun, the one of the
// latest day, if it was not made yet. days says how many days before an event
// readers are reminded; each means the first instant of that day in the zone
// of the event.
//
// A day that passed while nobody looked is made up for on return. An event
// that became known only after the day (or moved to its days after it) gets
// the missed reminder only if no other comes within a week, and not in its
// last 48 hours. When an event moved, reminders made for its earlier days
// count for the new ones too, except that after a move of more than a week all
// but the first rule count anew.
//
// The reminders come in the order in which the events begin.
func Reminders(events []Event, made []Release, days []int, now time.Time) []Release {
	rules := ruleDays(days)
	history := byEvent(made)
	var due []Release
	for _, e := range coming(events, now) {
		i := latest(&e, rules, now)
		if i < 0 || reminded(&e, history[e.ID], rules, i, "") {
			continue
		}
		day := e.Days.First.AddDays(-rules[i])
		if since := learned(&e, history[e.ID]); since.After(day) {
			if i+1 < len(rules) && e.Days.First.AddDays(-rules[i+1]).Sub(since) >= catchUp {
				continue
			}
			if e.Begins().Sub(now) <= tooLate {
				continue
			}
		}
		due = append(due, reminder(&e, rules[i], now))
	}
	return due
}

// Early returns the reminders that newsletter must carry now because they
// would fall due between now and the event, while the newsletter's next slot
// comes only when the event has begun, at its very start included: reminders
// hold no more then. A zero next means that no other slot
// is known, and nothing is early. An event gives at most one, that of the
// latest day, unless it was made before: for this newsletter or for all.
func Early(events []Event, made []Release, days []int, newsletter string, now, next time.Time) []Release {
	if next.IsZero() {
		return nil
	}
	rules := ruleDays(days)
	history := byEvent(made)
	var early []Release
	for _, e := range coming(events, now) {
		if e.Begins().After(next) {
			continue
		}
		for i := len(rules) - 1; i >= 0; i-- {
			at := dueAt(&e, rules[i])
			if !at.Before(e.Begins()) {
				continue // never on the start itself
			}
			if at.After(now) && !reminded(&e, history[e.ID], rules, i, newsletter) {
				r := reminder(&e, rules[i], now)
				r.Newsletter = newsletter
				early = append(early, r)
			}
			break
		}
	}
	return early
}

// ruleDays returns the rules, the earliest reminder first.
func ruleDays(days []int) []int {
	rules := slices.Clone(days)
	slices.SortFunc(rules, func(a, b int) int { return b - a })
	rules = slices.Compact(rules)
	return slices.DeleteFunc(rules, func(n int) bool { return n < 0 })
}

// coming returns the events that take place and have not begun, in order.
func coming(events []Event, now time.Time) []Event {
	var on []Event
	for _, e := range events {
		if e.On() && now.Before(e.Begins()) {
			on = append(on, e)
		}
	}
	slices.SortStableFunc(on, func(a, b Event) int {
		return cmp.Or(a.Begins().Compare(b.Begins()), cmp.Compare(a.ID, b.ID))
	})
	return on
}

// latest returns the index of the last of the rules whose day has come, -1 if
// none has.
func latest(e *Event, rules []int, now time.Time) int {
	for i := len(rules) - 1; i >= 0; i-- {
		if !now.Before(dueAt(e, rules[i])) {
			return i
		}
	}
	return -1
}

// dueAt is the first instant of the day, n days before the event.
func dueAt(e *Event, n int) time.Time {
	return e.Days.First.AddDays(-n).In(e.Location())
}

// learned is the day, where the event is, on which we learned that it takes
// place on its present days.
func learned(e *Event, history []Release) Date {
	at := e.Announced
	for _, r := range history {
		if r.Rule == RuleMoved && r.Days.First == e.Days.First && r.At.After(at) {
			at = r.At
		}
	}
	return DateOf(at.In(e.Location()))
}

// reminded reports whether rule i was made for the event as it stands: for
// all, or for the newsletter named.
func reminded(e *Event, history []Release, rules []int, i int, newsletter string) bool {
	return slices.ContainsFunc(history, func(r Release) bool {
		if r.Kind != KindReminder || r.Rule != DaysRule(rules[i]) || r.Newsletter != "" && r.Newsletter != newsletter {
			return false
		}
		shift := e.Days.First.Sub(r.Days.First)
		return i == 0 || max(shift, -shift) <= farMove
	})
}

func reminder(e *Event, n int, now time.Time) Release {
	return Release{Kind: KindReminder, Item: e.ID, At: now.UTC(), Rule: DaysRule(n), Days: e.Days}
}

func byEvent(made []Release) map[string][]Release {
	m := make(map[string][]Release)
	for _, r := range made {
		if r.Kind != KindArticle {
			m[r.Item] = append(m[r.Item], r)
		}
	}
	return m
}
