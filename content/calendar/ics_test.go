package calendar

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

// cal is a calendar around some lines, which are cut apart at "|".
func cal(body string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.ReplaceAll(body, "|", "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

// vev is an event of UID u, called N.
func vev(lines string) string { return "BEGIN:VEVENT|UID:u|SUMMARY:N|" + lines + "|END:VEVENT" }

// brief tells an event in one line: when it is, what becomes of it, its keys.
func brief(e content.FoundEvent) string {
	s := e.Name + " " + e.Days.First.String()
	if e.Days.Last != e.Days.First {
		s += ".." + e.Days.Last.String()
	}
	if !e.Start.IsZero() {
		s += e.Start.Format(" 15:04Z")
	}
	if !e.End.IsZero() {
		s += e.End.Format("-15:04Z")
	}
	s += " " + e.Zone
	if e.Status != content.Confirmed {
		s += " " + string(e.Status)
	}
	return s
}

func TestICSTimes(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"a day":                    {vev("DTSTART;VALUE=DATE:20260602"), "N 2026-06-02 Europe/London"},
		"days end before DTEND":    {vev("DTSTART;VALUE=DATE:20260602|DTEND;VALUE=DATE:20260604"), "N 2026-06-02..2026-06-03 Europe/London"},
		"days that end at once":    {vev("DTSTART;VALUE=DATE:20260602|DTEND;VALUE=DATE:20260602"), "N 2026-06-02 Europe/London"},
		"days of a duration":       {vev("DTSTART;VALUE=DATE:20260602|DURATION:P1W"), "N 2026-06-02..2026-06-08 Europe/London"},
		"days have no zone":        {vev("DTSTART;VALUE=DATE;TZID=Nowhere:20260602"), "N 2026-06-02 Europe/London"},
		"no VALUE":                 {vev("DTSTART:20260602"), "N 2026-06-02 Europe/London"},
		"UTC":                      {vev("DTSTART:20260602T233000Z|DTEND:20260603T003000Z"), "N 2026-06-03 23:30Z-00:30Z Europe/London"},
		"UTC, the calendar's zone": {"X-WR-TIMEZONE:America/New_York|" + vev("DTSTART:20260602T233000Z|DURATION:PT1H"), "N 2026-06-02 23:30Z-00:30Z America/New_York"},
		"no end":                   {vev("DTSTART:20260602T090000Z"), "N 2026-06-02 09:00Z Europe/London"},
		"floating":                 {vev("DTSTART:20260602T090000"), "N 2026-06-02 08:00Z Europe/London"},
		"floating in the calendar": {"X-WR-TIMEZONE:Asia/Tokyo|" + vev("DTSTART:20260602T090000"), "N 2026-06-02 00:00Z Asia/Tokyo"},
		"IANA":                     {vev("DTSTART;TZID=Europe/Berlin:20260602T090000|DTEND;TZID=Europe/Berlin:20260602T100000"), "N 2026-06-02 07:00Z-08:00Z Europe/Berlin"},
		"quoted":                   {vev(`DTSTART;TZID="Europe/Berlin":20260602T090000`), "N 2026-06-02 07:00Z Europe/Berlin"},
		"two zones":                {vev("DTSTART;TZID=Europe/Berlin:20260602T090000|DTEND;TZID=Europe/London:20260602T090000"), "N 2026-06-02 07:00Z-08:00Z Europe/Berlin"},
		"Windows":                  {vev("DTSTART;TZID=W. Europe Standard Time:20260602T090000"), "N 2026-06-02 07:00Z Europe/Berlin"},
		"a longer name":            {vev("DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/London:20260602T090000"), "N 2026-06-02 08:00Z Europe/London"},
		"X-LIC-LOCATION":           {"BEGIN:VTIMEZONE|TZID:1|X-LIC-LOCATION:Asia/Seoul|END:VTIMEZONE|" + vev("DTSTART;TZID=1:20260602T090000"), "N 2026-06-02 00:00Z Asia/Seoul"},
		"own rules, summer":        {ownZone + vev("DTSTART;TZID=Mine:20260602T090000|DTEND;TZID=Mine:20260603T090000"), "N 2026-06-02..2026-06-03 07:00Z-07:00Z Etc/GMT-2"},
		"own rules, winter":        {ownZone + vev("DTSTART;TZID=Mine:20260102T090000"), "N 2026-01-02 08:00Z Etc/GMT-1"},
		"own rules, the day of":    {ownZone + vev("DTSTART;TZID=Mine:20260329T013000"), "N 2026-03-29 00:30Z Etc/GMT-1"},
		"own rules, after it":      {ownZone + vev("DTSTART;TZID=Mine:20260329T030000"), "N 2026-03-29 01:00Z Etc/GMT-2"},
		"half an hour":             {"BEGIN:VTIMEZONE|TZID:H|BEGIN:STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:+0530|TZOFFSETTO:+0530|END:STANDARD|END:VTIMEZONE|" + vev("DTSTART;TZID=H:20260602T090000"), "N 2026-06-02 03:30Z Europe/London"},
		"until midnight":           {vev("DTSTART;TZID=Europe/London:20260602T200000|DTEND;TZID=Europe/London:20260603T000000"), "N 2026-06-02 19:00Z-23:00Z Europe/London"},
		"it ends before it begins": {vev("DTSTART:20260602T090000Z|DTEND:20260602T080000Z"), "N 2026-06-02 09:00Z Europe/London"},
		"cancelled":                {vev("DTSTART:20260602T090000Z|STATUS:CANCELLED"), "N 2026-06-02 09:00Z Europe/London cancelled"},
		"tentative":                {vev("DTSTART:20260602T090000Z|STATUS:TENTATIVE"), "N 2026-06-02 09:00Z Europe/London"},
		"METHOD:CANCEL":            {"METHOD:CANCEL|" + vev("DTSTART:20260602T090000Z"), "N 2026-06-02 09:00Z Europe/London cancelled"},
		"private":                  {vev("DTSTART:20260602T090000Z|CLASS:PRIVATE"), ""},
		"no time zone at all":      {vev("DTSTART;TZID=Nowhere:20260602T090000"), "f.ics:6: DTSTART: unknown time zone \"Nowhere\""},
		"no start":                 {vev("DTEND:20260602T090000Z"), "f.ics:3: the event has no DTSTART"},
		"no time":                  {vev("DTSTART:tomorrow"), "f.ics:6: DTSTART: \"TOMORROW\" is neither a day nor a time"},
		"a bad duration":           {vev("DTSTART:20260602T090000Z|DURATION:P1Y"), "f.ics:7: duration \"P1Y\" is not written like PT1H30M or P2D"},
		"no name":                  {"BEGIN:VEVENT|DTSTART:20260602T090000Z|END:VEVENT", "f.ics:3: the event has no SUMMARY"},
		"the newest wins": {vev("SEQUENCE:2|DTSTART:20260603T090000Z") + "|" + vev("SEQUENCE:1|DTSTART:20260602T090000Z"),
			"N 2026-06-03 09:00Z Europe/London"},
		"the last modified wins": {vev("LAST-MODIFIED:20260101T000000Z|DTSTART:20260602T090000Z") + "|" + vev("LAST-MODIFIED:20260102T000000Z|DTSTART:20260603T090000Z"),
			"N 2026-06-03 09:00Z Europe/London"},
		"said again": {vev("DTSTART:20260602T090000Z") + "|" + vev("DTSTART:20260602T090000Z|STATUS:CANCELLED"),
			"N 2026-06-02 09:00Z Europe/London cancelled"},
		"one UID at two times": {vev("DTSTART:20260602T090000Z") + "|" + vev("DTSTART:20260603T090000Z"),
			"N 2026-06-02 09:00Z Europe/London\nN 2026-06-03 09:00Z Europe/London"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			events, problems := ParseICS("f.ics", cal(tt.body), opt)
			sound(t, events, problems)
			var got []string
			for _, e := range events {
				got = append(got, brief(e))
			}
			if len(problems) > 0 {
				got = append(got, lines(problems))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// ownZone is a zone without a name anybody knows, by the rules of Berlin, as
// Outlook writes them.
const ownZone = "BEGIN:VTIMEZONE|TZID:Mine|BEGIN:STANDARD|DTSTART:16010101T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10|END:STANDARD|" +
	"BEGIN:DAYLIGHT|DTSTART:16010101T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3|END:DAYLIGHT|END:VTIMEZONE|"

func TestICSRecurring(t *testing.T) {
	start := "DTSTART;TZID=Europe/Berlin:20260302T180000|DTEND;TZID=Europe/Berlin:20260302T200000|"
	tests := map[string]struct{ body, want string }{
		"weekly, over the change of clocks": {vev(start + "RRULE:FREQ=WEEKLY;COUNT=5"), "0302T17 0309T17 0316T17 0323T17 0330T16"},
		"until a day":                       {vev(start + "RRULE:FREQ=WEEKLY;UNTIL=20260316"), "0302T17 0309T17 0316T17"},
		"until an instant":                  {vev(start + "RRULE:FREQ=WEEKLY;UNTIL=20260316T165959Z"), "0302T17 0309T17"},
		"but for some": {vev(start + "RRULE:FREQ=WEEKLY;COUNT=4|EXDATE;TZID=Europe/Berlin:20260309T180000,20260323T180000"),
			"0302T17 0316T17"},
		"but for a day":  {vev(start + "RRULE:FREQ=WEEKLY;COUNT=3|EXDATE;VALUE=DATE:20260309"), "0302T17 0316T17"},
		"and some more":  {vev(start + "RDATE;TZID=Europe/Berlin:20260304T180000|RDATE;VALUE=PERIOD:20260401T160000Z/PT2H"), "0302T17 0304T17 0401T16"},
		"days":           {vev("DTSTART;VALUE=DATE:20260302|RRULE:FREQ=MONTHLY;COUNT=3"), "0302 0402 0502"},
		"the past is no": {vev("DTSTART:20200101T090000Z|RRULE:FREQ=YEARLY"), "0101T09"},
		"one is moved": {vev(start+"RRULE:FREQ=WEEKLY;COUNT=3") + "|" + vev("RECURRENCE-ID;TZID=Europe/Berlin:20260309T180000|DTSTART;TZID=Europe/Berlin:20260310T190000"),
			"0302T17 0310T18 0316T17"},
		"one is moved, by UTC": {vev(start+"RRULE:FREQ=WEEKLY;COUNT=3") + "|" + vev("RECURRENCE-ID:20260309T170000Z|DTSTART:20260310T180000Z"),
			"0302T17 0310T18 0316T17"},
		"one is cancelled": {vev(start+"RRULE:FREQ=WEEKLY;COUNT=2") + "|" + vev("RECURRENCE-ID:20260309T170000Z|DTSTART:20260309T170000Z|STATUS:CANCELLED"),
			"0302T17 0309T17cancelled"},
		"this and future ones": {vev(start+"RRULE:FREQ=WEEKLY;COUNT=4") + "|" + vev("RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T170000Z|DTSTART;TZID=Europe/Berlin:20260317T190000"),
			"0302T17 0309T17 0317T18 0324T18"},
		"one from elsewhere moves here": {vev("DTSTART:20250101T090000Z|RRULE:FREQ=YEARLY;COUNT=1") + "|" + vev("RECURRENCE-ID:20250101T090000Z|DTSTART:20260401T090000Z"),
			"0401T09"},
		"one without its series": {vev("RECURRENCE-ID:20260309T170000Z|DTSTART:20260310T180000Z"), "0310T18"},
		"hourly":                 {vev(start + "RRULE:FREQ=HOURLY"), "f.ics:8: RRULE: events that recur within a day are not read"},
		"hourly, in disguise":    {vev(start + "RRULE:FREQ=DAILY;BYHOUR=1,2,3"), "f.ics:8: RRULE: events that recur within a day are not read"},
		"never":                  {vev(start + "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "0302T17"},
		"nonsense":               {vev(start + "RRULE:FREQ=SOMETIMES"), "f.ics:8: RRULE: undefined frequency: SOMETIMES"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			events, problems := ParseICS("f.ics", cal(tt.body), opt)
			sound(t, events, problems)
			var got []string
			for _, e := range events {
				s := e.Days.First.String()[5:7] + e.Days.First.String()[8:]
				if !e.Start.IsZero() {
					s = e.Start.Format("0102T15")
				}
				if e.Status == content.Cancelled {
					s += "cancelled"
				}
				got = append(got, s)
			}
			if len(problems) > 0 {
				got = append(got, lines(problems))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	daily, _ := ParseICS("f.ics", cal(vev("DTSTART:19900101T090000Z|RRULE:FREQ=DAILY")), opt)
	if len(daily) != maxInstances || daily[0].Start.Before(opt.Now.Add(-25*time.Hour)) {
		t.Errorf("daily for 36 years: %d, the first %v", len(daily), daily[0].Start)
	}
}

// TestICSKeys: what an event is recognised by stays when it moves, and differs
// between those that share a UID.
func TestICSKeys(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"one":          {vev("DTSTART:20260602T090000Z"), "dir:x:uid:u dir:x:uid:u/20260602T090000Z"},
		"a day":        {vev("DTSTART:20260602"), "dir:x:uid:u dir:x:uid:u/20260602"},
		"two":          {vev("DTSTART:20260602T090000Z") + "|" + vev("DTSTART:20260603T090000Z"), "dir:x:uid:u/20260602T090000Z, dir:x:uid:u/20260603T090000Z"},
		"a moved one":  {vev("DTSTART:20260602T090000Z|RRULE:FREQ=DAILY;COUNT=2") + "|" + vev("RECURRENCE-ID:20260603T090000Z|DTSTART:20260604T100000Z"), "dir:x:uid:u/20260602T090000Z, dir:x:uid:u/20260603T090000Z"},
		"no UID":       {"BEGIN:VEVENT|SUMMARY:The Talk|DTSTART:20260602T090000Z|LOCATION:Berlin\\, Germany|END:VEVENT", "dir:x:event/the-talk/20260602T090000Z/berlin"},
		"no UID twice": {strings.Repeat("BEGIN:VEVENT|SUMMARY:X|DTSTART:20260602|END:VEVENT|", 2), "dir:x:event/x/2026-06-02/"},
	}
	for name, tt := range tests {
		events, problems := ParseICS("f.ics", cal(tt.body), opt)
		sound(t, events, problems)
		var got []string
		for _, e := range events {
			got = append(got, strings.Trim(fmt.Sprint(e.Keys), "[]"))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s: %s (-want +got)\n%s", name, lines(problems), diff)
		}
	}
	_, problems := ParseICS("f.ics", cal(vev("DTSTART:never")), opt)
	if len(problems) != 1 || problems[0].Events || !slices.Equal(problems[0].Keys, []content.Key{"dir:x:uid:u"}) {
		t.Errorf("an event that cannot be read is kept by its key: %+v", problems)
	}
}

// TestICSText: folded in the middle of a letter, escaped, in two languages.
func TestICSText(t *testing.T) {
	body := "BEGIN:VEVENT\nUID:u\nSUMMARY;LANGUAGE=de:Der Gro\xc3\n \x9fe Tag\\, an dem\\n alles\nSUMMARY;LANGUAGE=en-GB:The \u202eday\n" +
		"DTSTART:20260602\nLOCATION;ALTREP=\"http://x:1/;y\":Barbican\\, London EC2Y 8DS\\, UK\nCATEGORIES:a\\,b,c\nCATEGORIES:c,d\nURL:javascript:alert(1)\n" +
		"BEGIN:VALARM\nSUMMARY:Alarm\nDTSTART:20250101\nEND:VALARM\nEND:VEVENT\n"
	german := opt
	german.Lang = "de"
	for _, tt := range []struct {
		opt  Options
		name string
	}{{opt, "The day"}, {german, "Der Große Tag, an dem alles"}} {
		events, problems := ParseICS("f.ics", []byte(body), tt.opt)
		if len(events) != 1 || len(problems) != 0 {
			t.Fatalf("%v, %v", events, problems)
		}
		e := events[0]
		got := []string{e.Name, e.Place, e.City, e.Country, strings.Join(e.Topics, "|"), e.URL}
		if diff := cmp.Diff([]string{tt.name, "Barbican", "London", "UK", "a,b|c|d", ""}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestPlace(t *testing.T) {
	for where, want := range map[string]string{
		"":                              "",
		"Room 317":                      "Room 317",
		"London":                        "London",
		"London, UK":                    "/London/UK",
		"Barbican, London":              "Barbican, London",
		"Barbican, London EC2, UK":      "Barbican/London/UK",
		"Estrel, 12057 Berlin, Germany": "Estrel/Berlin/Germany",
		"New York, NY":                  "/New York/",
		"Javits, New York, NY 10001":    "Javits/New York/USA",
		"1 Main St, Hall, New York, NY 10001, USA": "1 Main St, Hall/New York/USA",
		"Online":                   "online",
		"https://zoom.example/j/1": "online https://zoom.example/j/1",
		"Berlin, DE":               "/Berlin/",
	} {
		var f content.FoundEvent
		(&book{sheet: &sheet{}}).place(&f, where)
		got := f.Place
		if f.City != "" {
			got += "/" + f.City + "/" + f.Country
		}
		if f.Online {
			got = strings.TrimSpace("online " + f.URL)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", where, got, want)
		}
	}
}

func TestICSHostile(t *testing.T) {
	many := func(n int, lines string) string {
		var b strings.Builder
		b.WriteString("BEGIN:VCALENDAR\n")
		for i := range n {
			fmt.Fprintf(&b, "BEGIN:VEVENT\nUID:%d\nSUMMARY:x\n%s\nEND:VEVENT\n", i, lines)
		}
		return b.String() + "END:VCALENDAR\n"
	}
	for name, data := range map[string]string{
		"size":       strings.Repeat("x", maxBytes+1),
		"nesting":    strings.Repeat("BEGIN:VEVENT\n", 300_000),
		"no end":     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:x\nDTSTART:20260602\n",
		"not one":    "<html>",
		"zeros":      string(make([]byte, 1000)),
		"never":      many(3000, "DTSTART:19700101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
		"many":       many(6000, "DTSTART:20260602"),
		"all daily":  many(3000, "DTSTART:19700101\nRRULE:FREQ=DAILY"),
		"own zones":  strings.Replace(many(6000, "DTSTART;TZID=Mine:20260602T090000"), "BEGIN:VEVENT", strings.ReplaceAll(ownZone, "|", "\n")+"BEGIN:VEVENT", 1),
		"long rules": "BEGIN:VCALENDAR\n" + vev("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYMINUTE="+strings.Repeat("1,", 5000)+"1") + "END:VCALENDAR\n",
	} {
		start := time.Now()
		events, problems := ParseICS("f.ics", []byte(data), opt)
		if len(problems) == 0 {
			t.Errorf("%s: %d events and no problem", name, len(events))
		}
		if len(events) > maxEvents || len(problems) > maxTold+1 {
			t.Errorf("%s: %d events, %d problems", name, len(events), len(problems))
		}
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s took %s", name, d)
		}
		t.Logf("%s: %d events, %d problems, %s", name, len(events), len(problems), time.Since(start))
	}
}

// TestCalendars reads the calendars of a real conference, twice.
func TestCalendars(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpora", "calendars", "docs", "*.ics"))
	if len(files) == 0 {
		t.Skip("the corpora are not beside this repository (../shared/corpora)")
	}
	want := oracle(t)
	total := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		events, problems := ParseICS(name, data, opt)
		sound(t, events, problems)
		if len(problems) > 0 {
			t.Errorf("%s: %s", name, lines(problems))
		}
		first, last := events[0].Start, events[0].Start
		for _, e := range events {
			if e.Start.Before(first) {
				first = e.Start
			}
			if e.Start.After(last) {
				last = e.Start
			}
		}
		w := want["docs/"+name]
		if len(events) != w.Events || first.Format(time.RFC3339) != w.First || last.Format(time.RFC3339) != w.Last {
			t.Errorf("%s: %d events from %s to %s, want %+v", name, len(events), first, last, w)
		}
		total += len(events)

		listing := &content.Listing{Events: events, Complete: true}
		settled(t, listing)
	}
	t.Logf("%d events in %d calendars", total, len(files))
}
