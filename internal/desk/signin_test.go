package desk

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/webtest"
)

// TestSignInLink: looking does nothing, pressing lets in, once.
func TestSignInLink(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	link := s.Link(desktest.Maya)
	before := s.State()
	for _, method := range []string{"GET", "HEAD", "GET"} {
		if res := s.Do(method, link, nil); res.StatusCode != 200 || len(res.Cookies()) > 0 {
			t.Errorf("%s: %d %v", method, res.StatusCode, res.Cookies())
		}
	}
	page := desktest.Text(t, s.Do("GET", link, nil))
	if s.State() != before {
		t.Error("a scanner changed something")
	}
	if strings.Count(page, "<form") != 1 || !strings.Contains(page, `method="post" action="`+link+`"`) || strings.Contains(page, desktest.Maya) {
		t.Errorf("not one button, or a whole address:\n%s", page)
	}
	res := s.Do("POST", link, nil)
	want := &http.Cookie{Name: "session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 14 * 24 * 3600}
	c := *res.Cookies()[0]
	token := c.Value
	c.Value, c.Raw = "", ""
	if diff := cmp.Diff(want, &c); diff != "" || len(token) != 43 {
		t.Errorf("cookie of %d letters (-want +got):\n%s", len(token), diff)
	}
	for _, method := range []string{"GET", "POST"} {
		res := s.Do(method, link, nil)
		if res.StatusCode != http.StatusNotFound || len(res.Cookies()) > 0 || !strings.Contains(desktest.Text(t, res), "This link does not work any more") {
			t.Errorf("%s of a used link: %d", method, res.StatusCode)
		}
	}
	for _, bad := range []string{"/desk/sign-in/x", "/desk/sign-in/" + strings.Repeat("A", 43), "/desk/sign-in/%00", "/desk/sign-in/%ff%fe"} {
		if res := s.Do("POST", bad, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", bad, res.StatusCode)
		}
	}
	if said := s.Said.String(); strings.Contains(said, token) || strings.Contains(said, link) || strings.Contains(said, desktest.Maya) {
		t.Error("the log holds a token or an address")
	}
}

// TestSignInFromElsewhere: another site's page cannot sign anybody in or out.
func TestSignInFromElsewhere(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	for _, path := range []string{s.Link(desktest.Maya), "/desk/sign-out", "/desk/sessions"} {
		r := httptest.NewRequest("POST", path, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		rec := httptest.NewRecorder()
		s.H.ServeHTTP(rec, r)
		if rec.Code != http.StatusForbidden || rec.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v", path, rec.Code, rec.Header())
		}
	}
}

// TestSessionCookieOverHTTPS: behind a proxy the cookie is one that no other
// host can plant, and the plain one is worth nothing.
func TestSessionCookieOverHTTPS(t *testing.T) {
	s := newDesk(t, "https://news.example.com")
	c := s.SignedIn(desktest.Maya)
	if c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie: %+v", c)
	}
	if res := s.Do("GET", "/desk", nil, c); res.StatusCode != 200 {
		t.Errorf("with it: %d", res.StatusCode)
	}
	if res := s.Do("GET", "/desk", nil, &http.Cookie{Name: "session", Value: c.Value}); res.StatusCode != http.StatusSeeOther {
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
			res := s.Do(at[0], at[1], nil, cookies...)
			if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/sign-in" {
				t.Errorf("%s %v: %d to %q", name, at, res.StatusCode, res.Header.Get("Location"))
			}
		}
	}
	res := s.Do("GET", "/desk/sign-in", nil)
	if page := desktest.Text(t, res); res.StatusCode != 200 || !strings.Contains(page, "standfirst editors link you@example.com") {
		t.Errorf("%d:\n%s", res.StatusCode, page)
	}
	if res := s.Do("GET", "/desk/nothing", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("/desk/nothing: %d", res.StatusCode)
	}
	c := s.SignedIn(desktest.Maya)
	s.Must(s.DB.RemoveEditor(t.Context(), desktest.Maya, func([]editors.Editor) error { return nil }))
	if res := s.Do("GET", "/desk", nil, c); res.StatusCode != http.StatusSeeOther || res.Cookies()[0].MaxAge >= 0 {
		t.Errorf("removed: %d %v", res.StatusCode, res.Cookies())
	}
}

// TestDeskInABrowser: in and out again, without JavaScript, where browsers send
// Sec-Fetch-Site and where they do not.
func TestDeskInABrowser(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	srv := httptest.NewServer(s.H)
	t.Cleanup(srv.Close)
	b := webtest.NewBrowser(t)
	for _, origin := range []string{srv.URL, "http://news.example:" + srv.URL[strings.LastIndexByte(srv.URL, ':')+1:]} {
		link := s.Link(desktest.Maya)
		b.Do(chromedp.Navigate(origin + link))
		if got := b.Press(link); got != "Next sends" {
			t.Fatalf("%s: signing in leads to %q", origin, got)
		}
		b.Do(chromedp.Navigate(origin + "/desk"))
		if got := b.Press("/desk/sign-out"); got != "Sign in" {
			t.Errorf("%s: signing out leads to %q", origin, got)
		}
		if got := b.Leads("h1", chromedp.Navigate(origin+"/desk")); got != "Sign in" {
			t.Errorf("%s: after signing out, the desk is %q", origin, got)
		}
	}
	for _, c := range b.Told() {
		t.Error(c)
	}
}

// TestSignOut: here, and in another browser.
func TestSignOut(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	here, there := s.SignedIn(desktest.Maya), s.SignedIn(desktest.Maya)
	all, err := s.Door.Sessions(t.Context(), desktest.Maya, time.Now())
	s.Must(err)
	if len(all) != 2 {
		t.Fatalf("%d sessions", len(all))
	}
	s.Must(func() error {
		_, err := s.Door.Add(t.Context(), editors.Editor{Email: "ed@example.com"}, time.Now())
		return err
	}())
	ed := s.SignedIn("ed@example.com")
	in := func(c *http.Cookie) bool { return s.Do("GET", "/desk", nil, c).StatusCode == 200 }
	for _, sess := range all { // somebody else's are not ed's to end
		s.Do("POST", "/desk/sessions", url.Values{"session": {sess.Hash.ID()}}, ed)
	}
	if !in(here) || !in(there) {
		t.Fatal("an editor ended the sessions of another")
	}
	for _, sess := range all {
		visit, err := s.Door.Visit(t.Context(), here.Value, time.Now())
		s.Must(err)
		if sess.Hash != visit.Session.Hash {
			if res := s.Do("POST", "/desk/sessions", url.Values{"session": {sess.Hash.ID()}}, here); res.Header.Get("Location") != "/desk/account?done=account_ended" {
				t.Errorf("ending: %d", res.StatusCode)
			}
		}
	}
	if !in(here) || in(there) {
		t.Error("the wrong browser was signed out")
	}
	res := s.Do("POST", "/desk/sign-out", nil, here)
	if res.Header.Get("Location") != "/desk/sign-in" || res.Cookies()[0].MaxAge >= 0 {
		t.Errorf("signing out: %d %v", res.StatusCode, res.Cookies())
	}
	if in(here) || !in(ed) {
		t.Error("signing out did not end the session, or ended another's")
	}
	// Signing in again ends what this browser had.
	first := s.SignedIn(desktest.Maya)
	s.Do("POST", s.Link(desktest.Maya), nil, first)
	if in(first) {
		t.Error("the old session goes on after signing in anew")
	}
}

const secret = "four unlikely words here"

// cheap makes passwords cost next to nothing.
func (s *deskSite) cheap() { s.Door.Passwords.Cost = editors.Cost{Memory: 64, Passes: 1, Lanes: 1} }

// chosen gives an editor a password.
func (s *deskSite) chosen(email, password string) {
	s.T.Helper()
	s.cheap()
	c := s.SignedIn(email)
	res := s.Do("POST", "/desk/account/password", url.Values{"password": {password}}, c)
	if res.Header.Get("Location") != "/desk/account?done=account_password" {
		s.T.Fatalf("choosing a password: %d %q\n%s", res.StatusCode, res.Header.Get("Location"), desktest.Text(s.T, res))
	}
}

// knocks signs in, or tries to, from an address of the network.
func (s *deskSite) knocks(from, email, password string, cookies ...*http.Cookie) *http.Response {
	s.T.Helper()
	r := httptest.NewRequest("POST", "/desk/sign-in", strings.NewReader(url.Values{"email": {email}, "password": {password}, "do": {"password"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.RemoteAddr = from + ":1"
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	s.H.ServeHTTP(rec, r)
	return rec.Result()
}

// TestSignInByPassword: whoever has it is let in with a new token each time;
// nobody else is, and is not told why.
func TestSignInByPassword(t *testing.T) {
	s := newDesk(t, "https://news.example.com")
	s.chosen(desktest.Maya, secret)
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: "ed@example.com"}, time.Now()) // has none
	s.Must(err)
	res := s.knocks("192.0.2.1", " Maya@Example.com ", secret)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk" || len(res.Cookies()) != 1 {
		t.Fatalf("right: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	c := res.Cookies()[0]
	if c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || len(c.Value) != 43 {
		t.Errorf("cookie: %+v", c)
	}
	if got := s.Do("GET", "/desk/account", nil, c); got.StatusCode != 200 {
		t.Errorf("inside: %d", got.StatusCode)
	}
	again := s.knocks("192.0.2.1", desktest.Maya, secret, c)
	if again.Cookies()[0].Value == c.Value {
		t.Error("the token stayed what it was")
	}
	if got := s.Do("GET", "/desk/account", nil, c); got.StatusCode != http.StatusSeeOther {
		t.Errorf("the session of before: %d", got.StatusCode)
	}
	before := s.State()
	said := map[string]bool{}
	for _, try := range [][2]string{
		{desktest.Maya, secret + " "}, {desktest.Maya, strings.ToUpper(secret)}, {"nobody@example.com", secret}, {"ed@example.com", secret}, {"ed@example.com", "x"},
		{"maya", secret}, {desktest.Maya + "\x00", secret}, {desktest.Maya, strings.Repeat("x", 5000)}, {"' OR 1=1 --", secret},
	} {
		res := s.knocks("192.0.2.1", try[0], try[1])
		page := desktest.Text(t, res)
		if res.StatusCode != http.StatusUnprocessableEntity || len(res.Cookies()) > 0 {
			t.Errorf("%q with %.10q: %d %v", try[0], try[1], res.StatusCode, res.Cookies())
		}
		if strings.Contains(page, secret) || !strings.Contains(page, "do not belong together") {
			t.Errorf("%q: the page tells the password, or not what is wrong", try[0])
		}
		said[page[strings.Index(page, `role="alert"`):strings.Index(page, `<input id="email"`)]] = true
	}
	if len(said) != 1 {
		t.Errorf("%d different answers to those who are not let in", len(said))
	}
	if s.State() != before {
		t.Error("trying changed something")
	}
	if log := s.Said.String(); strings.Contains(log, secret) || strings.Contains(log, desktest.Maya) {
		t.Error("the log holds a password or an address")
	}
	if got := s.knocks("192.0.2.1", "", ""); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nothing written: %d", got.StatusCode)
	}
}

// TestAttempts: guessing is slow, for one address, from one network and from
// many, and a letter with a link is not to be had every second.
func TestAttempts(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	count := func(most int, try func(i int) error) (n int) {
		for i := range most {
			if try(i) == nil {
				n++
			}
		}
		return n
	}
	a := NewAttempts()
	if n := count(100, func(int) error { return a.password(desktest.Maya, "192.0.2.0/24", now) }); n != 8 {
		t.Errorf("%d guesses from one network for one address", n)
	}
	if err := a.password(" MAYA@example.com ", "192.0.2.0/24", now); err == nil {
		t.Error("another spelling is another address")
	}
	if err := a.password(desktest.Maya, "192.0.2.0/24", now.Add(2*time.Minute)); err != nil {
		t.Errorf("two minutes later: %v", err)
	}
	a = NewAttempts()
	if n := count(200, func(i int) error { return a.password(desktest.Maya, "net "+string(rune('a'+i)), now) }); n != 40 {
		t.Errorf("%d guesses from everywhere for one address", n)
	}
	a = NewAttempts()
	if n := count(200, func(i int) error { return a.password(string(rune('a'+i)), "192.0.2.0/24", now) }); n != 30 {
		t.Errorf("%d guesses from one network for all addresses", n)
	}
	a = NewAttempts()
	if n := count(500, func(i int) error { return a.password(string(rune('a'+i)), "net "+string(rune('a'+i)), now) }); n != 60 {
		t.Errorf("%d guesses in all", n)
	}
	if a.link("192.0.2.0/24", now) != nil || !a.letter(desktest.Maya, now) {
		t.Error("a flood of guesses keeps links from being mailed")
	}
	if a.letter(desktest.Maya, now.Add(3*time.Minute-1)) || !a.letter("ed@example.com", now) || !a.letter(desktest.Maya, now.Add(3*time.Minute)) {
		t.Error("letters do not come once in three minutes")
	}
	var none *Attempts
	if none.password(desktest.Maya, "", now) != nil || none.link("", now) != nil || !none.letter(desktest.Maya, now) {
		t.Error("no limits limit somebody")
	}
}

// TestTooManyAttempts: who guesses is told to wait, with the right password too,
// and can still come by a link.
func TestTooManyAttempts(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.chosen(desktest.Maya, secret)
	s.Desk.Attempts = NewAttempts()
	s.Desk.Mail = func(context.Context, string) error { return nil }
	for range 8 {
		if res := s.knocks("192.0.2.1", desktest.Maya, "a guess at a word"); res.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("a guess: %d", res.StatusCode)
		}
	}
	res := s.knocks("192.0.2.77", desktest.Maya, secret)
	if page := desktest.Text(t, res); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "120" ||
		!strings.Contains(page, "in 2 minutes") || !strings.Contains(page, "needs no password") || len(res.Cookies()) > 0 {
		t.Errorf("the ninth: %d, %q\n%s", res.StatusCode, res.Header.Get("Retry-After"), page)
	}
	if res := s.knocks("198.51.100.1", desktest.Maya, secret); res.StatusCode != http.StatusSeeOther {
		t.Errorf("from elsewhere: %d", res.StatusCode)
	}
	s.SignedIn(desktest.Maya)
}

// TestMailedLink: the answer is the same, after the same time, whether an
// address is an editor's or not; a letter goes to editors alone, and not often.
func TestMailedLink(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	if page := desktest.Text(t, s.Do("GET", "/desk/sign-in", nil)); strings.Contains(page, `value="link"`) {
		t.Error("a link is offered where nothing is mailed")
	}
	if res := s.Do("POST", "/desk/sign-in", url.Values{"email": {desktest.Maya}, "do": {"link"}}); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("where nothing is mailed: %d", res.StatusCode)
	}
	var mailed []string
	s.Desk.Attempts = NewAttempts()
	s.Desk.Mail = func(_ context.Context, email string) error {
		if email != desktest.Maya {
			return editors.ErrNotFound
		}
		mailed = append(mailed, email)
		return nil
	}
	if page := desktest.Text(t, s.Do("GET", "/desk/sign-in", nil)); !strings.Contains(page, `value="link"`) {
		t.Error("no link is offered")
	}
	want := func(email string) *http.Response {
		return s.Do("POST", "/desk/sign-in", url.Values{"email": {email}, "do": {"link"}})
	}
	for _, email := range []string{desktest.Maya, "nobody@example.com", " MAYA@example.com"} {
		began := time.Now()
		if res := want(email); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/sign-in/sent" {
			t.Errorf("%s: %d to %q", email, res.StatusCode, res.Header.Get("Location"))
		}
		if took := time.Since(began); took < linkTakes {
			t.Errorf("%s: told after %v", email, took)
		}
	}
	if len(mailed) != 1 {
		t.Errorf("mailed: %q", mailed)
	}
	if res := want("maya"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no address: %d", res.StatusCode)
	}
	if page := desktest.Text(t, s.Do("GET", "/desk/sign-in/sent", nil)); !strings.Contains(page, "If this address is an editor’s") {
		t.Errorf("where it leads:\n%s", page)
	}
	for range 40 {
		want("") // costs nothing to be refused
	}
	if res := want(desktest.Maya); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("a network that asks and asks: %d", res.StatusCode)
	}
}

// TestFirstOwner: while there are no editors, the link of the first start makes
// one, once; what is not right is told, and uses nothing up.
func TestFirstOwner(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.cheap()
	if _, _, err := s.Door.FirstLink(t.Context(), time.Now()); !errors.Is(err, editors.ErrExists) {
		t.Errorf("a link while there is an editor: %v", err)
	}
	s.Must(s.DB.RemoveEditor(t.Context(), desktest.Maya, func([]editors.Editor) error { return nil }))
	first := func() string {
		token, until, err := s.Door.FirstLink(t.Context(), time.Now())
		s.Must(err)
		if d := time.Until(until); d < 29*time.Minute || d > 30*time.Minute {
			t.Errorf("ends in %v", d)
		}
		return "/desk/first/" + token
	}
	link, other := first(), first()
	before := s.State()
	for range 2 {
		if page := desktest.Text(t, s.Do("GET", link, nil)); !strings.Contains(page, "Welcome to the desk") || strings.Count(page, "<form") != 1 {
			t.Errorf("the form:\n%s", page)
		}
		s.Do("HEAD", link, nil)
	}
	for name, form := range map[string]url.Values{
		"no address":  {"email": {"maya"}, "password": {secret}},
		"short":       {"email": {desktest.Maya}, "password": {"short"}},
		"the address": {"email": {desktest.Maya}, "password": {desktest.Maya}},
		"nothing":     {},
	} {
		if res := s.Do("POST", link, form); res.StatusCode != http.StatusUnprocessableEntity || len(res.Cookies()) > 0 {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if s.State() != before {
		t.Error("looking, or a mistake, changed something")
	}
	form := url.Values{"email": {"Maya@example.com"}, "name": {" Maya  Okafor "}, "password": {secret}}
	res := s.Do("POST", link, form)
	if res.StatusCode != http.StatusSeeOther || len(res.Cookies()) != 1 {
		t.Fatalf("%d\n%s", res.StatusCode, desktest.Text(t, res))
	}
	if got := s.Do("GET", "/desk/people", nil, res.Cookies()[0]); got.StatusCode != 200 {
		t.Errorf("the owner's page: %d", got.StatusCode)
	}
	all, err := s.DB.Editors(t.Context())
	s.Must(err)
	if len(all) != 1 || all[0].Email != desktest.Maya || all[0].Name != "Maya Okafor" || all[0].Role != editors.RoleOwner || !all[0].HasPassword {
		t.Errorf("editors: %+v", all)
	}
	for _, at := range []string{link, other, "/desk/first/x", "/desk/first/" + strings.Repeat("A", 43)} {
		for _, method := range []string{"GET", "POST"} {
			if res := s.Do(method, at, form); res.StatusCode != http.StatusNotFound || len(res.Cookies()) > 0 {
				t.Errorf("%s of a link that does not work: %d", method, res.StatusCode)
			}
		}
	}
	if res := s.knocks("192.0.2.1", desktest.Maya, secret); res.StatusCode != http.StatusSeeOther {
		t.Errorf("signing in again: %d", res.StatusCode)
	}
}
