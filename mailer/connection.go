package mailer

import (
	"context"
	"errors"
	"time"
)

// session sends letters over one connection, which it opens when there is one
// to send and closes when there has been none for a while, or when the relay
// wants fewer. It ends with the jobs.
func (r *run) session() {
	c := connection{run: r}
	defer c.close()
	idle := time.NewTimer(r.idle)
	defer idle.Stop()
	place := false
	for {
		jobs := r.jobs
		var changed <-chan struct{}
		if place, changed = r.concurrency.enter(place); !place {
			c.close()
			jobs = nil
		}
		select {
		case j := <-jobs:
			r.batch(j, &c)
			r.signal()
			idle.Reset(r.idle)
			if c.Session == nil { // refused: let those have the place who are in
				r.concurrency.leave()
				place = false
			}
		case <-changed:
		case <-idle.C:
			c.close()
		case <-r.ended:
			return
		}
	}
}

// A connection is a session that may be open, the room its letters are written
// in, and how fast they have gone.
type connection struct {
	Session
	run     *run
	letter  []byte
	each    time.Duration // what a letter of the last batch took
	refused bool          // it could not be opened
}

// open opens it if it is not.
func (c *connection) open(ctx context.Context, t Transport) error {
	if c.Session != nil {
		return nil
	}
	s, err := t.Open(ctx)
	if err != nil {
		c.refused = true
		return err
	}
	c.Session = s
	c.run.connected.Add(1)
	c.run.heard.Store(time.Now().UnixNano())
	return nil
}

func (c *connection) close() {
	if c.Session != nil {
		_ = c.Session.Close() // every letter has its answer by now
		c.Session = nil
		c.run.connected.Add(-1)
	}
}

// appetite is how many letters to take at a time: as many as go while a look at
// their readers is good, which may be half as old when they are taken. A few at
// least, so that each can be announced while the one before it is on its way;
// not many, when the relay is slow, since other sessions may be idle before they
// are sent.
func (c *connection) appetite() int {
	const few, most = 3, 32
	if c.each <= 0 {
		return few
	}
	return min(most, max(few, int(goodLook/2/c.each)))
}

// gone recognises a connection that ended between two letters.
func gone(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Phase == PhaseConn || e.Phase == PhaseMail) && (e.Code == 0 || e.Code == 421)
}
