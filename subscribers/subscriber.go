package subscribers

import (
	"slices"
	"time"
)

// A Subscriber is a reader: a person with an address and wishes. Pages say
// "reader".
type Subscriber struct {
	ID       int64  // given by the store; never used again, also after erasing
	Email    string // as the person writes it, its domain in lower-case A-labels; compare with [AddressKey]
	Name     string
	Topics   []string // none: all
	Cities   []string // none: all
	Language string   // BCP 47; empty: the publication's
	Timezone string   // IANA name; empty: the newsletter's
	Status   Status
	Paused   time.Time // no letters until then, UTC; zero: not paused
	Since    time.Time // when the reader came, UTC
	Consent  string    // how we know that the reader wants this
}

// PausedAt reports whether the reader wants no letters at now.
func (s *Subscriber) PausedAt(now time.Time) bool { return now.Before(s.Paused) }

// Silent reports whether the reader is sent nothing whatever they choose: their
// letters came back, or they complained of them.
func (s *Subscriber) Silent() bool { return s.Status == Bounced || s.Status == Complained }

// Takes reports whether the reader, whose subscriptions are subs, is sent a
// newsletter.
func (s *Subscriber) Takes(newsletter string, subs []Subscription) bool {
	return s.Status != Left && slices.ContainsFunc(subs, func(sub Subscription) bool {
		return sub.Newsletter == newsletter && sub.Left.IsZero()
	})
}

// Status is what a reader is to us as a whole; whether one newsletter is
// wanted is the [Subscription]'s.
type Status string

// The statuses of a reader. Only Active ones are written to. An import never
// moves anyone from another status to Active.
const (
	Pending    Status = "pending" // has not confirmed
	Active     Status = "active"
	Left       Status = "unsubscribed" // from everything
	Bounced    Status = "bounced"      // the address does not exist, says its server
	Complained Status = "complained"   // called a letter of ours spam
)

// Valid reports whether s is one of the statuses above.
func (s Status) Valid() bool {
	switch s {
	case Pending, Active, Left, Bounced, Complained:
		return true
	}
	return false
}

// A Subscription is one reader's standing order for one newsletter. Its
// bookmark is the number on the wire up to which the reader has been given
// everything; leaving and coming back keep it, and it only grows.
type Subscription struct {
	Subscriber int64
	Newsletter string
	Since      time.Time
	Left       time.Time // zero: not left
	Bookmark   int64
}

// A Suppression says that an address must not be written to, whoever asks.
// It outlives the reader: Key is all that is kept of an erased address.
type Suppression struct {
	Key    string // salted hash of [AddressKey]
	Reason string // bounced, complained, erased
	At     time.Time
}
