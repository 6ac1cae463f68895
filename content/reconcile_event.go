package content

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// events decides about every event found, and every one that is not.
func (r *reconciling) events() {
	found := r.listing.Events
	items := make([]item, len(found))
	for i, f := range found {
		items[i] = item{f.Keys, f.At}
	}
	claims := r.identify(items,
		func(id string) bool { return r.known.Events[id] != nil },
		func(i int, id string) bool {
			return !changed(*r.known.Events[id], r.show(&found[i], r.known.Events[id]))
		})

	here := make(map[string]bool)
	for _, c := range claims {
		for _, id := range c.ids {
			here[id] = true
		}
	}
	complete := r.listing.Complete && !slices.ContainsFunc(r.listing.Problems, func(p Problem) bool { return p.Events })
	if complete {
		r.moves(claims, here)
	}
	for i, c := range claims {
		f := &found[i]
		switch {
		case c.quiet:
		case c.why != "":
			r.plan.Held = append(r.plan.Held, Conflict{At: f.At, Title: f.Name, Reason: c.why, IDs: c.ids, Mark: markOf(items[i])})
		case c.id == "":
			r.freshEvent(f, c.add)
		default:
			here[c.id] = true
			r.seenEvent(r.known.Events[c.id], f, c.add)
		}
	}
	if complete && !r.doubted {
		r.absentEvents(here)
	}
	slices.SortStableFunc(r.notices, func(a, b Release) int {
		return cmp.Or(a.Days.First.Sub(b.Days.First), cmp.Compare(a.Item, b.Item))
	})
}

// freshEvent takes up an event never seen before. It is public at once.
func (r *reconciling) freshEvent(f *FoundEvent, keys []Key) {
	e := r.show(f, nil)
	e.ID = r.rules.Mint()
	e.Source = r.known.Source
	e.Slug = r.slug("", f.Slug, eventSlug(&e), e.ID)
	e.Sequence, e.Announced, e.Changed = 0, r.now, r.now
	r.plan.Events = append(r.plan.Events, EventChange{Event: e, New: true, Keys: keys})
}

// seenEvent compares a known event with what the source shows now.
func (r *reconciling) seenEvent(old *Event, f *FoundEvent, keys []Key) {
	e := *old
	adopted := false
	if r.own(old.Source) || r.listing.Complete && old.Status == Missing {
		adopted = old.Source != r.known.Source
		e = r.show(f, old)
		e.Source = r.known.Source
	}
	edited := changed(*old, e)
	if edited {
		e.Changed = r.now
		r.plan.Report.Edited++
	}
	if told(*old) != told(e) {
		e.Sequence++
	}
	if edited || adopted || len(keys) > 0 {
		r.plan.Events = append(r.plan.Events, EventChange{Event: e, Keys: keys})
	}
	r.notice(old, &e)
}

// notice adds the notice that a change of an event calls for: that it does not
// take place, or that it does at another time or in another place. Who was
// told nothing about it needs no notice. An event that was missing in between
// and is back as called off is no change: readers have that notice.
func (r *reconciling) notice(old, e *Event) {
	made := r.known.Notified[e.ID]
	if len(made) == 0 || !r.now.Before(old.Begins()) || !r.now.Before(e.Begins()) {
		return
	}
	n := Release{Kind: KindNotice, Item: e.ID, At: r.now, Days: e.Days}
	off := func(s Status) bool { return s == Cancelled || s == Postponed }
	last := slices.MaxFunc(made, func(a, b Release) int { return cmp.Compare(a.N, b.N) })
	switch {
	case off(e.Status) && !off(old.Status):
		if old.Status == Missing && last.Rule == RuleCancelled {
			return // called off, gone from the list, and back as called off
		}
		n.Rule = RuleCancelled
	case e.On() && (e.Days != old.Days || CityKey(e.City) != CityKey(old.City) || e.Online && !old.Online):
		n.Rule = RuleMoved
	default:
		return
	}
	r.notices = append(r.notices, n)
}

// absentEvents marks events missing that vanished before they began. Reminders
// stop by that, and nobody is told anything: an event that vanished may be back
// tomorrow. Listings that are not believed about articles are not about events.
func (r *reconciling) absentEvents(here map[string]bool) {
	for _, id := range slices.Sorted(maps.Keys(r.known.Events)) {
		old := r.known.Events[id]
		if old.Source != r.known.Source || here[id] || r.unread[id] || old.Status == Missing || !r.now.Before(old.Begins()) {
			continue
		}
		e := *old
		e.Status, e.Changed = Missing, r.now
		e.Sequence++
		r.plan.Events = append(r.plan.Events, EventChange{Event: e})
		if !r.rules.Told {
			r.fail("event %q (%s) is no longer listed: readers are not reminded of it", e.Name, e.Days.First)
		}
	}
}

// moves finds events that lost all their keys because their days or their city
// did: one that lay ahead is gone, and a new one has the same name and city,
// or the same name and first day, or the same page, if that page is about
// nothing else. What is missing already is considered last.
func (r *reconciling) moves(claims []claim, here map[string]bool) {
	var ahead, gone, missing []*Event
	for _, id := range slices.Sorted(maps.Keys(r.known.Events)) {
		e := r.known.Events[id]
		if !r.own(e.Source) && e.Status != Missing || !r.now.Before(e.Begins()) {
			continue
		}
		ahead = append(ahead, e)
		switch {
		case here[id] || r.unread[id]:
		case e.Status == Missing:
			missing = append(missing, e)
		default:
			gone = append(gone, e)
		}
	}
	if len(gone)+len(missing) == 0 {
		return
	}
	shown := make([]*Event, len(claims)) // that lie ahead
	for i := range claims {
		if e := r.show(&r.listing.Events[i], nil); r.now.Before(e.Begins()) {
			shown[i] = &e
		}
	}

	name := func(e *Event) string { return TopicKey(e.Name) }
	page := func(e *Event) string { return string(URLKey(e.URL)) }
	busy := make(map[string]int) // events at a page, the more of the known and the shown
	for _, e := range ahead {
		busy[page(e)]++
	}
	at := make(map[string]int)
	for _, e := range shown {
		if e != nil {
			at[page(e)]++
			busy[page(e)] = max(busy[page(e)], at[page(e)])
		}
	}
	for _, pool := range [][]*Event{gone, missing} {
		for _, mark := range []func(*Event) string{
			func(e *Event) string { return name(e) + "\n" + CityKey(e.City) },
			func(e *Event) string { return name(e) + "\n" + e.Days.First.String() },
			func(e *Event) string {
				if p := page(e); busy[p] == 1 {
					return p
				}
				return ""
			},
		} {
			lost, found := make(map[string][]*Event), make(map[string][]int)
			for _, e := range pool {
				if !here[e.ID] {
					lost[mark(e)] = append(lost[mark(e)], e)
				}
			}
			for i, e := range shown {
				if e != nil && claims[i].id == "" && claims[i].why == "" && !claims[i].quiet {
					found[mark(e)] = append(found[mark(e)], i)
				}
			}
			for m, es := range lost {
				if is := found[m]; m != "" && len(es) == 1 && len(is) == 1 {
					claims[is[0]].id = es[0].ID
					here[es[0].ID] = true
				}
			}
		}
	}
}

// show is the event as it is found now, with what only we know of it: its ID,
// slug and history, and its days if the source gives them by the day on which
// the event was first seen.
func (r *reconciling) show(f *FoundEvent, old *Event) Event {
	e := f.Event
	e.Source = r.known.Source
	e.Sequence = 0
	if e.Status == "" {
		e.Status = Confirmed
	}
	if e.Zone == "" {
		e.Zone = "UTC"
	}
	if old != nil {
		e.ID, e.Slug, e.Sequence = old.ID, old.Slug, old.Sequence
		e.Announced, e.Changed = old.Announced, old.Changed
	}
	if f.Relative {
		first := DateOf(r.now.In(e.Location())).AddDays(f.Offset)
		if old != nil {
			first = old.Days.First
		}
		if !e.EarlyBird.IsZero() {
			e.EarlyBird = first.AddDays(e.EarlyBird.Sub(f.Days.First))
		}
		e.Days = Span{First: first, Last: first.AddDays(f.Days.Last.Sub(f.Days.First))}
		e.Start, e.End = e.Start.UTC(), e.End.UTC()
	}
	return e
}

// changed reports whether readers see anything else in b than in a.
func changed(a, b Event) bool {
	return told(a) != told(b) || a.Name != b.Name || a.Country != b.Country || a.Place != b.Place ||
		a.URL != b.URL || a.EarlyBird != b.EarlyBird || !slices.Equal(a.Topics, b.Topics)
}

// agenda is what a calendar must be told of anew when it changes: RFC 5545
// wants SEQUENCE to grow with it.
type agenda struct {
	days       Span
	start, end int64
	zone       string
	place      string
	city       string
	online     bool
	status     Status
}

func told(e Event) agenda {
	a := agenda{days: e.Days, zone: e.Zone, place: e.Place, city: e.City, online: e.Online, status: e.Status}
	if !e.Start.IsZero() {
		a.start = e.Start.Unix()
	}
	if !e.End.IsZero() {
		a.end = e.End.Unix()
	}
	return a
}

// eventSlug is the name with city and year, as far as it does not say so
// itself.
func eventSlug(e *Event) string {
	s := Slugify(e.Name)
	for _, more := range []string{Slugify(e.City), fmt.Sprint(e.Days.First.Year)} {
		if more != "" && !strings.Contains("-"+s+"-", "-"+more+"-") {
			s += "-" + more
		}
	}
	return strings.Trim(s, "-")
}
