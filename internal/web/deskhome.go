package web

import (
	"net/http"

	"github.com/standfirst/standfirst/templates"
)

// deskPage is what the editors' pages have: a menu of their own, and no place
// in search results.
func (s *Server) deskPage(r *http.Request, title string) templates.Page {
	l := s.locale()
	p := s.page(r, l, l.Message(title))
	p.Nav = []templates.Link{
		{Label: l.Message("desk.title"), URL: "/desk", Current: r.URL.Path == "/desk"},
		{Label: l.Message("desk.site"), URL: "/"},
	}
	p.Feeds, p.Hidden = nil, true
	return p
}
