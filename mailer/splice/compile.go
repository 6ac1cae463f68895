package splice

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"strings"
)

// Compile takes a rendered letter apart. The values of To, Message-ID, Date
// and, if there is one, List-Unsubscribe are a reader's, whatever stands there;
// so are the places where a token of holes stands, in the Subject and in
// parts of text/plain and text/html. A token anywhere else is an error, and so
// is one of which only the letters are left, because a template turned it into
// capitals.
//
// Raw may be as large as it likes but must be MIME as this side of the wire
// writes it. Parts of other kinds, and attachments of any, go over as they are,
// or in base64.
func Compile(raw []byte, holes []Hole) (*Letter, error) {
	if err := checkTokens(holes); err != nil {
		return nil, err
	}
	c := &compiler{letter: &Letter{holes: len(holes)}, tokens: holes}
	if err := c.message(raw); err != nil {
		return nil, err
	}
	c.put(piece{})
	l := c.letter
	for i := range l.pieces {
		l.size += l.pieces[i].memory()
	}
	if err := l.checkLines(); err != nil {
		return nil, err
	}
	return l, nil
}

func checkTokens(holes []Hole) error {
	for i, h := range holes {
		for _, c := range []byte(h.Token) {
			if !alphanumeric(c) {
				return fmt.Errorf("hole %q: a token has letters and digits only", h.Name)
			}
		}
		if len(h.Token) < 8 {
			return fmt.Errorf("hole %q: a token has 8 characters at least", h.Name)
		}
		for j, o := range holes {
			if i != j && strings.Contains(strings.ToLower(o.Token), strings.ToLower(h.Token)) {
				return fmt.Errorf("holes %q and %q: one token holds the other", h.Name, o.Name)
			}
		}
	}
	return nil
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// memory is how many bytes a piece takes.
func (p *piece) memory() int {
	n := len(p.bytes) + len(p.before) + 96
	if p.after != nil {
		n += len(p.after.text)
		for k := range p.after.lines {
			n += len(p.after.lines[k]) + len(p.after.tail[k])
		}
	}
	return n
}

// A compiler writes pieces one after another.
type compiler struct {
	letter *Letter
	tokens []Hole
	open   []byte // bytes that end with the next piece
	parts  int
}

// write adds bytes that are everybody's.
func (c *compiler) write(b ...[]byte) {
	for _, b := range b {
		c.open = append(c.open, b...)
	}
}

// put ends a piece.
func (c *compiler) put(p piece) {
	p.bytes = bytes.Clone(c.open)
	c.open = c.open[:0]
	c.letter.pieces = append(c.letter.pieces, p)
}

// message compiles the header of the letter, and its body.
func (c *compiler) message(raw []byte) error {
	h, body, err := splitHeader(raw)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, f := range h {
		name := strings.ToLower(f.name)
		switch name {
		case "to", "message-id", "date", "list-unsubscribe", "subject", "mime-version":
			if seen[name] {
				return fmt.Errorf("header: %s twice", f.name)
			}
			seen[name] = true
		case "bcc", "dkim-signature":
			return fmt.Errorf("header: %s does not belong into a letter to many", f.name)
		}
		switch name {
		case "to":
			c.put(piece{then: to})
		case "message-id":
			c.put(piece{then: messageID})
		case "date":
			c.put(piece{then: date})
		case "list-unsubscribe":
			c.put(piece{then: unsubscribe})
			c.letter.list = true
		case "subject":
			if err := c.subject(f); err != nil {
				return err
			}
		case encodingField: // written with the body
		default:
			if err := c.field(f); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{"to", "message-id", "date"} {
		if !seen[name] {
			return fmt.Errorf("header: no %s", name)
		}
	}
	return c.body(h, body, 0)
}

// field copies a field, which must not hold a token.
func (c *compiler) field(f header) error {
	if err := c.whole(f.raw); err != nil {
		return fmt.Errorf("header: %s: %w", f.name, err)
	}
	text, err := new(mime.WordDecoder).DecodeHeader(f.value)
	if err == nil {
		err = c.whole([]byte(text))
	}
	if err != nil {
		return fmt.Errorf("header: %s: %w", f.name, err)
	}
	c.write(f.raw)
	return nil
}

// subject cuts a subject at its tokens; one without is like any other field.
func (c *compiler) subject(f header) error {
	text, err := new(mime.WordDecoder).DecodeHeader(f.value)
	if err != nil {
		return fmt.Errorf("header: subject: %w", err)
	}
	segments, err := c.cut([]byte(text))
	if err != nil {
		return fmt.Errorf("header: subject: %w", err)
	}
	if len(segments) == 1 {
		c.write(f.raw)
		return nil
	}
	c.letter.subject = segments
	c.put(piece{then: subject})
	return nil
}

// cut cuts a text at its tokens. The last segment has no hole.
func (c *compiler) cut(text []byte) ([]segment, error) {
	var segments []segment
	for {
		at, hole := len(text), -1
		for i, h := range c.tokens {
			if n := bytes.Index(text[:at], []byte(h.Token)); n >= 0 {
				at, hole = n, i
			}
		}
		if err := c.whole(text[:at]); err != nil {
			return nil, err
		}
		segments = append(segments, segment{text[:at], hole})
		if hole < 0 {
			return segments, nil
		}
		text = text[at+len(c.tokens[hole].Token):]
	}
}

// whole refuses a token in a text that should have none, in whatever letters.
func (c *compiler) whole(text []byte) error {
	if len(c.tokens) == 0 {
		return nil
	}
	small := bytes.ToLower(text)
	for _, h := range c.tokens {
		switch {
		case bytes.Contains(text, []byte(h.Token)):
			return fmt.Errorf("hole %q does not belong here", h.Name)
		case bytes.Contains(small, bytes.ToLower([]byte(h.Token))):
			return fmt.Errorf("hole %q: a template changed the letters of its token", h.Name)
		}
	}
	return nil
}

// checkLines looks at what was compiled the way a mail server does, and how
// long it is.
func (l *Letter) checkLines() error {
	v := Values{Email: "a@example.org", MessageID: "a@example.org", Date: probeDate, Unsubscribe: "https://example.org/", Holes: make([]string, l.holes)}
	raw, err := l.Render(nil, &v)
	if err != nil {
		return err
	}
	l.room = len(raw) + 1024
	return checkLines(raw)
}

// checkLines refuses what is not legal, or not safe, in a letter on the wire.
func checkLines(raw []byte) error {
	const limit = 998 // RFC 5322, 2.1.1
	for n := 1; len(raw) > 0; n++ {
		row, rest, ok := bytes.Cut(raw, crlf)
		raw = rest
		switch {
		case !ok:
			return errors.New("the last line has no end")
		case len(row) > limit:
			return fmt.Errorf("line %d: %d columns", n, len(row))
		case bytes.HasPrefix(row, []byte(".")) || bytes.HasPrefix(row, []byte("From ")):
			return fmt.Errorf("line %d: begins with a dot or From", n)
		}
		for _, c := range row {
			if c < ' ' && c != '\t' || c > '~' {
				return fmt.Errorf("line %d: byte %#x", n, c)
			}
		}
	}
	return nil
}
