package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// client talks to a sink of its own.
type client struct {
	t *testing.T
	net.Conn
	lines *bufio.Reader
	sink  *Sink
}

func dial(t *testing.T) *client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Sink{}
	go s.Serve(l)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); l.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	c := &client{t, conn, bufio.NewReader(conn), s}
	c.want(220)
	return c
}

// say writes one piece and expects replies with these codes.
func (c *client) say(text string, codes ...int) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
	c.want(codes...)
}

func (c *client) want(codes ...int) {
	c.t.Helper()
	for i, code := range codes {
		for {
			line, err := c.lines.ReadString('\n')
			if err != nil {
				c.t.Fatalf("reply %d of %d: %v", i+1, len(codes), err)
			}
			if strings.HasPrefix(line, fmt.Sprintf("%d-", code)) {
				continue
			}
			if !strings.HasPrefix(line, fmt.Sprintf("%d ", code)) {
				c.t.Fatalf("reply %d of %d is %q, want %d", i+1, len(codes), line, code)
			}
			break
		}
	}
}

// closed expects the end of the connection.
func (c *client) closed() {
	c.t.Helper()
	if line, err := c.lines.ReadString('\n'); err == nil {
		c.t.Fatalf("another reply, %q; want the end", line)
	}
}

// tally compares what came, but for when.
func (c *client) tally(want Tally) {
	c.t.Helper()
	got := c.sink.Tally()
	if got.Letters > 0 && (got.First.IsZero() || got.Last.Before(got.First)) {
		c.t.Errorf("the first letter came at %s and the last at %s", got.First, got.Last)
	}
	got.First, got.Last = time.Time{}, time.Time{}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Tally{})); diff != "" {
		c.t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// letterTo is a letter, and how long it is on the wire.
func letterTo(address string, n int) (text string, size int) {
	text = fmt.Sprintf("From: <news@example.com>\r\nTo: =?utf-8?q?A_B?=\r\n <%s>\r\nMessage-ID: <%d@example.com>\r\n\r\nOne.\r\n..two\r\n.three\r\nfour.\r\n", address, n)
	return text, len(text)
}

func TestStepwise(t *testing.T) {
	c := dial(t)
	a, sizeA := letterTo("a@example.com", 1)
	b, sizeB := letterTo("b@example.com", 2)
	c.say("EHLO client\r\n", 250)
	for _, l := range []struct{ to, text string }{{"a@example.com", a}, {"b@example.com", b}} {
		c.say("MAIL FROM:<news@example.com> SIZE=100\r\n", 250)
		c.say("rcpt to:<"+l.to+">\r\n", 250)
		c.say("DATA\r\n", 354)
		c.say(l.text)
		c.say(".\r\n", 250)
	}
	c.say("NOOP\r\n", 250)
	c.say("QUIT\r\n", 221)
	c.closed()
	c.tally(Tally{Letters: 2, Bytes: int64(sizeA + sizeB), Readers: 2, Sum: hash("a@example.com") + hash("b@example.com"), IDs: 2})
}

// The end of a letter and the next envelope come in one write, and are
// answered in one.
func TestPipelined(t *testing.T) {
	c := dial(t)
	c.say("EHLO client\r\n", 250)
	c.say("MAIL FROM:<news@example.com>\r\nRCPT TO:<0@example.com>\r\nDATA\r\n", 250, 250, 354)
	want := Tally{Letters: 50, Readers: 50, IDs: 50}
	for i := range 50 {
		address := fmt.Sprintf("%d@example.com", i)
		text, size := letterTo(address, i)
		want.Bytes += int64(size)
		want.Sum += hash(address)
		if i == 49 {
			c.say(text+".\r\nQUIT\r\n", 250, 221)
			break
		}
		c.say(text+fmt.Sprintf(".\r\nMAIL FROM:<news@example.com>\r\nRCPT TO:<%d@example.com>\r\nDATA\r\n", i+1), 250, 250, 250, 354)
	}
	c.closed()
	c.tally(want)
}

// TestBorders cuts a session at every byte: no border between reads hides the
// end of a letter, or makes one.
func TestBorders(t *testing.T) {
	text, size := letterTo("a@example.com", 1)
	all := "MAIL FROM:<news@example.com>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n" + text + ".\r\nMAIL FROM:<news@example.com>\r\n"
	for cut := 1; cut < len(all); cut++ {
		s := session{buf: make([]byte, chunk)}
		for _, piece := range []string{all[:cut], all[cut:]} {
			s.w = copy(s.buf, s.buf[s.r:s.w])
			s.r = 0
			s.w += copy(s.buf[s.w:], piece)
			if !s.judge() {
				t.Fatalf("cut at %d: the session has ended", cut)
			}
		}
		want := Tally{Letters: 1, Bytes: int64(size)}
		got := Tally{Letters: s.tally.Letters, Bytes: s.tally.Bytes, Strays: s.tally.Strays}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Tally{})); diff != "" {
			t.Fatalf("cut at %d, tally (-want +got):\n%s", cut, diff)
		}
		if replies := strings.Count(string(s.out), "\r\n"); replies != 5 {
			t.Fatalf("cut at %d: %d replies, want 5: %q", cut, replies, s.out)
		}
	}
}

// Letters larger than what is read at once, in pieces of odd sizes.
func TestLargeLetter(t *testing.T) {
	c := dial(t)
	body := strings.Repeat(strings.Repeat("x", 73)+".\r\n", 5000)
	c.say("MAIL FROM:<news@example.com>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n", 250, 250, 354)
	rest := body + ".\r\n"
	for n := 1; len(rest) > 0; n = n*3 + 1 {
		n := min(n, len(rest))
		c.say(rest[:n])
		rest = rest[n:]
	}
	c.want(250)
	c.tally(Tally{Letters: 1, Bytes: int64(len(body)), Readers: 1, Sum: hash("a@example.com")})
}

func TestStray(t *testing.T) {
	c := dial(t)
	text, size := letterTo("b@example.com", 1)
	c.say("MAIL FROM:<news@example.com>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n"+text+".\r\n", 250, 250, 354, 250)
	c.tally(Tally{Letters: 1, Bytes: int64(size), Readers: 1, Sum: hash("a@example.com"), IDs: 1, Strays: 1})
}

func TestReset(t *testing.T) {
	c := dial(t)
	letter := "MAIL FROM:<news@example.com>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n.\r\n"
	c.say(letter, 250, 250, 354, 250)
	c.sink.Reset()
	c.tally(Tally{})
	c.say(letter+letter, 250, 250, 354, 250, 250, 250, 354, 250)
	c.tally(Tally{Letters: 2, Readers: 1, Sum: 2 * hash("a@example.com")})
}

func TestOutOfOrder(t *testing.T) {
	c := dial(t)
	c.say("RCPT TO:<a@example.com>\r\n", 503)
	c.say("DATA\r\n", 503)
	c.say("MAIL FROM:<news@example.com>\r\nDATA\r\nRSET\r\nRCPT TO:<a@example.com>\r\n", 250, 503, 250, 503)
	c.say("FISH\r\n\r\n", 500, 500)
	c.tally(Tally{})
}

// No client makes the sink grow.
func TestHostile(t *testing.T) {
	envelope := "MAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\n"
	t.Run("line without end", func(t *testing.T) {
		c := dial(t)
		c.say(strings.Repeat("x", longestLine+1), 500)
		c.closed()
	})
	t.Run("long line", func(t *testing.T) {
		c := dial(t)
		c.say(strings.Repeat("x", longestLine)+"\r\n", 500)
		c.closed()
	})
	t.Run("bare line feed", func(t *testing.T) {
		c := dial(t)
		c.say("NOOP\n", 500)
		c.closed()
	})
	t.Run("readers", func(t *testing.T) {
		c := dial(t)
		c.say("MAIL FROM:<>\r\n", 250)
		for range mostReaders {
			c.say("RCPT TO:<a@example.com>\r\n", 250)
		}
		c.say("RCPT TO:<a@example.com>\r\n", 452)
	})
	t.Run("header without end", func(t *testing.T) {
		c := dial(t)
		c.say(envelope+"DATA\r\n", 250, 250, 354)
		c.say(strings.Repeat("X-Header: more\r\n", 2*chunk/16)+".\r\n", 250)
	})
	t.Run("large letter", func(t *testing.T) {
		s := session{buf: make([]byte, chunk)}
		s.mail, s.body, s.header = true, true, true
		for sent := 0; sent <= largestLetter; sent += chunk / 2 {
			if !s.judge() {
				t.Fatalf("the session ended after %d bytes", sent)
			}
			s.w = copy(s.buf, s.buf[s.r:s.w])
			s.r = 0
			s.w += chunk / 2
		}
		s.judge()
		s.w = copy(s.buf, s.buf[s.r:s.w]) + chunk/2
		s.r = 0
		if s.judge() || !strings.HasPrefix(string(s.out), "552 ") {
			t.Errorf("went on after %d bytes: %q", s.size, s.out)
		}
	})
}

func TestField(t *testing.T) {
	header := []byte("\r\nFrom: a\r\nTo: one\r\n two\r\n\tthree\r\nTopic: x\r\n")
	for name, want := range map[string]string{"To": " one\r\n two\r\n\tthree", "Topic": " x", "From": " a", "Date": "", "o": ""} {
		if got := string(field(header, name)); got != want {
			t.Errorf("field %s is %q, want %q", name, got, want)
		}
	}
}

// The process is the same sink, asked by lines.
func TestSinkProcess(t *testing.T) {
	in, ask := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- runSink(in, out) }()
	lines := bufio.NewReader(answers)
	addr, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimSpace(addr))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := &client{t, conn, bufio.NewReader(conn), nil}
	c.want(220)
	c.say("MAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n.\r\n", 250, 250, 354, 250)
	for _, q := range []struct{ ask, want string }{{"tally", `"letters":1,`}, {"reset", `"letters":0,`}} {
		fmt.Fprintln(ask, q.ask)
		if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, q.want) {
			t.Errorf("%s is answered %q, %v; want %s", q.ask, line, err, q.want)
		}
	}
	ask.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
