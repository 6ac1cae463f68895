package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
)

// pushing makes a desk to which programs bring content, under these rules.
func pushing(t *testing.T, rules content.Rules) (*apiSite, *content.Syncer) {
	s := newAPI(t)
	s.API.Pushed, s.API.Site = s.DB, push.Site{URL: s.Publication.URL, Zone: time.UTC, Lang: "en"}
	rules.Told = true
	syncer := &content.Syncer{Store: s.DB, Sources: append(s.Syncer.Sources[:len(s.Syncer.Sources):len(s.Syncer.Sources)],
		content.Watched{Source: &push.Source{Store: s.DB, Site: s.API.Site}, Rules: rules})}
	s.Desk.Content = &desk.ContentWatch{Store: s.DB, Sync: func(ctx context.Context, source string, accept bool) (content.Report, error) {
		return syncer.SyncSource(ctx, source, time.Now(), content.SyncOptions{Accept: accept})
	}}
	s.open()
	return s, syncer
}

// TestAPIArticles: what a program brings is public once, edited in place, and
// gone when it is taken back, also the last of it.
func TestAPIArticles(t *testing.T) {
	s, _ := pushing(t, content.Rules{Flood: 20})
	ask := s.program(editors.ScopeRead, editors.ScopeContent)
	const at, piece = "/api/v1/articles/cms-17", `{"title":"Bread and roses","html":"<p>All <b onclick=x>of</b> it.<script>alert(1)</script> <a href=\"/more\">More</a></p>","published":"2026-01-05","topics":["Labour"],"authors":[{"name":"Ada"}]}`
	first := ask("PUT", at, piece)
	if first.code != http.StatusCreated || first.body["state"] != "public" || first.body["page"] != "http://localhost:8080/articles/bread-and-roses" || first.header.Get("ETag") == "" {
		t.Fatalf("PUT: %d %s", first.code, first.text)
	}
	a, err := s.DB.ArticleBySlug(t.Context(), "bread-and-roses")
	s.Must(err)
	if want := `<p>All <b>of</b> it. <a href="http://localhost:8080/more" rel="nofollow">More</a></p>`; strings.Contains(a.Article.Body, "script") || strings.Contains(a.Article.Body, "onclick") || !strings.Contains(a.Article.Body, "http://localhost:8080/more") {
		t.Errorf("body %s, want about %s", a.Article.Body, want)
	}
	if a.Baseline || a.N == 0 {
		t.Errorf("the first article of a source of programs is not news: %+v", a.Release)
	}
	before := s.State()
	again := ask("PUT", at, piece)
	if again.code != 200 || again.body["etag"] != first.body["etag"] || again.body["id"] != first.body["id"] {
		t.Errorf("PUT again: %d %s", again.code, again.text)
	}
	if s.State() != before {
		t.Error("the same again changed something")
	}
	edited := strings.Replace(piece, "Bread and roses", "Bread, roses", 1)
	for _, cond := range []struct {
		header, value string
		code          int
	}{
		{"If-None-Match", "*", 412}, {"If-Match", `"other"`, 412}, {"If-Match", "none", 412}, {"If-None-Match", `"x"`, 400}, {"If-Match", first.header.Get("ETag"), 200},
	} {
		secret, _, err := s.API.Gate.Make(t.Context(), fmt.Sprint(cond), editors.Scopes, desktest.Maya, time.Now())
		s.Must(err)
		if got := s.asks(secret, "PUT", at, edited, cond.header, cond.value); got.code != cond.code {
			t.Errorf("PUT with %s %s: %d, want %d: %s", cond.header, cond.value, got.code, cond.code, got.text)
		}
	}
	b, err := s.DB.ArticleBySlug(t.Context(), "bread-and-roses")
	s.Must(err)
	if b.N != a.N || b.Article.ID != a.Article.ID || b.Article.Title != "Bread, roses" {
		t.Errorf("an edit is another release: %d, then %d: %q", a.N, b.N, b.Article.Title)
	}
	if got := ask("GET", at, ""); got.code != 200 || got.body["item"].(map[string]any)["title"] != "Bread, roses" {
		t.Errorf("GET: %d %s", got.code, got.text)
	}
	// The only one there is: an empty folder would not be believed.
	if got := ask("DELETE", at, ""); got.code != http.StatusNoContent || got.text != "" {
		t.Errorf("DELETE: %d %s", got.code, got.text)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if got := ask(method, at, ""); got.code != http.StatusNotFound {
			t.Errorf("%s of what was taken back: %d", method, got.code)
		}
	}
	if file, err := s.DB.ArticleFile(t.Context(), a.Article.ID); err != nil || file.Row.State != content.Withdrawn {
		t.Errorf("after DELETE: %+v, %v", file.Row, err)
	}
	if back := ask("PUT", at, piece); back.code != http.StatusCreated || back.body["id"] != first.body["id"] || back.body["state"] != "public" {
		t.Errorf("brought again: %d %s", back.code, back.text)
	}
	if old := ask("PUT", "/api/v1/articles/old?baseline=1", strings.Replace(piece, "Bread and roses", "An old piece", 1)); old.code != 201 || old.body["state"] != "public" {
		t.Errorf("baseline: %d %s", old.code, old.text)
	}
	if c, err := s.DB.ArticleBySlug(t.Context(), "an-old-piece"); err != nil || !c.Baseline {
		t.Errorf("what readers know already is news: %v", err)
	}
}

// TestAPIHolds: more than the guard lets through is held, and the answer says so.
func TestAPIHolds(t *testing.T) {
	s, syncer := pushing(t, content.Rules{Flood: 2, Settle: time.Hour})
	ask := s.program(editors.ScopeRead, editors.ScopeContent)
	var states []any
	for i := range 4 {
		got := ask("PUT", fmt.Sprintf("/api/v1/articles/n%d", i), fmt.Sprintf(`{"title":"Piece %d","standfirst":"About %d.","published":"2026-01-0%d"}`, i, i, i+1))
		states = append(states, got.body["state"])
	}
	if diff := cmp.Diff([]any{"settling", "settling", "held", "held"}, states); diff != "" {
		t.Errorf("states (-want +got)\n%s", diff)
	}
	list := ask("GET", "/api/v1/articles?limit=3", "")
	if n := len(list.body["items"].([]any)); n != 3 || list.body["next"] != "/api/v1/articles?after=n2&limit=3" {
		t.Errorf("list: %d items, next %v", n, list.body["next"])
	}
	if rest := ask("GET", list.body["next"].(string), ""); len(rest.body["items"].([]any)) != 1 || rest.body["next"] != nil {
		t.Errorf("the rest: %s", rest.text)
	}
	if _, err := syncer.Sync(t.Context(), time.Now(), content.SyncOptions{Accept: true, Settled: true}); err != nil {
		t.Fatal(err)
	}
	if got := ask("GET", "/api/v1/articles/n3", ""); got.body["state"] != "public" {
		t.Errorf("after an editor agreed: %s", got.text)
	}
}

// TestAPIEvents: events come, are moved, called off and taken back.
func TestAPIEvents(t *testing.T) {
	s, _ := pushing(t, content.Rules{Flood: 20})
	ask := s.program(editors.ScopeRead, editors.ScopeContent)
	const at = "/api/v1/events/conf"
	day := content.DateOf(time.Now()).AddDays(60).String()
	got := ask("PUT", at, `{"name":"BreadConf","city":"Leeds","first":"`+day+`","zone":"Europe/London"}`)
	if got.code != 201 || got.body["state"] != "public" {
		t.Fatalf("PUT: %d %s", got.code, got.text)
	}
	id := got.body["id"].(string)
	if got = ask("PUT", at, `{"name":"BreadConf","city":"Leeds","start":"`+day+`T18:00:00Z","end":"`+day+`T20:00:00Z","status":"cancelled"}`); got.code != 200 || got.body["id"] != id {
		t.Errorf("moved: %d %s", got.code, got.text)
	}
	if got = ask("DELETE", at, ""); got.code != 204 {
		t.Errorf("DELETE: %d %s", got.code, got.text)
	}
	for body, what := range map[string]string{
		`{"city":"Leeds","first":"2027-01-01"}`:                                       "name",
		`{"name":"x","first":"2027-01-01"}`:                                           "city",
		`{"name":"x","city":"y"}`:                                                     "first",
		`{"name":"x","city":"y","first":"2027-01-01","start":"2027-01-01T00:00:00Z"}`: "first",
		`{"name":"x","city":"y","first":"2027-01-02","last":"2027-01-01"}`:            "last",
		`{"name":"x","city":"y","first":"2027-02-30"}`:                                "first",
		`{"name":"x","city":"y","first":"2027-01-01","zone":"../../etc/passwd"}`:      "zone",
		`{"name":"x","city":"y","first":"2027-01-01","status":"perhaps"}`:             "status",
		`{"name":"x","city":"y","first":"2027-01-01","url":"javascript:alert(1)"}`:    "url",
		`{"name":"x","city":"y","start":"2027-01-01T10:00:00Z","last":"2027-01-02"}`:  "start",
	} {
		if got := ask("PUT", at, body); got.code != http.StatusUnprocessableEntity || !strings.Contains(fmt.Sprint(got.body["detail"]), what) {
			t.Errorf("%s: %d %s", body, got.code, got.text)
		}
	}
}

// FuzzAPIBodies: whatever a program sends is refused in words, or kept so that
// it can be shown, and is the same when it comes again.
func FuzzAPIBodies(f *testing.F) {
	for _, seed := range []string{
		`{"title":"x","html":"<p>y","published":"2026-01-01"}`, `{"title":"a\u0000b","html":"<p>c\u0000d","topics":["e\u0000"],"authors":[{"name":"f\u0000"}],"published":"2026-01-01"}`, `{"name":"a\u0000","city":"b\u0000","place":"c\u0000","url":"http://x.example/\u0000","first":"2026-01-01"}`, `{"title":"\u0000","standfirst":"\ud800","published":"2026-01-01T00:00:00+14:00"}`,
		`{"title":"x","markdown":"# y\n[z](javascript:1)","url":"http://example.com/%zz","published":"0000-01-01"}`, `{"title":"x","image":{"url":"data:,x"},"html":"<svg><script>"}`,
		`{"name":"x","online":true,"start":"9999-12-31T23:59:59-14:00","topics":["#"]}`, `{"name":"x","city":"y","first":"2026-01-01","last":"2026-12-31","early_bird":"2026-01-01"}`, `null`, `[[[[`,
	} {
		f.Add([]byte(seed))
	}
	site := push.Site{URL: "https://publication.example", Zone: time.UTC, Lang: "en"}
	f.Fuzz(func(t *testing.T, body []byte) {
		var a push.Article
		if json.Unmarshal(body, &a) == nil {
			if r, err := site.Article("x", a); err == nil {
				stays(t, r, func(item []byte) (push.Record, error) {
					var a push.Article
					if err := json.Unmarshal(item, &a); err != nil {
						return push.Record{}, err
					}
					return site.Article("x", a)
				})
			}
		}
		var e push.Event
		if json.Unmarshal(body, &e) == nil {
			if r, err := site.Event("x", e); err == nil {
				stays(t, r, func(item []byte) (push.Record, error) {
					var e push.Event
					if err := json.Unmarshal(item, &e); err != nil {
						return push.Record{}, err
					}
					return site.Event("x", e)
				})
			}
		}
	})
}

// stays fails if what was made fit is not fit.
func stays(t *testing.T, r push.Record, again func([]byte) (push.Record, error)) {
	t.Helper()
	var kept struct{ HTML string }                                                                                                                                 // in r.Item a tag is escaped
	if err := json.Unmarshal(r.Item, &kept); err != nil || strings.Contains(strings.ToLower(kept.HTML), "<script") || strings.Contains(string(r.Item), `\u0000`) { // which no database keeps
		t.Errorf("kept: %s (%v)", r.Item, err)
	}
	if _, err := again(r.Item); err != nil {
		t.Errorf("what was kept is refused: %v: %s", err, r.Item)
	}
}
