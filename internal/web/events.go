package web

import (
	"net/http"
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
		return notFound
	}
	return s.eventsIn(w, r, city)
}

// eventsIn lists the coming events in a city, or all.
func (s *Server) eventsIn(w http.ResponseWriter, r *http.Request, city content.Label) error {
	l, st := s.locale(), s.Shelf.now()
	base, title, events := "/events", l.Message("events.title"), st.events
	if city.Slug != "" {
		base, title, events = "/events/"+city.Slug, l.Message("events.in_city", "city", city.Name), nil
		for _, e := range st.events {
			if in(&e, city) {
				events = append(events, e)
			}
		}
	}
	v := &templates.EventsPage{Page: s.page(r, l, title), Events: s.coming(events, time.Now()), Calendar: s.at(base + ".ics")}
	v.Canonical = s.at(base)
	v.Page.Feeds = append(v.Page.Feeds, alternates(base, title)...)
	if len(st.labels.cities) > 1 {
		v.Cities = append(v.Cities, templates.Link{Label: l.Message("feeds.all_events"), URL: "/events", Current: city.Slug == ""})
		for _, c := range st.labels.cities {
			v.Cities = append(v.Cities, templates.Link{Label: c.Name, URL: "/events/" + c.Slug, Current: c.Slug == city.Slug})
		}
	}
	return s.public(w, r, v)
}

// in reports whether an event is in a city, by the rule of the city's calendar:
// however it is spelt there.
func in(e *content.Event, city content.Label) bool {
	key := content.CityKey(city.Name)
	return feed.Segment(cityOf(e)) == city.Slug || key != "" && content.CityKey(cityOf(e)) == key
}

// coming puts those of events that are not over into words. Cancelled ones are
// shown as such until their day.
func (s *Server) coming(events []content.Event, now time.Time) []templates.Event {
	w := s.words()
	var list []templates.Event
	for i := range events {
		if now.Before(events[i].Ends()) {
			list = append(list, w.Event(&events[i]))
		}
	}
	return list
}
