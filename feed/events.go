package feed

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// Events makes the feed of the events of a scope, given in any order; it also
// has the form of a calendar, with every event in it. An item is dated by the
// day its event was announced: the day of the event lies ahead, and readers
// hide or pin what comes from the future. A cancelled event keeps its item and
// its id; its title and its Updated say that something happened.
func Events(pub Publication, scope Scope, events []content.Event, opt Options) *Feed {
	var chosen []content.Event
	for _, e := range events {
		if !e.Days.First.IsZero() && scope.near(&e) {
			chosen = append(chosen, e)
		}
	}
	name := scope.City
	if len(chosen) > 0 && name != "" {
		name = city(&chosen[0])
	}
	f := pub.feed(scope.title(name), scope.eventBase())
	f.Home = pub.root() + "/events"
	f.ID = pub.tag(strings.Split("feed"+scope.eventBase(), "/")...)
	f.calendar = true

	slices.SortFunc(chosen, func(a, b content.Event) int {
		return cmp.Or(a.Begins().Compare(b.Begins()), cmp.Compare(a.ID, b.ID))
	})
	f.events = chosen
	for i := range chosen {
		f.Items = append(f.Items, pub.event(&chosen[i], opt))
	}
	slices.SortFunc(f.Items, func(a, b Item) int {
		return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(a.Event.Start, b.Event.Start), cmp.Compare(a.ID, b.ID))
	})
	f.Complete = len(f.Items) <= opt.items()
	f.Items = f.Items[:min(opt.items(), len(f.Items))]
	f.touch(pub.floor())
	return f
}

// Event makes the calendar of one event, as a file to open: it has the event and
// nothing that speaks of a calendar to follow, which programs would make another
// one of beside the reader's own. The event has the UID that it has in the
// calendars of [Events].
func Event(pub Publication, e content.Event, opt Options) *Feed {
	f := Events(pub, Scope{Title: e.Name}, []content.Event{e}, opt)
	f.ID = pub.tag("calendar", e.ID)
	f.Base = pub.root() + "/events/" + escape(text(e.Slug), tagChars)
	f.Hubs = nil // they are told of calendars
	f.alone = true
	return f
}

// near reports whether an event belongs to the scope: cities are compared as
// for letters, so that Munich has what is in München.
func (s Scope) near(e *content.Event) bool {
	if s.City == "" {
		return true
	}
	key := content.CityKey(s.City)
	return key != "" && key == content.CityKey(city(e)) || Segment(s.City) == Segment(city(e))
}

// city returns where an event is, as scopes name it.
func city(e *content.Event) string {
	if e.City == "" && e.Online {
		return "online"
	}
	return text(e.City)
}

// event makes the item of an event.
func (p *Publication) event(e *content.Event, opt Options) Item {
	tie := fnv.New32a()
	tie.Write([]byte(e.ID))
	it := Item{
		ID:         p.tag("event", e.ID),
		URL:        cmp.Or(link(e.URL), p.root()+"/events#"+escape(text(e.Slug), tagChars)),
		Categories: categories(e.Topics),
		Tie:        int(tie.Sum32() % 1_000_000),
		Event:      occasion(e),
	}
	if opt.Describe != nil {
		it.Title, it.Summary = opt.Describe(e)
	}
	it.Title = cmp.Or(text(it.Title), title(e), it.Event.Start)
	it.Summary = cmp.Or(text(it.Summary), it.Event.String())

	it.Published = e.Announced
	if !plausible(it.Published, time.Time{}) {
		it.Published = p.floor()
	}
	it.Updated = it.Published
	if plausible(e.Changed, time.Time{}) {
		it.Updated = latest(it.Published, e.Changed)
	}
	it.Published, it.Updated = seconds(it.Published), seconds(it.Updated)
	return it
}

// title is the name of an event, with what has become of it.
func title(e *content.Event) string {
	name := text(e.Name)
	switch e.Status {
	case content.Cancelled:
		return "Cancelled: " + name
	case content.Postponed:
		return "Postponed: " + name
	}
	return name
}

// occasion says when and where in the words of feeds.
func occasion(e *content.Event) *Occasion {
	o := &Occasion{Location: place(e)}
	if e.AllDay() {
		o.Start = e.Days.First.String()
		if e.Days.First.Before(e.Days.Last) {
			o.End = e.Days.Last.String()
		}
		return o
	}
	loc := e.Location()
	o.Start = e.Start.In(loc).Format(time.RFC3339)
	if e.End.After(e.Start) {
		o.End = e.End.In(loc).Format(time.RFC3339)
	}
	return o
}

// place returns venue, city and country as far as known and not repeated.
func place(e *content.Event) string {
	var parts []string
	for _, s := range []string{e.Place, e.City, e.Country} {
		if s = text(s); s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// String writes the occasion in signs that need no language.
func (o *Occasion) String() string {
	s := o.Start
	if o.End != "" {
		s += " – " + o.End
	}
	if o.Location != "" {
		s += ", " + o.Location
	}
	return s
}
