package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// signIn shows the form: an address with a password, or to be mailed a link.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	return s.private(w, r, http.StatusOK, s.signInPage(r, ""))
}

func (s *Server) signInPage(r *http.Request, state string) *templates.SignInPage {
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
	l := s.locale()
	page := s.page(r, l, l.Message(title))
	page.Nav, page.Feeds, page.Hidden = []templates.Link{{Label: l.Message("desk.site"), URL: "/"}}, nil, true
	return &templates.SignInPage{
		Page: page, State: state, Action: "/desk/sign-in", Mails: s.Desk.Mail != nil,
		Command: s.Desk.Command + " you@example.com",
	}
}

// knock looks at an address and a password, or mails a link to the address.
func (s *Server) knock(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(w, r)
	if err != nil {
		return err
	}
	if form.Get("do") == "link" && s.Desk.Mail != nil {
		return s.wantLink(w, r, form)
	}
	now := time.Now()
	email, password := form.Get("email"), form.Get("password")
	p := s.signInPage(r, "")
	p.Email = email
	l := s.locale()
	if email == "" || password == "" {
		p.Wrong = l.Message("desk.door.need_both")
		return s.private(w, r, http.StatusUnprocessableEntity, p)
	}
	err = s.Desk.Attempts.password(email, s.network(r), now)
	var visit *editors.Visit
	if err == nil {
		visit, err = s.Desk.Door.EnterByPassword(r.Context(), email, password, r.UserAgent(), now)
	}
	if errors.Is(err, editors.ErrPassword) {
		p.Wrong = l.Message("desk.door.wrong")
		return s.private(w, r, http.StatusUnprocessableEntity, p)
	}
	if wait, ok := later(err); ok {
		return s.comeAgain(w, r, wait)
	}
	if err != nil {
		return err
	}
	return s.letIn(w, r, visit, "with a password")
}

// network names whom a request comes from, as far as limits go.
func (s *Server) network(r *http.Request) string { return subscribers.Network(s.client(r)).String() }

// later reports whether an error says that somebody tried too often, or too
// many at once, and how long they are to wait.
func later(err error) (time.Duration, bool) {
	var w waitError
	if errors.As(err, &w) {
		return w.wait, true
	}
	return time.Minute, errors.Is(err, editors.ErrBusy)
}

func (s *Server) comeAgain(w http.ResponseWriter, r *http.Request, wait time.Duration) error {
	minutes := max(1, int((wait+time.Minute-1)/time.Minute))
	w.Header().Set("Retry-After", strconv.Itoa(60*minutes))
	p := s.signInPage(r, templates.Wait)
	p.When = inMinutes(s.locale(), minutes)
	return s.private(w, r, http.StatusTooManyRequests, p)
}

// linkTakes is how long it takes to be told that a link is on its way: longer
// than to find out whether it is.
const linkTakes = 400 * time.Millisecond

// wantLink mails an editor a link. The answer is the same, and comes after the
// same time, whether the address is an editor's or not, and whether they were
// mailed one a moment ago.
func (s *Server) wantLink(w http.ResponseWriter, r *http.Request, form url.Values) error {
	now := time.Now()
	if wait, ok := later(s.Desk.Attempts.link(s.network(r), now)); ok {
		return s.comeAgain(w, r, wait)
	}
	email, err := editors.ParseEmail(form.Get("email"))
	if err != nil {
		p := s.signInPage(r, "")
		p.Email, p.Wrong = form.Get("email"), s.locale().Message("signup.need_address")
		return s.private(w, r, http.StatusUnprocessableEntity, p)
	}
	told := time.NewTimer(linkTakes)
	defer told.Stop()
	if s.Desk.Attempts.letter(email, now) {
		ctx := context.WithoutCancel(r.Context()) // who goes away still gets it
		if err := s.Desk.Mail(ctx, email); err != nil && !errors.Is(err, editors.ErrNotFound) {
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
func (s *Server) linkMailed(w http.ResponseWriter, r *http.Request) error {
	return s.private(w, r, http.StatusOK, s.signInPage(r, templates.Sent))
}

// askToSignIn shows one button. It changes nothing: mail scanners come here
// before the editor does.
func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	email, err := s.Desk.Door.Knock(r.Context(), r.PathValue("token"), time.Now())
	if errors.Is(err, editors.ErrLink) {
		return s.linkGone(w, r)
	}
	if err != nil {
		return err
	}
	v := s.signInPage(r, templates.Ask)
	v.Address, v.Action = subscribers.Mask(email), r.URL.EscapedPath()
	return s.private(w, r, http.StatusOK, v)
}

// enter uses the link up and lets its editor in.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) error {
	visit, err := s.Desk.Door.Enter(r.Context(), r.PathValue("token"), r.UserAgent(), time.Now())
	if errors.Is(err, editors.ErrLink) {
		return s.linkGone(w, r)
	}
	if err != nil {
		return err
	}
	return s.letIn(w, r, visit, "with a link")
}

func (s *Server) linkGone(w http.ResponseWriter, r *http.Request) error {
	return s.private(w, r, http.StatusNotFound, s.signInPage(r, templates.Unknown))
}

// letIn gives the browser the token of a session that has just begun. Who was
// signed in here before is not any more.
func (s *Server) letIn(w http.ResponseWriter, r *http.Request, visit *editors.Visit, how string) error {
	if old, err := r.Cookie(s.cookieName(r)); err == nil {
		if err := s.Desk.Door.Leave(r.Context(), old.Value); err != nil {
			return err
		}
	}
	if err := s.did(r, visit, "signed in", visit.Editor.Email, how); err != nil {
		return err
	}
	s.Log.Info("editor signed in", "role", visit.Editor.Role)
	s.remember(w, r, visit.Token)
	return seeOther(w, r, "/desk")
}

// signOut ends the session of this browser.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(s.cookieName(r)); err == nil {
		if err := s.Desk.Door.Leave(r.Context(), c.Value); err != nil {
			return err
		}
	}
	s.remember(w, r, "")
	return seeOther(w, r, "/desk/sign-in")
}
