package dkim

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// short appends a letter, signed at a moment, if it is of the form that needs
// no more than a look; ok says whether it is. What is wrong with a letter is
// for the long way to find out.
func (s *Signer) short(dst, letter []byte, now time.Time) (_ []byte, ok bool, _ error) {
	var headerRoom [4096]byte // on the stack; what our letters need, twice
	var namesRoom [512]byte
	header, names, body, ok := read(headerRoom[:0], namesRoom[:0], letter)
	if !ok {
		return dst, false, nil
	}
	var hash [44]byte // base64 of 32 bytes
	sum := sha256.Sum256(body)
	base64.StdEncoding.Encode(hash[:], sum[:])

	begin := len(dst)
	const about = 1024 // bytes of a field; more if names are long
	dst = slices.Grow(dst, len(s.keys)*about+len(letter))
	for i := range s.keys {
		k := &s.keys[i]
		field := len(dst)
		dst = k.appendTags(dst, hash[:], names, now)
		// What is signed are the fields and, as the last, this one without a
		// line end and a signature (RFC 6376, 3.7).
		digest := sha256.Sum256(bytes.TrimSuffix(appendRelaxed(header, dst[field:]), crlf))
		b, err := k.Signer.Sign(rand.Reader, digest[:], k.hash)
		if err != nil {
			return dst[:begin], true, fmt.Errorf("DKIM: selector %s: %w", k.Selector, err)
		}
		dst = appendSignature(dst, b)
	}
	return append(dst, letter...), true, nil
}

// read appends the fields that are covered to header, in their relaxed form,
// and the names for the h= tag to names. The body is what its hash is of. It
// takes no letter that has a covered field twice, a bare CR or LF, or no CRLF
// at the end: of those the two are not that simple.
func read(header, names, letter []byte) (_, _, body []byte, ok bool) {
	end := bytes.Index(letter, empty)
	if end < 0 || letter[0] == ' ' || letter[0] == '\t' || !bytes.HasSuffix(letter[end+4:], crlf) || !paired(letter) {
		return nil, nil, nil, false
	}
	var seen [len(covered)]bool
	for rest := letter[:end+2]; len(rest) > 0; {
		n := fieldLen(rest)
		field := rest[:n]
		rest = rest[n:]
		name, _, found := bytes.Cut(field, []byte(":"))
		if !found || !isFieldName(name) || strings.EqualFold(string(name), ours) {
			return nil, nil, nil, false
		}
		i := indexCovered(name)
		if i < 0 {
			continue
		}
		if seen[i] {
			return nil, nil, nil, false
		}
		seen[i] = true
		header = appendRelaxed(header, field)
		names = append(append(names, covered[i]...), ':')
	}
	if !seen[0] { // From
		return nil, nil, nil, false
	}
	for i, name := range sealed {
		if i > 0 {
			names = append(names, ':')
		}
		names = append(names, name...)
	}
	// Empty lines at the end do not count (RFC 6376, 3.4.3).
	for body = letter[end+4:]; bytes.HasSuffix(body, empty); {
		body = body[:len(body)-len(crlf)]
	}
	return header, names, body, true
}

// fieldLen is the length of the first field of a header, folded lines and all.
func fieldLen(header []byte) int {
	for n := 0; ; {
		n += bytes.IndexByte(header[n:], '\n') + 1
		if n == len(header) || header[n] != ' ' && header[n] != '\t' {
			return n
		}
	}
}

// appendRelaxed appends a field in its relaxed form (RFC 6376, 3.4.2): the name
// in small letters, and one space for white space between words.
func appendRelaxed(dst, field []byte) []byte {
	colon := bytes.IndexByte(field, ':')
	for _, c := range field[:colon] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	dst = append(dst, ':')
	begin, space := len(dst), false
	for _, c := range field[colon+1:] {
		switch c {
		case ' ', '\t', '\r', '\n':
			space = len(dst) > begin
		default:
			if space {
				dst, space = append(dst, ' '), false
			}
			dst = append(dst, c)
		}
	}
	return append(dst, crlf...)
}

// appendTags appends a DKIM-Signature field up to its last tag, the signature.
// The order of tags and the lines are those of go-msgauth.
func (k *key) appendTags(dst, hash, names []byte, now time.Time) []byte {
	var room [20]byte
	l := line{dst: append(append(dst, ours...), ':')}
	put(&l, "a", k.algorithm)
	put(&l, "bh", hash)
	put(&l, "c", "relaxed/simple")
	put(&l, "d", k.Domain)
	put(&l, "h", names)
	put(&l, "s", k.Selector)
	put(&l, "t", strconv.AppendInt(room[:0], now.Unix(), 10))
	put(&l, "v", "1")
	return append(l.dst, "\r\n b="...)
}

// A line of a DKIM-Signature field has room for so many bytes before its end.
const lineRoom = 75

// A line is the last of dst.
type line struct {
	dst []byte
	len int
}

// put writes a tag, on a line of its own if it does not fit.
func put[T string | []byte](l *line, tag string, value T) {
	n := len(" =;") + len(tag) + len(value)
	if l.len+n > lineRoom {
		l.dst, l.len = append(l.dst, crlf...), 0
	}
	l.dst = append(append(l.dst, ' '), tag...)
	l.dst = append(append(l.dst, '='), value...)
	l.dst = append(l.dst, ';')
	l.len += n
}

// appendSignature appends a signature and ends the field. The first line has
// begun with its tag.
func appendSignature(dst, signature []byte) []byte {
	begin := len(dst)
	dst = base64.StdEncoding.AppendEncode(dst, signature)
	const tag = len(" b=")
	for at := begin + lineRoom - tag; at < len(dst); at += lineRoom + len("\r\n ") {
		dst = slices.Insert(dst, at, '\r', '\n', ' ')
	}
	return append(dst, crlf...)
}
