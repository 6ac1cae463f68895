package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
)

const maya = "maya@example.com"

// A deskSite is a site with a desk, at the address that it is given.
type deskSite struct {
	*site
	door *editors.Door
	h    http.Handler
}

func newDesk(t *testing.T, address string) *deskSite {
	t.Helper()
	s := &deskSite{site: newSite(t)}
	s.door = &editors.Door{Store: s.db}
	s.Desk = &Desk{
		Door: s.door, Sends: s.sends(),
		Sources: func(ctx context.Context) ([]SourceState, error) {
			all, err := s.db.Sources(ctx)
			var states []SourceState
			for _, st := range all {
				states = append(states, SourceState(st))
			}
			return states, err
		},
		Log:     func(ctx context.Context, e LogEntry) error { return s.db.Log(ctx, store.LogEntry(e)) },
		Command: "standfirst editors link", API: NewAPI(&editors.Gate{Store: s.db}),
	}
	s.Publication.URL = address
	s.h = s.Handler()
	_, err := s.door.Add(t.Context(), editors.Editor{Email: maya, Name: "Maya " + hostile}, time.Now())
	s.must(err)
	return s
}

func (s *deskSite) link(email string) string {
	s.t.Helper()
	token, _, err := s.door.Link(context.Background(), email, time.Now())
	s.must(err)
	return "/desk/sign-in/" + token
}

// do asks as a browser does that came from a page of ours, with its cookies.
func (s *deskSite) do(method, path string, form url.Values, cookies ...*http.Cookie) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("User-Agent", "Browser/1 "+hostile)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	s.h.ServeHTTP(rec, r)
	res := rec.Result()
	if c := res.Header.Get("Cache-Control"); c != "no-store" {
		s.t.Errorf("%s %s may be kept: %q", method, path, c)
	}
	return res
}

// signedIn signs somebody in and returns their cookie.
func (s *deskSite) signedIn(email string) *http.Cookie {
	s.t.Helper()
	res := s.do("POST", s.link(email), nil)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk" || len(res.Cookies()) != 1 {
		s.t.Fatalf("signing in: %d to %q with %v", res.StatusCode, res.Header.Get("Location"), res.Cookies())
	}
	return res.Cookies()[0]
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
