package mailer

import (
	"context"
	"errors"
	"time"
)

// A Delivery is one edition to one reader.
type Delivery struct {
	Subscriber int64
	To         Address
	Language   string
	Version    int
	Attempts   int       // made before this one
	First      time.Time // when the first attempt began; zero: not yet
	Doubt      bool      // an earlier attempt may have arrived, or a worker died with it in hand
	// Uncounted is how often in a row the letter came back without an attempt
	// being counted, though it may have been the fault of this very letter. A
	// worker keeps it for itself; it is not stored.
	Uncounted int
}

// A Block is a set of deliveries of one edition with one due moment, leased to
// one worker. Only who holds the latest Token may settle.
type Block struct {
	ID         int64
	Token      int64
	Edition    string
	Until      time.Time // the lease's end by the caller's clock
	Deliveries []Delivery

	Destination string        // of all of them; empty: of none that is bounded
	Every       time.Duration // at least so long lies between the claim and the first letter, and between the beginnings of any two; 0: no bound
	Sessions    int           // so many of them may be on their way at once; 0: no bound
}

// Claim says what a worker is ready to take.
type Claim struct {
	Owner   string // of this process, for people to read
	Now     time.Time
	Lease   time.Duration
	Edition string // only of this edition; empty: of any
	// Newsletters are those whose letters this process can write; none: all.
	// Blocks of others are left to processes that know them.
	Newsletters []string
	// Rate and Destinations bound what all workers on the ledger send in a
	// second, and have on its way at once: see [Share].
	Rate         float64 // letters a second; 0: no bound
	Destinations Destinations
	Without      []string // destinations of which this worker has enough in hand; "" is everybody else
}

// A Settlement is what became of one delivery.
type Settlement struct {
	Subscriber int64
	Version    int // the one that was sent
	Outcome    Outcome
	At         time.Time
}

// Settled are results of one block.
type Settled struct {
	Block   *Block
	Results []Settlement
}

// Standing is whether a delivery may still go out, asked right before it is
// written.
type Standing struct {
	Stop   bool   // the edition was paused or cancelled: give the block back
	Reason string // not empty: skip this reader (left, paused, suppressed, erased)
}

// ErrLost is returned by a Ledger when the lease of a block went to somebody
// else. A late result still counts and is written down all the same.
var ErrLost = errors.New("lease lost")

// A Ledger is where deliveries are written down. All of its methods are
// durable when they return.
type Ledger interface {
	// Claim leases the block that has been due longest, or returns nil if none
	// is due, or none of those that are has its turn yet. Of a block that would
	// take long at its rate it takes the first letters, and leaves the rest
	// where it was.
	Claim(ctx context.Context, c Claim) (*Block, error)
	// Renew extends the lease, or returns ErrLost. A block that has just been
	// settled to its last letter needs none. now is by the caller's clock, as
	// until is, which may have jumped since the claim.
	Renew(ctx context.Context, b *Block, now, until time.Time) error
	// Standings is the last look before letters are written and sent: how these
	// readers stand, in their order.
	Standings(ctx context.Context, edition string, subscribers []int64, now time.Time) ([]Standing, error)
	// Settle writes results down. Deferred deliveries become due again at their
	// Outcome's Due. A hard bounce also suppresses the address.
	Settle(ctx context.Context, b *Block, results []Settlement) error
	// SettleAll is Settle for several blocks at once, which costs little more
	// than for one. All of it is written, or nothing. It returns the blocks
	// whose lease went to somebody else.
	SettleAll(ctx context.Context, all []Settled) (lost []*Block, err error)
	// Release gives a block back before its lease ends; what is not settled in
	// it is as if it had never been claimed.
	Release(ctx context.Context, b *Block) error
	// Halt pauses an edition for our own fault, with the reason for people.
	Halt(ctx context.Context, edition, reason string) error
	// Due returns when Claim is to find something, if nobody comes first: a
	// block is due, its lease has ended, and the rates have room for it. ok is
	// false if there is nothing to come. Owner and Lease are not asked for.
	Due(ctx context.Context, c Claim) (at time.Time, ok bool, err error)
}
