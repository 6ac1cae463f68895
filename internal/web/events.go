package web

import (
	"cmp"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/templates"
)

// events lists the coming events of all cities.
func (s *Server) events(w http.ResponseWriter, r *http.Request) error {
	return s.eventsIn(w, r, content.Label{})
}

// cityOrFeed answers for a city, or for one of the calendars and feeds that
// lie beside it.
func (s *Server) cityOrFeed(w http.ResponseWriter, r *http.Request) error {
	if path.Ext(r.URL.Path) != "" && forPrograms(r.URL.Path) {
		return s.feed(w, r)
	}
	city, ok := labelled(s.Shelf.now().labels.cities, r.PathValue("city"))
	if !ok {
		return NotFound
	}
	return s.eventsIn(w, r, city)
}

// eventsIn lists the coming events in a city, or all.
func (s *Server) eventsIn(w http.ResponseWriter, r *http.Request, city content.Label) error {
	v, st := s.voice(r), s.Shelf.now()
	base, title, events := "/events", v.Message("events.title"), st.events
	if city.Slug != "" {
		base, title, events = "/events/"+city.Slug, v.Message("events.in_city", "city", city.Name), nil
		for _, e := range st.events {
			if in(&e, city) {
				events = append(events, e)
			}
		}
	}
	now := time.Now()
	p := &templates.EventsPage{Page: s.publicPage(r, v, title), Events: s.coming(v, events, now), Calendar: s.at(base + ".ics"), Follow: s.follow(base)}
	p.Canonical = s.at(base)
	p.Page.Feeds = append(p.Page.Feeds, alternates(base, title)...)
	if len(st.labels.cities) > 1 {
		p.Cities = append(p.Cities, templates.Link{Label: v.Message("feeds.all_events"), URL: v.to("/events"), Current: city.Slug == ""})
		for _, c := range st.labels.cities {
			name := c.Name
			if name == online {
				name = v.Message("letter.online")
			}
			p.Cities = append(p.Cities, templates.Link{Label: name, URL: v.to("/events/" + c.Slug), Current: c.Slug == city.Slug})
		}
	}
	if facts := s.eventFacts(events, now); len(facts) > 0 {
		p.Facts = map[string]any{"@context": "https://schema.org", "@graph": facts}
	}
	return s.public(w, r, v, p)
}

// in reports whether an event is in a city, by the rule of the city's calendar:
// however it is spelt there.
func in(e *content.Event, city content.Label) bool {
	key := content.CityKey(city.Name)
	return feed.Segment(cityOf(e)) == city.Slug || key != "" && content.CityKey(cityOf(e)) == key
}

// coming puts those of events that are not over into words. Cancelled ones are
// shown as such until their day.
func (s *Server) coming(v voice, events []content.Event, now time.Time) []templates.Event {
	w := s.Words(v.Locale)
	var list []templates.Event
	for i := range events {
		e := &events[i]
		if !now.Before(e.Ends()) {
			continue
		}
		item := w.Event(e)
		item.ID = e.Slug
		if e.URL == "" {
			item.URL = v.to("/events#" + url.PathEscape(e.Slug))
		}
		switch e.Status {
		case content.Cancelled:
			item.State = v.Message("events.cancelled")
		case content.Postponed:
			item.State = v.Message("events.postponed")
		}
		list = append(list, item)
	}
	return list
}

// eventFacts says for search engines which events are coming, in the words of
// schema.org.
func (s *Server) eventFacts(events []content.Event, now time.Time) []map[string]any {
	var facts []map[string]any
	for i := range events {
		e := &events[i]
		if !now.Before(e.Ends()) {
			continue
		}
		fact := map[string]any{
			"@type": "Event", "name": e.Name, "startDate": e.Days.First.String(), "endDate": e.Days.Last.String(),
			"eventStatus": "https://schema.org/EventScheduled",
		}
		switch e.Status {
		case content.Cancelled:
			fact["eventStatus"] = "https://schema.org/EventCancelled"
		case content.Postponed:
			fact["eventStatus"] = "https://schema.org/EventPostponed"
		}
		mode := "OfflineEventAttendanceMode"
		var places []map[string]any
		if e.City != "" || e.Place != "" {
			places = append(places, map[string]any{"@type": "Place", "name": cmp.Or(e.Place, e.City), "address": cmp.Or(e.City, e.Place)})
		}
		if e.Online {
			mode = "OnlineEventAttendanceMode"
			if len(places) > 0 {
				mode = "MixedEventAttendanceMode"
			}
			places = append(places, map[string]any{"@type": "VirtualLocation", "url": cmp.Or(e.URL, s.at("/events"))})
		}
		fact["eventAttendanceMode"] = "https://schema.org/" + mode
		if len(places) > 0 {
			fact["location"] = places
		}
		if e.URL != "" {
			fact["url"] = e.URL
		}
		facts = append(facts, fact)
	}
	return facts
}
