package subscribers

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound says that there is no such reader, or no longer.
var ErrNotFound = errors.New("no such reader")

// Store keeps readers. The pages and the commands call it; each of them may
// ask for less by an interface of its own.
//
// Every method that changes something is one transaction, may be repeated
// without changing anything more, and takes effect for letters that are
// already queued. Times are UTC and kept to the millisecond.
type Store interface {
	// Subscriber returns the reader with this number, or ErrNotFound.
	Subscriber(ctx context.Context, id int64) (*Subscriber, error)

	// ByEmail returns the reader with this address, compared by [AddressKey],
	// or ErrNotFound.
	ByEmail(ctx context.Context, email string) (*Subscriber, error)

	// Subscriptions returns all subscriptions of a reader, also those left,
	// by newsletter. A reader without any, or that does not exist, has none.
	Subscriptions(ctx context.Context, id int64) ([]Subscription, error)

	// List returns at most limit readers with numbers above after, by number,
	// each with its subscriptions. Fewer than limit means the end.
	List(ctx context.Context, after int64, limit int) ([]Entry, error)

	// Leave ends one subscription, or all of them when newsletter is empty,
	// as [Leaving] decides. A newsletter the reader does not have is left
	// already. ErrNotFound when there is no such reader.
	//
	// As with every method that is told how, what changed goes to the reader's
	// log of consent in the same transaction; when nothing changed, nothing.
	Leave(ctx context.Context, id int64, newsletter string, how Consent, now time.Time) error

	// Return takes back a Leave, as [Returning] decides. ErrNotFound when
	// there is no such reader.
	Return(ctx context.Context, id int64, newsletter string, how Consent, now time.Time) error

	// PauseUntil sends the reader nothing until then; the zero time ends a pause.
	// Bookmarks stay. ErrNotFound when there is no such reader.
	PauseUntil(ctx context.Context, id int64, until time.Time, how Consent, now time.Time) error

	// Erase forgets the reader with their subscriptions, requests and letters,
	// and leaves a [Suppression] with reason [Erased], so that no import brings
	// them back. The log of consent and deliveries keep the number, which nobody
	// gets again, and nothing that speaks of a person. ErrNotFound when there is
	// no such reader.
	Erase(ctx context.Context, id int64, how Consent, now time.Time) error

	// Suppress puts an address on the list of those never written to, and
	// gives its reader, if there is one, the status [Suppressed] decides. An
	// address that is on the list keeps its first reason and moment.
	Suppress(ctx context.Context, email, reason string, now time.Time) error

	// Counts returns how many readers there are.
	Counts(ctx context.Context) (Counts, error)
}

// An Entry is a reader with their subscriptions, by newsletter.
type Entry struct {
	Subscriber    Subscriber
	Subscriptions []Subscription
}

// Counts are numbers of readers.
type Counts struct {
	Status      map[Status]int // by status; a status nobody has may be absent
	Newsletters map[string]int // active readers by newsletter they have not left
	Suppressed  int            // addresses on the suppression list
}

// ImportStore keeps what an [Importer] reads.
type ImportStore interface {
	// Import writes rows in one transaction and tells for each, in the same
	// order, what became of it. What that is [Merge] decides, and nothing
	// else: it never moves anyone from another status to Active, never
	// revives a subscription that was left, and refuses suppressed addresses.
	// New subscriptions begin with the horizon of the newsletter's last
	// published edition as their bookmark. With dryRun the answers are the
	// same and nothing is written.
	//
	// Rows are at most [ImportBatch], and no two have the same [AddressKey].
	Import(ctx context.Context, rows []ImportRow, now time.Time, dryRun bool) ([]ImportResult, error)
}

// ImportBatch is how many rows an import writes at once.
const ImportBatch = 500

// An ImportRow is one reader as a file describes them, checked: the address
// has passed [ParseAddress], the zone and the newsletters exist.
type ImportRow struct {
	Line        int // of the file, from 1; the header is a line too
	Email       string
	Name        string
	Topics      []string
	Cities      []string
	Newsletters []string // to subscribe to
	Unstated    bool     // the row names none: Newsletters are all there are, and only for who has no subscription yet
	Left        []string // newsletters this reader is known to have left
	Timezone    string
	Language    string
	Status      Status // empty: not stated, Active for a new reader
	Consent     string
	File        string // the name of the file, for the log of consent; may be empty

	// What only counts for a new reader.
	Since  time.Time            // when the reader came, if it is not now
	Paused time.Time            // no letters until then
	Began  map[string]time.Time // when a subscription began, if not with Since
	Ended  map[string]time.Time // when a newsletter was left, if it is not now

	Way      string // for the log of consents; empty: [ByImport] and File
	Evidence string // for the log, beside Consent: what the file says about how they came
}

// An ImportResult is what became of one row.
type ImportResult struct {
	Line int
	Fate Fate
	Why  string // a sentence for people: always when Refused, otherwise only when there is something to say
	ID   int64  // the reader's; 0 when refused, or new in a dry run

	// Stays is why the row is refused, when that is not the fault of the row:
	// the status that the reader has and keeps, or the reason for which the
	// address is suppressed.
	Stays string
}

// Fate is what becomes of an imported row.
type Fate string

// The fates of a row.
const (
	New     Fate = "new"
	Changed Fate = "changed"
	Same    Fate = "same"
	Refused Fate = "refused"
)
