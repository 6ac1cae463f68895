package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// keepNotes is how long letters to one person are kept after they went out,
// with the addresses they hold: longer than anybody is kept from asking again.
const keepNotes = 7 * 24 * time.Hour

// sender makes what sends letters that one person waits for. Their rate is
// mail.rate of their own, which they take from the letters of editions.
func (a *app) sender() *notes.Sender {
	return &notes.Sender{
		Store: a.db.Notes(), Write: a.writer().Write, Transport: a.transport,
		Rate: a.conf.Mail.Rate, Log: a.log,
	}
}

// writer makes what writes them.
func (a *app) writer() *notes.Writer {
	p := a.conf.Publication
	w := &notes.Writer{
		Publication: templates.Publication{Title: p.Title, URL: p.URL, Address: p.Address},
		Language:    p.Language, Zone: p.Zone,
		From: a.press.From, ReplyTo: a.press.ReplyTo,
		Templates: a.templates, Catalog: a.catalog, Tokens: a.tokens, Key: a.press.Key,
		People: a.db, SignIn: a.signIn, Latest: a.latest,
	}
	for _, n := range a.newsletters {
		w.Newsletters = append(w.Newsletters, notes.Newsletter{Name: n.Name, Title: n.Title, Description: n.Description, Next: func(now time.Time) time.Time {
			slot := n.Next(now)
			if n.ReaderZone || slot.IsZero() {
				return slot // the wall clock's day, which is every reader's
			}
			return slot.In(n.Zone)
		}})
	}
	return w
}

// signIn makes the link of a sign-in letter.
func (a *app) signIn(ctx context.Context, email string, now time.Time) (string, time.Time, error) {
	token, until, err := a.door().Link(ctx, email, now)
	switch {
	case errors.Is(err, editors.ErrNotFound):
		return "", time.Time{}, notes.ErrMoot
	case err != nil:
		return "", time.Time{}, errors.Unwrap(err) // what it is wrapped in names the editor, and is logged
	}
	return a.signInURL(token), until, nil
}

func (a *app) signInURL(token string) string {
	return a.conf.Publication.URL + "/desk/sign-in/" + token
}

// latest returns the page of the newest edition whose letters have begun to
// leave.
func (a *app) latest(ctx context.Context, newsletter string) (string, error) {
	newest, err := a.db.Editions(ctx, newsletter, 10)
	if err != nil {
		return "", err
	}
	for i := range newest {
		if e := &newest[i]; !e.Published.IsZero() && e.Sent > 0 && e.State != digest.Cancelled {
			return a.conf.Publication.URL + "/editions/" + e.ID, nil
		}
	}
	return "", nil
}

// greeting names the newsletters that greet who begins to read them.
func (a *app) greeting() []string {
	var names []string
	for _, n := range a.newsletters {
		if n.Welcome {
			names = append(names, n.Name)
		}
	}
	return names
}

// prompt is the database for pages: what they ask for in a letter leaves at
// once.
type prompt struct {
	*store.DB
	wake func()
}

func (p prompt) Ask(ctx context.Context, r subscribers.Request, now time.Time) (int64, error) {
	defer p.wake()
	return p.DB.Ask(ctx, r, now)
}

func (p prompt) AskPreferences(ctx context.Context, email, language string, now time.Time) error {
	defer p.wake()
	return p.DB.AskPreferences(ctx, email, language, now)
}

func (p prompt) Confirm(ctx context.Context, id int64, how subscribers.Consent, welcome []string, now time.Time) (subscribers.Confirmed, error) {
	defer p.wake()
	return p.DB.Confirm(ctx, id, how, welcome, now)
}

// forget removes what was kept of letters to one person, what was asked for and
// never confirmed, and what nobody could be told, also from the database's
// journal.
func (a *app) forget(ctx context.Context, now time.Time) error {
	return errors.Join(a.db.Notes().Forget(ctx, now.Add(-keepNotes)), a.db.ForgetRequests(ctx, now.Add(-subscribers.RequestLife)),
		a.forgetHooks(ctx, now), a.db.EmptyJournal(ctx))
}

// mailReport is what editors link --mail answers in JSON.
type mailReport struct {
	Email string       `json:"email"`
	State mailer.State `json:"state"` // of the letter; queued: a running serve sends it
	Code  int          `json:"code,omitempty"`
}

// mailLink sends an editor a sign-in link, now and from here. What the mail
// server puts off is left to a running serve.
func (a *app) mailLink(e *env, email string) error {
	email, err := editors.ParseEmail(email)
	if err != nil {
		return usage("", "%v", err)
	}
	if err := a.known(e.ctx, email); err != nil {
		return editorHint(err)
	}
	if err := a.logEditor(e, "sign-in link mailed", email, ""); err != nil {
		return err
	}
	id, err := a.db.Notes().Queue(e.ctx, notes.Note{Kind: notes.SignIn, To: email}, time.Now())
	if err != nil {
		return err
	}
	r, here, err := a.sender().Drain(e.ctx, id)
	if err != nil {
		return err
	}
	if !here {
		r.State = mailer.Queued
	}
	if e.json {
		if err := e.answer(mailReport{email, r.State, r.Code}); err != nil {
			return err
		}
		if here && r.State != mailer.Sent {
			return &coded{exitPartly, errTold, ""}
		}
		return nil
	}
	said := ""
	if r.Code != 0 {
		said = fmt.Sprintf(" (%d %s)", r.Code, r.Enhanced)
	}
	switch {
	case !here:
		e.printf("a running serve sends %s a sign-in link\n", email)
	case r.State == mailer.Sent && a.mailbox != nil:
		e.printf("a sign-in link for %s was caught, not sent: %s/mailbox shows it while standfirst serve runs\n", email, a.conf.Publication.URL)
	case r.State == mailer.Sent:
		e.printf("%s was sent a sign-in link that works once, for half an hour\n", email)
	case r.State == mailer.Queued:
		return &coded{exitPartly, fmt.Errorf("the mail server did not take the letter%s", said),
			"a running serve tries again for half an hour; standfirst editors link " + email + " prints a link"}
	default:
		return &coded{exitFailed, fmt.Errorf("the mail server refused the letter%s", said),
			"standfirst editors link " + email + " prints a link"}
	}
	return nil
}

// known returns editors.ErrNotFound unless the address is an editor's.
func (a *app) known(ctx context.Context, email string) error {
	all, err := a.db.Editors(ctx)
	if err != nil {
		return err
	}
	for _, ed := range all {
		if ed.Email == email {
			return nil
		}
	}
	return fmt.Errorf("editor %s: %w", email, editors.ErrNotFound)
}
