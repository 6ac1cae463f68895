package mailer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestBewildered(t *testing.T) {
	for said, want := range map[string]bool{
		"503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining": true,
		"554 SMTP synchronization error":           true,
		"421 4.7.0 pipelining? not with me":        true,
		"500 what?":                                true,
		"502 not implemented":                      true,
		"503 bad sequence of commands":             true,
		"501 5.1.3 bad address":                    false,
		"550 5.1.1 no such user":                   false,
		"554 5.7.1 not wanted":                     false,
		"250 pipelining is fine":                   false,
		"451 4.7.1 greylisted; we do not mind you": false,
	} {
		code, words, err := readReply(bufio.NewReader(strings.NewReader(said + "\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		if got := bewildered(fmt.Errorf("wrapped: %w", answered(code, words))); got != want {
			t.Errorf("%s: %v", said, got)
		}
	}
	if bewildered(nil) || bewildered(io.EOF) {
		t.Error("a connection that ends says nothing")
	}
}

func answered(code int, words string) error { return &textproto.Error{Code: code, Msg: words} }

func TestMuffled(t *testing.T) {
	for _, tc := range []struct {
		phase        Phase
		err          error
		fresh, known bool // while the relay is unproven, and then
	}{
		{PhaseMail, io.EOF, true, false},
		{PhaseRcpt, io.ErrUnexpectedEOF, true, false},
		{PhaseMail, os.ErrDeadlineExceeded, true, true},
		{PhaseRcpt, os.ErrDeadlineExceeded, true, false},
		{PhaseMail, &textproto.Error{Code: 421}, true, false},
		{PhaseRcpt, &textproto.Error{Code: 550}, false, false},
		{PhaseMail, net.ErrClosed, false, false},
		{PhaseMail, io.ErrClosedPipe, false, false},
	} {
		if got := muffled(tc.phase, tc.err, false); got != tc.fresh {
			t.Errorf("%s, %v, unproven: %v", tc.phase, tc.err, got)
		}
		if got := muffled(tc.phase, tc.err, true); got != tc.known {
			t.Errorf("%s, %v, proven: %v", tc.phase, tc.err, got)
		}
	}
}

// Servers that offer PIPELINING and cannot do it get their letters all the
// same, step by step.
func TestServersThatChoke(t *testing.T) {
	for name, tc := range map[string]struct {
		choke func(*choker) (goes bool)
		tries int // of the first letter
	}{
		"says so":               {func(c *choker) bool { return c.no("503 5.5.0 improper use of pipelining") }, 1},
		"says so once":          {func(c *choker) bool { c.drain(); return c.no("554 synchronization error") }, 2},
		"goes":                  {func(c *choker) bool { return false }, 2},
		"says goodbye":          {func(c *choker) bool { c.no("421 4.7.0 bye"); return false }, 2},
		"does not hear the end": {func(c *choker) bool { c.drain(); return true }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var c choker
				var stumbles int
				tr := &SMTP{
					Host: "relay.test", Port: 25, Security: NoTLS,
					Dial:     func(context.Context, string, string) (net.Conn, error) { return forgiving{c.dial(tc.choke)}, nil },
					Stumbled: func(error, time.Duration) { stumbles++ },
				}
				var session Session
				tries := 0
				for i := range 4 {
					env := Envelope{From: news, To: fmt.Sprintf("%d@example.com", i)}
					var err error
					for try := 0; try < 3; try++ {
						if i == 0 {
							tries++
						}
						if session == nil {
							if session, err = tr.Open(t.Context()); err != nil {
								t.Fatal(err)
							}
						}
						if err = session.Send(t.Context(), env, []byte("hi\r\n"), Envelope{From: news, To: fmt.Sprintf("%d@example.com", i+1)}); err == nil {
							break
						}
						var e *Error
						if errors.As(err, &e) && e.Code == 0 && e.Phase == PhaseBody {
							t.Fatalf("in doubt: %v", err)
						}
						session.Close()
						session = nil
					}
					if err != nil {
						t.Fatalf("letter %d: %v", i, err)
					}
				}
				session.Close()
				synctest.Wait()
				c.mu.Lock()
				defer c.mu.Unlock()
				if d := cmp.Diff([]string{"0@example.com", "1@example.com", "2@example.com", "3@example.com"}, c.taken); d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
				if tries != tc.tries || stumbles != 1 {
					t.Errorf("%d tries of the first letter, told %d times", tries, stumbles)
				}
			})
		})
	}
}

// forgiving is a pipe that can be told of deadlines when the other side has
// gone, as TCP can.
type forgiving struct{ net.Conn }

func (f forgiving) SetDeadline(t time.Time) error {
	if err := f.Conn.SetDeadline(t); !errors.Is(err, io.ErrClosedPipe) {
		return err
	}
	return nil
}

// A choker takes letters only step by step.
type choker struct {
	mu    sync.Mutex
	taken []string
	conn  net.Conn
	r     *bufio.Reader
}

func (c *choker) no(line string) bool {
	_, err := io.WriteString(c.conn, line+"\r\n")
	return err == nil
}

// drain forgets what has come and was not read.
func (c *choker) drain() { _, _ = c.r.Discard(c.r.Buffered()) }

func (c *choker) dial(choke func(*choker) bool) net.Conn {
	server, client := net.Pipe()
	d := &choker{conn: server, r: bufio.NewReader(server)}
	go func() {
		defer server.Close()
		d.no("220 choker.test")
		to := ""
		for text := false; ; {
			line, err := d.r.ReadString('\n')
			if err != nil {
				return
			}
			verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch {
			case text:
				if text = line != ".\r\n"; !text {
					c.mu.Lock()
					c.taken = append(c.taken, to)
					c.mu.Unlock()
					to = ""
					d.no("250 taken")
				}
			case verb == "EHLO":
				d.no("250-choker.test\r\n250 PIPELINING")
			case d.r.Buffered() > 0:
				if !choke(d) {
					return
				}
			case verb == "DATA" && to == "":
				d.no("503 for whom?")
			case verb == "DATA":
				text = true
				d.no("354 go")
			default:
				if verb == "RCPT" {
					to = address(line)
				}
				d.no("250 ok")
			}
		}
	}()
	return client
}
