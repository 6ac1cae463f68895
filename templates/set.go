package templates

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"

	"github.com/standfirst/standfirst/internal/i18n"
)

// A Set is the templates of one publication, ready to be rendered by many
// goroutines. Make one with [Load].
type Set struct {
	files   map[string]source
	theme   Theme
	sheet   *sheet
	catalog *i18n.Catalog
	assets  map[string]Asset

	parsed *parsed // never rendered itself: html/template does not clone what was
	mu     sync.Mutex
	spoken map[string]*spoken // by language
}

// parsed is the three kinds of templates before they speak a language.
type parsed struct {
	mail, page *template.Template
	text       *texttemplate.Template
}

// spoken is the same with the words of one language in them.
type spoken struct {
	parsed
	locale *i18n.Locale
}

// Load reads the built-in templates and those of the user's folder, which win
// file by file; a nil user has none. catalog gives the words; nil is the
// built-in one.
//
// All mistakes are returned at once, joined, sorted by file and line, each a
// *Mistake where a file is to blame: what does not parse, names a style, token,
// message or template that does not exist, or replaces nothing; and a theme
// that cannot be read by everybody. Load does not render; see [Set.Check].
func Load(user fs.FS, theme Theme, catalog *i18n.Catalog) (*Set, error) {
	if catalog == nil {
		catalog = i18n.BuiltIn()
	}
	s := &Set{theme: theme, catalog: catalog, spoken: map[string]*spoken{}}
	if err := theme.Check(); err != nil {
		return nil, err
	}
	var err error
	if s.sheet, err = newSheet(theme); err != nil {
		return nil, err
	}
	files, mistakes := read(user)
	s.files = files
	s.assets = assets(files, theme)
	var wrong []*Mistake
	s.parsed, wrong = s.parse(func(src source, text string) string { return text })
	mistakes = append(mistakes, wrong...)
	if len(mistakes) > 0 {
		return nil, join(mistakes)
	}
	return s, nil
}

// join sorts mistakes as a reader of files wants them.
func join(mistakes []*Mistake) error {
	slices.SortStableFunc(mistakes, func(a, b *Mistake) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.What, b.What))
	})
	errs := make([]error, len(mistakes))
	for i, m := range mistakes {
		errs[i] = m
	}
	return errors.Join(errs...)
}

// parse parses every file, each through prepare, and looks at the names they use.
func (s *Set) parse(prepare func(source, string) string) (*parsed, []*Mistake) {
	p := &parsed{
		mail: template.New("mail").Option("missingkey=error"),
		page: template.New("page").Option("missingkey=error"),
		text: texttemplate.New("text").Option("missingkey=error"),
	}
	mute := s.functions(nil)
	p.mail.Funcs(mute)
	p.page.Funcs(mute)
	p.text.Funcs(texttemplate.FuncMap(mute))

	var mistakes []*Mistake
	for _, name := range Names() {
		src := s.files[name]
		var err error
		switch {
		case strings.HasPrefix(name, "mail/") && strings.HasSuffix(name, ".gohtml"):
			_, err = p.mail.New(src.key()).Parse(prepare(src, lift(src.text)))
		case strings.HasPrefix(name, "page/"):
			_, err = p.page.New(src.key()).Parse(prepare(src, src.text))
		case strings.HasSuffix(name, ".tmpl"):
			_, err = p.text.New(src.key()).Parse(src.text)
		}
		if err != nil {
			mistakes = append(mistakes, s.blame(src, err))
		}
	}
	if len(mistakes) == 0 { // names cannot be told before all files are read
		mistakes = s.inspect(p)
	}
	if len(mistakes) == 0 {
		for _, t := range p.mail.Templates() {
			if t.Tree != nil {
				s.fold(t.Tree.Root)
			}
		}
	}
	return p, mistakes
}

// in returns the templates in the language of a BCP 47 tag, or the nearest
// there is.
func (s *Set) in(lang string) (*spoken, error) {
	locale := s.catalog.For(lang)
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp, ok := s.spoken[locale.Tag]; ok {
		return sp, nil
	}
	sp, err := s.speak(s.parsed, locale)
	if err != nil {
		return nil, fmt.Errorf("templates in %s: %w", locale.Tag, err)
	}
	// Tags are readers' wishes, and there are thousands of regions.
	const enough = 64
	if len(s.spoken) >= enough {
		clear(s.spoken)
	}
	s.spoken[locale.Tag] = sp
	return sp, nil
}

func (s *Set) speak(p *parsed, locale *i18n.Locale) (*spoken, error) {
	mail, err := p.mail.Clone()
	if err != nil {
		return nil, err
	}
	page, err := p.page.Clone()
	if err != nil {
		return nil, err
	}
	text, err := p.text.Clone()
	if err != nil {
		return nil, err
	}
	words := s.functions(locale)
	return &spoken{
		parsed: parsed{mail: mail.Funcs(words), page: page.Funcs(words), text: text.Funcs(texttemplate.FuncMap(words))},
		locale: locale,
	}, nil
}
