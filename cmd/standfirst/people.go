package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/store"
)

// mailing returns what mails editors a sign-in link when a page is asked for
// one. It is nil where letters are caught, and shown to whoever looks: but for
// a first run on one's own machine, that would let everybody in.
func (a *app) mailing() func(context.Context, string) error {
	if a.mailbox != nil && !a.conf.Publication.Local() {
		return nil
	}
	return func(ctx context.Context, email string) error {
		if err := a.known(ctx, email); err != nil {
			return err
		}
		_, err := a.db.Notes().Queue(ctx, notes.Note{Kind: notes.SignIn, To: email}, time.Now())
		if err == nil && a.post != nil {
			a.post.Wake() // else another process sends it
		}
		return err
	}
}

// staff lets those use the desk whom the configuration names, and nobody else
// whom it named before.
func (a *app) staff(ctx context.Context, now time.Time) error {
	var people []editors.Editor
	for _, e := range a.conf.Editors.People {
		people = append(people, editors.Editor{Email: e.Email, Name: e.Name, Role: editors.Role(e.Role)})
	}
	done, err := a.door().Configure(ctx, people, now)
	if err != nil {
		return err
	}
	log := func(what, email, detail string) {
		if err == nil {
			err = a.db.Log(ctx, store.LogEntry{At: now, Who: "configuration", What: what, Subject: email, Detail: detail})
		}
	}
	for _, e := range done.Put {
		switch {
		case e.Configured && e.Added.Equal(now):
			log("editor added", e.Email, "as "+string(e.Role))
		default:
			log("role changed", e.Email, "to "+string(e.Role))
		}
	}
	for _, email := range done.Gone {
		log("editor removed", email, "")
	}
	return err
}

// firstLink returns where the first owner is made, empty if there are editors.
func (a *app) firstLink(ctx context.Context, now time.Time) (link string, until time.Time, err error) {
	token, until, err := a.door().FirstLink(ctx, now)
	if errors.Is(err, editors.ErrExists) {
		return "", time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("first sign-in link: %w", err)
	}
	return a.conf.Publication.URL + "/desk/first/" + token, until, nil
}

// did writes down what a command did. That it was interrupted then does not
// undo it.
func (a *app) did(ctx context.Context, what, subject, detail string) error {
	return a.db.Log(context.WithoutCancel(ctx), store.LogEntry{At: time.Now(), Who: "command", What: what, Subject: subject, Detail: detail})
}
