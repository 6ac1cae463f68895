package web

import (
	"context"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
)

// A Desk is what the editors' pages ask for.
type Desk struct {
	Door  *editors.Door
	Plans Plans
	// Sources tells how every source is, by name.
	Sources func(context.Context) ([]SourceState, error)
	// Log writes down what an editor did.
	Log func(context.Context, LogEntry) error
	// Command prints a sign-in link when it is followed by an address: page
	// /desk/sign-in shows it to those who have none.
	Command string
	// Editions are those that are out; Given writes their letters once more. Nil:
	// such pages are not there.
	Editions EditionDesk
	Given    GivenPress
	// Ending is closed when the program ends: pages that are watched end then.
	Ending <-chan struct{}

	way     way
	init    sync.Once            // of what follows
	plans   fresh[*digest.Plan]  // by newsletter
	sources fresh[[]SourceState] // one, under ""
}

// begin says where what pages show as it was last comes from.
func (d *Desk) begin() {
	d.plans.find = func(ctx context.Context, newsletter string) (*digest.Plan, error) {
		return d.Plans.Plan(ctx, newsletter, 0, time.Now())
	}
	d.sources.find = func(ctx context.Context, _ string) ([]SourceState, error) { return d.Sources(ctx) }
}

// Plans tells what would go out now, as [digest.Publisher] does.
type Plans interface {
	Plan(ctx context.Context, newsletter string, subscriber int64, now time.Time) (*digest.Plan, error)
}

// A SourceState is how the latest sync of a source went.
type SourceState struct {
	Name   string
	Synced time.Time // zero: never
	Report content.Report
	Held   []content.Conflict
}
