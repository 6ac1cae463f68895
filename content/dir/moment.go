package dir

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A moment is a day, or a time on a day, as an author wrote it.
type moment struct {
	day  content.Date // where it was written, whatever day that is in UTC
	at   time.Time    // the first instant of it
	bare bool         // only the day was given
}

// written is at for those who show and sort dates: UTC, and for a bare day its
// midnight there, so that the day is the same to everyone.
func (m moment) written() time.Time {
	if m.bare {
		return m.day.In(time.UTC)
	}
	return m.at.UTC()
}

func (m moment) zero() bool { return m.day.IsZero() }

var numeric = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})` +
	`(?:(?:[Tt]|\s+|,\s*)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?` +
	`\s*(\S.*)?$`)

// worded are the ways of writing a date with the name of the month.
var worded = []string{
	"January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006", "January 2 2006", "Jan 2 2006", "2-Jan-2006",
}

var (
	weekday = regexp.MustCompile(`^(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+`)
	ordinal = regexp.MustCompile(`(\d)(?:st|nd|rd|th)\b`)
	wordy   = regexp.MustCompile(`^(.*?\d{4})(?:(?:,|\s+at)?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp]\.?[Mm]\.?)?)?\s*(\S.*)?$`)
)

// readMoment reads a date in any of the forms that site generators take. A time
// without a zone is in zone. ok is false for what is no date, or no date
// there is: the 30th of February.
func readMoment(s string, zone *time.Location) (m moment, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 60 {
		return moment{}, false
	}
	var year, month, day int
	var clock []string // hour, minute, second, half of the day, zone
	if f := numeric.FindStringSubmatch(s); f != nil {
		year, month, day = number(f[1]), number(f[2]), number(f[3])
		clock = f[4:]
	} else {
		f := wordy.FindStringSubmatch(ordinal.ReplaceAllString(weekday.ReplaceAllString(s, ""), "$1"))
		if f == nil {
			return moment{}, false
		}
		for _, layout := range worded {
			if t, err := time.Parse(layout, strings.Join(strings.Fields(f[1]), " ")); err == nil {
				var mon time.Month
				year, mon, day = t.Date()
				month = int(mon)
			}
		}
		clock = f[2:]
	}
	m.day = content.Date{Year: year, Month: time.Month(month), Day: day}
	if year < 1900 || content.DateOf(m.day.In(time.UTC)) != m.day {
		return moment{}, false
	}
	if m.bare = clock[0] == ""; m.bare {
		m.at = m.day.In(zone)
		return m, clock[4] == ""
	}

	hour, minute, second := number(clock[0]), number(clock[1]), number(clock[2])
	if half := strings.ToLower(clock[3]); half != "" {
		if hour < 1 || hour > 12 {
			return moment{}, false
		}
		hour %= 12
		if half[0] == 'p' {
			hour += 12
		}
	}
	if hour > 23 || minute > 59 || second > 60 {
		return moment{}, false
	}
	if clock[4] != "" {
		if zone, ok = readZone(clock[4]); !ok {
			return moment{}, false
		}
	}
	m.at = time.Date(year, time.Month(month), day, hour, minute, second, 0, zone)
	return m, true
}

var offset = regexp.MustCompile(`^([+-])(\d{2}):?(\d{2})?$`)

// readZone reads an offset, UTC, the zones of RFC 822, or an IANA name. Other
// abbreviations mean different things in different places.
func readZone(s string) (*time.Location, bool) {
	if i := strings.Index(s, " ("); i > 0 { // +0200 (CEST)
		s = s[:i]
	}
	if f := offset.FindStringSubmatch(s); f != nil {
		seconds := number(f[2])*3600 + number(f[3])*60
		if number(f[2]) > 14 || number(f[3]) > 59 {
			return nil, false
		}
		if f[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone("", seconds), true
	}
	switch s {
	case "Z", "z", "UTC", "GMT", "UT":
		return time.UTC, true
	}
	if hours, ok := rfc822[s]; ok {
		return time.FixedZone(s, hours*3600), true
	}
	if !strings.Contains(s, "/") {
		return nil, false
	}
	loc, err := time.LoadLocation(s)
	return loc, err == nil
}

var rfc822 = map[string]int{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

var dated = regexp.MustCompile(`^(\d{4})[-_](\d{1,2})[-_](\d{1,2})(?:[-_](.+))?$`)

// nameDate parts a file name as Jekyll writes it: 2026-06-02-slug.
func nameDate(name string, zone *time.Location) (moment, string) {
	f := dated.FindStringSubmatch(name)
	if f == nil {
		return moment{}, name
	}
	m, ok := readMoment(f[1]+"-"+f[2]+"-"+f[3], zone)
	if !ok {
		return moment{}, name
	}
	return m, f[4]
}
