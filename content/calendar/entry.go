package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/standfirst/standfirst/content"
)

// entry is one event of events.yaml while it is read.
type entry struct {
	*sheet
	node   *yaml.Node
	values map[string]*yaml.Node
	bad    bool
}

// anchor stands for the first day of an event whose days are relative.
var anchor = content.Date{Year: 1, Month: time.January, Day: 1}

// mistake notes what is wrong with the event, which is then left out.
func (e *entry) mistake(n *yaml.Node, hint, format string, args ...any) {
	e.bad = true
	e.refuse(n.Line, n.Column, hint, format, args...)
}

// text is a value as it is written: 1.20 stays 1.20, and 2026-06-02 a string.
func (e *entry) text(key string) string {
	n := e.values[key]
	switch {
	case n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		return ""
	case n.Kind != yaml.ScalarNode:
		e.mistake(n, "", "%s is one value, not a list or more keys", key)
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// truth is a yes or no.
func (e *entry) truth(key string) bool {
	switch raw := strings.ToLower(e.text(key)); raw {
	case "true", "yes", "on":
		return true
	case "", "false", "no", "off":
	default:
		e.mistake(e.values[key], "true or false", "%s is %q", key, raw)
	}
	return false
}

// list is a list of words, or one.
func (e *entry) list(key string) []string {
	n := e.values[key]
	if n == nil || n.Kind == yaml.ScalarNode {
		var words []string
		for w := range strings.SplitSeq(e.text(key), ",") {
			if w = plain(w); w != "" && !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
		return words[:min(len(words), maxTopics)]
	}
	var words []string
	for _, c := range n.Content {
		c = deref(c)
		if n.Kind != yaml.SequenceNode || c.Kind != yaml.ScalarNode {
			e.mistake(c, "write it like: [leadership, hiring]", "%s is a list of words", key)
			return nil
		}
		if w := plain(c.Value); w != "" && !slices.Contains(words, w) && len(words) < maxTopics {
			words = append(words, w)
		}
	}
	return words
}

// A moment is a day, a time, or a distance, as written in a file.
type moment struct {
	day      content.Date
	at       time.Time // zero: it is a day
	days     int       // counted from elsewhere
	relative bool
}

// layouts of times, with and without the distance from UTC.
var (
	zoned = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04 Z07:00", "2006-01-02 15:04:05 Z07:00"}
	local = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"}
)

// moment reads a value; ok is false if there is none, or a mistake.
func (e *entry) moment(key string, loc *time.Location) (m moment, ok bool) {
	raw := e.text(key)
	if raw == "" {
		return m, false
	}
	if raw[0] == '+' || raw[0] == '-' {
		days, err := distance(raw)
		if err != nil {
			e.mistake(e.values[key], "write it like +42d or +6w", "%s %q: %v", key, raw, err)
		}
		return moment{days: days, relative: true}, err == nil
	}
	if d, err := content.ParseDate(raw); err == nil {
		return moment{day: d}, e.sane(key, d)
	}
	for _, layout := range zoned {
		if t, err := time.Parse(layout, raw); err == nil {
			return moment{day: content.DateOf(t.In(loc)), at: t.UTC()}, e.sane(key, content.DateOf(t))
		}
	}
	for _, layout := range local {
		if t, err := time.ParseInLocation(layout, raw, loc); err == nil {
			if t.Format(layout) != raw {
				e.mistake(e.values[key], "", "%s %s: the clocks in %s skip this hour", key, raw, loc)
				return m, false
			}
			return moment{day: content.DateOf(t), at: t.UTC()}, e.sane(key, content.DateOf(t))
		}
	}
	e.mistake(e.values[key], "write a day like 2026-06-02, or a time like 2026-06-02 09:00", "%s %q is neither a day nor a time", key, raw)
	return m, false
}

// sane refuses years that are slips of the pen.
func (e *entry) sane(key string, d content.Date) bool {
	if d.Year < 1970 || d.Year > 2200 {
		e.mistake(e.values[key], "", "%s is in the year %d", key, d.Year)
		return false
	}
	return true
}

// distance reads +42d or -6w as days.
func distance(s string) (int, error) {
	unit := 1
	digits, ok := strings.CutSuffix(s, "d")
	if !ok {
		if digits, ok = strings.CutSuffix(s, "w"); !ok {
			return 0, fmt.Errorf("days end with d, weeks with w")
		}
		unit = 7
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > 3650 || n < -3650 {
		return 0, fmt.Errorf("not a number of days within ten years")
	}
	return n * unit, nil
}

// when reads zone, start, end, early bird and id.
func (e *entry) when(f *content.FoundEvent) {
	if id := e.text("id"); id != "" {
		f.Keys = []content.Key{content.Key(e.opt.Source + ":event:" + short(id))}
	}
	loc := e.loc
	if zone := e.text("timezone"); zone != "" {
		l, err := loadZone(zone)
		if err != nil {
			e.mistake(e.values["timezone"], "write it like Europe/London", "unknown timezone %q", zone)
			return
		}
		loc = l
	}
	f.Zone = loc.String()

	start, ok := e.moment("start", loc)
	switch {
	case e.values["start"] == nil || e.text("start") == "":
		e.mistake(e.node, "give it a start: like 2026-06-02", "event %q has no start", f.Name)
		return
	case !ok:
		return
	case start.relative && start.days < 0:
		e.mistake(e.values["start"], "write it like +42d", "start lies before the day on which the event is first seen")
		return
	case start.relative:
		f.Relative, f.Offset = true, start.days
		start.day = anchor
	}
	f.Days = content.Span{First: start.day, Last: start.day}
	f.Start = start.at
	e.end(f, start, loc)
	e.earlyBird(f, loc)
}

// end reads the last day, or the time it ends.
func (e *entry) end(f *content.FoundEvent, start moment, loc *time.Location) {
	end, ok := e.moment("end", loc)
	if !ok {
		return
	}
	n := e.values["end"]
	switch {
	case end.relative:
		end.day = start.day.AddDays(end.days)
	case f.Relative:
		e.mistake(n, "write it like +1d: a day after start", "end is a date, but start counts from when the event is first seen")
		return
	case !end.at.IsZero() && start.at.IsZero():
		e.mistake(n, "give both a time, or neither", "end is a time, start is a day")
		return
	}
	if end.day.Before(start.day) || !end.at.IsZero() && !end.at.After(start.at) {
		e.mistake(n, "", "end is not after start")
		return
	}
	f.Days.Last, f.End = end.day, end.at
	if last := end.at.Add(-time.Nanosecond).In(loc); !end.at.IsZero() && content.DateOf(last).Before(end.day) {
		f.Days.Last = content.DateOf(last) // an event until midnight has no day more
	}
}

// earlyBird reads the last day of the early price.
func (e *entry) earlyBird(f *content.FoundEvent, loc *time.Location) {
	bird, ok := e.moment("early_bird", loc)
	if !ok {
		return
	}
	n := e.values["early_bird"]
	switch {
	case bird.relative && bird.days <= 0:
		bird.day = f.Days.First.AddDays(bird.days)
	case bird.relative && f.Relative: // counted from the day the event is first seen, like start
		bird.day = f.Days.First.AddDays(bird.days - f.Offset)
	case bird.relative:
		e.mistake(n, "write it like -30d: days before start", "early_bird lies after start")
		return
	case f.Relative:
		e.mistake(n, "write it like -30d: days before start", "early_bird is a date, but start counts from when the event is first seen")
		return
	}
	if bird.day.After(f.Days.Last) {
		e.mistake(n, "", "early_bird is after the event")
		return
	}
	f.EarlyBird = bird.day
}
