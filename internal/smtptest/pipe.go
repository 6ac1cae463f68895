package smtptest

import (
	"context"
	"net"
	"sync"
	"time"
)

// pipes is a listener in memory.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	server, client := net.Pipe()
	far := buffered(server)
	select {
	case p.conns <- far:
		return client, nil
	case <-p.done:
		far.Close()
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: net.ErrClosed}
	case <-ctx.Done():
		far.Close()
		return nil, ctx.Err()
	}
}

// A replier is a server's end of a pipe that says things without waiting to be
// heard, as a socket does: a client that pipelines hears nothing while it
// speaks, and the two would wait for each other for ever.
type replier struct {
	net.Conn
	mu   sync.Mutex
	said sync.Cond
	late []byte
	over bool
}

func buffered(conn net.Conn) *replier {
	r := &replier{Conn: conn}
	r.said.L = &r.mu
	go r.deliver()
	return r
}

// Write never waits.
func (r *replier) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return 0, net.ErrClosed
	}
	r.late = append(r.late, p...)
	r.said.Signal()
	return len(p), nil
}

// Close lets the client hear what was said before, for a second at most.
func (r *replier) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.over = true
		_ = r.Conn.SetDeadline(time.Now().Add(time.Second))
		r.said.Signal()
	}
	return nil
}

// deliver hands on what is said, and closes at the end.
func (r *replier) deliver() {
	defer r.Conn.Close()
	for {
		r.mu.Lock()
		for len(r.late) == 0 && !r.over {
			r.said.Wait()
		}
		words := r.late
		r.late = nil
		r.mu.Unlock()
		if len(words) == 0 {
			return
		}
		if _, err := r.Conn.Write(words); err != nil {
			return
		}
	}
}

// Accept waits for the next connection.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and dial.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// Addr names the listener.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
