package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/editors"
)

// TestSignInLink: looking does nothing, pressing lets in, once.
func TestSignInLink(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	link := s.link(maya)
	before := s.state()
	for _, method := range []string{"GET", "HEAD", "GET"} {
		if res := s.do(method, link, nil); res.StatusCode != 200 || len(res.Cookies()) > 0 {
			t.Errorf("%s: %d %v", method, res.StatusCode, res.Cookies())
		}
	}
	page := text(t, s.do("GET", link, nil))
	if s.state() != before {
		t.Error("a scanner changed something")
	}
	if strings.Count(page, "<form") != 1 || !strings.Contains(page, `method="post" action="`+link+`"`) || strings.Contains(page, maya) {
		t.Errorf("not one button, or a whole address:\n%s", page)
	}
	res := s.do("POST", link, nil)
	want := &http.Cookie{Name: "session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 14 * 24 * 3600}
	c := *res.Cookies()[0]
	token := c.Value
	c.Value, c.Raw = "", ""
	if diff := cmp.Diff(want, &c); diff != "" || len(token) != 43 {
		t.Errorf("cookie of %d letters (-want +got):\n%s", len(token), diff)
	}
	for _, method := range []string{"GET", "POST"} {
		res := s.do(method, link, nil)
		if res.StatusCode != http.StatusNotFound || len(res.Cookies()) > 0 || !strings.Contains(text(t, res), "This link does not work any more") {
			t.Errorf("%s of a used link: %d", method, res.StatusCode)
		}
	}
	for _, bad := range []string{"/desk/sign-in/x", "/desk/sign-in/" + strings.Repeat("A", 43), "/desk/sign-in/%00", "/desk/sign-in/%ff%fe"} {
		if res := s.do("POST", bad, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", bad, res.StatusCode)
		}
	}
	if said := s.log.String(); strings.Contains(said, token) || strings.Contains(said, link) || strings.Contains(said, maya) {
		t.Error("the log holds a token or an address")
	}
}

// TestSignInFromElsewhere: another site's page cannot sign anybody in or out.
func TestSignInFromElsewhere(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	for _, path := range []string{s.link(maya), "/desk/sign-out", "/desk/sessions"} {
		r := httptest.NewRequest("POST", path, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		rec := httptest.NewRecorder()
		s.h.ServeHTTP(rec, r)
		if rec.Code != http.StatusForbidden || rec.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v", path, rec.Code, rec.Header())
		}
	}
}

// TestSessionCookieOverHTTPS: behind a proxy the cookie is one that no other
// host can plant, and the plain one is worth nothing.
func TestSessionCookieOverHTTPS(t *testing.T) {
	s := newDesk(t, "https://news.example.com")
	c := s.signedIn(maya)
	if c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie: %+v", c)
	}
	if res := s.do("GET", "/desk", nil, c); res.StatusCode != 200 {
		t.Errorf("with it: %d", res.StatusCode)
	}
	if res := s.do("GET", "/desk", nil, &http.Cookie{Name: "session", Value: c.Value}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("planted: %d", res.StatusCode)
	}
}

// TestDeskIsForEditors: whoever is not signed in is told how.
func TestDeskIsForEditors(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	for name, cookies := range map[string][]*http.Cookie{
		"nobody":    nil,
		"made up":   {{Name: "session", Value: strings.Repeat("A", 43)}},
		"nonsense":  {{Name: "session", Value: "x"}},
		"no cookie": {{Name: "other", Value: "x"}},
	} {
		for _, at := range [][2]string{{"GET", "/desk"}, {"POST", "/desk/sessions"}} {
			res := s.do(at[0], at[1], nil, cookies...)
			if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/sign-in" {
				t.Errorf("%s %v: %d to %q", name, at, res.StatusCode, res.Header.Get("Location"))
			}
		}
	}
	res := s.do("GET", "/desk/sign-in", nil)
	if page := text(t, res); res.StatusCode != 200 || !strings.Contains(page, "standfirst editors link you@example.com") {
		t.Errorf("%d:\n%s", res.StatusCode, page)
	}
	if res := s.do("GET", "/desk/nothing", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("/desk/nothing: %d", res.StatusCode)
	}
	c := s.signedIn(maya)
	s.must(s.db.RemoveEditor(t.Context(), maya, func([]editors.Editor) error { return nil }))
	if res := s.do("GET", "/desk", nil, c); res.StatusCode != http.StatusSeeOther || res.Cookies()[0].MaxAge >= 0 {
		t.Errorf("removed: %d %v", res.StatusCode, res.Cookies())
	}
}

// TestDeskInABrowser: in and out again, without JavaScript, where browsers send
// Sec-Fetch-Site and where they do not.
func TestDeskInABrowser(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	srv := httptest.NewServer(s.h)
	t.Cleanup(srv.Close)
	b := newBrowser(t)
	for _, origin := range []string{srv.URL, "http://news.example:" + srv.URL[strings.LastIndexByte(srv.URL, ':')+1:]} {
		link := s.link(maya)
		b.do(chromedp.Navigate(origin + link))
		if got := b.press(link); got != "Next sends" {
			t.Fatalf("%s: signing in leads to %q", origin, got)
		}
		b.do(chromedp.Navigate(origin + "/desk"))
		if got := b.press("/desk/sign-out"); got != "Sign in" {
			t.Errorf("%s: signing out leads to %q", origin, got)
		}
		if got := b.leads("h1", chromedp.Navigate(origin+"/desk")); got != "Sign in" {
			t.Errorf("%s: after signing out, the desk is %q", origin, got)
		}
	}
	for _, c := range b.told() {
		t.Error(c)
	}
}

// TestSignOut: here, and in another browser.
func TestSignOut(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	here, there := s.signedIn(maya), s.signedIn(maya)
	all, err := s.door.Sessions(t.Context(), maya, time.Now())
	s.must(err)
	if len(all) != 2 {
		t.Fatalf("%d sessions", len(all))
	}
	s.must(func() error {
		_, err := s.door.Add(t.Context(), editors.Editor{Email: "ed@example.com"}, time.Now())
		return err
	}())
	ed := s.signedIn("ed@example.com")
	in := func(c *http.Cookie) bool { return s.do("GET", "/desk", nil, c).StatusCode == 200 }
	for _, sess := range all { // somebody else's are not ed's to end
		s.do("POST", "/desk/sessions", url.Values{"session": {sess.Hash.ID()}}, ed)
	}
	if !in(here) || !in(there) {
		t.Fatal("an editor ended the sessions of another")
	}
	for _, sess := range all {
		visit, err := s.door.Visit(t.Context(), here.Value, time.Now())
		s.must(err)
		if sess.Hash != visit.Session.Hash {
			if res := s.do("POST", "/desk/sessions", url.Values{"session": {sess.Hash.ID()}}, here); res.Header.Get("Location") != "/desk" {
				t.Errorf("ending: %d", res.StatusCode)
			}
		}
	}
	if !in(here) || in(there) {
		t.Error("the wrong browser was signed out")
	}
	res := s.do("POST", "/desk/sign-out", nil, here)
	if res.Header.Get("Location") != "/desk/sign-in" || res.Cookies()[0].MaxAge >= 0 {
		t.Errorf("signing out: %d %v", res.StatusCode, res.Cookies())
	}
	if in(here) || !in(ed) {
		t.Error("signing out did not end the session, or ended another's")
	}
	// Signing in again ends what this browser had.
	first := s.signedIn(maya)
	s.do("POST", s.link(maya), nil, first)
	if in(first) {
		t.Error("the old session goes on after signing in anew")
	}
}
