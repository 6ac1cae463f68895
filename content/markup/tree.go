package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// marker reports whether a comment is the author's sign that the teaser ends
// here.
func marker(n *html.Node) bool {
	if n.Type != html.CommentNode {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(n.Data)) {
	case "more", "excerpt", "end excerpt", "endexcerpt", "truncate":
		return true
	}
	return false
}

// inline reports whether a node stands in running text.
func inline(n *html.Node) bool {
	switch n.Type {
	case html.TextNode:
		return true
	case html.ElementNode:
	default:
		return false
	}
	switch n.DataAtom {
	case atom.Em, atom.Strong, atom.I, atom.B, atom.U, atom.S, atom.Del, atom.Ins, atom.Mark, atom.Small, atom.Sub, atom.Sup,
		atom.Code, atom.Kbd, atom.Samp, atom.Var, atom.Abbr, atom.Cite, atom.Q, atom.Time, atom.Ruby, atom.Rt, atom.Rp,
		atom.A, atom.Br, atom.Img:
		return !slices.ContainsFunc(slices.Collect(n.ChildNodes()), func(c *html.Node) bool {
			return c.Type == html.ElementNode && !inline(c)
		})
	}
	return false
}

// wrap puts running text that stands between blocks into paragraphs: all of
// it, or, if only mixed is not wanted, nothing where there are no blocks.
func wrap(n *html.Node, always bool) {
	children := slices.Collect(n.ChildNodes())
	if !always && !slices.ContainsFunc(children, func(c *html.Node) bool { return c.Type == html.ElementNode && !inline(c) }) {
		return
	}
	var p *html.Node
	for _, c := range children {
		switch {
		case !inline(c):
			p = nil
		case p == nil && c.Type == html.TextNode && strings.TrimSpace(c.Data) == "":
		case p == nil:
			p = node(atom.P, html.Attribute{Key: "dir", Val: "auto"})
			n.InsertBefore(p, c)
			fallthrough
		default:
			n.RemoveChild(c)
			p.AppendChild(c)
		}
	}
}

// divideUp makes a paragraph of a division that holds only running text, and
// lets the content of any other stand for it.
func divideUp(n *html.Node) {
	running := true
	for c := range n.ChildNodes() {
		running = running && (inline(c) || c.Type == html.CommentNode)
	}
	switch {
	case empty(n):
		lift(n)
	case running && !withinText(n):
		dir := "auto"
		if v := strings.ToLower(attr(n, "dir")); v == "ltr" || v == "rtl" {
			dir = v
		}
		n.Data, n.DataAtom = "p", atom.P
		n.Attr = []html.Attribute{{Key: "dir", Val: dir}}
	default:
		wrap(n, !withinText(n))
		lift(n)
	}
}

// withinText reports whether n stands where no paragraph may.
func withinText(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if _, ok := heading(p); ok || p.DataAtom == atom.P || p.DataAtom == atom.Pre || p.DataAtom == atom.A || p.DataAtom == atom.Caption {
			return true
		}
	}
	return false
}

// lift puts the children of n in its place.
func lift(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		n.RemoveChild(c)
		n.Parent.InsertBefore(c, n)
		c = next
	}
	n.Parent.RemoveChild(n)
}

func replace(n, by *html.Node) {
	n.Parent.InsertBefore(by, n)
	n.Parent.RemoveChild(n)
}

func node(a atom.Atom, attrs ...html.Attribute) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: a.String(), DataAtom: a, Attr: attrs}
}

func text(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// class reports whether n has any of the classes.
func class(n *html.Node, names ...string) bool {
	for c := range strings.FieldsSeq(attr(n, "class")) {
		if slices.Contains(names, c) {
			return true
		}
	}
	return false
}

func has(n *html.Node, a atom.Atom) bool {
	for d := range n.Descendants() {
		if d.DataAtom == a {
			return true
		}
	}
	return false
}

// empty reports whether n shows nothing: no text, no picture, no rule.
func empty(n *html.Node) bool {
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode && strings.TrimSpace(d.Data) != "":
			return false
		case d.DataAtom == atom.Img, d.DataAtom == atom.Hr:
			return false
		case marker(d):
			return false
		}
	}
	return true
}
