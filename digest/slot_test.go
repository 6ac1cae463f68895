package digest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func schedule(t testing.TB, expr, zone string) *Newsletter {
	t.Helper()
	spec, err := ParseSchedule(expr)
	if err != nil {
		t.Fatal(err)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return &Newsletter{Name: "daily", Schedule: spec, Zone: loc}
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNextSlot(t *testing.T) {
	tests := []struct{ name, expr, zone, after, want string }{
		{"plain", "0 8 * * TUE", "Europe/London", "2026-11-23T12:00:00Z", "2026-11-24T08:00:00Z"},
		{"strictly after", "0 8 * * TUE", "Europe/London", "2026-11-24T08:00:00Z", "2026-12-01T08:00:00Z"},
		{"summer time", "0 8 * * TUE", "Europe/London", "2026-06-01T12:00:00Z", "2026-06-02T07:00:00Z"},
		{"in the gap: the first minute after it", "30 2 * * *", "Europe/Paris", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z"},
		{"after the gap", "30 2 * * *", "Europe/Paris", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"},
		{"in the overlap: the first", "30 2 * * *", "Europe/Paris", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"the overlap's second pass is no slot", "30 2 * * *", "Europe/Paris", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		{"from within the second pass", "30 2 * * *", "Europe/Paris", "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z"},
		{"gap of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z"},
		{"midnight skipped", "0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z"},
		{"no fifth field lost", "0 9 1 1 *", "America/New_York", "2026-11-23T12:00:00Z", "2027-01-01T14:00:00Z"},
		{"leap day", "0 9 29 2 *", "UTC", "2026-11-23T12:00:00Z", "2028-02-29T09:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := schedule(t, tt.expr, tt.zone)
			if got := n.Next(at(t, tt.after)).UTC().Format(time.RFC3339); got != tt.want {
				t.Errorf("after %s: got %s, want %s", tt.after, got, tt.want)
			}
		})
	}
}

func TestParseScheduleRefuses(t *testing.T) {
	for _, expr := range []string{"", "TZ=0", "CRON_TZ=Europe/Paris", "CRON_TZ=Europe/Paris 0 8 * * *", "@every 1h", "0 0 31 2 *", "0 8 * *", "0 8 * * * *", "61 8 * * *"} {
		if _, err := ParseSchedule(expr); err == nil {
			t.Errorf("%q was accepted", expr)
		}
	}
	for _, expr := range []string{"0 8 * * TUE", "@weekly", "*/15 9-17 * * MON-FRI", "0 9 29 2 *"} {
		if _, err := ParseSchedule(expr); err != nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
}

// A year in every zone: a slot for every local day, at the hour asked for
// unless the clocks skip it, and no two with the same name.
func TestYearInEveryZone(t *testing.T) {
	zones := zoneNames(t)
	if raceDetector { // which finds nothing here, and is slow
		zones = slices.DeleteFunc(zones, func(z string) bool { return len(z)%7 != 0 })
	}
	begin := time.Date(2026, 12, 29, 12, 0, 0, 0, time.UTC)
	for _, zone := range zones {
		for _, expr := range []string{"30 2 * * *", "0 0 * * *"} {
			n := schedule(t, expr, zone)
			seen := map[string]bool{}
			days := map[string]int{}
			slot := begin
			for {
				next := n.Next(slot)
				if !next.After(slot) {
					t.Fatalf("%s %s: %v does not follow %v", zone, expr, next, slot)
				}
				slot = next
				local := slot.In(n.Zone)
				if local.Year() > 2027 {
					break
				}
				if id := n.id(slot); seen[id] {
					t.Fatalf("%s %s: %s twice", zone, expr, id)
				} else {
					seen[id] = true
				}
				if local.Year() == 2027 {
					days[local.Format(time.DateOnly)]++
				}
			}
			if len(days) != 365 {
				t.Errorf("%s %s: %d of 365 days", zone, expr, len(days))
			}
			for day, count := range days {
				if count != 1 {
					t.Errorf("%s %s: %d slots on %s", zone, expr, count, day)
				}
			}
		}
	}
	t.Logf("%d zones", len(zones))
}

// zoneNames returns the zones the machine knows, or a telling few.
func zoneNames(t testing.TB) []string {
	const root = "/usr/share/zoneinfo"
	var names []string
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		name, _ := filepath.Rel(root, path)
		if d.IsDir() {
			if name == "posix" || name == "right" {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.Contains(name, "/") || name == "UTC" {
			if _, err := time.LoadLocation(name); err == nil {
				names = append(names, name)
			}
		}
		return nil
	})
	if len(names) == 0 {
		t.Log("no zone database found: install tzdata to test all zones")
		names = []string{"UTC", "Europe/London", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "Pacific/Auckland", "America/Santiago"}
	}
	return names
}

func TestGroupsOfReaderZones(t *testing.T) {
	n := schedule(t, "0 8 * * TUE", "Europe/London")
	n.ReaderZone = true
	slot := n.Next(at(t, "2026-11-20T00:00:00Z"))
	if got := n.id(slot); got != "daily/2026-11-24T08:00" {
		t.Errorf("ID is %s", got)
	}
	var got []string
	for _, g := range n.groups(slot, []string{"", "America/Los_Angeles", "Asia/Kolkata", "Nowhere/Gone", "Pacific/Kiritimati"}, slot) {
		got = append(got, g.Zone+" "+g.Due.UTC().Format(time.RFC3339))
	}
	want := []string{
		" 2026-11-24T08:00:00Z",
		"America/Los_Angeles 2026-11-24T16:00:00Z",
		"Asia/Kolkata 2026-11-24T02:30:00Z",
		"Pacific/Kiritimati 2026-11-23T18:00:00Z",
		"* 2026-11-24T20:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if !slot.Equal(at(t, "2026-11-23T18:00:00Z")) {
		t.Errorf("published at %v, not when the first zone is there", slot)
	}
}
