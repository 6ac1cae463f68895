package mailer

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Header fields are written here and not by go-mail, whose MIME is right and
// whose fields are not: it writes List-* fields in the order of a map and as
// they come, line breaks included, folds at spaces only, and leaves names that
// look like encoded words to be decoded by whoever reads them.

const (
	maxLine = 76 // columns of a line with an encoded word, RFC 2047 section 2
	maxName = 45 // bytes of a reader's name: what fits into one encoded word after "To: "
)

// A head is a header being written. Values are cleaned or checked by the
// method that writes them; names of fields are ours.
type head struct{ bytes.Buffer }

// text writes an unstructured field, such as a subject.
func (h *head) text(field, value string) {
	value = oneLine(value)
	if plain(value) {
		h.words(field, value)
		return
	}
	h.WriteString(field + ": ")
	h.encoded(len(field)+2, value)
	h.WriteString("\r\n")
}

// raw writes a value that has been checked, on one line.
func (h *head) raw(field, value string) { h.WriteString(field + ": " + value + "\r\n") }

// phrase writes a name and what stands behind it in angle brackets: an address
// or a list's identity. Without a name the brackets stand alone. At most limit
// bytes of the name are shown; 0 shows all.
func (h *head) phrase(field, name, in string, limit int) {
	h.WriteString(field + ": ")
	col := len(field) + 2
	name = clip(oneLine(name), limit)
	switch {
	case name == "":
	case isPhrase(name) && col+len(name) <= maxLine:
		h.WriteString(name)
		col += len(name)
	case quotable(name) && col+len(name)+2 <= maxLine:
		h.WriteString(`"` + name + `"`)
		col += len(name) + 2
	default:
		col = h.encoded(col, name)
	}
	if name != "" {
		if col+len(in)+3 > maxLine {
			h.WriteString("\r\n")
		}
		h.WriteByte(' ')
	}
	h.WriteString("<" + in + ">\r\n")
}

// words writes ASCII words, folded between them.
func (h *head) words(field, value string) {
	h.WriteString(field + ":")
	col := len(field) + 1
	for i, w := range strings.Split(value, " ") {
		if i > 0 && col+1+len(w) > maxLine {
			h.WriteString("\r\n")
			col = 0
		}
		h.WriteString(" " + w)
		col += 1 + len(w)
	}
	h.WriteString("\r\n")
}

// encoded writes s as encoded words (RFC 2047) in base64, never cutting a
// character, and returns the column it ended at.
func (h *head) encoded(col int, s string) int {
	const open, end = "=?utf-8?b?", "?="
	for s != "" {
		fit := (min(75, maxLine-col) - len(open) - len(end)) / 4 * 3
		n := 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			if n+size > fit {
				break
			}
			n += size
		}
		word := base64.StdEncoding.EncodeToString([]byte(s[:n]))
		h.WriteString(open + word + end)
		col += len(open) + len(word) + len(end)
		if s = s[n:]; s != "" {
			h.WriteString("\r\n ")
			col = 1
		}
	}
	return col
}

// plain reports whether s may stand unencoded: printable ASCII in words that
// can be folded, and nothing that a reader's program might decode.
func plain(s string) bool {
	for w := range strings.SplitSeq(s, " ") {
		if w == "" || len(w) > 60 {
			return false
		}
	}
	return printable(s) && !strings.Contains(s, "=?")
}

// isPhrase reports whether s is words of letters and the like, which need no
// quotes anywhere.
func isPhrase(s string) bool {
	for w := range strings.SplitSeq(s, " ") {
		if w == "" {
			return false
		}
		for _, c := range []byte(w) {
			if !isAtext(c) {
				return false
			}
		}
	}
	return !strings.Contains(s, "=?")
}

// quotable reports whether s is safe between quotes. Names with a quote or a
// backslash would need quoted pairs, which not every program undoes.
func quotable(s string) bool {
	return printable(s) && !strings.ContainsAny(s, `"\`) && !strings.Contains(s, "=?")
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// oneLine makes s fit into a header and into running text: valid UTF-8, runs
// of white space and line breaks as one space, no control characters, and none
// of those that turn the direction of what follows.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069, r == 0xFEFF:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// clip cuts s to limit bytes between two characters, with what combines kept
// together. A limit of 0 cuts nothing.
func clip(s string, limit int) string {
	if limit == 0 || len(s) <= limit {
		return s
	}
	n := 0
	for i, r := range s {
		if i > limit {
			break
		}
		if !unicode.Is(unicode.M, r) && r != 0x200D { // a mark or a joiner belongs to what stands before
			n = i
		}
	}
	return strings.TrimRight(s[:n], " \u200d")
}
