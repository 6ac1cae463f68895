package splice_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/splice"
)

// diary is a calendar with what text would have to be encoded for: a dot and
// From at the beginning of a line, white space at its end, what looks like a
// boundary, and letters beyond ASCII.
func diary(sequence int) mailer.Calendar {
	return mailer.Calendar{Name: "event.ics", Text: strings.ReplaceAll(fmt.Sprintf(`BEGIN:VCALENDAR
VERSION:2.0
METHOD:PUBLISH
BEGIN:VEVENT
UID:1@example.com
SEQUENCE:%d
SUMMARY:Größe und Gewicht einer Konferenz in München, mit einem sehr lange
 n Namen 
 .
DESCRIPTION:--boundary
From the beginning
.
END:VEVENT
END:VCALENDAR
`, sequence), "\n", "\r\n")}
}

var boundaries = regexp.MustCompile(`boundary="?([^"\r\n;]+)`)

// TestAttached: a calendar is one of the pieces, whole, and the guard looks at
// it.
func TestAttached(t *testing.T) {
	for language := range words {
		t.Run(language, func(t *testing.T) {
			m := master(language, 800)
			m.Calendar = diary(1)
			l := compiled(t, m)
			probes := splice.Probes(len(names))
			if err := splice.Verify(l, full(m), probes); err != nil {
				t.Fatal(err)
			}
			v := reader("Jane")
			raw, err := l.Render(nil, &v)
			if err != nil {
				t.Fatal(err)
			}
			checkBody(t, raw)
			parts := strings.Split(string(raw), "Content-Disposition: attachment; filename=\"event.ics\"\r\n")
			if len(parts) != 2 || !strings.Contains(parts[1], "Content-Transfer-Encoding: base64\r\n") || strings.Contains(parts[1], "text/html") {
				t.Errorf("the calendar is not the last part, in base64\n%s", raw)
			}
			found := boundaries.FindAllSubmatch(raw, -1)
			if len(found) != 2 || bytes.Equal(found[0][1], found[1][1]) || bytes.HasPrefix(found[0][1], found[1][1]) || bytes.HasPrefix(found[1][1], found[0][1]) {
				t.Errorf("boundaries %q", found)
			}

			for name, other := range map[string]mailer.Calendar{"later": diary(2), "none": {}, "renamed": {Name: "other.ics", Text: m.Calendar.Text}} {
				changed := *m
				changed.Calendar = other
				if err := splice.Verify(l, full(&changed), probes); err == nil {
					t.Errorf("%s: no difference seen", name)
				}
			}
		})
	}
}
