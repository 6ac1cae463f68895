package subscribers

import (
	"context"
	"errors"
	"time"
)

// RequestLife is how long a request waits to be confirmed before it is
// forgotten.
const RequestLife = 30 * 24 * time.Hour

// LetterEvery is how long an address is not written to again because of a
// request of one kind.
const LetterEvery = 24 * time.Hour

// ErrNoRequest says that there is no such request: it was forgotten because
// nobody confirmed it, or its reader was erased.
var ErrNoRequest = errors.New("no such request")

// ErrTaken says that letters cannot go to a new address, because another
// reader has it.
var ErrTaken = errors.New("another reader has this address")

// A Request is what somebody asked for and must confirm from the mailbox it is
// about.
type Request struct {
	ID          int64       `json:"-"`
	Kind        RequestKind `json:"kind"`
	Subscriber  int64       `json:"-"`               // whose letters are to go elsewhere (NewAddress); who confirmed (SignUp); else 0
	Email       string      `json:"email,omitempty"` // as [ParseAddress] returns it; empty once confirmed
	Name        string      `json:"name,omitempty"`  // as Email
	Newsletters []string    `json:"newsletters,omitempty"`
	Topics      []string    `json:"topics,omitempty"` // none: all
	Cities      []string    `json:"cities,omitempty"` // none: all
	Language    string      `json:"language,omitempty"`
	Timezone    string      `json:"timezone,omitempty"`
	Consent     Consent     `json:"consent"`       // how it was asked for; once confirmed it is in the reader's log
	Made        time.Time   `json:"made"`          // the last time it was asked for
	Done        time.Time   `json:"done,omitzero"` // zero: not confirmed
}

// RequestKind is what a request asks for.
type RequestKind string

// The kinds of requests.
const (
	SignUp     RequestKind = "sign-up"
	NewAddress RequestKind = "address"
)

// Confirmed is what a confirmation did.
type Confirmed struct {
	Subscriber int64
	Request    *Request
	Fresh      bool // there was no such reader before
	Already    bool // the request had been confirmed before, and nothing was done now
}

// A Profile is what readers choose on their own page.
type Profile struct {
	Topics      []string // none: all
	Cities      []string // none: all
	Language    string   // BCP 47; empty: the publication's
	Timezone    string   // IANA; empty: the newsletter's
	Newsletters []string // to have from now on; every other is left
}

// An Account is everything that is kept about a reader but for what became of
// editions, which digest.Account tells.
type Account struct {
	Subscriber    Subscriber
	Subscriptions []Subscription
	Consents      []Consent
	Requests      []Request
	Letters       []Letter // that only this reader was sent, and that are not forgotten yet
}

// A Letter is one that was written to one person: a confirmation, a welcome.
type Letter struct {
	Kind   string    `json:"kind"`
	Queued time.Time `json:"queued"`
	State  string    `json:"state"`
}

// Requests is where people ask and confirm. Methods that change something are
// one transaction each. Times are UTC and kept to the millisecond.
type Requests interface {
	// Ask keeps a request, or renews the open one of the same kind and address
	// with what it says now, and queues the letter that asks for confirmation.
	// No letter is queued when the address was sent one of its kind within
	// [LetterEvery], or when [MayAsk] says that it must not be written to.
	//
	// An active reader who signs up for what they have gets, as often, a letter
	// that says so, and nothing is kept. So does the reader whose address
	// somebody else wants letters to go to.
	//
	// It returns the request's number, 0 when none is kept. The caller answers
	// the same whatever it is, or would tell who reads us. ErrNotFound when
	// there is no reader whose address is to change.
	Ask(ctx context.Context, r Request, now time.Time) (int64, error)

	// AskPreferences queues the letter with the link to their preferences for
	// the reader with this address: once in [PreferencesEvery]. If there is no
	// such reader it does nothing. The caller answers the same.
	AskPreferences(ctx context.Context, email, language string, now time.Time) error

	// Request returns a request, or ErrNoRequest.
	Request(ctx context.Context, id int64) (*Request, error)

	// Confirm does what was asked for, once, as [Confirming] or [Moving]
	// decides; later calls find it done. New subscriptions begin with the
	// horizon of the newsletter's last published edition as their bookmark. A
	// suppression of the address is lifted: that the letter came and was
	// answered disproves it, or takes it back. When the reader begins to take
	// one of the newsletters in welcome, a letter that greets them is queued.
	//
	// ErrNoRequest when there is none, or it waited longer than [RequestLife];
	// ErrTaken when another reader has the new address meanwhile.
	Confirm(ctx context.Context, id int64, how Consent, welcome []string, now time.Time) (Confirmed, error)

	// SetProfile replaces what a reader has chosen, as [Choosing] decides.
	// Editions the reader was expanded into stay as they are, but a newsletter
	// that is left sends nothing more. Bookmarks stay; new subscriptions begin
	// as in Confirm. ErrNotFound when there is no such reader.
	SetProfile(ctx context.Context, id int64, p Profile, how Consent, now time.Time) error

	// Consents returns the log of a reader, oldest first. Of a reader who came
	// before there was a log, the first entry is made from what was kept then.
	Consents(ctx context.Context, subscriber int64) ([]Consent, error)

	// Account returns everything that is kept about a reader, or ErrNotFound.
	Account(ctx context.Context, id int64) (*Account, error)

	// ForgetRequests removes requests that were asked for before a moment and
	// never confirmed.
	ForgetRequests(ctx context.Context, before time.Time) error
}

// PreferencesEvery is how long an address is not sent the link to its
// preferences again.
const PreferencesEvery = time.Hour
