package splice

import (
	"bytes"
	"unicode/utf8"
)

// Quoted-printable (RFC 2045, 6.7), stricter than it asks for: no line begins
// with what a mail server or a mailbox file treats specially, and no character
// of UTF-8 is cut by a line break.

// columns is how far a line is filled, so that a soft break fits behind it
// wherever it ends.
const columns = 75

// appendQuoted appends s as it stands at the beginning of a line and ends
// without a line break of its own. CRLF is a line break of the text; any other
// CR or LF is encoded.
func appendQuoted(dst, s []byte) []byte {
	col := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c == '\r' && i+1 < len(s) && s[i+1] == '\n' {
			dst = append(dst, "\r\n"...)
			col, i = 0, i+2
			continue
		}
		size, width := 1, 1
		if c >= utf8.RuneSelf {
			_, size = utf8.DecodeRune(s[i:])
			width = 3 * size
		} else if !literal(s, i) {
			width = 3
		}
		if col+width > columns {
			dst = append(dst, "=\r\n"...)
			col = 0
		}
		if col == 0 && width == 1 && special(s[i:]) {
			width = 3
		}
		if width == 1 {
			dst = append(dst, c)
		} else {
			for _, b := range s[i : i+size] {
				dst = append(dst, '=', hex[b>>4], hex[b&15])
			}
		}
		col, i = col+width, i+size
	}
	return dst
}

const hex = "0123456789ABCDEF"

// literal reports whether s[i], which is ASCII, may stand for itself. White
// space may not at the end of a line, where servers drop it, nor at the end of
// s, because nobody knows what will follow.
func literal(s []byte, i int) bool {
	switch c := s[i]; {
	case c == '=':
		return false
	case c == ' ' || c == '\t':
		return i+1 < len(s) && !bytes.HasPrefix(s[i+1:], crlf)
	default:
		return ' ' < c && c <= '~'
	}
}

// special reports whether a line must not begin like s: with a dot, which SMTP
// doubles; with "From ", before which mailbox files put a ">"; with "--", as
// boundaries do.
func special(s []byte) bool {
	return s[0] == '.' || bytes.HasPrefix(s, []byte("From ")) || bytes.HasPrefix(s, []byte("--"))
}

var crlf = []byte("\r\n")
