// Package splice turns one rendered letter into as many letters as there are
// readers, for the price of a copy each.
//
// A letter that goes to a million readers is the same for all of them but for
// a few words. [Compile] takes it as it would go over the wire, with a token
// standing wherever a reader's own words belong, takes it apart, and encodes
// what lies between the tokens, each piece in whole lines. [Letter.Render]
// writes the pieces with a reader's values between them. What a mail program
// decodes from it is, byte for byte, what it would decode had the whole letter
// been encoded for this reader; [Verify] holds the two against each other.
//
// Every line that is written is ASCII, has at most 76 columns in the body, and
// begins neither with a dot nor with "From ". So the same bytes serve DATA,
// which doubles dots, BDAT, which does not, and a DKIM signature.
//
// The package does not know where letters come from, nor how they are sent.
package splice

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/mailer/field"
)

// A Hole is a place for a reader's own words. In an HTML part they are
// escaped for text and quoted attributes, and [Compile] refuses a hole
// anywhere else.
type Hole struct {
	Name  string // for errors
	Token string // what stands there in the rendered letter: letters and digits, at least 8
}

// Values are one reader's. Nothing in it is trusted; but the envelope is made
// from the same address, so whoever fills it in has looked at that already.
type Values struct {
	Name        string // shown in To, at most 45 bytes of it; may be empty
	Email       string // ASCII, the domain in A-labels
	MessageID   string // local@domain, without angle brackets
	Date        time.Time
	Unsubscribe string   // URL of List-Unsubscribe; not looked at if the letter has none
	Holes       []string // plain text, in the order of the holes given to Compile; line breaks stay in a plain text part
}

// A Letter is a compiled letter. It does not change: any number of goroutines
// may render it.
type Letter struct {
	pieces  []piece
	subject []segment // of a Subject with holes
	holes   int
	list    bool // has a List-Unsubscribe field
	size    int
	room    int // bytes that a rendered letter takes, unless values are long
}

// Size is how many bytes of memory the letter takes, about.
func (l *Letter) Size() int { return l.size }

// A piece is bytes that are everybody's, and what comes after them.
type piece struct {
	bytes []byte
	then  content
	hole  int  // of quoted and base64 content
	html  bool // the value is escaped
	soft  bool // quoted: the line goes on after the value

	before []byte  // base64: the one or two bytes before the first value of a part
	after  *phases // base64: what follows the value
}

// content is what a piece ends with.
type content uint8

const (
	nothing content = iota
	to
	subject
	messageID
	date
	unsubscribe
	quoted
	base64ed
)

// A segment of a subject is text, and the hole after it.
type segment struct {
	text []byte
	hole int // -1: none
}

// ErrValue says that a reader's values cannot stand where they belong. It
// concerns this reader only.
var ErrValue = errors.New("value cannot be written")

// maxName is how much of a reader's name is shown, in bytes: what fits into one
// encoded word after "To: ". Python 3.11 reads a space into a name of two
// (gh-92081).
const maxName = 45

// Render appends the letter to one reader to dst. It allocates nothing when dst
// has room and no value is longer than a few hundred bytes. An error wraps
// [ErrValue], does not hold the value, and leaves dst as it was.
func (l *Letter) Render(dst []byte, v *Values) ([]byte, error) {
	if err := l.check(v); err != nil {
		return dst, err
	}
	var room [1024]byte
	scratch, carried := room[:0:768], room[768:768]
	dst = slices.Grow(dst, l.room)
	for i := range l.pieces {
		p := &l.pieces[i]
		dst = append(dst, p.bytes...)
		switch p.then {
		case to:
			dst = field.AppendPhrase(dst, "To", v.Name, v.Email, maxName)
		case subject:
			scratch = scratch[:0]
			for _, s := range l.subject {
				scratch = append(scratch, s.text...)
				if s.hole >= 0 {
					scratch = field.AppendLine(scratch, v.Holes[s.hole])
				}
			}
			dst = field.AppendText(dst, "Subject", scratch)
		case messageID:
			dst = append(append(append(dst, "Message-ID: <"...), v.MessageID...), ">\r\n"...)
		case date:
			dst = append(v.Date.AppendFormat(append(dst, "Date: "...), time.RFC1123Z), "\r\n"...)
		case unsubscribe:
			dst = append(append(append(dst, "List-Unsubscribe: <"...), v.Unsubscribe...), ">\r\n"...)
		case quoted:
			var value []byte
			value, scratch = p.value(scratch, v)
			if dst = appendQuoted(dst, value); p.soft && len(value) > 0 {
				dst = append(dst, "=\r\n"...)
			}
		case base64ed:
			var value []byte
			value, scratch = p.value(scratch, v)
			carried = append(append(carried, p.before...), value...)
			dst, carried = p.after.append(dst, carried)
		}
	}
	return dst, nil
}

// value makes the value of the piece's hole ready to be encoded. It stands in
// scratch, which is returned grown.
func (p *piece) value(scratch []byte, v *Values) (value, grown []byte) {
	if !p.html {
		lines := field.AppendLines(scratch[:0], v.Holes[p.hole], "\r\n")
		return lines, lines
	}
	line := field.AppendLine(scratch[:0], v.Holes[p.hole])
	escaped := appendEscaped(line, line)
	return escaped[len(line):], escaped
}

// appendEscaped escapes s for text and quoted attributes, like
// html.EscapeString.
func appendEscaped(dst, s []byte) []byte {
	for _, c := range s {
		switch c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&#34;"...)
		case '\'':
			dst = append(dst, "&#39;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// check refuses what would end a field, or could not be written there.
func (l *Letter) check(v *Values) error {
	switch {
	case len(v.Holes) != l.holes:
		return fmt.Errorf("%w: %d values for %d holes", ErrValue, len(v.Holes), l.holes)
	case !isAddress(v.Email, 320):
		return fmt.Errorf("%w: address is not of the form local@domain", ErrValue)
	case !isAddress(v.MessageID, 250):
		return fmt.Errorf("%w: message-id is not of the form local@domain", ErrValue)
	case v.Date.IsZero() || v.Date.Year() < 1900 || v.Date.Year() > 9999:
		return fmt.Errorf("%w: date is not set", ErrValue)
	case l.list && !isURL(v.Unsubscribe):
		return fmt.Errorf("%w: list-unsubscribe is not a URL", ErrValue)
	}
	return nil
}

// isAddress accepts two dot-atoms with an @ between them (RFC 5322, 3.4.1).
func isAddress(s string, limit int) bool {
	atom, at := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '@' && (at || atom == 0), c == '.' && atom == 0:
			return false
		case c == '@':
			at, atom = true, 0
		case c == '.':
			atom = 0
		case field.IsAtext(c):
			atom++
		default:
			return false
		}
	}
	return at && atom > 0 && len(s) <= limit
}

// isURL accepts http and https URLs that cannot end angle brackets, a list, or
// a line.
func isURL(s string) bool {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") || len(s) > 900 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '<' || c == '>' || c == '"' || c == ',' {
			return false
		}
	}
	return true
}
