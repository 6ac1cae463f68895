package web

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Whatever the size, the client has all of an answer at once, and the next one
// follows it.
func TestListener(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var size int
		fmt.Sscan(r.URL.Query().Get("size"), &size)
		l := lineOf(r.Context())
		if l == nil {
			t.Error("the connection is another")
		}
		w.Header().Set("Content-Length", fmt.Sprint(size))
		l.hold()
		_, _ = w.Write(bytes.Repeat([]byte("x"), size))
		l.release()
		if size > 8<<10 && len(l.held) > 0 {
			t.Error("something is held back")
		}
	}))
	lines := Listener{srv.Listener}
	srv.Listener, srv.Config.ConnContext = lines, lines.Context
	srv.Start()
	defer srv.Close()
	for _, closing := range []bool{false, true} {
		for _, size := range []int{0, 1, 2000, 2048, 2049, 3900, 4000, 4096, 4097, 8192, 100_000, 1 << 20} {
			r, err := http.NewRequest(http.MethodGet, fmt.Sprint(srv.URL, "?size=", size), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Close = closing
			res, err := plainly.RoundTrip(r)
			if err != nil {
				t.Fatal(size, err)
			}
			b, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || len(b) != size {
				t.Errorf("%d bytes of %d: %v", len(b), size, err)
			}
		}
	}
}

// What was held is before what comes next, and each is counted once.
func TestLine(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	got := make(chan string, 1)
	go func() {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		b, _ := io.ReadAll(c)
		got <- string(b)
	}()
	c, err := Listener{listener}.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	l := c.(*line)
	write := func(s string) {
		if n, err := l.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("%q: %d, %v", s, n, err)
		}
	}
	want := strings.Builder{}
	for i, s := range []string{"a", "bb", strings.Repeat("c", 5000), "d", "e"} {
		if i%2 == 0 {
			l.hold()
		}
		write(s)
		want.WriteString(s)
		if i == 3 {
			l.release()
		}
	}
	l.release()
	var none *line
	none.hold()
	none.release()
	_ = c.Close()
	if g := <-got; g != want.String() {
		t.Errorf("%d bytes, want %d: %.20q", len(g), want.Len(), g)
	}
	l.hold()
	if n, err := l.Write(make([]byte, 5000)); err == nil {
		t.Errorf("%d bytes went over a closed connection", n)
	}
}
