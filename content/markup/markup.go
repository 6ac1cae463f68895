// Package markup makes strangers' HTML and Markdown fit for a letter, a feed
// and a page: only harmless elements, every address absolute, and beside it
// what else one wants to know of a text: its first paragraph, its first
// picture, how long it takes to read.
//
// It does not know where a text comes from, and nothing of front matter,
// articles' dates or keys.
package markup

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

	"github.com/standfirst/standfirst/content"
)

// MaxHTML is the most HTML that [HTML] reads, in bytes.
const MaxHTML = 2 << 20

// ErrTooLong says that a text is longer than anyone would mail or read.
var ErrTooLong = errors.New("the text is too long")

// A Page says where a text stands, so that its addresses can be made absolute.
type Page struct {
	URL  string // of the article: what #fragments belong to
	Base string // what relative addresses belong to; empty: URL
	Root string // what /addresses belong to; empty: the root of URL

	// Resolve has the first word about addresses without scheme and host, as
	// they are written. It returns an absolute URL, or false to leave it to
	// the rules; an empty URL with true means that there is no such page.
	Resolve func(ref string) (string, bool)

	// Templates tells that the text comes from a site generator: what is left of
	// its {{…}} and {%…%} outside code is taken out.
	Templates bool
}

// A Body is a text made fit.
type Body struct {
	HTML    string        // sanitised, every URL absolute
	Lead    string        // plain text before <!--more-->; empty without one
	Opening string        // plain text of the first paragraph of 40 characters or more
	Image   content.Image // the first picture worth showing; Alt may be empty
	Measure Measure
}

// HTML makes a piece of HTML fit: what no letter may hold is dropped, what
// would run elsewhere (a video, a frame) becomes a link, headings begin at h2.
// It returns ErrTooLong, or an [*Excess] for elements nested beyond reason.
func HTML(src string, at Page) (b Body, err error) {
	if len(src) > MaxHTML {
		return Body{}, ErrTooLong
	}
	defer func() { // the parsers are not ours and the text is a stranger's
		if r := recover(); r != nil {
			b, err = Body{}, fmt.Errorf("html: %v", r)
		}
	}()
	in := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(legible(src)), in, html.ParseOptionEnableScripting(false))
	if err != nil && strings.Contains(err.Error(), "open stack of elements") {
		return Body{}, &Excess{What: "more than 500 HTML elements within each other"}
	}
	if err != nil {
		return Body{}, fmt.Errorf("html: %w", err)
	}
	for _, n := range nodes {
		in.AppendChild(n)
	}

	c := newCleaner(at)
	c.children(in)
	c.texts(in, false)
	wrap(in, true)
	b = measure(in)

	var out strings.Builder
	for n := range in.ChildNodes() {
		if err := html.Render(&out, n); err != nil {
			return Body{}, fmt.Errorf("html: %w", err)
		}
	}
	// Only now is nothing escaped any more that turns the direction of a line.
	b.HTML = strings.TrimSpace(upright(policy.Sanitize(out.String())))
	return b, nil
}

// legible brings text to composed characters and drops what no page may hold:
// broken UTF-8 and control characters.
func legible(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7F || r >= 0x80 && r < 0xA0 {
			return -1
		}
		return r
	}, s)
}
