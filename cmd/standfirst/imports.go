package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/standfirst/standfirst/internal/desk"
	"github.com/standfirst/standfirst/internal/store"
)

// imports takes in the files of readers that editors bring. They lie where the
// database lies or, where that is elsewhere, beside the mailbox: nobody else
// may look there.
func (a *app) imports() *desk.Imports {
	place := a.conf.Mail.Folder
	if file, ok := strings.CutPrefix(string(a.conf.Database), "sqlite:"); ok && file != ":memory:" {
		place = file
	}
	return &desk.Imports{
		Folder: filepath.Join(filepath.Dir(place), "imports"), Store: a.db, Asker: a.db, Newsletters: a.names(), Topics: a.topic, Log: a.log,
		Note: func(ctx context.Context, e desk.LogEntry) error { return a.db.Log(ctx, store.LogEntry(e)) },
	}
}
