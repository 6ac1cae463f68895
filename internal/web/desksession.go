package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

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
