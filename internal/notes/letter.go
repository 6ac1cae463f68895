package notes

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A letter is one that is being written.
type letter struct {
	*Writer
	note *Note
	now  time.Time
	l    *i18n.Locale
	view templates.Note

	list, listName string // of list mail; see [mailer.Message]
}

func (w *Writer) letter(n *Note, now time.Time) *letter {
	tag := n.Language
	if tag == "" {
		tag = w.Language
	}
	l := w.Catalog.For(tag)
	view := templates.Note{Lang: l.Words, Dir: l.Dir, Publication: w.Publication}
	view.Publication.URL += "/"
	return &letter{Writer: w, note: n, now: now, l: l, view: view}
}

// say returns a message. Each may speak of the publication and of the address
// that the letter goes to; what a message does not speak of is not said.
func (l *letter) say(key string, pairs ...any) string {
	return l.l.Message("note."+key, append(pairs, "publication", l.Publication.Title, "address", l.note.To)...)
}

// request returns what the note asks to confirm, if somebody still waits for
// it.
func (l *letter) request(ctx context.Context) (*subscribers.Request, error) {
	q, err := l.People.Request(ctx, l.note.Request)
	switch {
	case errors.Is(err, subscribers.ErrNoRequest):
		return nil, ErrMoot
	case err != nil:
		return nil, err
	case !q.Done.IsZero():
		return nil, ErrMoot
	}
	return q, nil
}

// confirm asks whether it was the person who signed up. It says nothing that
// was typed into the form but the address: whoever signs others up would have us
// deliver their words. So it greets nobody by a name.
func (l *letter) confirm(ctx context.Context) error {
	q, err := l.request(ctx)
	if err != nil {
		return err
	}
	asked := slices.DeleteFunc(slices.Clone(q.Newsletters), func(name string) bool { return !l.has(name) })
	if len(asked) == 0 {
		return ErrMoot // the configuration has none of them any more
	}
	titles := l.titles(asked)
	v := &l.view
	v.Subject, v.Preheader, v.Title = l.say("confirm_subject"), l.say("confirm_preheader"), l.say("confirm_title")
	v.Paragraphs = append(v.Paragraphs, l.say("confirm", "date", l.day(q.Made), "newsletters", l.l.List(titles)))
	v.Button = templates.Button{Text: l.say("confirm_all"), URL: l.Publication.URL + "/confirm/" + l.Tokens.Confirm(q)}
	if len(titles) == 1 {
		v.Button.Text = l.say("confirm_one", "newsletter", titles[0])
	}
	for _, name := range asked {
		if n := l.newsletter(name); n.Description != "" {
			v.Items = append(v.Items, templates.NoteItem{Title: n.Title, Meta: n.Description})
		}
	}
	v.After = l.wishes(q.Topics, q.Cities)
	if q.Consent.Text != "" {
		v.After = append(v.After, l.say("agreed", "text", q.Consent.Text))
	}
	v.After = append(v.After, l.say("confirm_until", "date", l.day(q.Made.Add(subscribers.RequestLife))), l.say("ignore_confirm"))
	v.Why = l.say("why_asked")
	return nil
}

// known tells a reader who signs up again that they are in.
func (l *letter) known(ctx context.Context) error {
	titles, err := l.subscribed(ctx)
	if err != nil {
		return err
	}
	v := &l.view
	v.Subject, v.Title = l.say("known_subject"), l.say("known_title")
	switch len(titles) {
	case 0:
		v.Paragraphs = []string{l.say("known_none")}
	case 1:
		v.Paragraphs = []string{l.say("known", "newsletters", titles[0])}
	default:
		v.Paragraphs = []string{l.say("known_many", "newsletters", l.l.List(titles))}
	}
	v.Button = l.wishesButton()
	v.After = []string{l.say("ignore_known")}
	v.Why = l.say("why_reader")
	return nil
}

// address asks at the new address whether letters are to come there.
func (l *letter) address(ctx context.Context) error {
	q, err := l.request(ctx)
	if err != nil {
		return err
	}
	v := &l.view
	v.Subject, v.Title = l.say("address_subject"), l.say("address_title")
	v.Paragraphs = []string{l.say("address")}
	if other := l.note.Payload[Other]; other != "" {
		v.Paragraphs = []string{l.say("address_from", "other", other)}
	}
	v.Button = templates.Button{Text: l.say("address_button"), URL: l.Publication.URL + "/confirm/" + l.Tokens.Confirm(q)}
	v.After = []string{l.say("confirm_until", "date", l.day(q.Made.Add(subscribers.RequestLife))), l.say("ignore_address")}
	v.Why = l.say("why_asked")
	return nil
}

// addressChanged tells the old address. It has no link to the preferences: the
// mailbox may be somebody else's by now, which is why letters go elsewhere.
func (l *letter) addressChanged() {
	v := &l.view
	v.Subject, v.Title = l.say("changed_subject"), l.say("changed_title")
	v.Paragraphs = []string{l.say("changed_away")}
	if other := l.note.Payload[Other]; other != "" {
		v.Paragraphs = []string{l.say("changed", "other", other)}
	}
	v.Button = templates.Button{Text: l.say("changed_button"), URL: l.Publication.URL + "/subscribe"}
	v.After = []string{l.say("changed_ask")}
	v.Why = l.say("why_changed")
}

// preferences brings the link to them.
func (l *letter) preferences(ctx context.Context) error {
	if _, err := l.reader(ctx); err != nil {
		return err
	}
	v := &l.view
	v.Subject, v.Title = l.say("preferences_subject"), l.say("preferences_title")
	v.Paragraphs = []string{l.say("preferences")}
	v.Button = l.wishesButton()
	v.After = []string{l.say("ignore_preferences")}
	v.Why = l.say("why_reader")
	return nil
}

// signIn lets an editor in.
func (l *letter) signIn(ctx context.Context) error {
	if l.SignIn == nil {
		return errors.New("this program lets nobody sign in")
	}
	link, until, err := l.SignIn(ctx, l.note.To, l.now)
	if err != nil {
		return err
	}
	v := &l.view
	v.Subject, v.Title = l.say("sign_in_subject"), l.say("sign_in_title")
	v.Paragraphs = []string{l.say("sign_in", "time", l.l.Time(until.In(l.Zone)))}
	v.Button = templates.Button{Text: l.say("sign_in_button"), URL: link}
	v.After = []string{l.say("ignore_sign_in")}
	v.Why = l.say("why_editor")
	return nil
}

// test shows that letters arrive.
func (l *letter) test() {
	v := &l.view
	v.Subject, v.Title = l.say("test_subject"), l.say("test_title")
	v.Paragraphs = []string{l.say("test")}
	v.Button = templates.Button{Text: l.say("test_button"), URL: l.Publication.URL + "/"}
	v.Why = l.say("why_editor")
}

// day tells the day of a moment.
func (l *letter) day(t time.Time) string { return l.l.Day(t.In(l.Zone)) }

// wishesButton leads to the reader's preferences.
func (l *letter) wishesButton() templates.Button {
	return templates.Button{
		Text: l.say("preferences_button"),
		URL:  l.Publication.URL + "/preferences/" + l.Tokens.Preferences(l.note.Subscriber, ""),
	}
}
