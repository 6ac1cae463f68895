package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/templates"
)

// account is where editors change their own name and password, and see where
// they are signed in.
func (s *Server) account(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	p, err := s.accountPage(r, visit)
	if err != nil {
		return err
	}
	return s.private(w, r, http.StatusOK, p)
}

func (s *Server) accountPage(r *http.Request, visit *editors.Visit) (*templates.DeskAccountPage, error) {
	l, now := s.locale(), time.Now()
	p := &templates.DeskAccountPage{
		DeskFrame: s.deskFrame(r, visit, l.Message("desk.account.title")),
		Email:     visit.Editor.Email, Name: visit.Editor.Name, Role: l.Message("desk.people." + string(visit.Editor.Role)),
		HasPassword: visit.Editor.HasPassword, MustKnow: visit.MustKnow(now), Least: editors.LeastPassword,
	}
	sessions, err := s.Desk.Door.Sessions(r.Context(), visit.Editor.Email, now)
	if err != nil {
		return nil, err
	}
	for _, sess := range sessions {
		p.Browsers = append(p.Browsers, templates.Browser{
			Session: sess.Hash.ID(), Agent: sess.Agent, This: sess.Hash == visit.Session.Hash,
			Seen: l.Message("desk.last_seen", "time", s.moment(l, sess.Seen)),
		})
	}
	return p, nil
}

// rename gives the editor another name.
func (s *Server) rename(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	if err := s.Desk.Door.SetName(r.Context(), visit.Editor.Email, form.Get("name")); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/account?done=account_renamed")
}

// choosePassword gives the editor another password. It ends their sessions in
// other browsers: whoever took the old one is out.
func (s *Server) choosePassword(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	now, email := time.Now(), visit.Editor.Email
	if visit.MustKnow(now) { // a guess, if the browser was left alone
		err = s.Desk.Attempts.password(email, s.network(r), now)
	}
	if err == nil {
		err = s.Desk.Door.SetPassword(r.Context(), visit, form.Get("current"), form.Get("password"), now)
	}
	if wait, ok := later(err); ok {
		return s.comeAgain(w, r, wait)
	}
	wrong, current := s.unfit(err), ""
	if errors.Is(err, editors.ErrPassword) {
		current = s.locale().Message("desk.account.wrong")
	}
	if wrong+current != "" {
		p, err := s.accountPage(r, visit)
		if err != nil {
			return err
		}
		p.PasswordWrong, p.CurrentWrong, p.Done = wrong, current, ""
		return s.private(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := s.did(r, visit, "password changed", email, ""); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/account?done=account_password")
}

// endSession signs the editor out of another browser, or of all others.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	if form.Get("session") == "others" {
		err = s.Desk.Door.EndOthers(r.Context(), visit)
	} else {
		err = s.Desk.Door.End(r.Context(), visit.Editor.Email, form.Get("session"))
	}
	if err != nil && !errors.Is(err, editors.ErrSession) { // it had ended: all the better
		return err
	}
	return seeOther(w, r, "/desk/account?done=account_ended")
}
