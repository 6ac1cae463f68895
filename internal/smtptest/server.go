// Package smtptest is a mail server for tests: a real one, over sockets or
// pipes in memory, that counts what it takes and answers as the recipient's
// address asks (see [ByAddress]). It can insist on TLS and on a password, be
// slow, hang, and drop the line at every point where lines are dropped.
//
// It knows nothing of this program but SMTP. It is no test double: the bytes
// go through github.com/emersion/go-smtp.
package smtptest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// TLS is how a server protects its connections.
type TLS int

// The kinds of protection.
const (
	Plain    TLS = iota
	StartTLS     // offered, not demanded
	Implicit     // from the first byte
)

// A Server takes mail. Its fields are set before it starts; the zero value
// takes everything, keeps only counts and needs no password.
type Server struct {
	TLS        TLS
	Username   string
	Password   string
	Mechanisms []string             // of AUTH; nil with a Username: PLAIN and LOGIN
	Script     func(e Event) Answer // nil: ByAddress
	Keep       bool                 // keep the text of letters
	Taken      func(Letter)         // called for each letter taken, before it is answered
	Stepwise   bool                 // do not offer PIPELINING (RFC 2920); without TLS only
	Extensions func(*smtp.Server)   // optional: more of go-smtp's switches

	once     sync.Once
	smtp     *smtp.Server
	pipes    *pipes
	cert     certificate
	quit     chan struct{}
	serving  sync.WaitGroup
	mu       sync.Mutex
	doors    []net.Listener
	live     map[*numbered]bool
	away     []string // where it listened before it left
	letters  []Letter
	attempts map[string]int // by phase and address
	conns    int
}

// A Letter is what the server took.
type Letter struct {
	From, To  string
	MessageID string
	Data      []byte // only with Keep
	At        time.Time
	Conn      int // the number of the connection, from 1
}

// An Event is a moment at which the server may answer something else than
// usual.
type Event struct {
	Phase string // conn, mail, rcpt, ready (before 354 is said), body (some of the text has come), data (all of it has)
	From  string
	To    string // from rcpt on
	N     int    // how often this has happened for this To (From at mail), from 1
	Conn  int    // the number of the connection, from 1
}

// An Answer is what the server does. The zero Answer is "yes". What ready asks
// for, and Say, need the wire: without TLS only.
type Answer struct {
	Code     int // 0: take it
	Enhanced [3]int
	Text     string
	Wait     time.Duration // before anything else
	Hang     bool          // never answer
	Drop     bool          // close the connection instead of answering; at data, the letter has been taken
	Say      string        // these bytes instead of the reply, nonsense mostly; at data, the letter has been taken
}

// Start listens on a free port of this machine and returns host and port.
func (s *Server) Start() (host string, port int, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, err
	}
	addr := l.Addr().(*net.TCPAddr)
	s.Serve(l)
	return addr.IP.String(), addr.Port, nil
}

// Serve takes connections from l until Close, and returns at once.
func (s *Server) Serve(l net.Listener) {
	s.prepare()
	s.mu.Lock()
	s.doors = append(s.doors, l)
	s.mu.Unlock()
	l = &doorman{l, s}
	if s.TLS == Implicit {
		l = tls.NewListener(l, s.cert.server())
	}
	s.serving.Go(func() { _ = s.smtp.Serve(l) })
}

// Dial connects through memory, for tests on a fake clock. It has the form
// that dialling functions have and ignores network and address.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.prepare()
	s.mu.Lock()
	if s.pipes == nil {
		s.pipes = newPipes()
		l := s.pipes
		s.mu.Unlock()
		s.Serve(l)
	} else {
		s.mu.Unlock()
	}
	return s.pipes.dial(ctx)
}

// ClientTLS returns what a client needs to trust this server.
func (s *Server) ClientTLS() *tls.Config {
	s.prepare()
	return s.cert.client()
}

// Close ends everything, hanging answers included.
func (s *Server) Close() {
	s.prepare()
	select {
	case <-s.quit:
		return
	default:
		close(s.quit)
	}
	_ = s.smtp.Close()
	s.mu.Lock()
	for _, l := range s.doors {
		_ = l.Close() // go-smtp does not know one yet whose Serve has only begun
	}
	s.mu.Unlock()
	s.serving.Wait()
}

func (s *Server) prepare() {
	s.once.Do(func() {
		s.quit = make(chan struct{})
		s.attempts = make(map[string]int)
		s.live = make(map[*numbered]bool)
		if s.Script == nil {
			s.Script = ByAddress
		}
		if s.Username != "" && s.Mechanisms == nil {
			s.Mechanisms = []string{"PLAIN", "LOGIN"}
		}
		srv := smtp.NewServer(smtp.BackendFunc(s.begin))
		srv.Domain = "relay.test"
		srv.AllowInsecureAuth = true
		srv.MaxMessageBytes = 32 << 20
		srv.ErrorLog = log.New(io.Discard, "", 0) // dropped lines are what this server is for
		if s.TLS == StartTLS {
			srv.TLSConfig = s.cert.server()
		}
		if s.Extensions != nil {
			s.Extensions(srv)
		}
		s.smtp = srv
	})
}

// A doorman counts connections and asks the script about each.
type doorman struct {
	net.Listener
	s *Server
}

// Accept lets the next connection in. Those that the script refuses get their
// answer and are closed.
func (d *doorman) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		d.s.mu.Lock()
		d.s.conns++
		n := d.s.conns
		d.s.mu.Unlock()
		a := d.s.Script(Event{Phase: "conn", N: n, Conn: n})
		if a.Code == 0 && !a.Drop {
			return d.s.number(conn, n, a), nil
		}
		d.s.serving.Go(func() {
			defer conn.Close()
			if err := d.s.pause(a); err == nil && !a.Drop {
				_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
				_, _ = io.WriteString(conn, line(a.error()))
			}
		})
	}
}

var errClosed = errors.New("server closed")

// pause waits as an answer says; it returns an error when the server closes.
func (s *Server) pause(a Answer) error {
	var wait <-chan time.Time
	switch {
	case a.Hang:
	case a.Wait > 0:
		t := time.NewTimer(a.Wait)
		defer t.Stop()
		wait = t.C
	default:
		return nil
	}
	select {
	case <-wait:
		return nil
	case <-s.quit:
		return errClosed
	}
}

// line writes a reply as it goes over the wire.
func line(e *smtp.SMTPError) string {
	if e.EnhancedCode == smtp.NoEnhancedCode {
		return fmt.Sprintf("%d %s\r\n", e.Code, e.Message)
	}
	return fmt.Sprintf("%d %d.%d.%d %s\r\n", e.Code, e.EnhancedCode[0], e.EnhancedCode[1], e.EnhancedCode[2], e.Message)
}
