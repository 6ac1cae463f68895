package templates

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// load loads the built-in templates, or those of a user over them.
func load(t *testing.T, user fstest.MapFS) *Set {
	t.Helper()
	var folder fs.FS
	if user != nil {
		folder = user
	}
	s, err := Load(folder, Theme{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBuiltInsAreClean(t *testing.T) {
	for _, th := range []Theme{{}, {Accent: "#8a1c4a", AccentDark: "#ffb3cf", Logo: "https://news.example.com/logo.png", LogoWidth: 120, Width: 720}} {
		s, err := Load(nil, th, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range s.Check() {
			t.Error(err)
		}
	}
}

func TestUsersFileWins(t *testing.T) {
	s := load(t, fstest.MapFS{
		"mail/topic.gohtml": {Data: []byte(`{{with .Topic}}<p class="k" style="{{css "topic"}}">Topic of the day: {{.}}</p>{{end}}`)},
		"static/app.css":    {Data: []byte("body{color:red}")},
		"static/logo.png":   {Data: []byte("png")},
		"README.md":         {Data: []byte("ours")},
		"mail/notes.txt":    {Data: []byte("ours")},
		"static/.DS_Store":  {Data: []byte("theirs")},
	})
	if errs := s.Check(); len(errs) > 0 {
		t.Errorf("check: %v", errs)
	}
	html, _, err := s.Digest(sampleFull())
	if err != nil || !strings.Contains(html, "Topic of the day: Leadership") {
		t.Errorf("the user's topic is not in the letter: %v", err)
	}
	if got := string(s.Static()["app.css"].Body); got != "body{color:red}" {
		t.Errorf("app.css = %q", got)
	}
	if got := s.Static()["logo.png"].Type; got != "image/png" {
		t.Errorf("logo.png is served as %q", got)
	}
}

// texts are what a person would read.
func texts(errs ...error) []string {
	var list []string
	for _, err := range errs {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			list = append(list, texts(many.Unwrap()...)...)
		} else if err != nil {
			list = append(list, err.Error())
		}
	}
	return list
}

func TestLoadTellsEveryMistakeWithItsLine(t *testing.T) {
	_, err := Load(fstest.MapFS{
		"mail/lead.gohtml":     {Data: []byte("<p>\n{{if .Title}}\n")},
		"mail/articel.gohtml":  {Data: []byte("<p>")},
		"page/home.gohtml":     {Data: []byte("{{template \"top\" .}}\n\n{{.Title | sparkle}}")},
		"mail/digest.txt.tmpl": {Data: []byte("a\n{{end}}")},
		"static/font.exe":      {Data: []byte("MZ")},
		"static/app.css":       {Data: make([]byte, largest+1)},
	}, Theme{}, nil)
	got := texts(err)
	for i, s := range got {
		got[i], _, _ = strings.Cut(s, "; ")
	}
	want := []string{
		"mail/articel.gohtml: replaces nothing",
		"mail/digest.txt.tmpl:2: unexpected {{end}}",
		"mail/lead.gohtml:3: unexpected EOF",
		`page/home.gohtml:3: function "sparkle" not defined`,
		"static/app.css: has 1048577 bytes",
		"static/font.exe: is of a kind we do not serve",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if m := (*Mistake)(nil); !errors.As(err, &m) || !m.Own {
		t.Errorf("the mistake is not known as the user's: %+v", m)
	}
}

func TestLoadTellsNamesThatNothingBears(t *testing.T) {
	_, err := Load(fstest.MapFS{
		"mail/lead.gohtml":   {Data: []byte("<tr><td>\n{{if .More}}<p style=\"{{css \"h9\"}}\">{{end}}\n{{tok \"akzent\"}}{{template \"topics\" .}}\n</td></tr>")},
		"mail/topic.gohtml":  {Data: []byte(`{{with $x := t "letter.nothing"}}{{else}}{{range .A}}{{$.B}}{{else}}{{asset "nothing.css"}}{{end}}{{end}}`)},
		"page/pager.gohtml":  {Data: []byte(`{{template "lead" .}}`)},
		"page/events.gohtml": {Data: []byte("{{define \"mine\"}}\n{{t (print \"letter.\" \"no\")}}{{css (tok \"x\")}}{{end}}")},
	}, Theme{}, nil)
	got := texts(err)
	for i, s := range got {
		got[i], _, _ = strings.Cut(s, "; ")
	}
	want := []string{
		`mail/lead.gohtml:2:25: no style is named "h9"`,
		`mail/lead.gohtml:3:3: no token is named "akzent"`,
		`mail/lead.gohtml:3:28: no template is named "topics"`,
		`mail/topic.gohtml:1:14: message letter.nothing: there is none of this name`,
		`mail/topic.gohtml:1:71: there is no static/nothing.css`,
		`page/events.gohtml:2:36: no token is named "x"`,
		`page/pager.gohtml:1:12: no template is named "lead"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestCheckTellsTheLine breaks built-in files where only rendering shows it.
func TestCheckTellsTheLine(t *testing.T) {
	change := func(name, old, new string) fstest.MapFS {
		b, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(b), old, new, 1)
		if changed == string(b) {
			t.Fatalf("%q is not in %s", old, name)
		}
		return fstest.MapFS{name: {Data: []byte(changed)}}
	}
	for _, test := range []struct {
		name, old, new string
		want           string // begins one of the mistakes
	}{
		{"mail/article.gohtml", `alt="{{.Image.Alt}}" `, "", "mail/article.gohtml:4: img-alt"},
		{"mail/events.gohtml", `<table role="presentation"`, "<table", "mail/events.gohtml:3: table-role"},
		{"mail/reminders.gohtml", ` class="tile line"`, "\n{{/* it's a <b \"remark\" */}}onclick=\"x\" class=\"tile line\"", "mail/reminders.gohtml:3: forbidden"},
		{"mail/header.gohtml", "<h1", "<h2", "mail/digest.gohtml: h1: there are 0"},
		{"mail/header.gohtml", "</h1>", "", "mail/header.gohtml:6: nesting"},
		{"mail/footer.gohtml", "why", "because", "mail/digest.gohtml: why"},
		{"mail/title.gohtml", "{{.Title}}", "{{.Titel}}", "mail/title.gohtml:1"},
		{"mail/title.gohtml", "{{.Title}}", `<i style="color:{{.URL}}">x</i>`, "mail/title.gohtml:1: residue"},
		{"mail/lead.gohtml", `<h2 class="t"`, `<h2 class="t`, "mail/lead.gohtml: "},
		{"mail/byline.gohtml", `{{.}}`, `{{t "letter.by"}}`, "mail/byline.gohtml:1"},
		{"mail/digest.txt.tmpl", "{{wrap .Title}}", "{{wrap .Topic}}", "mail/digest.txt.tmpl: text-parity"},
		{"mail/digest.txt.tmpl", "{{wrap .Title}}", "{{wrap .Titel}}", "mail/digest.txt.tmpl:3"},
		{"mail/note.gohtml", "<h1", "<h2", "mail/note.gohtml: h1: there are 0"},
		{"mail/note.txt.tmpl", `{{wrap (print .Text (t "letter.colon"))}}` + "\n{{.URL}}", "{{wrap .Text}}", "mail/note.txt.tmpl: text-parity"},
		{"mail/button.gohtml", `role="presentation" `, "", "mail/button.gohtml:1: table-role"},
		{"page/home.gohtml", "<h1>", "<p>", "page/home.gohtml:5: nesting"},
		{"page/event.gohtml", "<div>", `<div style="color:red">`, "page/event.gohtml:3: csp"},
		{"page/unsubscribe.gohtml", ` method="post"`, "", "page/unsubscribe.gohtml:5: form-method"},
		{"page/archive.gohtml", ".Summary", ".Summery", "page/archive.gohtml:6:"},
	} {
		s, err := Load(change(test.name, test.old, test.new), Theme{}, nil)
		if err != nil {
			t.Errorf("%s without %q: %v", test.name, test.old, err)
			continue
		}
		errs := s.Check()
		found := false
		for _, err := range errs {
			m, ok := err.(*Mistake)
			if !ok {
				t.Errorf("%T %v is no mistake", err, err)
			} else if m.Own != (m.File == test.name) {
				t.Errorf("%v: Own is %v", m, m.Own)
			}
			found = found || strings.HasPrefix(err.Error(), test.want)
		}
		if !found {
			t.Errorf("%s without %q: nothing begins with %q in %q", test.name, test.old, test.want, texts(errs...))
		}
	}
}

func TestSourceIsWhatNamesSays(t *testing.T) {
	for _, name := range Names() {
		if b, err := Source(name); err != nil || len(b) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	if _, err := Source("mail/../doc.go"); err == nil || !strings.Contains(err.Error(), "mail/digest.gohtml") {
		t.Errorf("an unknown name: %v", err)
	}
}

// TestMarksLeaveNoTrace: what Check renders is what readers get.
func TestMarksLeaveNoTrace(t *testing.T) {
	s := load(t, nil)
	c := &checker{set: s, found: map[Mistake]bool{}}
	p, mistakes := s.parse(func(src source, text string) string { return mark(src, text, c.at) })
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	marked, err := s.speak(p, s.catalog.For("en"))
	if err != nil {
		t.Fatal(err)
	}
	d := marked.prepare(sampleFull())
	with, err := marked.html(d)
	if err != nil {
		t.Fatal(err)
	}
	without, _, err := s.Digest(sampleFull())
	if err != nil {
		t.Fatal(err)
	}
	got := unmark(with)
	if diff := cmp.Diff(without, got.text); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(got.places) < 100 {
		t.Errorf("only %d elements are marked", len(got.places))
	}
}
