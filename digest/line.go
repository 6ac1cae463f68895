package digest

import (
	"fmt"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/standfirst/standfirst/internal/i18n"
)

// A Line is the subject or preheader of a newsletter's letters as a publication
// wants it: a text/template of Go over [LineData]. Besides what such templates
// know, it may call {{t "letter.articles" "n" .Articles}} for a sentence of the
// message files, in the language of the letter, and {{join .Titles ", "}}.
type Line struct{ template *template.Template }

// LineData is what a Line is made from.
type LineData struct {
	Publication string
	Newsletter  string   // its title
	Date        string   // "Tuesday, 24 November 2026", in the language of the letter
	Title       string   // of the first thing in the letter: an article, else a reminder or notice
	Titles      []string // of its articles, the lead first; none in a letter of events alone
	Subject     string   // as it is without a template: "On-call, and 3 more reads"
	Articles    int
	Events      int // reminders and notices
	Minutes     int // of reading all articles; 0: unknown
}

// longestLine is the most characters of a subject or preheader.
const longestLine = 200

// ParseLine reads a template and tries it on letters of every shape: with many
// articles, one, and none. What fails on one of them is an error now, so that it
// is none on the day of sending.
func ParseLine(text string) (*Line, error) {
	l := &Line{}
	words := i18n.For("en")
	var err error
	if l.template, err = template.New("").Funcs(lineFuncs(words)).Option("missingkey=error").Parse(text); err != nil {
		return nil, fmt.Errorf("template: %s", withoutName(err))
	}
	full := LineData{
		Publication: "The Example Lead", Newsletter: "The Weekly", Date: "Tuesday, 24 November 2026",
		Title: "First", Titles: []string{"First", "Second", "Third"}, Subject: "First, and 2 more reads", Articles: 3, Events: 1, Minutes: 12,
	}
	one, none := full, full
	one.Titles, one.Articles, one.Events, one.Minutes, one.Subject = full.Titles[:1], 1, 0, 0, "First"
	none.Titles, none.Articles, none.Minutes, none.Title, none.Subject = nil, 0, 0, "Example London is in two weeks", "Example London is in two weeks"
	for _, sample := range []struct {
		of   string
		data LineData
	}{{"three articles", full}, {"one article", one}, {"a reminder alone", none}} {
		if _, err := l.write(sample.data, words); err != nil {
			return nil, fmt.Errorf("template: of a letter with %s: %s", sample.of, withoutName(err))
		}
	}
	return l, nil
}

// withoutName leaves out that the template has none.
func withoutName(err error) string {
	s := strings.TrimPrefix(err.Error(), "template: ")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "<unnamed>:"), ":")
	return strings.Replace(s, `executing "" at`, "at", 1)
}

func lineFuncs(l *i18n.Locale) template.FuncMap {
	return template.FuncMap{
		"t":    func(key string, pairs ...any) (string, error) { return l.Format(key, pairs...) },
		"join": func(list []string, by string) string { return strings.Join(list, by) },
	}
}

// write returns the line for one letter, as one line of at most 200 characters.
func (l *Line) write(d LineData, words *i18n.Locale) (string, error) {
	t, err := l.template.Clone() // its words are of one language
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Funcs(lineFuncs(words)).Execute(&b, d); err != nil {
		return "", err
	}
	said := strings.Join(strings.Fields(b.String()), " ")
	if utf8.RuneCountInString(said) > longestLine {
		said = string([]rune(said)[:longestLine-1]) + "…"
	}
	return said, nil
}

// say returns the line for a letter, or what it would be otherwise: without a
// template, and where one comes to nothing.
func (l *Line) say(d LineData, words *i18n.Locale, otherwise string) string {
	if l == nil {
		return otherwise
	}
	if said, err := l.write(d, words); err == nil && said != "" {
		return said
	}
	return otherwise
}
