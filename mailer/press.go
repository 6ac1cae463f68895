package mailer

import (
	"context"
	"errors"
	"time"
)

// A Press knows the words. What its errors mean is for it to say: one that
// wraps [ErrWords] pauses the edition, and any other is something that
// passes, as a database that is away is. Then the letters go back as they
// came, and the worker rests before it asks again.
type Press interface {
	// Master returns the letter of a version as it is now; it is asked once for
	// each version in a block, so that withdrawn articles leave letters that
	// are not yet written. It returns ErrEmpty when nothing is left to say, and
	// the same Master again where nothing has changed; nobody else changes it.
	Master(ctx context.Context, edition string, version int, now time.Time) (*Master, error)
	// Values returns what is a reader's own in a letter of that edition, for
	// each delivery in its order. It is asked only for readers whose [Standing]
	// lets the letter out. When it fails, for whatever reason, the readers are
	// asked about one by one, so that one who cannot be read costs nobody else
	// a letter.
	Values(ctx context.Context, edition string, ds []Delivery, now time.Time) ([]Values, error)
}

var (
	// ErrEmpty says that a version has nothing left that holds.
	ErrEmpty = errors.New("nothing left to send")
	// ErrWords says that the words of an edition cannot be written, now or
	// later, before somebody mends something: a template is wrong, or the
	// configuration.
	ErrWords = errors.New("the letter cannot be written")
)
