package digest

import (
	"time"

	"github.com/robfig/cron/v3"
)

// wall is a cron.Schedule of wall-clock times in a zone. The inner schedule
// reckons on a clock without zone (UTC), and each of its times is then found
// in the zone: a time that the clocks skip becomes the first minute after the
// gap, and of a time they repeat only the first counts. Left to itself, cron
// skips the one and fires twice for the other.
type wall struct {
	spec cron.Schedule
	zone *time.Location
}

// Next returns the first slot after t, or the zero time if there is none.
func (w wall) Next(t time.Time) time.Time {
	local := floating(t.In(w.zone))
	// Where clocks go back, local may lie before slots that have passed; where
	// they go forward, two slots may be one instant. Neither takes many steps.
	for range 1000 {
		local = w.spec.Next(local)
		if local.IsZero() {
			return time.Time{}
		}
		if at := instant(local, w.zone); at.After(t) {
			return at
		}
	}
	return time.Time{}
}

// floating returns the wall-clock reading of t as if it were UTC.
func floating(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// instant returns when the clocks of zone first show the reading of local, or
// the end of the gap if they skip it.
func instant(local time.Time, zone *time.Location) time.Time {
	_, before := local.Add(-24 * time.Hour).In(zone).Zone()
	_, after := local.Add(24 * time.Hour).In(zone).Zone()
	early := local.Add(-time.Duration(max(before, after)) * time.Second).In(zone)
	late := local.Add(-time.Duration(min(before, after)) * time.Second).In(zone)
	for _, t := range []time.Time{early, late} {
		if floating(t).Equal(local) {
			return t
		}
	}
	start, _ := late.ZoneBounds()
	return start.In(zone)
}
