package calendar

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// ParseICS reads an iCalendar file. It takes what real programs write: zones
// by the names of Windows or of no standard at all, lines of any ending,
// events without a calendar around them. An event that cannot be read is a
// problem, and the others are read.
//
// Recurring events are unfolded: what lies between now and 400 days, at most
// 200 times each, and never anything finer than daily. Events that their
// writer calls private are left alone. The city is taken from a location only
// if a country stands behind it: "Barbican, London, UK".
//
// An event is recognised by its UID; one of several of a recurring event, or
// of several with the same UID, by when it was to be as well.
func ParseICS(name string, data []byte, opt Options) ([]content.FoundEvent, []content.Problem) {
	s := &sheet{name: name, opt: opt}
	return s.guard(data, func(data []byte) {
		root := s.component(data)
		b := &book{sheet: s, groups: make(map[string]*group), left: maxTurns}
		calendars := []*component{root} // events may stand without a calendar
		for _, c := range root.parts {
			if c.name == "VCALENDAR" {
				calendars = append(calendars, c)
			}
		}
		if len(calendars) == 1 && !slices.ContainsFunc(root.parts, func(c *component) bool { return c.name == "VEVENT" }) {
			s.refuse(0, 0, "", "no calendar in the file")
			return
		}
		for _, c := range calendars {
			b.calendar(c)
		}
		for _, uid := range b.order {
			if len(s.events) > maxEvents {
				break
			}
			b.group(uid, b.groups[uid])
		}
		s.distinct()
	})
}

// A book is what is read from one file, by UID.
type book struct {
	*sheet
	groups map[string]*group
	order  []string // of the UIDs
	left   int      // turns of recurrence rules that may still be made
}

// A group is what the file says under one UID.
type group struct {
	events []*vevent // without RECURRENCE-ID
	single []*vevent // with one
}

// A vevent is one VEVENT, as far as all of it is needed.
type vevent struct {
	*component
	zones  *zones
	cancel bool // METHOD:CANCEL
	uid    string
	start  when
	days   int           // how long it is, all-day: one or more
	length time.Duration // or else on the wall; zero: it does not say
	of     *when         // which occurrence it replaces
}

// calendar takes up the events of one calendar.
func (b *book) calendar(c *component) {
	z := &zones{own: make(map[string]*component), clocks: make(map[string]clock)}
	for _, part := range c.parts {
		if part.name == "VTIMEZONE" && len(z.own) < 200 {
			z.own[part.value("TZID")] = part
		}
	}
	z.floating = clock{loc: b.loc}
	if own, err := z.clock(c.value("X-WR-TIMEZONE")); err == nil {
		z.floating = own
	}
	for _, part := range c.parts {
		if part.name != "VEVENT" {
			continue
		}
		switch strings.ToUpper(part.value("CLASS")) {
		case "PRIVATE", "CONFIDENTIAL":
			continue
		}
		v := &vevent{component: part, zones: z, uid: part.value("UID"), cancel: strings.EqualFold(c.value("METHOD"), "CANCEL")}
		if !b.read(v) {
			continue
		}
		g := b.groups[v.uid]
		if g == nil || v.uid == "" {
			g = &group{}
			key := v.uid
			if key == "" {
				key = "\x00" + strconv.Itoa(v.line) // by itself
			}
			b.groups[key] = g
			b.order = append(b.order, key)
		}
		if v.of == nil {
			g.events = append(g.events, v)
		} else {
			g.single = append(g.single, v)
		}
	}
}

// read reads when the event is; it tells whether it could.
func (b *book) read(v *vevent) bool {
	if v.get("SUMMARY") == nil && v.get("DTSTART") == nil {
		b.refuseKey(b.key(v.uid, ""), v.line, "", "the event says neither what nor when it is")
		return false
	}
	p := v.get("DTSTART")
	if p == nil {
		b.refuseKey(b.key(v.uid, ""), v.line, "", "the event has no DTSTART")
		return false
	}
	var err error
	if v.start, err = v.zones.read(p, p.value); err != nil {
		b.refuseKey(b.key(v.uid, ""), p.line, "", "DTSTART: %v", err)
		return false
	}
	if v.start.day {
		v.days = 1
	}
	switch end, d := v.get("DTEND"), v.get("DURATION"); {
	case end != nil:
		w, err := v.zones.read(end, end.value)
		if err != nil {
			b.refuseKey(b.key(v.uid, ""), end.line, "", "DTEND: %v", err)
			return false
		}
		if v.start.day {
			v.days = max(1, int(w.wall.Sub(v.start.wall)/(24*time.Hour))) // the end of days is the day after the last
		} else if w.day {
			v.length = max(0, w.wall.Sub(v.start.wall))
		} else {
			v.length = max(0, v.start.clock.wall(w.instant()).Sub(v.start.wall))
		}
	case d != nil:
		days, rest, err := parseDuration(d.value)
		if err != nil {
			b.refuseKey(b.key(v.uid, ""), d.line, "", "%v", err)
			return false
		}
		if v.start.day {
			v.days = max(1, days)
		} else {
			v.length = time.Duration(days)*24*time.Hour + rest
		}
	}
	if p := v.get("RECURRENCE-ID"); p != nil {
		w, err := v.zones.read(p, p.value)
		if err != nil {
			b.refuse(p.line, 0, "", "RECURRENCE-ID: %v", err)
			return false
		}
		v.of = &w
	}
	return true
}

// group reads what one UID stands for.
func (b *book) group(uid string, g *group) {
	masters := current(g.events, func(v *vevent) string {
		return v.start.wall.Format(time.RFC3339)
	})
	// The same UID at several times: updates of one event, if any says so.
	newer := func(a, b *vevent) bool {
		return a.number() != b.number() || a.value("LAST-MODIFIED") != b.value("LAST-MODIFIED")
	}
	if len(masters) > 1 && slices.ContainsFunc(masters[1:], func(v *vevent) bool { return newer(v, masters[0]) }) {
		masters = []*vevent{slices.MaxFunc(masters, compare)}
	}
	singles := current(g.single, func(v *vevent) string { return v.of.wall.Format(time.RFC3339) })
	for _, v := range masters {
		if v.get("RRULE") != nil || v.get("RDATE") != nil {
			b.recurring(v, singles)
			singles = nil
			continue
		}
		keys := []content.Key{b.key(v.uid, v.stamp(v.start))}
		if len(masters) == 1 {
			keys = append([]content.Key{b.key(v.uid, "")}, keys...)
		}
		b.add(v, v.start.wall, keys)
	}
	for _, v := range singles { // their series is elsewhere
		b.add(v, v.start.wall, []content.Key{b.key(v.uid, v.stamp(*v.of))})
	}
}

// current leaves the newest of those with the same mark, in order.
func current(all []*vevent, mark func(*vevent) string) []*vevent {
	at := make(map[string]int)
	var out []*vevent
	for _, v := range all {
		i, ok := at[mark(v)]
		switch {
		case !ok:
			at[mark(v)] = len(out)
			out = append(out, v)
		case compare(out[i], v) <= 0:
			out[i] = v
		}
	}
	return out
}

// compare tells which of two is newer: by SEQUENCE, then by when it was
// written. What stands later in the file wins if nothing else tells.
func compare(a, b *vevent) int {
	return cmp.Or(
		cmp.Compare(a.number(), b.number()),
		cmp.Compare(a.value("LAST-MODIFIED"), b.value("LAST-MODIFIED")),
		cmp.Compare(a.value("DTSTAMP"), b.value("DTSTAMP")),
		cmp.Compare(a.line, b.line))
}

func (v *vevent) number() int {
	n, _ := strconv.Atoi(strings.TrimSpace(v.value("SEQUENCE")))
	return n
}

// stamp writes a time of the event as part of a key: the day, or the instant.
func (v *vevent) stamp(w when) string {
	if w.day {
		return w.wall.Format("20060102")
	}
	return w.instant().Format("20060102T150405Z")
}

// key is that of a UID, and of one of several times it stands for.
func (b *book) key(uid, stamp string) content.Key {
	if uid == "" {
		return ""
	}
	k := b.opt.Source + ":uid:" + short(uid)
	if stamp != "" {
		k += "/" + stamp
	}
	return content.Key(k)
}

// distinct leaves the first of events that cannot be told apart.
func (s *sheet) distinct() {
	seen := make(map[content.Key]bool)
	s.events = slices.DeleteFunc(s.events, func(f content.FoundEvent) bool {
		if slices.ContainsFunc(f.Keys, func(k content.Key) bool { return seen[k] }) {
			return true
		}
		for _, k := range f.Keys {
			seen[k] = true
		}
		return false
	})
}
