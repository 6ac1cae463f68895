package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
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

// pair is a line and its other end.
func pair(t *testing.T) (*line, *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	there, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	here, err := Listener{listener}.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close(); there.Close() })
	return here.(*line), there.(*net.TCPConn)
}

// Who reads slowly has every byte in order, and is waited for no longer than the
// connection's deadline.
func TestLineOfASlowReader(t *testing.T) {
	l, there := pair(t)
	_ = l.SetDeadline(time.Now().Add(20 * time.Second))
	head, body := bytes.Repeat([]byte("head"), 1000), make([]byte, 9<<20)
	for i := range body {
		body[i] = byte(i >> 8)
	}
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, len(head)+len(body))
		for n := 0; n < len(b); {
			k, err := there.Read(b[n:min(n+300_000, len(b))])
			if n += k; err != nil {
				t.Error(err)
				break
			}
			time.Sleep(time.Millisecond)
		}
		got <- b
	}()
	l.hold()
	for _, p := range [][]byte{head, body} {
		if n, err := l.Write(p); n != len(p) || err != nil {
			t.Errorf("%d of %d bytes: %v", n, len(p), err)
		}
	}
	if !bytes.Equal(<-got, append(head, body...)) {
		t.Error("something else came")
	}

	began := time.Now()
	_ = l.SetWriteDeadline(began.Add(50 * time.Millisecond))
	n, err := l.Write(make([]byte, 64<<20))
	if n == 64<<20 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Errorf("%d bytes to nobody: %v, after %v", n, err, time.Since(began))
	}
	there.Close()
	_ = l.SetWriteDeadline(time.Time{})
	for range 100 {
		if _, err = l.Write(body); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("who has gone is written to")
	}
}
