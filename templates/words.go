package templates

import (
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/width"
)

// columns is the width of a plain text letter.
const columns = 72

// dots joins what is not empty, as a byline does: By Ada · 5 min read.
func dots(parts ...string) string {
	var set []string
	for _, p := range parts {
		if p != "" {
			set = append(set, p)
		}
	}
	return strings.Join(set, " · ")
}

// paragraphs parts text at empty lines.
func paragraphs(s string) []string {
	var list []string
	for p := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.Join(words(p), " "); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// pad follows the preheader, so that an inbox shows blanks behind it and not
// the first words of the letter.
func pad() template.HTML {
	return template.HTML(strings.Repeat("&#847;&zwnj;&nbsp;", 60))
}

// wrap breaks text into lines of 72 columns. What is longer than a line and
// has no space stays whole, but for scripts that are written without spaces.
func wrap(s string) string {
	var b strings.Builder
	at := 0
	for _, word := range words(s) {
		w := widthOf(word)
		switch {
		case at == 0:
		case at+1+w <= columns:
			b.WriteByte(' ')
			at++
		default:
			b.WriteByte('\n')
			at = 0
		}
		if w <= columns || w == utf8.RuneCountInString(word) { // no wide letters in it
			b.WriteString(word)
			at += w
			continue
		}
		for letters := graphemes.FromString(word); letters.Next(); {
			letter := letters.Value()
			lw := widthOf(letter)
			if at+lw > columns {
				b.WriteByte('\n')
				at = 0
			}
			b.WriteString(letter)
			at += lw
		}
	}
	return b.String()
}

// underline sets a heading above a line of the given character.
func underline(with, heading string) string {
	text := wrap(heading)
	longest := 0
	for line := range strings.SplitSeq(text, "\n") {
		longest = max(longest, widthOf(line))
	}
	return text + "\n" + strings.Repeat(with, max(longest, 1))
}

// section sets the heading of a part of the letter between two lines. Unlike
// underline it does not ask how long the heading is: a token may stand for it.
func section(heading string) string { return rule() + "\n" + wrap(heading) + "\n" + rule() }

// rule is a line across.
func rule() string { return strings.Repeat("-", columns) }

// widthOf counts columns: letters of East Asia take two, marks and isolates
// none, and what is joined to one picture takes no more than one.
func widthOf(s string) int {
	n := 0
	joined := false
	for _, r := range s {
		switch {
		case r == '\u200d':
			joined = true
			continue
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			continue // does not part what is joined: a variation selector stands before the joiner
		case joined && r > '\U0001F000', skinTone(r):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
		joined = false
	}
	return n
}

// skinTone reports whether r colours the picture before it.
func skinTone(r rune) bool { return '\U0001F3FB' <= r && r <= '\U0001F3FF' }

// tidy makes strangers' text fit for one line: white space and control
// characters become single spaces, and the two characters that turn the
// direction of everything behind them go. It is cut at limit characters.
func tidy(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u202d' || r == '\u202e':
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == markStart, r == markEnd:
			return ' '
		}
		return r
	}, s)
	return clip(strings.Join(words(s), " "), limit)
}

// words parts text at white space that lines may break at. A single space that
// they may not break at, such as French has before a colon, stays in its word.
func words(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) && !fixed(r) })
	list := parts[:0]
	for _, p := range parts {
		if p = strings.TrimFunc(p, fixed); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// fixed reports whether r is a space that no line breaks at.
func fixed(r rune) bool { return r == '\u00a0' || r == '\u202f' }

// clip cuts text at a space, if there is one near the end, and shows that it did.
func clip(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	r := []rune(s)[:limit-1]
	for i := len(r) - 1; i > len(r)-24 && i > 0; i-- {
		if unicode.IsSpace(r[i]) {
			r = r[:i]
			break
		}
	}
	return strings.TrimRightFunc(string(r), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}
