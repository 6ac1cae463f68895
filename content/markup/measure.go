package markup

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/standfirst/standfirst/content"
)

// WordsPerMinute is how fast an adult reads English prose silently: Brysbaert's
// mean over 190 studies (2019).
const WordsPerMinute = 238

// The rest of what reading takes.
const (
	ideographsPerMinute = 500
	secondsPerCodeLine  = 1
	maxCodeSeconds      = 3 * 60 // nobody reads more of it than that
	firstImageSeconds   = 12     // the second takes 11, and so on
	lastImageSeconds    = 3
)

// opening is how long a paragraph must be to tell what a text is about.
const opening = 40

// byline finds paragraphs that only say who wrote.
var byline = regexp.MustCompile(`^(?i:authors?|by|written by|posted by|editors?|translators?|translated by)\s*:`)

// A Measure is what there is to read.
type Measure struct {
	Words      int // of alphabetic scripts, by Unicode's word boundaries
	Ideographs int // Han, Hiragana and Katakana, which know no spaces
	Images     int
	CodeLines  int
}

// Minutes estimates how long reading takes, at a speed in words per minute;
// zero means WordsPerMinute. It is at least 1, and 0 if there is nothing.
func (m Measure) Minutes(wpm int) int {
	if m == (Measure{}) {
		return 0
	}
	if wpm <= 0 {
		wpm = WordsPerMinute
	}
	seconds := float64(m.Words)/float64(wpm)*60 + float64(m.Ideographs)/ideographsPerMinute*60
	for i := range m.Images {
		seconds += float64(max(firstImageSeconds-i, lastImageSeconds))
	}
	seconds += float64(min(m.CodeLines*secondsPerCodeLine, maxCodeSeconds))
	return max(1, int(math.Ceil(seconds/60-0.25)))
}

// Count adds the words of a text to m.
func (m *Measure) Count(s string) {
	for it := words.FromString(s); it.Next(); {
		word, ideographs := false, 0
		for _, r := range it.Value() {
			switch {
			case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
				ideographs++
			case unicode.IsLetter(r) || unicode.IsNumber(r):
				word = true
			}
		}
		m.Ideographs += ideographs
		if word && ideographs == 0 {
			m.Words++
		}
	}
}

// measure looks through a cleaned tree.
func measure(n *html.Node) Body {
	g := gauge{}
	g.walk(n, false)
	g.body.Measure.Count(g.prose.String())
	return g.body
}

type gauge struct {
	body  Body
	prose strings.Builder // all text but code
	more  bool            // the marker was seen
}

// walk reads n; aside tells that its paragraphs are not the text's own: those
// of quotations, lists, tables and captions.
func (g *gauge) walk(n *html.Node, aside bool) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.TextNode:
			g.prose.WriteString(c.Data)
		case marker(c):
			if !g.more {
				g.more = true
				g.body.Lead = Line(g.prose.String())
			}
			n.RemoveChild(c)
		case c.DataAtom == atom.Pre:
			g.body.Measure.CodeLines += lines(c)
		case c.DataAtom == atom.Img:
			g.image(c)
		default:
			g.walk(c, aside || isAside(c))
			if c.DataAtom == atom.P && !aside && g.body.Opening == "" {
				if s := Line(plain(c)); utf8.RuneCountInString(s) >= opening && !byline.MatchString(s) {
					g.body.Opening = s
				}
			}
			if c.DataAtom == atom.P && empty(c) { // it held the marker only
				n.RemoveChild(c)
			}
			if !inline(c) || c.DataAtom == atom.Br {
				g.prose.WriteByte('\n')
			}
		}
		c = next
	}
}

func isAside(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Blockquote, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Figure:
		return true
	}
	return false
}

// image counts a picture, and notes the first that says something: not a
// smiley, not a small one, and of a kind that letters can show.
func (g *gauge) image(n *html.Node) {
	if class(n, "emoji") {
		return
	}
	g.body.Measure.Images++
	src := attr(n, "src")
	if g.body.Image.URL != "" || !strings.HasPrefix(src, "http") || vector(src) {
		return
	}
	if w, err := strconv.Atoi(attr(n, "width")); err == nil && w < 300 {
		return
	}
	g.body.Image = content.Image{URL: src, Alt: Line(attr(n, "alt"))}
}

// vector reports whether a picture is an SVG, which no mail program shows.
func vector(src string) bool {
	src, _, _ = strings.Cut(src, "?")
	return strings.HasSuffix(strings.ToLower(src), ".svg")
}

// lines counts the lines of code that are not blank.
func lines(n *html.Node) int {
	count := 0
	for line := range strings.Lines(plain(n)) {
		if strings.TrimSpace(line) != "" {
			count++
		}
	}
	return count
}

// plain is the text of n.
func plain(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.Type == html.ElementNode && (!inline(d) || d.DataAtom == atom.Br):
			b.WriteByte('\n')
		}
	}
	return b.String()
}
