package desk

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/webtest"
)

// What is looked at from outside: every page of the desk in every state that
// matters, by axe and by the W3C's checker. TestEveryPageIsLookedAt fails for a
// route whose page is in none of the shows below.

// notPages are what answers to GET without being a page of its own: files, a
// stream, and letters, which are shown in frames and have checks of their own.
var notPages = []string{
	"GET /desk/log.jsonl", "GET /desk/import/{id}/refused.csv", "GET /desk/editions/{newsletter}/{slot}/events",
	"GET /desk/newsletters/{newsletter}/preview", "GET /desk/editions/{newsletter}/{slot}/letter/{version}/{form}",
}

// An exhibition is what is looked at.
type exhibition struct {
	*testing.T
	language string          // of the publications
	routes   map[string]bool // all that any of the desks answers; true: a page of it is here
	urls     []string        // of the pages, while the test runs
	texts    []string        // of the pages
	names    []string        // in the words of failures
}

// A room is one desk in it, as somebody sees it.
type room struct {
	*exhibition
	desk    *deskSite
	cookie  *http.Cookie
	at      string
	answers map[string]*http.Response
	mux     *http.ServeMux
}

// newDesk is a desk with everything that one may have, so that its menu is as
// long as it gets.
func (e *exhibition) newDesk() *deskSite {
	s := newDesk(e.T, "http://localhost:8080")
	s.Desk.Readers, s.Desk.Editions, s.Desk.Given, s.Desk.Content = s.DB, s.DB, s.Press, &ContentWatch{Store: s.DB}
	s.Desk.Imports = &Imports{Folder: e.TempDir(), Store: s.DB, Asker: s.DB, Note: s.Desk.Log, Log: s.Log}
	s.open()
	return s
}

// newRoom opens a desk to whoever has the cookie; nil: to nobody.
func (e *exhibition) newRoom(s *deskSite, c *http.Cookie) *room {
	s.Frame.Publication.Language = e.language
	r := &room{exhibition: e, desk: s, cookie: c, answers: map[string]*http.Response{}, mux: http.NewServeMux()}
	for pattern := range s.Desk.Routes() {
		if _, known := e.routes[pattern]; !known {
			e.routes[pattern] = false
		}
		r.mux.Handle(pattern, http.NotFoundHandler())
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if res := r.answers[q.URL.Path]; res != nil { // always as a page: a browser complains of other statuses
			w.Header().Set("Content-Type", res.Header.Get("Content-Type"))
			w.Header().Set("Content-Security-Policy", res.Header.Get("Content-Security-Policy"))
			fmt.Fprint(w, r.texts[slices.Index(r.urls, r.at+q.URL.Path)])
			return
		}
		if c != nil {
			q.AddCookie(c)
		}
		s.H.ServeHTTP(w, q)
	}))
	e.Cleanup(srv.Close)
	r.at = srv.URL
	return r
}

// show adds pages, by their addresses.
func (r *room) show(paths ...string) {
	r.Helper()
	for _, path := range paths {
		res := r.get(path)
		if res.StatusCode != http.StatusOK {
			r.Errorf("%s: %d to %q", path, res.StatusCode, res.Header.Get("Location"))
		}
		r.add(path, res)
		_, pattern := r.mux.Handler(httptest.NewRequest(http.MethodGet, path, nil))
		r.routes[pattern] = true
	}
}

// answer adds what an act or a mistake is answered with.
func (r *room) answer(name string, res *http.Response) {
	r.Helper()
	path := "/~" + name
	if res.StatusCode == http.StatusSeeOther {
		r.Errorf("%s: it leads to %s", path, res.Header.Get("Location"))
	}
	r.answers[path] = res
	r.add(path, res)
}

func (r *room) get(path string) *http.Response { return r.post("GET", path) }

// post asks with the fields of a form, if there are any.
func (r *room) post(method, path string, fields ...string) *http.Response {
	form, cookies := url.Values{}, []*http.Cookie{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	if r.cookie != nil {
		cookies = append(cookies, r.cookie)
	}
	return r.desk.Do(method, path, form, cookies...)
}

func (r *room) add(path string, res *http.Response) {
	r.Helper()
	text := desktest.Text(r.T, res)
	switch {
	case !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") || !strings.Contains(text, "<h1"):
		r.Errorf("%s is no page: %d", path, res.StatusCode)
	case !strings.Contains(text, `lang="`+r.language+`"`):
		r.Errorf("%s is not in %s", path, r.language)
	}
	r.urls, r.texts, r.names = append(r.urls, r.at+path), append(r.texts, text), append(r.names, path)
}

// newExhibition is all of it.
func newExhibition(t *testing.T, language string) *exhibition {
	t.Helper()
	e := &exhibition{T: t, language: language, routes: map[string]bool{}}
	for _, show := range []func(*exhibition){showSends, showEditions, showReaders, showPeople, showFirst, showTokens, showWebhooks, showContent, showMistakes} {
		show(e)
	}
	return e
}

// TestEveryPageIsLookedAt: whatever the desk answers is looked at from outside.
func TestEveryPageIsLookedAt(t *testing.T) {
	e := newExhibition(t, "en")
	for _, pattern := range slices.Sorted(maps.Keys(e.routes)) {
		if strings.HasPrefix(pattern, "GET ") && !e.routes[pattern] && !slices.Contains(notPages, pattern) {
			t.Errorf("%s is in no show: nobody looks at its page", pattern)
		}
	}
	if len(e.urls) < 60 {
		t.Errorf("only %d pages are looked at", len(e.urls))
	}
	for i, text := range e.texts {
		if strings.Contains(text, webtest.Hostile) {
			t.Errorf("%s: strangers' words are HTML", e.names[i])
		}
		if n := strings.Count(text, "<script"); n > 1 {
			t.Errorf("%s has %d scripts", e.names[i], n)
		}
	}
}

// TestAccessibility: in English in light and dark, and written from right to
// left, where the colours are no others, on a phone.
func TestAccessibility(t *testing.T) {
	webtest.Tools(t, "node", "chromium")
	webtest.Accessible(t, newExhibition(t, "en").urls)
	webtest.Accessible(t, newExhibition(t, "ar").urls, "--schemes=light", "--widths=320")
}

func TestHTML(t *testing.T) {
	webtest.Tools(t, "java")
	webtest.Valid(t, slices.Concat(newExhibition(t, "en").texts, newExhibition(t, "ar").texts))
}
