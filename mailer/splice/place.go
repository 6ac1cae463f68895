package splice

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// places refuses holes of an HTML text that stand where the escaping of values
// does not hold: in scripts and styles, in names of elements and attributes,
// in attributes without quotes and in those that are code.
func (c *compiler) places(text []byte) error { return c.placesIn(text, 0) }

func (c *compiler) placesIn(text []byte, depth int) error {
	inside := "" // an element whose text is not HTML
	z := html.NewTokenizer(bytes.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return nil // only ever the end
		}
		raw := z.Raw()
		hole, holds := c.holds(raw)
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := bytes.Clone(raw)
			name, _ := z.TagName()
			inside = ""
			if kind == html.StartTagToken && slices.Contains(rawElements, string(name)) {
				inside = string(name)
			}
			if where := c.inTag(raw); where != "" {
				return fmt.Errorf("hole %q: in %s of an element", hole, where)
			}
		case html.TextToken:
			if holds && inside != "" {
				return fmt.Errorf("hole %q: in <%s>", hole, inside)
			}
		case html.CommentToken:
			if !holds {
				break
			}
			// Outlook reads what others take for a comment.
			if inner := bytes.TrimSuffix(bytes.TrimPrefix(raw, []byte("<!--")), []byte("-->")); depth < 2 {
				if err := c.placesIn(inner, depth+1); err != nil {
					return err
				}
			}
		default:
			inside = ""
			if holds {
				return fmt.Errorf("hole %q: in an end tag or a declaration", hole)
			}
		}
	}
}

// rawElements hold text in which nothing can be escaped.
var rawElements = []string{"script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"}

// codeAttributes are not read as text.
var codeAttributes = []string{"style", "srcdoc", "srcset"}

// holds reports whether b has a token, and the hole it stands for.
func (c *compiler) holds(b []byte) (name string, ok bool) {
	for _, h := range c.tokens {
		if bytes.Contains(b, []byte(h.Token)) {
			return h.Name, true
		}
	}
	return "", false
}

// inTag says where in a tag a token stands that may not stand there, empty if
// all is well. The tokeniser tells no quotes, so the tag is read once more.
func (c *compiler) inTag(tag []byte) string {
	if _, ok := c.holds(tag); !ok {
		return ""
	}
	const blank = " \t\r\n\f/"
	rest := bytes.TrimRight(bytes.TrimPrefix(tag, []byte("<")), ">")
	name, rest := split(rest, blank)
	if _, ok := c.holds(name); ok {
		return "the name"
	}
	for {
		if rest = bytes.TrimLeft(rest, blank); len(rest) == 0 {
			return ""
		}
		name, rest = split(rest, blank+"=")
		if _, ok := c.holds(name); ok {
			return "the name of an attribute"
		}
		after := bytes.TrimLeft(rest, " \t\r\n\f")
		if len(after) == 0 || after[0] != '=' {
			continue
		}
		rest = bytes.TrimLeft(after[1:], " \t\r\n\f")
		if len(rest) == 0 {
			return ""
		}
		var value []byte
		if q := rest[0]; q == '"' || q == '\'' {
			value, rest, _ = bytes.Cut(rest[1:], rest[:1])
			attribute := strings.ToLower(string(name))
			if _, ok := c.holds(value); ok && (slices.Contains(codeAttributes, attribute) || strings.HasPrefix(attribute, "on")) {
				return "the code"
			}
			continue
		}
		value, rest = split(rest, " \t\r\n\f")
		if _, ok := c.holds(value); ok {
			return "an attribute without quotes"
		}
	}
}

// split cuts b before the first of some bytes.
func split(b []byte, before string) (head, tail []byte) {
	if n := bytes.IndexAny(b, before); n >= 0 {
		return b[:n], b[n:]
	}
	return b, nil
}
