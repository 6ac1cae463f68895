package desk

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/webtest"
)

// add makes somebody an editor and signs them in.
func (s *deskSite) add(email string, role editors.Role) *http.Cookie {
	s.T.Helper()
	_, err := s.Door.Add(context.Background(), editors.Editor{Email: email, Role: role}, time.Now())
	s.Must(err)
	return s.SignedIn(email)
}

// roleOf is somebody's role; empty: they are no editor.
func (s *deskSite) roleOf(email string) editors.Role {
	s.T.Helper()
	all, err := s.DB.Editors(context.Background())
	s.Must(err)
	for _, e := range all {
		if e.Email == email {
			return e.Role
		}
	}
	return ""
}

// TestPeople: owners let people in and out, and say what they may do.
func TestPeople(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	var mailed []string
	s.Desk.Mail = func(_ context.Context, email string) error { mailed = append(mailed, email); return nil }
	s.Desk.SecondPersonAbove = 5000
	c := s.SignedIn(desktest.Maya)
	act := func(path string, form url.Values, want int, to string) string {
		t.Helper()
		res := s.Do("POST", "/desk/people"+path, form, c)
		page := desktest.Text(t, res)
		if res.StatusCode != want || res.Header.Get("Location") != to && to != "" {
			t.Errorf("%s %v: %d to %q\n%s", path, form, res.StatusCode, res.Header.Get("Location"), page)
		}
		return page
	}
	const ed, done = "ed@example.com", "/desk/people?done=people_"
	act("", url.Values{"email": {"Ed@example.com"}, "name": {webtest.Hostile}, "role": {"viewer"}, "mail": {"1"}}, 303, done+"added")
	if s.roleOf(ed) != editors.RoleViewer || strings.Join(mailed, " ") != ed {
		t.Errorf("role %q, mailed %q", s.roleOf(ed), mailed)
	}
	page := desktest.Text(t, s.Do("GET", "/desk/people?done=people_added", nil, c))
	for _, want := range []string{"They may use the desk now.", ed, "Never signed in", "more than 5,000 readers takes two people", `action="/desk/people/link"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, webtest.Hostile) {
		t.Error("a name is HTML")
	}
	if page := act("", url.Values{"email": {ed}, "role": {"owner"}}, 422, ""); !strings.Contains(page, "may use the desk already") || !strings.Contains(page, `value="ed@example.com"`) {
		t.Error("added twice")
	}
	act("", url.Values{"email": {"ed"}, "role": {"owner"}}, 422, "")
	act("", url.Values{"email": {"x@example.com"}, "role": {"king"}}, 400, "")

	theirs := s.SignedIn(ed)
	act("/role", url.Values{"email": {ed}, "role": {"editor"}}, 303, done+"role")
	if s.roleOf(ed) != editors.RoleEditor {
		t.Errorf("role: %q", s.roleOf(ed))
	}
	act("/role", url.Values{"email": {ed}, "role": {"king"}}, 400, "")
	act("/role", url.Values{"email": {"who@example.com"}, "role": {"viewer"}}, 409, "")
	act("/role", url.Values{"email": {"who"}, "role": {"viewer"}}, 400, "")
	act("/link", url.Values{"email": {ed}}, 303, done+"mailed")
	if len(mailed) != 2 {
		t.Errorf("mailed: %q", mailed)
	}
	act("/sessions", url.Values{"email": {ed}}, 303, done+"ended")
	if got := s.Do("GET", "/desk/account", nil, theirs); got.StatusCode != http.StatusSeeOther {
		t.Errorf("signed out everywhere, and still in: %d", got.StatusCode)
	}

	// The last owner stays one.
	for path, form := range map[string]url.Values{"/remove": {"email": {desktest.Maya}}, "/role": {"email": {desktest.Maya}, "role": {"viewer"}}} {
		if page := act(path, form, 409, ""); !strings.Contains(page, "This is the only owner") {
			t.Errorf("%s: not told why", path)
		}
	}
	theirs = s.SignedIn(ed)
	act("/remove", url.Values{"email": {ed}}, 303, done+"removed")
	if page := act("/remove", url.Values{"email": {ed}}, 409, ""); !strings.Contains(page, "Somebody was faster") {
		t.Error("removed twice, and not told")
	}
	if got := s.Do("GET", "/desk/account", nil, theirs); got.StatusCode != http.StatusSeeOther || s.roleOf(ed) != "" {
		t.Errorf("removed, and still in: %d", got.StatusCode)
	}
	_, err := s.Door.Configure(t.Context(), []editors.Editor{{Email: "fixed@example.com", Role: editors.RoleViewer}}, time.Now())
	s.Must(err)
	for path, form := range map[string]url.Values{"/remove": {"email": {"fixed@example.com"}}, "/role": {"email": {"fixed@example.com"}, "role": {"owner"}}} {
		if page := act(path, form, 409, ""); !strings.Contains(page, "The configuration names this person") {
			t.Errorf("%s: not told why", path)
		}
	}

	acts, err := s.DB.Acts(t.Context(), editors.ActQuery{Subject: ed})
	s.Must(err)
	var log []string
	for _, a := range acts {
		if a.Who == "editor "+desktest.Maya {
			log = append(log, strings.TrimSpace(a.What+" "+a.Detail))
		}
	}
	want := "editor removed, signed out everywhere, sign-in link mailed, role changed to editor, sign-in link mailed, editor added as viewer"
	if got := strings.Join(log, ", "); got != want {
		t.Errorf("the log:\n got %s\nwant %s", got, want)
	}
}

// TestAccount: editors name themselves and choose passwords; a new one ends
// what the old one let in.
func TestAccount(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	s.cheap()
	here, there := s.SignedIn(desktest.Maya), s.SignedIn(desktest.Maya)
	link := s.Link(desktest.Maya)
	in := func(c *http.Cookie) bool { return s.Do("GET", "/desk/account", nil, c).StatusCode == 200 }
	choose := func(c *http.Cookie, form url.Values) *http.Response {
		return s.Do("POST", "/desk/account/password", form, c)
	}
	if res := s.Do("POST", "/desk/account", url.Values{"name": {"  M. Okafor\n"}}, here); res.Header.Get("Location") != "/desk/account?done=account_renamed" {
		t.Errorf("another name: %d", res.StatusCode)
	}
	if page := desktest.Text(t, s.Do("GET", "/desk/account", nil, here)); !strings.Contains(page, `value="M. Okafor"`) || strings.Contains(page, `name="current"`) {
		t.Error("not the name, or a password is asked for that there is not")
	}
	for _, bad := range []string{"", "short", desktest.Maya, strings.Repeat("ab", 20), strings.Repeat("long enough ", 100)} {
		res := choose(here, url.Values{"password": {bad}})
		if page := desktest.Text(t, res); res.StatusCode != http.StatusUnprocessableEntity || len(bad) > 5 && bad != desktest.Maya && strings.Contains(page, bad) {
			t.Errorf("%.20q: %d", bad, res.StatusCode)
		}
	}
	if !in(there) {
		t.Error("what was refused ended a session")
	}
	if res := choose(here, url.Values{"password": {secret}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("choosing: %d", res.StatusCode)
	}
	if !in(here) || in(there) {
		t.Error("the wrong browser was signed out")
	}
	if res := s.Do("POST", link, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("an old link lets in: %d", res.StatusCode)
	}

	// Who came by the password must know it to change it; who came by a link a
	// moment ago may have forgotten it.
	byPassword := s.knocks("192.0.2.1", desktest.Maya, secret).Cookies()[0]
	if page := desktest.Text(t, s.Do("GET", "/desk/account", nil, byPassword)); !strings.Contains(page, `name="current"`) {
		t.Error("the password of now is not asked for")
	}
	for _, current := range []string{"", "a guess at a word", secret + "!"} {
		if res := choose(byPassword, url.Values{"current": {current}, "password": {"five other unlikely words"}}); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("changed with %q: %d", current, res.StatusCode)
		}
	}
	if res := choose(byPassword, url.Values{"current": {secret}, "password": {"five other unlikely words"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("changed: %d", res.StatusCode)
	}
	if res := s.knocks("192.0.2.1", desktest.Maya, secret); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the old password: %d", res.StatusCode)
	}
	byLink := s.SignedIn(desktest.Maya)
	if res := choose(byLink, url.Values{"password": {"six quite other unlikely words"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("forgotten: %d", res.StatusCode)
	}
	if in(byPassword) || !in(byLink) {
		t.Error("the wrong browser was signed out")
	}
	third := s.SignedIn(desktest.Maya)
	if res := s.Do("POST", "/desk/sessions", url.Values{"session": {"others"}}, third); res.StatusCode != http.StatusSeeOther || in(byLink) || !in(third) {
		t.Errorf("ending all others: %d", res.StatusCode)
	}
}
