//go:build !linux

package web

import "net"

// A train is what leaves a connection together: two pieces of an answer, in one
// system call where there is one for that.
type train struct {
	conn *net.TCPConn
	both [2][]byte
}

// newTrain returns the train of a connection.
func newTrain(c *net.TCPConn) (*train, error) { return &train{conn: c}, nil }

// send writes both pieces, and returns how many bytes of the two were sent. It
// keeps to the deadline of the connection.
func (t *train) send(first, second []byte) (int, error) {
	if len(first) == 0 {
		return t.conn.Write(second)
	}
	t.both = [2][]byte{first, second}
	pieces := net.Buffers(t.both[:])
	n, err := pieces.WriteTo(t.conn)
	t.both = [2][]byte{}
	return int(n), err
}
