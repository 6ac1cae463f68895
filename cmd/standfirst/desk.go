package main

import (
	"context"
	"time"

	"github.com/standfirst/standfirst/internal/api"
	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
)

// door is where editors are let in.
func (a *app) door() *editors.Door { return &editors.Door{Store: a.db} }

// sends is what editors look at and do before letters leave.
func (a *app) sends() desk.Sends {
	return desk.Sends{
		Publisher: a.publisher, Drafts: a.db, Press: a.press,
		Deliver: func(ctx context.Context, m *mailer.Message) error { return mailer.Deliver(ctx, a.transport, m) },
		Queued: func() {
			if a.publisher.Queued != nil { // else another process sends
				a.publisher.Queued()
			}
		},
		Zones: a.db.Zones, Reader: a.db.Subscriber, ReaderOf: a.db.ByEmail, Setting: a.db.Setting, SetSetting: a.db.SetSetting,
		Rate: a.conf.Mail.Rate,
	}
}

// site makes all pages: those of the site, and its rooms.
func (a *app) site() (*web.Server, *desk.Desk) {
	site := a.server()
	d := a.desk(site)
	site.Rooms = []web.Room{d, a.programs(d)}
	return site, d
}

// desk is the editors' room of a site.
func (a *app) desk(site *web.Server) *desk.Desk {
	return &desk.Desk{
		Frame: &site.Frame, Shelf: site.Shelf, Answers: site.Answers, Tokens: a.tokens, Archive: a.db,
		Door: a.door(), Sends: a.sends(), Command: "standfirst editors link",
		Editions: a.db, Given: a.press, Elsewhere: a.elsewhere(),
		Readers: a.db, Imports: a.imports(), Content: a.watchContent(),
		Mail: a.mailing(), Attempts: desk.NewAttempts(), SecondPersonAbove: a.conf.Editors.SecondPersonAbove,
		Programs: &editors.Gate{Store: a.db},
		Webhooks: &desk.Webhooks{Roster: a.hooks, Store: a.db.Webhooks(), Client: a.hookClient},
		Log:      func(ctx context.Context, e desk.LogEntry) error { return a.db.Log(ctx, store.LogEntry(e)) },
		Sources: func(ctx context.Context) ([]desk.SourceState, error) {
			all, err := a.db.Sources(ctx)
			if err != nil {
				return nil, err
			}
			states := make([]desk.SourceState, len(all))
			for i, s := range all {
				states[i] = desk.SourceState(s)
			}
			return states, nil
		},
	}
}

// programs is the room of a site where programs act.
func (a *app) programs(d *desk.Desk) *api.API {
	programs := api.New(d)
	programs.Pushed, programs.Site, programs.Clicks = a.db, a.pushSite(), a.db
	return programs
}

// elsewhere asks other sites for the links of letters.
func (a *app) elsewhere() *desk.Elsewhere {
	opt := fetch.Options{Agent: a.agent(), Redirects: 5, Timeout: 10 * time.Second, Most: 64 << 10}
	if a.conf.Publication.Local() {
		opt.Reach = fetch.Locally
	}
	return &desk.Elsewhere{Client: fetch.New(opt)}
}
