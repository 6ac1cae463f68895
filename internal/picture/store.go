package picture

import (
	"context"
	"time"
)

// A Store keeps pictures, and remembers at which addresses articles have theirs
// and what became of fetching them.
type Store interface {
	// WantPictures makes due what the newest articles name, most of them, that
	// was never looked at or belongs to one that was edited since.
	WantPictures(ctx context.Context, most int, now time.Time) error
	// PictureMarks returns the marks of what was found at addresses that begin
	// with prefix.
	PictureMarks(ctx context.Context, prefix string) (map[string]string, error)
	// LookAgain makes addresses due that are known.
	LookAgain(ctx context.Context, addresses []string, now time.Time) error
	// ClaimPictures leases what is due, the newest first, to one process.
	ClaimPictures(ctx context.Context, most int, lease time.Duration, now time.Time) ([]Claim, error)
	// SettlePicture writes down what became of a claim, unless another process
	// has claimed the address since. What was kept before stays, and stays
	// what its address stands for, until something else is made.
	SettlePicture(ctx context.Context, c Claim, r Result, now time.Time) error
	// NextPicture returns when something can be claimed; false: nothing will be.
	NextPicture(ctx context.Context, now time.Time) (time.Time, bool, error)
}

// A Claim is an address in the hand of one process.
type Claim struct {
	Address  string
	Token    int64
	Attempts int    // that failed
	Mark     string // of the bytes that what is kept was made from; empty: the last attempt failed
}

// A Result is what became of a claim.
type Result struct {
	Mark        string // of the bytes that were found; empty: none were
	Lead, Thumb File   // what was made of them; without a name: what is kept already
	Attempts    int    // that failed
	Due         time.Time
	Reason      string // why there is no picture, in words
}
