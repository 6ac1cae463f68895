package desk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/subscribers"
)

// readerPages serves the pages of readers and imports as an owner sees them,
// and returns the addresses of their states.
func (s *deskSite) readerPages() (at string, paths []string) {
	s.T.Helper()
	c, now := s.SignedIn(desktest.Maya), time.Now()
	how := subscribers.Consent{Way: subscribers.ByLink, Network: "203.0.113.0/24", Text: "Too many letters", Language: "en"}
	s.Must(s.DB.Leave(s.T.Context(), s.IDs[webtest.Eve], "", how, now))
	s.Must(s.DB.PauseUntil(s.T.Context(), s.IDs[webtest.Ben], now.AddDate(0, 1, 0), how, now))
	s.Must(s.DB.Suppress(s.T.Context(), webtest.Ben, subscribers.BecauseComplained, now))
	s.Asked(subscribers.Request{Kind: subscribers.SignUp, Email: "new@newcomers.example", Newsletters: []string{"weekly"}})
	hers := readerPath(s.IDs[webtest.Ada], "")
	paths = []string{
		"/desk/readers", "/desk/readers?state=asked", "/desk/readers?q=nobody", hers, hers + "?done=reader_save", hers + "/erase",
		readerPath(s.IDs[webtest.Ben], ""), readerPath(s.IDs[webtest.Eve], ""), "/desk/import?done=import_gone",
	}
	// One file is checked, one imported, one cannot be read.
	for i, content := range []string{someFile, someFile, "name\nAda\n"} {
		path := s.upload("readers-may.csv", content, c).Header.Get("Location")
		s.settled(path, c)
		if i == 1 {
			s.Leads(path, url.Values{"do": {"import"}, "consent": {"ask"}}, c)
			s.settled(path, c)
		}
		paths = append(paths, path)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(c)
		s.H.ServeHTTP(w, r)
	}))
	s.T.Cleanup(srv.Close)
	return srv.URL, append(paths, "/desk/import")
}

func TestReaderPagesAreAccessible(t *testing.T) {
	dir := webtest.Tools(t, "node", "chromium")
	s := newReadersDesk(t)
	at, paths := s.readerPages()
	args := []string{"node", "axe-pages.mjs"}
	for _, path := range paths {
		args = append(args, at+path)
	}
	webtest.Check(t, dir, args...)
}

func TestReaderPagesAreHTML(t *testing.T) {
	dir := webtest.Tools(t, "java")
	s := newReadersDesk(t)
	at, paths := s.readerPages()
	args, folder := []string{"sh", "vnu.sh"}, t.TempDir()
	for i, path := range paths {
		res, err := http.Get(at + path)
		s.Must(err)
		name := filepath.Join(folder, fmt.Sprintf("%02d.html", i))
		s.Must(os.WriteFile(name, []byte(desktest.Text(t, res)), 0o600))
		s.Must(res.Body.Close())
		args = append(args, name)
	}
	webtest.Check(t, dir, args...)
}
