package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/templates"
)

// people shows owners who may use the desk.
func (s *Server) people(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	p, err := s.peoplePage(r, visit)
	if err != nil {
		return err
	}
	return s.private(w, r, http.StatusOK, p)
}

func (s *Server) peoplePage(r *http.Request, visit *editors.Visit) (*templates.DeskPeoplePage, error) {
	l, now := s.locale(), time.Now()
	p := &templates.DeskPeoplePage{
		DeskFrame: s.deskFrame(r, visit, l.Message("desk.people.title")),
		Mails:     s.Desk.Mail != nil, Command: s.Desk.Command, Role: string(editors.RoleEditor),
	}
	if s.Desk.API != nil {
		p.Tokens = "/desk/tokens"
	}
	if n := s.Desk.SecondPersonAbove; n > 0 {
		p.Second = l.Message("desk.people.second", "n", n)
	}
	all, err := s.Desk.Door.Store.Editors(r.Context())
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		sessions, err := s.Desk.Door.Sessions(r.Context(), e.Email, now)
		if err != nil {
			return nil, err
		}
		v := templates.Person{
			Email: e.Email, Name: e.Name, You: e.Email == visit.Editor.Email, Configured: e.Configured,
			Role: string(e.Role), Browsers: len(sessions), HasPassword: e.HasPassword,
			Added: l.Message("desk.people.added", "day", l.Day(e.Added.In(s.Publication.Zone))), Seen: l.Message("desk.people.never"),
		}
		if !e.LastSeen.IsZero() {
			v.Seen = l.Message("desk.last_seen", "time", s.moment(l, e.LastSeen))
		}
		p.People = append(p.People, v)
	}
	return p, nil
}

// invite lets somebody use the desk.
func (s *Server) invite(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	role, err := editors.ParseRole(form.Get("role"))
	if err != nil {
		return status(http.StatusBadRequest)
	}
	l, wrong := s.locale(), ""
	fresh := editors.Editor{Email: form.Get("email"), Name: form.Get("name"), Role: role}
	var added *editors.Editor
	if _, err = editors.ParseEmail(fresh.Email); err != nil {
		wrong = l.Message("signup.need_address")
	} else if added, err = s.Desk.Door.Add(r.Context(), fresh, time.Now()); errors.Is(err, editors.ErrExists) {
		wrong = l.Message("desk.people.exists")
	}
	if wrong != "" {
		p, err := s.peoplePage(r, visit)
		if err != nil {
			return err
		}
		p.Email, p.Name, p.Role, p.Wrong, p.Done = fresh.Email, fresh.Name, form.Get("role"), wrong, ""
		return s.private(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := s.did(r, visit, "editor added", added.Email, "as "+string(role)); err != nil {
		return err
	}
	if form.Has("mail") && s.Desk.Mail != nil {
		if err := s.mailTo(r, visit, added.Email); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/desk/people?done=people_added")
}

// mailTo mails an editor a link, because an owner wants it.
func (s *Server) mailTo(r *http.Request, visit *editors.Visit, email string) error {
	if err := s.Desk.Mail(r.Context(), email); err != nil {
		return err
	}
	return s.did(r, visit, "sign-in link mailed", email, "")
}

// onPerson makes a handler of what an owner does to an editor: act returns
// what the page then says was done.
func (s *Server) onPerson(act func(r *http.Request, visit *editors.Visit, email string, form url.Values) (done string, err error)) handler {
	return s.only(editors.RoleOwner, func(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
		form, err := formOf(w, r)
		if err != nil {
			return err
		}
		email, err := editors.ParseEmail(form.Get("email"))
		if err != nil {
			return status(http.StatusBadRequest)
		}
		done, err := act(r, visit, email, form)
		l, no := s.locale(), ""
		switch {
		case errors.Is(err, editors.ErrNotFound): // somebody was faster
			no = l.Message("desk.people.gone")
		case errors.Is(err, editors.ErrLastOwner):
			no = l.Message("desk.people.last_owner")
		case errors.Is(err, editors.ErrConfigured):
			no = l.Message("desk.people.configured_text")
		case err != nil:
			return err
		default:
			return seeOther(w, r, "/desk/people?done=people_"+done)
		}
		p, err := s.peoplePage(r, visit)
		if err != nil {
			return err
		}
		p.No = no
		return s.private(w, r, http.StatusConflict, p)
	})
}

func (s *Server) giveRole(r *http.Request, visit *editors.Visit, email string, form url.Values) (string, error) {
	role, err := editors.ParseRole(form.Get("role"))
	if err != nil {
		return "", status(http.StatusBadRequest)
	}
	if err := s.Desk.Door.SetRole(r.Context(), email, role); err != nil {
		return "", err
	}
	return "role", s.did(r, visit, "role changed", email, "to "+string(role))
}

func (s *Server) dismiss(r *http.Request, visit *editors.Visit, email string, _ url.Values) (string, error) {
	if err := s.Desk.Door.Remove(r.Context(), email); err != nil {
		return "", err
	}
	return "removed", s.did(r, visit, "editor removed", email, "")
}

func (s *Server) mailPerson(r *http.Request, visit *editors.Visit, email string, _ url.Values) (string, error) {
	if s.Desk.Mail == nil {
		return "", notFound
	}
	return "mailed", s.mailTo(r, visit, email)
}

func (s *Server) endPerson(r *http.Request, visit *editors.Visit, email string, _ url.Values) (string, error) {
	if err := s.Desk.Door.EndAll(r.Context(), email); err != nil {
		return "", err
	}
	return "ended", s.did(r, visit, "signed out everywhere", email, "")
}
