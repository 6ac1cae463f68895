package mailer

import (
	"context"
	"errors"
	"time"
)

// session sends letters over one connection, which it opens when there is one
// to send and closes when there has been none for a while.
func (r *run) session() {
	var c connection
	defer c.close()
	idle := time.NewTimer(r.idle)
	defer idle.Stop()
	for {
		select {
		case j, ok := <-r.jobs:
			if !ok {
				return
			}
			settled := r.letter(j, &c)
			j.lease.give(settled)
			if j.probe {
				r.breaker.left()
			}
			r.signal()
			idle.Reset(r.idle)
		case <-idle.C:
			c.close()
		}
	}
}

// A connection is a session that may be open, and the room its letters are
// written in.
type connection struct {
	Session
	letter []byte
}

// open opens it if it is not.
func (c *connection) open(ctx context.Context, t Transport) (err error) {
	if c.Session != nil {
		return nil
	}
	c.Session, err = t.Open(ctx)
	if err != nil {
		c.Session = nil
	}
	return err
}

func (c *connection) close() {
	if c.Session != nil {
		_ = c.Session.Close() // every letter has its answer by now
		c.Session = nil
	}
}

// gone recognises a connection that ended between two letters.
func gone(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Phase == PhaseConn || e.Phase == PhaseMail) && (e.Code == 0 || e.Code == 421)
}
