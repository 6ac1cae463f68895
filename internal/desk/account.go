package desk

import (
	"errors"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// account is where editors change their own name and password, and see where
// they are signed in.
func (d *Desk) account(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	p, err := d.accountPage(r, visit)
	if err != nil {
		return err
	}
	return d.Private(w, r, http.StatusOK, p)
}

func (d *Desk) accountPage(r *http.Request, visit *editors.Visit) (*templates.DeskAccountPage, error) {
	l, now := d.Locale(), time.Now()
	p := &templates.DeskAccountPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.account.title")),
		Email:     visit.Editor.Email, Name: visit.Editor.Name, Role: l.Message("desk.people." + string(visit.Editor.Role)),
		HasPassword: visit.Editor.HasPassword, MustKnow: visit.MustKnow(now), Least: editors.LeastPassword,
	}
	sessions, err := d.Door.Sessions(r.Context(), visit.Editor.Email, now)
	if err != nil {
		return nil, err
	}
	for _, sess := range sessions {
		p.Browsers = append(p.Browsers, templates.Browser{
			Session: sess.Hash.ID(), Agent: sess.Agent, This: sess.Hash == visit.Session.Hash,
			Seen: l.Message("desk.last_seen", "time", d.moment(l, sess.Seen)),
		})
	}
	return p, nil
}

// rename gives the editor another name.
func (d *Desk) rename(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	if err := d.Door.SetName(r.Context(), visit.Editor.Email, form.Get("name")); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/account?done=account_renamed")
}

// choosePassword gives the editor another password. It ends their sessions in
// other browsers: whoever took the old one is out.
func (d *Desk) choosePassword(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	now, email := time.Now(), visit.Editor.Email
	if visit.MustKnow(now) { // a guess, if the browser was left alone
		err = d.Attempts.password(email, d.Network(r), now)
	}
	if err == nil {
		err = d.Door.SetPassword(r.Context(), visit, form.Get("current"), form.Get("password"), now)
	}
	if wait, ok := later(err); ok {
		return d.comeAgain(w, r, wait)
	}
	wrong, current := d.unfit(err), ""
	if errors.Is(err, editors.ErrPassword) {
		current = d.Locale().Message("desk.account.wrong")
	}
	if wrong+current != "" {
		p, err := d.accountPage(r, visit)
		if err != nil {
			return err
		}
		p.PasswordWrong, p.CurrentWrong, p.Done = wrong, current, ""
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if err := d.did(r, visit, "password changed", email, ""); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/account?done=account_password")
}

// endSession signs the editor out of another browser, or of all others.
func (d *Desk) endSession(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	if form.Get("session") == "others" {
		err = d.Door.EndOthers(r.Context(), visit)
	} else {
		err = d.Door.End(r.Context(), visit.Editor.Email, form.Get("session"))
	}
	if err != nil && !errors.Is(err, editors.ErrSession) { // it had ended: all the better
		return err
	}
	return seeOther(w, r, "/desk/account?done=account_ended")
}
