package templates

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Finding is what a lint has to say about a letter or page.
type Finding struct {
	Rule    string // "img-alt"; the names are stable
	Warning bool   // worth a look; everything else is a mistake
	Line    int    // of the HTML, or of the text when Text is set; 0: the whole
	Text    bool   // it is about the plain text
	What    string

	offset int // in the HTML; -1: the whole
}

// String writes the finding on one line.
func (f Finding) String() string {
	s := f.Rule + ": " + f.What
	if f.Warning {
		s = "warning: " + s
	}
	switch {
	case f.Line == 0:
		return s
	case f.Text:
		return fmt.Sprintf("text line %d: %s", f.Line, s)
	}
	return fmt.Sprintf("line %d: %s", f.Line, s)
}

// A lint gathers findings about one document.
type lint struct {
	*markup
	findings []Finding
}

// bad reports a mistake at a node; nil is the whole document.
func (l *lint) bad(rule string, at *node, format string, args ...any) {
	f := Finding{Rule: rule, What: fmt.Sprintf(format, args...), offset: -1}
	if at != nil {
		f.offset, f.Line = at.offset, l.line(at.offset)
	}
	l.findings = append(l.findings, f)
}

// warn reports what need not be a mistake.
func (l *lint) warn(rule string, at *node, format string, args ...any) {
	l.bad(rule, at, format, args...)
	l.findings[len(l.findings)-1].Warning = true
}

// sorted returns the findings from top to bottom, mistakes before warnings.
func (l *lint) sorted() []Finding {
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		if a.Warning != b.Warning {
			if a.Warning {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
	return l.findings
}

// residue is what templates leave when they go wrong: values html/template
// refused, keys that were not there, actions that were not parsed, verbs of
// fmt without their value.
var residue = regexp.MustCompile(`ZgotmplZ|<no value>|&lt;no value&gt;|\{\{|%7[Bb]%7[Bb]|%!\w?\(|&lt;nil&gt;`)

// common are the rules letters and pages share.
func (l *lint) common() {
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(l.source)), "<!doctype html>") {
		l.bad("doctype", nil, "the first line is not <!doctype html>")
	}
	if i := residue.FindStringIndex(l.source); i != nil {
		l.bad("residue", &node{offset: i[0]}, "%q is left of a template", l.source[i[0]:i[1]])
	}
	for _, n := range l.broken {
		if name, ok := strings.CutPrefix(n.name, "/"); ok {
			l.bad("nesting", n, "</%s> ends nothing that is open", name)
		} else {
			l.bad("nesting", n, "<%s> has no end", n.name)
		}
	}
	root := l.first(func(n *node) bool { return n.name == "html" })
	if root == nil || root.attrs["lang"] == "" {
		l.bad("lang", root, "<html> has no lang")
	}
	if root == nil || root.attrs["dir"] == "" {
		l.bad("dir", root, "<html> has no dir")
	}
	if l.first(func(n *node) bool { return n.name == "meta" && strings.EqualFold(n.attrs["charset"], "utf-8") }) == nil {
		l.bad("charset", nil, "there is no <meta charset=\"utf-8\">")
	}
	if l.meta("viewport") == "" {
		l.bad("viewport", nil, "there is no <meta name=\"viewport\">")
	}
	if t := l.named("title"); len(t) == 0 || t[0].words() == "" {
		l.bad("title", nil, "the <title> is empty")
	}
	l.headings()
	for _, n := range l.all {
		for a := range n.attrs {
			if strings.HasPrefix(a, "on") {
				l.bad("forbidden", n, "<%s %s=…> is a script", n.name, a)
			}
		}
	}
	for _, n := range l.named("img") {
		if _, ok := n.attrs["alt"]; !ok {
			l.bad("img-alt", n, "<img> has no alt; give it an empty one if it says nothing")
		}
	}
	for _, a := range l.named("a") {
		if a.named() == "" {
			l.bad("link-name", a, "the link to %q has no name", a.attrs["href"])
		}
	}
}

// meta returns the content of a <meta name>.
func (l *lint) meta(name string) string {
	if n := l.first(func(n *node) bool { return n.name == "meta" && n.attrs["name"] == name }); n != nil {
		return n.attrs["content"]
	}
	return ""
}

// named returns what a screen reader calls a link or button.
func (n *node) named() string {
	if label := n.attrs["aria-label"]; label != "" {
		return label
	}
	name := n.words()
	n.walk(func(c *node) {
		if c.name == "img" {
			name += " " + c.attrs["alt"]
		}
	})
	return strings.TrimSpace(name)
}

// headings returns those of the document and reports when they do not make an
// outline: one h1, and no level left out on the way down.
func (l *lint) headings() []*node {
	all := l.named("h1", "h2", "h3", "h4", "h5", "h6")
	ones, last := 0, byte('0')
	for _, h := range all {
		level := h.name[1]
		if level == '1' {
			ones++
		}
		if level > last+1 {
			l.bad("heading-order", h, "<%s> %q follows <h%c>", h.name, h.words(), last)
		}
		last = level
		if h.words() == "" {
			l.bad("heading-empty", h, "<%s> says nothing", h.name)
		}
	}
	if ones != 1 {
		l.bad("h1", nil, "there are %d <h1>; a letter or page has one", ones)
	}
	return all
}
