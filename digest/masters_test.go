package digest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

func TestMasters(t *testing.T) {
	stamp, written := "one", 0
	var failing error
	var m masters
	start := time.Unix(1e9, 0)
	ask := func(version int, after time.Duration) (*mailer.Master, error) {
		return m.of(t.Context(), versionKey{"weekly/1", version}, start.Add(after),
			func(context.Context) (string, error) { return stamp, failing },
			func() (*mailer.Master, error) {
				written++
				return &mailer.Master{Subject: fmt.Sprint(version, " at ", after)}, nil
			})
	}
	want := func(version int, after time.Duration, subject string, writes int) {
		t.Helper()
		got, err := ask(version, after)
		if err != nil {
			t.Fatal(err)
		}
		if got.Subject != subject || written != writes {
			t.Errorf("%q after writing %d, want %q after %d", got.Subject, written, subject, writes)
		}
	}
	want(1, 0, "1 at 0s", 1)
	want(2, 0, "2 at 0s", 2)
	want(1, 900*time.Millisecond, "1 at 0s", 2)
	stamp = "two"
	want(1, 999*time.Millisecond, "1 at 0s", 2)
	want(1, time.Second, "1 at 1s", 3)
	want(2, time.Second, "2 at 1s", 4)
	want(1, 60*time.Second, "1 at 1s", 4)
	want(1, 61*time.Second, "1 at 1m1s", 5)
	want(1, -time.Hour, "1 at -1h0m0s", 6) // the clock was put back
	failing = errors.New("away")
	if _, err := ask(1, time.Hour); !errors.Is(err, failing) {
		t.Errorf("content cannot be asked about: %v", err)
	}
}

func TestMastersAreBounded(t *testing.T) {
	var m masters
	words := strings.Repeat("x", maxMasters/10)
	for version := range 100 {
		now := time.Unix(1e9+int64(version)/10, 0)
		_, err := m.of(t.Context(), versionKey{"weekly/1", version}, now,
			func(context.Context) (string, error) { return "", nil },
			func() (*mailer.Master, error) { return &mailer.Master{Text: words}, nil })
		if err != nil {
			t.Fatal(err)
		}
		if m.size > maxMasters || m.size != len(m.kept)*len(words) {
			t.Fatalf("%d bytes in %d masters", m.size, len(m.kept))
		}
	}
	if len(m.kept) != 10 {
		t.Errorf("%d masters kept", len(m.kept))
	}
}
