package digest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/i18n"
)

func TestParseLineTellsWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`{{.Title}}, and more`:                          "",
		`{{t "letter.articles" "n" .Articles}}`:         "",
		`{{with .Titles}}{{index . 0}}{{end}}`:          "",
		`{{join .Titles " · "}}`:                        "",
		`{{.Titel}}`:                                    "can't evaluate field Titel",
		`{{if .Title}}`:                                 "unexpected EOF",
		`{{sparkle .Title}}`:                            `function "sparkle" not defined`,
		`{{index .Titles 0}}`:                           "a reminder alone",
		`{{index .Titles 2}}`:                           "one article",
		`{{t "letter.nothing"}}`:                        "there is none of this name",
		`{{t "letter.articles"}}`:                       "nothing was given for {n}",
		`{{define "x"}}{{template "x"}}{{end}}{{.Date}`: "bad character",
	} {
		_, err := ParseLine(text)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// letterOf returns a letter with these articles and events.
func letterOf(language string, entries ...content.Entry) *Letter {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	return &Letter{
		Publication: Publication{Title: "The Example Lead", URL: "https://example.com", Zone: time.UTC},
		Newsletter:  &Newsletter{Name: "weekly", Title: "The Weekly"}, Edition: "weekly/x", Entries: entries,
		Words: &Wording{Locale: i18n.For(language), Site: "https://example.com", Zone: time.UTC}, At: at, Near: "Near you",
	}
}

func told(kind content.Kind, e content.Event) content.Entry {
	return content.Entry{Release: content.Release{Kind: kind, Item: e.Name, Rule: content.RuleMoved, Days: e.Days}, Event: &e}
}

func written(title string, minutes int) content.Entry {
	return content.Entry{Release: content.Release{Kind: content.KindArticle, Item: title}, Article: &content.Article{Title: title, ReadingMinutes: minutes, Access: content.Free}}
}

func span(first, last string) (s content.Span) {
	if s.First.UnmarshalText([]byte(first)) != nil || s.Last.UnmarshalText([]byte(last)) != nil {
		panic(first + last)
	}
	return s
}

func TestSubjectAndPreheader(t *testing.T) {
	london := content.Event{Name: "London", City: "London", Days: span("2027-01-05", "2027-01-06"), Zone: "Europe/London", Status: content.Confirmed}
	parse := func(text string) *Line {
		l, err := ParseLine(text)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, test := range []struct {
		name               string
		l                  *Letter
		change             func(*Letter)
		subject, preheader string
		headline           string
	}{
		{"our own", letterOf("en", written("A", 1), written("B", 2)), func(*Letter) {}, "A, and one more read", "", ""},
		{"templates", letterOf("en", written("A", 1), written("B", 2)), func(l *Letter) {
			l.Newsletter.Subject, l.Newsletter.Preheader = parse("{{.Newsletter}}: {{.Title}}\n({{.Articles}})"), parse(`{{join .Titles " · "}} {{.Minutes}}`)
		}, "The Weekly: A (2)", "A · B 3", ""},
		{"in the letter's language", letterOf("de", written("A", 1)), func(l *Letter) {
			l.Newsletter.Subject = parse(`{{t "letter.reading" "n" .Minutes}}`)
		}, "1 Minute Lesezeit", "", ""},
		{"an editor's", letterOf("en", written("A", 1)), func(l *Letter) {
			l.Newsletter.Subject = parse("no")
			l.Subject, l.Preheader, l.Headline = "S", "P", "H"
		}, "S", "P", "H"},
		{"a template that comes to nothing", letterOf("en", told(content.KindReminder, london)), func(l *Letter) {
			l.Newsletter.Subject = parse("{{with .Titles}}{{index . 0}}{{end}}")
		}, "London is in six weeks", "", ""},
		{"events only", letterOf("en", told(content.KindNotice, london), told(content.KindReminder, content.Event{Name: "Oslo", Days: london.Days, Zone: "UTC"})), func(*Letter) {}, "New dates: London", "", "News of 2 events"},
		{"too long", letterOf("en", written("A", 1)), func(l *Letter) {
			l.Newsletter.Subject = parse(strings.Repeat("long ", 100))
		}, strings.Repeat("long ", 39) + "long…", "", ""},
	} {
		test.change(test.l)
		d := test.l.View()
		if d.Subject != test.subject || d.Preheader != test.preheader || d.Headline != test.headline {
			t.Errorf("%s: %q, %q, %q; want %q, %q, %q", test.name, d.Subject, d.Preheader, d.Headline, test.subject, test.preheader, test.headline)
		}
	}
}

func TestWhatIsNew(t *testing.T) {
	london := content.Event{Name: "London", Days: span("2027-01-05", "2027-01-06"), Zone: "UTC", Status: content.Confirmed}
	d := letterOf("en", written("A", 4), written("B", 5), told(content.KindReminder, london)).View()
	if want := "New for you: 2 articles, 9 minutes of reading · 1 event"; d.New != want || d.Near != "Near you" {
		t.Errorf("%q, %q", d.New, d.Near)
	}
	old := written("A", 4)
	old.Baseline = true
	if d := letterOf("en", old).View(); d.New != "To begin with: 1 article, 4 minutes of reading" {
		t.Errorf("the first edition: %q", d.New)
	}
	if d := letterOf("en", told(content.KindReminder, london)).View(); d.New != "" || d.Summary != "" || d.Near != "" {
		t.Errorf("a reminder alone: %q, %q, %q", d.New, d.Summary, d.Near)
	}
}

// Mail services warn of http, and a name before the host makes one host look
// like another: such addresses are behind our own page.
func TestLettersLeadByHTTPS(t *testing.T) {
	article := func(address string) content.Entry {
		e := written("A", 1)
		e.Article.URL, e.Article.Slug = address, "a b"
		return e
	}
	event := content.Event{Name: "Oslo", Slug: "oslo", Days: span("2027-01-05", "2027-01-06"), Zone: "UTC", Status: content.Confirmed}
	for _, test := range []struct{ address, article, event string }{
		{"https://cms.example/a?b=c", "https://cms.example/a?b=c", "https://cms.example/a?b=c"},
		{"http://cms.example/a", "%s/articles/a%%20b", "%s/events#oslo"},
		{"https://bank.example@evil.example/", "%s/articles/a%%20b", "%s/events#oslo"},
		{"http://user:pw@cms.example/", "%s/articles/a%%20b", "%s/events#oslo"},
		{"%s/media/x", "%s/media/x", "%s/media/x"},
		{"javascript:alert(1)", "%s/articles/a%%20b", "%s/events#oslo"},
	} {
		for _, site := range []string{"https://lead.example", "http://localhost:8080"} {
			at := func(s string) string {
				if strings.Contains(s, "%s") {
					return fmt.Sprintf(s, site)
				}
				return s
			}
			coming := event
			coming.URL = at(test.address)
			l := letterOf("en", article(at(test.address)), told(content.KindReminder, coming))
			l.Publication.URL, l.Words.Site = site, site
			strip := event
			strip.ID, strip.URL = "another", coming.URL
			l.Coming = []content.Event{strip}
			d := l.View()
			got := []string{d.Lead.URL, d.Reminders[0].URL, d.Events[0].URL}
			if diff := cmp.Diff([]string{at(test.article), at(test.event), at(test.event)}, got); diff != "" {
				t.Errorf("%s at %s (-want +got)\n%s", test.address, site, diff)
			}
		}
	}
}

func TestNoticesSayWhatChanged(t *testing.T) {
	was, is := span("2027-01-05", "2027-01-06"), span("2027-02-01", "2027-02-02")
	event := content.Event{Name: "Oslo", City: "Oslo", Days: is, Zone: "UTC", Status: content.Confirmed}
	for _, test := range []struct {
		name                 string
		change               func(*content.Event, *content.Entry)
		sentence, text, when string
	}{
		{"other days", func(_ *content.Event, n *content.Entry) { n.Was = was }, "New dates: Oslo", "It had been planned for January 5–6, 2027.", "February 1–2, 2027"},
		{"nobody knows from when", func(*content.Event, *content.Entry) {}, "New dates: Oslo", "", "February 1–2, 2027"},
		{"another city", func(_ *content.Event, n *content.Entry) { n.Was = is }, "New place: Oslo", "", "February 1–2, 2027"},
		{"online", func(e *content.Event, n *content.Entry) { n.Was, e.Online = is, true }, "Now online: Oslo", "", "February 1–2, 2027"},
		{"cancelled", func(e *content.Event, n *content.Entry) { n.Rule, e.Status = content.RuleCancelled, content.Cancelled }, "Cancelled: Oslo", "It had been planned for February 1–2, 2027. It will not take place.", ""},
		{"postponed", func(e *content.Event, n *content.Entry) { n.Rule, e.Status = content.RuleCancelled, content.Postponed }, "Postponed: Oslo", "It will not take place on February 1–2, 2027.", ""},
	} {
		n := told(content.KindNotice, event)
		test.change(n.Event, &n)
		d := letterOf("en", n).View()
		got := d.Notices[0]
		if got.Sentence != test.sentence || !strings.HasPrefix(got.Text, test.text) || test.text == "" && got.Text != "" || got.When != test.when {
			t.Errorf("%s: %q, %q, %q", test.name, got.Sentence, got.Text, got.When)
		}
	}
}
