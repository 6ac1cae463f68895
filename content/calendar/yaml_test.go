package calendar

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

var opt = Options{Source: "dir:x", Zone: "Europe/London", Lang: "en", Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}

func date(s string) content.Date {
	d, err := content.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func days(first, last string) content.Span { return content.Span{First: date(first), Last: date(last)} }

func lines(problems []content.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return strings.Join(out, "\n")
}

func TestYAML(t *testing.T) {
	full := `
# What comes.
- name: The Lead
  city: London
  country: UK
  place: "Barbican: the hall"
  start: 2026-06-02
  end: 2026-06-03
  url: https://example.com/london
  topics: [leadership, "hiring"]
  early_bird: 2026-04-30
  id: lead-26
- name: A talk
  online: yes
  timezone: Europe/Berlin
  start: 2026-11-09 18:30
  end: 2026-11-09 20:00
  topics: leadership, hiring
  status: Cancelled
- name: A night
  city: Berlin
  timezone: Europe/Berlin
  start: 2026-05-01T20:00:00+02:00
  end: 2026-05-02 00:00
- name: A sample
  city: New York
  timezone: America/New_York
  start: +42d
  end: +1d
  early_bird: -2w
- name: Another sample
  city: Berlin
  start: +6w
  early_bird: +20d
  status: postponed
`
	want := []content.FoundEvent{
		{Event: content.Event{Name: "The Lead", City: "London", Country: "UK", Place: "Barbican: the hall", URL: "https://example.com/london",
			Topics: []string{"leadership", "hiring"}, Days: days("2026-06-02", "2026-06-03"), Zone: "Europe/London", EarlyBird: date("2026-04-30"), Status: content.Confirmed},
			Keys: []content.Key{"dir:x:event:lead-26", "dir:x:event/the-lead/2026-06-02/london", "url:example.com/london#2026-06-02/london"},
			At:   content.Position{File: "events.yaml", Line: 3, Column: 3}},
		{Event: content.Event{Name: "A talk", Online: true, Topics: []string{"leadership", "hiring"}, Days: days("2026-11-09", "2026-11-09"),
			Start: utc("2026-11-09T17:30:00Z"), End: utc("2026-11-09T19:00:00Z"), Zone: "Europe/Berlin", Status: content.Cancelled},
			Keys: []content.Key{"dir:x:event/a-talk/2026-11-09/"}, At: content.Position{File: "events.yaml", Line: 13, Column: 3}},
		{Event: content.Event{Name: "A night", City: "Berlin", Days: days("2026-05-01", "2026-05-01"),
			Start: utc("2026-05-01T18:00:00Z"), End: utc("2026-05-01T22:00:00Z"), Zone: "Europe/Berlin", Status: content.Confirmed},
			Keys: []content.Key{"dir:x:event/a-night/2026-05-01/berlin"}, At: content.Position{File: "events.yaml", Line: 20, Column: 3}},
		{Event: content.Event{Name: "A sample", City: "New York", Days: days("0001-01-01", "0001-01-02"), EarlyBird: content.Date{Year: 0, Month: 12, Day: 18},
			Zone: "America/New_York", Status: content.Confirmed}, Relative: true, Offset: 42,
			Keys: []content.Key{"dir:x:event/a-sample//new-york"}, At: content.Position{File: "events.yaml", Line: 25, Column: 3}},
		{Event: content.Event{Name: "Another sample", City: "Berlin", Days: days("0001-01-01", "0001-01-01"), EarlyBird: content.Date{Year: 0, Month: 12, Day: 10},
			Zone: "Europe/London", Status: content.Postponed}, Relative: true, Offset: 42,
			Keys: []content.Key{"dir:x:event/another-sample//berlin"}, At: content.Position{File: "events.yaml", Line: 31, Column: 3}},
	}
	for _, text := range []string{full, strings.ReplaceAll(full, "\n", "\r\n"), "\ufeff" + full, "events:" + strings.ReplaceAll(full, "\n", "\n  ")} {
		got, problems := ParseYAML("events.yaml", []byte(text), opt)
		if len(problems) > 0 {
			t.Fatal(lines(problems))
		}
		ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".At" && text[0] == 'e' }, cmp.Ignore())
		if diff := cmp.Diff(want, got, ignore); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// TestYAMLMistakes: all of them are told at once, with where and how, and the
// other events are read.
func TestYAMLMistakes(t *testing.T) {
	ok := "- {name: Fine, city: Rome, start: 2026-06-02}\n"
	tests := map[string]struct {
		text string
		read string // names of the events that are read
		want string
		keep bool // none that is not shown is taken for gone
	}{
		"nothing":           {text: ""},
		"a comment":         {text: "# nothing yet\n"},
		"an empty list":     {text: "events:\n"},
		"not a list":        {text: "hello", want: "e:1:1: a list of events is expected here (begin each event with a dash: - name: …)", keep: true},
		"not a mapping":     {text: ok + "- 2026\n", read: "Fine", want: "e:2:3: an event is expected here (an event is written as: - name: …)", keep: true},
		"broken":            {text: "- name: [x\n- b", want: "e:3:1: not YAML: did not find expected ',' or ']'", keep: true},
		"another key":       {text: "event:\n  - name: X\n", want: "e:1:1: unknown key \"event\" (did you mean events?)\ne:1:1: no events in the file (begin with: events:)", keep: true},
		"a second document": {text: ok + "---\n" + ok, read: "Fine", want: "e:2:1: a second document begins here, and is not read (take out the line ---)", keep: true},
		"unknown keys": {text: ok + "- name: Too\n  city: Bonn\n  start: 2026-06-02\n  venue: Hall\n  topic: x\n  colour: red\n  statsu: x\n", read: "Fine Too",
			want: "e:5:3: unknown key \"venue\" (did you mean place?)\ne:6:3: unknown key \"topic\" (did you mean topics?)\n" +
				"e:7:3: unknown key \"colour\" (known are name, city, country, place, online, start, end, timezone, url, topics, status, early_bird, id)\n" +
				"e:8:3: unknown key \"statsu\" (did you mean status?)"},
		"nothing in it": {text: ok + "- {}\n", read: "Fine", keep: true,
			want: "e:2:3: the event has no name (give it a name:)\ne:2:3: event \"\" has no city (give it a city:, or online: true)\ne:2:3: event \"\" has no start (give it a start: like 2026-06-02)"},
		"everything wrong": {text: ok + "- name: X\n  name: Y\n  online: perhaps\n  status: maybe\n  url: example.com\n  topics: {a: b}\n  city: [Bonn]\n  start: soon\n", read: "Fine", keep: true,
			want: "e:2:3: event \"X\" has no city (give it a city:, or online: true)\ne:3:3: name is given twice\n" +
				"e:4:11: online is \"perhaps\" (true or false)\ne:5:11: unknown status \"maybe\" (confirmed, cancelled or postponed)\n" +
				"e:6:8: url \"example.com\" is not a web address (write it like https://example.com/london)\n" +
				"e:7:12: topics is a list of words (write it like: [leadership, hiring])\ne:8:9: city is one value, not a list or more keys\n" +
				"e:9:10: start \"soon\" is neither a day nor a time (write a day like 2026-06-02, or a time like 2026-06-02 09:00)"},
		"times": {keep: true, text: "- {name: A, city: B, start: 2026-02-30}\n- {name: A, city: B, start: 2026-06-02, end: 2026-06-01}\n" +
			"- {name: A, city: B, start: 2026-06-02, end: 2026-06-02 09:00}\n- {name: A, city: B, start: 2026-06-02 09:00, end: 2026-06-02 08:00}\n" +
			"- {name: A, city: B, start: +42d, end: 2026-06-01}\n- {name: A, city: B, start: -2d}\n- {name: A, city: B, start: +2m}\n" +
			"- {name: A, city: B, start: 2026-03-29 01:30}\n- {name: A, city: B, start: 2026-06-02, timezone: London}\n" +
			"- {name: A, city: B, start: 2026-06-02, early_bird: 2026-07-01}\n- {name: A, city: B, start: 2026-06-02, early_bird: +1d}\n- {name: A, city: B, start: 20260-06-02}\n- {name: A, city: B, start: 9999-06-02}\n",
			want: "e:1:29: start \"2026-02-30\" is neither a day nor a time (write a day like 2026-06-02, or a time like 2026-06-02 09:00)\n" +
				"e:2:46: end is not after start\ne:3:46: end is a time, start is a day (give both a time, or neither)\ne:4:52: end is not after start\n" +
				"e:5:40: end is a date, but start counts from when the event is first seen (write it like +1d: a day after start)\n" +
				"e:6:29: start lies before the day on which the event is first seen (write it like +42d)\n" +
				"e:7:29: start \"+2m\": days end with d, weeks with w (write it like +42d or +6w)\n" +
				"e:8:29: start 2026-03-29 01:30: the clocks in Europe/London skip this hour\n" +
				"e:9:51: unknown timezone \"London\" (write it like Europe/London)\n" +
				"e:10:53: early_bird is after the event\ne:11:53: early_bird lies after start (write it like -30d: days before start)\n" +
				"e:12:29: start \"20260-06-02\" is neither a day nor a time (write a day like 2026-06-02, or a time like 2026-06-02 09:00)\n" +
				"e:13:29: start is in the year 9999"},
		"twice": {keep: true, read: "Fine A A", text: ok + "- {name: fine, city: ROME, start: 2026-06-02}\n- {name: A, city: B, start: 2026-06-02, id: x}\n- {name: A, city: B, start: 2026-06-02, id: y}\n- {name: C, city: B, start: 2026-06-02, id: x}\n",
			want: "e:2:3: event \"fine\" is the one in line 1 again (take one out, or give each an id:)\ne:5:3: event \"C\" has the id of the one in line 3 (give each its own id)"},
		"an alias of itself": {text: "- &x [*x]\n", keep: true, want: "e:1:3: an event is expected here (an event is written as: - name: …)"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			events, problems := ParseYAML("e", []byte(tt.text), opt)
			if diff := cmp.Diff(tt.want, lines(problems)); diff != "" {
				t.Errorf("problems (-want +got)\n%s", diff)
			}
			var names []string
			for _, e := range events {
				names = append(names, e.Name)
			}
			if got := strings.Join(names, " "); got != tt.read {
				t.Errorf("read %q, want %q", got, tt.read)
			}
			keep := false
			for _, p := range problems {
				keep = keep || p.Events
			}
			if keep != tt.keep {
				t.Errorf("events may hide behind it: %v, want %v", keep, tt.keep)
			}
		})
	}
}

func TestTooMuch(t *testing.T) {
	for name, data := range map[string][]byte{
		"size":  make([]byte, maxBytes+1),
		"depth": []byte(strings.Repeat("[", 200_000)),
		"bomb":  []byte("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nevents: [*c,*c]\n"),
		"many":  []byte(strings.Repeat("- {name: x, city: y, start: 2026-06-02}\n", maxEvents+10)),
	} {
		start := time.Now()
		events, problems := ParseYAML("e", data, opt)
		if len(problems) == 0 || len(events) > 1 {
			t.Errorf("%s: %d events, %d problems", name, len(events), len(problems))
		}
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s took %s", name, d)
		}
	}
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte("- {name: A, city: B, start: 2026-06-02 09:00, end: +1d, early_bird: -3w, timezone: Asia/Tokyo, topics: [a], url: https://x.y}"))
	f.Add([]byte("events:\n  - name: x\n    start: +42d\n    end: +1d\n    online: on\n"))
	f.Add([]byte("- &x {<<: *x, name: !!binary aGk=}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		events, problems := ParseYAML("e", data, opt)
		sound(t, events, problems)
	})
}

// sound checks what everybody relies upon, whatever a file says.
func sound(t *testing.T, events []content.FoundEvent, problems []content.Problem) {
	seen := make(map[content.Key]bool)
	for _, e := range events {
		if e.Name == "" || e.Zone == "" || e.Days.Last.Before(e.Days.First) || len(e.Keys) == 0 || e.Status == "" {
			t.Errorf("unsound: %+v", e)
		}
		if _, err := time.LoadLocation(e.Zone); err != nil {
			t.Error(err)
		}
		if !e.End.IsZero() && !e.End.After(e.Start) || !e.Start.IsZero() && content.DateOf(e.Start.In(e.Location())) != e.Days.First {
			t.Errorf("unsound times: %+v", e)
		}
		if strings.ContainsAny(e.Name+e.City+e.Place, "\n\r\x00") {
			t.Errorf("unsound text: %q", e.Name)
		}
		for _, k := range e.Keys {
			if k == "" || seen[k] {
				t.Errorf("key %q is empty or another event's too", k)
			}
			seen[k] = true
		}
	}
	for _, p := range problems {
		if p.At.File == "" || p.What == "" {
			t.Errorf("a problem without words: %+v", p)
		}
	}
}
