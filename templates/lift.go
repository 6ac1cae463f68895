package templates

import (
	"fmt"
	"regexp"
	"strings"
)

// conditional is a comment that Outlook obeys: <!--[if mso]>, <![endif]-->,
// and the forms for everything but Outlook.
var conditional = regexp.MustCompile(`<!--\[if [^\]]*\]>(?:<!-->)?|(?:<!--)?<!\[endif\]-->`)

// lift saves conditional comments from html/template, which takes all comments
// out, silently. What stands between them is an ordinary part of the template.
// Lines keep their numbers.
func lift(text string) string {
	return conditional.ReplaceAllStringFunc(text, func(c string) string { return "{{raw `" + c + "`}}" })
}

// The characters round a mark: private use, so no text of ours has them.
const (
	markStart = '\uE000'
	markEnd   = '\uE001'
)

// element is the start of an element, or an action or comment of the template,
// which must not be touched.
var element = regexp.MustCompile("(?s)" +
	"\\{\\{-?\\s*/\\*.*?\\*/\\s*-?\\}\\}|" +
	"\\{\\{(?:`[^`]*`|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'|[^`\"'}]|\\}[^}])*\\}\\}|" +
	"<[a-zA-Z]")

// mark puts a mark before every element of a lifted template, which says in
// the output which line of which file the element came from. at receives the
// place and returns its number.
func mark(s source, text string, at func(file string, line int) int) string {
	line, from := 1, 0
	return replaceFunc(element, text, func(start int, found string) string {
		if found[0] == '{' {
			return found
		}
		line += strings.Count(text[from:start], "\n")
		from = start
		return fmt.Sprintf("{{raw %q}}%s", fmt.Sprintf("%c%d%c", markStart, at(s.name, line), markEnd), found)
	})
}

// replaceFunc is ReplaceAllStringFunc with the offset of each match.
func replaceFunc(re *regexp.Regexp, text string, repl func(start int, found string) string) string {
	var b strings.Builder
	end := 0
	for _, m := range re.FindAllStringIndex(text, -1) {
		b.WriteString(text[end:m[0]])
		b.WriteString(repl(m[0], text[m[0]:m[1]]))
		end = m[1]
	}
	b.WriteString(text[end:])
	return b.String()
}

// A trace is a rendering freed of its marks, with where each part came from.
type trace struct {
	text    string
	offsets []int // in text, ascending
	places  []int // numbers given by mark's at
}

// unmark takes the marks out of a rendering.
func unmark(out string) trace {
	var t trace
	var b strings.Builder
	for {
		i := strings.IndexRune(out, markStart)
		if i < 0 {
			break
		}
		b.WriteString(out[:i])
		out = out[i+len(string(markStart)):]
		n := 0
		for len(out) > 0 && out[0] >= '0' && out[0] <= '9' {
			n, out = 10*n+int(out[0]-'0'), out[1:]
		}
		out = strings.TrimPrefix(out, string(markEnd))
		t.offsets, t.places = append(t.offsets, b.Len()), append(t.places, n)
	}
	b.WriteString(out)
	t.text = b.String()
	return t
}

// place returns the number of the mark that stands at or last before offset.
func (t *trace) place(offset int) (n int, ok bool) {
	for i, o := range t.offsets {
		if o > offset {
			break
		}
		n, ok = t.places[i], true
	}
	return n, ok
}
