package desk

import (
	"errors"
	"net/http"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// beFirst shows who came by the link of the first start the form that makes
// them the owner. It changes nothing.
func (d *Desk) beFirst(w http.ResponseWriter, r *http.Request) error {
	err := d.Door.KnockFirst(r.Context(), r.PathValue("token"), time.Now())
	if errors.Is(err, editors.ErrLink) {
		return d.linkGone(w, r)
	}
	if err != nil {
		return err
	}
	return d.Private(w, r, http.StatusOK, d.firstPage(r))
}

func (d *Desk) firstPage(r *http.Request) *templates.SignInPage {
	p := d.signInPage(r, templates.First)
	p.Action, p.Least = r.URL.EscapedPath(), editors.LeastPassword
	return p
}

// enterFirst makes the owner, and lets them in.
func (d *Desk) enterFirst(w http.ResponseWriter, r *http.Request) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	now := time.Now()
	if wait, ok := later(d.Attempts.link(d.Network(r), now)); ok {
		return d.comeAgain(w, r, wait)
	}
	p := d.firstPage(r)
	p.Email, p.Name = form.Get("email"), form.Get("name")
	if _, err := editors.ParseEmail(p.Email); err != nil {
		p.Wrong = d.Locale().Message("signup.need_address")
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	e := editors.Editor{Email: p.Email, Name: p.Name}
	visit, err := d.Door.EnterFirst(r.Context(), r.PathValue("token"), e, form.Get("password"), r.UserAgent(), now)
	if errors.Is(err, editors.ErrLink) {
		return d.linkGone(w, r)
	}
	if p.PasswordWrong = d.unfit(err); p.PasswordWrong != "" {
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	if wait, ok := later(err); ok {
		return d.comeAgain(w, r, wait)
	}
	if err != nil {
		return err
	}
	return d.letIn(w, r, visit, "as the first owner")
}

// unfit says why a password is not taken; empty: for no reason of its own.
func (d *Desk) unfit(err error) string {
	l := d.Locale()
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
