package main

import (
	"fmt"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/templates"
)

// notes writes letters that one person waits for.
func (p *press) notes(articles []content.Entry) ([]Letter, error) {
	locale := p.catalog.For("en-GB")
	say := locale.Message
	about := templates.Publication{Title: p.about.Title, URL: site + "/", Address: p.about.Address}
	day := locale.Day(today)
	confirmation := templates.Note{
		Lang: locale.Words, Publication: about,
		Subject:    say("note.confirm_subject", "publication", p.about.Title),
		Preheader:  say("note.confirm_preheader"),
		Title:      say("note.confirm_title"),
		Paragraphs: []string{say("note.confirm", "date", day, "address", reader, "newsletters", "The Weekly", "publication", p.about.Title)},
		Button:     templates.Button{Text: say("note.confirm_one", "newsletter", "The Weekly"), URL: site + "/confirm/k3f9qx7m2pld"},
		After:      []string{say("note.confirm_until", "date", locale.Day(today.AddDate(0, 0, 7))), say("note.ignore_confirm")},
		Why:        say("note.why_asked", "address", reader, "publication", p.about.Title),

		PreferencesURL: site + "/preferences", UnsubscribeURL: site + "/unsubscribe/k3f9qx7m2pld",
	}
	welcome := confirmation
	welcome.Subject, welcome.Title = say("note.welcome_subject", "publication", p.about.Title), say("note.welcome_title")
	welcome.Preheader = ""
	welcome.Paragraphs = []string{
		say("note.welcome", "newsletters", "The Weekly", "address", reader),
		say("note.welcome_next", "newsletter", "The Weekly", "date", locale.Day(today.AddDate(0, 0, 7))),
		say("note.welcome_latest"),
	}
	welcome.Button = templates.Button{Text: say("note.welcome_button"), URL: site + "/editions/weekly/2026-11-24T08:00"}
	for _, e := range articles[:min(3, len(articles))] {
		welcome.Items = append(welcome.Items, templates.NoteItem{Title: e.Article.Title, URL: e.Article.URL, Meta: e.Article.Topics[0]})
	}
	welcome.After = nil
	welcome.Why = say("note.why_reader", "address", reader, "publication", p.about.Title)
	welcome.PreferencesURL, welcome.FeedsURL = site+"/preferences/k3f9qx7m2pld", site+"/feeds"

	var all []Letter
	for _, note := range []struct {
		name string
		note templates.Note
	}{{"confirmation", confirmation}, {"welcome", welcome}} {
		html, text, err := p.set.Note(note.note)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", note.name, err)
		}
		l, err := p.whole(Letter{Name: note.name, HTML: html, Text: text}, note.note.Subject, note.note.UnsubscribeURL)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}
