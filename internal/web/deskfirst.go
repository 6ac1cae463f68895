package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/templates"
)

// beFirst shows who came by the link of the first start the form that makes
// them the owner. It changes nothing.
func (s *Server) beFirst(w http.ResponseWriter, r *http.Request) error {
	err := s.Desk.Door.KnockFirst(r.Context(), r.PathValue("token"), time.Now())
	if errors.Is(err, editors.ErrLink) {
		return s.linkGone(w, r)
	}
	if err != nil {
		return err
	}
	return s.private(w, r, http.StatusOK, s.firstPage(r))
}

func (s *Server) firstPage(r *http.Request) *templates.SignInPage {
	p := s.signInPage(r, templates.First)
	p.Action, p.Least = r.URL.EscapedPath(), editors.LeastPassword
	return p
}

// enterFirst makes the owner, and lets them in.
func (s *Server) enterFirst(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	now := time.Now()
	if wait, ok := later(s.Desk.Attempts.link(s.network(r), now)); ok {
		return s.comeAgain(w, r, wait)
	}
	p := s.firstPage(r)
	p.Email, p.Name = form.Get("email"), form.Get("name")
	if _, err := editors.ParseEmail(p.Email); err != nil {
		p.Wrong = s.locale().Message("signup.need_address")
		return s.private(w, r, http.StatusUnprocessableEntity, p)
	}
	e := editors.Editor{Email: p.Email, Name: p.Name}
	visit, err := s.Desk.Door.EnterFirst(r.Context(), r.PathValue("token"), e, form.Get("password"), r.UserAgent(), now)
	if errors.Is(err, editors.ErrLink) {
		return s.linkGone(w, r)
	}
	if p.PasswordWrong = s.unfit(err); p.PasswordWrong != "" {
		return s.private(w, r, http.StatusUnprocessableEntity, p)
	}
	if wait, ok := later(err); ok {
		return s.comeAgain(w, r, wait)
	}
	if err != nil {
		return err
	}
	return s.letIn(w, r, visit, "as the first owner")
}

// unfit says why a password is not taken; empty: for no reason of its own.
func (s *Server) unfit(err error) string {
	l := s.locale()
	switch {
	case errors.Is(err, editors.ErrShort):
		return l.Message("desk.account.short", "n", editors.LeastPassword)
	case errors.Is(err, editors.ErrLong):
		return l.Message("desk.account.long", "n", editors.MostPassword)
	case errors.Is(err, editors.ErrPlain):
		return l.Message("desk.account.plain")
	}
	return ""
}
