package mailer

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"strings"
	"unicode"

	"github.com/standfirst/standfirst/mailer/field"
)

// A Transport is a way out: a relay that speaks SMTP, or a folder of caught
// mail.
type Transport interface {
	// Open makes a session ready to send. Errors are *Error in PhaseConn.
	Open(ctx context.Context) (Session, error)
}

// An Envelope says from whom a letter comes and to whom it goes: addresses in
// ASCII, as [Address.ASCII] writes them.
type Envelope struct {
	From, To string
	// Clear promises that no line of the text begins with a dot, which saves
	// looking for one. What is told of a letter yet to come leaves it out.
	Clear bool
}

// A Session sends letters one after another. It belongs to one goroutine.
type Session interface {
	// Send returns nil when the letter was taken, and an *Error otherwise,
	// whose Phase says how far it came. After an error without a Code the
	// session is of no more use. msg is as [Compose] writes it; nothing of it is
	// kept.
	//
	// next, if not zero, is the envelope of the letter that will be sent after
	// this one: a session may tell the server of it together with the text of
	// this one, which saves waiting. Sending another, or none, is allowed, and
	// may cost the session its connection, but nobody a letter.
	//
	// A session that has had its share of letters closes itself after one of
	// them: the next Send returns an *Error in PhaseConn without a Code, and its
	// letter should go over a new one at once.
	Send(ctx context.Context, e Envelope, msg []byte, next Envelope) error
	// Close ends the session.
	Close() error
}

// Deliver sends one letter over a session of its own, for letters that a
// person waits for: they never stand behind an edition. The error is one of
// [Compose] or an *Error; whether to try again is up to the person.
func Deliver(ctx context.Context, t Transport, m *Message) error {
	e, raw, err := sealed(m)
	if err != nil {
		return err
	}
	s, err := t.Open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Send(ctx, e, raw, Envelope{})
}

// sealed returns a letter as it is sent, in its envelope.
func sealed(m *Message) (e Envelope, raw []byte, err error) {
	if raw, err = Compose(m); err != nil {
		return e, nil, fmt.Errorf("letter: %w", err)
	}
	e.From, _ = m.From.ASCII() // Compose has checked both
	e.To, _ = m.To.ASCII()
	return e, raw, nil
}

// An Error is a letter that was not taken, or of which we do not know. Neither
// its text nor those of the errors below it hold the reader's address.
type Error struct {
	Phase    Phase
	Code     int    // reply code of the server; 0: it did not answer, or talked nonsense
	Enhanced string // "5.1.1" (RFC 3463), if the reply began with one
	Text     string // the reply, shortened
	Err      error
}

// Error tells phase, code and text: "rcpt: 550 5.1.1 no such user".
func (e *Error) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("%s: %v", e.Phase, e.Err)
	}
	return strings.TrimRight(fmt.Sprintf("%s: %d %s", e.Phase, e.Code, strings.TrimLeft(e.Enhanced+" "+e.Text, " ")), " ")
}

// Unwrap returns what lies below: a *textproto.Error, or the network's.
func (e *Error) Unwrap() error { return e.Err }

// refusal builds the error of a phase from what went wrong in it. A reply that
// refuses is believed; one that makes no sense there is as good as none.
func refusal(phase Phase, err error, from, to string) *Error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return &Error{Phase: phase, Err: quietly(err)}
	}
	if reply.Code < 400 || reply.Code > 599 {
		return &Error{Phase: phase, Err: fmt.Errorf("unexpected reply %d", reply.Code)}
	}
	if phase == PhaseBody {
		phase = PhaseDone // the server has spoken: it did not take it
	}
	text := scrub(reply.Msg, from, to)
	e := &Error{Phase: phase, Code: reply.Code, Text: text, Err: &textproto.Error{Code: reply.Code, Msg: text}}
	if code := enhanced.FindString(text); code != "" && code[0] == '0'+byte(reply.Code/100) {
		e.Enhanced, e.Text = code, strings.TrimSpace(text[len(code):])
	}
	return e
}

// quietly keeps a protocol error, which quotes the server, from quoting the
// reader's address with it.
func quietly(err error) error {
	var nonsense textproto.ProtocolError
	if errors.As(err, &nonsense) {
		return errors.New("the server does not speak SMTP")
	}
	return err
}

var (
	enhanced  = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)
	addresses = regexp.MustCompile(`[^\s<>"'(),;:=]+@[^\s<>"'(),;:=]+`)
)

// scrub makes a server's words fit for logs and pages: one short line without
// addresses. Servers like to repeat the address, whole or up to its @.
func scrub(text string, from, to string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = addresses.ReplaceAllString(text, "…")
	for _, a := range []string{from, to} {
		local, _, _ := strings.Cut(a, "@")
		if len(local) >= 3 {
			word := regexp.MustCompile(`(?i)(^|[^\pL\pN])` + regexp.QuoteMeta(local) + `($|[^\pL\pN])`)
			text = word.ReplaceAllString(text, "${1}…${2}")
		}
	}
	return string(field.Clip([]byte(strings.Join(strings.Fields(text), " ")), 200))
}
