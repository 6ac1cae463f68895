package i18n

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// A file is one message file as it was read.
type file struct {
	tag      string
	lang     language.Tag
	messages map[string]message
}

// A message is one text, or one for each plural form. Other is always there.
type message struct {
	forms        map[plural.Form]string
	line, column int
}

// categories are the names CLDR gives the plural forms.
var categories = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// readFile reads what can be read of a file and says what cannot. Names of
// files in the problems are left to the caller.
func readFile(folder fs.FS, name string, tag language.Tag) (*file, []Problem) {
	f := &file{tag: tag.String(), lang: tag, messages: map[string]message{}}
	text, err := readCapped(folder, name)
	if err != nil {
		return f, []Problem{{What: err.Error()}}
	}
	root, err := parseYAML(text)
	if err != nil {
		return f, []Problem{syntaxProblem(err)}
	}
	if root == nil { // nothing but comments
		return f, nil
	}
	r := &fileReader{file: f}
	r.group("", root)
	return f, r.problems
}

func readCapped(folder fs.FS, name string) ([]byte, error) {
	in, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, largestFile+1))
	if err == nil && len(text) > largestFile {
		err = fmt.Errorf("larger than %d KB", largestFile>>10)
	}
	return text, err
}

// parseYAML returns the top of the document, nil if it is empty.
func parseYAML(text []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("not readable as YAML: %v", r)
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return nil, nil
	}
	if top := doc.Content[0]; top.Tag != "!!null" {
		return top, nil
	}
	return nil, nil
}

// syntaxProblem takes the place of a mistake out of the YAML reader's error.
func syntaxProblem(err error) Problem {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return Problem{What: err.Error()}
	}
	return Problem{Line: e.Mark.Line, Column: e.Mark.Column, What: e.Message}
}

type fileReader struct {
	file     *file
	problems []Problem
}

func (r *fileReader) wrong(at *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, Problem{Line: at.Line, Column: at.Column, What: fmt.Sprintf(format, args...)})
}

// group reads a mapping whose path is prefix. Depth needs no guard of its own:
// an alias is refused and the YAML reader refuses what is nested too deeply.
func (r *fileReader) group(prefix string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "expected keys with messages")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		if prefix != "" {
			name = prefix + "." + name
		}
		if _, twice := r.file.messages[name]; twice {
			r.wrong(key, "%s is here twice", name)
			continue
		}
		switch {
		case value.Kind == yaml.ScalarNode && value.Tag == "!!null":
			r.wrong(key, "%s is empty", name)
		case value.Kind == yaml.ScalarNode:
			r.message(name, key, map[plural.Form]string{plural.Other: value.Value})
		case value.Kind == yaml.MappingNode && isPlural(value):
			r.message(name, key, r.forms(value))
		default:
			r.group(name, value)
		}
	}
}

// isPlural reports whether a mapping holds plural forms: whether one of its keys
// at least is a plural category. No group of messages has such a key.
func isPlural(n *yaml.Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if _, ok := categories[n.Content[i].Value]; ok {
			return true
		}
	}
	return false
}

func (r *fileReader) forms(n *yaml.Node) map[plural.Form]string {
	forms := map[plural.Form]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		form, known := categories[key.Value]
		switch _, twice := forms[form]; {
		case !known:
			r.wrong(key, "%s is no plural form; there are %s", key.Value, strings.Join(slices.Sorted(maps.Keys(categories)), ", "))
		case twice:
			r.wrong(key, "%s is here twice", key.Value)
		case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
			r.wrong(key, "expected a text")
		default:
			forms[form] = value.Value
		}
	}
	return forms
}

// message takes a message in, unless something is wrong with it.
func (r *fileReader) message(name string, at *yaml.Node, forms map[plural.Form]string) {
	if _, ok := forms[plural.Other]; !ok {
		r.wrong(at, "%s lacks the form other", name)
		return
	}
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		if _, err := cut(forms[form]); err != nil {
			r.wrong(at, "%s: %v", name, err)
			return
		}
		forms[form] = typeset(r.file.lang, forms[form])
	}
	r.file.messages[name] = message{forms: forms, line: at.Line, column: at.Column}
}

// measure compares f with the English messages, takes out what nobody could
// ask for or fill in, and says so.
func (f *file) measure(model *file) []Problem {
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(f.messages)) {
		m := f.messages[name]
		what := ""
		if like, ok := model.messages[name]; !ok {
			what = "no such message: " + name
			if near := nearest(name, model); near != "" {
				what += "; did you mean " + near + "?"
			}
		} else {
			what = m.differs(like)
		}
		if what != "" {
			delete(f.messages, name)
			problems = append(problems, Problem{Line: m.line, Column: m.column, What: what})
		}
	}
	slices.SortFunc(problems, func(a, b Problem) int { return a.Line - b.Line })
	return problems
}

// differs says how the placeholders of m are not those of like. Only the form
// other must have all: "one article" needs no number.
func (m message) differs(like message) string {
	want := names(like.forms[plural.Other])
	for _, form := range slices.Sorted(maps.Keys(m.forms)) {
		for _, name := range names(m.forms[form]) {
			if !slices.Contains(want, name) {
				return fmt.Sprintf("{%s} is not filled in here; there is %s", name, listed(want))
			}
		}
	}
	have := names(m.forms[plural.Other])
	for _, name := range want {
		if !slices.Contains(have, name) {
			return fmt.Sprintf("{%s} is missing", name)
		}
	}
	if len(m.forms) > 1 && len(like.forms) == 1 && !slices.Contains(want, "n") {
		return "plural forms need a number {n}, and here is none"
	}
	return ""
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nothing to fill in"
	}
	return "{" + strings.Join(names, "}, {") + "}"
}
