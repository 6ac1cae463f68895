package dir

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v4"
)

// maxMatter is the most front matter a file may have, in bytes.
const maxMatter = 64 << 10

// A mistake is what is wrong with a file, and where.
type mistake struct {
	line, col  int
	what, hint string
}

func (m *mistake) Error() string { return m.what }

// split parts a file into its front matter and its text. The text begins on
// line textLine of the file. A file without front matter gives an empty value.
func split(src []byte) (matter value, text string, textLine int, err error) {
	if !utf8.Valid(src) {
		return value{}, "", 0, &mistake{what: "the file is not UTF-8", hint: "save it as UTF-8"}
	}
	s := strings.TrimPrefix(string(src), "\uFEFF")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")

	line := 1
	for {
		first, rest, more := strings.Cut(s, "\n")
		if !more || strings.TrimSpace(first) != "" {
			break
		}
		s, line = rest, line+1
	}

	first, rest, _ := strings.Cut(s, "\n")
	switch first = strings.TrimRight(first, " \t"); {
	case first == "---":
		return fenced(rest, line, "---", yamlMatter)
	case first == "+++":
		return fenced(rest, line, "+++", tomlMatter)
	case strings.HasPrefix(first, "----") && strings.Trim(first, "-") == "":
		return value{}, "", 0, &mistake{line, 1, "front matter does not open with " + first, "write three dashes"}
	case strings.HasPrefix(first, "{") && !strings.HasPrefix(first, "{{") && !strings.HasPrefix(first, "{%"):
		return jsonMatter(s, line)
	}
	if head, ok := unopened(s); ok {
		matter, err := yamlMatter(head, line)
		if err == nil && matter.get("title", "date", "layout").kind != none {
			n := strings.Count(head, "\n") + 1
			_, text, _ = strings.Cut(s[len(head):], "\n")
			return matter, text, line + n, nil
		}
	}
	return value{}, s, line, nil
}

// fenced reads front matter between two fences; the opening one was on line.
func fenced(s string, line int, fence string, read func(string, int) (value, error)) (value, string, int, error) {
	var head strings.Builder
	n := line
	for l := range strings.Lines(s) {
		n++
		switch t := strings.TrimRight(l, " \t\n"); {
		case t == fence, fence == "---" && t == "...":
			matter, err := read(head.String(), line+1)
			if err == nil && matter.kind != mapping && matter.kind != none {
				err = &mistake{line + 1, 1, "front matter is not a list of fields", "write one “name: value” on each line"}
			}
			return matter, s[head.Len()+len(l):], n + 1, err
		}
		if head.Len()+len(l) > maxMatter {
			break
		}
		head.WriteString(l)
	}
	return value{}, "", 0, &mistake{line, 1, "front matter is opened here and never closed", "write " + fence + " on a line of its own below it"}
}

var field = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*:(\s|$)`)

// unopened finds front matter whose opening line was forgotten: fields down to
// a line of dashes.
func unopened(s string) (head string, ok bool) {
	n := 0
	for l := range strings.Lines(s) {
		t := strings.TrimRight(l, " \t\n")
		switch {
		case t == "---":
			return s[:n], n > 0
		case n > maxMatter:
			return "", false
		case n == 0 && !field.MatchString(l):
			return "", false
		case t != "" && !field.MatchString(l) && !strings.ContainsAny(t[:1], " \t-#"):
			return "", false
		}
		n += len(l)
	}
	return "", false
}

func yamlMatter(s string, line int) (value, error) {
	var n yaml.Node
	if err := yaml.Load([]byte(s), &n); err != nil {
		if strings.TrimSpace(s) == "" {
			return value{}, nil
		}
		return value{}, yamlMistake(err, line)
	}
	v, err := fromYAML(&n, line)
	if err != nil {
		return value{}, &mistake{line, 1, err.Error(), ""}
	}
	return v, nil
}

// yamlMistake puts what the library says into the words and lines of the file.
func yamlMistake(err error, line int) *mistake {
	m := &mistake{line: line, col: 1, what: "front matter: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	var le *yaml.LoadError
	if errors.As(err, &le) {
		m.what = "front matter: " + le.Message
		mark := le.Mark
		if mark.Line == 0 {
			mark = le.ContextMark
		}
		if mark.Line > 0 {
			m.line, m.col = line+mark.Line-1, mark.Column
		}
	}
	switch {
	case strings.Contains(m.what, "mapping values are not allowed"):
		m.hint = "put a value that holds a colon in quotation marks"
	case strings.Contains(m.what, "cannot start any token"), strings.Contains(m.what, "tab"):
		m.hint = "indent with spaces, and quote values that begin with @, ` or a tab"
	case strings.Contains(m.what, "did not find expected key"), strings.Contains(m.what, "quoted scalar"):
		m.hint = "look for a quotation mark too many or too few"
	}
	return m
}

func tomlMatter(s string, line int) (value, error) {
	var x map[string]any
	if _, err := toml.Decode(s, &x); err != nil {
		m := &mistake{line: line, col: 1, what: "front matter: " + err.Error()}
		var pe toml.ParseError
		if errors.As(err, &pe) {
			m.line, m.col, m.what = line+pe.Position.Line-1, pe.Position.Col, "front matter: "+pe.Message
		}
		return value{}, m
	}
	lines := strings.Split(s, "\n")
	return fromTOML(x, "", func(name string) int {
		for i, l := range lines {
			if k, _, ok := strings.Cut(l, "="); ok && name != "" && strings.Trim(strings.TrimSpace(k), `"'`) == name {
				return line + i
			}
		}
		return line
	}), nil
}

// jsonMatter reads a JSON object at the beginning of a file. JSON is YAML, so
// the same reader keeps its scalars as they are written.
func jsonMatter(s string, line int) (value, string, int, error) {
	d := json.NewDecoder(strings.NewReader(s))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return value{}, s, line, nil // a text that begins with a brace
	}
	if len(raw) > maxMatter {
		return value{}, "", 0, &mistake{line, 1, "front matter is too long", ""}
	}
	// YAML does not know JSON's \/ everywhere and forbids tabs that JSON allows.
	head := strings.ReplaceAll(strings.ReplaceAll(string(raw), "\t", " "), `\/`, "/")
	v, err := yamlMatter(head, line)
	end := int(d.InputOffset())
	text := s[end:]
	textLine := line + strings.Count(s[:end], "\n")
	if i := strings.IndexByte(text, '\n'); i >= 0 && strings.TrimSpace(text[:i]) == "" {
		text, textLine = text[i+1:], textLine+1
	}
	return v, text, textLine, err
}
