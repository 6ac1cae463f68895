package mailer

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/textproto"
	"strconv"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// A session is one connection to a relay, step by step. It writes to go-mail's
// textproto connection itself: go-mail's own Data leaves a writer behind that
// ends a broken letter with a dot, by which the server would take half of it.
type session struct {
	client *smtp.Client
	line   net.Conn // below TLS: what ends everything at once when closed
	limits Limits
	dirty  bool // a transaction was begun and refused
	dead   bool
}

var errDead = errors.New("connection is closed")

// Send does one transaction (RFC 5321 3.3).
func (s *session) Send(ctx context.Context, env Envelope, msg []byte, _ Envelope) error {
	if s.dead {
		return &Error{Phase: PhaseConn, Err: errDead}
	}
	stop := context.AfterFunc(ctx, func() { s.line.Close() })
	phase, err := s.transact(env.From, env.To, msg)
	stop()
	if err == nil {
		return nil // taken, whatever has become of ctx meanwhile
	}
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
	s.dirty = true
	return e
}

// transact returns the phase it came to, and how it ended.
func (s *session) transact(from, to string, msg []byte) (Phase, error) {
	if s.dirty {
		if err := s.command(s.limits.Command, 2, "RSET"); err != nil {
			return PhaseConn, errDead // a server that refuses RSET is done with us, whatever it says
		}
		s.dirty = false
	}
	mail := "MAIL FROM:<" + from + ">"
	if ok, _ := s.client.Extension("SIZE"); ok {
		mail += " SIZE=" + strconv.Itoa(len(msg)) // RFC 1870
	}
	// No BODY=8BITMIME, which go-mail adds: our letters are 7-bit, and a relay
	// told otherwise may rewrite them.
	if err := s.command(s.limits.Command, 2, mail); err != nil {
		return PhaseMail, err
	}
	if err := s.command(s.limits.Command, 2, "RCPT TO:<"+to+">"); err != nil {
		return PhaseRcpt, err
	}
	if err := s.command(s.limits.Data, 354, "DATA"); err != nil {
		return PhaseData, err
	}
	if err := s.write(msg); err != nil {
		return PhaseBody, err
	}
	return PhaseBody, s.reply(s.limits.Dot, 2)
}

// command says one line and waits for the answer. Addresses have been through
// [Address.ASCII], so a line is one line.
func (s *session) command(limit time.Duration, want int, line string) error {
	if err := s.deadline(limit); err != nil {
		return err
	}
	if err := s.client.Text.PrintfLine("%s", line); err != nil {
		return s.lastWords(err)
	}
	return s.reply(limit, want)
}

func (s *session) reply(limit time.Duration, want int) error {
	if err := s.deadline(limit); err != nil {
		return err
	}
	_, _, err := s.client.Text.ReadResponse(want)
	return err
}

// write sends the text and the final dot.
func (s *session) write(msg []byte) error {
	const piece = 64 << 10
	w := s.client.Text.W
	for rest := stuffed(msg); len(rest) > 0; {
		n := min(piece, len(rest))
		if err := s.deadline(s.limits.Block); err != nil {
			return err
		}
		if _, err := w.Write(rest[:n]); err != nil {
			return s.lastWords(err)
		}
		rest = rest[n:]
	}
	if err := s.deadline(s.limits.Block); err != nil {
		return err
	}
	_, _ = w.WriteString(".\r\n") // a bufio.Writer keeps its error for Flush
	if err := w.Flush(); err != nil {
		return s.lastWords(err)
	}
	return nil
}

// lastWords looks, after a failed write, whether the server said why before it
// went: that is a refusal, and better than not knowing.
func (s *session) lastWords(failed error) error {
	if err := s.deadline(2 * time.Second); err != nil {
		return failed
	}
	_, _, err := s.client.Text.ReadResponse(2)
	var reply *textproto.Error
	if errors.As(err, &reply) {
		s.abandon()
		return err
	}
	return failed
}

func (s *session) deadline(limit time.Duration) error {
	return s.line.SetDeadline(time.Now().Add(limit))
}

// abandon drops the connection without a word. QUIT or RSET after DATA would
// be taken for text, or end the text where it broke off.
func (s *session) abandon() {
	s.dead = true
	s.line.Close()
}

// Close says QUIT, with little patience for the answer, and closes.
func (s *session) Close() error {
	if s.dead {
		return nil
	}
	// Errors are of no interest: every letter has its answer by now.
	_ = s.command(time.Second, 2, "QUIT")
	s.abandon()
	return nil
}

// stuffed makes dots at the beginning of lines transparent (RFC 5321 4.5.2).
// Letters without any, which are most, are not copied.
func stuffed(msg []byte) []byte {
	if !bytes.HasPrefix(msg, []byte(".")) && !bytes.Contains(msg, []byte("\n.")) {
		return msg
	}
	out := make([]byte, 0, len(msg)+64)
	for line := range bytes.Lines(msg) {
		if line[0] == '.' {
			out = append(out, '.')
		}
		out = append(out, line...)
	}
	return out
}
