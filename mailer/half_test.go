package mailer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A server that says yes to half a letter, and goes, has not taken it.
func TestYesToHalfALetter(t *testing.T) {
	for _, size := range []int{30 << 10, 100 << 10, 300 << 10} {
		synctest.Test(t, func(t *testing.T) {
			server, client := net.Pipe()
			go func() {
				defer server.Close()
				r := bufio.NewReader(server)
				say := func(line string) { _, _ = io.WriteString(server, line+"\r\n") }
				say("220 hasty.test")
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					switch verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); verb {
					case "EHLO":
						say("250 hasty.test")
					case "DATA":
						say("354 go")
						_, _ = io.ReadFull(r, make([]byte, min(size/2, 70<<10)))
						say("250 queued as 1")
						return
					default:
						say("250 ok")
					}
				}
			}()
			tr := &SMTP{Host: "relay.test", Port: 25, Security: NoTLS,
				Dial: func(context.Context, string, string) (net.Conn, error) { return &buffered{Conn: client}, nil }}
			s, err := tr.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			msg := bytes.Repeat([]byte("seventy-two letters and digits, and what else there may be in a line.\r\n"), size/71)
			err = s.Send(t.Context(), Envelope{From: news, To: "a@example.com"}, msg, Envelope{})
			var e *Error
			if !errors.As(err, &e) || e.Phase != PhaseBody || e.Code != 0 {
				t.Errorf("a letter of %d bytes, of which half was read: %v, want it in doubt", size, err)
			}
			s.Close()
		})
	}
}

// buffered is a connection that hears what was said before the other side went,
// as TCP does while the other side is written to.
type buffered struct {
	net.Conn
	once  sync.Once
	heard chan []byte
	rest  []byte
}

func (b *buffered) Read(p []byte) (int, error) {
	b.once.Do(func() {
		b.heard = make(chan []byte, 100)
		go func() {
			defer close(b.heard)
			for {
				room := make([]byte, 1024)
				n, err := b.Conn.Read(room)
				if n > 0 {
					b.heard <- room[:n]
				}
				if err != nil {
					return
				}
			}
		}()
	})
	if len(b.rest) == 0 {
		more, ok := <-b.heard
		if !ok {
			return 0, io.EOF
		}
		b.rest = more
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *buffered) SetDeadline(time.Time) error      { return nil }
func (b *buffered) SetReadDeadline(time.Time) error  { return nil }
func (b *buffered) SetWriteDeadline(time.Time) error { return nil }
