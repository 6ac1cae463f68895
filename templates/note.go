package templates

import (
	"bytes"
	"strings"
)

// A Note is a small letter that somebody waits for, or must have: a
// confirmation, a welcome, a link to the preferences, a sign-in, a notice of a
// test. It stands in the same frame as a [Digest] and may be restyled with it.
//
// Text is plain and never trusted. Links are absolute http or https URLs; any
// other is left out and its words stay.
type Note struct {
	Lang string // BCP 47
	Dir  string // ltr or rtl; empty: that of Lang

	Publication Publication
	Subject     string
	Preheader   string // what inboxes show beside the subject; empty: made from the paragraphs
	Title       string // the one h1; empty: Subject

	Paragraphs []string
	Button     Button     // the one thing to do; without a URL there is none
	ItemsTitle string     // above Items; may be empty
	Items      []NoteItem // what else is to be seen: the latest edition, a list of addresses
	After      []string   // in small letters at the end: how long a link holds, what to do if it was not you

	Why            string // why the reader gets this; empty: somebody gave the address to the publication
	BrowserURL     string // a public page that says the same; may be empty, as the ones below
	PreferencesURL string
	UnsubscribeURL string
	FeedsURL       string
	PrivacyURL     string
}

// A Button is what a note asks for. Its link is written out below it again,
// for those whose mail program shows no button.
type Button struct{ Text, URL string }

// A NoteItem is one line of a note's list.
type NoteItem struct {
	Lang, Dir  string // of Title, if they differ from the note's
	Title, URL string
	Meta       string // "24 November 2026 · 17 minutes of reading"
}

// Note renders a small letter, in HTML and in plain text. What is far too long
// is cut, so that the HTML stays below 20 KB for anything a program of ours
// writes.
//
// n is not changed. An error is a template's: the note's data cannot cause one.
func (s *Set) Note(n Note) (html, text string, err error) {
	sp, err := s.in(n.Lang)
	if err != nil {
		return "", "", err
	}
	n = sp.prepareNote(n)
	html, err = sp.execute("note", &n)
	if err != nil {
		return "", "", s.renderError("mail/note.gohtml", err)
	}
	text, err = sp.write("note.txt.tmpl", &n)
	if err != nil {
		return "", "", s.renderError("mail/note.txt.tmpl", err)
	}
	return html, text, nil
}

// execute writes the HTML of a letter.
func (sp *spoken) execute(name string, view any) (string, error) {
	var b bytes.Buffer
	err := sp.mail.ExecuteTemplate(&b, name, view)
	return b.String(), err
}

// write writes the text of a letter.
func (sp *spoken) write(name string, view any) (string, error) {
	var b bytes.Buffer
	if err := sp.text.ExecuteTemplate(&b, name, view); err != nil {
		return "", err
	}
	return blankLines.ReplaceAllString(strings.TrimSpace(b.String()), "\n\n") + "\n", nil
}

// Counted reports that nothing is counted of a note, whose frame asks: its links
// are one person's.
func (n *Note) Counted() bool { return false }

// Start returns the side on which lines of the note begin, as [Digest.Start]
// does.
func (n *Note) Start() string { return start(n.Dir) }

// The most there is in a note.
const (
	mostParagraphs = 12
	mostItems      = 20
)

// prepareNote returns n with what it leaves open filled in and strangers' text
// made harmless.
func (sp *spoken) prepareNote(n Note) Note {
	if n.Lang, n.Dir = language(n.Lang), direction(n.Dir); n.Lang == "" {
		n.Lang = sp.locale.Tag
	}
	if n.Dir == "" {
		n.Dir = sp.locale.Dir
	}
	for _, p := range []*string{&n.Publication.Title, &n.Subject, &n.Title, &n.ItemsTitle, &n.Button.Text} {
		*p = tidy(*p, longestTitle)
	}
	for _, p := range []*string{&n.Publication.URL, &n.Button.URL, &n.BrowserURL, &n.PreferencesURL, &n.UnsubscribeURL, &n.FeedsURL, &n.PrivacyURL} {
		*p = link(*p)
	}
	n.Publication.Address = tidy(n.Publication.Address, longestText)
	n.Paragraphs, n.After = noteText(n.Paragraphs), noteText(n.After)
	n.Items = tidied(n.Items[:min(len(n.Items), mostItems)], NoteItem.tidy)
	if n.Title == "" {
		n.Title = n.Subject
	}
	if n.Why = tidy(n.Why, longestIntro); n.Why == "" {
		n.Why = sp.locale.Message("letter.why_given", "publication", n.Publication.Title)
	}
	if n.Button.Text == "" {
		n.Button.Text = n.Title
	}
	said := append(append([]string{n.Preheader}, n.Paragraphs...), n.After...)
	n.Preheader = beside(n.Subject, append(said, n.Why, n.Publication.Title, n.Publication.Address))
	return n
}

func noteText(list []string) []string {
	var out []string
	for _, p := range list {
		if p = tidy(p, longestText); p != "" && len(out) < mostParagraphs {
			out = append(out, p)
		}
	}
	return out
}

func (i NoteItem) tidy() NoteItem {
	i.Title, i.Meta = tidy(i.Title, longestTitle), tidy(i.Meta, longestText)
	i.Lang, i.Dir, i.URL = language(i.Lang), direction(i.Dir), link(i.URL)
	return i
}
