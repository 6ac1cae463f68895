package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// served starts a server on lines.
func served(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	lines := Listener{srv.Listener}
	srv.Listener, srv.Config.ConnContext = lines, lines.Context
	srv.Start()
	t.Cleanup(srv.Close)
	return srv
}

// A handler that wants to know learns that its client has gone, whatever the
// requests before it on the same connection wanted.
func TestAttend(t *testing.T) {
	gone := make(chan struct{})
	srv := served(t, func(w http.ResponseWriter, r *http.Request) {
		l := lineOf(r.Context())
		switch r.URL.Path {
		case "/quick":
			l.attend(false)
		case "/slow":
			l.attend(true)
		case "/watch":
			l.attend(true)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			close(gone)
		}
	})
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	answers := bufio.NewReader(c)
	for _, path := range []string{"/quick", "/quick", "/slow", "/quick", "/other", "/slow", "/slow", "/watch"} {
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(path, err)
		}
		if path != "/watch" {
			_, _ = io.Copy(io.Discard, res.Body)
		}
	}
	c.Close()
	select {
	case <-gone:
	case <-time.After(time.Minute):
		t.Error("nobody was told")
	}
}

// What a client sends ahead is the next request, and is answered.
func TestAttendToWhatIsSentAhead(t *testing.T) {
	srv := served(t, func(w http.ResponseWriter, r *http.Request) {
		lineOf(r.Context()).attend(r.URL.Path == "/slow")
		time.Sleep(time.Millisecond)
		_, _ = io.WriteString(w, r.URL.Path)
	})
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	paths := []string{"/quick", "/slow", "/quick", "/quick", "/slow", "/slow"}
	for _, path := range paths {
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	}
	answers := bufio.NewReader(c)
	for _, path := range paths {
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(path, err)
		}
		if b, err := io.ReadAll(res.Body); string(b) != path || err != nil {
			t.Errorf("%s: %q, %v", path, b, err)
		}
	}
}

// A client that leaves a single byte of room in a buffer is waited for as long
// as for any other.
func TestAttendForOneByteInTime(t *testing.T) {
	l, there := pair(t)
	if err := l.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Read(make([]byte, 1)); n != 0 || !os.IsTimeout(err) {
		t.Errorf("%d, %v", n, err)
	}
	if err := l.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	_, _ = there.Write([]byte("x"))
	if n, err := l.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// Whoever waits is woken by a deadline, and by the end of the connection.
func TestAttendEnds(t *testing.T) {
	for name, end := range map[string]func(*line){
		"long past": func(l *line) { _ = l.SetReadDeadline(time.Unix(1, 0)) },
		"closed":    func(l *line) { _ = l.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := pair(t)
			_ = l.SetReadDeadline(time.Time{})
			woken := make(chan error)
			go func() {
				_, err := l.Read(make([]byte, 1))
				woken <- err
			}()
			end(l)
			select {
			case err := <-woken:
				if err == nil {
					t.Error("a byte came from nowhere")
				}
			case <-time.After(time.Minute):
				t.Error("nobody was woken")
			}
		})
	}
}

// An answer whose headers go out as lines is the one that net/http would have
// written, but for their order.
func TestHeadersAsLines(t *testing.T) {
	h := newHeaders(http.Header{"Etag": {`"x"`}, "Link": {"<a>", "<b>"}, "X-Odd": {"two\r\nlines: no"}})
	srv := served(t, func(w http.ResponseWriter, r *http.Request) {
		l := lineOf(r.Context())
		if r.URL.Query().Has("plain") {
			h.set(w, nil)
		} else {
			h.set(w, l)
		}
		w.Header().Set("Content-Type", "text/plain")
		var size int
		fmt.Sscan(r.URL.Query().Get("size"), &size)
		w.Header().Set("Content-Length", fmt.Sprint(size))
		if r.URL.Query().Has("hold") {
			l.hold()
			defer l.release()
		}
		_, _ = io.WriteString(w, strings.Repeat("x", size))
	})
	get := func(method, query string) (http.Header, string) {
		r, err := http.NewRequest(method, srv.URL+"?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := plainly.RoundTrip(r)
		if err != nil {
			t.Fatal(query, err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(query, err)
		}
		res.Header.Del("Date")
		return res.Header, string(b)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, size := range []int{0, 1, 2048, 3900, 4096, 5000, 100_000} {
			for _, hold := range []string{"", "&hold"} {
				query := fmt.Sprint("size=", size, hold)
				got, body := get(method, query)
				want, plain := get(method, query+"&plain")
				if diff := cmp.Diff(want, got); diff != "" || body != plain {
					t.Errorf("%s %s: %d bytes, want %d, (-want +got):\n%s", method, query, len(body), len(plain), diff)
				}
			}
		}
	}
}

// What was to stand above an answer that broke does not stand above the one
// that says so.
func TestHeadersOfWhatBroke(t *testing.T) {
	s := newSite(t)
	h := newHeaders(http.Header{"Etag": {`"x"`}})
	handler := s.watch(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.set(w, lineOf(r.Context()))
		panic("on purpose")
	}))
	srv := served(t, handler.ServeHTTP)
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusInternalServerError || res.Header.Get("Etag") != "" {
		t.Errorf("%s, %v", res.Status, res.Header)
	}
}
