package subscribers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewsletters(t *testing.T) {
	for _, c := range []struct {
		in      string
		want    ImportRow
		refused string
	}{
		{"", ImportRow{Newsletters: []string{"weekly", "events"}, Unstated: true}, ""},
		{"weekly", ImportRow{Newsletters: []string{"weekly"}}, ""},
		{" Weekly ; events:left", ImportRow{Newsletters: []string{"weekly"}, Left: []string{"events"}}, ""},
		{":none", ImportRow{}, ""},
		{"weekly:left=2026-11-24T12:00:00Z", ImportRow{Left: []string{"weekly"}, Ended: map[string]time.Time{"weekly": noon}}, ""},
		{"weekly:since=2026-11-24T12:00:00Z", ImportRow{Newsletters: []string{"weekly"}, Began: map[string]time.Time{"weekly": noon}}, ""},
		{"weekly:since=2025-11-24T12:00:00Z:left=2026-11-24T12:00:00Z", ImportRow{
			Left: []string{"weekly"}, Began: map[string]time.Time{"weekly": early}, Ended: map[string]time.Time{"weekly": noon}}, ""},
		{"gone-2019:left", ImportRow{Left: []string{"gone-2019"}}, ""}, // there is no such one, and nobody is the worse for it
		{"gone-2019", ImportRow{}, `there is no newsletter "gone-2019"`},
		{"no such:left", ImportRow{}, `there is no newsletter "no such"`},
		{"weekly:left=soon", ImportRow{}, `"soon" is not a date`},
		{"weekly:since=soon", ImportRow{}, `"soon" is not a date`},
		{"weekly:leftovers", ImportRow{}, `"weekly:leftovers" is not a newsletter`},
		{":left", ImportRow{}, `there is no newsletter ""`},
	} {
		in, err := NewReader(strings.NewReader("email,newsletters\nada@example.com,"+c.in+"\n"), []string{"weekly", "events"})
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range in.Rows() {
			if err != nil || c.refused != "" {
				if err == nil || c.refused == "" || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("%q: %v, want %q", c.in, err, c.refused)
				}
				continue
			}
			c.want.Line, c.want.Email = 2, "ada@example.com"
			if diff := cmp.Diff(c.want, row); diff != "" {
				t.Errorf("%q (-want +got):\n%s", c.in, diff)
			}
		}
	}
}

func TestFields(t *testing.T) {
	for _, c := range []struct{ column, in, refused string }{
		{"since", "24.11.2026", `"24.11.2026" is not a date (like 2026-11-24 or 2026-11-24T08:00:00Z)`},
		{"paused_until", "never", `"never" is not a date`},
		{"consent", strings.Repeat("x", maxConsentText+1), "longer than 2000 bytes"},
		{"consent", "a\x07b", "there is a control character in it"},
		{"name", "a\x00b", "there is a control character in it"},
		{"name", strings.Repeat("é", maxName+1), "longer than 200 characters"},
		{"first name", strings.Repeat("é", maxName+1), "longer than 200 characters"},
		{"email", "'; DROP TABLE subscribers; --@example.com", "it looks like several addresses"},
	} {
		file := "email," + c.column + "\nada@example.com,\"" + c.in + "\"\n"
		if c.column == "email" {
			file = "email\n\"" + c.in + "\"\n"
		}
		in, err := NewReader(strings.NewReader(file), []string{"weekly"})
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range in.Rows() {
			if err == nil || !strings.Contains(err.Error(), c.column+": "+c.refused) {
				t.Errorf("%s %.20q: %+v, %v", c.column, c.in, row, err)
			}
		}
	}
}
