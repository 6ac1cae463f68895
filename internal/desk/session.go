package desk

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
)

// editor lets only editors through; others are told how to sign in.
func (d *Desk) editor(h func(http.ResponseWriter, *http.Request, *editors.Visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := r.Cookie(d.cookieName(r))
		if err != nil {
			return seeOther(w, r, "/desk/sign-in")
		}
		visit, err := d.Door.Visit(r.Context(), c.Value, time.Now())
		if errors.Is(err, editors.ErrSession) {
			d.remember(w, r, "")
			return seeOther(w, r, "/desk/sign-in")
		}
		if err != nil {
			return err
		}
		if visit.Token != "" {
			d.remember(w, r, visit.Token)
		}
		return h(w, r, visit)
	}
}

// cookieName is __Host-session where readers come by https: no other host, and
// nobody on the way, can plant a cookie of that name. Over plain HTTP, as in a
// first run on one's own machine, browsers would not keep it.
func (d *Desk) cookieName(r *http.Request) string {
	if d.overHTTPS(r) {
		return "__Host-session"
	}
	return "session"
}

// overHTTPS reports whether readers come by https, here or at a proxy before
// us.
func (d *Desk) overHTTPS(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(d.Publication.URL, "https://")
}

// remember gives the browser a session's token, or takes it away.
func (d *Desk) remember(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{
		Name: d.cookieName(r), Value: token, Path: "/", Secure: d.overHTTPS(r),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(editors.StayFor / time.Second),
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// seeOther leads on after an act, and to signing in; nobody keeps the answer.
func seeOther(w http.ResponseWriter, r *http.Request, to string) error {
	web.KeepPrivate(w.Header())
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
