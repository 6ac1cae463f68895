package main

import (
	"context"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
)

// door is where editors are let in.
func (a *app) door() *editors.Door { return &editors.Door{Store: a.db} }

// sends is what editors look at and do before letters leave.
func (a *app) sends() web.Sends {
	return web.Sends{
		Publisher: a.publisher, Drafts: a.db, Press: a.press,
		Deliver: func(ctx context.Context, m *mailer.Message) error { return mailer.Deliver(ctx, a.transport, m) },
		Queued: func() {
			if a.publisher.Queued != nil { // else another process sends
				a.publisher.Queued()
			}
		},
		Zones: a.db.Zones, ReaderOf: a.db.ByEmail, Setting: a.db.Setting, SetSetting: a.db.SetSetting,
		Rate: a.conf.Mail.Rate,
	}
}

// programs is what lets programs act at the desk.
func (a *app) programs() *web.API {
	api := web.NewAPI(&editors.Gate{Store: a.db})
	api.Pushed, api.Site = a.db, a.pushSite()
	return api
}

// desk is what the editors' pages stand on.
func (a *app) desk() *web.Desk {
	return &web.Desk{
		Door: a.door(), Sends: a.sends(), Command: "standfirst editors link",
		Editions: a.db, Given: a.press,
		Readers: a.db, Imports: a.imports(), Content: a.watchContent(),
		Mail: a.mailing(), Attempts: web.NewAttempts(), SecondPersonAbove: a.conf.Editors.SecondPersonAbove,
		API: a.programs(),
		Log: func(ctx context.Context, e web.LogEntry) error { return a.db.Log(ctx, store.LogEntry(e)) },
		Sources: func(ctx context.Context) ([]web.SourceState, error) {
			all, err := a.db.Sources(ctx)
			if err != nil {
				return nil, err
			}
			states := make([]web.SourceState, len(all))
			for i, s := range all {
				states[i] = web.SourceState(s)
			}
			return states, nil
		},
	}
}
