package digest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// An Edition is one issue of a newsletter, frozen at its horizon when it is
// published.
type Edition struct {
	ID         string // see [SlotID], [HandID], [InstantID]; unique in the database
	Newsletter string
	State      State
	Slot       time.Time // the planned moment, UTC; when published by hand, the moment of asking
	Hand       bool      // published by an editor: everything is due at once, whatever the reader's hour
	By         string    // who asked, for the log: "schedule", "editor …", "command"
	Horizon    int64     // the wire up to here is on offer; 0 while in review
	Published  time.Time // when the horizon was frozen; zero in review
	Approved   time.Time // in review: when an editor approved it
	Reason     string    // why it was paused, cancelled or missed
	// Grace is how late first attempts may be when nobody has worked on the
	// edition for that long: the letters of a server that was away. 0: no bound.
	// It does not hold for editions by hand.
	Grace    time.Duration
	Expanded bool    // every reader has a row
	Changes  Changes // an editor's; none before it is published
	Counted  bool    // clicks on the links of its letters are counted
	// Next is when the first of the letters that were put off is tried again;
	// zero if there are none.
	Next time.Time
	Counts
}

// Counts add up: Planned = Sent + Failed + Skipped + Open. Readers who were
// planned nothing are counted in None alone.
type Counts struct {
	Versions int `json:"versions"`
	Planned  int `json:"planned"`
	Sent     int `json:"sent"`
	Failed   int `json:"failed"`
	Skipped  int `json:"skipped"`
	Open     int `json:"open"`
	None     int `json:"none"`
	Bounced  int `json:"bounced"` // of Failed: there is no such address
	Waiting  int `json:"waiting"` // of Open: put off until their next attempt
}

// State is where an edition stands.
type State string

// The states of an edition.
const (
	InReview  State = "review"  // waits for an editor
	Sending   State = "sending" // published; readers are expanded and letters leave
	Paused    State = "paused"
	Done      State = "sent" // everything is settled
	Cancelled State = "cancelled"
	Missed    State = "missed" // was not approved in time
)

// Holding reports whether an edition in this state keeps its newsletter from
// publishing another one.
func (s State) Holding() bool { return s == Paused || s == InReview }

// Errors of publishing.
var (
	// ErrPublished says that the edition is there already; nothing was changed.
	ErrPublished = errors.New("edition is published already")
	// ErrNothing says that no reader would get anything; nothing was published.
	ErrNothing = errors.New("nothing to send")
	// ErrNotFound says that there is no such edition or newsletter.
	ErrNotFound = errors.New("not found")
	// ErrState says that an edition is not in a state that allows the act.
	ErrState = errors.New("not possible in this state")
)

// A HeldError says that another edition of the newsletter is paused or waits
// for review, and must be resumed, approved or cancelled first.
type HeldError struct {
	Edition string
	State   State
}

// Error names the edition and its state.
func (e *HeldError) Error() string {
	return fmt.Sprintf("edition %s is in state %s and holds its newsletter", e.Edition, e.State)
}

// SlotID returns the ID of the edition planned for the wall-clock time of
// slot. An hour that the clocks repeat in autumn is one ID, so one edition.
func SlotID(newsletter string, slot time.Time) string {
	return newsletter + "/" + slot.Format("2006-01-02T15:04")
}

// HandID returns the ID of an edition that an editor asked for at now. The key
// comes from the page or command, so that a double click is one edition.
func HandID(newsletter string, now time.Time, key string) string {
	return newsletter + "/" + now.UTC().Format("20060102T150405Z") + "-" + key
}

// InstantID returns the ID of an edition published for the releases up to
// horizon.
func InstantID(newsletter string, horizon int64) string {
	return fmt.Sprintf("%s/r%d", newsletter, horizon)
}

// NewsletterOf returns the newsletter that an edition's ID begins with.
func NewsletterOf(edition string) string {
	name, _, _ := strings.Cut(edition, "/")
	return name
}

// An Item is one thing in a version: a release and what it is about.
type Item struct {
	N    int64        `json:"n"` // of the release
	Kind content.Kind `json:"kind"`
	ID   string       `json:"id"`             // of the article or event
	Rule string       `json:"rule,omitempty"` // of a reminder or notice
}

// A Version is one distinct content within an edition: a language and a list
// of items in the order of the letter. Items are frozen, their words are not:
// a letter that is written later says what the article says then.
type Version struct {
	Edition  string
	N        int // 1, 2, 3 … within the edition
	Language string
	Items    []Item
}
