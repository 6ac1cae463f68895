package hub

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestChanged(t *testing.T) {
	was := map[string]string{"same": "1", "edited": "1", "gone": "1"}
	now := map[string]string{"same": "1", "edited": "2", "new": "1"}
	if d := cmp.Diff(map[string]string{"edited": "2", "new": "1"}, changed(was, now)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if c := changed(now, now); len(c) != 0 {
		t.Errorf("nothing happened, and %v changed", c)
	}
}

func TestDecide(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	failed := errors.New("it took too long")
	for _, test := range []struct {
		name     string
		attempts int
		since    time.Time
		hub      bool
		reply    Reply
		want     Result
	}{
		{"taken", 0, time.Time{}, false, Reply{Code: 200}, Result{Told: true, Due: now.Add(quiet)}},
		{"taken, to be looked at later", 3, now.Add(-time.Hour), false, Reply{Code: 202}, Result{Told: true, Due: now.Add(quiet)}},
		{"no content", 0, time.Time{}, false, Reply{Code: 204}, Result{Told: true, Due: now.Add(quiet)}},
		{"no feed any more", 0, time.Time{}, false, Reply{Gone: true}, Result{Told: true, Due: now.Add(quiet)}},
		{"no more, please", 0, time.Time{}, false, Reply{Code: 410}, Result{Ended: true}},
		{"a hub is not done with", 0, time.Time{}, true, Reply{Code: 410}, Result{Due: now.Add(30 * time.Second), Attempts: 1, Since: now}},
		{"moved", 0, time.Time{}, false, Reply{Code: 301}, Result{Due: now.Add(30 * time.Second), Attempts: 1, Since: now}},
		{"refused", 0, time.Time{}, false, Reply{Code: 403}, Result{Due: now.Add(30 * time.Second), Attempts: 1, Since: now}},
		{"broken there", 1, now.Add(-time.Minute), false, Reply{Code: 500}, Result{Due: now.Add(time.Minute), Attempts: 2, Since: now.Add(-time.Minute)}},
		{"no answer", 5, now.Add(-time.Hour), false, Reply{Err: failed}, Result{Due: now.Add(16 * time.Minute), Attempts: 6, Since: now.Add(-time.Hour)}},
		{"asked to wait", 0, time.Time{}, false, Reply{Code: 429, After: time.Hour}, Result{Due: now.Add(time.Hour), Attempts: 1, Since: now}},
		{"asked to wait less than we do", 9, now.Add(-time.Hour), false, Reply{Code: 503, After: time.Second}, Result{Due: now.Add(4 * time.Hour), Attempts: 10, Since: now.Add(-time.Hour)}},
		{"asked to wait for years", 0, time.Time{}, false, Reply{Code: 429, After: 1 << 60}, Result{Due: now.Add(4 * time.Hour), Attempts: 1, Since: now}},
		{"for a day", 12, now.Add(-20*time.Hour - time.Second), false, Reply{Code: 500}, Result{}},
		{"just within it", 12, now.Add(-20 * time.Hour), false, Reply{Code: 500}, Result{Due: now.Add(4 * time.Hour), Attempts: 13, Since: now.Add(-20 * time.Hour)}},
		{"this process is behind", 2, now.Add(-time.Hour), false, Reply{Early: true}, Result{Due: now.Add(quiet), Attempts: 2, Since: now.Add(-time.Hour)}},
		{"this process ends", 2, now.Add(-time.Hour), false, Reply{Broken: true, Err: failed}, Result{Due: now, Attempts: 2, Since: now.Add(-time.Hour)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := decide(&Notice{IsHub: test.hub, Attempts: test.attempts, Since: test.since}, test.reply, now)
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// However a follower fails, the attempts come ever later, and end within a day.
func TestAttemptsEnd(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	n, first, last := &Notice{}, now, time.Duration(0)
	for range 100 {
		r := decide(n, Reply{Code: 500}, now)
		if r.Due.IsZero() {
			if n.Attempts < 10 || now.Sub(first) > giveUp {
				t.Errorf("given up after %d attempts and %v", n.Attempts, now.Sub(first))
			}
			return
		}
		if pause := r.Due.Sub(now); pause < last || pause > longestPause {
			t.Errorf("a pause of %v after one of %v", pause, last)
		} else {
			last = pause
		}
		n.Attempts, n.Since, now = r.Attempts, r.Since, r.Due
	}
	t.Error("never given up")
}

// The value is RFC 4231's second test case.
func TestSign(t *testing.T) {
	want := "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	if got := sign([]byte("Jefe"), []byte("what do ya want for nothing?")); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
