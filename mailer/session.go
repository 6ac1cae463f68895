package mailer

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/textproto"
	"time"
)

// A session is one connection to a relay. It writes to go-mail's textproto
// connection itself: go-mail's own Data leaves a writer behind that ends a
// broken letter with a dot, by which the server would take half of it.
//
// Where the server offers PIPELINING (RFC 2920), MAIL, RCPT and DATA go out
// together, and those of the letter that follows together with the text of the
// one before: a letter costs one round trip. The answers to what was announced
// are read when that letter's turn has come, and its text never begins before.
type session struct {
	relay  *SMTP
	line   net.Conn // below TLS: what ends everything at once when closed
	in     *bufio.Reader
	out    *bufio.Writer
	tap    *tap // below out
	limits Limits
	offer  offer
	groups bool // commands go out together
	most   int  // transactions of this connection
	begun  time.Time

	mails int       // transactions begun, announced ones too
	ahead Envelope  // announced, its answers not read; zero: none
	told  time.Time // when it was
	dirty bool      // a transaction was begun and refused
	dead  bool
}

var errDead = errors.New("connection is closed")

const (
	// oldest is the age at which a connection is replaced: relays behind one
	// name share the load again.
	oldest = 5 * time.Minute
	// patient is how long a server that waits for an announced text is trusted
	// to be still there. Servers give up after some minutes, and what they say
	// then would be taken for the answer to the text.
	patient = time.Minute
	// roomy is a letter and the next envelope, in most cases.
	roomy = 64 << 10
)

func newSession(relay *SMTP, text *textproto.Conn, line net.Conn, limits Limits, o offer, now time.Time) *session {
	s := &session{relay: relay, line: line, in: text.R, limits: limits, offer: o, begun: now}
	s.tap = &tap{line: line, w: text.W, limit: limits.Block}
	if g, ok := line.(*guarded); ok && relay.Security == NoTLS {
		if _, tcp := g.Conn.(*net.TCPConn); tcp {
			s.tap.plain = g
		}
	}
	s.out = bufio.NewWriterSize(s.tap, roomy)
	s.groups = o.pipelining && !relay.wary(now)
	if s.most = relay.Letters; s.most <= 0 {
		s.most = 500
	}
	if o.mailMax > 0 {
		s.most = min(s.most, o.mailMax)
	}
	return s
}

// Send does one transaction (RFC 5321 3.3).
func (s *session) Send(ctx context.Context, env Envelope, msg []byte, next Envelope) error {
	if s.dead {
		return &Error{Phase: PhaseConn, Err: errDead}
	}
	stop := context.AfterFunc(ctx, func() { s.line.Close() })
	phase, err := s.transact(env, msg, next)
	if !stop() {
		s.dead = true
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			var reply *textproto.Error
			if !errors.As(err, &reply) {
				err = cause
			}
		}
		e := refusal(phase, err, env.From, env.To)
		if e.Code == 0 || e.Code == 421 {
			s.abandon()
		}
		err = e
	}
	if s.spent() && s.ahead == (Envelope{}) {
		s.Close() // the next letter finds it gone, and opens another
	}
	return err // nil: taken, whatever has become of ctx meanwhile
}

// spent reports whether another transaction should go over another connection.
func (s *session) spent() bool {
	return s.mails >= s.most || time.Since(s.begun) >= oldest
}

// transact returns the phase it came to, and how it ended.
func (s *session) transact(env Envelope, msg []byte, next Envelope) (Phase, error) {
	if phase, err := s.introduce(env, len(msg)); err != nil {
		return phase, err
	}
	return s.text(msg, env.Clear, next)
}

// introduce brings the server to say 354 to an envelope.
func (s *session) introduce(env Envelope, size int) (Phase, error) {
	switch told := s.ahead != (Envelope{}); {
	case told && (s.ahead.From != env.From || s.ahead.To != env.To || time.Since(s.told) > patient):
		// The server waits for another letter's text. Nothing can be said to it
		// that it would not take for that.
		return PhaseConn, errDead
	case !s.groups:
		return s.steps(env, size)
	case !told:
		if phase, err := s.group(env, size); err != nil {
			return phase, err
		}
	}
	s.ahead = Envelope{}
	phase, err := s.answers()
	if !s.choked(phase, err) {
		return phase, err
	}
	if s.dead {
		return PhaseMail, errDead
	}
	return s.steps(env, size)
}

func (s *session) reply(limit time.Duration, want int) error {
	if err := s.line.SetDeadline(time.Now().Add(limit)); err != nil {
		return err
	}
	code, words, err := readReply(s.in)
	if err != nil {
		return err
	}
	return said(code, words, want)
}

// lastWords looks, after a failed write, whether the server said why before it
// went: that is a refusal, and better than not knowing. taken says that it
// said yes to something.
func (s *session) lastWords(failed error) (taken bool, err error) {
	err = s.reply(2*time.Second, 2)
	s.abandon()
	if err == nil {
		return true, failed
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return false, err
	}
	return false, failed
}

// abandon drops the connection without a word. QUIT or RSET after DATA would
// be taken for text, or end the text where it broke off.
func (s *session) abandon() {
	s.dead = true
	s.line.Close()
}

// Close says QUIT, with little patience for the answer, and closes. Where the
// server may be waiting for an announced text it says nothing.
func (s *session) Close() error {
	if !s.dead && s.ahead == (Envelope{}) {
		// Errors are of no interest: every letter has its answer by now.
		_ = s.command(time.Second, 2, "QUIT")
	}
	s.abandon()
	return nil
}
