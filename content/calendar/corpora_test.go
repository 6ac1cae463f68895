package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
)

func corpus(t *testing.T, elem ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "..", "shared", "corpora"}, elem...)...))
	if err != nil {
		t.Skip("the corpora are not beside this repository: ", err)
	}
	return data
}

type counted struct {
	Events      int    `json:"vevents"`
	First, Last string // of the starts
}

func oracle(t *testing.T) map[string]counted {
	t.Helper()
	var want map[string]counted
	if err := json.Unmarshal(corpus(t, "calendars", "ICALENDAR-ORACLE.json"), &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// apply does what a store does with the events of a plan.
func apply(known *content.Known, p *content.Plan) {
	if known.Events == nil {
		known.Events, known.Keys, known.Slugs = make(map[string]*content.Event), make(map[content.Key]string), make(map[string]bool)
	}
	for _, c := range p.Events {
		known.Events[c.ID] = &c.Event
		known.Slugs[c.Slug] = true
		for _, k := range c.Keys {
			known.Keys[k] = c.ID
		}
	}
	known.Synced, known.At = true, p.At
}

// settled checks that every event of a listing is taken up, and that reading
// the same again changes nothing.
func settled(t *testing.T, l *content.Listing) *content.Known {
	t.Helper()
	known := &content.Known{Source: opt.Source}
	p := content.Reconcile(known, l, content.Rules{}, opt.Now)
	if len(p.Events) != len(l.Events) || len(p.Held) > 0 {
		t.Fatalf("%d of %d events are new, held: %v", len(p.Events), len(l.Events), p.Held)
	}
	apply(known, p)
	p = content.Reconcile(known, l, content.Rules{}, opt.Now.Add(time.Minute))
	if len(p.Events)+len(p.Held)+len(p.Releases) > 0 {
		t.Errorf("the second look: %d changes, %d held, e.g. %+v", len(p.Events), len(p.Held), append(p.Events, content.EventChange{})[0])
	}
	return known
}

// A row is a conference as a list of conferences has it.
type row struct {
	Name, URL, City, Country string
	Online                   bool
	StartDate, EndDate       string
}

func (r row) yaml() string {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %s: %q\n", key, value)
		}
	}
	line("name", r.Name)
	line("city", r.City)
	line("country", r.Country)
	line("start", r.StartDate)
	line("end", r.EndDate)
	line("url", r.URL)
	if r.Online || r.City == "" {
		b.WriteString("  online: true\n")
	}
	return "- " + b.String()[2:]
}

// TestLeadDev writes the conferences of LeadDev since 2020 into an events.yaml
// and reads it: one page stands for the London conferences of three years.
func TestLeadDev(t *testing.T) {
	var lead struct{ Leaddev [][5]*string }
	if err := json.Unmarshal(corpus(t, "events", "EXPECTED.json"), &lead); err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	for _, l := range lead.Leaddev {
		r := row{Name: *l[0], StartDate: *l[1], EndDate: *l[2], URL: *l[4]}
		if l[3] != nil {
			r.City = *l[3]
		}
		file.WriteString(r.yaml())
	}
	events, problems := ParseYAML("events.yaml", []byte(file.String()), opt)
	sound(t, events, problems)
	if len(events) != len(lead.Leaddev) || len(problems) > 0 {
		t.Fatalf("%d of %d events\n%s", len(events), len(lead.Leaddev), lines(problems))
	}
	known := settled(t, &content.Listing{Events: events, Complete: true})

	london := make(map[int]string)
	for id, e := range known.Events {
		if content.URLKey(e.URL) == "url:leaddev.com/leaddev-london" {
			london[e.Days.First.Year] = id
		}
	}
	if len(london) != 3 || london[2022] == "" || london[2025] == "" || london[2026] == "" {
		t.Errorf("London of three years: %v", london)
	}
	t.Logf("%d conferences", len(events))
}

// TestConferences reads all conferences of the lists as one events.yaml a
// year, with those listed under several topics once.
func TestConferences(t *testing.T) {
	years, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpora", "events", "conferences", "*"))
	if len(years) == 0 {
		t.Skip("the corpora are not beside this repository (../shared/corpora)")
	}
	read, refused := 0, 0
	for _, year := range years {
		files, _ := filepath.Glob(filepath.Join(year, "*.json"))
		rows := make(map[string]row)
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			list(t, data, rows)
		}
		events, problems := ParseYAML("events.yaml", file(rows), opt)
		sound(t, events, problems)
		read, refused = read+len(events), refused+len(problems)
		settled(t, &content.Listing{Events: events, Complete: true})
	}
	if read < 5900 || refused > read/20 {
		t.Errorf("%d events, %d problems", read, refused)
	}
	t.Logf("%d events, %d problems", read, refused)
}

// list adds the rows of a list, each once however often it is listed.
func list(t *testing.T, data []byte, rows map[string]row) {
	t.Helper()
	var all []row
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		rows[content.TopicKey(r.Name)+"/"+r.StartDate+"/"+content.CityKey(r.City)] = r
	}
}

func file(rows map[string]row) []byte {
	var keys []string
	for k := range rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b bytes.Buffer
	for _, k := range keys {
		b.WriteString(rows[k].yaml())
	}
	return b.Bytes()
}

// TestSpring2020 replays the lists of conferences of 2020: within months most
// were moved or gone. Each stays the event it was, and those who were reminded
// are told when it moved.
func TestSpring2020(t *testing.T) {
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("no xz here: apt-get install xz-utils")
	}
	dir := filepath.Join("..", "..", "..", "shared", "corpora", "events", "replay")
	var known content.Known
	known.Source = opt.Source
	for _, day := range []string{"2020-02-01", "2020-03-20", "2020-05-01", "2020-07-01"} {
		packed := filepath.Join(dir, "2020-asof-"+day+".json.xz")
		if _, err := os.Stat(packed); err != nil {
			t.Skip("the corpora are not beside this repository: ", err)
		}
		data, err := exec.Command("xz", "-dc", packed).Output()
		if err != nil {
			t.Fatal(err)
		}
		var snapshot struct{ Rows json.RawMessage }
		if err := json.Unmarshal(data, &snapshot); err != nil {
			t.Fatal(err)
		}
		rows := make(map[string]row)
		list(t, snapshot.Rows, rows)
		events, problems := ParseYAML("events.yaml", file(rows), opt)
		sound(t, events, problems)
		for i := range problems { // the lists are full, whatever is wrong in them
			problems[i].Events = false
		}
		now := utc(day + "T12:00:00Z")
		before := len(known.Events)
		p := content.Reconcile(&known, &content.Listing{Events: events, Problems: problems, Complete: true}, content.Rules{}, now)
		fresh, moved, missing := 0, 0, 0
		for _, c := range p.Events {
			old := known.Events[c.ID]
			switch {
			case c.New:
				fresh++
			case c.Status == content.Missing:
				missing++
			case old.Days != c.Days:
				moved++
			}
		}
		if len(p.Held) > len(events)/50 {
			t.Errorf("%s: %d of %d are held: %v", day, len(p.Held), len(events), p.Held[:5])
		}
		if before > 0 && p.Report.Notices < moved*9/10 {
			t.Errorf("%s: %d moved, and %d notices", day, moved, p.Report.Notices)
		}
		apply(&known, p)
		if again := content.Reconcile(&known, &content.Listing{Events: events, Problems: problems, Complete: true}, content.Rules{}, now); len(again.Events)+len(again.Releases) > 0 {
			t.Errorf("%s: the second look changes %d events", day, len(again.Events))
		}
		known.Notified = make(map[string][]content.Release)
		for id, e := range known.Events { // everybody is reminded of everything
			known.Notified[id] = []content.Release{{Kind: content.KindReminder, Item: id, Rule: "42d", Days: e.Days}}
		}
		t.Logf("%s: %d listed, %d problems, %d new, %d moved, %d missing, %d held, %d notices",
			day, len(events), len(problems), fresh, moved, missing, len(p.Held), p.Report.Notices)
	}
}

func FuzzICS(f *testing.F) {
	f.Add(cal(ownZone + vev("DTSTART;TZID=Mine:20260602T090000|DURATION:PT1H|RRULE:FREQ=MONTHLY;BYDAY=-1SU;BYSETPOS=1|EXDATE:20260628T070000Z")))
	f.Add(cal(vev("DTSTART:20260302T090000Z|RRULE:FREQ=DAILY;UNTIL=20260401|RDATE:20260701") + "|" + vev("RECURRENCE-ID;RANGE=THISANDFUTURE:20260310T090000Z|DTSTART:20260310T100000Z")))
	f.Add(cal("X-WR-TIMEZONE:Asia/Tokyo|" + vev("DTSTART;VALUE=DATE:20260602|DTEND:20260604|LOCATION:Hall\\, Berlin\\, Germany|CATEGORIES:a,b")))
	f.Add([]byte("BEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260602\n DTEND:1\nEND:VEVENT"))
	f.Fuzz(func(t *testing.T, data []byte) {
		events, problems := ParseICS("f.ics", data, opt)
		sound(t, events, problems)
	})
}
