package web

import (
	"bytes"
	"context"
	"net"
)

// A Listener accepts connections on which the headers of an answer leave with
// its body, in one packet train and one system call. The server of net/http
// has a buffer of 4 KB, which it would send alone, ahead of a larger body: the
// kernels on both sides, and the client, would be woken twice for each feed.
//
// It takes TCP; others are passed on as they are. [Listener.Context] is the
// server's ConnContext.
type Listener struct{ net.Listener }

// Accept implements net.Listener.
func (l Listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		if t, err := newTrain(tcp); err == nil {
			c = newLine(tcp, t)
		}
	}
	return c, err
}

type lineKey struct{}

// Context lets handlers reach the connection.
func (l Listener) Context(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*line); ok {
		return context.WithValue(ctx, lineKey{}, c)
	}
	return ctx
}

// A line is a connection that can keep the beginning of an answer until the
// rest comes. Only the goroutine of a handler writes to it. How it is read is in
// attend.go.
type line struct {
	*net.TCPConn
	train *train
	holds bool
	held  []byte
	lines []byte // of headers, that net/http does not know

	reading reading
}

// lineOf returns the connection of a request; nil if it is not one of ours.
func lineOf(ctx context.Context) *line {
	l, _ := ctx.Value(lineKey{}).(*line)
	return l
}

// hold keeps what is written next, if it is no more than a buffer's worth,
// until more is written or release is called.
func (l *line) hold() {
	if l != nil {
		l.holds = true
	}
}

// release sends what is kept. The error of the connection shows in whatever is
// written next.
func (l *line) release() {
	if l == nil {
		return
	}
	l.holds = false
	if len(l.held) > 0 {
		_, _ = l.Write(nil)
	}
}

// lead puts lines of headers into the answer that begins with what is written
// next, each with its end of line. They must not be changed. Nil takes back what
// was not written.
func (l *line) lead(lines []byte) {
	if l != nil {
		l.lines = lines
	}
}

// Write implements net.Conn.
func (l *line) Write(p []byte) (int, error) {
	const buffer = 4 << 10 // of net/http
	if l.lines != nil {
		after := bytes.IndexByte(p, '\n') + 1 // the line with the status
		l.held = append(append(append(l.held, p[:after]...), l.lines...), p[after:]...)
		l.lines = nil
		if l.holds && len(p) <= buffer {
			l.holds = false
			return len(p), nil
		}
		_, err := l.train.send(l.held, nil)
		l.held = l.held[:0]
		if err != nil {
			return 0, err
		}
		return len(p), nil
	}
	if l.holds && len(l.held) == 0 && len(p) <= buffer {
		l.holds = false
		l.held = append(l.held, p...)
		return len(p), nil
	}
	before := len(l.held)
	n, err := l.train.send(l.held, p)
	l.held = l.held[:0]
	return max(0, n-before), err
}
