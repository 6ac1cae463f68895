package web

import (
	"net/http"
	"time"

	"github.com/standfirst/standfirst/templates"
)

// events lists the coming events of all cities.
func (s *Server) events(w http.ResponseWriter, r *http.Request) error {
	list, err := s.coming(r, "", 0, time.Now())
	if err != nil {
		return err
	}
	v := &templates.EventsPage{Page: s.page(r, s.locale().Message("events.title")), Events: list, Calendar: s.Publication.URL + "/events.ics"}
	s.at(&v.Page, "/events")
	v.Page.Feeds = append(v.Page.Feeds, s.alternates("/events", v.Title)...)
	_, _, cities := s.Shelf.Labels()
	for _, c := range cities {
		v.Cities = append(v.Cities, templates.Link{Label: c.Name, URL: "/events/" + c.Slug + ".ics"})
	}
	return s.public(w, r, v)
}
