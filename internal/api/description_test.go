package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
)

// A contract is the description, as a test reads it.
type contract struct {
	Paths      map[string]map[string]map[string]any
	Components map[string]map[string]any
}

func readContract(t *testing.T) *contract {
	t.Helper()
	var c contract
	if err := json.Unmarshal(description, &c); err != nil {
		t.Fatal(err)
	}
	return &c
}

// whole follows a reference.
func (c *contract) whole(v any) map[string]any {
	m, _ := v.(map[string]any)
	ref, ok := m["$ref"].(string)
	if !ok {
		return m
	}
	part := strings.Split(strings.TrimPrefix(ref, "#/components/"), "/")
	return c.whole(c.Components[part[0]][part[1]])
}

// check says what of a value is not as its schema has it. A field that the
// schema does not name is wrong too: what is answered is described.
func (c *contract) check(at string, schema any, v any) (wrong []string) {
	s := c.whole(schema)
	if s == nil {
		return []string{at + ": no schema"}
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, v) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is none of %v", at, v, enum))
	}
	kind, ok := map[string]bool{}, false
	switch v := v.(type) {
	case string:
		kind["string"] = true
		if s["format"] == "date-time" {
			if _, err := time.Parse(time.RFC3339, v); err != nil {
				wrong = append(wrong, at+": "+err.Error())
			}
		}
	case bool:
		kind["boolean"] = true
	case float64:
		kind["number"], kind["integer"] = true, v == math.Trunc(v)
	case []any:
		kind["array"] = true
		for i, of := range v {
			wrong = append(wrong, c.check(at+"/"+strconv.Itoa(i), s["items"], of)...)
		}
	case map[string]any:
		kind["object"] = true
		props, closed := s["properties"].(map[string]any)
		for name, of := range v {
			if props[name] != nil {
				wrong = append(wrong, c.check(at+"/"+name, props[name], of)...)
			} else if closed {
				wrong = append(wrong, at+": "+name+" is not described")
			}
		}
		need, _ := s["required"].([]any)
		for _, name := range need {
			if _, has := v[name.(string)]; !has {
				wrong = append(wrong, at+": "+name.(string)+" is missing")
			}
		}
	}
	if want, is := s["type"].(string); is {
		ok = kind[want]
	}
	if !ok {
		wrong = append(wrong, fmt.Sprintf("%s: %v is no %v", at, v, s["type"]))
	}
	return wrong
}

// TestCheckOfDescriptions: what holds answers to their schemas can fail.
func TestCheckOfDescriptions(t *testing.T) {
	c := &contract{Components: map[string]map[string]any{"schemas": {"X": map[string]any{
		"type": "object", "required": []any{"a"}, "properties": map[string]any{
			"a": map[string]any{"type": "integer"}, "b": map[string]any{"type": "array", "items": map[string]any{"type": "string", "format": "date-time"}},
		}}}}}
	schema := map[string]any{"$ref": "#/components/schemas/X"}
	for text, want := range map[string]int{
		`{"a":1,"b":["2026-01-01T00:00:00Z"]}`: 0, `{}`: 1, `{"a":1.5}`: 1, `{"a":"1"}`: 1, `{"a":1,"c":1}`: 1, `{"a":1,"b":["x"]}`: 1, `{"a":1,"b":[1]}`: 1, `[]`: 1, `{"a":null}`: 1,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if got := c.check("", schema, v); len(got) != want {
			t.Errorf("%s: %v, want %d", text, got, want)
		}
	}
}

// TestDescriptionOfRoutes: every route is described, and nothing else is; the
// scope that a route wants is the one it says.
func TestDescriptionOfRoutes(t *testing.T) {
	s, _ := pushing(t, content.Rules{})
	s.Desk.Editions = s.DB
	s.open()
	c := readContract(t)
	described := map[string]string{}
	for path, methods := range c.Paths {
		for method, op := range methods {
			scope := ""
			for _, of := range op["security"].([]any) {
				scope = of.(map[string]any)["token"].([]any)[0].(string)
			}
			described[strings.ToUpper(method)+" "+path] = scope
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(s.API.Routes())), slices.Sorted(maps.Keys(described))); diff != "" {
		t.Errorf("routes (-there +described)\n%s", diff)
	}
	secrets := map[editors.Scope]string{}
	for _, scope := range editors.Scopes {
		var err error
		secrets[scope], _, err = s.API.Gate.Make(t.Context(), string(scope), []editors.Scope{scope}, desktest.Maya, time.Now())
		s.Must(err)
	}
	for pattern, want := range described {
		method, path, _ := strings.Cut(pattern, " ")
		for scope, secret := range secrets {
			got := s.asks(secret, method, strings.NewReplacer("{", "", "}", "").Replace(path), "")
			if open := got.code != http.StatusForbidden; open != (want == "" || want == string(scope)) {
				t.Errorf("%s with the scope %s: %d; the description says %q", pattern, scope, got.code, want)
			}
		}
	}
}

// follow has an edition's first link followed seven times.
func (s *apiSite) follow(edition string) {
	s.T.Helper()
	_, err := s.Publisher.Expand(s.T.Context(), time.Now())
	s.Must(err)
	number, err := s.DB.CountLinks(s.T.Context(), edition)
	s.Must(err)
	v, err := s.DB.Version(s.T.Context(), edition, 1)
	s.Must(err)
	l := digest.Link{Edition: number, Release: v.Items[0].N}
	s.Must(s.DB.AddClicks(s.T.Context(), []digest.LinkClicks{{Link: l, Day: "2026-11-24", Clicks: 7}}))
}

// TestAnswersAreDescribed: what a program is told in a run through the API is
// what the description promises.
func TestAnswersAreDescribed(t *testing.T) {
	s, _ := pushing(t, content.Rules{Flood: 20})
	s.Desk.Editions, s.API.Clicks = s.DB, s.DB
	s.open()
	s.News("News of today")
	c := readContract(t)
	secret, _, err := s.API.Gate.Make(t.Context(), "run", editors.Scopes, desktest.Maya, time.Now())
	s.Must(err)
	tried := map[string]bool{}
	ask := func(want int, pattern, path, body string, pairs ...string) apiAnswer {
		t.Helper()
		method, route, _ := strings.Cut(pattern, " ")
		if path == "" {
			path = route
		}
		got := s.asks(secret, method, path, body, pairs...)
		if got.code != want {
			t.Fatalf("%s %s: %d, want %d: %s", method, path, got.code, want, got.text)
		}
		tried[pattern] = true
		answers := c.Paths[route][strings.ToLower(method)]["responses"].(map[string]any)
		answer := c.whole(answers[strconv.Itoa(got.code)])
		if answer == nil {
			t.Errorf("%s: the answer %d is not described", pattern, got.code)
			return got
		}
		kind := got.header.Get("Content-Type")
		kinds, _ := answer["content"].(map[string]any)
		if kind == "" && len(kinds) == 0 {
			return got
		}
		of, _ := kinds[kind].(map[string]any)
		var v any
		if err := json.Unmarshal([]byte(got.text), &v); err != nil {
			t.Error(err)
		}
		for _, w := range c.check("", of["schema"], v) {
			t.Errorf("%s, %d: %s\n%s", pattern, got.code, w, got.text)
		}
		return got
	}
	const v1, nl = "/api/v1", "/newsletters/{newsletter}"
	ask(200, "GET "+v1+"/openapi.json", "", "")
	ask(200, "GET "+v1+"/newsletters", "", "")
	ask(200, "GET "+v1+nl+"/preview", v1+"/newsletters/weekly/preview", "")
	ask(400, "GET "+v1+nl+"/preview", v1+"/newsletters/weekly/preview?version=x", "")
	ask(404, "GET "+v1+nl+"/preview", v1+"/newsletters/weekly/preview?version=99", "")
	ask(200, "GET "+v1+"/editions", "", "")
	ask(400, "GET "+v1+"/editions", v1+"/editions?limit=x", "")
	send := v1 + "/newsletters/weekly/send"
	ask(422, "POST "+v1+nl+"/send", send, "{}")
	ask(400, "POST "+v1+nl+"/send", send, "{")
	ask(415, "POST "+v1+nl+"/send", send, "x", "Content-Type", "text/plain")
	ask(409, "POST "+v1+nl+"/send", send, `{"key":"a","readers":9}`)
	e := ask(201, "POST "+v1+nl+"/send", send, `{"key":"a","readers":2}`)
	ask(200, "POST "+v1+nl+"/send", send, `{"key":"a","readers":2}`)
	at := e.header.Get("Location")
	if plain := ask(200, "GET "+v1+"/editions/{newsletter}/{slot}", at, ""); plain.body["clicks"] != nil {
		t.Errorf("clicks are told that nobody counts: %s", plain.text)
	}
	s.follow(strings.TrimPrefix(at, v1+"/editions/"))
	if got := ask(200, "GET "+v1+"/editions/{newsletter}/{slot}", at, ""); !strings.Contains(got.text, `"clicks":{"total":7,"items":[{"kind":"article",`) {
		t.Errorf("clicks are not told: %s", got.text)
	}
	for _, do := range []string{"pause", "resume", "cancel"} {
		ask(200, "POST "+v1+"/editions/{newsletter}/{slot}/"+do, at+"/"+do, "")
		ask(404, "POST "+v1+"/editions/{newsletter}/{slot}/"+do, v1+"/editions/weekly/x/"+do, "")
	}
	ask(409, "POST "+v1+"/editions/{newsletter}/{slot}/resume", at+"/resume", "")
	for kind, body := range map[string]string{"articles": `{"title":"x","markdown":"y","published":"2026-01-01"}`, "events": `{"name":"x","online":true,"first":"2030-01-01"}`} {
		list, one, path := v1+"/"+kind, v1+"/"+kind+"/{id}", v1+"/"+kind+"/x"
		ask(201, "PUT "+one, path, body)
		ask(200, "PUT "+one, path, body)
		ask(412, "PUT "+one, path, body, "If-None-Match", "*")
		ask(422, "PUT "+one, path, "{}")
		ask(422, "PUT "+one, v1+"/"+kind+"/a%20b", body)
		ask(200, "GET "+one, path, "")
		ask(200, "GET "+list, "", "")
		ask(412, "DELETE "+one, path, "", "If-Match", `"x"`)
		ask(204, "DELETE "+one, path, "")
		ask(404, "DELETE "+one, path, "")
	}
	for pattern := range s.API.Routes() {
		if !tried[pattern] {
			t.Errorf("%s is not tried", pattern)
		}
	}
	rec := httptest.NewRecorder()
	s.H.ServeHTTP(rec, httptest.NewRequest("GET", v1+"/openapi.json", nil))
	if rec.Code != http.StatusOK {
		t.Errorf("the description without a token: %d", rec.Code)
	}
}
