package subscribers

import (
	"slices"
	"strings"
	"time"
)

// A Decision is what is to be written for one imported row.
type Decision struct {
	Fate       Fate
	Why        string     // see [ImportResult]
	Subscriber Subscriber // as it shall be; ID 0: to be inserted
	Subscribe  []string   // subscriptions to insert, sorted; none of them exists
	Leave      []string   // subscriptions left from now on, sorted; those that do not exist are inserted as left
	Suppress   string     // reason to put the address on the suppression list with; empty: not
	Stays      string     // see [ImportResult]

	// When subscriptions of a new reader began and ended, where the row says
	// so; see [Decision.BeganAt] and [Decision.EndedAt].
	Began, Ended map[string]time.Time
}

// BeganAt returns since when the new subscription to a newsletter is.
func (d *Decision) BeganAt(newsletter string, now time.Time) time.Time {
	if t, ok := d.Began[newsletter]; ok && !t.After(now) {
		return t
	}
	if d.Fate == New {
		return d.Subscriber.Since
	}
	return now
}

// EndedAt returns when a newsletter of Leave was left.
func (d *Decision) EndedAt(newsletter string, now time.Time) time.Time {
	if t, ok := d.Ended[newsletter]; ok && !t.After(now) {
		return t
	}
	return now
}

// Merge decides what an imported row does to the reader it speaks of. old is
// nil when there is no reader with this address; subs are all subscriptions
// of old, also those left; suppressed is the reason for which the address is
// on the suppression list, empty when it is not.
//
// What a row leaves empty stays as it is. A status only ever moves away from
// Active. Who left stays left, from everything or from one newsletter. When
// the row is refused or changes nothing, there is nothing to write.
func Merge(old *Subscriber, subs []Subscription, row ImportRow, suppressed string, now time.Time) Decision {
	if why, stays := refusal(old, row, suppressed); why != "" {
		return Decision{Fate: Refused, Why: why, Stays: stays}
	}
	d := Decision{Fate: New, Subscriber: Subscriber{Email: row.Email, Status: Active, Since: now, Paused: row.Paused}, Began: row.Began, Ended: row.Ended}
	if row.Since.Before(now) && !row.Since.IsZero() {
		d.Subscriber.Since = row.Since
	}
	if old != nil {
		d = Decision{Fate: Same, Subscriber: *old}
	}
	d.Subscriber.take(row)
	if suppressed == "" {
		d.Suppress = reason(d.Subscriber.Status)
	}

	gone := d.subscriptions(subs, row)
	if d.Subscriber.Status == Active && len(d.Leave) > 0 && !d.open(subs) {
		d.Subscriber.Status = Left // as in Leaving
	}
	changed := d.Suppress != "" || len(d.Subscribe)+len(d.Leave) > 0
	if old != nil && (changed || !same(*old, d.Subscriber)) {
		d.Fate = Changed
	}
	if len(gone) > 0 && d.Subscriber.Status == Active {
		d.Why = "has left " + strings.Join(gone, ", ") + ", and an import brings nobody back"
		if d.Fate == Same && len(gone) == len(row.Newsletters) {
			d.Fate, d.Stays = Refused, string(Left)
		}
	}
	return d
}

// refusal returns why a row must not be written, and what stays as it is
// because of it; empty when it may.
func refusal(old *Subscriber, row ImportRow, suppressed string) (why, stays string) {
	wanted := row.Status == "" || row.Status == Active
	switch {
	case old == nil && suppressed == Erased:
		return "this reader asked to be erased", Erased
	case old == nil && suppressed == Moved:
		return "this reader has letters sent to another address", Moved
	case suppressed != "" && (wanted || old == nil):
		return "the address must not be written to (" + suppressed + ")", suppressed
	case old == nil || !wanted || old.Status == Active:
		return "", ""
	case old.Status == Pending:
		return "this reader has not confirmed yet, and an import does not do it for them", string(Pending)
	case old.Status == Left:
		return "this reader has unsubscribed, and an import brings nobody back", string(Left)
	}
	return "this reader is " + string(old.Status) + ", and an import does not change that", string(old.Status)
}

// take fills in what the row states.
func (s *Subscriber) take(row ImportRow) {
	for _, f := range []struct {
		to   *string
		from string
	}{{&s.Name, row.Name}, {&s.Language, row.Language}, {&s.Timezone, row.Timezone}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	if len(row.Topics) > 0 {
		s.Topics = set(row.Topics)
	}
	if len(row.Cities) > 0 {
		s.Cities = set(row.Cities)
	}
	if s.Consent == "" { // how a reader came is told once
		s.Consent = row.Consent
	}
	known := s.ID != 0
	if row.Status != "" && (!known || rank(row.Status) > rank(s.Status)) {
		s.Status = row.Status
	}
}

// subscriptions decides Subscribe and Leave, and returns the newsletters that
// the row asks for although the reader has left them.
func (d *Decision) subscriptions(subs []Subscription, row ImportRow) (gone []string) {
	stands := map[string]bool{} // by newsletter; false: left
	for _, s := range subs {
		stands[s.Newsletter] = s.Left.IsZero()
	}
	wants := row.Newsletters
	if row.Unstated && len(subs) > 0 {
		wants = nil
	}
	leaves := row.Left
	if d.Subscriber.Status == Left {
		leaves = slices.Concat(leaves, wants)
		wants = nil
		for n := range stands {
			leaves = append(leaves, n)
		}
	}
	for _, n := range set(leaves) {
		if stand, known := stands[n]; stand || !known {
			d.Leave = append(d.Leave, n)
		}
	}
	for _, n := range set(wants) {
		stand, known := stands[n]
		switch {
		case known && !stand:
			gone = append(gone, n)
		case !known && !slices.Contains(leaves, n):
			d.Subscribe = append(d.Subscribe, n)
		}
	}
	return gone
}

// open reports whether a subscription is left to the reader.
func (d *Decision) open(subs []Subscription) bool {
	return len(d.Subscribe) > 0 || slices.ContainsFunc(subs, func(s Subscription) bool {
		return s.Left.IsZero() && !slices.Contains(d.Leave, s.Newsletter)
	})
}

// rank orders statuses: an import only moves a reader to a higher one.
func rank(s Status) int {
	return slices.Index([]Status{Pending, Active, Left, Bounced, Complained}, s)
}

// same reports whether two readers are the same, lists as sets.
func same(a, b Subscriber) bool {
	return a.Email == b.Email && a.Name == b.Name && a.Language == b.Language &&
		a.Timezone == b.Timezone && a.Status == b.Status && a.Consent == b.Consent &&
		slices.Equal(set(a.Topics), set(b.Topics)) && slices.Equal(set(a.Cities), set(b.Cities))
}

// set returns the names sorted, each once.
func set(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
