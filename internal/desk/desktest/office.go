// Package desktest is a site as an editor's browser reaches it, for the tests of
// the desk and of what stands beside it. It does not know the desk: who tests
// builds one into a site of theirs.
package desktest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/internal/webtest"
)

// Maya is an owner of every office.
const Maya = "maya@example.com"

// An Office is a publication with a site, and editors who come in by its door.
type Office struct {
	*webtest.Site
	*web.Server
	Door *editors.Door
	// H answers for the site. It is made anew, by Open, when there is more to
	// answer.
	H http.Handler
}

// New makes an office at an address, without rooms.
func New(t *testing.T, address string) *Office {
	t.Helper()
	s := &Office{Site: webtest.New(t, address)}
	pub := s.Press.Publication
	s.Server = &web.Server{
		Frame:   web.Frame{Publication: pub, Newsletters: s.Publisher.Newsletters, Templates: s.Press.Templates, Catalog: s.Press.Catalog, Log: s.Logger},
		Shelf:   &web.Shelf{Content: s.DB, Publication: feed.Publication{Title: pub.Title, URL: address, Language: pub.Language}, Options: feed.Options{FullText: true, Items: 10}},
		Content: s.DB, Editions: s.DB, Links: s.DB, Readers: s.DB, Tokens: s.Press.Tokens, Mailbox: s.Box, Pictures: s.DB,
	}
	s.Synced = func(ctx context.Context) error { return s.Shelf.Build(ctx) } // a test may have another shelf made
	s.Must(s.Shelf.Build(t.Context()))
	s.Door = &editors.Door{Store: s.DB}
	_, err := s.Door.Add(t.Context(), editors.Editor{Email: Maya, Name: "Maya " + webtest.Hostile}, time.Now())
	s.Must(err)
	return s
}

// Open makes the handler of the site with the rooms it has now.
func (s *Office) Open(rooms ...web.Room) {
	s.Rooms = rooms
	s.H = s.Handler()
}

// Link returns the path of a link that signs an editor in.
func (s *Office) Link(email string) string {
	s.T.Helper()
	token, _, err := s.Door.Link(context.Background(), email, time.Now())
	s.Must(err)
	return "/desk/sign-in/" + token
}

// Do asks as a browser does that came from a page of ours, with its cookies.
func (s *Office) Do(method, path string, form url.Values, cookies ...*http.Cookie) *http.Response {
	s.T.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("User-Agent", "Browser/1 "+webtest.Hostile)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	s.H.ServeHTTP(rec, r)
	res := rec.Result()
	if c := res.Header.Get("Cache-Control"); c != "no-store" {
		s.T.Errorf("%s %s may be kept: %q", method, path, c)
	}
	return res
}

// SignedIn signs somebody in and returns their cookie.
func (s *Office) SignedIn(email string) *http.Cookie {
	s.T.Helper()
	res := s.Do("POST", s.Link(email), nil)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk" || len(res.Cookies()) != 1 {
		s.T.Fatalf("signing in: %d to %q with %v", res.StatusCode, res.Header.Get("Location"), res.Cookies())
	}
	return res.Cookies()[0]
}

// Page gets a page of the desk that must be there.
func (s *Office) Page(path string, c *http.Cookie) string {
	s.T.Helper()
	res := s.Do("GET", path, nil, c)
	b := Text(s.T, res)
	if res.StatusCode != http.StatusOK {
		s.T.Fatalf("%s: %d\n%s", path, res.StatusCode, b)
	}
	return b
}

// Leads posts a form and returns where that leads.
func (s *Office) Leads(path string, form url.Values, c *http.Cookie) string {
	s.T.Helper()
	res := s.Do("POST", path, form, c)
	if res.StatusCode != http.StatusSeeOther {
		s.T.Fatalf("POST %s: %d\n%s", path, res.StatusCode, Text(s.T, res))
	}
	return res.Header.Get("Location")
}

// Holds fails the test for what a page lacks.
func (s *Office) Holds(what, page string, want ...string) {
	s.T.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			s.T.Errorf("%s lacks %q", what, w)
		}
	}
}

// Logged returns what the log says of a subject, the oldest first.
func (s *Office) Logged(subject string) (list []string) {
	s.T.Helper()
	entries, err := s.DB.LogEntries(s.T.Context(), subject, 100)
	s.Must(err)
	for i := len(entries) - 1; i >= 0; i-- {
		list = append(list, entries[i].Who+" "+entries[i].What+": "+entries[i].Detail)
	}
	return list
}

// News publishes articles on the site, so that the weekly has something new.
func (s *Office) News(titles ...string) {
	s.T.Helper()
	for _, title := range titles {
		slug := strings.ToLower(strings.ReplaceAll(title, " ", "-"))
		s.Folder.Add(content.Article{
			Title: title, Standfirst: "What it says.", Body: "<p>All of it.</p>", Slug: slug, Access: content.Free,
			URL: s.Publication.URL + "/articles/" + slug, Published: time.Now().Add(-time.Minute), ReadingMinutes: 3,
		})
	}
	s.Sync()
}

// NumberOf is the number of an article's release.
func (s *Office) NumberOf(title string) int64 {
	s.T.Helper()
	all, err := s.DB.Articles(s.T.Context(), content.ArticleQuery{})
	s.Must(err)
	for i := range all {
		if all[i].Article.Title == title {
			return all[i].N
		}
	}
	s.T.Fatalf("no article %q", title)
	return 0
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// FormIn reads the hidden fields of a page, and adds pairs.
func FormIn(page string, pairs ...string) url.Values {
	f := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		if !strings.Contains("from edition show", m[1]) {
			f.Add(m[1], m[2])
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// Text is the body of an answer.
func Text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
