package field

import (
	"unicode"
	"unicode/utf8"
)

// AppendLine appends s as it may stand in a header and in running text: valid
// UTF-8, runs of white space and line breaks as one space and none at the
// ends, no control characters, and none of those that turn the direction of
// what follows. A line of a line is itself.
func AppendLine[S ~string | ~[]byte](dst []byte, s S) []byte {
	if isLine(s) {
		return append(dst, s...)
	}
	begin, gap, broken := len(dst), false, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
		i += size
		again := broken
		broken = r == utf8.RuneError && size == 1
		switch {
		case broken && again: // a run of broken bytes is one sign
			continue
		case isSpace(r):
			gap = true
			continue
		case unicode.IsControl(r), 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069, r == 0xFEFF:
			continue
		}
		if gap && len(dst) > begin {
			dst = append(dst, ' ')
		}
		gap = false
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// AppendLines appends s as it may stand in a plain text of its own lines: each
// of them as AppendLine has it, with end between them.
func AppendLines[S ~string | ~[]byte](dst []byte, s S, end string) []byte {
	for {
		i := 0
		for i < len(s) && s[i] != '\n' {
			i++
		}
		dst = AppendLine(dst, s[:i])
		if i == len(s) {
			return dst
		}
		dst, s = append(dst, end...), s[i+1:]
	}
}

// isSpace is unicode.IsSpace, without its tables for the letters of most
// scripts, among which there is none.
func isSpace(r rune) bool {
	if 0x100 <= r && r < 0x1680 || r > 0x3000 {
		return false
	}
	return unicode.IsSpace(r)
}

// isLine recognises what most values are: ASCII words, one space apart.
func isLine[S ~string | ~[]byte](s S) bool {
	after := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && after == ' ' {
			return false
		}
		after = c
	}
	return len(s) == 0 || after != ' '
}

// Clip cuts line to limit bytes between two characters, and keeps together
// what combines. A limit of 0 cuts nothing.
func Clip(line []byte, limit int) []byte {
	if limit == 0 || len(line) <= limit {
		return line
	}
	n := 0
	for i := 0; i <= limit; {
		r, size := utf8.DecodeRune(line[i:])
		if !unicode.Is(unicode.M, r) && r != joiner { // a mark or a joiner belongs to what stands before
			n = i
		}
		i += size
	}
	for line = line[:n]; len(line) > 0; {
		r, size := utf8.DecodeLastRune(line)
		if r != ' ' && r != joiner {
			break
		}
		line = line[:len(line)-size]
	}
	return line
}

// joiner makes one picture of several: a family of four people.
const joiner = '\u200d'
