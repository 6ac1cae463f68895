package notes

import (
	"context"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// A Store keeps notes. Each method is one transaction and durable when it
// returns. Times are UTC and kept to the millisecond.
type Store interface {
	// Queue keeps a note, due at now, and returns its ID. Of the note it reads
	// Kind, To, Subscriber, Request, Language and Payload.
	Queue(ctx context.Context, n Note, now time.Time) (int64, error)

	// Claim leases the note that has been due longest until a moment of the
	// caller's clock, and returns nil if none is due. Nobody else gets it
	// before. A note whose lease ended without a result is due again, and
	// comes in Doubt: it may have been sent. The lease itself is kept by the
	// database's clock where there is one. Looking for a note when there is
	// none locks nobody out.
	Claim(ctx context.Context, now, until time.Time) (*Note, error)

	// Renew extends the lease of a claimed note while its letter is on its way.
	// It returns mailer.ErrLost when the claim of token is not the last one any
	// more, or the note is settled.
	Renew(ctx context.Context, id, token int64, now, until time.Time) error

	// Settle writes down what became of a claimed note. When the claim of token
	// is not the last one any more, a result of Sent still counts, and any
	// other is forgotten: whoever holds the note now will have their own. A
	// note that is settled already stays as it is.
	Settle(ctx context.Context, id, token int64, r Result, now time.Time) error

	// NextDue returns when Claim is to find something: since when the note waits
	// that is next, or when one will be due or a lease ends. ok is false if none
	// is waiting.
	NextDue(ctx context.Context) (at time.Time, ok bool, err error)

	// Forget removes notes that were settled before a moment, with the
	// addresses they hold. Erasing a reader removes theirs at once.
	Forget(ctx context.Context, before time.Time) error
}

// A Result is what an attempt made of a note. State is Sent, Failed, Skipped
// (nobody has use for it any more), or Queued to be tried again at Due.
// Attempt counts one; Doubt is kept with a note that stays queued. Suppress is
// only set where To is the address of a reader who is written to: it bounces
// as it would have with a letter of an edition.
type Result struct {
	mailer.Outcome
	// EndRequest: the note's Request comes to nothing, because there is no such
	// address.
	EndRequest bool
}
