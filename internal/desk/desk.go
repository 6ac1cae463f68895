// Package desk is the editors' pages: what goes out next and what became of it,
// readers, sources, articles, events and feeds, and who may be here. Every act
// of an editor is a POST, takes a role, and is written in the log when it is
// done.
//
// The desk is a room of the site ([web.Room]): it knows the site's frame and
// shelf, and the site does not know the desk. Nor does the desk know SQL, SMTP
// or how an edition is made: what it asks of them is in its interfaces. What
// programs may do that editors do is package api's, by the same decisions.
package desk

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
)

// A Desk is the editors' pages and what they stand on. It is a [web.Room].
// Fields are set before it has visitors, and not changed afterwards.
type Desk struct {
	*web.Frame // of the site that this is the desk of
	Shelf      *web.Shelf
	// Answers returns the status of a HEAD of an address of the site, which
	// changes nothing.
	Answers func(at *url.URL) int
	// Elsewhere asks other sites whether links to them answer; nil: nobody does.
	Elsewhere *Elsewhere
	// Tokens signs what a page offers.
	Tokens *subscribers.Tokens
	// Archive is where past editions are read.
	Archive Archive

	Door  *editors.Door
	Sends Sends
	// Sources tells how every source is, by name.
	Sources func(context.Context) ([]SourceState, error)
	// Log writes down what an editor did.
	Log func(context.Context, LogEntry) error
	// Readers is what the pages of readers ask for.
	Readers Readers
	// Imports takes in files of readers; it must be running.
	Imports *Imports
	// Command prints a sign-in link when it is followed by an address: page
	// /desk/sign-in shows it to those who have none.
	Command string
	// Editions are those that are out; Given writes their letters once more. Nil:
	// such pages are not there.
	Editions EditionDesk
	Given    GivenPress
	// Content looks after sources, articles, events and feeds; nil: such pages
	// are not there.
	Content *ContentWatch
	// Programs lets programs in that have a token; nil: there is no page of
	// tokens.
	Programs *editors.Gate
	// Webhooks are who is told what happens; nil: there is no page of them.
	Webhooks *Webhooks
	// Ending is closed when the program ends: pages that are watched end then.
	Ending <-chan struct{}
	// Mail queues a letter with a sign-in link. It returns editors.ErrNotFound
	// if the address is no editor's. Nil: nobody is mailed one.
	Mail func(ctx context.Context, email string) error
	// Attempts limits who tries passwords and asks for links; nil: nobody is
	// limited.
	Attempts *Attempts
	// SecondPersonAbove is how many readers one editor may send to alone; 0:
	// any number.
	SecondPersonAbove int

	way     way
	init    sync.Once                // of what follows
	plans   fresh[*Outlook]          // by newsletter, or by outlookKey
	sources fresh[[]SourceState]     // one, under ""
	tally   fresh[subscribers.Tally] // one, under ""
}

// ready is the desk with what its pages show as it was last.
func (d *Desk) ready() *Desk {
	d.init.Do(func() {
		d.plans.find = d.look
		d.tally.find = func(ctx context.Context, _ string) (subscribers.Tally, error) {
			return d.Readers.Tally(ctx, time.Now())
		}
		d.sources.find = func(ctx context.Context, _ string) ([]SourceState, error) { return d.Sources(ctx) }
	})
	return d
}

// A SourceState is how the latest sync of a source went.
type SourceState struct {
	Name   string
	Synced time.Time // zero: never
	Report content.Report
	Held   []content.Conflict

	FailedAt time.Time // when it could not be read at all, if that is the latest there is to tell
	Failed   string    // and why
	Rulings  []content.Ruled
}
