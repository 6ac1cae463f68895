package mailer

import (
	"context"
	"errors"
	"fmt"
)

// ErrSigning says that a letter could not be signed. No other letter could be
// either, until somebody has mended something.
var ErrSigning = errors.New("letter cannot be signed")

// Signed is a transport whose letters are signed before they go out over
// another: all of them, confirmations and test letters too.
type Signed struct {
	Transport
	// Sign appends the letter to dst, signed. Any number of goroutines call it.
	Sign func(dst, letter []byte) ([]byte, error)
}

var _ Transport = (*Signed)(nil)

// Open opens a session of the transport below.
func (s *Signed) Open(ctx context.Context) (Session, error) {
	session, err := s.Transport.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &signing{Session: session, sign: s.Sign}, nil
}

// signing is a session that signs.
type signing struct {
	Session
	sign func(dst, letter []byte) ([]byte, error)
	room []byte
}

// Send signs the letter and sends it. One that cannot be signed is not sent:
// receivers who were told to expect a signature would take it for a forgery.
func (s *signing) Send(ctx context.Context, e Envelope, msg []byte, next Envelope) error {
	signed, err := s.sign(s.room[:0], msg)
	if err != nil {
		// The server may have been told of this letter and wait for its text.
		_ = s.Session.Close()
		// Not a phase in which a connection that had gone would be opened anew.
		return &Error{Phase: PhaseData, Err: fmt.Errorf("%w: %w", ErrSigning, err)}
	}
	s.room = signed
	return s.Session.Send(ctx, e, signed, next)
}
