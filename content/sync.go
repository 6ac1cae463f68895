package content

import (
	"slices"
	"strings"
	"time"
)

// Rules are the settings under which one source is reconciled.
type Rules struct {
	Settle time.Duration // how long an article must stay unchanged before it is released; 0: at once
	Flood  int           // more new articles than this, ready or settling, are held; 0: no guard
	Accept bool          // an editor agrees: what the flood guard holds is released
	Mint   func() string // a new ID; nil: random
	// Told tells that somebody said each thing that the source shows, and took
	// back by word what it lacks: no first sync makes it known to readers, and
	// no guard doubts what is gone.
	Told bool
}

// drift is what the clocks of two machines may differ by. What is known to have
// happened further ahead was written down before the clock was put back.
const drift = 5 * time.Minute

// Known is what the store knows when a source is reconciled: everything of
// that source, and the keys of all sources, since a URL means the same thing
// wherever it turns up.
type Known struct {
	Source   string
	Synced   bool                     // an earlier sync has set the baseline
	At       time.Time                // Plan.At of the latest sync of this source; zero if there was none
	Live     map[string]bool          // names of the sources that are read now, set by the [Syncer]; nil: all are
	Articles map[string]*KnownArticle // by ID, of all sources
	Events   map[string]*Event        // by ID, of all sources
	Keys     map[Key]string           // of all sources, to the ID of their article or event
	Slugs    map[string]bool          // taken, by articles and events
	Notified map[string][]Release     // reminders and notices on the wire, by event
	Rulings  map[string]Ruling        // editors' words about conflicts of this source, by the mark of what was found
}

// KnownArticle is what reconciling needs of an article: no body.
type KnownArticle struct {
	ID     string
	Source string
	Slug   string
	State  State
	Reason string // why it is held or withdrawn; see [ReasonFlood] and [ReasonGone]
	Hash   string // of the last state seen
	Text   string // the mark of what is written; see [Found]
	Title  string
	Day    Date      // of publication, in UTC
	Since  time.Time // when it was first seen as it is now: settling counts from here
	Due    time.Time // its date, if that lay ahead
}

// A Plan is what reconciling decided, to be written down in one transaction.
// Numbers of releases are given by the store, in the order of Releases.
type Plan struct {
	Source   string
	At       time.Time
	Baseline bool // this sync is the source's first

	// Forget names articles that were never released and are no more. They are
	// deleted with their keys and slugs before anything else is written, since
	// another article of this plan may get them.
	Forget []string

	Articles []Change      // new and edited ones, with their keys
	States   []StateChange // of known articles that were not edited
	Events   []EventChange // new and changed ones
	Releases []Release
	Held     []Conflict // replaces what was held for this source by conflict

	// Next is when a later sync would release something that only waits for
	// its time; zero if nothing does.
	Next time.Time

	Report Report
}

// Change is an article to be written as it is here.
type Change struct {
	Article
	New    bool
	State  State
	Reason string
	Hash   string
	Text   string
	Since  time.Time
	Due    time.Time
	Keys   []Key // to be added
}

// StateChange moves a known article to another state, and may add keys.
type StateChange struct {
	ID     string
	State  State
	Reason string
	Keys   []Key
}

// EventChange is an event to be written as it is here.
type EventChange struct {
	Event
	New  bool
	Keys []Key // to be added
}

// A Conflict is something found that more than one known item claims, that
// claims what another found item claims too, or that is a copy of an article
// which is there as well. It is shown to the editors and
// never published by itself.
type Conflict struct {
	At     Position
	Title  string
	Reason string
	IDs    []string // the items in question, if known
	Mark   string   // names what was found, for a [Ruling]
}

// A Report tells one sync in numbers and words. Articles and Events count what
// the source shows, not what changed.
type Report struct {
	Source    string   `json:"source"`
	Articles  int      `json:"articles"`
	Events    int      `json:"events"`
	Drafts    int      `json:"drafts"`
	Scheduled int      `json:"scheduled"`
	Settling  int      `json:"settling"`
	Released  int      `json:"released"` // articles released by this sync, the baseline included
	Baseline  int      `json:"baseline"`
	Edited    int      `json:"edited"`
	Withdrawn int      `json:"withdrawn"`
	Notices   int      `json:"notices"`
	Held      int      `json:"held"`             // waiting for an editor, after this sync
	Refused   int      `json:"refused"`          // items that could not be read
	Errors    []string `json:"errors"`           // one line each
	Failed    bool     `json:"failed,omitempty"` // nothing could be read; Errors says why
}

// Asks reports whether a guard waits for an editor to agree: flood is how many
// articles it holds, gone whether it does not believe that so much is gone.
// conflicts is how many were held by conflict.
func (r Report) Asks(conflicts int) (flood int, gone bool) {
	gone = slices.ContainsFunc(r.Errors, func(e string) bool { return strings.HasSuffix(e, agreeing+" withdraws them") })
	return max(0, r.Held-conflicts), gone
}

// then is the report of two syncs of a source as if they were one.
func (r Report) then(next Report) Report {
	next.Released += r.Released
	next.Baseline += r.Baseline
	next.Edited += r.Edited
	next.Withdrawn += r.Withdrawn
	next.Notices += r.Notices
	for _, e := range r.Errors {
		if !slices.Contains(next.Errors, e) {
			next.Errors = append(next.Errors, e)
		}
	}
	return next
}
