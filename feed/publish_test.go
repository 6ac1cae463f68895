package feed

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

// A message about events has the events of the calendar, under the same UIDs,
// and nothing that is the calendar's own.
func TestPublish(t *testing.T) {
	all := events()
	all[1].Status, all[1].Sequence = content.Cancelled, 3
	diary := Events(lead, Scope{}, all, Options{})
	doc := diary.Publish(Organizer{`The "Lead", weekly; or so`, "o'news+%weekly@example.com"})
	spotless(t, ICS, doc)
	if d := cmp.Diff(doc, Events(lead, Scope{}, all, Options{}).Publish(Organizer{`The "Lead", weekly; or so`, "o'news+%weekly@example.com"})); d != "" {
		t.Errorf("not the same twice\n%s", d)
	}
	head := lines(doc, "VCALENDAR")
	if d := cmp.Diff([]string{"VERSION:2.0", "PRODID:-//Standfirst//Standfirst//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"}, head[:4]); d != "" || !strings.HasPrefix(head[4], "BEGIN:") {
		t.Errorf("(-want +got)\n%s%s", d, head[4])
	}
	const organizer = `ORGANIZER;CN="The 'Lead', weekly; or so":mailto:o%27news+%25weekly@example.com`
	unfolded := strings.ReplaceAll(string(doc), "\r\n ", "")
	if n := strings.Count(unfolded, organizer+"\r\n"); n != len(all) {
		t.Errorf("%d events of %d have the organiser\n%s", n, len(all), doc)
	}
	_, got, _ := strings.Cut(strings.ReplaceAll(unfolded, organizer+"\r\n", ""), "METHOD:PUBLISH\r\n")
	_, want, _ := strings.Cut(strings.ReplaceAll(string(diary.ICS()), "\r\n ", ""), "X-PUBLISHED-TTL:PT6H\r\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("other events than in the calendar (-want +got)\n%s", d)
	}
	if !strings.Contains(got, "SEQUENCE:3\r\n") || !strings.Contains(got, "STATUS:CANCELLED\r\n") {
		t.Errorf("not cancelled\n%s", got)
	}
	if doc := Events(lead, Scope{}, nil, Options{}).Publish(Organizer{Email: "a@example.com"}); doc != nil {
		t.Errorf("a message about nothing\n%s", doc)
	}
}
