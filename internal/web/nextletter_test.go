package web

import (
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
)

// A moment is written with the commas of its language.
func TestInstantOf(t *testing.T) {
	at := time.Date(2026, time.November, 24, 8, 0, 0, 0, time.UTC)
	for language, want := range map[string]string{
		"en": "Tuesday, November 24, 2026, 8:00 AM UTC",
		"de": "Dienstag, 24. November 2026, 08:00 UTC",
		"ar": "الثلاثاء، 24 نوفمبر 2026، \u20688:00 ص UTC\u2069", // as one piece
	} {
		if got := instantOf(i18n.BuiltIn().First(language), at); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}
