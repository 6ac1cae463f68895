package web

import (
	"context"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/subscribers"
)

// A Desk is what the editors' pages ask for.
type Desk struct {
	Door  *editors.Door
	Sends Sends
	// Sources tells how every source is, by name.
	Sources func(context.Context) ([]SourceState, error)
	// Log writes down what an editor did.
	Log func(context.Context, LogEntry) error
	// Readers is what the pages of readers ask for.
	Readers ReadersDesk
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
	// API lets programs in that have a token; nil: there is no API.
	API *API
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
	plans   fresh[*outlook]          // by newsletter, or by outlookKey
	sources fresh[[]SourceState]     // one, under ""
	tally   fresh[subscribers.Tally] // one, under ""
}

// desk is the desk with what its pages show as it was last.
func (s *Server) desk() *Desk {
	d := s.Desk
	d.init.Do(func() {
		d.plans.find = s.look
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
