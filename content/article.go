package content

import "time"

// An Article is one piece a publication publishes.
//
// All text is plain text except Body; all URLs are absolute. Text comes from
// strangers and is never trusted to be safe HTML: whoever shows it, escapes it.
type Article struct {
	// ID is minted once, when the article is first seen, and never changes:
	// feeds and editions name the article by it. It says nothing about slug,
	// title or date, so that these may change.
	ID     string
	Source string // name of the source it was first seen in
	Slug   string // unique path segment below /articles/

	URL        string // where readers read it
	Canonical  string // where it was first published, if elsewhere; shown as credit only
	Title      string
	Standfirst string // the one or two sentences below the title; at most 240 characters
	Body       string // sanitised HTML, every URL absolute; empty when the source gives a teaser only
	Authors    []Author
	Topics     []string // as the source writes them; compare with [TopicKey]
	Image      Image
	Lang       string // BCP 47; empty means the publication's
	Access     Access

	Published time.Time // what the source says, UTC; for sorting and display, never for selecting
	DateOnly  bool      // the source gave a day: Published is its midnight in UTC, so the day is to be read there; show no time
	Updated   time.Time // what the source says about the last edit, UTC; zero if nothing
	Changed   time.Time // when we last saw it change, UTC; zero in what a source shows

	ReadingMinutes int // 0: unknown
}

// An Author is a byline. URL may be empty. There is no e-mail address on
// purpose: feeds would publish it.
type Author struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// An Image belongs to an article. Alt is never empty when URL is set.
type Image struct {
	URL string `json:"url,omitempty"`
	Alt string `json:"alt,omitempty"`
}

// Access says how much of an article the public may read.
type Access string

// What an access word means for feeds and letters.
const (
	Free       Access = "free"       // everything
	Metered    Access = "metered"    // standfirst and link
	Registered Access = "registered" // standfirst and link
)

// Open reports whether the whole text may be given away. The zero value is
// not open: an unknown word must not leak a body.
func (a Access) Open() bool { return a == Free }

// State is what an article is to the world, as far as we know.
type State string

// The states of an article. Only Public ones are in feeds and on the site;
// only releases of Public ones hold.
const (
	Settling  State = "settling"  // seen, but too fresh to release
	Scheduled State = "scheduled" // its date lies ahead
	Held      State = "held"      // waits for an editor; the reason stands beside it
	Public    State = "public"    // released
	Withdrawn State = "withdrawn" // was public, is gone or was taken back
)
