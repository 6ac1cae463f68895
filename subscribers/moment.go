package subscribers

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
)

// moments are the forms of dates that products write, all of them without
// guessing which number is the day. What names no zone is UTC.
var moments = []string{
	time.RFC3339, // with any fraction of a second
	time.DateOnly,
	time.DateTime,
	"2006-01-02 15:04:05-07",
	"2006-01-02 15:04:05-07:00",
	"2006-01-02 15:04:05 -0700 MST", // Go's own
	"2006-01-02 15:04:05 UTC",
	"2006-01-02 15:04",
	"2006-01-02T15:04:05",
}

// written is how a moment is exported: exactly as it is kept, to the
// millisecond.
const written = "2006-01-02T15:04:05.999Z07:00"

// parseMoment reads a moment in UTC, to the millisecond. What lies before 1970
// or after 9999 is none.
func parseMoment(s string) (time.Time, bool) {
	if len(s) < len(time.DateOnly) || len(s) > 60 || s[4] != '-' {
		return time.Time{}, false
	}
	s = strings.ToUpper(s)
	for _, layout := range moments {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC().Truncate(time.Millisecond)
			return t, t.Year() >= 1970 && t.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// moment is parseMoment for a field that must be one.
func moment(s string) (time.Time, *RowError) {
	t, ok := parseMoment(s)
	if !ok {
		return time.Time{}, &RowError{Reason: quoted(s) + " is not a date", Hint: "like 2026-11-24 or 2026-11-24T08:00:00Z"}
	}
	return t, nil
}

// tags reads a list of tags as products write it: parted by commas, each
// perhaps in quotes, or as a list in JSON.
func tags(f string) []string {
	var list []string
	if strings.HasPrefix(f, "[") && json.Unmarshal([]byte(f), &list) == nil {
		return list
	}
	for tag := range strings.FieldsFuncSeq(f, func(r rune) bool { return r == ',' || r == ';' }) {
		if tag = strings.Trim(strings.TrimFunc(tag, blank), `"`); tag != "" {
			list = append(list, tag)
		}
	}
	return list
}

// detailed finds a name in what a product keeps of a reader as JSON; empty
// when there is none.
func detailed(f string) string {
	var d struct {
		Name  any `json:"name"`
		First any `json:"first_name"`
		Last  any `json:"last_name"`
	}
	if json.Unmarshal([]byte(f), &d) != nil {
		return ""
	}
	name, _ := d.Name.(string)
	if name == "" {
		first, _ := d.First.(string)
		last, _ := d.Last.(string)
		name = first + " " + last
	}
	if name, err := short(tidy(name)); err == nil && strings.IndexFunc(name, unicode.IsControl) < 0 {
		return name
	}
	return ""
}
