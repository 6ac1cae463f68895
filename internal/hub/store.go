package hub

import (
	"context"
	"errors"
	"time"
)

// ErrFull says that there are as many followers as may be.
var ErrFull = errors.New("there are too many followers")

// A Store remembers followers, and what each was told.
type Store interface {
	// FeedTags returns the tag of every feed that was ever noted.
	FeedTags(ctx context.Context) (map[string]string, error)
	// NoteFeeds counts a change of every feed whose tag is another than was
	// noted, and of every feed that is new; its followers are due then, unless
	// they are already.
	NoteFeeds(ctx context.Context, c Change) error

	// Follow adds a follower, who has missed nothing, or renews one. It returns
	// ErrFull for a new one above a limit.
	Follow(ctx context.Context, f Follower, most Limits, now time.Time) error
	// Unfollow forgets a follower; there need not be one.
	Unfollow(ctx context.Context, feed, callback string) error
	// EndFollowers forgets those whose lease has ended.
	EndFollowers(ctx context.Context, now time.Time) (int64, error)

	// ClaimNotice returns a follower who is due and leases it, or nil. Of one
	// host only one is leased at a time. A hub's address claims what that hub
	// is to be told, the empty one what our followers are.
	ClaimNotice(ctx context.Context, hub string, lease time.Duration, now time.Time) (*Notice, error)
	// NextNotice returns when one can be claimed, and false if none will be.
	NextNotice(ctx context.Context, hub string, now time.Time) (time.Time, bool, error)
	// SettleNotice writes down what became of a notice, unless another process
	// has claimed it since.
	SettleNotice(ctx context.Context, n *Notice, r Result) error
}

// A Change is feeds with other bytes than before.
type Change struct {
	Tags  map[string]string // by address
	First bool              // nobody is told: this is how things were when the count began
	Hub   string            // who is told of all; empty: those who follow
	Due   time.Time
	Now   time.Time
}

// A Follower is an address that is told of a feed.
type Follower struct {
	Feed     string
	Callback string
	Host     string // of the callback
	Secret   []byte // what notices are signed with; none: they are not
	Ends     time.Time
}

// Limits bound the followers there may be.
type Limits struct{ All, Host int }

// limits are those of this hub. A host is a reader for many people and follows
// each feed once; all together are some megabytes.
var limits = Limits{All: 20_000, Host: 1_000}

// A Notice is a follower who is behind, in the hand of one process.
type Notice struct {
	ID, Token int64
	Follower
	IsHub    bool      // to be told that there is a change, not what
	Change   int64     // of the feed: its number
	Tag      string    // what was noted with it
	Changed  time.Time // when
	Attempts int       // that failed
	Since    time.Time // the first of them; zero: none
}

// A Result is what became of a notice.
type Result struct {
	Told     bool      // up to the notice's change
	Ended    bool      // the follower wants no more
	Due      time.Time // when it is told again; where it was told, only of a change that came meanwhile
	Attempts int       // that failed; 0 when the next is a first one
	Since    time.Time // the first of them
}
