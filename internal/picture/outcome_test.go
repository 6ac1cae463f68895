package picture

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/fetch"
)

func TestFailed(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	lookup := &net.DNSError{Err: "no such host", Name: "secret.example", IsNotFound: true}
	for _, tt := range []struct {
		name     string
		err      error
		attempts int
		wait     time.Duration // -1: never again
		hosts    bool
		reason   string
	}{
		{"a page", Refusal("it is a page, no picture"), 0, -1, false, "it is a page, no picture"},
		{"private", fmt.Errorf("dial: %w", &fetch.AddressError{Addr: netip.MustParseAddr("10.0.0.1"), What: "in a private network"}), 0, -1, false, "the address 10.0.0.1 is in a private network"},
		{"too large", fmt.Errorf("read: %w", fetch.ErrLarge), 0, -1, false, "it has more than 10 MB"},
		{"led on for ever", fetch.ErrRedirects, 0, -1, false, "too many redirects"},
		{"not there yet", &statusError{code: 404}, 0, 5 * time.Minute, false, "the server answers 404 Not Found"},
		{"not there after a day", &statusError{code: 404}, 4, -1, false, "the server answers 404 Not Found"},
		{"forbidden", &statusError{code: 403}, 1, time.Hour, false, "the server answers 403 Forbidden"},
		{"no file", errAway, 0, 5 * time.Minute, false, "there is no such file"},
		{"broken for this one", &statusError{code: 500}, 0, time.Minute, false, "the server answers 500 Internal Server Error"},
		{"down", &statusError{code: 503}, 0, time.Minute, true, "the server answers 503 Service Unavailable"},
		{"down, and says for how long", &statusError{503, 2 * time.Hour}, 0, 2 * time.Hour, true, "the server answers 503 Service Unavailable"},
		{"down for years", &statusError{429, 1000 * time.Hour}, 0, 24 * time.Hour, true, "the server answers 429 Too Many Requests"},
		{"unknown", lookup, 0, time.Minute, true, "there is no host of that name"},
		{"unknown again", lookup, 3, time.Hour, true, "there is no host of that name"},
		{"unknown for ten days", lookup, 10, -1, true, "there is no host of that name"},
		{"anything", errors.New("whatever"), 1, 5 * time.Minute, true, "whatever"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, hosts := failed(tt.err, tt.attempts, now)
			want := Result{Attempts: tt.attempts + 1, Reason: tt.reason}
			if tt.wait >= 0 {
				want.Due = now.Add(tt.wait)
			}
			if d := cmp.Diff(want, got); d != "" || hosts != tt.hosts {
				t.Errorf("hosts %v, want %v (-want +got):\n%s", hosts, tt.hosts, d)
			}
		})
	}
}
