package subscribers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	early = noon.AddDate(-1, 0, 0)
)

// reader returns a reader of the store, with a status.
func reader(st Status) *Subscriber {
	return &Subscriber{ID: 7, Email: "ada@example.com", Name: "Ada", Status: st, Since: early, Consent: "form"}
}

func TestMerge(t *testing.T) {
	weekly := Subscription{Subscriber: 7, Newsletter: "weekly", Since: early, Bookmark: 40}
	leftEvents := Subscription{Subscriber: 7, Newsletter: "events", Since: early, Left: early, Bookmark: 12}
	row := func(change func(*ImportRow)) ImportRow {
		r := ImportRow{Line: 2, Email: "ada@example.com", Newsletters: []string{"weekly"}, Consent: "fair, stand 4"}
		change(&r)
		return r
	}
	as := func(st Status) ImportRow { return row(func(r *ImportRow) { r.Status = st }) }
	plain := as("")
	unstated := row(func(r *ImportRow) { r.Newsletters, r.Unstated = []string{"weekly", "events", "jobs"}, true })

	fresh := Subscriber{Email: "ada@example.com", Status: Active, Since: noon, Consent: "fair, stand 4"}
	with := func(s Subscriber, change func(*Subscriber)) Subscriber { change(&s); return s }

	for _, c := range []struct {
		name       string
		old        *Subscriber
		subs       []Subscription
		row        ImportRow
		suppressed string
		want       Decision
	}{
		{"new", nil, nil, plain, "",
			Decision{Fate: New, Subscriber: fresh, Subscribe: []string{"weekly"}}},
		{"new, all newsletters", nil, nil, unstated, "",
			Decision{Fate: New, Subscriber: fresh, Subscribe: []string{"events", "jobs", "weekly"}}},
		{"new, with wishes", nil, nil, row(func(r *ImportRow) {
			r.Name, r.Topics, r.Cities, r.Language, r.Timezone = "Ada", []string{"go", "ai"}, []string{"London"}, "de", "Europe/Berlin"
		}), "",
			Decision{Fate: New, Subscribe: []string{"weekly"}, Subscriber: with(fresh, func(s *Subscriber) {
				s.Name, s.Topics, s.Cities, s.Language, s.Timezone = "Ada", []string{"ai", "go"}, []string{"London"}, "de", "Europe/Berlin"
			})}},
		{"new and pending", nil, nil, as(Pending), "",
			Decision{Fate: New, Subscriber: with(fresh, func(s *Subscriber) { s.Status = Pending }), Subscribe: []string{"weekly"}}},
		{"new and unsubscribed", nil, nil, as(Left), "",
			Decision{Fate: New, Subscriber: with(fresh, func(s *Subscriber) { s.Status = Left }), Leave: []string{"weekly"}}},
		{"new and bounced", nil, nil, as(Bounced), "",
			Decision{Fate: New, Subscriber: with(fresh, func(s *Subscriber) { s.Status = Bounced }), Subscribe: []string{"weekly"}, Suppress: BecauseBounced}},
		{"new, has left one", nil, nil, row(func(r *ImportRow) { r.Left = []string{"events"} }), "",
			Decision{Fate: New, Subscriber: fresh, Subscribe: []string{"weekly"}, Leave: []string{"events"}}},
		{"new but suppressed", nil, nil, plain, BecauseBounced,
			Decision{Fate: Refused, Why: "the address must not be written to (bounced)", Stays: "bounced"}},
		{"new but erased", nil, nil, plain, Erased,
			Decision{Fate: Refused, Why: "this reader asked to be erased", Stays: "erased"}},
		{"unsubscribed but erased", nil, nil, as(Left), Erased,
			Decision{Fate: Refused, Why: "this reader asked to be erased", Stays: "erased"}},

		{"new, with a past", nil, nil, row(func(r *ImportRow) {
			r.Since, r.Paused = early, noon.AddDate(0, 1, 0)
			r.Newsletters, r.Left = []string{"weekly"}, []string{"events"}
			r.Ended = map[string]time.Time{"events": early.AddDate(0, 1, 0)}
		}), "",
			Decision{Fate: New, Subscribe: []string{"weekly"}, Leave: []string{"events"}, Ended: map[string]time.Time{"events": early.AddDate(0, 1, 0)},
				Subscriber: with(fresh, func(s *Subscriber) { s.Since, s.Paused = early, noon.AddDate(0, 1, 0) })}},
		{"new, from the future", nil, nil, row(func(r *ImportRow) { r.Since = noon.AddDate(1, 0, 0) }), "",
			Decision{Fate: New, Subscriber: fresh, Subscribe: []string{"weekly"}}},
		{"a past is told once", reader(Active), []Subscription{weekly}, row(func(r *ImportRow) {
			r.Since, r.Paused = early.AddDate(-1, 0, 0), noon.AddDate(0, 1, 0)
		}), "",
			Decision{Fate: Same, Subscriber: *reader(Active)}},

		{"same", reader(Active), []Subscription{weekly}, plain, "",
			Decision{Fate: Same, Subscriber: *reader(Active)}},
		{"empty fields keep what is", with2(reader(Active), func(s *Subscriber) { s.Topics = []string{"go"} }), []Subscription{weekly}, plain, "",
			Decision{Fate: Same, Subscriber: *with2(reader(Active), func(s *Subscriber) { s.Topics = []string{"go"} })}},
		{"topics in another order", with2(reader(Active), func(s *Subscriber) { s.Topics = []string{"go", "ai"} }), []Subscription{weekly},
			row(func(r *ImportRow) { r.Topics = []string{"ai", "go"} }), "",
			Decision{Fate: Same, Subscriber: *with2(reader(Active), func(s *Subscriber) { s.Topics = []string{"ai", "go"} })}},
		{"renamed", reader(Active), []Subscription{weekly}, row(func(r *ImportRow) { r.Name = "Ada L" }), "",
			Decision{Fate: Changed, Subscriber: *with2(reader(Active), func(s *Subscriber) { s.Name = "Ada L" })}},
		{"one more newsletter", reader(Active), []Subscription{weekly}, row(func(r *ImportRow) { r.Newsletters = []string{"weekly", "jobs"} }), "",
			Decision{Fate: Changed, Subscriber: *reader(Active), Subscribe: []string{"jobs"}}},
		{"no newsletter named: keeps theirs", reader(Active), []Subscription{weekly, leftEvents}, unstated, "",
			Decision{Fate: Same, Subscriber: *reader(Active)}},
		{"no newsletter named, none had", reader(Active), nil, unstated, "",
			Decision{Fate: Changed, Subscriber: *reader(Active), Subscribe: []string{"events", "jobs", "weekly"}}},
		{"pending does not lower active", reader(Active), []Subscription{weekly}, as(Pending), "",
			Decision{Fate: Same, Subscriber: *reader(Active)}},
		{"consent is told once", reader(Active), []Subscription{weekly}, row(func(r *ImportRow) { r.Consent = "another" }), "",
			Decision{Fate: Same, Subscriber: *reader(Active)}},

		{"left one newsletter", reader(Active), []Subscription{weekly, leftEvents}, row(func(r *ImportRow) { r.Newsletters = []string{"events"} }), "",
			Decision{Fate: Refused, Subscriber: *reader(Active), Why: "has left events, and an import brings nobody back", Stays: "unsubscribed"}},
		{"left one, asks for two", reader(Active), []Subscription{leftEvents}, row(func(r *ImportRow) { r.Newsletters = []string{"events", "weekly"} }), "",
			Decision{Fate: Changed, Subscriber: *reader(Active), Subscribe: []string{"weekly"}, Why: "has left events, and an import brings nobody back"}},
		{"leaves one", reader(Active), []Subscription{weekly, {Newsletter: "jobs"}}, row(func(r *ImportRow) { r.Newsletters, r.Left = nil, []string{"weekly"} }), "",
			Decision{Fate: Changed, Subscriber: *reader(Active), Leave: []string{"weekly"}}},
		{"leaves the last one", reader(Active), []Subscription{weekly, leftEvents}, row(func(r *ImportRow) { r.Newsletters, r.Left = nil, []string{"weekly"} }), "",
			Decision{Fate: Changed, Subscriber: *reader(Left), Leave: []string{"weekly"}}},
		{"leaves one for another", reader(Active), []Subscription{weekly}, row(func(r *ImportRow) { r.Newsletters, r.Left = []string{"jobs"}, []string{"weekly"} }), "",
			Decision{Fate: Changed, Subscriber: *reader(Active), Subscribe: []string{"jobs"}, Leave: []string{"weekly"}}},
		{"new, has left all they had", nil, nil, row(func(r *ImportRow) { r.Newsletters, r.Left = nil, []string{"weekly"} }), "",
			Decision{Fate: New, Subscriber: with(fresh, func(s *Subscriber) { s.Status = Left }), Leave: []string{"weekly"}}},
		{"unsubscribes", reader(Active), []Subscription{weekly, leftEvents}, as(Left), "",
			Decision{Fate: Changed, Subscriber: *reader(Left), Leave: []string{"weekly"}}},
		{"unsubscribed already", reader(Left), []Subscription{{Newsletter: "weekly", Left: early}}, as(Left), "",
			Decision{Fate: Same, Subscriber: *reader(Left)}},
		{"complains", reader(Active), []Subscription{weekly}, as(Complained), "",
			Decision{Fate: Changed, Subscriber: *reader(Complained), Suppress: BecauseComplained}},
		{"bounced already", reader(Bounced), []Subscription{weekly}, as(Bounced), BecauseBounced,
			Decision{Fate: Same, Subscriber: *reader(Bounced)}},
		{"a complaint is not made a bounce", reader(Complained), []Subscription{weekly}, as(Bounced), BecauseComplained,
			Decision{Fate: Same, Subscriber: *reader(Complained)}},

		{"never revived", reader(Left), []Subscription{{Newsletter: "weekly", Left: early}}, plain, "",
			Decision{Fate: Refused, Why: "this reader has unsubscribed, and an import brings nobody back", Stays: "unsubscribed"}},
		{"never revived by status", reader(Left), nil, as(Active), "",
			Decision{Fate: Refused, Why: "this reader has unsubscribed, and an import brings nobody back", Stays: "unsubscribed"}},
		{"never confirmed", reader(Pending), []Subscription{weekly}, as(Active), "",
			Decision{Fate: Refused, Why: "this reader has not confirmed yet, and an import does not do it for them", Stays: "pending"}},
		{"never unbounced", reader(Bounced), []Subscription{weekly}, plain, BecauseBounced,
			Decision{Fate: Refused, Why: "the address must not be written to (bounced)", Stays: "bounced"}},
		{"never unbounced, list or not", reader(Bounced), []Subscription{weekly}, plain, "",
			Decision{Fate: Refused, Why: "this reader is bounced, and an import does not change that", Stays: "bounced"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Merge(c.old, c.subs, c.row, c.suppressed, noon)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Merge (-want +got):\n%s", diff)
			}
		})
	}
}

func with2(s *Subscriber, change func(*Subscriber)) *Subscriber { change(s); return s }

// Whatever a row says, nobody becomes active who was not, and nobody who left
// a newsletter is subscribed to it again.
func TestMergeNeverRevives(t *testing.T) {
	all := []Status{"", Pending, Active, Left, Bounced, Complained}
	for _, st := range all[1:] {
		for _, wish := range all {
			for _, suppressed := range []string{"", BecauseBounced, BecauseComplained, Erased} {
				for _, unstated := range []bool{false, true} {
					subs := []Subscription{{Newsletter: "weekly", Left: early}, {Newsletter: "events"}}
					row := ImportRow{Status: wish, Newsletters: []string{"weekly", "events", "jobs"}, Unstated: unstated}
					d := Merge(reader(st), subs, row, suppressed, noon)
					if d.Subscriber.Status == Active && st != Active {
						t.Errorf("%s becomes active by %q", st, wish)
					}
					for _, n := range d.Subscribe {
						if n != "jobs" {
							t.Errorf("%s by %q: subscribed to %s again", st, wish, n)
						}
					}
					if d.Fate == Refused && len(d.Subscribe)+len(d.Leave) > 0 {
						t.Errorf("%s by %q: refused and written: %+v", st, wish, d)
					}
					if d.Fate == Refused && d.Why == "" {
						t.Errorf("%s by %q: refused without a reason", st, wish)
					}
				}
			}
		}
	}
}
