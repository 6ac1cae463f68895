package splice

import (
	"bytes"
	"encoding/base64"
)

// Base64 (RFC 2045, 6.8) has no place where a value could be put in without
// shifting all that follows, by none, one or two bytes. So what follows a value
// is encoded three times beforehand, and the two or fewer bytes that do not
// fill a group are carried over. Lines are whole groups, so a line may end
// anywhere between two of them.

// line is how many bytes a full line of base64 holds: 76 columns.
const line = 57

// short is how long text between two values may be that is encoded with them,
// in bytes. Prepared, it would only make short lines.
const short = line

// phases are what follows a value in a part, up to the next value or the end.
type phases struct {
	text  []byte    // all of it if it is short, else the first two bytes
	lines [3][]byte // the rest, encoded from its first, second or third byte on
	tail  [3][]byte // and the bytes that fill no group
	last  bool      // the part ends here: no tail, but padding
}

// prepare makes the phases of a text, of which it keeps nothing.
func prepare(text []byte, last bool) *phases {
	if len(text) <= short {
		return &phases{text: bytes.Clone(text), last: last}
	}
	p := &phases{text: bytes.Clone(text[:2]), last: last}
	for k := range p.lines {
		lines, tail := appendGroups(make([]byte, 0, len(text)*3/2), text[k:], last)
		p.lines[k], p.tail[k] = bytes.Clone(lines), bytes.Clone(tail)
	}
	return p
}

// append appends what was carried, which has the value at its end, and what
// follows. It returns what is carried on, in the room of what was.
func (p *phases) append(dst, carried []byte) (grown, rest []byte) {
	if p.lines[0] == nil {
		carried = append(carried, p.text...)
		dst, rest = appendGroups(dst, carried, p.last)
		return dst, carried[:copy(carried, rest)]
	}
	k := (3 - len(carried)%3) % 3
	carried = append(carried, p.text[:k]...)
	dst, _ = appendGroups(dst, carried, false)
	dst = append(dst, p.lines[k]...)
	return dst, append(carried[:0], p.tail[k]...)
}

// appendGroups appends s as lines of base64 with a line break after each. What
// fills no group is returned, or, if pad is set, padded and appended too.
func appendGroups(dst, s []byte, pad bool) (grown, rest []byte) {
	for len(s) >= line {
		dst = base64.StdEncoding.AppendEncode(dst, s[:line])
		dst = append(dst, "\r\n"...)
		s = s[line:]
	}
	n := len(s) / 3 * 3
	if pad {
		n = len(s)
	}
	if n > 0 {
		dst = base64.StdEncoding.AppendEncode(dst, s[:n])
		dst = append(dst, "\r\n"...)
	}
	return dst, s[n:]
}
