package digest

import (
	"time"

	"github.com/robfig/cron/v3"

	"github.com/standfirst/standfirst/content"
)

// A Newsletter is a standing promise: what, when, for whom.
type Newsletter struct {
	Name        string // a-z, 0-9 and -, at most 32 characters; part of every edition's ID
	Title       string
	Description string

	// Schedule gives the slots in wall-clock time. It is nil for an instant
	// newsletter, which publishes as soon as something is released.
	Schedule cron.Schedule
	Zone     *time.Location // of the wall clock
	// ReaderZone sends at the wall-clock time of each reader's own zone. Zone
	// is then that of readers who named none.
	ReaderZone bool

	Topics []string // narrows what the newsletter carries; none: all
	Items  []content.Kind
	First  int           // baseline articles in the very first edition
	Newest time.Duration // releases older than this are passed over; 0: no bound
	Review bool          // an editor must approve each edition
	Grace  time.Duration // how late a missed slot is still made up
	// Attach lets letters bring the events they speak of as a file, for
	// readers' calendars; else a link leads to it.
	Attach bool
	// Welcome greets who begins to read it by a letter of their own.
	Welcome bool

	Subject   *Line // of its letters; nil: the first thing in it, and how many more
	Preheader *Line // what inboxes show beside the subject; nil: the next titles
}

// Instant reports whether the newsletter has no slots.
func (n *Newsletter) Instant() bool { return n.Schedule == nil }

// Carries reports whether the newsletter carries releases of kind k.
func (n *Newsletter) Carries(k content.Kind) bool {
	for _, i := range n.Items {
		if i == k {
			return true
		}
	}
	return false
}
