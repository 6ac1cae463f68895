package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

// readerPages serves the pages of readers and imports as an owner sees them,
// and returns the addresses of their states.
func (s *deskSite) readerPages() (at string, paths []string) {
	s.t.Helper()
	c, now := s.signedIn(maya), time.Now()
	how := subscribers.Consent{Way: subscribers.ByLink, Network: "203.0.113.0/24", Text: "Too many letters", Language: "en"}
	s.must(s.db.Leave(s.t.Context(), s.readers[eve], "", how, now))
	s.must(s.db.PauseUntil(s.t.Context(), s.readers[ben], now.AddDate(0, 1, 0), how, now))
	s.must(s.db.Suppress(s.t.Context(), ben, subscribers.BecauseComplained, now))
	s.asked(subscribers.Request{Kind: subscribers.SignUp, Email: "new@newcomers.example", Newsletters: []string{"weekly"}})
	ada := readerPath(s.readers[ada], "")
	paths = []string{
		"/desk/readers", "/desk/readers?state=asked", "/desk/readers?q=nobody", ada, ada + "?done=reader_save", ada + "/erase",
		readerPath(s.readers[ben], ""), readerPath(s.readers[eve], ""), "/desk/import?done=import_gone",
	}
	// One file is checked, one imported, one cannot be read.
	for i, content := range []string{someFile, someFile, "name\nAda\n"} {
		path := s.upload("readers-may.csv", content, c).Header.Get("Location")
		s.settled(path, c)
		if i == 1 {
			s.leads(path, url.Values{"do": {"import"}, "consent": {"ask"}}, c)
			s.settled(path, c)
		}
		paths = append(paths, path)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(c)
		s.h.ServeHTTP(w, r)
	}))
	s.t.Cleanup(srv.Close)
	return srv.URL, append(paths, "/desk/import")
}

func TestReaderPagesAreAccessible(t *testing.T) {
	dir := tools(t, "node", "chromium")
	s := newReadersDesk(t)
	at, paths := s.readerPages()
	args := []string{"node", "axe-pages.mjs"}
	for _, path := range paths {
		args = append(args, at+path)
	}
	check(t, dir, args...)
}

func TestReaderPagesAreHTML(t *testing.T) {
	dir := tools(t, "java")
	s := newReadersDesk(t)
	at, paths := s.readerPages()
	args, folder := []string{"sh", "vnu.sh"}, t.TempDir()
	for i, path := range paths {
		res, err := http.Get(at + path)
		s.must(err)
		name := filepath.Join(folder, fmt.Sprintf("%02d.html", i))
		s.must(os.WriteFile(name, []byte(text(t, res)), 0o600))
		s.must(res.Body.Close())
		args = append(args, name)
	}
	check(t, dir, args...)
}
