package web

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

// documents are the paths of everything that is served as a feed, with the
// pages of its archive under both their names, as addresses have them.
func (s *site) documents() []string {
	s.T.Helper()
	var paths []string
	for at := range s.Shelf.now().documents {
		paths = append(paths, strings.ReplaceAll(strings.ReplaceAll(at, "%", "%25"), " ", "%20"))
	}
	slices.Sort(paths)
	if len(paths) < 60 {
		s.T.Fatalf("only %d documents", len(paths))
	}
	return paths
}

// long is a site whose feeds have archives.
func long(t *testing.T) *site {
	s := newSite(t)
	for i := range 10 {
		s.Folder.Add(content.Article{
			Title: fmt.Sprintf("Another %d", i), Standfirst: "And another.", Body: "<p>" + strings.Repeat("Much to read. ", 50) + "</p>", Slug: fmt.Sprintf("another-%d", i),
			Access: content.Free, Published: time.Now().AddDate(-1, 0, i), Topics: []string{"Platform"},
		})
	}
	s.Sync()
	for _, d := range s.Shelf.now().documents {
		time.Sleep(time.Until(d.Modified)) // the second change in a second; see show
	}
	return s
}

// An answer from a cache must do for every reader: this is what proxies,
// readers and checkers ask of each document, in every coding.
func TestEveryDocument(t *testing.T) {
	s := long(t)
	archived := 0
	for _, path := range s.documents() {
		plain := s.get(path)
		tag := plain.header.Get("ETag")
		fail := func(format string, args ...any) { t.Helper(); t.Errorf(path+": "+format, args...) }
		if plain.code != http.StatusOK || len(plain.body) == 0 || plain.header.Get("Content-Encoding") != "" {
			fail("%d, %d bytes, %q", plain.code, len(plain.body), plain.header.Get("Content-Encoding"))
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*", "Content-Length": strconv.Itoa(len(plain.body)),
		} {
			if got := plain.header.Get(name); got != want {
				fail("%s %q, want %q", name, got, want)
			}
		}
		if !strings.HasSuffix(plain.header.Get("Content-Type"), "; charset=utf-8") || !strings.HasPrefix(tag, `"`) || len(tag) < 10 {
			fail("%q, ETag %s", plain.header.Get("Content-Type"), tag)
		}
		if _, found := plain.header["Set-Cookie"]; found || strings.Contains(plain.header.Get("Vary"), "Cookie") {
			fail("cookies")
		}
		cache := plain.header.Get("Cache-Control")
		d, _ := s.Shelf.Document(strings.ReplaceAll(strings.ReplaceAll(path, "%20", " "), "%25", "%"))
		if d == nil {
			t.Fatalf("%s is not on the shelf", path)
		}
		if d.Immutable != strings.Contains(cache, "max-age=31536000, immutable") || !d.Immutable && !strings.Contains(cache, "max-age=300, stale-while-revalidate=") {
			fail("Cache-Control %q, immutable %v", cache, d.Immutable)
		}
		if d.Archive {
			archived++
		}
		modified, err := http.ParseTime(plain.header.Get("Last-Modified"))
		if d.Archive != (err != nil) || modified.After(time.Now()) {
			fail("Last-Modified %q", plain.header.Get("Last-Modified"))
		}

		seen := map[string]string{tag: ""}
		for _, coding := range []string{"gzip", "br"} {
			got := s.get(path, "Accept-Encoding", coding)
			if got.header.Get("Content-Encoding") != coding || !strings.Contains(got.header.Get("Vary"), "Accept-Encoding") {
				fail("asked for %s: %q, Vary %q", coding, got.header.Get("Content-Encoding"), got.header.Get("Vary"))
			}
			if got.header.Get("Content-Length") != strconv.Itoa(len(got.body)) || decoded(t, coding, got.body) != plain.body {
				fail("%s is not the document", coding)
			}
			if other, dup := seen[got.header.Get("ETag")]; dup {
				fail("%s has the ETag of %q", coding, other)
			}
			seen[got.header.Get("ETag")] = coding
		}
		for have := range seen { // whatever a proxy has made of it on the way
			for _, list := range []string{have, "W/" + have, `"x", W/"y", ` + have, "*"} {
				for _, coding := range []string{"", "gzip", "br"} {
					got := s.get(path, "If-None-Match", list, "If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT", "Accept-Encoding", coding)
					if got.code != http.StatusNotModified || got.body != "" || got.header.Get("Date") == "" || seen[got.header.Get("ETag")] != coding {
						fail("If-None-Match %s, %q: %d, ETag %s", list, coding, got.code, got.header.Get("ETag"))
					}
					for _, name := range []string{"Cache-Control", "Vary", "Last-Modified", "Access-Control-Allow-Origin"} {
						if diff := cmp.Diff(plain.header[name], got.header[name]); diff != "" {
							fail("304 and 200 (-200 +304)\n%s", diff)
						}
					}
					if got.header.Get("Content-Type") != "" || got.header.Get("Content-Length") != "" {
						fail("304 speaks of a content: %v", got.header)
					}
				}
			}
		}
		if got := s.get(path, "If-None-Match", `"other"`, "If-Modified-Since", time.Now().UTC().Format(http.TimeFormat)); got.code != http.StatusOK {
			fail("has another, and that lately: %d", got.code)
		}
		for _, other := range []answer{s.get(path + "?utm_source=x&y"), s.get(path, "Accept", "text/html"), s.get(path, "Accept", "image/png;q=1, */*;q=0")} {
			if other.body != plain.body || other.header.Get("ETag") != tag || other.header.Get("Content-Type") != plain.header.Get("Content-Type") {
				fail("asked in another way: %d %v", other.code, other.header)
			}
		}
		for _, coding := range []string{"", "gzip", "br"} {
			get, head := s.get(path, "Accept-Encoding", coding), s.do(http.MethodHead, path, "", "Accept-Encoding", coding)
			get.header.Del("Date")
			head.header.Del("Date")
			if diff := cmp.Diff(get.header, head.header); diff != "" || head.body != "" || head.code != get.code {
				fail("HEAD is %d with %d bytes (-get +head)\n%s", head.code, len(head.body), diff)
			}
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			if got := s.do(method, path, "x"); got.code != http.StatusMethodNotAllowed || got.header.Get("Allow") != "GET, HEAD" || got.body == "" {
				fail("%s: %d, Allow %q", method, got.code, got.header.Get("Allow"))
			}
		}
	}
	if archived < 12 {
		t.Errorf("only %d pages of archives", archived)
	}
}

func TestSince(t *testing.T) {
	s := newSite(t)
	for _, path := range s.documents() {
		if strings.Contains(path, "/archive/") {
			continue // has no date
		}
		modified, err := http.ParseTime(s.get(path).header.Get("Last-Modified"))
		if err != nil {
			t.Fatal(path, err)
		}
		at := func(d time.Duration) time.Time { return modified.Add(d).UTC() }
		for since, want := range map[string]int{
			at(0).Format(http.TimeFormat):                             http.StatusNotModified,
			at(time.Hour).Format(http.TimeFormat):                     http.StatusNotModified,
			at(0).Format("Monday, 02-Jan-06 15:04:05 GMT"):            http.StatusNotModified,
			at(0).Format(time.ANSIC):                                  http.StatusNotModified,
			at(-time.Second).Format(http.TimeFormat):                  http.StatusOK,
			at(-time.Second).Format("Monday, 02-Jan-06 15:04:05 GMT"): http.StatusOK,
			at(-time.Second).Format(time.ANSIC):                       http.StatusOK,
			"yesterday":                                               http.StatusOK,
			"":                                                        http.StatusOK,
			"Sat, 01 Jan 0000 00:00:00 GMT":                           http.StatusOK,
		} {
			if got := s.get(path, "If-Modified-Since", since); got.code != want {
				t.Errorf("%s since %q: %d, want %d", path, since, got.code, want)
			}
		}
	}
}

// What goes over the wire is what the headers say, also when requests follow
// one another on a connection.
func TestFraming(t *testing.T) {
	s := long(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	s.Must(err)
	defer conn.Close()
	s.Must(conn.SetDeadline(time.Now().Add(10 * time.Second)))
	in := bufio.NewReader(conn)
	archived := ""
	for _, at := range s.documents() {
		if strings.Contains(at, "/archive/") {
			archived = at
		}
	}
	tag := s.get("/feed.rss").header.Get("ETag")
	for _, test := range []struct {
		method, path, headers string
		code                  int
		empty                 bool
	}{
		{"GET", "/feed.rss", "", 200, false},
		{"GET", "/feed.rss", "Accept-Encoding: gzip\r\n", 200, false},
		{"HEAD", "/feed.rss", "Accept-Encoding: br\r\n", 200, true},
		{"GET", "/feed.rss", "If-None-Match: " + tag + "\r\n", 304, true},
		{"HEAD", "/feed.rss", "If-None-Match: " + tag + "\r\n", 304, true},
		{"POST", "/feed.rss", "Content-Length: 3\r\n", 405, false},
		{"GET", archived, "", 200, false},
		{"GET", archived, "Accept-Encoding: br\r\n", 200, false},
		{"HEAD", archived, "", 200, true},
		{"GET", "/feed.json", "", 200, false},
	} {
		body := ""
		if test.method == "POST" {
			body = "x=y"
		}
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n%s", test.method, test.path, test.headers, body)
		res, err := http.ReadResponse(in, &http.Request{Method: test.method})
		if err != nil {
			t.Fatalf("%s %s %s: %v", test.method, test.path, test.headers, err)
		}
		var got strings.Builder
		n, err := bufio.NewReader(res.Body).WriteTo(&got)
		if err != nil || res.StatusCode != test.code || (n == 0) != test.empty || len(res.TransferEncoding) > 0 {
			t.Errorf("%s %s %q: %d, %d bytes, %v, %v", test.method, test.path, test.headers, res.StatusCode, n, res.TransferEncoding, err)
		}
	}
}

// For whatever a client believes and wants, the answer keeps the rules.
func TestAnyHeaders(t *testing.T) {
	s := newSite(t)
	handler := s.Handler()
	paths := []string{"/feed.rss", "/feed.json", "/topics/platform/feed.atom", "/events.ics", "/feeds.opml"}
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(paths).Draw(t, "path")
		d, _ := s.Shelf.Document(path)
		core := strings.TrimSuffix(d.ETag, `"`)
		one := rapid.SampledFrom([]string{d.ETag, core + `-gzip"`, core + `-br"`, "W/" + d.ETag, `"old"`, core + `-zstd"`, "*", "x", ""})
		header := map[string]string{}
		if rapid.Bool().Draw(t, "tags") {
			header["If-None-Match"] = strings.Join(rapid.SliceOfN(one, 1, 4).Draw(t, "list"), ", ")
		}
		since := rapid.IntRange(-2, 2).Draw(t, "since")
		if since != 0 {
			header["If-Modified-Since"] = d.Modified.Add(time.Duration(since) * time.Second).Format(http.TimeFormat)
		}
		if rapid.Bool().Draw(t, "codings") {
			header["Accept-Encoding"] = strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"gzip", "br", "br;q=0", "gzip;q=0", "*", "identity;q=0", "deflate", "GZIP;q=0.3"}), 1, 4).Draw(t, "accept"), ",")
		}
		r, err := http.NewRequest(rapid.SampledFrom([]string{"GET", "HEAD"}).Draw(t, "method"), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range header {
			r.Header.Set(name, value)
		}
		rec := asking(handler, r)

		c := negotiate(r.Header["Accept-Encoding"])
		want := http.StatusOK
		if list, given := header["If-None-Match"]; given {
			// Read up to what is no tag, a tag is the document's in any coding.
		read:
			for i, tag := range strings.Split(list, ", ") {
				switch strings.TrimPrefix(tag, "W/") {
				case d.ETag, core + `-gzip"`, core + `-br"`:
					want = http.StatusNotModified
				case "":
				case "*":
					if strings.Trim(strings.Join(strings.Split(list, ", ")[i:], ""), " ,") == "*" {
						want = http.StatusNotModified
					}
					break read
				case "x":
					break read
				}
			}
		} else if since > 0 {
			want = http.StatusNotModified
		}
		tag := core + c.suffix() + `"`
		if rec.Code != want || rec.Header().Get("ETag") != tag || !strings.Contains(rec.Header().Get("Vary"), "Accept-Encoding") || rec.Header().Get("Cache-Control") == "" {
			t.Fatalf("%s %s %v: %d, want %d\n%v", r.Method, path, header, rec.Code, want, rec.Header())
		}
		body := rec.Body.String()
		switch {
		case want == http.StatusNotModified || r.Method == http.MethodHead:
			if body != "" {
				t.Fatalf("%d has a body of %d bytes", rec.Code, len(body))
			}
		case rec.Header().Get("Content-Encoding") != c.token() || rec.Header().Get("Content-Length") != strconv.Itoa(len(body)):
			t.Fatalf("%v, and %d bytes", rec.Header(), len(body))
		case decoded(s.T, c.token(), body) != string(d.Body):
			t.Fatal("it is not the document")
		}
	})
}

// Who wants to be told of changes finds the hub and the feed's own address in
// the headers.
func TestHubsInHeaders(t *testing.T) {
	d := &Document{Format: feed.RSS, Body: []byte("x"), ETag: `"x"`, Self: "https://publication.example/feed.rss"}
	s := &Server{Shelf: &Shelf{}}
	show := func(d *Document) []string {
		rec := asking(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.show(w, r, newFace(d, "", nil, nil)) }), nil)
		return rec.Header()["Link"]
	}
	if got := show(d); len(got) > 0 {
		t.Errorf("no hub, and %q", got)
	}
	d.Hubs = []string{"https://hub.example/", "https://other.example/hub"}
	want := []string{`<https://hub.example/>; rel="hub"`, `<https://other.example/hub>; rel="hub"`, `<https://publication.example/feed.rss>; rel="self"`}
	if diff := cmp.Diff(want, show(d)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
