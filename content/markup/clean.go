package markup

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A cleaner walks a tree and leaves only what a letter may hold.
type cleaner struct {
	at    Page
	shift int // by how much headings move down so that the first level is h2
}

func newCleaner(at Page) *cleaner { return &cleaner{at: at} }

// A fate is what becomes of an element.
type fate int

const (
	unwrap fate = iota // its children stand for it
	drop
	keep
	divide // like div: a paragraph if it holds only running text, else its children
)

var fates = map[atom.Atom]fate{
	atom.Script: drop, atom.Style: drop, atom.Noscript: drop, atom.Template: drop, atom.Svg: drop, atom.Math: drop,
	atom.Form: drop, atom.Button: drop, atom.Select: drop, atom.Textarea: drop, atom.Datalist: drop, atom.Nav: drop,
	atom.Head: drop, atom.Title: drop, atom.Link: drop, atom.Meta: drop, atom.Object: drop, atom.Embed: drop,
	atom.Applet: drop, atom.Canvas: drop, atom.Dialog: drop, atom.Map: drop, atom.Area: drop, atom.Base: drop,
	atom.Frame: drop, atom.Frameset: drop, atom.Noembed: drop, atom.Noframes: drop, atom.Source: drop, atom.Track: drop,
	atom.Wbr: drop, atom.Plaintext: drop, atom.Xmp: drop, atom.Param: drop, atom.Progress: drop, atom.Meter: drop,

	atom.P: keep, atom.Blockquote: keep, atom.Pre: keep, atom.Hr: keep, atom.Br: keep, atom.Figure: keep, atom.Figcaption: keep,
	atom.H1: keep, atom.H2: keep, atom.H3: keep, atom.H4: keep, atom.H5: keep, atom.H6: keep,
	atom.Ul: keep, atom.Ol: keep, atom.Li: keep, atom.Dl: keep, atom.Dt: keep, atom.Dd: keep,
	atom.Table: keep, atom.Caption: keep, atom.Thead: keep, atom.Tbody: keep, atom.Tfoot: keep, atom.Tr: keep, atom.Th: keep, atom.Td: keep,
	atom.Em: keep, atom.Strong: keep, atom.I: keep, atom.B: keep, atom.U: keep, atom.S: keep, atom.Del: keep, atom.Ins: keep,
	atom.Mark: keep, atom.Small: keep, atom.Sub: keep, atom.Sup: keep, atom.Code: keep, atom.Kbd: keep, atom.Samp: keep,
	atom.Var: keep, atom.Abbr: keep, atom.Cite: keep, atom.Q: keep, atom.Time: keep, atom.Ruby: keep, atom.Rt: keep, atom.Rp: keep,
	atom.A: keep, atom.Img: keep,

	atom.Div: divide, atom.Section: divide, atom.Article: divide, atom.Aside: divide, atom.Main: divide, atom.Header: divide,
	atom.Footer: divide, atom.Center: divide, atom.Details: divide, atom.Summary: divide, atom.Address: divide,
	atom.Hgroup: divide, atom.Fieldset: divide,
}

// children cleans what n holds.
func (c *cleaner) children(n *html.Node) {
	if n.Parent == nil && has(n, atom.H1) {
		c.shift = 1
	}
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		switch child.Type {
		case html.TextNode:
		case html.ElementNode:
			c.element(child)
		case html.CommentNode:
			if !marker(child) {
				n.RemoveChild(child)
			}
		default:
			n.RemoveChild(child)
		}
		child = next
	}
}

// element cleans one element, or replaces it, or takes it out.
func (c *cleaner) element(n *html.Node) {
	f := fates[n.DataAtom]
	if n.Namespace != "" {
		f = drop
	}
	switch n.DataAtom {
	case atom.Iframe, atom.Video, atom.Audio:
		c.elsewhere(n)
		return
	case atom.Input:
		c.tick(n)
		return
	case atom.Img:
		c.image(n)
		return
	case atom.A:
		if class(n, "footnote-backref") || class(n, "anchor", "header-anchor", "heading-anchor", "headerlink", "td-heading-self-link") {
			f = drop
		}
	}
	if f == drop {
		if prev := n.PrevSibling; prev != nil && prev.Type == html.TextNode { // it stood apart by a space that does not break
			prev.Data = strings.TrimRight(prev.Data, "\u00A0")
		}
		n.Parent.RemoveChild(n)
		return
	}

	c.children(n)
	switch {
	case n.DataAtom == atom.A:
		c.anchor(n)
	case f == keep:
		c.attributes(n)
	case f == divide:
		divideUp(n)
	default:
		lift(n)
	}
}

// anchor gives a link its absolute address, or leaves its text alone.
func (c *cleaner) anchor(n *html.Node) {
	href, ok := c.at.absolute(attr(n, "href"), link)
	if !ok || empty(n) {
		lift(n)
		return
	}
	n.Attr = []html.Attribute{{Key: "href", Val: href}, {Key: "rel", Val: "noopener"}}
}

// image makes the address of a picture absolute, or lets its alternative text
// stand for it. Pictures of one pixel count readers and are dropped.
func (c *cleaner) image(n *html.Node) {
	w, h := attr(n, "width"), attr(n, "height")
	alt := strings.Join(strings.Fields(attr(n, "alt")), " ")
	if c.at.Templates {
		alt = strings.TrimSpace(Untemplate(alt))
	}
	if w == "0" || w == "1" || h == "0" || h == "1" {
		n.Parent.RemoveChild(n)
		return
	}
	for _, ref := range []string{attr(n, "data-src"), attr(n, "src"), firstOf(attr(n, "data-srcset")), firstOf(attr(n, "srcset"))} {
		src, ok := c.at.absolute(ref, picture)
		if !ok {
			continue
		}
		small := class(n, "emoji", "wp-smiley", "avatar")
		n.Attr = []html.Attribute{{Key: "src", Val: src}, {Key: "alt", Val: alt}}
		if number(w) {
			n.Attr = append(n.Attr, html.Attribute{Key: "width", Val: w})
		}
		if number(h) {
			n.Attr = append(n.Attr, html.Attribute{Key: "height", Val: h})
		}
		if small { // for measure; the policy drops it
			n.Attr = append(n.Attr, html.Attribute{Key: "class", Val: "emoji"})
		}
		return
	}
	replace(n, text(alt))
}

// elsewhere puts a link in place of what plays or runs on a page only.
func (c *cleaner) elsewhere(n *html.Node) {
	ref := attr(n, "src")
	for s := range n.Descendants() {
		if ref == "" && s.DataAtom == atom.Source {
			ref = attr(s, "src")
		}
	}
	href, ok := c.at.absolute(ref, link)
	if !ok || !strings.HasPrefix(href, "http") {
		n.Parent.RemoveChild(n)
		return
	}
	href = watch(href)
	a := node(atom.A, html.Attribute{Key: "href", Val: href}, html.Attribute{Key: "rel", Val: "noopener"})
	title := strings.Join(strings.Fields(attr(n, "title")), " ")
	if poster, ok := c.at.absolute(attr(n, "poster"), picture); ok {
		a.AppendChild(node(atom.Img, html.Attribute{Key: "src", Val: poster}, html.Attribute{Key: "alt", Val: title}))
	} else if title != "" {
		a.AppendChild(text(title))
	} else {
		a.AppendChild(text(called(href)))
	}
	if n.Parent.DataAtom == atom.P || inline(n.Parent) {
		replace(n, a)
		return
	}
	p := node(atom.P, html.Attribute{Key: "dir", Val: "auto"})
	p.AppendChild(a)
	replace(n, p)
}

// tick writes a box of a list of tasks as a character.
func (c *cleaner) tick(n *html.Node) {
	if attr(n, "type") != "checkbox" {
		n.Parent.RemoveChild(n)
		return
	}
	box := "☐"
	for _, a := range n.Attr {
		if a.Key == "checked" {
			box = "☑"
		}
	}
	replace(n, text(box))
}

var digits = regexp.MustCompile(`^[0-9]{1,4}$`)

func number(s string) bool { return digits.MatchString(s) }

// attributes leaves an element the few attributes that mean something in a
// letter, and says which way its text runs.
func (c *cleaner) attributes(n *html.Node) {
	var kept []html.Attribute
	dir := "auto"
	for _, a := range n.Attr {
		switch a.Key {
		case "start", "colspan", "rowspan", "align", "reversed":
			kept = append(kept, html.Attribute{Key: a.Key, Val: a.Val})
		case "title":
			if n.DataAtom == atom.Abbr {
				kept = append(kept, html.Attribute{Key: a.Key, Val: a.Val})
			}
		case "dir":
			if v := strings.ToLower(a.Val); v == "ltr" || v == "rtl" {
				dir = v
			}
		}
	}
	if level, ok := heading(n); ok {
		level = min(max(level+c.shift, 2), 4)
		n.Data = "h" + strconv.Itoa(level)
		n.DataAtom = atom.Lookup([]byte(n.Data))
	}
	if n.DataAtom == atom.Pre { // code runs left to right, whatever its comments
		dir = "ltr"
	}
	for _, b := range blocks {
		if n.Data == b {
			kept = append(kept, html.Attribute{Key: "dir", Val: dir})
			break
		}
	}
	n.Attr = kept
	if n.DataAtom == atom.P && empty(n) {
		n.Parent.RemoveChild(n)
	}
}

func heading(n *html.Node) (int, bool) {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return int(n.Data[1] - '0'), true
	}
	return 0, false
}

var (
	actions  = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}`)
	openings = regexp.MustCompile(`\{\{|\{%`)
)

// texts joins the pieces of text that cleaning left side by side, and takes
// templates out of those that are not code.
func (c *cleaner) texts(n *html.Node, code bool) {
	switch n.DataAtom {
	case atom.Code, atom.Pre, atom.Kbd, atom.Samp, atom.Var:
		code = true
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type != html.TextNode {
			c.texts(child, code)
			continue
		}
		for next := child.NextSibling; next != nil && next.Type == html.TextNode; next = child.NextSibling {
			child.Data += next.Data
			n.RemoveChild(next)
		}
		if c.at.Templates && !code {
			child.Data = Untemplate(child.Data)
		}
	}
}

// Untemplate takes out what a site generator would have filled in.
func Untemplate(s string) string {
	if !strings.Contains(s, "{{") && !strings.Contains(s, "{%") {
		return s
	}
	s = actions.ReplaceAllString(s, "")
	for openings.MatchString(s) { // taking one out may bring the halves of another together
		s = openings.ReplaceAllString(s, "")
	}
	return s
}
