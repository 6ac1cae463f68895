package digest

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// A Wording says articles and events in a language, for letters and pages
// alike.
type Wording struct {
	Locale *i18n.Locale
	Site   string         // URL of our server without a slash at its end
	Zone   *time.Location // in which moments are told
	Own    string         // BCP 47 of the publication, for items that name no language; empty: they are marked with none
}

// Article returns an article as a letter or page shows it.
func (w *Wording) Article(a *content.Article) templates.Article {
	v := templates.Article{
		Title:      a.Title,
		URL:        a.URL,
		Standfirst: a.Standfirst,
		Image:      templates.Image{URL: a.Image.URL, Alt: a.Image.Alt},
	}
	v.Lang, v.Dir = w.differs(a.Lang)
	if len(a.Topics) > 0 {
		v.Topic = a.Topics[0]
	}
	if names := w.authors(a); names != "" {
		v.By = w.Locale.Message("letter.by", "authors", names)
	}
	if !a.Published.IsZero() {
		day := a.Published
		if !a.DateOnly {
			day = day.In(w.Zone)
		}
		v.Date = w.Locale.Day(day)
	}
	if a.ReadingMinutes > 0 {
		v.ReadingTime = w.Locale.Message("letter.minutes", "n", a.ReadingMinutes)
	}
	switch {
	case a.Access == content.Metered:
		v.Access = w.Locale.Message("letter.metered")
	case !a.Access.Open():
		v.Access = w.Locale.Message("letter.registered")
	}
	v.Action = w.Locale.Message("letter.read", "title", a.Title)
	return v
}

func (w *Wording) authors(a *content.Article) string {
	var names []string
	for _, who := range a.Authors {
		names = append(names, who.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return w.Locale.List(names)
}

// Event returns an event as a letter or page shows it.
func (w *Wording) Event(e *content.Event) templates.Event {
	v := templates.Event{
		Name:     e.Name,
		URL:      e.URL,
		When:     w.days(e.Days),
		Where:    w.where(e),
		Month:    w.Locale.ShortMonth(e.Days.First.In(time.UTC)),
		Days:     w.Locale.DayNumbers(e.Days.First.In(time.UTC), e.Days.Last.In(time.UTC)),
		Calendar: w.Site + "/events/" + url.PathEscape(e.Slug) + ".ics",
		Off:      e.Status == content.Cancelled || e.Status == content.Postponed,
	}
	v.Lang, v.Dir = w.differs("")
	if v.URL == "" {
		v.URL = w.Site + "/events#" + url.PathEscape(e.Slug)
	}
	if !e.AllDay() {
		v.When += ", " + w.Locale.Time(e.Start.In(e.Location()))
	}
	return v
}

// Early adds the early price to an event while it lasts.
func (w *Wording) early(v templates.Event, e *content.Event, now time.Time) templates.Event {
	if !e.EarlyBird.IsZero() && now.Before(e.EarlyBird.AddDays(1).In(e.Location())) {
		v.Price = w.Locale.Message("letter.early_bird", "date", w.Locale.Day(e.EarlyBird.In(time.UTC)))
	}
	return v
}

// Reminder returns a reminder in the words of the day it is sent: "LeadDev
// London is in six weeks".
func (w *Wording) Reminder(e *content.Event, now time.Time) templates.Event {
	v := w.early(w.Event(e), e, now)
	days := e.Days.First.Sub(content.DateOf(now.In(e.Location())))
	v.Sentence = w.Locale.Message("letter.reminder", "event", e.Name, "when", w.Locale.InDays(days))
	return v
}

// Notice returns what changed about an event.
func (w *Wording) Notice(e *content.Event, rule string) templates.Event {
	return w.notice(&content.Entry{Release: content.Release{Rule: rule}, Event: e})
}

// notice is Notice with what readers had been told before, where that is known.
func (w *Wording) notice(n *content.Entry) templates.Event {
	e := n.Event
	v := w.Event(e)
	say := func(key string, pairs ...any) string { return w.Locale.Message("letter."+key, pairs...) }
	other := n.Was != (content.Span{}) && n.Was != e.Days
	key := "moved"
	switch {
	case e.Status == content.Postponed:
		key, v.Text, v.When = "postponed", say("postponed_text", "days", w.days(e.Days)), ""
	case n.Rule == content.RuleCancelled:
		key, v.Text, v.When = "cancelled", say("was_planned", "days", w.days(e.Days))+" "+say("cancelled_text"), ""
	case other:
		v.Text = say("was_planned", "days", w.days(n.Was))
	case n.Was == (content.Span{}): // nothing is known of before
	case e.Online:
		key = "moved_online"
	default:
		key = "moved_city"
	}
	v.Sentence = say(key, "event", e.Name)
	return v
}

func (w *Wording) days(s content.Span) string {
	return w.Locale.Days(s.First.In(time.UTC), s.Last.In(time.UTC))
}

func (w *Wording) where(e *content.Event) string {
	var parts []string
	if e.City != "" {
		parts = append(parts, e.City)
	}
	if e.Place != "" {
		parts = append(parts, e.Place)
	}
	if e.Online {
		parts = append(parts, w.Locale.Message("letter.online"))
	}
	return strings.Join(parts, ", ")
}

// differs returns the language and direction to mark an item with, nothing
// where they are those of the words around it.
func (w *Wording) differs(lang string) (string, string) {
	if lang = cmp.Or(lang, w.Own); lang == "" {
		return "", ""
	}
	own := i18n.For(lang)
	if base(own.Tag) == base(w.Locale.Tag) {
		return "", ""
	}
	if own.Dir == w.Locale.Dir {
		return lang, ""
	}
	return lang, own.Dir
}

func base(tag string) string {
	b, _, _ := strings.Cut(tag, "-")
	return b
}
