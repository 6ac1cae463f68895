package calendar

import (
	"bytes"
	"strings"
)

// maxDepth bounds how deep components stand in one another: a calendar, an
// event, an alarm. It is small because whoever reads deeper dies of it.
const maxDepth = 8

// A property is one line of an iCalendar file: its name in capitals, its
// parameters, its value as written.
type property struct {
	name   string
	params map[string]string
	value  string
	line   int
}

// A component is what stands between BEGIN and END.
type component struct {
	name  string
	props []property
	parts []*component
	line  int
}

// get returns the first property of that name; nil if there is none.
func (c *component) get(name string) *property {
	for i := range c.props {
		if c.props[i].name == name {
			return &c.props[i]
		}
	}
	return nil
}

// value returns the value of the first property of that name.
func (c *component) value(name string) string {
	if p := c.get(name); p != nil {
		return p.value
	}
	return ""
}

// all returns the properties of that name.
func (c *component) all(name string) []property {
	var out []property
	for _, p := range c.props {
		if p.name == name {
			out = append(out, p)
		}
	}
	return out
}

// component reads a whole file as one component without a name. It forgives
// what real files do: lines that end in any way, no calendar around the
// events, an END that is missing or of something else.
func (s *sheet) component(data []byte) *component {
	root := &component{}
	open := []*component{root}
	for _, l := range unfold(data) {
		p, ok := parseLine(l.text)
		if !ok {
			continue
		}
		p.line = l.line
		top := open[len(open)-1]
		switch p.name {
		case "BEGIN":
			if len(open) > maxDepth {
				s.refuse(l.line, 0, "", "components stand more than %d deep in one another", maxDepth)
				return root
			}
			c := &component{name: strings.ToUpper(strings.TrimSpace(p.value)), line: l.line}
			top.parts = append(top.parts, c)
			open = append(open, c)
		case "END":
			name := strings.ToUpper(strings.TrimSpace(p.value))
			for i := len(open) - 1; i > 0; i-- {
				if open[i].name == name {
					open = open[:i]
					break
				}
			}
		default:
			top.props = append(top.props, p)
		}
	}

	if len(open) > 1 {
		s.refuse(open[1].line, 0, "fetch it again", "the file ends in the middle of the %s that begins here", open[1].name)
	}
	return root
}

type textLine struct {
	text string
	line int
}

// unfold joins lines that were cut at 75 octets, perhaps within a letter.
func unfold(data []byte) []textLine {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	var lines []textLine
	var b strings.Builder
	start, n := 0, 0
	flush := func() {
		if b.Len() > 0 {
			lines = append(lines, textLine{strings.ToValidUTF8(b.String(), "\uFFFD"), start})
		}
		b.Reset()
	}
	for raw := range bytes.SplitSeq(data, []byte("\n")) {
		n++
		if len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') && b.Len() > 0 {
			b.Write(raw[1:])
			continue
		}
		flush()
		start = n
		b.Write(raw)
	}
	flush()
	return lines
}

// parseLine takes NAME;PARAM="value":value apart.
func parseLine(s string) (property, bool) {
	end := strings.IndexAny(s, ";:")
	if end <= 0 {
		return property{}, false
	}
	p := property{name: strings.ToUpper(strings.TrimSpace(s[:end]))}
	for s = s[end:]; strings.HasPrefix(s, ";"); {
		s = s[1:]
		quoted, stop := false, len(s)
		for i := range len(s) {
			if s[i] == '"' {
				quoted = !quoted
			} else if !quoted && (s[i] == ';' || s[i] == ':') {
				stop = i
				break
			}
		}
		name, value, _ := strings.Cut(s[:stop], "=")
		if p.params == nil {
			p.params = make(map[string]string)
		}
		p.params[strings.ToUpper(strings.TrimSpace(name))] = strings.Trim(value, `"`)
		s = s[stop:]
	}
	if s == "" {
		return property{}, false
	}
	p.value = s[1:]
	return p, true
}

// unescape undoes what RFC 5545 does to text.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\:`, ":", `\"`, `"`).Replace(s)
}

// splitText cuts a list of texts at the commas that are not escaped.
func splitText(s string) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ',':
			out = append(out, unescape(s[start:i]))
			start = i + 1
		}
	}
	return append(out, unescape(s[start:]))
}
