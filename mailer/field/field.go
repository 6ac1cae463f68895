// Package field writes header fields of letters: RFC 5322, with the encoded
// words of RFC 2047 in such a form that no mail program misreads them. Whatever
// a value holds, one field comes out, and nothing in it is decoded into
// something that was not in the value.
//
// It appends to the caller's bytes and allocates nothing for values of usual
// length. Names of fields are the caller's own, and shorter than 40 bytes. It
// does not know which fields a letter has, nor what an address is.
package field

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"
)

const (
	// maxColumns is what a line with an encoded word may have (RFC 2047, 2).
	maxColumns = 76
	// maxWord is how long a word may be that stands unencoded. A longer one
	// could not be folded.
	maxWord = 60
	// usual is the length of values that need no allocation, in bytes.
	usual = 256
)

// AppendText appends an unstructured field, such as a subject. The value is
// made one line first (see [AppendLine]).
func AppendText[S ~string | ~[]byte](dst []byte, name string, value S) []byte {
	var room [usual]byte
	line := AppendLine(room[:0], value)
	if plain(line) {
		return appendWords(dst, name, line)
	}
	dst = append(append(dst, name...), ": "...)
	dst, _ = appendEncoded(dst, len(name)+2, line)
	return append(dst, "\r\n"...)
}

// AppendPhrase appends a field made of a phrase, which is free text, and what
// it names in angle brackets: an address or the identity of a list. Without a
// phrase the brackets stand alone. The phrase is made one line and clipped to
// limit bytes; a limit of 0 shows all.
//
// What stands in the brackets is copied as it is: the caller has checked it.
func AppendPhrase(dst []byte, name, phrase, in string, limit int) []byte {
	var room [usual]byte
	shown := Clip(AppendLine(room[:0], phrase), limit)
	dst = append(append(dst, name...), ": "...)
	col := len(name) + 2
	switch {
	case len(shown) == 0:
	case isPhrase(shown) && col+len(shown) <= maxColumns:
		dst = append(dst, shown...)
		col += len(shown)
	case quotable(shown) && col+len(shown)+2 <= maxColumns:
		dst = append(append(append(dst, '"'), shown...), '"')
		col += len(shown) + 2
	default:
		dst, col = appendEncoded(dst, col, shown)
	}
	if len(shown) > 0 {
		if col+len(in)+3 > maxColumns {
			dst = append(dst, "\r\n"...)
		}
		dst = append(dst, ' ')
	}
	return append(append(append(dst, '<'), in...), ">\r\n"...)
}

// appendWords writes ASCII words, folded between them.
func appendWords(dst []byte, name string, line []byte) []byte {
	dst = append(append(dst, name...), ':')
	col := len(name) + 1
	for first, more := true, true; more; first = false {
		var word []byte
		word, line, more = bytes.Cut(line, space)
		if !first && col+1+len(word) > maxColumns {
			dst = append(dst, "\r\n"...)
			col = 0
		}
		dst = append(append(dst, ' '), word...)
		col += 1 + len(word)
	}
	return append(dst, "\r\n"...)
}

var space = []byte(" ")

// appendEncoded writes line as encoded words in base64, beginning at column
// col and never cutting a character, and returns the column it ended at.
// Base64 because its alphabet has no character that any parser treats in a way
// of its own; of the Q encoding there are as many dialects as parsers.
func appendEncoded(dst []byte, col int, line []byte) ([]byte, int) {
	const begin, end = "=?utf-8?b?", "?="
	for len(line) > 0 {
		fit := (min(75, maxColumns-col) - len(begin) - len(end)) / 4 * 3
		n := 0
		for n < len(line) {
			_, size := utf8.DecodeRune(line[n:])
			if n+size > fit {
				break
			}
			n += size
		}
		dst = append(dst, begin...)
		dst = base64.StdEncoding.AppendEncode(dst, line[:n])
		dst = append(dst, end...)
		col += len(begin) + base64.StdEncoding.EncodedLen(n) + len(end)
		if line = line[n:]; len(line) > 0 {
			dst = append(dst, "\r\n "...)
			col = 1
		}
	}
	return dst, col
}

// plain reports whether line may stand unencoded: printable ASCII in words
// that can be folded, and nothing that a mail program might decode.
func plain(line []byte) bool {
	n := 0
	for _, c := range line {
		switch {
		case c < ' ' || c > '~':
			return false
		case c == ' ':
			n = 0
		case n == maxWord:
			return false
		default:
			n++
		}
	}
	return len(line) > 0 && !bytes.Contains(line, encodedWord)
}

// encodedWord is how encoded words begin. A name that is written with it, and
// not encoded itself, is decoded by lenient mail programs, line breaks and
// all.
var encodedWord = []byte("=?")

// isPhrase reports whether line is words of atoms, which need no quotes.
func isPhrase(line []byte) bool {
	for _, c := range line {
		if c != ' ' && !IsAtext(c) {
			return false
		}
	}
	return !bytes.Contains(line, encodedWord)
}

// quotable reports whether line is safe between quotes. A quote or a backslash
// would need a quoted pair, which not every program undoes.
func quotable(line []byte) bool {
	for _, c := range line {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return !bytes.Contains(line, encodedWord)
}

// IsAtext reports whether c may stand in an atom (RFC 5322, 3.2.3).
func IsAtext(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '/', '=', '?', '^', '_', '`', '{', '|', '}', '~':
		return true
	}
	return false
}
