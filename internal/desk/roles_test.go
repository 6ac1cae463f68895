package desk

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
)

// anybodys are the routes of the desk that nobody has to be signed in for.
var anybodys = map[string]bool{
	"GET /desk/sign-in": true, "POST /desk/sign-in": true, "GET /desk/sign-in/sent": true,
	"GET /desk/sign-in/{token}": true, "POST /desk/sign-in/{token}": true, "POST /desk/sign-out": true,
	"GET /desk/first/{token}": true, "POST /desk/first/{token}": true,
}

// least says from which role on a route of the desk is open: everybody may
// look, and change themselves; to act takes an editor, and an owner what
// concerns people, and what cannot be had again.
func least(pattern string) editors.Role {
	method, path, _ := strings.Cut(pattern, " ")
	switch {
	case strings.HasPrefix(path, "/desk/people"), strings.HasPrefix(path, "/desk/tokens"), strings.HasPrefix(path, "/desk/webhooks"), strings.HasSuffix(path, "/erase"):
		return editors.RoleOwner
	case pattern == "GET /desk/newsletters/{newsletter}/send": // the number on its button is for who may press it
		return editors.RoleEditor
	case method == http.MethodGet, strings.HasPrefix(path, "/desk/account"), path == "/desk/sessions":
		return editors.RoleViewer
	}
	return editors.RoleEditor
}

// TestRolesOnEveryRoute: what a role may not do is refused on every route of
// the desk, and who is not signed in is told how.
func TestRolesOnEveryRoute(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	roles := map[editors.Role]*http.Cookie{
		editors.RoleOwner: s.SignedIn(desktest.Maya), editors.RoleEditor: s.add("ed@example.com", editors.RoleEditor), editors.RoleViewer: s.add("vi@example.com", editors.RoleViewer),
	}
	place := strings.NewReplacer("{newsletter}", "weekly", "{slot}", "2026-01-01T00:00", "{id}", "999999", "{token}", "x", "{name}", "x", "{version}", "1")
	tried := 0
	for pattern := range s.Desk.Routes() {
		method, path, _ := strings.Cut(pattern, " ")
		if path != "/desk" && !strings.HasPrefix(path, "/desk/") || anybodys[pattern] || strings.HasSuffix(path, "/events") {
			continue
		}
		tried++
		path = place.Replace(path)
		if res := s.Do(method, path, nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/sign-in" {
			t.Errorf("%s for nobody: %d to %q", pattern, res.StatusCode, res.Header.Get("Location"))
		}
		for role, c := range roles {
			if role.May(least(pattern)) {
				continue // what comes of it is for the page's own tests
			}
			before := s.State()
			if res := s.Do(method, path, url.Values{}, c); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s for a %s: %d, want 403", pattern, role, res.StatusCode)
			}
			if s.State() != before {
				t.Errorf("%s by a %s changed something", pattern, role)
			}
		}
		if c := roles[least(pattern)]; method == http.MethodGet {
			if res := s.Do(method, path, nil, c); res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusSeeOther {
				t.Errorf("%s for a %s: %d", pattern, least(pattern), res.StatusCode)
			}
		}
	}
	if tried < 15 {
		t.Errorf("only %d routes were tried", tried)
	}
	for role, c := range roles {
		page := desktest.Text(t, s.Do("GET", "/desk/account", nil, c))
		if got := strings.Contains(page, `href="/desk/people"`); got != (role == editors.RoleOwner) {
			t.Errorf("the menu of a %s leads to people: %v", role, got)
		}
	}
}

// TestOddNamesAreNotFound: whatever stands for a name in the address, nothing
// breaks.
func TestOddNamesAreNotFound(t *testing.T) {
	s := newReadersDesk(t)
	s.Desk.Editions, s.Desk.Given, s.Desk.Content = s.DB, s.Press, &ContentWatch{Store: s.DB}
	s.open()
	c := s.SignedIn(desktest.Maya)
	before, tried := s.State(), 0
	for _, odd := range []string{"%00", "%ff", "a%00b", strings.Repeat("a", 5000), "%2e%2e%2f", "9223372036854775808", "-1", "%e2%80%ae"} {
		place := strings.NewReplacer("{newsletter}", odd, "{slot}", odd, "{id}", odd, "{token}", odd, "{version}", odd, "{form}", odd)
		for pattern := range s.Desk.Routes() {
			method, path, _ := strings.Cut(pattern, " ")
			if !strings.Contains(path, "{") {
				continue
			}
			tried++
			form := url.Values{"do": {"withdraw"}, "revision": {"0"}, "edition": {"weekly/\x00"}, "address": {"\xff"}}
			if res := s.Do(method, place.Replace(path), form, c); res.StatusCode < 300 || res.StatusCode >= 500 {
				t.Errorf("%s with %.20q: %d", pattern, odd, res.StatusCode)
			}
		}
	}
	for _, path := range []string{"/desk/editions?newsletter=%00", "/desk/editions?newsletter=%ff&page=99999", "/desk/readers?q=%00&city=%ff", "/desk/log?about=%00&who=%ff", "/desk/articles?q=%ff"} {
		s.Page(path, c)
	}
	for _, path := range []string{"/desk/sources/rule", "/desk/sources/back"} {
		if res := s.Do("POST", path, url.Values{"source": {"dir:lead"}, "mark": {"\x00"}, "verdict": {"discard"}}, c); res.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
	}
	if s.State() != before {
		t.Error("something was changed")
	}
	if tried < 200 {
		t.Errorf("only %d were tried", tried)
	}
}

// TestLookingChangesNothing: whatever page of the desk is asked for, by an owner
// and with everything there is.
func TestLookingChangesNothing(t *testing.T) {
	s := newReadersDesk(t)
	s.Desk.Editions, s.Desk.Given, s.Desk.Content = s.DB, s.Press, &ContentWatch{Store: s.DB}
	s.open()
	c := s.SignedIn(desktest.Maya)
	newsletter, slot, _ := strings.Cut(s.Edition, "/")
	place := strings.NewReplacer("{newsletter}", newsletter, "{slot}", slot, "{id}", "1", "{token}", "x", "{name}", "x", "{version}", "1", "{form}", "text")
	tried := 0
	for pattern := range s.Desk.Routes() {
		method, path, _ := strings.Cut(pattern, " ")
		if path != "/desk" && !strings.HasPrefix(path, "/desk/") {
			t.Errorf("%s is not the desk's", pattern)
		}
		if method != http.MethodGet {
			continue
		}
		tried++
		path = place.Replace(path)
		methods := []string{http.MethodGet, http.MethodHead}
		if strings.HasSuffix(path, "/events") && path != "/desk/events" {
			methods = methods[1:] // a stream does not end
		}
		for _, method := range methods {
			before := s.State()
			if res := s.Do(method, path, nil, c); res.StatusCode >= 500 {
				t.Errorf("%s %s: %d", method, path, res.StatusCode)
			}
			if s.State() != before { // but for the hour of the last visit, which changes once
				before = s.State()
				s.Do(method, path, nil, c)
				if s.State() != before {
					t.Errorf("%s %s changed something", method, path)
				}
			}
		}
	}
	if tried < 25 {
		t.Errorf("only %d pages were tried", tried)
	}
}
