package templates

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// A node is an element of a page or letter as it was written. Unlike what a
// browser makes of it, nothing is moved or mended, so that the lint sees the
// mistakes, and where they are.
type node struct {
	name     string // lower case; empty: text
	attrs    map[string]string
	text     string
	offset   int // in the source
	parent   *node
	children []*node
}

// void elements have no end tag.
var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// A markup is a document taken apart.
type markup struct {
	source   string
	root     *node
	all      []*node // elements, in order
	comments []*node
	broken   []*node // elements without an end, and ends without a beginning (name "/p")
}

// readMarkup takes a document apart.
func readMarkup(source string) *markup {
	m := &markup{source: source, root: &node{}}
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(0)
	at, offset := m.root, 0
	for {
		kind := z.Next()
		raw := len(z.Raw())
		if kind == html.ErrorToken {
			if z.Err() != io.EOF {
				m.broken = append(m.broken, &node{name: "document", offset: offset})
			}
			break
		}
		t := z.Token()
		switch kind {
		case html.TextToken:
			at.children = append(at.children, &node{text: t.Data, offset: offset, parent: at})
		case html.CommentToken:
			m.comments = append(m.comments, &node{text: t.Data, offset: offset, parent: at})
		case html.StartTagToken, html.SelfClosingTagToken:
			n := &node{name: t.Data, attrs: map[string]string{}, offset: offset, parent: at}
			for _, a := range t.Attr {
				n.attrs[a.Key] = a.Val
			}
			at.children = append(at.children, n)
			m.all = append(m.all, n)
			if !slices.Contains(void, n.name) && kind != html.SelfClosingTagToken {
				at = n
			}
		case html.EndTagToken:
			open := at
			for open != m.root && open.name != t.Data {
				open = open.parent
			}
			if open == m.root {
				m.broken = append(m.broken, &node{name: "/" + t.Data, offset: offset})
				break
			}
			for ; at != open; at = at.parent {
				m.broken = append(m.broken, at)
			}
			at = open.parent
		}
		offset += raw
	}
	for ; at != m.root; at = at.parent {
		m.broken = append(m.broken, at)
	}
	return m
}

// line returns the line of an offset, counted from 1.
func (m *markup) line(offset int) int {
	return 1 + strings.Count(m.source[:min(offset, len(m.source))], "\n")
}

// named returns the elements of the given names, in order.
func (m *markup) named(names ...string) []*node {
	var list []*node
	for _, n := range m.all {
		if slices.Contains(names, n.name) {
			list = append(list, n)
		}
	}
	return list
}

// first returns the first element that is so, or nil.
func (m *markup) first(is func(*node) bool) *node {
	for _, n := range m.all {
		if is(n) {
			return n
		}
	}
	return nil
}

// class reports whether the element bears a class.
func (n *node) class(name string) bool {
	return slices.Contains(strings.Fields(n.attrs["class"]), name)
}

// inside reports whether the element stands in one of the given name.
func (n *node) inside(name string) bool {
	for p := n.parent; p != nil; p = p.parent {
		if p.name == name {
			return true
		}
	}
	return false
}

// words returns the text in an element as a reader takes it in, without
// white space and what only fills a preheader.
func (n *node) words() string {
	var b strings.Builder
	n.walk(func(c *node) {
		if c.name == "" && (c.parent == nil || c.parent.name != "style") {
			b.WriteString(c.text)
		}
	})
	return visible(b.String())
}

// visible collapses white space and drops what cannot be seen.
func visible(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		switch {
		case r == '\u034f', r >= '\u200b' && r <= '\u200f', r == '\u00ad', r == '\u2007', r == '\ufeff', r == '\u00a0':
			return true
		}
		return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f'
	}), " ")
}

func (n *node) walk(visit func(*node)) {
	for _, c := range n.children {
		visit(c)
		c.walk(visit)
	}
}

// style returns the last value an inline style gives a property.
func (n *node) style(property string) string {
	value := ""
	for _, d := range declarations(n.attrs["style"]) {
		if d[0] == property {
			value = d[1]
		}
	}
	return value
}

// inherited returns the value of the nearest element that sets a property.
func (n *node) inherited(property string) string {
	for ; n != nil; n = n.parent {
		if v := n.style(property); v != "" {
			return v
		}
	}
	return ""
}

// declarations takes an inline style apart.
func declarations(style string) [][2]string {
	var list [][2]string
	for d := range strings.SplitSeq(style, ";") {
		if property, value, ok := strings.Cut(d, ":"); ok {
			list = append(list, [2]string{strings.ToLower(strings.TrimSpace(property)), strings.TrimSpace(value)})
		} else if strings.TrimSpace(d) != "" {
			list = append(list, [2]string{strings.TrimSpace(d), ""})
		}
	}
	return list
}

// pixels reads "14px", and returns -1 for anything else.
func pixels(s string) float64 {
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "px"), 64)
	if err != nil || !strings.HasSuffix(s, "px") {
		return -1
	}
	return n
}
