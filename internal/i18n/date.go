package i18n

import (
	"strconv"
	"strings"
	"time"
)

// The day of a time is its day in its own location, so that a day kept without
// a zone is best given as its midnight in UTC.

// Day writes a day: June 2, 2026.
func (l *Locale) Day(t time.Time) string { return l.write(l.cal.day, t, t) }

// FullDay writes a day with its weekday: Tuesday, June 2, 2026.
func (l *Locale) FullDay(t time.Time) string { return l.write(l.cal.full, t, t) }

// DayMonth writes a day without its year: June 2.
func (l *Locale) DayMonth(t time.Time) string { return l.write(l.cal.dayMonth, t, t) }

// Month writes a month with its year: June 2026.
func (l *Locale) Month(t time.Time) string { return l.write(l.cal.month, t, t) }

// ShortMonth writes the name of a month in few letters: Jun.
func (l *Locale) ShortMonth(t time.Time) string { return nth(l.cal.short, int(t.Month())-1) }

// Weekday writes the name of a weekday: Tuesday.
func (l *Locale) Weekday(t time.Time) string { return nth(l.cal.weekdays, int(t.Weekday())) }

// Days writes the days from first to last, both included: June 2–3, 2026. One
// day is written once; a last day before the first is not written.
//
// In a language written from right to left the range is isolated (U+2068,
// U+2069) from what stands around it, and its numbers (U+2066, U+2069) run
// from left to right.
func (l *Locale) Days(first, last time.Time) string {
	s := l.write(l.pattern(first, last), first, last)
	if l.Dir == "rtl" {
		return anyway + s + end
	}
	return s
}

func (l *Locale) pattern(first, last time.Time) string {
	y, m, d := first.Date()
	Y, M, D := last.Date()
	switch {
	case y == Y && m == M && d < D:
		return l.cal.days
	case y == Y && m < M:
		return l.cal.months
	case y < Y:
		return l.cal.years
	}
	return l.cal.day
}

// DayNumbers writes only the numbers of the days, for a leaf of a calendar that
// has the month above: 2–3.
func (l *Locale) DayNumbers(first, last time.Time) string {
	if l.pattern(first, last) == l.cal.day {
		return l.write("%d", first, last)
	}
	s := l.write("%d–%D", first, last)
	if l.Dir == "rtl" {
		return ltr + s + end
	}
	return s
}

// Clock writes the time of day in t's location, without naming it: 09:00.
func (l *Locale) Clock(t time.Time) string {
	s := t.Format(l.cal.clock)
	s = strings.Replace(s, "AM", l.cal.am, 1)
	s = strings.Replace(s, "PM", l.cal.pm, 1)
	return l.digits(s)
}

// Time writes the time of day and names its zone: 09:00 BST. Zones that have
// no letters are named by their distance from UTC: 09:00 UTC+3.
func (l *Locale) Time(t time.Time) string { return l.Clock(t) + " " + zone(t) }

func zone(t time.Time) string {
	name, _ := t.Zone()
	if name == "" || name[0] != '+' && name[0] != '-' {
		return name
	}
	name, sign := name[1:], name[:1]
	hours, minutes := name, ""
	if len(name) == 4 {
		hours, minutes = name[:2], ":"+name[2:]
	}
	return "UTC" + sign + strings.TrimPrefix(hours, "0") + minutes
}

// write fills in a pattern; see calendar for the verbs.
func (l *Locale) write(pattern string, first, last time.Time) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '%' || i+1 == len(pattern) {
			b.WriteByte(pattern[i])
			continue
		}
		i++
		switch pattern[i] {
		case 'd':
			b.WriteString(l.dayNumber(first))
		case 'D':
			b.WriteString(l.dayNumber(last))
		case 'm':
			b.WriteString(nth(l.cal.names, int(first.Month())-1))
		case 'M':
			b.WriteString(nth(l.cal.names, int(last.Month())-1))
		case 'n':
			names := l.cal.alone
			if names == "" {
				names = l.cal.names
			}
			b.WriteString(nth(names, int(first.Month())-1))
		case 'y':
			b.WriteString(l.digits(strconv.Itoa(first.Year())))
		case 'Y':
			b.WriteString(l.digits(strconv.Itoa(last.Year())))
		case 'w':
			b.WriteString(l.Weekday(first))
		}
	}
	return b.String()
}

func (l *Locale) dayNumber(t time.Time) string {
	if t.Day() == 1 && l.cal.ordinal != "" {
		return l.cal.ordinal
	}
	s := strconv.Itoa(t.Day())
	if l.cal.padded && len(s) == 1 {
		s = "0" + s
	}
	return l.digits(s)
}

// nth returns the i-th of the names separated by |, counting from 0.
func nth(names string, i int) string {
	for ; i > 0; i-- {
		_, names, _ = strings.Cut(names, "|")
	}
	name, _, _ := strings.Cut(names, "|")
	return name
}
