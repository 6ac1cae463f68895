package mailer

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// diary is a calendar of one event, with a line that is folded in mid-word.
func diary() Calendar {
	return Calendar{Name: "weekly.ics", Text: strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
METHOD:PUBLISH
BEGIN:VEVENT
UID:1@example.com
SUMMARY:Größe und Gewicht einer Konferenz in München, mit einem sehr lange
 n Namen
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")}
}

// A calendar stands beside the letter, whatever that is made of, and is the
// same to the byte.
func TestCalendar(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Message)
		want   []string
	}{
		"text and page": {func(*Message) {}, []string{"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"}},
		"text":          {func(m *Message) { m.HTML = "" }, []string{"multipart/mixed", "text/plain", "text/calendar"}},
		"page":          {func(m *Message) { m.Text = "" }, []string{"multipart/mixed", "text/html", "text/calendar"}},
		"none":          {func(m *Message) { m.Calendar = Calendar{} }, []string{"multipart/alternative", "text/plain", "text/html"}},
	} {
		m := issue()
		m.Calendar = diary()
		tc.change(m)
		raw, err := Compose(m)
		if err != nil {
			t.Fatal(err)
		}
		legal(t, raw)
		p := parse(t, raw)
		if d := cmp.Diff(tc.want, p.kinds); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
		if d := cmp.Diff(m.Calendar, Calendar{p.file, p.ics}); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
		if p.text != canonical(m.Text) || p.html != canonical(m.HTML) {
			t.Errorf("%s: text %q, HTML %q", name, p.text, p.html)
		}
		if m.Calendar.Text != "" && !strings.Contains(string(raw), "\r\nContent-Type: text/calendar; method=PUBLISH; charset=UTF-8; name=\"weekly.ics\"\r\n") {
			t.Errorf("%s: the type does not repeat the method\n%s", name, raw)
		}
	}
}

func TestCalendarRefused(t *testing.T) {
	for name, change := range map[string]func(*Calendar){
		"no name":     func(c *Calendar) { c.Name = "" },
		"other kind":  func(c *Calendar) { c.Name = "event.exe" },
		"a path":      func(c *Calendar) { c.Name = "../event.ics" },
		"field":       func(c *Calendar) { c.Name = "a\r\nBcc: b.ics" },
		"quote":       func(c *Calendar) { c.Name = `a".ics` },
		"no text":     func(c *Calendar) { c.Text = "" },
		"no calendar": func(c *Calendar) { c.Text = "hello" + published },
		"no method":   func(c *Calendar) { c.Text = strings.Replace(c.Text, "METHOD:PUBLISH\r\n", "", 1) },
		"invitation":  func(c *Calendar) { c.Text = strings.Replace(c.Text, "PUBLISH", "REQUEST", 1) },
		"bare LF":     func(c *Calendar) { c.Text = strings.ReplaceAll(c.Text, "\r\n", "\n") },
	} {
		m := issue()
		m.Calendar = diary()
		change(&m.Calendar)
		if raw, err := Compose(m); err == nil || !strings.HasPrefix(err.Error(), "calendar: ") || raw != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What Python finds first to read is the letter, and the calendar is a file.
func TestPythonReadsCalendar(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	m := issue()
	m.Calendar = diary()
	raw, err := Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import email, email.policy, json, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
a, = m.iter_attachments()
print(json.dumps({
    "Body": m.get_body().get_content_type(), "Name": a.get_filename(), "Type": a.get_content_type(),
    "Params": dict(a["Content-Type"].params), "Text": a.get_payload(decode=True).decode("utf-8"),
    "Defects": [repr(d) for p in m.walk() for d in p.defects + [d for h in p.values() for d in h.defects]],
}))
`)
	cmd.Stdin = strings.NewReader(string(raw))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	type reading struct {
		Body, Name, Type, Text string
		Params                 map[string]string
		Defects                []string
	}
	var got reading
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	want := reading{
		Body: "text/html", Name: "weekly.ics", Type: "text/calendar", Text: m.Calendar.Text, Defects: []string{},
		Params: map[string]string{"method": "PUBLISH", "charset": "UTF-8", "name": "weekly.ics"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// The mailbox tells of the file.
func TestCaughtCalendar(t *testing.T) {
	m := issue()
	m.Calendar = diary()
	raw, err := Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	l := parseLetter(raw)
	if d := cmp.Diff([]Attachment{{"weekly.ics", "text/calendar", len(m.Calendar.Text)}}, l.Attached); d != "" || l.Text == "" || l.HTML == "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// Masters that differ in their calendar only are two.
func TestCalendarsCopier(t *testing.T) {
	all := new(copiers)
	m, n := sample(1), sample(1)
	n.Calendar = diary()
	if first := all.of(n); all.of(m) == first || all.of(n) != first {
		t.Error("letters would get another's calendar, or none is kept")
	}
}

// A letter with a calendar can be signed, written in full and from pieces.
func TestSignedCalendar(t *testing.T) {
	signer, records := signs(t)
	m := sample(1)
	m.Calendar = diary()
	pieces, err := newCut(m)
	if err != nil || pieces.letter == nil {
		t.Fatalf("not taken apart: %v", err)
	}
	v := valuesFor("weekly/1", readers(1, "jane")[0], noon)
	for name, k := range map[string]*cut{"in full": new(cut), "from pieces": pieces} {
		p, err := k.print(m, &v, nil)
		if err != nil {
			t.Fatal(err)
		}
		legal(t, p.raw)
		signed, err := signer.Append(nil, p.raw)
		if err != nil {
			t.Fatal(err)
		}
		verified(t, signed, records, 2)
		if read := parse(t, signed); read.ics != m.Calendar.Text {
			t.Errorf("%s: the calendar reads %q", name, read.ics)
		}
	}
}
