package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
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
		Door: s.door, Plans: &digest.Publisher{Store: s.db, Newsletters: s.Newsletters, Remind: []int{42}},
		Sources: func(ctx context.Context) ([]SourceState, error) {
			all, err := s.db.Sources(ctx)
			var states []SourceState
			for _, st := range all {
				states = append(states, SourceState(st))
			}
			return states, err
		},
		Log:     func(ctx context.Context, e LogEntry) error { return s.db.Log(ctx, store.LogEntry(e)) },
		Command: "standfirst editors link",
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

// TestDesk: what goes out next, and how the last edition and the source are.
func TestDesk(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	res := s.do("GET", "/desk", nil, c)
	page := text(t, res)
	if res.StatusCode != 200 || res.Header.Get("X-Robots-Tag") == "" || !strings.Contains(page, `content="noindex"`) {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	// The weekly has just gone out; the other newsletter has a reminder for two.
	for _, want := range []string{
		"The Weekly <span class=\"tag warn\">Nothing new</span>", "If that stays so, nothing is sent.",
		"Dates <span class=\"tag\">On schedule</span>", "2 readers · one version", "2 reminders",
		"<dd>Tuesday ", ", 08:00 UTC", `<a href="/editions/` + s.edition + `">`,
		"<td class=\"num\">2</td><td class=\"num\">2</td><td class=\"num\">0</td>", "This browser", "Signed in as",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the desk lacks %q", want)
		}
	}
	if strings.Contains(page, hostile) || strings.Contains(page, ada) || strings.Contains(page, c.Value) {
		t.Error("the desk shows what it must not")
	}
	before := s.state()
	for range 2 {
		s.do("GET", "/desk", nil, c)
		s.do("HEAD", "/desk", nil, c)
	}
	if s.state() != before {
		t.Error("looking changed something")
	}

	// What waits for an editor is said, and why a newsletter does not go out.
	s.folder.add(content.Article{Title: "Claimed", URL: "https://publication.example/article-1", Slug: "claimed", Access: content.Free})
	publisher := &digest.Publisher{Store: s.db, Newsletters: s.Newsletters, Remind: []int{42}}
	e, err := publisher.Publish(t.Context(), digest.Request{Newsletter: "dates", Hand: true, Key: "k", By: "test"}, time.Now())
	s.must(err)
	s.must(s.db.Pause(t.Context(), e.ID, "the relay "+hostile, time.Now()))
	s.Desk.Sources = func(context.Context) ([]SourceState, error) {
		return []SourceState{{
			Name: "dir:lead", Report: content.Report{Articles: 1200, Held: 1, Refused: 1, Errors: []string{"a.md:3:7: " + hostile}},
			Held: []content.Conflict{{At: content.Position{File: "a.md", Line: 3}, Title: "On-call", Reason: "two claim this address"}},
		}}, nil
	}
	page = text(t, s.do("GET", "/desk", nil, c))
	for _, want := range []string{
		"Dates <span class=\"tag warn\">Held</span>", e.ID + " is paused.", "1,200", "a.md:3:7: ", "On-call", "two claim this address", "a.md:3",
		"<span class=\"tag warn\">Paused</span>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the desk lacks %q", want)
		}
	}
	if strings.Contains(page, hostile) {
		t.Error("strangers' words are HTML on the desk")
	}
}

func TestSoonest(t *testing.T) {
	at := func(name, expr string, readers bool) *digest.Newsletter {
		n := &digest.Newsletter{Name: name, Zone: time.UTC, ReaderZone: readers}
		if expr != "" {
			var err error
			if n.Schedule, err = digest.ParseSchedule(expr); err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	all := []*digest.Newsletter{at("instant", "", false), at("monthly", "0 8 1 * *", false), at("evening", "0 20 * * *", false), at("also", "", false), at("early", "0 20 * * *", true)}
	var got []string
	for _, n := range soonest(all, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)) {
		got = append(got, n.Name)
	}
	if diff := cmp.Diff([]string{"early", "evening", "monthly", "instant", "also"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if all[0].Name != "instant" {
		t.Error("the configuration was put in another order")
	}
}

// TestDeskFails: what broke is in the log, and not on the page.
func TestDeskFails(t *testing.T) {
	s := newDesk(t, "http://localhost:8080")
	c := s.signedIn(maya)
	s.Desk.Sources = func(context.Context) ([]SourceState, error) { return nil, errors.New("secret reason") }
	res := s.do("GET", "/desk", nil, c)
	if page := text(t, res); res.StatusCode != 500 || strings.Contains(page, "secret") || !strings.Contains(s.log.String(), "secret reason") {
		t.Errorf("%d", res.StatusCode)
	}
}
