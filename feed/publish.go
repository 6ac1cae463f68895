package feed

import "strings"

// An Organizer is who tells people of events: the publication, as it writes
// letters.
type Organizer struct {
	Name  string // may be empty
	Email string // ASCII
}

// Publish writes a feed of events as a message, to be attached to a letter
// (RFC 5546, 3.2.1; RFC 6047): METHOD:PUBLISH, which expects no answer and has
// no ATTENDEE. Events have the UIDs that they have in [Feed.ICS], so whoever
// follows that too sees each of them once, and a later letter, with a higher
// SEQUENCE, puts an earlier one right. An event that was cancelled is
// STATUS:CANCELLED, and METHOD stays as it is: METHOD:CANCEL is for those who
// were invited.
//
// Nothing in it speaks of a calendar as a whole, neither a name nor how often to
// fetch it: mail programs would open that as another calendar, beside the
// reader's own. DTSTAMP is the last change of an event, not the moment of
// writing, so the same events give the same bytes. It is nil when there are no
// events.
func (f *Feed) Publish(by Organizer) []byte {
	if len(f.events) == 0 {
		return nil
	}
	c := &calendar{organizer: "ORGANIZER"}
	if name := strings.ReplaceAll(text(by.Name), `"`, "'"); name != "" { // a quoted value has no quotes (RFC 5545, 3.2)
		c.organizer += `;CN="` + name + `"`
	}
	c.organizer += ":mailto:" + escape(by.Email, mailtoChars)
	c.begin()
	c.line("METHOD:PUBLISH")
	c.end(f)
	return c.b.Bytes()
}

// mailtoChars are those of an address that a mailto URI holds as they are
// (RFC 6068).
const mailtoChars = alphanumeric + "@.-_~+!$*"
