package mailer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/wneessen/go-mail"
)

// A Calendar is a file of events that comes with a letter, for readers to put
// into their own calendars: iCalendar with METHOD:PUBLISH (RFC 5546), which
// expects no answer. It is the same for all readers and has no holes. The zero
// Calendar is none.
type Calendar struct {
	Name string // of the file: letters, digits and . _ -, with .ics at its end
	Text string // lines end in CRLF
}

var calendarName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\.ics$`)

// published is the line that the type of the part must repeat (RFC 6047, 2.4).
const published = "\r\nMETHOD:PUBLISH\r\n"

// attach puts the file beside what is to be read. It is no alternative to that:
// programs that show the last one they know would show the events in place of
// the letter.
func (c *Calendar) attach(msg *mail.Msg) error {
	switch {
	case *c == Calendar{}:
		return nil
	case !calendarName.MatchString(c.Name):
		return errors.New("calendar: name is not of the form name.ics")
	case !strings.HasPrefix(c.Text, "BEGIN:VCALENDAR\r\n") || !strings.Contains(c.Text, published):
		return errors.New("calendar: not iCalendar with METHOD:PUBLISH")
	}
	// Neither go-mail's SetBoundary, which gives one boundary to both
	// multiparts, nor quoted-printable, which it does not write for files.
	err := msg.AttachReader(c.Name, strings.NewReader(c.Text), mail.WithFileContentType("text/calendar; method=PUBLISH; charset=UTF-8"))
	if err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	return nil
}
