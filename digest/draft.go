package digest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// Changes are what an editor has changed of an edition. They hold for every
// version and in every language; releases are named by their numbers.
type Changes struct {
	Subject   string    `json:"subject,omitempty"`   // empty: as the newsletter has it
	Preheader string    `json:"preheader,omitempty"` // empty: as the newsletter has it
	Intro     string    `json:"intro,omitempty"`     // plain text, paragraphs parted by empty lines
	Lead      int64     `json:"lead,omitempty"`      // the article that leads; 0: the first
	Order     []int64   `json:"order,omitempty"`     // come first among their kind, in this order
	Out       []Removal `json:"out,omitempty"`
	In        []int64   `json:"in,omitempty"` // older releases, for readers who were not given them
}

// A Removal is a release that an edition leaves out.
type Removal struct {
	N    int64  `json:"n"`
	Keep bool   `json:"keep,omitempty"` // for the next edition; otherwise no later one has it, unless it is put in
	By   string `json:"by,omitempty"`   // who did, for people to read
}

// Empty reports whether nothing was changed.
func (c *Changes) Empty() bool {
	return c.Subject == "" && c.Preheader == "" && c.Intro == "" && c.Lead == 0 &&
		len(c.Order) == 0 && len(c.Out) == 0 && len(c.In) == 0
}

// A Draft is a newsletter's next edition as an editor would have it. Whatever
// publishes the next one takes it along.
type Draft struct {
	Newsletter string
	Changes
	Revision int64 // grows with each change; 0: there was none yet
	By       string
	At       time.Time // of the last change
	Tested   time.Time // when a test of this revision was sent; zero: not yet
	// Approved is the edition that was approved with these changes and has not
	// begun: changing anything takes that back. Empty: there is none.
	Approved string
}

// ErrChanged says that somebody else has changed the draft meanwhile.
var ErrChanged = errors.New("somebody has changed it meanwhile")

// Drafts is where drafts are kept.
type Drafts interface {
	// Draft returns the draft of a newsletter; one without changes if there is
	// none.
	Draft(ctx context.Context, newsletter string) (*Draft, error)
	// SaveDraft replaces the draft that has d.Revision, or returns ErrChanged,
	// and returns it with the next revision. An edition that was approved and
	// has not begun is in review again.
	SaveDraft(ctx context.Context, d Draft, now time.Time) (*Draft, error)
	// DraftTested notes that a test of a revision was sent. Of another revision
	// it notes nothing.
	DraftTested(ctx context.Context, newsletter string, revision int64, now time.Time) error
	// Asides returns what editions of the newsletter before the given one, or
	// all if it is empty, have left for later ones.
	Asides(ctx context.Context, newsletter, edition string) (*Asides, error)
}

// Asides are what earlier editions have left for a later one.
type Asides struct {
	Out    []int64 // left out for good
	Extras []Extra
}

// An Extra is a release that an edition offers beside what lies after a
// reader's bookmark: one that was kept for it, or put in.
type Extra struct {
	N int64
	// First is the edition that offered it first: whoever was planned it there
	// and did not get it is owed it. Empty: no edition has; everybody who was
	// not given it is.
	First string
}

// offered combines what earlier editions left with an editor's changes: the
// releases nobody is given, with the reason, and the extras.
func (c *Changes) offered(a *Asides) (out map[int64]string, extras []Extra) {
	out = make(map[int64]string)
	for _, n := range a.Out {
		out[n] = "left out of an earlier edition"
	}
	for _, n := range c.In {
		delete(out, n)
		extras = append(extras, Extra{N: n})
	}
	for _, x := range a.Extras {
		if !slices.Contains(c.In, x.N) {
			extras = append(extras, x)
		}
	}
	for _, r := range c.Out {
		out[r.N] = r.why()
	}
	return out, slices.DeleteFunc(extras, func(x Extra) bool { return out[x.N] != "" })
}

func (r Removal) why() string {
	why := "left out"
	if r.Keep {
		why = "kept for next time"
	}
	if r.By != "" {
		why += " by " + r.By
	}
	return why
}

func (c *Changes) putIn() map[int64]bool {
	in := make(map[int64]bool)
	if c != nil {
		for _, n := range c.In {
			in[n] = true
		}
	}
	return in
}

// places are those of releases that an editor has put in order, from 1.
type places map[int64]int

func (c *Changes) places() places {
	if c == nil || c.Lead == 0 && len(c.Order) == 0 {
		return nil
	}
	p := make(places)
	for _, n := range append([]int64{c.Lead}, c.Order...) {
		if n != 0 && p[n] == 0 {
			p[n] = len(p) + 1
		}
	}
	return p
}

// compare puts what has a place before what has none.
func (p places) compare(a, b int64) int {
	x, y := p[a], p[b]
	if (x == 0) != (y == 0) {
		return cmp.Compare(y, x)
	}
	return cmp.Compare(x, y)
}
