package digest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Terms are under what a newsletter is promised: its schedule, and everything
// else that processes on one store must agree upon. While a new configuration
// is rolled out, old processes uphold other terms than new ones; [inForce] says
// which of them publish.
type Terms struct {
	Text  string        // of [Newsletter.Terms]; empty: somebody only knows the newsletter
	Since time.Time     // when the latest process that upholds them began
	Quiet time.Duration // how long ago one of them last said so
}

// silence is after how long terms count as upheld by nobody: processes say
// theirs once a minute, and may be late once, or find the database away.
const silence = 3 * time.Minute

// inForce returns the terms that hold, empty if nobody upholds any: of those
// that are upheld now, the ones of whoever began last. It is the same for
// everyone who asks. When the new processes are taken back, or die, the terms
// of the old ones are in force again.
func inForce(all []Terms) string {
	var last Terms
	for _, t := range all {
		if t.Text == "" || t.Quiet > silence {
			continue
		}
		if last.Text == "" || t.Since.After(last.Since) || t.Since.Equal(last.Since) && t.Text > last.Text {
			last = t
		}
	}
	return last.Text
}

// anybody reports whether some living process knows the newsletter.
func anybody(all []Terms) bool {
	return slices.ContainsFunc(all, func(t Terms) bool { return t.Quiet <= silence })
}

// Terms returns under what the newsletter is promised, for people to read and
// processes to compare: the same schedule is the same text, however it is
// written. What a letter looks like is not part of it.
func (n *Newsletter) Terms() string {
	when := "instant"
	if !n.Instant() {
		when = scheduleText(n.Schedule) + " " + n.zone().String()
	}
	parts := []string{when}
	for _, p := range []struct {
		is   bool
		text string
	}{
		{n.ReaderZone, "in readers' zones"},
		{n.Review, "reviewed"},
		{n.Grace > 0, "grace " + n.Grace.String()},
		{n.First > 0, fmt.Sprint("first ", n.First)},
		{n.Newest > 0, "newest " + n.Newest.String()},
		{len(n.Items) > 0, fmt.Sprintf("items %q", n.Items)},
		{len(n.Topics) > 0, fmt.Sprintf("topics %q", n.Topics)},
	} {
		if p.is {
			parts = append(parts, p.text)
		}
	}
	return strings.Join(parts, ", ")
}

// scheduleText writes a schedule in five fields of numbers: "0 8 * * 1,3".
func scheduleText(s cron.Schedule) string {
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return fmt.Sprintf("%T %+v", s, s)
	}
	const star = 1 << 63 // as robfig/cron marks it
	var fields []string
	for _, bits := range []uint64{spec.Minute, spec.Hour, spec.Dom, spec.Month, spec.Dow} {
		if bits&star != 0 {
			fields = append(fields, "*")
			continue
		}
		var numbers []string
		for n := range 63 {
			if bits&(1<<n) != 0 {
				numbers = append(numbers, fmt.Sprint(n))
			}
		}
		fields = append(fields, strings.Join(numbers, ","))
	}
	return strings.Join(fields, " ")
}
