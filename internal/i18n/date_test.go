package i18n

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// cases are those of the golden file.
var cases = []struct {
	name        string
	first, last time.Time
}{
	{"oneday", day(2026, 6, 2), day(2026, 6, 2)},
	{"samemonth", day(2026, 6, 2), day(2026, 6, 3)},
	{"crossmonth", day(2026, 5, 31), day(2026, 6, 2)},
	{"crossyear", day(2026, 12, 30), day(2027, 1, 2)},
}

var isolates = strings.NewReplacer(ltr, "<", anyway, "<", end, ">")

func TestDays(t *testing.T) {
	var b strings.Builder
	b.WriteString("# How ranges of days look, for each language and case; isolates are written <>.\n# Rewritten by go test -run TestDays -update.\n")
	for _, c := range calendars {
		l := For(c.tag)
		fmt.Fprintf(&b, "\n%s %s\n", c.tag, l.Dir)
		for _, d := range cases {
			fmt.Fprintf(&b, "  %s\n", isolates.Replace(l.Days(d.first, d.last)))
		}
		fmt.Fprintf(&b, "  %s\n  %s | %s | %s | %s\n", l.FullDay(cases[0].first), l.DayMonth(cases[2].first),
			l.Month(cases[0].first), l.ShortMonth(cases[0].first), isolates.Replace(l.DayNumbers(cases[1].first, cases[1].last)))
	}
	golden := filepath.Join("testdata", "days.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestDaysPromised spells out what the product promises, whatever a golden
// file is rewritten to.
func TestDaysPromised(t *testing.T) {
	for _, tt := range []struct {
		tag         string
		first, last time.Time
		want        string
	}{
		{"en", day(2026, 6, 2), day(2026, 6, 3), "June 2–3, 2026"},
		{"en-US", day(2026, 9, 15), day(2026, 9, 16), "September 15–16, 2026"},
		{"en-US", day(2026, 5, 31), day(2026, 6, 2), "May 31 – June 2, 2026"},
		{"en-US", day(2026, 12, 30), day(2027, 1, 2), "December 30, 2026 – January 2, 2027"},
		{"en-GB", day(2026, 6, 2), day(2026, 6, 3), "2–3 June 2026"},
		{"en-GB", day(2026, 5, 31), day(2026, 6, 2), "31 May – 2 June 2026"},
		{"de", day(2026, 6, 2), day(2026, 6, 3), "2.–3. Juni 2026"},
		{"fr", day(2026, 6, 2), day(2026, 6, 3), "2–3 juin 2026"},
		{"fr", day(2026, 6, 1), day(2026, 6, 11), "1er–11 juin 2026"},
		{"fr-CA", day(2026, 12, 1), day(2026, 12, 1), "1er décembre 2026"},
		{"de", day(2026, 6, 1), day(2026, 6, 1), "1. Juni 2026"},
		{"ja", day(2026, 6, 2), day(2026, 6, 3), "2026年6月2日～3日"},
		{"ar", day(2026, 6, 2), day(2026, 6, 3), "\u2068\u20662–3\u2069 يونيو 2026\u2069"},
		{"en", day(2026, 6, 2), day(2026, 6, 1), "June 2, 2026"}, // an end before the start
		{"en", day(2026, 6, 2), day(2025, 7, 3), "June 2, 2026"}, // and one a year before
		{"en", day(2026, 6, 2), day(2027, 6, 2), "June 2, 2026 – June 2, 2027"},
	} {
		if got := For(tt.tag).Days(tt.first, tt.last); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.tag, got, tt.want)
		}
	}
}

// house are the places where we differ from ICU, with the reason.
var house = map[string]string{
	// ICU writes the days of a range with two digits, but a single day with one.
	"it/samemonth": "2–3 giugno 2026", "it/crossmonth": "31 maggio – 2 giugno 2026", "it/crossyear": "30 dicembre 2026 – 2 gennaio 2027",
	// ICU falls back to numbers in ranges, though it writes single days in words.
	"cs/samemonth": "2.–3. června 2026", "cs/crossmonth": "31. května – 2. června 2026", "cs/crossyear": "30. prosince 2026 – 2. ledna 2027",
	"ja/samemonth": "2026年6月2日～3日", "ja/crossmonth": "2026年5月31日～6月2日", "ja/crossyear": "2026年12月30日～2027年1月2日",
	"zh-Hans/samemonth": "2026年6月2日至3日", "zh-Hans/crossmonth": "2026年5月31日至6月2日", "zh-Hans/crossyear": "2026年12月30日至2027年1月2日",
}

// TestDaysLikeICU compares with ranges written by ICU 78 (CLDR 48). Both are
// normalised first: thin and no-break spaces are spaces, there is no space
// round a dash between two days of one month, and isolates are taken out.
func TestDaysLikeICU(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "corpora", "events", "DATE-RANGE-GOLDEN.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the corpora are not beside the repository")
	} else if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Long map[string]map[string]string }
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Long) < 24 {
		t.Fatalf("only %d languages in the golden file", len(golden.Long))
	}
	spaces := strings.NewReplacer("\u2009", " ", "\u202f", " ", "\u00a0", " ", ltr, "", anyway, "", end, "")
	for tag, want := range golden.Long {
		for _, d := range cases {
			want := spaces.Replace(want[d.name])
			if d.name == "samemonth" {
				want = strings.ReplaceAll(want, " – ", "–")
			}
			if ours, ok := house[tag+"/"+d.name]; ok {
				want = ours
			}
			if got := spaces.Replace(For(tag).Days(d.first, d.last)); got != want {
				t.Errorf("%s %s: got %q, want %q", tag, d.name, got, want)
			}
		}
	}
}

func TestNamesAreComplete(t *testing.T) {
	for _, c := range append(calendars, neutral) {
		for what, names := range map[string]string{"months": c.names, "short months": c.short, "months alone": c.alone, "weekdays": c.weekdays} {
			want := 12
			if what == "weekdays" {
				want = 7
			}
			if got := len(strings.Split(names, "|")); got != want && !(what == "months alone" && names == "") {
				t.Errorf("%s: %d %s", c.tag, got, what)
			}
		}
	}
}

func TestTime(t *testing.T) {
	zone := func(name string) *time.Location {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return loc
	}
	at := time.Date(2026, 6, 2, 20, 5, 0, 0, time.UTC)
	for _, tt := range []struct{ tag, zone, want string }{
		{"en", "America/New_York", "4:05 PM EDT"},
		{"en-GB", "Europe/London", "21:05 BST"},
		{"de", "Europe/Berlin", "22:05 CEST"},
		{"da", "Europe/Berlin", "22.05 CEST"},
		{"en-GB", "Europe/Istanbul", "23:05 UTC+3"},
		{"en-GB", "Asia/Kathmandu", "01:50 UTC+5:45"},
		{"en-GB", "America/Sao_Paulo", "17:05 UTC-3"},
		{"ko", "Asia/Seoul", "오전 5:05 KST"},
		{"ar", "UTC", "8:05 م UTC"},
		{"fa", "UTC", "۲۰:۰۵ UTC"},
		{"hi", "Asia/Kolkata", "1:35 am IST"},
	} {
		if got := For(tt.tag).Time(at.In(zone(tt.zone))); got != tt.want {
			t.Errorf("%s %s: got %q, want %q", tt.tag, tt.zone, got, tt.want)
		}
	}
}

func TestDayNumbers(t *testing.T) {
	for _, tt := range []struct {
		tag         string
		first, last time.Time
		want        string
	}{
		{"en", day(2026, 6, 2), day(2026, 6, 3), "2–3"},
		{"en", day(2026, 6, 2), day(2026, 6, 2), "2"},
		{"en", day(2026, 5, 31), day(2026, 6, 2), "31–2"},
		{"ar", day(2026, 6, 2), day(2026, 6, 3), "\u20662–3\u2069"},
		{"fa", day(2026, 6, 2), day(2026, 6, 2), "۲"},
	} {
		if got := For(tt.tag).DayNumbers(tt.first, tt.last); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.tag, got, tt.want)
		}
	}
}
