package smtptest

import (
	"bytes"
	"io"
	"net"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A session is one connection after EHLO.
type session struct {
	s      *Server
	conn   *smtp.Conn
	n      int
	authed bool
	from   string
	to     []string
	line   *numbered // below TLS
	unread bool      // DATA was refused: there is no text
}

var _ smtp.AuthSession = (*session)(nil)

func (s *Server) begin(c *smtp.Conn) (smtp.Session, error) {
	line := under(c.Conn())
	x := &session{s: s, conn: c, n: line.n, line: line}
	line.session = x
	return x, nil
}

// under finds the connection below TLS.
func under(c net.Conn) *numbered {
	for {
		switch conn := c.(type) {
		case *numbered:
			return conn
		case interface{ NetConn() net.Conn }:
			c = conn.NetConn()
		default:
			panic("a connection that did not come through the door")
		}
	}
}

// ask lets the script decide and acts on it. A nil result is "yes".
func (x *session) ask(phase, to string) error { return x.act(phase, x.decide(phase, to)) }

// decide asks the script.
func (x *session) decide(phase, to string) Answer {
	e := Event{Phase: phase, From: x.from, To: to, Conn: x.n}
	key := phase + " " + to
	if phase == "mail" {
		key = phase + " " + x.from
	}
	x.s.mu.Lock()
	x.s.attempts[key]++
	e.N = x.s.attempts[key]
	x.s.mu.Unlock()
	return x.s.Script(e)
}

// act does what an answer says.
func (x *session) act(phase string, a Answer) error {
	if err := x.suffer(a); err != nil {
		return err
	}
	switch {
	case a.Say != "":
		x.line.instead(a.Say)
		if phase == "data" {
			return nil
		}
		return Answer{Code: 500}.error() // which nobody hears
	case a.Code == 0:
		return nil
	}
	return a.error()
}

// suffer waits, hangs or drops the connection.
func (x *session) suffer(a Answer) error {
	err := x.s.pause(a)
	if err == nil && a.Drop {
		err = errClosed
	}
	if err != nil {
		x.line.reset()
	}
	return err
}

// Reset forgets the transaction.
func (x *session) Reset() { x.from, x.to = "", nil }

// Logout ends the session.
func (x *session) Logout() error { return nil }

// Mail takes the envelope's sender.
func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if x.s.Username != "" && !x.authed {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	x.from = from
	return x.ask("mail", "")
}

// Rcpt takes a recipient.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := x.ask("rcpt", to); err != nil {
		return err
	}
	x.to = append(x.to, to)
	return nil
}

// Data takes the text. What it was asked to drop half-way is not counted; what
// it was asked to drop after the dot is.
func (x *session) Data(r io.Reader) error {
	if x.unread {
		x.unread = false
		return nil
	}
	first := make([]byte, 512)
	n, err := io.ReadFull(r, first)
	if err != nil && err != io.ErrUnexpectedEOF {
		return err
	}
	for _, to := range x.to {
		if err := x.ask("body", to); err != nil {
			return err
		}
	}
	text, err := io.ReadAll(io.MultiReader(bytes.NewReader(first[:n]), r))
	if err != nil {
		return err
	}
	for _, to := range x.to {
		if err := x.take(to, text); err != nil {
			return err
		}
	}
	return nil
}

// take counts a letter unless the script refuses it: before it is answered, and
// also if it never is.
func (x *session) take(to string, text []byte) error {
	l := Letter{From: x.from, To: to, MessageID: identity(text), At: time.Now(), Conn: x.n}
	if x.s.Keep {
		l.Data = text
	}
	a := x.decide("data", to)
	if a.Hang && a.Code == 0 {
		x.count(l)
	}
	err := x.act("data", a)
	if _, refused := err.(*smtp.SMTPError); refused || a.Hang {
		return err
	}
	x.count(l)
	return err
}

func (x *session) count(l Letter) {
	x.s.mu.Lock()
	x.s.letters = append(x.s.letters, l)
	x.s.mu.Unlock()
	if x.s.Taken != nil {
		x.s.Taken(l)
	}
}

func identity(text []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return ""
	}
	return strings.Trim(m.Header.Get("Message-ID"), "<> ")
}

// AuthMechanisms lists what the server offers.
func (x *session) AuthMechanisms() []string { return x.s.Mechanisms }

// Auth begins a dialogue.
func (x *session) Auth(mech string) (sasl.Server, error) {
	if !slices.Contains(x.s.Mechanisms, mech) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return dialogue(mech, x.s.Username, x.s.Password, func() { x.authed = true })
}

func (a Answer) error() *smtp.SMTPError {
	text := a.Text
	if text == "" {
		text = "as asked"
	}
	code := smtp.EnhancedCode(a.Enhanced)
	if a.Enhanced == ([3]int{}) {
		code = smtp.NoEnhancedCode
	}
	return &smtp.SMTPError{Code: a.Code, EnhancedCode: code, Message: text}
}
