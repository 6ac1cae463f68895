package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/webtest"
)

// From the first start on, without JavaScript: the link makes the owner, who
// signs out and in by their password, and ends what another browser has.
func TestFirstStartInABrowser(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.cheap()
	s.Must(s.DB.RemoveEditor(t.Context(), desktest.Maya, func([]editors.Editor) error { return nil }))
	srv := httptest.NewServer(s.H)
	t.Cleanup(srv.Close)
	token, _, err := s.Door.FirstLink(t.Context(), time.Now())
	s.Must(err)
	b := webtest.NewBrowser(t)
	b.WithoutScripts()
	link := "/desk/first/" + token
	b.Do(chromedp.Navigate(srv.URL+link), chromedp.SendKeys("#email", desktest.Maya), chromedp.SendKeys("#name", "Maya Okafor"), chromedp.SendKeys("#password", "short"))
	if got := b.Press(link); got != "Welcome to the desk" {
		t.Fatalf("with a short password: %s", got)
	}
	b.Do(chromedp.SendKeys("#password", secret))
	if got := b.Press(link); got != "Next sends" {
		t.Fatalf("with a long one: %s", got)
	}
	b.Told() // the short one's status
	if got := b.Press("/desk/sign-out"); got != "Sign in" {
		t.Fatalf("signing out leads to %s", got)
	}
	b.Do(chromedp.SendKeys("#email", desktest.Maya), chromedp.SendKeys("#password", secret))
	if got := b.Leads("h1", chromedp.Click(`button[value=password]`)); got != "Next sends" {
		t.Fatalf("signing in leads to %s", got)
	}
	there := s.knocks("192.0.2.1", desktest.Maya, secret).Cookies()[0]
	b.Do(chromedp.Navigate(srv.URL + "/desk/account"))
	if got := b.Press("/desk/sessions"); got != "Your account" {
		t.Fatalf("ending a session leads to %s", got)
	}
	if res := s.Do("GET", "/desk/account", nil, there); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the other browser is still in: %d", res.StatusCode)
	}
	b.Do(chromedp.Navigate(srv.URL+"/desk/people"), chromedp.SendKeys("#email", "ed@example.com"))
	if got := b.Press("/desk/people"); got != "People" || s.roleOf("ed@example.com") != editors.RoleEditor {
		t.Errorf("letting somebody in: %s, %q", got, s.roleOf("ed@example.com"))
	}
	for _, c := range b.Told() {
		t.Error(c)
	}
}

// showing serves the desk as somebody sees it who is signed in, and at paths
// like /~wrong what comes of acts: always with the status of a page, of which a
// browser does not complain. It returns the paths of all states.
func (s *deskSite) showing() (srv *httptest.Server, paths []string) {
	s.T.Helper()
	s.cheap()
	s.Desk.Mail = func(context.Context, string) error { return nil }
	s.Desk.SecondPersonAbove = 10_000
	s.Must(s.Door.SetName(context.Background(), desktest.Maya, "Maya Okafor"))
	_, err := s.Door.Add(context.Background(), editors.Editor{Email: "somebody.with.a.rather.long.name@editors.publication.example", Role: editors.RoleViewer}, time.Now())
	s.Must(err)
	_, err = s.Door.Configure(context.Background(), []editors.Editor{{Email: "tunde@example.com", Name: "Tunde Bello", Role: editors.RoleEditor}}, time.Now())
	s.Must(err)
	s.chosen(desktest.Maya, secret)
	c, link := s.SignedIn(desktest.Maya), s.Link(desktest.Maya)
	byPassword := s.knocks("192.0.2.1", desktest.Maya, secret).Cookies()[0]
	states := map[string]func() *http.Response{
		"/~wrong":   func() *http.Response { return s.knocks("192.0.2.2", desktest.Maya, "a guess at a word") },
		"/~unknown": func() *http.Response { return s.Do("GET", "/desk/sign-in/x", nil) },
		"/~wait": func() *http.Response {
			s.Desk.Attempts = NewAttempts()
			defer func() { s.Desk.Attempts = nil }()
			for range 8 {
				s.knocks("192.0.2.9", desktest.Maya, "a guess at a word")
			}
			return s.knocks("192.0.2.9", desktest.Maya, secret)
		},
		"/~password": func() *http.Response {
			return s.Do("POST", "/desk/account/password", url.Values{"current": {"x"}, "password": {"another long enough one"}}, byPassword)
		},
		"/~short": func() *http.Response {
			return s.Do("POST", "/desk/account/password", url.Values{"password": {"short"}}, c)
		},
		"/~exists": func() *http.Response {
			return s.Do("POST", "/desk/people", url.Values{"email": {desktest.Maya}, "role": {"editor"}}, c)
		},
		"/~last": func() *http.Response {
			return s.Do("POST", "/desk/people/remove", url.Values{"email": {desktest.Maya}}, c)
		},
	}
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if state := states[r.URL.Path]; state != nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, desktest.Text(s.T, state()))
			return
		}
		r.AddCookie(c)
		s.H.ServeHTTP(w, r)
	}))
	s.T.Cleanup(srv.Close)
	paths = []string{"/desk/sign-in", "/desk/sign-in/sent", link, "/desk/account", "/desk/people", "/desk/log", "/desk/log?about=nothing", "/desk/log?who=configuration"}
	for path := range states {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return srv, paths
}

// Every state of the pages of people, by axe and by the W3C's checker; the page
// of the first owner, too.
func TestPeopleFromOutside(t *testing.T) {
	dir := webtest.Tools(t, "node", "java", "chromium")
	s := newDesk(t, "http://localhost:8080")
	srv, paths := s.showing()
	folder, axe, vnu := t.TempDir(), []string{"node", "axe-pages.mjs"}, []string{"sh", "vnu.sh"}
	look := func(srv *httptest.Server, path string) {
		res, err := http.Get(srv.URL + path)
		s.Must(err)
		page := desktest.Text(t, res)
		if !strings.Contains(page, "<h1") {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		file := filepath.Join(folder, fmt.Sprintf("%d.html", len(vnu)))
		s.Must(os.WriteFile(file, []byte(page), 0o600))
		axe, vnu = append(axe, srv.URL+path), append(vnu, file)
	}
	for _, path := range paths {
		look(srv, path)
	}
	first := newDesk(t, "http://localhost:8080")
	s.Must(first.DB.RemoveEditor(t.Context(), desktest.Maya, func([]editors.Editor) error { return nil }))
	token, _, err := first.Door.FirstLink(t.Context(), time.Now())
	s.Must(err)
	empty := httptest.NewServer(first.H)
	t.Cleanup(empty.Close)
	look(empty, "/desk/first/"+token)
	webtest.Check(t, dir, axe...)
	webtest.Check(t, dir, vnu...)
}
