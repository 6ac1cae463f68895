package web

import (
	"net"
	"os"
	"syscall"
	"unsafe"
)

// A train is what leaves a connection together: two pieces of an answer, in one
// system call.
//
// The call never waits, because the connection is one of those that do not
// block. So the scheduler is not told of it, as it is of calls that may: on a
// busy machine it would give the processor away before most of them return, and
// a thread must then be woken for each answer. Where the connection is full,
// the runtime waits, as it does for every other.
type train struct {
	conn   syscall.RawConn
	pieces [2][]byte
	vector [2]syscall.Iovec
	sent   int
	err    error
	push   func(fd uintptr) (done bool) // departs, kept because it would be made for each answer
}

// mostAtOnce is how many bytes go in one call: a processor is busy with so many
// for less than the time that goroutines are given in turn.
const mostAtOnce = 1 << 20

// newTrain returns the train of a connection.
func newTrain(c *net.TCPConn) (*train, error) {
	conn, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	t := &train{conn: conn}
	t.push = t.departs
	return t, nil
}

// send writes both pieces, and returns how many bytes of the two were sent. It
// keeps to the deadline of the connection.
func (t *train) send(first, second []byte) (int, error) {
	t.pieces, t.sent, t.err = [2][]byte{first, second}, 0, nil
	err := t.conn.Write(t.push)
	t.pieces, t.vector = [2][]byte{}, [2]syscall.Iovec{}
	if err == nil {
		err = t.err
	}
	return t.sent, err
}

// departs writes what the connection takes now, and reports whether that was the
// end of it.
func (t *train) departs(fd uintptr) (done bool) {
	for {
		n, room := 0, mostAtOnce
		for _, p := range t.pieces {
			if p = p[:min(len(p), room)]; len(p) > 0 {
				t.vector[n].Base = &p[0]
				t.vector[n].SetLen(len(p))
				n++
				room -= len(p)
			}
		}
		if n == 0 {
			return true
		}
		sent, _, code := syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&t.vector)), uintptr(n))
		switch code {
		case 0:
			t.pass(int(sent))
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			t.err = os.NewSyscallError("writev", code)
			return true
		}
	}
}

// pass counts what was sent.
func (t *train) pass(sent int) {
	t.sent += sent
	for i, p := range t.pieces {
		gone := min(sent, len(p))
		t.pieces[i] = p[gone:]
		sent -= gone
	}
}
