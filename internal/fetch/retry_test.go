package fetch

import (
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, " 7 ": 7 * time.Second, "-5": 0, "soon": 0, "1.5": 0,
		"99999999999": mostRetry, "99999999999999999999": 0, "-99999999999": 0,
		"Tue, 24 Nov 2026 09:00:00 GMT": time.Hour, "Tue, 24 Nov 2026 07:00:00 GMT": 0,
		"Mon, 24 Nov 9999 09:00:00 GMT": mostRetry,
	} {
		if got := RetryAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
