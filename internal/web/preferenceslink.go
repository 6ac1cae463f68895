package web

import (
	"net/http"
	"time"

	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

func (s *Server) linkPage(r *http.Request, v voice, state string) *templates.LinkPage {
	p := &templates.LinkPage{Page: s.publicPage(r, v, v.Message("preferences.title")), State: state, Action: v.to("/preferences")}
	p.Hidden = true
	return p
}

// askForLink shows the form that has the link to somebody's preferences sent to
// them.
func (s *Server) askForLink(w http.ResponseWriter, r *http.Request) error {
	return s.Private(w, r, http.StatusOK, s.linkPage(r, s.voice(r), templates.Ask))
}

// sendLink has the link sent, if the address is a reader's. The answer is the
// same if it is not.
func (s *Server) sendLink(w http.ResponseWriter, r *http.Request) error {
	now, v := time.Now(), s.voice(r)
	if err := s.admit(r, now); err != nil {
		return err
	}
	if err := s.admitForm(lineOfOwn, now); err != nil {
		return err
	}
	form, err := FormOf(w, r)
	if err != nil {
		return err
	}
	p := s.linkPage(r, v, templates.Ask)
	p.Email = OneLine(form.Get("email"), longestEntry)
	email, wrong := s.judgeAddress(v.Locale, p.Email)
	if p.Wrong = wrong; wrong != "" {
		p.Title = v.Message("signup.error", "title", p.Title)
		return s.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	if err := s.admitAbout("link "+subscribers.AddressKey(email), now); err != nil {
		return err
	}
	if err := s.Readers.AskPreferences(r.Context(), email, v.Words, now); err != nil {
		return err
	}
	http.Redirect(w, r, v.to("/preferences/sent"), http.StatusSeeOther)
	return nil
}

// linkSent is where the form leads.
func (s *Server) linkSent(w http.ResponseWriter, r *http.Request) error {
	return s.Private(w, r, http.StatusOK, s.linkPage(r, s.voice(r), templates.Sent))
}
