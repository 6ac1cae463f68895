package calendar

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/standfirst/standfirst/content"
)

// fields are the keys of an event in events.yaml.
var fields = []string{
	"name", "city", "country", "place", "online", "start", "end", "timezone",
	"url", "topics", "status", "early_bird", "id",
}

// ParseYAML reads events.yaml: a list of events, or a mapping with the list
// under "events".
//
//   - name: LeadDev London
//     city: London
//     start: 2026-06-02            # a day; a time 2026-06-02 09:00 in timezone; or +42d
//     end: 2026-06-03              # the last day; a time; or +1d, counted from start
//     early_bird: 2026-04-30       # the last day of the early price; or -30d
//
// An event needs a name, a start, and a city or "online: true". An event with
// a mistake is left out, with every mistake named; the others are read. Unknown
// keys are mistakes that leave nothing out.
//
// An event is recognised by its id, if it has one, by its page, first day and
// city, and by its name, first day and city: a page serves the conferences of
// many years. An event given by days from when it is first seen is recognised
// without a day.
func ParseYAML(name string, data []byte, opt Options) ([]content.FoundEvent, []content.Problem) {
	s := &sheet{name: name, opt: opt}
	return s.guard(data, func(data []byte) {
		var doc, more yaml.Node
		in := yaml.NewDecoder(bytes.NewReader(data))
		switch err := in.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			s.syntax(err)
			return
		}
		if in.Decode(&more) == nil {
			s.refuse(more.Line, more.Column, "take out the line ---", "a second document begins here, and is not read")
		}
		if len(doc.Content) == 0 {
			return // an empty file lists nothing
		}
		list := s.list(doc.Content[0])
		if list == nil {
			return
		}
		for _, n := range list.Content {
			if len(s.events) > maxEvents {
				break
			}
			s.entry(deref(n))
		}
		s.keys()
	})
}

// syntax tells where a file stops being YAML.
func (s *sheet) syntax(err error) {
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		s.refuse(0, 0, "", "not YAML: %v", err)
		return
	}
	s.refuse(at.Mark.Line, at.Mark.Column, "", "not YAML: %s", at.Message)
}

// list finds the list of events.
func (s *sheet) list(n *yaml.Node) *yaml.Node {
	n = deref(n)
	if n.Kind == yaml.MappingNode {
		var list *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if k := n.Content[i]; k.Value == "events" {
				list = deref(n.Content[i+1])
			} else {
				s.problem(k.Line, k.Column, didYouMean(k.Value, []string{"events"}), "unknown key %q", k.Value)
			}
		}
		if list == nil {
			s.refuse(n.Line, n.Column, "begin with: events:", "no events in the file")
			return nil
		}
		n = list
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		s.refuse(n.Line, n.Column, "begin each event with a dash: - name: …", "a list of events is expected here")
		return nil
	}
	return n
}

// entry reads one event.
func (s *sheet) entry(n *yaml.Node) {
	e := &entry{sheet: s, node: n, values: make(map[string]*yaml.Node)}
	if n.Kind != yaml.MappingNode {
		e.mistake(n, "an event is written as: - name: …", "an event is expected here")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], deref(n.Content[i+1])
		switch {
		case !slices.Contains(fields, k.Value):
			s.problem(k.Line, k.Column, didYouMean(k.Value, fields), "unknown key %q", k.Value)
		case e.values[k.Value] != nil:
			e.mistake(k, "", "%s is given twice", k.Value)
		default:
			e.values[k.Value] = v
		}
	}
	f := e.read()
	if !e.bad {
		s.events = append(s.events, f)
	}
}

// read makes an event of the values.
func (e *entry) read() content.FoundEvent {
	f := content.FoundEvent{At: content.Position{File: e.name, Line: e.node.Line, Column: e.node.Column}}
	f.Name = plain(e.text("name"))
	f.City, f.Country, f.Place = plain(e.text("city")), plain(e.text("country")), plain(e.text("place"))
	f.Online = e.truth("online")
	f.Topics = e.list("topics")
	f.Status = e.status()
	if raw := e.text("url"); raw != "" {
		if f.URL = link(raw); f.URL == "" {
			e.mistake(e.values["url"], "write it like https://example.com/london", "url %q is not a web address", raw)
		}
	}
	if f.Name == "" {
		e.mistake(e.node, "give it a name:", "the event has no name")
	}
	if f.City == "" && !f.Online {
		e.mistake(e.node, "give it a city:, or online: true", "event %q has no city", f.Name)
	}
	e.when(&f)
	return f
}

// status reads what becomes of the event.
func (e *entry) status() content.Status {
	switch raw := strings.ToLower(e.text("status")); raw {
	case "", "confirmed":
		return content.Confirmed
	case "cancelled", "canceled":
		return content.Cancelled
	case "postponed":
		return content.Postponed
	default:
		e.mistake(e.values["status"], "confirmed, cancelled or postponed", "unknown status %q", raw)
		return ""
	}
}

// keys gives every event what it is recognised by. Events that cannot be told
// apart are one, listed twice.
func (s *sheet) keys() {
	type mark struct{ by, day, city string }
	pages, names, first := make(map[mark]int), make(map[mark]int), make(map[mark]content.Position)
	title := func(f *content.FoundEvent) mark {
		return mark{content.TopicKey(f.Name), day(f), content.CityKey(f.City)}
	}
	page := func(f *content.FoundEvent) mark {
		return mark{string(content.URLKey(f.URL)), day(f), content.CityKey(f.City)}
	}
	for i := range s.events {
		pages[page(&s.events[i])]++
		names[title(&s.events[i])]++
	}
	kept := s.events[:0]
	ids := make(map[content.Key]content.Position)
	for _, f := range s.events {
		m, id := title(&f), len(f.Keys) > 0
		if id {
			if other, ok := ids[f.Keys[0]]; ok {
				s.refuse(f.At.Line, f.At.Column, "give each its own id", "event %q has the id of the one in line %d", f.Name, other.Line)
				continue
			}
			ids[f.Keys[0]] = f.At
		} else {
			if other, ok := first[m]; ok {
				s.refuse(f.At.Line, f.At.Column, "take one out, or give each an id:", "event %q is the one in line %d again", f.Name, other.Line)
				continue
			}
			first[m] = f.At
		}
		if !id || names[m] == 1 {
			f.Keys = append(f.Keys, content.Key(s.opt.Source+":event/"+short(m.by)+"/"+m.day+"/"+short(m.city)))
		}
		if p := page(&f); p.by != "" && pages[p] == 1 {
			f.Keys = append(f.Keys, content.Key(short(p.by)+"#"+p.day+"/"+short(p.city)))
		}
		kept = append(kept, f)
	}
	s.events = kept
}

// day is the first day as part of a key.
func day(f *content.FoundEvent) string {
	if f.Relative {
		return ""
	}
	return f.Days.First.String()
}

// deref follows an alias to what it stands for.
func deref(n *yaml.Node) *yaml.Node {
	for range 10 {
		if n.Kind != yaml.AliasNode || n.Alias == nil {
			break
		}
		n = n.Alias
	}
	return n
}
