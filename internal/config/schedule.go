package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v4"
)

// instant is the schedule that has no times.
const instant = "instant"

// descriptors are the words that stand for five fields.
var descriptors = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

const scheduleHint = `minute, hour, day, month, weekday: "0 8 * * TUE" is Tuesdays at eight; or: instant`

// schedule reads when a newsletter goes out. "instant" becomes empty.
func (r *reader) schedule(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		if !ok {
			return
		}
		if strings.EqualFold(v, instant) {
			*to = ""
			return
		}
		if what, hint := checkSchedule(v); what != "" {
			r.wrong(n, what, hint)
			return
		}
		*to = v
	}
}

// checkSchedule returns what is wrong with a schedule; empty when nothing is.
func checkSchedule(s string) (what, hint string) {
	fields := strings.Fields(s)
	switch {
	case len(s) > 200:
		return "a schedule is not as long as this", scheduleHint
	case strings.Contains(s, "TZ="):
		// Without fields behind it cron.ParseStandard panics on this.
		return "a schedule has no time zone in it", "timezone: is a key of its own"
	case strings.HasPrefix(s, "@every"):
		return "@every counts from when the program was started, so no reader could rely on it", `"0 */6 * * *" is every six hours`
	case strings.HasPrefix(s, "@"):
		if !slices.Contains(descriptors, s) {
			return quote(s) + " is not a schedule", "one of: " + strings.Join(descriptors, ", ")
		}
	case len(fields) != 5:
		if hint := meant(s, []string{instant}); hint != "" {
			return quote(s) + " is not a schedule", hint
		}
		return fmt.Sprintf("expected exactly 5 fields, found %d", len(fields)), scheduleHint
	}
	sched, err := parseSchedule(s)
	if err != nil {
		return "schedule: " + err.Error(), scheduleHint
	}
	// The next five years from any day tell: whether a time comes depends on
	// days, months and leap years only, and these hold a 29 February.
	if sched.Next(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return quote(s) + " never comes", "is there such a day in that month?"
	}
	return "", ""
}

// parseSchedule is cron.ParseStandard, which has panicked before.
func parseSchedule(s string) (sched cron.Schedule, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%s cannot be read", quote(s))
		}
	}()
	return cron.ParseStandard(s)
}
