package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/push"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/editors"
)

// A crowd is a store where somebody else comes right after each of us.
type crowd struct {
	push.Store
	next func(r push.Record)
}

func (c crowd) Push(ctx context.Context, r push.Record, If string, now time.Time) (bool, bool, error) {
	created, changed, err := c.Store.Push(ctx, r, If, now)
	if err == nil {
		c.next(r)
	}
	return created, changed, err
}

// TestAPITagIsOfWhatWasBrought: who brings something is not handed the tag of
// what another program has put in its place, and so cannot undo it unseen.
func TestAPITagIsOfWhatWasBrought(t *testing.T) {
	s, _ := pushing(t, content.Rules{})
	ctx := t.Context()
	const at, piece = "/api/v1/articles/x", `{"title":"Ours","html":"<p>a","published":"2026-01-05"}`
	secret, _, err := s.API.Gate.Make(ctx, "two", editors.Scopes, "maya", time.Now())
	s.Must(err)
	for what, next := range map[string]func(push.Record){
		"changed": func(r push.Record) {
			theirs, err := s.API.Site.Article(r.External, push.Article{Title: "Theirs", HTML: "<p>b", Published: "2026-01-05"})
			s.Must(err)
			_, _, err = s.DB.Push(ctx, theirs, "", time.Now())
			s.Must(err)
		},
		"taken back": func(r push.Record) { s.Must(s.DB.Unpush(ctx, r.Kind, r.External, "", time.Now())) },
	} {
		s.API.Pushed = crowd{s.DB, next}
		s.open()
		got := s.asks(secret, "PUT", at, piece)
		if got.code != http.StatusCreated && got.code != http.StatusOK || got.body["etag"] != got.header.Get("ETag") {
			t.Fatalf("%s: %d %s", what, got.code, got.text)
		}
		s.API.Pushed = s.DB
		s.open()
		if undo := s.asks(secret, "PUT", at, strings.Replace(piece, "Ours", "Ours again", 1), "If-Match", got.header.Get("ETag")); undo.code != http.StatusPreconditionFailed {
			t.Errorf("what was %s meanwhile is undone: %d %s", what, undo.code, undo.text)
		}
		if other := s.asks(secret, "GET", at, ""); other.code == 200 && other.body["etag"] == got.body["etag"] {
			t.Errorf("%s: two bodies have one tag", what)
		}
	}
}

// A blind archive does not see the latest edition when it is first asked: it is
// published in the next moment.
type blind struct {
	desk.Archive
	asked *int
}

func (b blind) Editions(ctx context.Context, newsletter string, limit int) ([]digest.Edition, error) {
	if *b.asked++; *b.asked == 1 {
		return nil, nil
	}
	return b.Archive.Editions(ctx, newsletter, limit)
}

// TestAPISendTwiceAtOnce: the second of two requests with one key is answered with
// what the first has made, however far that is when it looks.
func TestAPISendTwiceAtOnce(t *testing.T) {
	s := newAPI(t)
	s.Desk.Editions = s.DB
	s.News("News of today")
	ask := s.program(editors.ScopeSend)
	const send, body = "/api/v1/newsletters/weekly/send", `{"key":"a","readers":2}`
	s.open()
	first := ask("POST", send, body)
	if first.code != http.StatusCreated {
		t.Fatalf("%d %s", first.code, first.text)
	}
	archive := s.Desk.Archive
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"published", func() {}},
		{"on its way", func() { _, err := s.Publisher.Expand(t.Context(), time.Now()); s.Must(err) }},
		{"over", func() { s.Must(s.DB.Cancel(t.Context(), first.body["edition"].(string), "", time.Now())) }},
	} {
		step.do()
		s.Desk.Archive = blind{archive, new(int)}
		s.open()
		if got := ask("POST", send, body); got.code != http.StatusOK || got.body["edition"] != first.body["edition"] {
			t.Errorf("%s: %d %s", step.what, got.code, got.text)
		}
	}
}

// TestAPIBodies: what could be meant in two ways is refused in words that tell
// nothing of how the program is made.
func TestAPIBodies(t *testing.T) {
	s, _ := pushing(t, content.Rules{})
	secret, _, err := s.API.Gate.Make(t.Context(), "odd", editors.Scopes, "maya", time.Now())
	s.Must(err)
	const whole = `"html":"<p>y","published":"2026-01-01"}`
	for _, c := range []struct {
		body, header, value string
		code                int
		says                string
	}{
		{`{"title":"x",` + whole, "Content-Type", "application/json; charset=utf-8", 201, ""},
		{`{"title":"x",` + whole, "Content-Type", "text/json", 415, "application/json"},
		{`{"title":"x",` + whole, "Content-Encoding", "gzip", 415, "Content-Encoding"},
		{`{"title":"x","title":"y",` + whole, "", "", 400, `"title" stands there twice`},
		{`{"title":"x","TITLE":"y",` + whole, "", "", 400, `"TITLE" stands there twice`},
		{`{"title":"x","authors":[{"name":"a"},{"name":"b","name":"c"}],` + whole, "", "", 400, `"name" stands there twice`},
		{`{"title":"x","authors":[{"name":"a"},{"name":"b"}],"topics":["title","title"],` + whole, "", "", 200, ""},
		{`{"titel":"x",` + whole, "", "", 400, `unknown field "titel"`},
		{`{"title":5,` + whole, "", "", 400, "title is to be a string"},
		{`{"title":"x","authors":"Ada",` + whole, "", "", 400, "authors is to be a list"},
		{`{"title":"x","authors":[{"name":5}],` + whole, "", "", 400, "authors.name is to be a string"},
		{`{"title":"x","image":[],` + whole, "", "", 400, "image is to be an object"},
		{`{"title":"x","reading_minutes":1.5,` + whole, "", "", 400, "reading_minutes is to be a whole number"},
		{`[]`, "", "", 400, "it is to be an object"},
		{`{"title":"x",}`, "", "", 400, "at byte 14"},
		{`{"title":"x"`, "", "", 400, "too early"},
		{` `, "", "", 400, "empty"},
		{"{\"title\":\"\xff\"," + whole, "", "", 400, "UTF-8"},
		{strings.Repeat("[", 100_000), "", "", 400, ""},
		{`{"title":` + strings.Repeat(`{"a":`, 100_000), "", "", 400, ""},
	} {
		got := s.asks(secret, "PUT", "/api/v1/articles/odd", c.body, c.header, c.value)
		if detail := fmt.Sprint(got.body["detail"]); got.code != c.code || c.says != "" && !strings.Contains(detail, c.says) || strings.Contains(detail, "Go ") || strings.Contains(detail, "push.") {
			t.Errorf("%.80s: %d %s", c.body, got.code, got.text)
		}
	}
	for query, want := range map[string]int{"?baseline=true": 400, "?baseline=": 400, "?baseline=0": 200, "?baseline=1": 200, "": 200} {
		if got := s.asks(secret, "PUT", "/api/v1/articles/odd"+query, `{"title":"x",`+whole); got.code != want {
			t.Errorf("PUT %s: %d, want %d: %s", query, got.code, want, got.text)
		}
	}
	for _, id := range []string{"%2e", "%2E%2e", "a%2Fb", "a%0d%0ab", "a%E2%80%8Bb", strings.Repeat("x", 201)} {
		if got := s.asks(secret, "PUT", "/api/v1/articles/"+id, `{"title":"x",`+whole); got.code != http.StatusUnprocessableEntity {
			t.Errorf("id %.20s: %d", id, got.code)
		}
	}
	for _, id := range []string{"%ff", "%00"} { // no address of ours, whatever it names
		if got := s.asks(secret, "PUT", "/api/v1/articles/"+id, `{"title":"x",`+whole); got.code != http.StatusNotFound && got.code != http.StatusUnprocessableEntity {
			t.Errorf("id %s: %d", id, got.code)
		}
	}
	for _, id := range []string{"...", "%C3%BC", "a%252Fb", "%25", "a%3Fb", "a;b", "a%23b", "%F0%9F%98%80", strings.Repeat("x", 200)} {
		at := "/api/v1/articles/" + id
		put := s.asks(secret, "PUT", at, `{"title":"Under `+id+`",`+whole)
		if got := s.asks(secret, "GET", at, ""); put.code != 201 || got.code != 200 || got.body["external_id"] != put.body["external_id"] {
			t.Errorf("id %.20s: %d, %d %s", id, put.code, got.code, got.text)
		}
	}
	if got := s.asks(secret, "GET", "/api/v1/editions/weekly/none", ""); got.code != 404 || got.body["detail"] == nil {
		t.Errorf("what is not there: %d %s", got.code, got.text)
	}
}
