package desk

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// people shows owners who may use the desk.
func (d *Desk) people(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	p, err := d.peoplePage(r, visit)
	if err != nil {
		return err
	}
	return d.Private(w, r, http.StatusOK, p)
}

func (d *Desk) peoplePage(r *http.Request, visit *editors.Visit) (*templates.DeskPeoplePage, error) {
	l, now := d.Locale(), time.Now()
	p := &templates.DeskPeoplePage{
		DeskFrame: d.frame(r, visit, l.Message("desk.people.title")),
		Mails:     d.Mail != nil, Command: d.Command, Role: string(editors.RoleEditor),
	}
	if d.Programs != nil {
		p.Tokens = "/desk/tokens"
	}
	if d.Webhooks != nil {
		p.Webhooks = "/desk/webhooks"
	}
	if n := d.SecondPersonAbove; n > 0 {
		p.Second = l.Message("desk.people.second", "n", n)
	}
	all, err := d.Door.Store.Editors(r.Context())
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		sessions, err := d.Door.Sessions(r.Context(), e.Email, now)
		if err != nil {
			return nil, err
		}
		v := templates.Person{
			Email: e.Email, Name: e.Name, You: e.Email == visit.Editor.Email, Configured: e.Configured,
			Role: string(e.Role), Browsers: len(sessions), HasPassword: e.HasPassword,
			Added: l.Message("desk.people.added", "day", l.Day(e.Added.In(d.Publication.Zone))), Seen: l.Message("desk.people.never"),
		}
		if !e.LastSeen.IsZero() {
			v.Seen = l.Message("desk.last_seen", "time", d.moment(l, e.LastSeen))
		}
		p.People = append(p.People, v)
	}
	return p, nil
}

// invite lets somebody use the desk.
func (d *Desk) invite(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	role, err := editors.ParseRole(form.Get("role"))
	if err != nil {
		return web.Status(http.StatusBadRequest)
	}
	l, wrong := d.Locale(), ""
	fresh := editors.Editor{Email: form.Get("email"), Name: form.Get("name"), Role: role}
	var added *editors.Editor
	if _, err = editors.ParseEmail(fresh.Email); err != nil {
		wrong = l.Message("signup.need_address")
	} else if added, err = d.Door.Add(r.Context(), fresh, time.Now()); errors.Is(err, editors.ErrExists) {
		wrong = l.Message("desk.people.exists")
	}
	if wrong != "" {
		p, err := d.peoplePage(r, visit)
		if err != nil {
			return err
		}
		p.Email, p.Name, p.Role, p.Wrong, p.Done = fresh.Email, fresh.Name, form.Get("role"), wrong, ""
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := d.did(r, visit, "editor added", added.Email, "as "+string(role)); err != nil {
		return err
	}
	if form.Has("mail") && d.Mail != nil {
		if err := d.mailTo(r, visit, added.Email); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/desk/people?done=people_added")
}

// mailTo mails an editor a link, because an owner wants it.
func (d *Desk) mailTo(r *http.Request, visit *editors.Visit, email string) error {
	if err := d.Mail(r.Context(), email); err != nil {
		return err
	}
	return d.did(r, visit, "sign-in link mailed", email, "")
}

// onPerson makes a handler of what an owner does to an editor: act returns
// what the page then says was done.
func (d *Desk) onPerson(act func(r *http.Request, visit *editors.Visit, email string, form url.Values) (done string, err error)) web.Handler {
	return d.only(editors.RoleOwner, func(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
		form, err := web.FormOf(w, r)
		if err != nil {
			return err
		}
		email, err := editors.ParseEmail(form.Get("email"))
		if err != nil {
			return web.Status(http.StatusBadRequest)
		}
		done, err := act(r, visit, email, form)
		l, no := d.Locale(), ""
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
		p, err := d.peoplePage(r, visit)
		if err != nil {
			return err
		}
		p.No = no
		return d.Private(w, r, http.StatusConflict, p)
	})
}

func (d *Desk) giveRole(r *http.Request, visit *editors.Visit, email string, form url.Values) (string, error) {
	role, err := editors.ParseRole(form.Get("role"))
	if err != nil {
		return "", web.Status(http.StatusBadRequest)
	}
	if err := d.Door.SetRole(r.Context(), email, role); err != nil {
		return "", err
	}
	return "role", d.did(r, visit, "role changed", email, "to "+string(role))
}

func (d *Desk) dismiss(r *http.Request, visit *editors.Visit, email string, _ url.Values) (string, error) {
	if err := d.Door.Remove(r.Context(), email); err != nil {
		return "", err
	}
	return "removed", d.did(r, visit, "editor removed", email, "")
}

func (d *Desk) mailPerson(r *http.Request, visit *editors.Visit, email string, _ url.Values) (string, error) {
	if d.Mail == nil {
		return "", web.NotFound
	}
	return "mailed", d.mailTo(r, visit, email)
}

func (d *Desk) endPerson(r *http.Request, visit *editors.Visit, email string, _ url.Values) (string, error) {
	if err := d.Door.EndAll(r.Context(), email); err != nil {
		return "", err
	}
	return "ended", d.did(r, visit, "signed out everywhere", email, "")
}
