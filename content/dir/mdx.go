package dir

import (
	"regexp"
	"strings"
)

var (
	component  = regexp.MustCompile(`^</?(?:[A-Z][\w.]*|>)`)
	element    = regexp.MustCompile(`^<[a-z][a-z0-9]*[\s>/]`)
	jsLiteral  = regexp.MustCompile("^(?:\"([^\"]*)\"|'([^']*)'|`([^`$]*)`)$")
	jsProperty = regexp.MustCompile(`\s(?:[\w:-]+=)?$`)
)

// maxMisses bounds how often we look for what closes a brace or a tag and find
// nothing: a text with that many is not MDX.
const maxMisses = 500

// jsx resolves what stands at the beginning of s in MDX: an expression in
// braces, or a tag. Components vanish and leave their children; elements stay
// without the attributes that only a program could fill in.
func (g *generator) jsx(s string) (n int, out string) {
	if s[0] == '{' {
		if g.misses < maxMisses {
			n = balanced(s)
		}
		if n == 0 {
			g.misses++
			return 1, ""
		}
		return n, g.expression(strings.TrimSpace(s[1 : n-1]))
	}
	switch {
	case g.misses >= maxMisses:
	case component.MatchString(s):
		if n = tagEnd(s); n > 0 {
			return n, ""
		}
	case element.MatchString(s):
		if n = tagEnd(s); n > 0 {
			return n, withoutExpressions(s[:n])
		}
	default:
		return 1, s[:1]
	}
	g.misses++
	return 1, s[:1]
}

func (g *generator) expression(e string) string {
	if m := jsLiteral.FindStringSubmatch(e); m != nil {
		return m[1] + m[2] + m[3]
	}
	if m := variable.FindStringSubmatch(e); m != nil {
		return escape(g.field(m[1]))
	}
	return ""
}

// balanced is the length of the braces that s begins with, 0 if they are not
// closed nearby.
func balanced(s string) int {
	depth := 0
	var quote byte
	for i := 0; i < min(len(s), maxAction); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote || c == '\n' && quote != '`' {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// tagEnd is the length of the tag that s begins with, 0 if it does not end
// nearby.
func tagEnd(s string) int {
	var quote byte
	for i := 1; i < min(len(s), maxAction); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			n := balanced(s[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case c == '>':
			return i + 1
		}
	}
	return 0
}

// withoutExpressions drops name={…} and {...x} from a tag.
func withoutExpressions(tag string) string {
	var b strings.Builder
	for i := 0; i < len(tag); {
		if tag[i] != '{' {
			b.WriteByte(tag[i])
			i++
			continue
		}
		n := balanced(tag[i:])
		if n == 0 {
			return ""
		}
		kept := b.String()
		b.Reset()
		b.WriteString(jsProperty.ReplaceAllString(kept, ""))
		i += n
	}
	return b.String()
}
