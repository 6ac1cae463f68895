package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed mail/*.gohtml mail/*.tmpl page/*.gohtml static/*
var builtIn embed.FS

// largest is the most a file of the user's folder may hold, in bytes. The
// biggest of ours has 12 KB; a logo may want more.
const largest = 1 << 20

// A Mistake is something wrong in a template or theme, with its place. Line
// and Column count from 1; 0 is unknown.
type Mistake struct {
	File         string // slash-separated, below the templates folder
	Own          bool   // it is the user's file, not a built-in one
	Line, Column int
	What         string
}

// Error writes the mistake on one line, with its place.
func (m *Mistake) Error() string {
	place := m.File
	if m.Line > 0 {
		place += fmt.Sprintf(":%d", m.Line)
		if m.Column > 0 {
			place += fmt.Sprintf(":%d", m.Column)
		}
	}
	return place + ": " + m.What
}

// A source is one file of templates or style, with who wrote it.
type source struct {
	name string // "mail/article.gohtml"
	text string
	own  bool
}

// key is the name templates call each other by: "article".
func (s source) key() string { return strings.TrimSuffix(path.Base(s.name), ".gohtml") }

// names lists the built-in files of a kind, sorted.
func names(folder, ext string) []string {
	var list []string
	entries, _ := fs.ReadDir(builtIn, folder) // embedded: it is there
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ext) {
			list = append(list, folder+"/"+e.Name())
		}
	}
	return list
}

// Names returns every file a user's folder may replace, sorted:
// "mail/article.gohtml", "page/home.gohtml", "static/app.css".
func Names() []string {
	return slices.Concat(names("mail", ""), names("page", ""), names("static", ""))
}

// Source returns a built-in file as it is written, to be copied to a user's
// folder and changed there. The error lists the names there are.
func Source(name string) ([]byte, error) {
	b, err := builtIn.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("no template is named %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return b, nil
}

// read returns the files of a set: ours, each replaced by the user's if there
// is one, and what else the user keeps in static/. Files that replace nothing
// are mistakes: they would be ignored without a word, and mostly they are
// misspelt.
func read(user fs.FS) (map[string]source, []*Mistake) {
	files := make(map[string]source)
	for _, name := range Names() {
		b, _ := builtIn.ReadFile(name)
		files[name] = source{name: name, text: string(b)}
	}
	if user == nil {
		return files, nil
	}
	var mistakes []*Mistake
	refuse := func(name, what string) {
		mistakes = append(mistakes, &Mistake{File: name, Own: true, What: what})
	}
	for _, folder := range []string{"mail", "page", "static"} {
		entries, err := fs.ReadDir(user, folder)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				refuse(folder, reason(err))
			}
			continue
		}
		for _, e := range entries {
			name := folder + "/" + e.Name()
			_, known := files[name]
			switch {
			case e.IsDir(), strings.HasPrefix(e.Name(), "."):
				continue
			case folder == "static" && mediaType(name) == "":
				refuse(name, "is of a kind we do not serve; there are "+kinds())
				continue
			case folder != "static" && !known:
				if ext := path.Ext(name); ext == ".gohtml" || ext == ".tmpl" {
					refuse(name, "replaces nothing; the built-in files are "+strings.Join(slices.Concat(names(folder, "")), ", "))
				}
				continue
			}
			b, err := readCapped(user, name)
			if err != nil {
				refuse(name, reason(err))
				continue
			}
			files[name] = source{name: name, text: string(b), own: true}
		}
	}
	return files, mistakes
}

// reason leaves out the path that fs.PathError repeats: a Mistake has it.
func reason(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return "cannot be read: " + pe.Err.Error()
	}
	return err.Error()
}

func readCapped(user fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(user, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > largest {
		return nil, fmt.Errorf("has %d bytes; the most we take is %d", info.Size(), largest)
	}
	return fs.ReadFile(user, name)
}
