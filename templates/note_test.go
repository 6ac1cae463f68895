package templates

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNoteGolden(t *testing.T) {
	s := load(t, nil)
	files := map[string]string{"a welcome": "note", "a sign-in": "note-minimal", "a welcome from right to left": "note-ar"}
	for name, n := range sampleNotes() {
		html, text, err := s.Note(n)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, files[name]+".html", html)
		golden(t, files[name]+".txt", text)
	}
}

// TestNotesInEveryLanguage: the frame of a note is whole, and short, in every
// language there is.
func TestNotesInEveryLanguage(t *testing.T) {
	s := load(t, nil)
	for _, name := range slices.Sorted(maps.Keys(sampleNotes())) {
		for _, lang := range []string{"en", "de", "fr", "es", "ar"} {
			n := sampleNotes()[name]
			n.Lang, n.Dir = lang, ""
			html, text, err := s.Note(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range lintLetter(html, text, n.UnsubscribeURL != "") {
				if !f.Warning { // most of a letter this small is its footer, and small print
					t.Errorf("%s in %s: %v", name, lang, f)
				}
			}
			if len(html) > 20<<10 {
				t.Errorf("%s in %s: %d bytes", name, lang, len(html))
			}
		}
	}
}

func TestNoteFillsItself(t *testing.T) {
	n := Note{Lang: "de", Publication: Publication{Title: "The Example Lead"}, Subject: "Bitte bestätigen", Button: Button{URL: "https://example.com/confirm/x"}}
	html, text, err := load(t, nil).Note(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">Bitte bestätigen</h1>", `dir="ltr"`, ">Bitte bestätigen</a>", ">Im Browser öffnen</a>", "weil jemand diese Adresse bei"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not in the letter", want)
		}
	}
	if strings.Contains(html, "Abbestellen") || strings.Contains(text, "Abbestellen") {
		t.Error("there is a way to leave that leads nowhere")
	}
	n.Button.URL = "javascript:alert(1)"
	html, _, _ = load(t, nil).Note(n)
	if strings.Contains(html, "javascript") || strings.Contains(html, "btn\" href") {
		t.Error("a button that leads nowhere is there")
	}
}

func TestHostileNote(t *testing.T) {
	fill := func(s string) Note {
		b := Button{s, "https://example.com/?" + s}
		return Note{
			Lang: s, Dir: s, Publication: Publication{s, "javascript:" + s, s}, Subject: s, Preheader: s, Title: s, Paragraphs: []string{s, s}, Button: b,
			ItemsTitle: s, Items: []NoteItem{{s, s, s, "data:" + s, s}}, After: []string{s}, Why: s,
			BrowserURL: "javascript:" + s, PreferencesURL: s, UnsubscribeURL: "https://example.com/" + s, FeedsURL: s, PrivacyURL: s,
		}
	}
	n := fill(hostile)
	html, text, err := load(t, nil).Note(n)
	if err != nil {
		t.Fatal(err)
	}
	m := readMarkup(html)
	if len(m.broken) > 0 || len(m.named("script")) > 0 || len(m.named("title")) != 1 {
		t.Error("strangers wrote HTML")
	}
	for _, bad := range []string{"javascript:", "data:", "\x00", "\u202e", "\ue000"} {
		if strings.Contains(html, `"`+bad) || strings.Contains(text, "\n"+bad) {
			t.Errorf("%q is in the note", bad)
		}
	}
	if diff := cmp.Diff(fill(hostile), n); diff != "" {
		t.Errorf("the view was changed (-want +got)\n%s", diff)
	}
	long := fill(strings.Repeat("wörter ", 9000))
	long.Paragraphs, long.Items = make([]string, 100), make([]NoteItem, 100)
	for i := range 100 {
		long.Paragraphs[i], long.Items[i] = long.Why, NoteItem{Title: long.Why}
	}
	if html, _, err = load(t, nil).Note(long); err != nil || len(html) > Budget {
		t.Errorf("%d bytes, %v", len(html), err)
	}
}
