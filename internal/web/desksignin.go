package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

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
	// Who was signed in here before is not any more.
	if old, err := r.Cookie(s.cookieName(r)); err == nil {
		if err := s.Desk.Door.Leave(r.Context(), old.Value); err != nil {
			return err
		}
	}
	s.Log.Info("editor signed in", "role", visit.Editor.Role)
	s.remember(w, r, visit.Token)
	return seeOther(w, r, "/desk")
}

func (s *Server) linkGone(w http.ResponseWriter, r *http.Request) error {
	return s.private(w, r, http.StatusNotFound, s.signInPage(r, templates.Unknown))
}

// signIn says how to get a link.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	return s.private(w, r, http.StatusOK, s.signInPage(r, ""))
}

func (s *Server) signInPage(r *http.Request, state string) *templates.SignInPage {
	title := "desk.sign_in"
	if state == templates.Unknown {
		title = "desk.link_gone"
	}
	return &templates.SignInPage{
		Page: s.deskPage(r, title), State: state, Command: s.Desk.Command + " you@example.com",
	}
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

// endSession signs the editor out of another browser.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := formOf(w, r)
	if err != nil {
		return unreadable(err)
	}
	err = s.Desk.Door.End(r.Context(), visit.Editor.Email, form.Get("session"))
	if err != nil && !errors.Is(err, editors.ErrSession) { // it had ended: all the better
		return err
	}
	return seeOther(w, r, "/desk")
}

// editor lets only editors through; others are told how to sign in.
func (s *Server) editor(h func(http.ResponseWriter, *http.Request, *editors.Visit) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := r.Cookie(s.cookieName(r))
		if err != nil {
			return seeOther(w, r, "/desk/sign-in")
		}
		visit, err := s.Desk.Door.Visit(r.Context(), c.Value, time.Now())
		if errors.Is(err, editors.ErrSession) {
			s.remember(w, r, "")
			return seeOther(w, r, "/desk/sign-in")
		}
		if err != nil {
			return err
		}
		if visit.Token != "" {
			s.remember(w, r, visit.Token)
		}
		return h(w, r, visit)
	}
}

// cookieName is __Host-session where readers come by https: no other host, and
// nobody on the way, can plant a cookie of that name. Over plain HTTP, as in a
// first run on one's own machine, browsers would not keep it.
func (s *Server) cookieName(r *http.Request) string {
	if s.overHTTPS(r) {
		return "__Host-session"
	}
	return "session"
}

// overHTTPS reports whether readers come by https, here or at a proxy before
// us.
func (s *Server) overHTTPS(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(s.Publication.URL, "https://")
}

// remember gives the browser a session's token, or takes it away.
func (s *Server) remember(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{
		Name: s.cookieName(r), Value: token, Path: "/", Secure: s.overHTTPS(r),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(editors.StayFor / time.Second),
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// seeOther leads on after an act, and to signing in; nobody keeps the answer.
func seeOther(w http.ResponseWriter, r *http.Request, to string) error {
	keepPrivate(w.Header())
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
