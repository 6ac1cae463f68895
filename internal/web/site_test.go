package web

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/clicks"
	"github.com/standfirst/standfirst/internal/webtest"
)

// A site is a publication behind a real server.
type site struct {
	*webtest.Site
	*Server
	busy atomic.Int64 // requests that are being answered
	url  string
}

func newSite(t *testing.T, change ...func(*webtest.Folder)) *site {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	s := &site{url: "http://" + srv.Listener.Addr().String()}
	s.Site = webtest.New(t, s.url, change...)
	pub, set := s.Press.Publication, s.Press.Templates
	sheet, err := set.Asset("feed.css")
	s.Must(err)
	s.Server = &Server{
		Frame:   Frame{Publication: pub, Newsletters: s.Publisher.Newsletters, Templates: set, Catalog: s.Press.Catalog, Log: s.Logger},
		Shelf:   &Shelf{Content: s.DB, Publication: feed.Publication{Title: pub.Title, URL: s.url, Language: "en-GB", Stylesheet: s.url + sheet}, Options: feed.Options{FullText: true, Items: 10}},
		Content: s.DB, Editions: s.DB, Links: s.DB, Readers: s.DB, Clicks: &clicks.Tally{}, Tokens: s.Press.Tokens, Mailbox: s.Box,
		Media: map[string]fs.FS{"lead": pictures()}, Pictures: s.DB,
		Ready:   s.DB.Ping,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "up 1\n") }),
	}
	s.Synced = func(ctx context.Context) error { return s.Shelf.Build(ctx) } // a test may have another shelf made
	s.Must(s.Shelf.Build(t.Context()))
	lines := Listener{srv.Listener}
	srv.Listener, srv.Config.ConnContext = lines, lines.Context
	handler := s.Handler()
	srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.busy.Add(1)
		defer s.busy.Add(-1)
		handler.ServeHTTP(w, r)
	})
	srv.Config.ErrorLog = slog.NewLogLogger(s.Log.Handler(), slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	return s
}

// serveAgain serves with the fields that a test has set since.
func (s *site) serveAgain() {
	srv := httptest.NewServer(s.Handler())
	s.T.Cleanup(srv.Close)
	s.url = srv.URL
}

// pictures is a folder with one picture and much that must not be given away.
var pictures = sync.OnceValue(func() fstest.MapFS {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
	dot := &fstest.MapFile{Data: b.Bytes(), ModTime: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	return fstest.MapFS{
		"images/dot.png":   dot,
		".hidden/dot.png":  dot,
		"images/.dot.png":  dot,
		"images/page.png":  {Data: []byte("<!doctype html><script>alert(1)</script>")},
		"images/draw.svg":  {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		"articles/next.md": {Data: []byte("---\ndraft: true\n---\nSecret.")},
		"images/huge.png":  {Data: append(bytes.Clone(b.Bytes()), make([]byte, largestPicture)...)},
	}
})

// An answer is what came back, read.
type answer struct {
	code   int
	header http.Header
	body   string
}

// plainly asks for what the test names, and for no compression beside it.
var plainly = &http.Transport{DisableCompression: true}

// do asks as a plain program would: it keeps no cookies and follows nothing.
func (s *site) do(method, path, body string, header ...string) answer {
	s.T.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	s.Must(err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	res, err := plainly.RoundTrip(r)
	s.Must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	s.Must(err)
	// What a test changes next is not read by who has just answered: an answer
	// can be here before its handler has returned.
	for i := 0; i < 100 && s.busy.Load() > 0; i++ {
		time.Sleep(100 * time.Microsecond)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

func (s *site) get(path string, header ...string) answer {
	s.T.Helper()
	return s.do(http.MethodGet, path, "", header...)
}

// ask asks a handler without a network.
func ask(h http.Handler, path string) *httptest.ResponseRecorder {
	return asking(h, httptest.NewRequest(http.MethodGet, path, nil))
}

// asking gives a handler a request; nil is any.
func asking(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	if r == nil {
		r = httptest.NewRequest(http.MethodGet, "/", nil)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// post sends a form as a browser does from a page of ours.
func (s *site) post(path string, form url.Values) answer {
	s.T.Helper()
	return s.do(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded",
		"Origin", s.url, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate")
}
