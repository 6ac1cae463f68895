package main

import (
	"context"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/web"
)

// door is where editors are let in.
func (a *app) door() *editors.Door { return &editors.Door{Store: a.db} }

// desk is what the editors' pages stand on.
func (a *app) desk() *web.Desk {
	return &web.Desk{
		Door: a.door(), Plans: a.publisher, Command: "standfirst editors link",
		Editions: a.db, Given: a.press,
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
