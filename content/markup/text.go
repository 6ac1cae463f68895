package markup

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// MaxStandfirst is the length of a standfirst in characters.
const MaxStandfirst = 240

// maxLine bounds a line of text in characters: titles, names.
const maxLine = 400

// Line makes one line of plain text of s: composed characters, single spaces,
// and none of the characters that are no text: controls, and those that turn
// the direction of what follows, with which a title could rewrite the line
// around it (Unicode TR 36, 3.5).
func Line(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), turns(r), r == '\uFEFF', r == '\u00AD':
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Title is Line, cut where no title goes on.
func Title(s string) string { return cut(Line(s), maxLine) }

// turns reports whether r overrides or embeds a direction.
func turns(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// upright takes out what turns a direction.
func upright(s string) string {
	return strings.Map(func(r rune) rune {
		if turns(r) {
			return -1
		}
		return r
	}, s)
}

// Standfirst makes plain text of what an author wrote for one, which may hold
// HTML or a little Markdown, and cuts it at a word so that it has at most
// MaxStandfirst characters.
func Standfirst(s string) string { return cut(Line(Plain(s)), MaxStandfirst) }

// Cut cuts plain text as [Standfirst] does, and leaves its characters alone.
func Cut(s string) string { return cut(Line(s), MaxStandfirst) }

var (
	mdLink = regexp.MustCompile(`!?\[([^\[\]]*)\]\([^()\s]*\)`)
	mdBold = regexp.MustCompile(`(\*\*|__)(\S(?:[^*_]*\S)?)(\*\*|__)`)
	mdCode = regexp.MustCompile("`([^`]+)`")
)

// Plain takes the markup out of a short text: tags, entities, and of Markdown
// links, bold and code.
func Plain(s string) string {
	if len(s) > 64<<10 {
		s = strings.ToValidUTF8(s[:64<<10], "")
	}
	if strings.ContainsAny(s, "<&") {
		s = untag(s)
	}
	s = mdLink.ReplaceAllString(s, "$1")
	s = mdBold.ReplaceAllString(s, "$2")
	return mdCode.ReplaceAllString(s, "$1")
}

// Text is the plain text of a body, on one line.
func Text(body string) string { return Line(untag(body)) }

// untag is the text of a piece of HTML.
func untag(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	skip := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if skip == "" {
				b.WriteString(html.UnescapeString(string(z.Raw())))
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch t := string(name); t {
			case "script", "style":
				skip = t
			case "p", "br", "div", "li":
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == skip {
				skip = ""
			}
		}
	}
}

// cut shortens a line to n characters at the end of a word, and says so with an
// ellipsis. A word is one by Unicode's rules, so scripts without spaces are
// not cut within a word either.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	end, count := 0, 0
	for it := words.FromString(s); it.Next(); {
		count += utf8.RuneCountInString(it.Value())
		if count > n-1 {
			break
		}
		end = it.End()
	}
	if end == 0 { // one endless word
		return string([]rune(s)[:n-1]) + "…"
	}
	// "…" after a comma or a dash looks like a mistake, and an open bracket is one.
	head := strings.TrimRightFunc(s[:end], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-([{«“‘\"", r)
	})
	return head + "…"
}
