package dir

import (
	"testing"
	"time"
)

func TestReadMoment(t *testing.T) {
	london := location(t, "Europe/London")
	for _, tt := range []struct {
		in, want string // in UTC; a bare day without a time
	}{
		{"2026-06-02", "2026-06-02"},
		{"2026-6-2", "2026-06-02"},
		{"2026/06/02", "2026-06-02"},
		{" 2026-06-02 ", "2026-06-02"},
		{"2026-06-02 10:00", "2026-06-02T09:00:00Z"},
		{"2026-06-02 10:00:30", "2026-06-02T09:00:30Z"},
		{"2026-12-02 10:00", "2026-12-02T10:00:00Z"},
		{"2026-06-02T10:00", "2026-06-02T09:00:00Z"},
		{"2026-06-02T10:00:00Z", "2026-06-02T10:00:00Z"},
		{"2026-06-02t10:00:00z", "2026-06-02T10:00:00Z"},
		{"2026-06-02T10:00:00.123Z", "2026-06-02T10:00:00Z"},
		{"2026-06-02T10:00:00+02:00", "2026-06-02T08:00:00Z"},
		{"2026-06-02 10:00:00 +0200", "2026-06-02T08:00:00Z"},
		{"2026-06-02 10:00:00 -08", "2026-06-02T18:00:00Z"},
		{"2026-06-02 10:00 UTC", "2026-06-02T10:00:00Z"},
		{"2026-06-02 10:00 Europe/Berlin", "2026-06-02T08:00:00Z"},
		{"2026-06-02 12:30 AM", "2026-06-01T23:30:00Z"},
		{"2026-06-02 1:05 pm", "2026-06-02T12:05:00Z"},
		{"Tue, 02 Jun 2026 10:00:00 GMT", "2026-06-02T10:00:00Z"},
		{"Tue, 02 Jun 2026 10:00:00 +0200", "2026-06-02T08:00:00Z"},
		{"Tue, 2 Jun 2026 10:00:00 EST", "2026-06-02T15:00:00Z"}, // time.Parse would invent a zone at UTC
		{"June 2, 2026", "2026-06-02"},
		{"Jun 02 2026", "2026-06-02"},
		{"2nd June 2026", "2026-06-02"},
		{"Tuesday, 2 June 2026", "2026-06-02"},
		{"June 2, 2026 at 10:00", "2026-06-02T09:00:00Z"},
		{"2024-02-29", "2024-02-29"},
		{"2026-02-29", ""}, {"2026-02-30", ""}, {"2026-13-01", ""}, {"2026-00-10", ""}, {"2026-06-31 10:00", ""},
		{"2026-06-02 25:00", ""}, {"2026-06-02 10:61", ""}, {"2026-06-02 13:00 pm", ""},
		{"2026-06-02 10:00 IST", ""}, // India, Ireland or Israel
		{"2026-06-02 10:00 +25:00", ""}, {"2026-06-02 tomorrow", ""}, {"2026-06-02 Mars/Olympus", ""},
		{"2026-06", ""}, {"2026", ""}, {"soon", ""}, {"02.06.2026", ""}, {"0000-00-00", ""}, {"", ""},
		{"1717322400", ""}, {"June 31, 2026", ""}, {"../../etc/passwd", ""},
	} {
		m, ok := readMoment(tt.in, london)
		got := ""
		switch {
		case ok && m.bare:
			got = m.written().Format(time.DateOnly)
			if m.at.In(london).Format("15:04") != "00:00" {
				t.Errorf("%q begins at %v", tt.in, m.at)
			}
		case ok:
			got = m.written().Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%q is %q, want %q", tt.in, got, tt.want)
		}
	}
}

// The day of a permalink is the one the author wrote, wherever UTC is.
func TestDayAsWritten(t *testing.T) {
	m, ok := readMoment("2026-06-02T23:30:00-08:00", time.UTC)
	if !ok || m.day.String() != "2026-06-02" || m.written().Format(time.DateOnly) != "2026-06-03" {
		t.Errorf("%+v %t", m, ok)
	}
}

func FuzzReadMoment(f *testing.F) {
	for _, s := range []string{"2026-06-02 10:00 +0200", "Tue, 02 Jun 2026 10:00:00 GMT", "2nd June 2026", "2026-06-02 10:00 Europe/Berlin", "2026-02-30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := readMoment(s, time.UTC)
		if !ok {
			return
		}
		again, ok := readMoment(m.at.UTC().Format(time.RFC3339), time.UTC)
		if !ok || !again.at.Equal(m.at.Truncate(time.Second)) {
			t.Errorf("%q is %v, read again %v", s, m.at, again.at)
		}
	})
}
