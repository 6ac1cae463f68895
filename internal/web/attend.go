package web

import (
	"net"
	"os"
	"sync"
	"time"
)

// A reading is who reads a connection, and until when.
//
// While a handler works, the server of net/http waits in another goroutine for
// one more byte, to learn that the client has gone. For an answer that takes
// microseconds this costs a call to the kernel that finds nothing, a place among
// those who wait for the network and several deadlines to leave it. So whoever
// waits for a single byte waits here, and comes to the network only for a
// handler that wants to know: see [line.attend].
type reading struct {
	mu       sync.Mutex
	changed  sync.Cond // its L is mu
	attends  bool
	busy     bool      // somebody reads from the network
	deadline time.Time // for reading
	past     bool      // the deadline was long past when it was set, to wake who reads
	applied  time.Time // the deadline that the network knows
	writing  time.Time // the deadline for writing
}

// begun is before every deadline that is in earnest.
var begun = time.Now()

// attend says whether the client's leaving is to end the context of this
// request, and of those that follow on the connection.
func (l *line) attend(yes bool) {
	if l == nil {
		return
	}
	r := &l.reading
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attends != yes {
		r.attends = yes
		r.changed.Broadcast()
	}
}

// Read implements net.Conn.
func (l *line) Read(p []byte) (int, error) {
	if err := l.begin(len(p) == 1); err != nil {
		return 0, err
	}
	n, err := l.TCPConn.Read(p)
	l.reading.mu.Lock()
	l.reading.busy = false
	l.reading.mu.Unlock()
	return n, err
}

// begin waits until the network is to be read. Net/http's wait for the client to
// go is for a single byte and without a deadline. What it reads else is for
// buffers, and if a client has left only a byte of room in one, in time.
func (l *line) begin(forLeaving bool) error {
	r := &l.reading
	r.mu.Lock()
	defer r.mu.Unlock()
	for forLeaving && !r.attends && r.deadline.IsZero() {
		r.changed.Wait()
	}
	if r.past {
		return os.ErrDeadlineExceeded
	}
	r.busy = true
	return l.apply()
}

// apply tells the network of the deadline. It is called with the lock.
func (l *line) apply() error {
	r := &l.reading
	if r.applied.Equal(r.deadline) {
		return nil
	}
	r.applied = r.deadline
	return l.TCPConn.SetReadDeadline(r.deadline)
}

// SetReadDeadline implements net.Conn. The network is told when it is read:
// most deadlines are replaced before.
func (l *line) SetReadDeadline(t time.Time) error {
	r := &l.reading
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deadline, r.past = t, !t.IsZero() && t.Before(begun)
	r.changed.Broadcast()
	if r.busy {
		return l.apply()
	}
	return nil
}

// SetWriteDeadline implements net.Conn.
func (l *line) SetWriteDeadline(t time.Time) error {
	r := &l.reading
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.IsZero() && r.writing.IsZero() {
		return nil
	}
	r.writing = t
	return l.TCPConn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn.
func (l *line) SetDeadline(t time.Time) error {
	if err := l.SetReadDeadline(t); err != nil {
		return err
	}
	return l.SetWriteDeadline(t)
}

// Close implements net.Conn.
func (l *line) Close() error {
	err := l.TCPConn.Close()
	l.attend(true) // who waits learns of it
	return err
}

// newLine returns the line of a connection.
func newLine(c *net.TCPConn, t *train) *line {
	l := &line{TCPConn: c, train: t}
	l.reading.changed.L = &l.reading.mu
	return l
}
