package notes

import (
	"context"
	"errors"
	"slices"

	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// welcome greets a reader: what comes when, on which topics, and what there is
// to read until then. It is list mail, the first of its newsletter, and so can
// be unsubscribed from with one press.
func (l *letter) welcome(ctx context.Context) error {
	reader, err := l.reader(ctx)
	if err != nil {
		return err
	}
	names := slices.DeleteFunc(l.note.list(Newsletters), func(name string) bool { return !l.has(name) })
	if len(names) == 0 {
		return ErrMoot
	}
	titles := l.titles(names)
	v := &l.view
	v.Subject, v.Title = l.say("welcome_subject"), l.say("welcome_title")
	v.Paragraphs = []string{l.say("welcome_many", "newsletters", l.l.List(titles))}
	if len(titles) == 1 {
		v.Paragraphs = []string{l.say("welcome", "newsletters", titles[0])}
	}
	for _, name := range names {
		v.Items = append(v.Items, l.coming(l.newsletter(name)))
	}
	if err := l.latest(ctx, names); err != nil {
		return err
	}
	v.After = l.wishes(reader.Topics, reader.Cities)
	v.Why = l.say("why_reader")
	v.PreferencesURL = l.Publication.URL + "/preferences/" + l.Tokens.Preferences(reader.ID, names[0])
	all := "" // from one newsletter, or from several
	if len(names) == 1 {
		all = names[0]
		l.list, l.listName = names[0]+"."+l.host(), titles[0]
	}
	v.UnsubscribeURL = l.Publication.URL + "/unsubscribe/" + l.Tokens.Leave(reader.ID, all)
	return nil
}

// coming tells when a newsletter comes next.
func (l *letter) coming(n Newsletter) templates.NoteItem {
	item := templates.NoteItem{Title: l.say("welcome_instant", "newsletter", n.Title), Meta: n.Description}
	if n.Next == nil {
		item.Title = n.Title // nothing is known of it here
		return item
	}
	if next := n.Next(l.now); !next.IsZero() {
		item.Title = l.say("welcome_next", "newsletter", n.Title, "date", l.l.FullDay(next))
	}
	return item
}

// latest leads to the newest edition, of the first newsletter that has one.
func (l *letter) latest(ctx context.Context, names []string) error {
	v := &l.view
	v.Button = templates.Button{Text: l.say("welcome_site"), URL: l.Publication.URL + "/"}
	if l.Latest == nil {
		return nil
	}
	for _, name := range names {
		url, err := l.Latest(ctx, name)
		if err != nil {
			return err
		}
		if url != "" {
			v.Paragraphs = append(v.Paragraphs, l.say("welcome_latest"))
			v.Button = templates.Button{Text: l.say("welcome_button"), URL: url}
			return nil
		}
	}
	return nil
}

// wishes tells the topics and cities of a reader; none means all.
func (l *letter) wishes(topics, cities []string) []string {
	t, c := l.l.Message("letter.all_topics"), l.l.Message("letter.all_cities")
	if len(topics) > 0 {
		t = l.l.Message("letter.your_topics", "topics", l.l.List(topics))
	}
	if len(cities) > 0 {
		c = l.l.Message("letter.your_cities", "cities", l.l.List(cities))
	}
	return []string{t + " " + c}
}

// reader returns whom the note is about.
func (l *letter) reader(ctx context.Context) (*subscribers.Subscriber, error) {
	s, err := l.People.Subscriber(ctx, l.note.Subscriber)
	if errors.Is(err, subscribers.ErrNotFound) {
		return nil, ErrMoot
	}
	return s, err
}

// subscribed returns the titles of the newsletters a reader has.
func (l *letter) subscribed(ctx context.Context) ([]string, error) {
	reader, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	all, err := l.People.Subscriptions(ctx, reader.ID)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range all {
		if s.Left.IsZero() && l.has(s.Newsletter) {
			names = append(names, s.Newsletter)
		}
	}
	return l.titles(names), nil
}

func (l *letter) titles(names []string) []string {
	titles := make([]string, len(names))
	for i, name := range names {
		titles[i] = l.newsletter(name).Title
	}
	return titles
}
