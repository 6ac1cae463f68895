package smtptest

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// A numbered connection knows the how manieth it is. It stands below go-smtp,
// and TLS, and may say something else than they meant to: later, nonsense, or
// "no" where go-smtp cannot.
type numbered struct {
	net.Conn
	s     *Server
	n     int
	greet Answer
	once  sync.Once
	err   error // of the greeting
	// What follows belongs to the one goroutine that serves the connection.
	session *session
	other   []byte // said instead of the next reply
	hush    bool   // the next reply is not said
	feed    []byte // read before anything else
}

// number lets a connection in.
func (s *Server) number(conn net.Conn, n int, greet Answer) *numbered {
	c := &numbered{Conn: conn, s: s, n: n, greet: greet}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live[c] = true
	return c
}

// NetConn makes a numbered connection transparent.
func (c *numbered) NetConn() net.Conn { return c.Conn }

// instead replaces the next reply.
func (c *numbered) instead(words string) { c.other = []byte(words) }

// Write says a line of go-smtp's, or what stands for it.
func (c *numbered) Write(p []byte) (int, error) {
	c.once.Do(func() {
		if c.err = c.s.pause(c.greet); c.greet.Say != "" {
			c.instead(c.greet.Say)
		}
	})
	switch {
	case c.err != nil:
		return 0, c.err
	case c.hush:
		c.hush = false
		return len(p), nil
	case c.s.Stepwise && bytes.HasPrefix(p, []byte("250-PIPELINING")):
		return len(p), nil
	case c.session != nil && bytes.HasPrefix(p, []byte("354 ")):
		if err := c.ready(); err != nil {
			return 0, err
		}
	}
	words := p
	if c.other != nil {
		words, c.other = c.other, nil
	}
	if _, err := c.Conn.Write(words); err != nil {
		return 0, err
	}
	return len(p), nil
}

// ready asks whether 354 is said. go-smtp cannot refuse here, so a refused
// client seems to it to send an empty text.
func (c *numbered) ready() error {
	a := c.session.decide("ready", first(c.session.to))
	if err := c.session.suffer(a); err != nil {
		return err
	}
	switch {
	case a.Say != "":
		c.instead(a.Say)
	case a.Code != 0:
		c.instead(line(a.error()))
		c.feed = []byte(".\r\n")
		c.session.unread = true
	}
	return nil
}

func first(to []string) string {
	if len(to) == 0 {
		return ""
	}
	return to[0]
}

// Read hears the client, or what is fed to go-smtp in its place.
func (c *numbered) Read(p []byte) (int, error) {
	if len(c.feed) > 0 {
		n := copy(p, c.feed)
		if c.feed = c.feed[n:]; len(c.feed) == 0 {
			c.hush = true
		}
		return n, nil
	}
	return c.Conn.Read(p)
}

// Close ends the connection in good order.
func (c *numbered) Close() error {
	c.s.mu.Lock()
	delete(c.s.live, c)
	c.s.mu.Unlock()
	return c.Conn.Close()
}

// reset ends it as a dying server does.
func (c *numbered) reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Conn.Close()
}

// Leave is a server that dies: it listens no more, and its connections are
// reset, whatever is going on over them. What it took stays counted.
func (s *Server) Leave() {
	s.prepare()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.doors {
		s.away = append(s.away, l.Addr().String())
		_ = l.Close()
	}
	s.doors = nil
	for c := range s.live {
		c.reset()
	}
}

// Return listens again where it did before Leave.
func (s *Server) Return() error {
	s.mu.Lock()
	where := s.away
	s.away = nil
	s.mu.Unlock()
	for _, addr := range where {
		l, err := net.Listen("tcp", addr)
		for try := 0; err != nil && try < 20; try++ { // the system may not have let go of it
			time.Sleep(50 * time.Millisecond)
			l, err = net.Listen("tcp", addr)
		}
		if err != nil {
			return err
		}
		s.Serve(l)
	}
	return nil
}
