package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseTime reads a DATE or DATE-TIME as a wall time; day tells that it has no
// hour, utc that its wall is in UTC.
func parseTime(s string) (t time.Time, day, utc bool, err error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	s, utc = strings.CutSuffix(s, "Z")
	date, clock, timed := strings.Cut(s, "T")
	date, clock = strings.ReplaceAll(date, "-", ""), strings.ReplaceAll(clock, ":", "")
	switch {
	case !timed:
		t, err = time.Parse("20060102", date)
	case len(clock) == 4:
		t, err = time.Parse("200601021504", date+clock)
	default:
		if len(clock) == 6 && clock[4:] == "60" { // a leap second
			clock = clock[:4] + "59"
		}
		t, err = time.Parse("20060102150405", date+clock)
	}
	switch {
	case err != nil:
		return t, false, false, fmt.Errorf("%q is neither a day nor a time", s)
	case t.Year() < 1600 || t.Year() > 2200:
		return t, false, false, fmt.Errorf("the year %d is out of range", t.Year())
	}
	return t, !timed, utc && timed, nil
}

// A when is a property that says when: a wall and what it shows.
type when struct {
	wall  time.Time
	day   bool
	clock clock
	utc   bool // written with Z: the clock is no zone of the event
}

func (w when) instant() time.Time { return w.clock.instant(w.wall) }

// read reads a property that says when, or one of its values.
func (z *zones) read(p *property, value string) (when, error) {
	t, day, utc, err := parseTime(value)
	if err != nil {
		return when{}, err
	}
	w := when{wall: t, day: day, clock: z.floating, utc: utc}
	switch id := p.params["TZID"]; {
	case utc:
		w.clock = clock{loc: time.UTC}
	case id != "" && !day: // RFC 5545 has no zone for days
		w.clock, err = z.clock(id)
	}
	return w, err
}

// parseDuration reads P1W, P2D or PT1H30M as days and time.
func parseDuration(s string) (days int, rest time.Duration, err error) {
	bad := fmt.Errorf("duration %q is not written like PT1H30M or P2D", s)
	t := strings.ToUpper(strings.TrimSpace(s))
	t = strings.TrimPrefix(t, "+")
	t, ok := strings.CutPrefix(t, "P")
	if !ok || t == "" {
		return 0, 0, bad
	}
	timed := false
	for t != "" {
		if t[0] == 'T' {
			timed, t = true, t[1:]
			continue
		}
		n := 0
		for n < len(t) && t[n] >= '0' && t[n] <= '9' {
			n++
		}
		v, err := strconv.Atoi(t[:n])
		if err != nil || n == len(t) || v > 100_000 {
			return 0, 0, bad
		}
		switch unit := t[n]; {
		case unit == 'W' && !timed:
			days += 7 * v
		case unit == 'D' && !timed:
			days += v
		case unit == 'H' && timed:
			rest += time.Duration(v) * time.Hour
		case unit == 'M' && timed:
			rest += time.Duration(v) * time.Minute
		case unit == 'S' && timed:
			rest += time.Duration(v) * time.Second
		default:
			return 0, 0, bad
		}
		t = t[n+1:]
	}
	if days > 3660 {
		return 0, 0, bad
	}
	return days, rest, nil
}
