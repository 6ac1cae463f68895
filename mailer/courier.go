package mailer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// A Courier delivers single letters, which people wait for, over connections
// of its own: it takes none from the sessions of a [Worker] and waits for none
// of them. A connection is kept for a moment, since such letters come in
// bursts. Any number of goroutines may use one; each has its own connection
// while it delivers.
type Courier struct {
	Transport Transport
	Idle      time.Duration // how long a connection is kept without letters; 0: 5 seconds

	mu   sync.Mutex
	free []*kept // the one used last is the last
}

// kept is a connection that waits for another letter.
type kept struct {
	Session
	end *time.Timer
}

// Deliver sends one letter. The error is one of [Compose] or an *[Error], as
// those of [Deliver].
func (c *Courier) Deliver(ctx context.Context, m *Message) error {
	e, raw, err := sealed(m)
	if err != nil {
		return err
	}
	if s := c.take(); s != nil {
		if err = c.send(ctx, s, e, raw); !gone(err) {
			return err
		}
	}
	s, err := c.Transport.Open(ctx)
	if err != nil {
		return err
	}
	return c.send(ctx, s, e, raw)
}

// send sends a letter, and keeps the connection if it is good for another.
func (c *Courier) send(ctx context.Context, s Session, e Envelope, raw []byte) error {
	err := s.Send(ctx, e, raw, Envelope{})
	if err != nil && !about(err) {
		_ = s.Close()
		return err
	}
	c.keep(s)
	return err
}

// about reports whether an error is a server's word about one letter.
func about(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Phase == PhaseRcpt || e.Phase == PhaseDone) && e.Code != 0 && e.Code != 421 && e.Code != 452
}

// take returns the connection that was used last, nil if none is open.
func (c *Courier) take() Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.free)
	if n == 0 {
		return nil
	}
	k := c.free[n-1]
	c.free = c.free[:n-1]
	k.end.Stop()
	return k.Session
}

func (c *Courier) keep(s Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := &kept{Session: s}
	k.end = time.AfterFunc(or(c.Idle, 5*time.Second), func() { c.drop(k) })
	c.free = append(c.free, k)
}

// drop closes a connection, unless somebody has taken it.
func (c *Courier) drop(k *kept) {
	c.mu.Lock()
	i := slices.Index(c.free, k)
	if i >= 0 {
		c.free = slices.Delete(c.free, i, i+1)
	}
	c.mu.Unlock()
	if i >= 0 {
		_ = k.Close() // its letters have their answers
	}
}

// Close closes the connections that wait. A Courier may be used again after it.
func (c *Courier) Close() {
	c.mu.Lock()
	free := c.free
	c.free = nil
	c.mu.Unlock()
	for _, k := range free {
		k.end.Stop()
		_ = k.Close()
	}
}
