package desk

import (
	"context"
	"testing"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
)

// A deskSite is a site with a desk, at the address that it is given.
type deskSite struct {
	*desktest.Office
	Desk *Desk
}

func newDesk(t *testing.T, address string) *deskSite {
	t.Helper()
	s := &deskSite{Office: desktest.New(t, address)}
	s.Desk = &Desk{
		Frame: &s.Frame, Shelf: s.Shelf, Answers: s.Answers, Tokens: s.Tokens, Archive: s.DB,
		Door: s.Door, Sends: s.sends(),
		Sources: func(ctx context.Context) ([]SourceState, error) {
			all, err := s.DB.Sources(ctx)
			var states []SourceState
			for _, st := range all {
				states = append(states, SourceState(st))
			}
			return states, err
		},
		Log:     func(ctx context.Context, e LogEntry) error { return s.DB.Log(ctx, store.LogEntry(e)) },
		Command: "standfirst editors link", Programs: &editors.Gate{Store: s.DB}, Webhooks: &Webhooks{},
	}
	s.open()
	return s
}

// open opens the site with the pages that its desk has now.
func (s *deskSite) open() { s.Open(s.Desk) }

// sends are the real ones, but for test letters, which are caught.
func (s *deskSite) sends() Sends {
	return Sends{
		Publisher: s.Publisher, Drafts: s.DB, Press: s.Press,
		Deliver: func(ctx context.Context, m *mailer.Message) error { return mailer.Deliver(ctx, s.Mailbox, m) },
		Zones:   s.DB.Zones, Reader: s.DB.Subscriber, ReaderOf: s.DB.ByEmail, Setting: s.DB.Setting, SetSetting: s.DB.SetSetting,
	}
}
