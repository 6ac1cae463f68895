package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// signIn shows the form: an address with a password, or to be mailed a link.
func (d *Desk) signIn(w http.ResponseWriter, r *http.Request) error {
	return d.Private(w, r, http.StatusOK, d.signInPage(r, ""))
}

func (d *Desk) signInPage(r *http.Request, state string) *templates.SignInPage {
	title := "desk.sign_in"
	switch state {
	case templates.Unknown:
		title = "desk.link_gone"
	case templates.Sent:
		title = "signup.sent_title"
	case templates.Wait:
		title = "signup.wait_title"
	case templates.First:
		title = "desk.door.first"
	}
	l := d.Locale()
	page := d.Page(r, l, l.Message(title))
	page.Nav, page.Hidden = []templates.Link{{Label: l.Message("desk.site"), URL: "/"}}, true
	return &templates.SignInPage{
		Page: page, State: state, Action: "/desk/sign-in", Mails: d.Mail != nil,
		Command: d.Command + " you@example.com",
	}
}

// knock looks at an address and a password, or mails a link to the address.
func (d *Desk) knock(w http.ResponseWriter, r *http.Request) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	if form.Get("do") == "link" && d.Mail != nil {
		return d.wantLink(w, r, form)
	}
	now := time.Now()
	email, password := form.Get("email"), form.Get("password")
	p := d.signInPage(r, "")
	p.Email = email
	l := d.Locale()
	if email == "" || password == "" {
		p.Wrong = l.Message("desk.door.need_both")
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	err = d.Attempts.password(email, d.Network(r), now)
	var visit *editors.Visit
	if err == nil {
		visit, err = d.Door.EnterByPassword(r.Context(), email, password, r.UserAgent(), now)
	}
	if errors.Is(err, editors.ErrPassword) {
		p.Wrong = l.Message("desk.door.wrong")
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	if wait, ok := later(err); ok {
		return d.comeAgain(w, r, wait)
	}
	if err != nil {
		return err
	}
	return d.letIn(w, r, visit, "with a password")
}

// later reports whether an error says that somebody tried too often, or too
// many at once, and how long they are to wait.
func later(err error) (time.Duration, bool) {
	var w web.WaitError
	if errors.As(err, &w) {
		return w.Wait, true
	}
	return time.Minute, errors.Is(err, editors.ErrBusy)
}

func (d *Desk) comeAgain(w http.ResponseWriter, r *http.Request, wait time.Duration) error {
	minutes := max(1, int((wait+time.Minute-1)/time.Minute))
	w.Header().Set("Retry-After", strconv.Itoa(60*minutes))
	p := d.signInPage(r, templates.Wait)
	p.When = web.InMinutes(d.Locale(), minutes)
	return d.Private(w, r, http.StatusTooManyRequests, p)
}

// linkTakes is how long it takes to be told that a link is on its way: longer
// than to find out whether it is.
const linkTakes = 400 * time.Millisecond

// wantLink mails an editor a link. The answer is the same, and comes after the
// same time, whether the address is an editor's or not, and whether they were
// mailed one a moment ago.
func (d *Desk) wantLink(w http.ResponseWriter, r *http.Request, form url.Values) error {
	now := time.Now()
	if wait, ok := later(d.Attempts.link(d.Network(r), now)); ok {
		return d.comeAgain(w, r, wait)
	}
	email, err := editors.ParseEmail(form.Get("email"))
	if err != nil {
		p := d.signInPage(r, "")
		p.Email, p.Wrong = form.Get("email"), d.Locale().Message("signup.need_address")
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	told := time.NewTimer(linkTakes)
	defer told.Stop()
	if d.Attempts.letter(email, now) {
		ctx := context.WithoutCancel(r.Context()) // who goes away still gets it
		if err := d.Mail(ctx, email); err != nil && !errors.Is(err, editors.ErrNotFound) {
			return err
		}
	}
	select {
	case <-told.C:
	case <-r.Context().Done():
	}
	return seeOther(w, r, "/desk/sign-in/sent")
}

// linkMailed is where asking for a link leads.
func (d *Desk) linkMailed(w http.ResponseWriter, r *http.Request) error {
	return d.Private(w, r, http.StatusOK, d.signInPage(r, templates.Sent))
}

// askToSignIn shows one button. It changes nothing: mail scanners come here
// before the editor does.
func (d *Desk) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	email, err := d.Door.Knock(r.Context(), r.PathValue("token"), time.Now())
	if errors.Is(err, editors.ErrLink) {
		return d.linkGone(w, r)
	}
	if err != nil {
		return err
	}
	v := d.signInPage(r, templates.Ask)
	v.Address, v.Action = subscribers.Mask(email), r.URL.EscapedPath()
	return d.Private(w, r, http.StatusOK, v)
}

// enter uses the link up and lets its editor in.
func (d *Desk) enter(w http.ResponseWriter, r *http.Request) error {
	visit, err := d.Door.Enter(r.Context(), r.PathValue("token"), r.UserAgent(), time.Now())
	if errors.Is(err, editors.ErrLink) {
		return d.linkGone(w, r)
	}
	if err != nil {
		return err
	}
	return d.letIn(w, r, visit, "with a link")
}

func (d *Desk) linkGone(w http.ResponseWriter, r *http.Request) error {
	return d.Private(w, r, http.StatusNotFound, d.signInPage(r, templates.Unknown))
}

// letIn gives the browser the token of a session that has just begun. Who was
// signed in here before is not any more.
func (d *Desk) letIn(w http.ResponseWriter, r *http.Request, visit *editors.Visit, how string) error {
	if old, err := r.Cookie(d.cookieName(r)); err == nil {
		if err := d.Door.Leave(r.Context(), old.Value); err != nil {
			return err
		}
	}
	if err := d.did(r, visit, "signed in", visit.Editor.Email, how); err != nil {
		return err
	}
	d.Frame.Log.Info("editor signed in", "role", visit.Editor.Role)
	d.remember(w, r, visit.Token)
	return seeOther(w, r, "/desk")
}

// signOut ends the session of this browser.
func (d *Desk) signOut(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(d.cookieName(r)); err == nil {
		if err := d.Door.Leave(r.Context(), c.Value); err != nil {
			return err
		}
	}
	d.remember(w, r, "")
	return seeOther(w, r, "/desk/sign-in")
}
