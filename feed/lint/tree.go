package lint

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// prefixes are the namespaces we write, by the prefix the rules call them by.
var prefixes = map[string]string{
	"http://www.w3.org/2005/Atom":                  "atom",
	"http://purl.org/rss/1.0/modules/content/":     "content",
	"http://purl.org/dc/elements/1.1/":             "dc",
	"http://purl.org/dc/terms/":                    "dcterms",
	"http://search.yahoo.com/mrss/":                "media",
	"http://purl.org/rss/1.0/modules/event/":       "ev",
	"http://purl.org/syndication/history/1.0":      "fh",
	"http://purl.org/rss/1.0/modules/syndication/": "sy",
	"http://www.w3.org/1999/xhtml":                 "xhtml",
	"http://www.w3.org/XML/1998/namespace":         "xml",
}

// A node is an element. Elements of other namespaces are named with the usual
// prefix, whatever the document calls it.
type node struct {
	name  string
	line  int
	attrs map[string]string
	text  string // of the element itself, without its children's
	raw   string // as it is written, between the tags
	kids  []*node
	lang  string // inherited
}

func (n *node) all(name string) []*node {
	var out []*node
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

func (n *node) first(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

func (n *node) has(name string) bool { return n.first(name) != nil }

// trimmed is the text without the space around it.
func (n *node) trimmed() string { return strings.TrimSpace(n.text) }

// spot is the node's text, with where it stands.
func (n *node) spot(where string) spot {
	return spot{n.line, strings.TrimSpace(where + " " + n.name), n.trimmed()}
}

// parse reads an XML document whose own elements are in the namespace core.
// It returns nil after a finding if it is not well-formed.
func (l *linter) parse(data []byte, core string) *node {
	d := xml.NewDecoder(bytes.NewReader(data))
	var root *node
	var open []*node
	var begins []int64
	ill := func(err error) *node {
		line, _ := d.InputPos()
		l.fail(line, "document", "SAXError", "is not well-formed: %v", err)
		return nil
	}
	for {
		before := d.InputOffset()
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return ill(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			line, _ := d.InputPos()
			n, err := l.element(t, core, line)
			switch {
			case err != nil:
				return ill(err)
			case len(open) >= maxDepth:
				return ill(errors.New("nested too deeply"))
			case len(open) > 0:
				parent := open[len(open)-1]
				if n.lang == "" {
					n.lang = parent.lang
				}
				parent.kids = append(parent.kids, n)
			case root != nil:
				return ill(errors.New("two roots"))
			default:
				root = n
			}
			open, begins = append(open, n), append(begins, d.InputOffset())
		case xml.EndElement:
			n := open[len(open)-1]
			if begin := begins[len(begins)-1]; begin <= before {
				n.raw = string(data[begin:before])
			}
			open, begins = open[:len(open)-1], begins[:len(begins)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return ill(errors.New("text outside of the root"))
			}
		case xml.Directive:
			l.warn(0, "document", "ObsoleteNamespace", "has a DTD, which nobody reads")
		}
	}
	if root == nil {
		return ill(errors.New("empty"))
	}
	return root
}

// element makes a node of a tag.
func (l *linter) element(t xml.StartElement, core string, line int) (*node, error) {
	n := &node{line: line, attrs: map[string]string{}}
	var err error
	if n.name, err = l.name(t.Name, core, line); err != nil {
		return nil, err
	}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			if _, ok := prefixes[a.Value]; !ok && a.Value != core {
				l.warn(line, n.name, "UnknownNamespace", "%s is not a namespace we know", a.Value)
			}
			continue
		}
		name, err := l.name(a.Name, "", line)
		if err != nil {
			return nil, err
		}
		if _, ok := n.attrs[name]; ok {
			return nil, fmt.Errorf("attribute %s twice", name)
		}
		n.attrs[name] = a.Value
		l.chars(spot{line, n.name + " " + name, a.Value})
	}
	n.lang = n.attrs["xml:lang"]
	return n, nil
}

// name returns a name as the rules have it.
func (l *linter) name(n xml.Name, core string, line int) (string, error) {
	if n.Space == core || n.Space == "" {
		return n.Local, nil
	}
	if p, ok := prefixes[n.Space]; ok {
		return p + ":" + n.Local, nil
	}
	if !strings.Contains(n.Space, ":") { // a prefix that nothing declares
		return "", fmt.Errorf("prefix %s of %s is not declared", n.Space, n.Local)
	}
	return n.Space + ":" + n.Local, nil
}

// once checks that a node has each of the named children at most once.
func (l *linter) once(n *node, where string, names ...string) {
	for _, name := range names {
		if all := n.all(name); len(all) > 1 {
			l.fail(all[1].line, where, "DuplicateElement", "%s stands there %d times", name, len(all))
		}
	}
}

// needs checks that a node has each of the named children, not blank.
func (l *linter) needs(n *node, where string, names ...string) {
	for _, name := range names {
		k := n.first(name)
		switch {
		case k == nil:
			l.fail(n.line, where, "MissingElement", "%s is missing", name)
		case k.trimmed() == "" && len(k.kids) == 0:
			l.fail(k.line, where, "NotBlank", "%s is empty", name)
		}
	}
}

// encoding checks the characters of all text below a node.
func (l *linter) encoding(root *node) {
	walk(root, func(n *node) { l.chars(spot{n.line, n.name, n.text}) })
}

// walk calls f with a node and all below it.
func walk(n *node, f func(*node)) {
	f(n)
	for _, k := range n.kids {
		walk(k, f)
	}
}
