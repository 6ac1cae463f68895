package web

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
)

// What is looked at from outside: by axe (accessibility, in a browser, on a
// phone and a desk, in light and dark), by the W3C's checker of HTML, by a
// crawler that follows every link, and by the measure of contrast.
//
// Every page is looked at. The list is made of [site.addresses], which has one
// address at least for every route: a new page is checked as soon as it is
// there, and the tests over the route table fail until it is. Add to extraPages
// what a route shows in another state.

// extraPages are states of pages that the first address of their route does
// not show.
func (s *site) extraPages() []string {
	return []string{"/articles?page=2", "/articles/hostile", "/articles/article-2", "/events/london", "/topics/nothing", "/mailbox/" + s.LetterTo(webtest.Ada).ID + "/headers"}
}

// quiet takes out what only the tests of hostile input want: a picture that is
// on no machine.
func quiet(f *webtest.Folder) {
	for i := range f.Articles {
		f.Articles[i].Image = content.Image{}
	}
}

// pages are the addresses of all HTML pages, each in English and in Arabic:
// those of a reader are in the language of the reader, the others in that of
// the address.
func (s *site) pages() []string {
	s.T.Helper()
	s.Subscribe(subscribers.ImportRow{Email: "amal@readers.example", Newsletters: []string{"weekly"}, Language: "ar"})
	amal := strings.NewReplacer(
		s.Tokens.Leave(s.IDs[webtest.Ada], "weekly"), s.Tokens.Leave(s.IDs["amal@readers.example"], "weekly"),
		s.Tokens.Preferences(s.IDs[webtest.Ada], "weekly"), s.Tokens.Preferences(s.IDs["amal@readers.example"], "weekly"),
	)
	var all []string
	for _, paths := range s.addresses() {
		all = append(all, paths[0])
	}
	all = append(all, s.extraPages()...)
	slices.Sort(all)
	var pages []string
	for _, path := range slices.Compact(all) {
		got := s.get(path)
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || strings.HasSuffix(path, "/body") {
			continue
		}
		pages = append(pages, path)
		if personal := amal.Replace(path); personal != path {
			pages = append(pages, personal)
		} else if got.header.Get("Content-Language") != "" || got.code == http.StatusNotFound {
			sign := "?"
			if strings.Contains(path, "?") {
				sign = "&"
			}
			pages = append(pages, path+sign+"lang=ar")
		}
	}
	return pages
}

// acts are what people are answered when they press buttons and fill in forms,
// rightly and wrongly, by the words of failures.
func (s *site) acts() map[string]answer {
	s.T.Helper()
	const amal = "amal@readers.example"
	s.Subscribe(subscribers.ImportRow{Email: amal, Newsletters: []string{"weekly"}, Language: "ar"})
	said := map[string]answer{}
	for _, reader := range []string{webtest.Ada, amal} {
		id := s.IDs[reader]
		language := map[string]string{webtest.Ada: "?lang=en", amal: "?lang=ar"}[reader]
		leave, prefer := "/unsubscribe/"+s.Tokens.Leave(id, "weekly"), "/preferences/"+s.Tokens.Preferences(id, "weekly")
		request := subscribers.Request{Kind: subscribers.SignUp, Email: "new." + reader, Newsletters: []string{"weekly"}, Language: strings.TrimPrefix(language, "?lang=")}
		confirm := "/confirm/" + s.Asked(request)
		for _, act := range []struct {
			path   string
			fields url.Values
		}{
			{leave, nil}, {leave + "/undo", nil}, {leave + "/everything", nil}, {leave + "/undo-all", nil},
			{prefer + "/erase", form("email", "mallory@evil.example")}, {prefer + "/address", form("email", reader, "new", "x")},
			{confirm, nil}, {"/confirm/none" + language, nil}, {"/subscribe" + language, form("email", "x")}, {"/preferences" + language, form("email", "x")},
			{prefer + "/erase", form("email", reader)}, {leave, nil},
		} {
			got := s.post(act.path, act.fields)
			if to := got.header.Get("Location"); to != "" {
				got = s.get(to)
			}
			name := fmt.Sprintf("POST %s %v: %d", act.path, act.fields, got.code)
			if said[name] = got; !strings.Contains(got.body, "<h1") {
				s.T.Errorf("%s is no page", name)
			}
		}
	}
	return said
}

// staged serves what people were answered, as if these were pages, and returns
// their addresses.
func (s *site) staged(said map[string]answer) (pages []string) {
	handler, names := s.Handler(), slices.Sorted(maps.Keys(said))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var i int
		if n, _ := fmt.Sscanf(r.URL.Path, "/~%d", &i); n == 1 && i < len(names) {
			for _, name := range []string{"Content-Type", "Content-Security-Policy"} {
				w.Header().Set(name, said[names[i]].header.Get(name))
			}
			fmt.Fprint(w, said[names[i]].body)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	s.T.Cleanup(srv.Close)
	for i := range names {
		pages = append(pages, fmt.Sprintf("%s/~%d", srv.URL, i))
	}
	return pages
}

// willing serves a site so that its error pages come as if they were pages: a
// browser complains of the status, and it is the page that is looked at.
func (s *site) willing() string {
	handler := s.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var code int
		if n, _ := fmt.Sscanf(r.URL.Path, "/~%d", &code); n == 1 {
			b, err := s.Templates.Page(s.apology(r, code))
			s.Must(err)
			w.Header().Set("Content-Security-Policy", s.Policy())
			Write(w, r, http.StatusOK, "text/html; charset=utf-8", b)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	s.T.Cleanup(srv.Close)
	return srv.URL
}

// errorPages are those of [site.willing].
func errorPages() []string {
	var paths []string
	for _, code := range []int{403, 404, 410, 429, 500} {
		paths = append(paths, fmt.Sprintf("/~%d", code), fmt.Sprintf("/~%d?lang=ar", code))
	}
	return paths
}

// TestAccessibility: in light and dark, but for what is written from right to
// left, where the colours are no others.
func TestAccessibility(t *testing.T) {
	webtest.Tools(t, "node", "chromium")
	s, acted := newSite(t, quiet), newSite(t, quiet)
	s.url = s.willing()
	pages := map[bool][]string{} // by whether they are written from right to left
	add := func(page, body string) {
		arabic := strings.Contains(body, `dir="rtl"`)
		pages[arabic] = append(pages[arabic], page)
	}
	for _, path := range slices.Concat(s.pages(), errorPages()) {
		if got := s.get(path); got.code == http.StatusOK {
			add(s.url+path, got.body)
		}
	}
	said := acted.acts()
	for i, page := range acted.staged(said) {
		add(page, said[slices.Sorted(maps.Keys(said))[i]].body)
	}
	if len(pages[true]) < 30 || len(pages[false]) < 30 {
		t.Errorf("%d and %d pages are looked at", len(pages[true]), len(pages[false]))
	}
	webtest.Accessible(t, pages[false])
	webtest.Accessible(t, pages[true], "--schemes=light")
}

func TestHTML(t *testing.T) {
	webtest.Tools(t, "java")
	s := newSite(t)
	s.url = s.willing()
	var texts []string
	for _, path := range slices.Concat(s.pages(), errorPages()) {
		texts = append(texts, s.get(path).body)
	}
	for _, got := range newSite(t).acts() {
		texts = append(texts, got.body)
	}
	webtest.Valid(t, texts)
}

func TestLinksLeadSomewhere(t *testing.T) {
	dir := webtest.Tools(t, "node")
	s := newSite(t, quiet)
	for _, start := range []string{"/", "/?lang=ar"} {
		webtest.Check(t, dir, "node", "links.mjs", s.url+start, "--max=2000")
	}
}

func TestContrast(t *testing.T) {
	dir := webtest.Tools(t, "node")
	s := newSite(t)
	css := filepath.Join(t.TempDir(), "app.css")
	s.Must(os.WriteFile(css, s.Templates.Static()["app.css"].Body, 0o600))
	webtest.Check(t, dir, "node", "contrast.mjs", css, "pairs.json")
}

// loaded are the addresses that a browser fetches by itself when it shows a
// page: not links, which somebody has to press, and not what feed readers and
// search engines look for.
var loaded = regexp.MustCompile(`<(?:img|script|iframe|source|audio|video|embed|object|input|track)\b[^>]*?\b(?:src|srcset|data|poster)="([^"]*)"|<link\b[^>]*?\brel="(?:stylesheet|icon|preload|prefetch|preconnect|dns-prefetch|modulepreload)"[^>]*?\bhref="([^"]*)"`)

// No page has anything loaded from another server, so nobody else learns who
// reads what.
func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	s := newSite(t, quiet)
	ours, err := url.Parse(s.url)
	s.Must(err)
	found := 0
	for _, path := range s.pages() {
		got := s.get(path)
		for _, m := range loaded.FindAllStringSubmatch(got.body, -1) {
			address := html.UnescapeString(m[1] + m[2])
			found++
			if u, err := ours.Parse(address); err != nil || u.Host != ours.Host {
				t.Errorf("%s loads %s", path, address)
			}
		}
		if len(got.body) > 60<<10 {
			t.Errorf("%s has %d bytes", path, len(got.body))
		}
	}
	for name, a := range s.Templates.Static() {
		if strings.HasSuffix(name, ".css") && (bytes.Contains(a.Body, []byte("url(")) || bytes.Contains(a.Body, []byte("@import"))) {
			t.Errorf("%s loads something", name)
		}
	}
	if found < 40 {
		t.Errorf("only %d addresses were found: the expression sees too little", found)
	}
}
