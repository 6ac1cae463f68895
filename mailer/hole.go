package mailer

import (
	"errors"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/mailer/field"
)

// A hole is written as a word of letters and digits, so that html/template,
// text/template, line folding and quoted-printable all leave it alone. The
// name inside is in small letters and digits and everything else escaped, so
// the capital Q of the end cannot occur in it.
const (
	holeStart = "zQx7Hq"
	holeEnd   = "Q9Xz"
	maxHole   = 96 // bytes of an escaped name
)

// ErrHole says that the holes of a master cannot be filled: one has no value,
// or a template changed its token, for example to capitals. It concerns every
// letter of the master.
var ErrHole = errors.New("hole cannot be filled")

// Hole returns the token that stands in a master where the value of that name
// goes. Put it into templates as any other text, between tags or in a quoted
// attribute: what fills it is escaped for these places only.
func Hole(name string) string {
	var b strings.Builder
	b.WriteString(holeStart)
	for _, c := range []byte(name) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "U%02X", c)
		}
	}
	b.WriteString(holeEnd)
	return b.String()
}

// Message fills the holes for one reader. Values are plain text: in HTML they
// are escaped, everywhere they lose control characters, and their line breaks
// but in Text. What
// is filled in is never looked at again, so no value can open another hole.
// Errors wrap [ErrHole].
func (m *Master) Message(v Values) (*Message, error) {
	fill := filler{values: v.Holes}
	msg := &Message{
		From: m.From, ReplyTo: m.ReplyTo, To: v.To,
		MessageID: v.MessageID, Date: v.Date,
		Subject: fill.in("subject", m.Subject, oneLine),
		Text:    fill.in("text", m.Text, func(s string) string { return string(field.AppendLines(nil, s, "\n")) }),
		HTML:    fill.in("HTML", m.HTML, func(s string) string { return html.EscapeString(oneLine(s)) }),
		ListID:  m.ListID, ListName: m.ListName, ListArchive: m.ListArchive,
		FeedbackID:  m.FeedbackID,
		Calendar:    m.Calendar,
		Unsubscribe: v.Unsubscribe,
	}
	if fill.err != nil {
		return nil, fill.err
	}
	return msg, nil
}

// holes are the names of all holes, each once, in a fixed order. A damaged
// token is none.
func (m *Master) holes() []string {
	names := map[string]bool{}
	for _, s := range []string{m.Subject, m.Text, m.HTML} {
		for {
			_, rest, ok := strings.Cut(s, holeStart)
			if !ok {
				break
			}
			s = rest
			if name, after, ok := holeName(rest); ok {
				names[name], s = true, after
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// A filler fills holes and keeps the first error.
type filler struct {
	values map[string]string
	err    error
}

func (f *filler) in(where, s string, escape func(string) string) string {
	var b strings.Builder
	for f.err == nil {
		before, rest, ok := strings.Cut(s, holeStart)
		f.whole(where, before)
		if !ok {
			break
		}
		if b.Len() == 0 {
			b.Grow(len(s) + 512)
		}
		b.WriteString(before)
		name, after, ok := holeName(rest)
		if !ok {
			f.err = fmt.Errorf("%w: a token in the %s is damaged", ErrHole, where)
			break
		}
		value, ok := f.values[name]
		if !ok {
			f.err = fmt.Errorf("%w: no value for %q in the %s", ErrHole, name, where)
			break
		}
		b.WriteString(escape(value))
		s = after
	}
	if b.Len() == 0 {
		return s
	}
	b.WriteString(s)
	return b.String()
}

// whole looks for a token whose letters a template turned into capitals or
// small ones, which would otherwise be mailed as it stands.
func (f *filler) whole(where, s string) {
	if f.err == nil && (strings.Contains(s, upperStart) || strings.Contains(s, lowerStart)) {
		f.err = fmt.Errorf("%w: a template changed the letters of a token in the %s", ErrHole, where)
	}
}

var (
	upperStart = strings.ToUpper(holeStart)
	lowerStart = strings.ToLower(holeStart)
)

// holeName reads the name at the beginning of s and what follows its token.
func holeName(s string) (name, rest string, ok bool) {
	head := s[:min(len(s), maxHole+len(holeEnd))]
	raw, _, ok := strings.Cut(head, holeEnd)
	if !ok {
		return "", "", false
	}
	rest = s[len(raw)+len(holeEnd):]
	if !strings.Contains(raw, "U") {
		return raw, rest, true
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != 'U' {
			b.WriteByte(raw[i])
			continue
		}
		var c byte
		if i+2 >= len(raw) {
			return "", "", false
		}
		if _, err := fmt.Sscanf(raw[i+1:i+3], "%02X", &c); err != nil {
			return "", "", false
		}
		b.WriteByte(c)
		i += 2
	}
	return b.String(), rest, true
}
