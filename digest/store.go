package digest

import (
	"context"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/mailer"
)

// A Wire is where releases are read. Entries come without the bodies of
// articles, ordered by number.
type Wire interface {
	// Head returns the number of the newest release, 0 if there is none.
	Head(ctx context.Context) (int64, error)
	// Entries returns the releases q asks for.
	Entries(ctx context.Context, q WireQuery) ([]content.Entry, error)
	// EntriesByNumber returns the releases with these numbers, articles with
	// their bodies, in no particular order; unknown numbers are left out.
	EntriesByNumber(ctx context.Context, numbers []int64) ([]content.Entry, error)
	// Coming returns the events that have not ended at now and take place, by
	// their first day.
	Coming(ctx context.Context, now time.Time) ([]content.Event, error)
	// Remind appends what decide returns to the wire, in one transaction that
	// no sync or publication can enter.
	Remind(ctx context.Context, now time.Time, decide func(events []content.Event, made []content.Release) []content.Release) ([]content.Release, error)
}

// A WireQuery asks for releases with After < N ≤ Upto; of those with N ≤
// SinceUpto only what was released at Since or later. Baseline ones are only
// among them when BaselineUpto is at least their number, and then whatever
// their age. All early reminders of Newsletter whose events have not ended are
// always among them.
type WireQuery struct {
	After, Upto  int64
	Since        time.Time
	SinceUpto    int64
	BaselineUpto int64
	Newsletter   string
	Now          time.Time
}

// Editions is where editions are kept. Publish, Approve, Pause, Resume and
// Cancel are each one transaction.
type Editions interface {
	// Publish writes a new edition in state Sending with its groups, or in
	// state InReview with none. It returns ErrPublished if the ID is there
	// already, or one by hand with the same request key, and *HeldError if another edition holds the newsletter; both
	// leave everything as it was. The horizon must not be smaller than that of
	// the newsletter's last edition: the larger one is kept.
	Publish(ctx context.Context, e Edition, groups []Group) error
	// Approve freezes an edition in review at horizon and sends it off with its
	// groups; ErrState if it is not in review.
	Approve(ctx context.Context, id string, horizon int64, now time.Time, groups []Group) error
	// Pause stops claims; ErrState unless it is being sent.
	Pause(ctx context.Context, id, reason string, now time.Time) error
	// Resume undoes Pause; ErrState unless it is paused.
	Resume(ctx context.Context, id string, now time.Time) error
	// Cancel skips what is queued and in nobody's hand, and keeps what was sent
	// as sent. Everyone else keeps their bookmark.
	Cancel(ctx context.Context, id, reason string, now time.Time) error
	// Miss closes an edition that nobody approved in time.
	Miss(ctx context.Context, id, reason string, now time.Time) error
	// Edition returns one edition with its counts, or ErrNotFound.
	Edition(ctx context.Context, id string) (*Edition, error)
	// Editions returns the newest limit editions with their counts, newest
	// first; of all newsletters if newsletter is empty.
	Editions(ctx context.Context, newsletter string, limit int) ([]Edition, error)
	// FirstHorizon returns the horizon of the first edition ever published of
	// the newsletter; ok is false before there is one. An edition that was
	// cancelled before a letter left does not count.
	FirstHorizon(ctx context.Context, newsletter string) (horizon int64, ok bool, err error)
	// Version returns a version, or ErrNotFound.
	Version(ctx context.Context, edition string, n int) (*Version, error)
	// AddVersion returns the number of the version with this language and these
	// items, which is made if it is not there yet.
	AddVersion(ctx context.Context, v Version) (int, error)
	// Versions returns all versions of an edition with the number of readers
	// that are planned each.
	Versions(ctx context.Context, edition string) ([]Version, []int, error)
}

// A Group is a part of an edition's readers that is expanded at one moment:
// everybody, or those of one zone. The group AllZones takes whoever is left.
type Group struct {
	Zone string // IANA name, "" for readers without one; AllZones for everybody not expanded yet
	Due  time.Time
}

// AllZones is the zone of a group that takes everybody who is left.
const AllZones = "*"

// Readers is where readers are expanded into editions.
type Readers interface {
	// Zones returns the distinct zones of the newsletter's readers.
	Zones(ctx context.Context, newsletter string) ([]string, error)
	// Oldest returns the smallest effective bookmark among the newsletter's
	// readers who may get letters; ok is false if there are none.
	Oldest(ctx context.Context, newsletter string) (bookmark int64, ok bool, err error)
	// Look pages through the newsletter's readers by ID without changing
	// anything, as of an edition yet to be published at now.
	Look(ctx context.Context, newsletter string, ask Asked, after int64, limit int, now time.Time) ([]Reader, error)
	// Pending returns the groups of editions in state Sending that are due at
	// now and not expanded, oldest first.
	Pending(ctx context.Context, now time.Time) ([]Expansion, error)
	// NextGroup returns when the next group becomes due.
	NextGroup(ctx context.Context) (at time.Time, ok bool, err error)
	// Expand takes the next page of a group's readers, oldest bookmarks first,
	// and writes down what decide says of each, in one transaction: versions,
	// deliveries cut into blocks of one due moment, rows for those who get
	// nothing. A reader whose older delivery of the newsletter is in a worker's
	// hand, or in doubt, is left for a later page; any other older open
	// delivery is superseded by a letter, or by there being nothing to say. A reader who gets nothing because there is
	// nothing (reason [mailer.Nothing]) has their bookmark moved. It resumes
	// where it was after a crash.
	Expand(ctx context.Context, x Expansion, limit int, now time.Time, decide func([]Reader) []Decision) (Page, error)
}

// An Expansion is a group of an edition on its way to deliveries.
type Expansion struct {
	Edition    string
	Newsletter string
	Horizon    int64
	Published  time.Time
	Resumed    time.Time // the later of publishing and the last resume: lateness begins to count there
	Hand       bool
	Group
	Asked // set by the caller
}

// Asked is what a slate asks about each reader besides: Told of Events, those
// whose notices are on offer, and Owed of Extras.
type Asked struct {
	Events []string
	Extras []Extra
}

// A Page tells how an expansion goes.
type Page struct {
	Readers int  // decided on in this page
	Waiting bool // the end is reached, but some readers wait for an older delivery: come back
	Done    bool // nobody of this group is left
}

// A Reader is what expanding needs to know of one.
type Reader struct {
	Subscriber     int64
	Topics, Cities []string
	Language, Zone string
	Bookmark       int64           // the effective one
	Reason         string          // not empty: gets nothing, for this reason (mailer.Paused, Left, Suppressed)
	Told           map[string]bool // events of Asked that a letter to this reader spoke of
	Owed           map[int64]bool  // releases of Asked that this reader should have had
}

// A Decision is what becomes of one reader in an edition: a delivery of items,
// or none for a reason.
type Decision struct {
	Subscriber int64
	Reason     string // not empty: State None for this reason
	Language   string
	Items      []Item
	Due        time.Time
}

// Schedules remembers which slots have been dealt with, so that a restart
// knows what was missed and several processes fire a slot once; and who
// promises what, so that those that run side by side agree on the slots.
type Schedules interface {
	// Slot returns the slot the newsletter waits for; ok is false before the
	// first call of Advance.
	Slot(ctx context.Context, newsletter string) (next time.Time, ok bool, err error)
	// Advance moves it by compare-and-swap; false if another process was first
	// (or, with a zero from, if there is one already).
	Advance(ctx context.Context, newsletter string, from, to time.Time) (bool, error)
	// Uphold writes down that a process that began at began promises the
	// newsletter under these terms and lives at now, and returns what Upheld
	// does. How long others have been quiet is by the clock of leases, so that
	// machines whose clocks differ agree. Empty terms say only that the
	// newsletter is known.
	Uphold(ctx context.Context, newsletter, terms string, began, now time.Time) ([]Terms, error)
	// Upheld returns all terms that processes upheld lately.
	Upheld(ctx context.Context, newsletter string, now time.Time) ([]Terms, error)
	// Sending returns ID and Newsletter of the editions in state Sending, oldest
	// first; Published is the later of publishing and the last resume.
	Sending(ctx context.Context) ([]Edition, error)
}

// Account answers for everyone: what each reader was sent and why not.
type Account interface {
	// History returns what editions meant for a subscriber, newest first.
	History(ctx context.Context, subscriber int64, limit int) ([]Row, error)
	// LastLetters returns the last letter that was sent to each of some readers, if
	// one was within so many of the newest editions of all newsletters.
	LastLetters(ctx context.Context, readers []int64, editions int) (map[int64]LastLetter, error)
	// Results tells how the letters of an edition fare, as far as they have got.
	// It takes a second for some hundred thousand letters.
	Results(ctx context.Context, edition string) (*Results, error)
	// Letters calls each with what became of every delivery of an edition, those
	// for nobody included, in no particular order. It reads while letters are
	// sent, so they are not all of one moment. An error of each ends it.
	Letters(ctx context.Context, edition string, each func(Told) error) error
}

// A LastLetter is the last that a reader was sent.
type LastLetter struct {
	Edition string
	At      time.Time // when a server took it
}

// Told is what became of one delivery.
type Told struct {
	Subscriber int64
	Email      string // empty: the reader was erased
	State      mailer.State
	Reason     string
	Attempts   int
	At         time.Time // of the last change; zero if none
	Code       int
	Enhanced   string
}

// A Row is one edition as one reader saw it.
type Row struct {
	Edition  string
	State    mailer.State
	Reason   string
	Attempts int
	At       time.Time // of the last change; zero if none
	Due      time.Time // of a queued letter: when it is tried next; zero else
	Code     int
	Items    []Item // empty for State None
}

// Store is everything the package asks of a database.
type Store interface {
	Wire
	Editions
	Readers
	Schedules
	Account
	Drafts
}
