package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// A clock turns the time on a wall into an instant. Wall times are written as
// if they were UTC, so that days can be counted without gaps.
type clock struct {
	loc   *time.Location // nil: the rules of the file's own zone count
	rules []onset
}

// An onset is a change of the distance from UTC: standard or daylight time.
type onset struct {
	first    time.Time      // wall time, by the distance before
	yearly   *rrule.ROption // every year from then on; nil: never again but on dates
	years    map[int][]time.Time
	dates    []time.Time
	from, to time.Duration
}

// instant returns the instant at which the wall shows t.
func (c clock) instant(t time.Time) time.Time {
	if c.loc != nil {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, c.loc).UTC()
	}
	return t.Add(-c.offset(t))
}

// wall returns what the wall shows at t.
func (c clock) wall(t time.Time) time.Time {
	if c.loc != nil {
		l := t.In(c.loc)
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
	}
	t = t.UTC()
	return t.Add(c.offset(t.Add(c.offset(t))))
}

// offset is the distance from UTC at the wall time t, by the zone's own rules:
// that of the latest onset before.
func (c clock) offset(t time.Time) time.Duration {
	var latest time.Time
	var offset time.Duration
	for i, o := range c.rules {
		if i == 0 {
			offset = o.from // before everything
		}
		at, ok := o.before(t)
		if ok && (latest.IsZero() || at.After(latest)) {
			latest, offset = at, o.to
		}
	}
	return offset
}

// before returns the last onset up to t.
func (o onset) before(t time.Time) (time.Time, bool) {
	if o.first.After(t) {
		return time.Time{}, false
	}
	at := o.first
	for _, y := range []int{t.Year(), t.Year() - 1} {
		for _, d := range o.in(y) {
			if d.After(at) && !d.After(t) {
				at = d
			}
		}
	}
	for _, d := range o.dates {
		if d.After(at) && !d.After(t) {
			at = d
		}
	}
	return at, true
}

// maxOnsets bounds the changes of one rule that are listed.
const maxOnsets = 1000

// in returns the onsets of a yearly rule in one year. Outlook lets its rules
// begin in 1601, so the rule is made to begin the year before.
func (o onset) in(year int) []time.Time {
	if o.yearly == nil || year < o.first.Year() {
		return nil
	}
	if list, ok := o.years[year]; ok {
		return list
	}
	opt := *o.yearly
	opt.Dtstart = o.first.AddDate(max(0, year-1-o.first.Year()), 0, 0)
	all, _ := occurrences(&opt, time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC), maxOnsets)
	list := slices.DeleteFunc(all, func(t time.Time) bool { return t.Year() != year })
	o.years[year] = list
	return list
}

// zones are those of one calendar.
type zones struct {
	own      map[string]*component // VTIMEZONE by TZID
	clocks   map[string]clock      // found out before
	floating clock                 // of times without a zone
}

// clock finds the zone called id: by its IANA name, its name on Windows, the
// end of a longer name, the name a file gives beside it, or its own rules.
func (z *zones) clock(id string) (clock, error) {
	if c, ok := z.clocks[id]; ok {
		return c, nil
	}
	c, err := z.find(strings.Trim(strings.TrimSpace(id), `"`))
	if err == nil {
		z.clocks[id] = c
	}
	return c, err
}

func (z *zones) find(id string) (clock, error) {
	if loc := namedZone(id); loc != nil {
		return clock{loc: loc}, nil
	}
	own := z.own[id]
	if own == nil {
		return clock{}, fmt.Errorf("unknown time zone %q", id)
	}
	if loc := namedZone(own.value("X-LIC-LOCATION")); loc != nil {
		return clock{loc: loc}, nil
	}
	c := clock{}
	for _, part := range own.parts {
		if o, ok := readOnset(part); ok && len(c.rules) < 100 {
			c.rules = append(c.rules, o)
		}
	}
	if len(c.rules) == 0 {
		return clock{}, fmt.Errorf("time zone %q has no rules", id)
	}
	return c, nil
}

// namedZone finds a zone by its name alone; nil if the name is not known.
func namedZone(name string) *time.Location {
	if loc, err := loadZone(name); err == nil {
		return loc
	}
	if iana, ok := windows[strings.ToLower(name)]; ok {
		if loc, err := loadZone(iana); err == nil {
			return loc
		}
	}
	// "/freeassociation.sourceforge.net/Tzfile/Europe/London"
	for rest := name; ; {
		_, after, ok := strings.Cut(rest, "/")
		if !ok {
			return nil
		}
		if loc, err := loadZone(after); err == nil && strings.Contains(after, "/") {
			return loc
		}
		rest = after
	}
}

// readOnset reads a STANDARD or DAYLIGHT part.
func readOnset(c *component) (onset, bool) {
	first, day, _, err := parseTime(c.value("DTSTART"))
	if err != nil || day {
		return onset{}, false
	}
	o := onset{first: first}
	var ok1, ok2 bool
	o.from, ok1 = parseOffset(c.value("TZOFFSETFROM"))
	o.to, ok2 = parseOffset(c.value("TZOFFSETTO"))
	if r := c.value("RRULE"); r != "" {
		opt, err := readRule(r)
		if err != nil || opt.Freq > rrule.MONTHLY {
			return onset{}, false
		}
		opt.Dtstart = first
		if opt.Freq == rrule.YEARLY && opt.Interval <= 1 && opt.Count == 0 {
			o.yearly, o.years = opt, make(map[int][]time.Time)
		} else if o.dates, err = occurrences(opt, first.AddDate(200, 0, 0), maxOnsets); err != nil {
			return onset{}, false
		}
	}
	for _, p := range c.all("RDATE") {
		for v := range strings.SplitSeq(p.value, ",") {
			if t, _, _, err := parseTime(v); err == nil && len(o.dates) < maxOnsets {
				o.dates = append(o.dates, t)
			}
		}
	}
	return o, ok1 && ok2
}

// parseOffset reads +0100 or -043000.
func parseOffset(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	n, err := strconv.Atoi(s[1:])
	if err != nil {
		return 0, false
	}
	if len(s) == 5 {
		n *= 100
	}
	d := time.Duration(n/10000)*time.Hour + time.Duration(n/100%100)*time.Minute + time.Duration(n%100)*time.Second
	if s[0] == '-' {
		d = -d
	}
	return d, d > -25*time.Hour && d < 25*time.Hour
}

// zone is the name under which an event at t is kept: that of the clock, or of
// the distance from UTC if it is whole hours, or else the one given.
func (c clock) zone(t time.Time, other *time.Location) *time.Location {
	if c.loc != nil {
		return c.loc
	}
	off := c.wall(t).Sub(t)
	if off%time.Hour == 0 {
		name := "UTC"
		if h := int(off / time.Hour); h != 0 {
			name = fmt.Sprintf("Etc/GMT%+d", -h) // the sign is the other way round there
		}
		if loc, err := loadZone(name); err == nil {
			return loc
		}
	}
	return other
}
