package digest

import (
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/templates"
)

// Publication is what letters say of their publisher.
type Publication struct {
	Title       string
	Description string // a sentence or two; may be empty
	URL         string // of our server, without a slash at its end
	Address     string // postal
	Language    string // BCP 47
	Zone        *time.Location
}

// A Letter is everything the letter of one version is written from.
type Letter struct {
	Publication Publication
	Newsletter  *Newsletter
	Edition     string          // its ID
	Entries     []content.Entry // in the order of the version's items
	Coming      []content.Event // the strip of conferences
	Pictures    Pictures        // of articles; nil: they show their own
	Words       *Wording
	At          time.Time // the day it speaks from

	// Number is the edition's in the database, by which links name it where clicks
	// are counted; 0: links lead straight to items, and nothing is counted.
	Number int64
	// Counted has the letter say that clicks on its links are counted. A preview
	// says so and has no such links.
	Counted bool

	// An editor's words for this edition; empty ones are ours.
	Subject, Preheader, Headline, Intro string

	// A reader's own: holes, or words in a preview. Near is the heading above
	// reminders.
	Why, Near, Preferences, Unsubscribe string
}

// edit takes over an editor's words.
func (l *Letter) edit(c *Changes) {
	l.Subject, l.Preheader, l.Intro = c.Subject, c.Preheader, c.Intro
}

// cards is how many articles are shown at length; the rest are headlines.
const cards = 8

// View returns the letter as the templates take it.
func (l *Letter) View() templates.Digest {
	w := l.Words
	d := templates.Digest{
		Lang: w.Locale.Words, Dir: w.Locale.Dir,
		Publication:    templates.Publication{Title: l.Publication.Title, URL: l.Publication.URL + "/", Address: l.Publication.Address},
		Newsletter:     l.Newsletter.Title,
		Date:           w.Locale.FullDay(l.At.In(l.Publication.Zone)),
		Headline:       l.Headline,
		Intro:          l.Intro,
		Why:            l.Why,
		Counted:        l.Counted,
		PreferencesURL: l.Preferences,
		UnsubscribeURL: l.Unsubscribe,
		BrowserURL:     l.Publication.URL + "/editions/" + l.Edition,
		FeedsURL:       l.Publication.URL + "/feeds",
	}
	minutes, first, told := 0, false, map[string]bool{}
	for i := range l.Entries {
		e := &l.Entries[i]
		switch e.Kind {
		case content.KindArticle:
			a := w.Article(e.Article)
			a.URL = l.link(e)
			a.Image = l.Pictures.Show(l.Publication.URL, e.Article.Image, d.Lead == nil)
			minutes += e.Article.ReadingMinutes
			first = first || e.Baseline
			switch {
			case d.Lead == nil:
				d.Lead = &a
			case len(d.Articles) < cards:
				d.Articles = append(d.Articles, a)
			default:
				d.Headlines = append(d.Headlines, a)
			}
		case content.KindReminder:
			told[e.Item] = true
			v := w.Reminder(e.Event, l.At)
			v.URL = l.link(e)
			d.Reminders = append(d.Reminders, v)
		case content.KindNotice:
			told[e.Item] = true
			v := w.notice(e)
			v.URL = l.link(e)
			d.Notices = append(d.Notices, v)
		}
	}
	for i := range l.Coming {
		if e := &l.Coming[i]; !told[e.ID] {
			v := w.early(w.Event(e), e, l.At)
			v.URL = l.Publication.eventAddress(e) // no item, so no link of ours
			d.Events = append(d.Events, v)
		}
	}
	if d.Solo() == nil {
		d.Near = l.Near
		d.Summary = l.summary(&d, minutes)
	}
	if d.Summary != "" {
		// Readers who had letters before and such as had none share a version:
		// what is said must be true for both.
		key := "letter.new_for_you"
		if first { // what was there before the newsletter
			key = "letter.to_begin"
		}
		d.New = w.Locale.Message(key, "summary", d.Summary)
	}
	l.head(&d, minutes)
	return d
}

// link is where an item's links lead: through our server where clicks are
// counted, else straight to it.
func (l *Letter) link(e *content.Entry) string {
	if l.Number > 0 {
		return l.Publication.URL + Link{Edition: l.Number, Release: e.N}.Path()
	}
	return l.Publication.LeadsTo(e)
}

// head gives the letter its subject, preheader and headline. An editor's win;
// then the newsletter's templates. A letter with articles needs no headline: its
// lead's title is the edition's.
func (l *Letter) head(d *templates.Digest, minutes int) {
	line := LineData{
		Publication: l.Publication.Title, Newsletter: l.Newsletter.Title, Date: d.Date,
		Articles: len(d.Articles) + len(d.Headlines), Events: len(d.Reminders) + len(d.Notices), Minutes: minutes,
		Subject: l.subject(d), Title: l.Newsletter.Title,
	}
	for _, e := range append(append([]templates.Event(nil), d.Notices...), d.Reminders...) {
		line.Title = e.Sentence
		break
	}
	if d.Lead != nil {
		line.Articles, line.Title = line.Articles+1, d.Lead.Title
		line.Titles = append(line.Titles, d.Lead.Title)
	} else if d.Headline == "" && line.Events > 1 {
		d.Headline = l.Words.Locale.Message("letter.news_of", "n", line.Events)
	}
	for _, a := range d.Articles {
		line.Titles = append(line.Titles, a.Title)
	}
	for _, a := range d.Headlines {
		line.Titles = append(line.Titles, a.Title)
	}
	d.Subject, d.Preheader = l.Subject, l.Preheader
	if d.Subject == "" {
		d.Subject = l.Newsletter.Subject.say(line, l.Words.Locale, line.Subject)
	}
	if d.Preheader == "" {
		d.Preheader = l.Newsletter.Preheader.say(line, l.Words.Locale, "")
	}
}

// told returns the events that the letter's reminders and notices speak of,
// each once, in the order of the letter.
func (l *Letter) told() []content.Event {
	var events []content.Event
	seen := map[string]bool{}
	for i := range l.Entries {
		e := &l.Entries[i]
		if e.Event != nil && (e.Kind == content.KindReminder || e.Kind == content.KindNotice) && !seen[e.Event.ID] {
			seen[e.Event.ID] = true
			events = append(events, *e.Event)
		}
	}
	return events
}

// subject names the first thing in the letter and counts the rest.
func (l *Letter) subject(d *templates.Digest) string {
	articles := len(d.Articles) + len(d.Headlines)
	if d.Lead != nil {
		if articles == 0 {
			return d.Lead.Title
		}
		return l.Words.Locale.Message("letter.subject_more", "title", d.Lead.Title, "n", articles)
	}
	for _, e := range append(append([]templates.Event(nil), d.Notices...), d.Reminders...) {
		return e.Sentence
	}
	return l.Newsletter.Title
}

// summary counts what is in the letter: "3 articles, 17 minutes of reading · 2 events".
func (l *Letter) summary(d *templates.Digest, minutes int) string {
	m := l.Words.Locale.Message
	var parts []string
	if d.Lead != nil {
		n := 1 + len(d.Articles) + len(d.Headlines)
		read := []string{m("letter.articles", "n", n)}
		if minutes > 0 {
			read = append(read, m("letter.reading", "n", minutes))
		}
		parts = append(parts, l.Words.Locale.Join(read))
	}
	if n := len(d.Reminders) + len(d.Notices); n > 0 {
		parts = append(parts, m("letter.events", "n", n))
	}
	return strings.Join(parts, " · ")
}
