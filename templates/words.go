package templates

import (
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"

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
		if p = strings.Join(strings.Fields(p), " "); p != "" {
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
	for _, word := range strings.Fields(s) {
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
		for _, r := range word {
			if rw := widthOf(string(r)); at+rw > columns {
				b.WriteByte('\n')
				at = 0
			}
			b.WriteRune(r)
			at += widthOf(string(r))
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

// widthOf counts columns: letters of East Asia take two, marks and isolates none.
func widthOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

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
	return clip(strings.Join(strings.Fields(s), " "), limit)
}

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
