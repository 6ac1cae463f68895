package mailer

import (
	"bufio"
	"bytes"
	"net"
	"strconv"
	"time"
)

// steps says MAIL, RCPT and DATA, each after the answer to the one before.
func (s *session) steps(env Envelope, size int) (Phase, error) {
	if s.dirty {
		if err := s.command(s.limits.Command, 2, "RSET"); err != nil {
			return PhaseConn, errDead // a server that refuses RSET is done with us, whatever it says
		}
	}
	s.dirty = true
	s.mail(env.From, size)
	if err := s.ask(s.limits.Command, 2); err != nil {
		return PhaseMail, err
	}
	s.rcpt(env.To)
	if err := s.ask(s.limits.Command, 2); err != nil {
		return PhaseRcpt, err
	}
	if err := s.command(s.limits.Data, 354, "DATA"); err != nil {
		return PhaseData, err
	}
	return "", nil
}

// group says them together, and RSET before if need be.
func (s *session) group(env Envelope, size int) (Phase, error) {
	phase := PhaseMail
	if s.dirty {
		phase = PhaseConn
		_, _ = s.out.WriteString("RSET\r\n")
	}
	s.envelope(env, size)
	if err := s.flush(s.limits.Command); err != nil {
		if _, err = s.lastWords(err); phase == PhaseConn {
			err = errDead
		}
		return phase, err
	}
	return "", nil
}

// answers reads what is said to a group. The first refusal counts; those that
// follow from it are heard, so that the next answer is the next letter's.
func (s *session) answers() (phase Phase, no error) {
	if s.dirty {
		if err := s.reply(s.limits.Command, 2); err != nil {
			return PhaseConn, errDead
		}
	}
	s.dirty = true
	for _, q := range [...]struct {
		phase Phase
		limit time.Duration
		want  int
	}{
		{PhaseMail, s.limits.Command, 2}, {PhaseRcpt, s.limits.Command, 2}, {PhaseData, s.limits.Data, 354},
	} {
		if bewildered(no) {
			q.limit = min(q.limit, 2*time.Second) // it may not have heard the rest
		}
		err := s.reply(q.limit, q.want)
		switch {
		case err == nil && no != nil && q.phase == PhaseData:
			// It waits for the text of a letter that is for nobody. A lone dot
			// should be refused then (RFC 2920 3.1); a server that is as wrong as
			// this might take an empty letter.
			s.abandon()
			s.relay.stumbled(no, time.Now())
			return phase, no
		case err == nil:
			continue
		case no == nil:
			phase, no = q.phase, err
		}
		if !refused(err) {
			if err != no {
				s.abandon()
			}
			return phase, no
		}
	}
	return phase, no
}

// text sends the text, the final dot and, if the server takes it, the envelope
// of the next letter, and returns with the answer to the dot.
func (s *session) text(msg []byte, clear bool, next Envelope) (Phase, error) {
	s.dirty = false
	s.tap.sent, s.tap.limit = 0, s.limits.Block
	if !clear {
		msg = stuffed(msg)
	}
	dot := "\r\n.\r\n"
	if bytes.HasSuffix(msg, crlf) {
		dot = dot[len(crlf):]
	}
	end := len(msg) + len(dot)
	// A bufio.Writer keeps its error for Flush.
	if s.tap.plain != nil {
		s.tap.before = msg
	} else {
		_, _ = s.out.Write(msg)
	}
	_, _ = s.out.WriteString(dot)
	if s.groups && next != (Envelope{}) && !s.spent() {
		// How long it will be is not known yet.
		s.envelope(next, 0)
		s.ahead, s.told = next, time.Now()
	}
	if err := s.flush(s.limits.Block); err != nil {
		taken, err := s.lastWords(err)
		switch {
		case taken && s.tap.sent >= end:
			return PhaseBody, nil
		case s.tap.sent == 0 && !refused(err):
			return PhaseData, err
		}
		return PhaseBody, err
	}
	err := s.reply(s.limits.Dot, 2)
	s.dirty = err != nil && s.ahead == (Envelope{})
	return PhaseBody, err
}

var crlf = []byte("\r\n")

// command says one line and waits for the answer.
func (s *session) command(limit time.Duration, want int, line string) error {
	_, _ = s.out.WriteString(line)
	_, _ = s.out.Write(crlf)
	return s.ask(limit, want)
}

// ask sends what is written and waits for the answer.
func (s *session) ask(limit time.Duration, want int) error {
	if err := s.flush(limit); err != nil {
		_, err = s.lastWords(err)
		return err
	}
	return s.reply(limit, want)
}

func (s *session) flush(limit time.Duration) error {
	s.tap.limit = limit
	return s.out.Flush()
}

// envelope writes MAIL, RCPT and DATA.
func (s *session) envelope(env Envelope, size int) {
	s.mail(env.From, size)
	s.rcpt(env.To)
	_, _ = s.out.WriteString("DATA\r\n")
}

// mail writes MAIL. Addresses have been through [Address.ASCII], so a line is
// one line. There is no BODY=8BITMIME, which go-mail adds: our letters are
// 7-bit, and a relay told otherwise may rewrite them.
func (s *session) mail(from string, size int) {
	s.mails++
	line := append(s.out.AvailableBuffer(), "MAIL FROM:<"...)
	line = append(append(line, from...), '>')
	if s.offer.size && size > 0 {
		line = strconv.AppendInt(append(line, " SIZE="...), int64(size), 10)
	}
	if s.offer.dsn {
		line = append(line, " RET=HDRS"...) // the letter itself need not come back
	}
	_, _ = s.out.Write(append(line, crlf...))
}

// rcpt writes RCPT. Where the server knows how (RFC 3461) it is asked to tell
// us what becomes of a letter that it cannot hand on, and for whom that was.
func (s *session) rcpt(to string) {
	line := append(s.out.AvailableBuffer(), "RCPT TO:<"...)
	line = append(append(line, to...), '>')
	if s.offer.dsn {
		line = xtext(append(line, " NOTIFY=FAILURE,DELAY ORCPT=rfc822;"...), to)
	}
	_, _ = s.out.Write(append(line, crlf...))
}

// xtext writes text as a parameter's value (RFC 3461 4).
func xtext(dst []byte, text string) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range []byte(text) {
		if c < '!' || c > '~' || c == '+' || c == '=' {
			dst = append(dst, '+', digits[c>>4], digits[c&15])
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// A tap lets out what is written, at most a block at a time and each within
// its limit, and knows how much has gone.
type tap struct {
	line  net.Conn
	w     *bufio.Writer
	limit time.Duration
	sent  int

	// before is sent ahead of what is written next, and with it: where there is
	// TCP and no TLS, a letter need not be copied for that.
	before []byte
	plain  *guarded // nil: there is more than TCP
	both   [2][]byte
}

// Write sends p at once.
func (t *tap) Write(p []byte) (n int, err error) {
	before := t.before
	t.before = nil
	switch {
	case len(before) == 0:
	case len(before) > 2*roomy:
		if _, err := t.pieces(before); err != nil {
			return 0, err
		}
	default:
		if err := t.line.SetDeadline(time.Now().Add(t.limit)); err != nil {
			return 0, err
		}
		t.both = [2][]byte{before, p}
		m, err := t.plain.writeAll(t.both[:])
		t.both = [2][]byte{}
		t.sent += int(m)
		return max(0, int(m)-len(before)), err
	}
	return t.pieces(p)
}

// pieces sends p piece by piece, each within the limit.
func (t *tap) pieces(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		if err = t.line.SetDeadline(time.Now().Add(t.limit)); err != nil {
			break
		}
		piece := p[n:min(len(p), n+roomy)]
		var m int
		if m, err = t.w.Write(piece); err == nil {
			err = t.w.Flush()
		}
		n += m - t.w.Buffered()
	}
	t.sent += n
	return n, err
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
