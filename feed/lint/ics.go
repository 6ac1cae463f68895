package lint

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"
)

// A property is a content line of a calendar, unfolded.
type property struct {
	line   int
	name   string
	params map[string]string
	value  string
}

// A component is what stands between BEGIN and END.
type component struct {
	name  string
	line  int
	props []property
	kids  []*component
}

func (c *component) all(name string) []property {
	var out []property
	for _, p := range c.props {
		if p.name == name {
			out = append(out, p)
		}
	}
	return out
}

func (c *component) first(name string) (property, bool) {
	if all := c.all(name); len(all) > 0 {
		return all[0], true
	}
	return property{}, false
}

func (l *linter) ics(data []byte) {
	root := l.components(l.unfold(data))
	if root == nil {
		return
	}
	for _, name := range []string{"VERSION", "PRODID"} {
		l.single(root, name, true)
	}
	if v, _ := root.first("VERSION"); v.value != "2.0" {
		l.fail(v.line, "VCALENDAR", "InvalidVersion", "VERSION is %q, not 2.0", v.value)
	}
	if len(root.kids) == 0 {
		l.fail(root.line, "VCALENDAR", "MissingComponent", "holds nothing")
	}
	l.method(root)
	zones, seen := map[string]bool{}, map[string]bool{}
	for _, k := range root.kids {
		if k.name == "VTIMEZONE" {
			l.zone(k, zones)
		}
	}
	for _, k := range root.kids {
		if k.name == "VEVENT" {
			l.event(k, zones, seen)
		}
	}
}

// unfold splits the document into lines, joined as RFC 5545 3.1 folds them.
func (l *linter) unfold(data []byte) []property {
	var lines []property
	var texts []string
	if !utf8.Valid(data) {
		l.fail(0, "document", "InvalidUTF8", "is not UTF-8")
		return nil
	}
	number := 0
	for len(data) > 0 {
		number++
		line, rest, ended := bytes.Cut(data, []byte("\n"))
		data = rest
		if !ended || !bytes.HasSuffix(line, []byte("\r")) {
			l.fail(number, "line", "MissingCRLF", "does not end with CR LF")
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) > 75 {
			l.fail(number, "line", "LineTooLong", "has %d octets, more than 75", len(line))
		}
		if i := bytes.IndexFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r >= 0x7F && r <= 0x9F }); i >= 0 {
			l.fail(number, "line", "BadCharacters", "holds a control character")
		}
		switch {
		case len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && len(texts) > 0:
			texts[len(texts)-1] += string(line[1:])
		case len(line) == 0:
			l.fail(number, "line", "BlankLine", "is empty")
		default:
			texts = append(texts, string(line))
			lines = append(lines, property{line: number})
		}
	}
	for i, t := range texts {
		l.split(&lines[i], t)
	}
	return lines
}

// split takes a content line apart; a colon in a quoted parameter is none.
func (l *linter) split(p *property, s string) {
	quoted, colon := false, -1
	for i, r := range s {
		if r == '"' {
			quoted = !quoted
		}
		if r == ':' && !quoted {
			colon = i
			break
		}
	}
	if colon < 0 {
		l.fail(p.line, "line", "NotAProperty", "has no colon")
		return
	}
	head := strings.Split(s[:colon], ";")
	p.name, p.value, p.params = strings.ToUpper(head[0]), s[colon+1:], map[string]string{}
	for _, param := range head[1:] {
		k, v, _ := strings.Cut(param, "=")
		p.params[strings.ToUpper(k)] = strings.Trim(v, `"`)
	}
}

// components builds the tree of a calendar.
func (l *linter) components(lines []property) *component {
	var root *component
	var open []*component
	for _, p := range lines {
		switch {
		case p.name == "BEGIN":
			c := &component{name: p.value, line: p.line}
			if len(open) == 0 {
				if root != nil || c.name != "VCALENDAR" {
					l.fail(p.line, "document", "NotACalendar", "is not one VCALENDAR")
					return nil
				}
				root = c
			} else {
				open[len(open)-1].kids = append(open[len(open)-1].kids, c)
			}
			if open = append(open, c); len(open) > maxDepth {
				l.fail(p.line, "document", "Unbalanced", "is nested too deeply")
				return nil
			}
		case len(open) == 0:
			l.fail(p.line, "document", "NotACalendar", "has %s outside of VCALENDAR", p.name)
			return nil
		case p.name == "END":
			if open[len(open)-1].name != p.value {
				l.fail(p.line, "document", "Unbalanced", "END:%s closes %s", p.value, open[len(open)-1].name)
				return nil
			}
			open = open[:len(open)-1]
		default:
			c := open[len(open)-1]
			c.props = append(c.props, p)
		}
	}
	if root == nil || len(open) > 0 {
		l.fail(0, "document", "Unbalanced", "does not end with END:VCALENDAR")
		return nil
	}
	return root
}

// single checks that a property stands there at most once, and at all if it
// must.
func (l *linter) single(c *component, name string, must bool) {
	switch all := c.all(name); {
	case len(all) > 1:
		l.fail(all[1].line, c.name, "DuplicateProperty", "%s stands there %d times", name, len(all))
	case len(all) == 0 && must:
		l.fail(c.line, c.name, "MissingProperty", "%s is missing", name)
	}
}

// method holds a message about events to RFC 5546, 3.2.1; a calendar that is
// fetched is none. One that expects answers is not for many.
func (l *linter) method(root *component) {
	l.single(root, "METHOD", false)
	m, ok := root.first("METHOD")
	switch {
	case !ok:
		return
	case m.value != "PUBLISH":
		l.fail(m.line, "VCALENDAR", "InvalidMethod", "METHOD is %q, not PUBLISH", m.value)
	}
	for _, name := range []string{"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "SOURCE"} {
		if p, ok := root.first(name); ok {
			l.warn(p.line, "VCALENDAR", "NamedMessage", "%s lets programs open another calendar", name)
		}
	}
	for _, k := range root.kids {
		if k.name != "VEVENT" {
			continue
		}
		for _, name := range []string{"ORGANIZER", "SEQUENCE", "SUMMARY"} {
			l.single(k, name, true)
		}
		if p, ok := k.first("ATTENDEE"); ok {
			l.fail(p.line, "VEVENT", "AttendeeOfPublished", "ATTENDEE in what invites nobody")
		}
	}
}

func (l *linter) zone(z *component, zones map[string]bool) {
	id, _ := z.first("TZID")
	l.single(z, "TZID", true)
	if zones[id.value] {
		l.fail(z.line, z.name, "DuplicateValue", "%s is there twice", id.value)
	}
	zones[id.value] = true
	if len(z.kids) == 0 {
		l.fail(z.line, z.name, "MissingComponent", "%s has no STANDARD or DAYLIGHT", id.value)
	}
	for _, k := range z.kids {
		for _, name := range []string{"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} {
			l.single(k, name, true)
		}
	}
}

func (l *linter) event(e *component, zones, seen map[string]bool) {
	for _, name := range []string{"UID", "DTSTAMP", "DTSTART"} {
		l.single(e, name, true)
	}
	for _, name := range []string{"DTEND", "DURATION", "SUMMARY", "LOCATION", "STATUS", "SEQUENCE", "LAST-MODIFIED", "CREATED", "URL", "TRANSP", "CLASS"} {
		l.single(e, name, false)
	}
	uid, _ := e.first("UID")
	if _, again := e.first("RECURRENCE-ID"); seen[uid.value] && !again {
		l.fail(uid.line, "VEVENT", "DuplicateValue", "UID %s is another event's too", uid.value)
	}
	seen[uid.value] = true
	if s, ok := e.first("STATUS"); ok && s.value != "CONFIRMED" && s.value != "TENTATIVE" && s.value != "CANCELLED" {
		l.fail(s.line, "VEVENT", "InvalidStatus", "STATUS is %q", s.value)
	}
	for _, name := range []string{"DTSTAMP", "LAST-MODIFIED", "CREATED"} {
		if p, ok := e.first(name); ok && !strings.HasSuffix(p.value, "Z") {
			l.fail(p.line, "VEVENT", "NotUTC", "%s is not in UTC", name)
		}
	}
	start, hasStart := e.first("DTSTART")
	end, hasEnd := e.first("DTEND")
	var from, to time.Time
	if hasStart {
		from = l.instant(start, zones)
	}
	if !hasEnd {
		return
	}
	to = l.instant(end, zones)
	if start.params["VALUE"] != end.params["VALUE"] {
		l.fail(end.line, "VEVENT", "MixedTypes", "DTSTART and DTEND are not both days or both times")
	} else if !from.IsZero() && !to.IsZero() && !to.After(from) {
		l.fail(end.line, "VEVENT", "EndNotAfterStart", "DTEND is not after DTSTART; it is exclusive")
	}
}

// instant reads a date or time of a calendar; the zero time if it is wrong.
func (l *linter) instant(p property, zones map[string]bool) time.Time {
	layout, loc := "20060102T150405", time.UTC
	if id := p.params["TZID"]; id != "" {
		if !zones[id] {
			l.fail(p.line, "VEVENT", "UnknownTZID", "no VTIMEZONE says what %s is", id)
		}
		if known, err := time.LoadLocation(id); err == nil {
			loc = known
		}
	}
	switch {
	case p.params["VALUE"] == "DATE":
		layout = "20060102"
	case strings.HasSuffix(p.value, "Z"):
		layout += "Z"
	case p.params["TZID"] == "":
		l.warn(p.line, "VEVENT", "FloatingTime", "%s has no zone", p.name)
	}
	t, err := time.ParseInLocation(layout, p.value, loc)
	if err != nil {
		l.fail(p.line, "VEVENT", "InvalidDate", "%s %q is not a date", p.name, p.value)
		return time.Time{}
	}
	return t
}
