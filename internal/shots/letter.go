package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

// A Letter is one of every kind.
type Letter struct {
	Name       string // "digest-en"; of its files
	Dark       bool   // pictured in the dark too
	HTML, Text string
	Whole      []byte // as it goes over the wire
}

const site = "https://news.example.com"

// The day that is always today: a Tuesday, at the hour of The Weekly.
var today = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// A press writes the letters of the sample.
type press struct {
	set     *templates.Set
	catalog *i18n.Catalog
	about   digest.Publication
}

// Letters writes one letter of every kind: digests in three languages, a
// reminder and notices that stand alone, and letters that one person waits for.
func Letters(ctx context.Context, paper string) ([]Letter, error) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, err
	}
	lead, err := readPaper(ctx, paper, zone)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	catalog := i18n.BuiltIn()
	set, err := templates.Load(nil, templates.Theme{}, catalog)
	if err != nil {
		return nil, err
	}
	p := &press{set: set, catalog: catalog, about: digest.Publication{
		Title: "The Example Lead", URL: site, Address: "1 Example Street, London EC1A 1AA, United Kingdom", Language: "en", Zone: zone,
	}}
	london, newYork, berlin := lead.event("london"), lead.event("new-york"), lead.event("berlin")
	moved, planned := berlin, berlin.Days
	moved.Days = content.Span{First: planned.First.AddDays(14), Last: planned.Last.AddDays(14)}
	off := newYork
	off.Status = content.Cancelled
	articles := lead.articles()

	var all []Letter
	for _, want := range []struct {
		name, language string
		dark           bool
		near           bool // the reader chose cities
		entries        []content.Entry
	}{
		{"digest-en", "en-GB", true, true, slices.Concat(articles, []content.Entry{reminder(london), notice(moved, planned)})},
		{"digest-de", "de", false, true, slices.Concat(german(), articles[1:4], []content.Entry{reminder(london)})},
		{"digest-ar", "ar", true, true, slices.Concat(arabic(), articles[1:2], []content.Entry{reminder(london)})},
		{"reminder", "en-GB", false, false, []content.Entry{reminder(london)}},
		{"cancelled", "en-GB", false, false, []content.Entry{notice(off, content.Span{})}},
		{"moved", "en-GB", false, false, []content.Entry{notice(moved, planned)}},
	} {
		l, err := p.digest(want.name, want.language, want.near, want.entries, lead.events)
		if err != nil {
			return nil, err
		}
		l.Dark = want.dark
		all = append(all, l)
	}
	notes, err := p.notes(articles)
	return append(all, notes...), err
}

// digest writes a letter of The Weekly.
func (p *press) digest(name, language string, near bool, entries []content.Entry, coming []content.Event) (Letter, error) {
	words := &digest.Wording{Locale: p.catalog.For(language), Site: site, Zone: p.about.Zone, Own: "en"}
	say := words.Locale.Message
	l := digest.Letter{
		Publication: p.about, Newsletter: &digest.Newsletter{Name: "weekly", Title: "The Weekly"},
		Edition: "weekly/2026-11-24T08:00", Entries: entries, Coming: coming, Words: words, At: today,
		Near:        say("letter.reminders"),
		Preferences: site + "/preferences/k3f9qx7m2pld", Unsubscribe: site + "/unsubscribe/k3f9qx7m2pld",
	}
	since := words.Locale.Day(time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC))
	l.Why = say("letter.why_since", "address", reader, "newsletter", l.Newsletter.Title, "date", since) + " " + say("letter.all_topics") + " "
	if near {
		l.Near = say("letter.near_you")
		l.Why += say("letter.your_cities", "cities", words.Locale.List([]string{"London", "Berlin"}))
	} else {
		l.Why += say("letter.all_cities")
	}
	d := l.View()
	html, text, err := p.set.Digest(d)
	if err != nil {
		return Letter{}, fmt.Errorf("%s: %w", name, err)
	}
	return p.whole(Letter{Name: name, HTML: html, Text: text}, d.Subject, l.Unsubscribe)
}

// reader is who gets the sample.
const reader = "ada@example.com"

// whole makes the letter one that a server would take.
func (p *press) whole(l Letter, subject, unsubscribe string) (Letter, error) {
	raw, err := mailer.Compose(&mailer.Message{
		From: mailer.Address{Name: p.about.Title, Email: "news@news.example.com"}, To: mailer.Address{Name: "Ada Lovelace", Email: reader},
		MessageID: mailer.MessageID([]byte("shots"), l.Name, 1, "news.example.com"), Date: today,
		Subject: subject, Text: l.Text, HTML: l.HTML,
		ListID: "weekly.news.example.com", ListName: "The Weekly", ListArchive: site + "/archive", Unsubscribe: unsubscribe,
	})
	if err != nil {
		return l, fmt.Errorf("%s: %w", l.Name, err)
	}
	l.Whole = raw
	return l, nil
}

func reminder(e content.Event) content.Entry {
	return content.Entry{Release: content.Release{Kind: content.KindReminder, Item: e.ID, Rule: "42d", At: today, Days: e.Days}, Event: &e}
}

// notice says that an event was called off, or has other days than it had.
func notice(e content.Event, was content.Span) content.Entry {
	n := content.Entry{Release: content.Release{Kind: content.KindNotice, Item: e.ID, Rule: content.RuleMoved, At: today, Days: e.Days}, Event: &e, Was: was}
	if !e.On() {
		n.Rule = content.RuleCancelled
	}
	return n
}
