package templates

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/internal/i18n"
)

// Check renders every letter and page with sample data, full, with as little
// as possible and from right to left, lints them, and returns all mistakes,
// sorted by file and line, each once and each a *Mistake. Warnings are left
// out. It is for the start of the program and for whoever edits templates; it
// takes some tens of milliseconds.
func (s *Set) Check() []error {
	c := &checker{set: s, found: map[Mistake]bool{}}
	parsed, mistakes := s.parse(func(src source, text string) string { return mark(src, text, c.at) })
	if len(mistakes) == 0 {
		editions := samples()
		for _, name := range slices.Sorted(maps.Keys(editions)) {
			c.letter(parsed, name, editions[name])
		}
		notes := sampleNotes()
		for _, name := range slices.Sorted(maps.Keys(notes)) {
			c.note(parsed, name, notes[name])
		}
		c.pages(parsed, "en", sampleFull())
		c.pages(parsed, "ar", sampleRTL())
	}
	for m := range c.found {
		mistakes = append(mistakes, &m)
	}
	err := join(mistakes)
	if err == nil {
		return nil
	}
	return err.(interface{ Unwrap() []error }).Unwrap()
}

// A checker renders templates whose elements are marked with their place.
type checker struct {
	set    *Set
	places []Mistake // by number of mark: file and line
	found  map[Mistake]bool
}

// at numbers a place for mark.
func (c *checker) at(file string, line int) int {
	c.places = append(c.places, Mistake{File: file, Line: line})
	return len(c.places) - 1
}

func (c *checker) add(m Mistake) {
	m.Own = c.set.files[m.File].own
	c.found[m] = true
}

// failed adds a rendering that came to no end.
func (c *checker) failed(file string, err error) {
	m := (*Mistake)(nil)
	if !errors.As(err, &m) && !errors.As(c.set.renderError(file, err), &m) {
		m = &Mistake{File: file, What: err.Error()}
	}
	if m.Line == 0 {
		// html/template names the outermost template when the HTML itself is
		// broken. Whichever of the user's files it is well without is to blame.
		for _, own := range slices.Sorted(maps.Keys(c.set.files)) {
			if src := c.set.files[own]; src.own && c.wellWithout(own) {
				m = &Mistake{File: own, What: m.What}
				break
			}
		}
	}
	c.add(*m)
}

// wellWithout reports whether everything renders with the built-in file.
func (c *checker) wellWithout(file string) bool {
	files := maps.Clone(c.set.files)
	b, _ := Source(file)
	files[file] = source{name: file, text: string(b)}
	other := &Set{files: files, theme: c.set.theme, sheet: c.set.sheet, catalog: c.set.catalog, assets: c.set.assets, spoken: map[string]*spoken{}}
	p, mistakes := other.parse(func(_ source, text string) string { return text })
	if len(mistakes) > 0 {
		return false
	}
	other.parsed = p
	if _, _, err := other.Digest(sampleFull()); err != nil {
		return false
	}
	for _, n := range sampleNotes() {
		if _, _, err := other.Note(n); err != nil {
			return false
		}
	}
	for _, v := range samplePages("en", sampleFull()) {
		if _, err := other.Page(v); err != nil {
			return false
		}
	}
	return true
}

func (c *checker) letter(p *parsed, name string, d Digest) {
	sp, err := c.set.speak(p, c.locale(d.Lang))
	if err != nil {
		c.failed("mail/digest.gohtml", err)
		return
	}
	d = sp.prepare(d)
	html, err := sp.html(d)
	if err != nil {
		c.failed("mail/digest.gohtml", err)
		return
	}
	text, err := sp.write("digest.txt.tmpl", &d)
	if err != nil {
		c.failed("mail/digest.txt.tmpl", err)
		return
	}
	t := unmark(html)
	c.report(&t, name, "mail/digest.gohtml", LintMail(t.text, text))
}

func (c *checker) note(p *parsed, name string, n Note) {
	sp, err := c.set.speak(p, c.locale(n.Lang))
	if err != nil {
		c.failed("mail/note.gohtml", err)
		return
	}
	n = sp.prepareNote(n)
	html, err := sp.execute("note", &n)
	if err != nil {
		c.failed("mail/note.gohtml", err)
		return
	}
	text, err := sp.write("note.txt.tmpl", &n)
	if err != nil {
		c.failed("mail/note.txt.tmpl", err)
		return
	}
	t := unmark(html)
	c.report(&t, name, "mail/note.gohtml", lintLetter(t.text, text, n.UnsubscribeURL != ""))
}

func (c *checker) pages(p *parsed, lang string, d Digest) {
	sp, err := c.set.speak(p, c.locale(lang))
	if err != nil {
		c.failed("page/frame.gohtml", err)
		return
	}
	for _, v := range samplePages(lang, d) {
		name, _ := v.view()
		file := "page/" + name + ".gohtml"
		html, err := c.set.page(sp, v)
		if err != nil {
			c.failed(file, err)
			continue
		}
		t := unmark(string(html))
		c.report(&t, "", file, LintPage(t.text))
	}
}

func (c *checker) locale(lang string) *i18n.Locale { return c.set.catalog.For(lang) }

// report adds the mistakes among findings, each at the element's place in its
// template; what is about the whole is the frame's.
func (c *checker) report(t *trace, sample, frame string, findings []Finding) {
	for _, f := range findings {
		if f.Warning {
			continue
		}
		m := Mistake{File: frame}
		if f.offset >= 0 {
			if n, ok := t.place(f.offset); ok {
				m = c.places[n]
			}
		} else if f.Text {
			m.File = strings.TrimSuffix(frame, ".gohtml") + ".txt.tmpl"
		}
		m.What = f.Rule + ": " + f.What
		if sample != "" && f.offset < 0 {
			m.What += " (in " + sample + ")"
		}
		c.add(m)
	}
}
