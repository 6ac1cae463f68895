package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webtest"
)

// An apiSite is a site with a desk where programs act.
type apiSite struct {
	*desktest.Office
	Desk *desk.Desk
	API  *API
}

func newAPI(t *testing.T) *apiSite {
	t.Helper()
	s := &apiSite{Office: desktest.New(t, "http://localhost:8080")}
	s.Desk = &desk.Desk{
		Frame: &s.Frame, Shelf: s.Shelf, Answers: s.Answers, Tokens: s.Tokens, Archive: s.DB, Door: s.Door,
		Sends: desk.Sends{
			Publisher: s.Publisher, Drafts: s.DB, Press: s.Press, Zones: s.DB.Zones,
			Reader: s.DB.Subscriber, ReaderOf: s.DB.ByEmail, Setting: s.DB.Setting, SetSetting: s.DB.SetSetting,
		},
		Sources:  func(context.Context) ([]desk.SourceState, error) { return nil, nil },
		Log:      func(ctx context.Context, e desk.LogEntry) error { return s.DB.Log(ctx, store.LogEntry(e)) },
		Programs: &editors.Gate{Store: s.DB},
	}
	s.API = New(s.Desk)
	s.open()
	return s
}

// open opens the site with what its rooms have now.
func (s *apiSite) open() { s.Open(s.Desk, s.API) }

// An apiAnswer is what a program was told.
type apiAnswer struct {
	code   int
	header http.Header
	text   string
	body   map[string]any
}

// program makes a token of these scopes, and returns how its program asks.
// Scopes may be none: then there is no token.
func (s *apiSite) program(scopes ...editors.Scope) func(method, path, body string) apiAnswer {
	s.T.Helper()
	secret := ""
	if len(scopes) > 0 {
		var err error
		secret, _, err = s.API.Gate.Make(s.T.Context(), "robot "+time.Now().String(), scopes, desktest.Maya, time.Now())
		s.Must(err)
	}
	return func(method, path, body string) apiAnswer { return s.asks(secret, method, path, body) }
}

func (s *apiSite) asks(secret, method, path, body string, pairs ...string) apiAnswer {
	s.T.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Header.Set(pairs[i], pairs[i+1])
	}
	rec := httptest.NewRecorder()
	s.H.ServeHTTP(rec, r)
	a := apiAnswer{code: rec.Code, header: rec.Header(), text: rec.Body.String()}
	if c := a.header.Get("Cache-Control"); c != "no-store" {
		s.T.Errorf("%s %s may be kept: %q", method, path, c)
	}
	want := "application/json"
	if a.code >= 400 {
		want = "application/problem+json"
	}
	if len(a.text) > 0 {
		if got := a.header.Get("Content-Type"); got != want {
			s.T.Errorf("%s %s: %d as %s, want %s", method, path, a.code, got, want)
		}
		if err := json.Unmarshal([]byte(a.text), &a.body); err != nil {
			s.T.Errorf("%s %s: %v in %s", method, path, err, a.text)
		}
	}
	for _, never := range []string{"Set-Cookie", "Access-Control-Allow-Origin"} {
		if a.header.Get(never) != "" {
			s.T.Errorf("%s %s has %s", method, path, never)
		}
	}
	return a
}

// TestAPIWantsAToken: on every route, no cookie is a token, and no token is for
// what it was not made for.
func TestAPIWantsAToken(t *testing.T) {
	s := newAPI(t)
	s.API.Misses = nil
	cookie := s.SignedIn(desktest.Maya)
	place := strings.NewReplacer("{newsletter}", "weekly", "{slot}", "x", "{id}", "x")
	for pattern := range s.API.Routes() {
		if pattern == "GET /api/v1/openapi.json" { // for everybody
			continue
		}
		method, path, _ := strings.Cut(pattern, " ")
		path = place.Replace(path)
		for _, auth := range []string{"", "Basic bWF5YTp4", "Bearer", "Bearer " + cookie.Value, "Bearer sf_" + cookie.Value} {
			got := s.asks("", method, path, "", "Authorization", auth, "Cookie", cookie.String())
			if got.code != http.StatusUnauthorized || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") || got.body["status"] != 401.0 {
				t.Errorf("%s with %.12q: %d %s", pattern, auth, got.code, got.text)
			}
		}
		allowed := 0
		for _, scope := range editors.Scopes {
			if got := s.program(scope)(method, path, ""); got.code != http.StatusForbidden {
				allowed++
			} else if !strings.Contains(got.header.Get("WWW-Authenticate"), `error="insufficient_scope"`) {
				t.Errorf("%s: %v", pattern, got.header)
			}
		}
		if allowed != 1 {
			t.Errorf("%s is open to %d scopes, want 1", pattern, allowed)
		}
	}
	for path, want := range map[string]int{"/api": 404, "/api/v1/nothing": 404, "/api/v1/newsletters/weekly/send": 405} {
		if got := s.asks("", "GET", path, ""); got.code != want {
			t.Errorf("GET %s: %d, want %d", path, got.code, want)
		}
	}
}

// TestAPIMisses: who guesses is told to wait, and keeps out nobody who has a token.
func TestAPIMisses(t *testing.T) {
	s := newAPI(t)
	ask := s.program(editors.ScopeRead)
	codes := map[int]int{}
	for range 25 {
		got := s.asks("sf_"+strings.Repeat("A", 43), "GET", "/api/v1/editions", "")
		codes[got.code]++
		if got.code == http.StatusTooManyRequests && got.header.Get("Retry-After") == "" {
			t.Error("nobody says when to come again")
		}
	}
	if diff := cmp.Diff(map[int]int{401: 20, 429: 5}, codes); diff != "" {
		t.Errorf("answers (-want +got)\n%s", diff)
	}
	if got := ask("GET", "/api/v1/editions", ""); got.code != http.StatusOK {
		t.Errorf("with a token: %d", got.code)
	}
}

var freshToken = regexp.MustCompile(`<input id="fresh" value="(sf_[A-Za-z0-9_-]{43})"`)

// TestTokensPage: an owner makes a token, sees it once, and revokes it.
func TestTokensPage(t *testing.T) {
	s := newAPI(t)
	c := s.SignedIn(desktest.Maya)
	for _, bad := range []url.Values{{"name": {" "}, "scope": {"read"}}, {"name": {"press"}}, {"name": {"press"}, "scope": {"root"}}} {
		if res := s.Do("POST", "/desk/tokens", bad, c); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(desktest.Text(t, res), `role="alert"`) {
			t.Errorf("%v: %d", bad, res.StatusCode)
		}
	}
	res := s.Do("POST", "/desk/tokens", url.Values{"name": {"press " + webtest.Hostile}, "scope": {"read", "send"}}, c)
	m := freshToken.FindStringSubmatch(desktest.Text(t, res))
	if m == nil || res.StatusCode != http.StatusOK {
		t.Fatalf("no token is shown: %d", res.StatusCode)
	}
	if got := s.asks(m[1], "GET", "/api/v1/newsletters", ""); got.code != http.StatusOK {
		t.Errorf("with the token: %d %s", got.code, got.text)
	}
	page := s.Page("/desk/tokens", c)
	if strings.Contains(page, m[1]) || strings.Contains(page, webtest.Hostile) || !strings.Contains(page, "read, send") || !strings.Contains(page, "Last used") {
		t.Errorf("the page of tokens:\n%s", page)
	}
	s.Holds("/desk/people", s.Page("/desk/people", c), `<a href="/desk/tokens">`)
	form := desktest.FormIn(page)
	if to := s.Leads("/desk/tokens/revoke", form, c); to != "/desk/tokens?done=token_revoked" {
		t.Errorf("revoked: %s", to)
	}
	s.Leads("/desk/tokens/revoke", form, c) // twice
	if got := s.asks(m[1], "GET", "/api/v1/newsletters", ""); got.code != http.StatusUnauthorized {
		t.Errorf("with a revoked token: %d", got.code)
	}
	if diff := cmp.Diff([]string{"editor " + desktest.Maya + " token made: for read send", "editor " + desktest.Maya + " token revoked: "}, s.Logged("token "+editors.ParseName("press "+webtest.Hostile))); diff != "" {
		t.Errorf("log (-want +got)\n%s", diff)
	}
}

// TestAPISends: a program looks, sends once however often it asks, and pauses.
func TestAPISends(t *testing.T) {
	s := newAPI(t)
	s.Desk.Editions = s.DB
	s.open()
	s.News("First news", "Second news")
	secret, _, err := s.API.Gate.Make(t.Context(), "press", editors.Scopes, desktest.Maya, time.Now())
	s.Must(err)
	ask := func(method, path, body string) apiAnswer { return s.asks(secret, method, path, body) }

	got := ask("GET", "/api/v1/newsletters", "")
	if got.code != 200 || !strings.Contains(got.text, `"newsletter":"weekly"`) || !strings.Contains(got.text, `"readers":2`) {
		t.Errorf("newsletters: %d %s", got.code, got.text)
	}
	got = ask("GET", "/api/v1/newsletters/weekly/preview", "")
	if got.code != 200 || got.body["readers"] != 2.0 || !strings.Contains(got.body["html"].(string), "First news") || !strings.Contains(got.body["text"].(string), "Second news") || got.body["subject"] == "" {
		t.Errorf("preview: %d %s", got.code, got.text)
	}
	if strings.Contains(got.text, webtest.Ada) {
		t.Error("a preview holds a reader's address")
	}
	const send = "/api/v1/newsletters/weekly/send"
	for body, want := range map[string]int{
		``: 400, `{`: 400, `[]`: 400, `{"key":"a"}{}`: 400, `{"key":"a","reader":2}`: 400, `{}`: 422, `{"key":"` + strings.Repeat("k", 201) + `"}`: 422,
		`{"key":"a","readers":3}`: 409, `{"key":"a","readers":0}`: 409, `{"key":"` + strings.Repeat("k", 20<<10) + `"}`: 413,
	} {
		if got := ask("POST", send, body); got.code != want {
			t.Errorf("send %.40s: %d, want %d: %s", body, got.code, want, got.text)
		}
	}
	first := ask("POST", send, `{"key":"Tuesday, №1","readers":2}`)
	if first.code != http.StatusCreated || first.body["by"] != "token press" {
		t.Fatalf("send: %d %s", first.code, first.text)
	}
	for range 2 {
		if again := ask("POST", send, `{"key":"Tuesday, №1","readers":2}`); again.code != 200 || again.body["edition"] != first.body["edition"] {
			t.Errorf("sent again: %d %s", again.code, again.text)
		}
	}
	if other := ask("POST", send, `{"key":"Tuesday, №2"}`); other.code != http.StatusConflict {
		t.Errorf("another send while one is on its way: %d %s", other.code, other.text)
	}
	at := first.header.Get("Location")
	for _, step := range []struct {
		do, state string
		code      int
	}{
		{"pause", "paused", 200}, {"pause", "paused", 200}, {"resume", "sending", 200}, {"resume", "sending", 200},
		{"cancel", "cancelled", 200}, {"resume", "", 409},
	} {
		got := ask("POST", at+"/"+step.do, `{"reason":"a mistake"}`)
		if got.code != step.code || step.state != "" && got.body["state"] != step.state {
			t.Errorf("%s: %d %s", step.do, got.code, got.text)
		}
	}
	id := first.body["edition"].(string)
	want := []string{"token press sent now: to 2 readers", "token press paused: a mistake", "token press resumed: a mistake", "token press cancelled: a mistake"}
	if diff := cmp.Diff(want, s.Logged(id)); diff != "" {
		t.Errorf("log (-want +got)\n%s", diff)
	}
	e, err := s.DB.Edition(t.Context(), id)
	s.Must(err)
	if e.State != digest.Cancelled {
		t.Errorf("the edition is %s", e.State)
	}
	if got := ask("GET", at, ""); got.code != 200 || got.body["edition"] != id || got.body["planned"] == nil {
		t.Errorf("edition: %d %s", got.code, got.text)
	}
	if got := ask("GET", "/api/v1/editions?limit=1&newsletter=weekly", ""); got.code != 200 || len(got.body["editions"].([]any)) != 1 {
		t.Errorf("editions: %d %s", got.code, got.text)
	}
	for _, path := range []string{"/api/v1/editions/weekly/nothing", "/api/v1/newsletters/nothing/preview", "/api/v1/editions/%00/%ff"} {
		if got := ask("GET", path, ""); got.code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.code)
		}
	}
}

// TestAPISecondEditor: a token is no second person.
func TestAPISecondEditor(t *testing.T) {
	s := newAPI(t)
	s.Desk.SecondPersonAbove = 1
	s.News("News")
	if got := s.program(editors.ScopeSend)("POST", "/api/v1/newsletters/weekly/send", `{"key":"a","readers":2}`); got.code != http.StatusForbidden || got.body["readers"] != 2.0 {
		t.Errorf("%d %s", got.code, got.text)
	}
}
