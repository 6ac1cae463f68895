package webhook

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/standfirst/standfirst/internal/fetch"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	queued := func(after time.Duration, code int, said string) Result {
		return Result{State: Queued, Due: noon.Add(after), Attempt: true, Code: code, Error: said}
	}
	for _, c := range []struct {
		name     string
		attempts int
		reply    Reply
		chance   float64
		want     Result
	}{
		{"taken", 0, Reply{Code: 200}, 0, Result{State: Delivered, Attempt: true, Code: 200}},
		{"taken, and nothing said", 9, Reply{Code: 204}, 0, Result{State: Delivered, Attempt: true, Code: 204}},
		{"the first failure", 0, Reply{Code: 500}, 0, queued(5*time.Second, 500, "it answered 500 Internal Server Error")},
		{"the second", 1, Reply{Code: 404}, 0, queued(5*time.Minute, 404, "it answered 404 Not Found")},
		{"spread", 1, Reply{Code: 404}, 0.5, queued(5*time.Minute+30*time.Second, 404, "it answered 404 Not Found")},
		{"no answer", 3, Reply{Trouble: "it took too long"}, 0, queued(2*time.Hour, 0, "it took too long")},
		{"the last but one", 8, Reply{Code: 503}, 0, queued(24*time.Hour, 503, "it answered 503 Service Unavailable")},
		{"the last", 9, Reply{Code: 503}, 0, Result{State: GivenUp, Attempt: true, Code: 503, Error: "it answered 503 Service Unavailable"}},
		{"a redirect", 0, Reply{Code: 302}, 0, queued(5*time.Second, 302, "it answered 302 Found, and redirects are not followed")},
		{"put off", 0, Reply{Code: 429, After: time.Hour}, 0, queued(time.Hour, 429, "it answered 429 Too Many Requests")},
		{"put off for less", 1, Reply{Code: 429, After: time.Second}, 0, queued(5*time.Minute, 429, "it answered 429 Too Many Requests")},
		{"put off for a year", 0, Reply{Code: 503, After: 9000 * time.Hour}, 0, queued(24*time.Hour, 503, "it answered 503 Service Unavailable")},
		{"gone", 0, Reply{Code: 410}, 0, Result{State: Queued, Due: noon, Attempt: true, Gone: true, Code: 410, Error: "it answered 410 Gone"}},
		{"this process ends", 4, Reply{Trouble: "it was broken off", Broken: true}, 0, Result{State: Queued, Due: noon}},
		{"an unknown code", 0, Reply{Code: 799}, 0, queued(5*time.Second, 799, "it answered 799")},
	} {
		if d := cmp.Diff(c.want, decide(c.attempts, c.reply, c.chance, noon)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// TestSchedule: ten attempts in a little more than three days, whatever chance
// says, and never two at once.
func TestSchedule(t *testing.T) {
	for _, chance := range []float64{0, 0.999} {
		at, attempts := noon, 0
		for {
			r := decide(attempts, Reply{Code: 500}, chance, at)
			attempts++
			if r.State == GivenUp {
				break
			}
			if !r.Due.After(at) {
				t.Fatalf("attempt %d is due %v after the one before", attempts, r.Due.Sub(at))
			}
			at = r.Due
		}
		if took := at.Sub(noon); attempts != 10 || took < 75*time.Hour || took > 92*time.Hour {
			t.Errorf("%d attempts in %v", attempts, took)
		}
	}
}

func failed(code int) Result {
	return Result{State: Queued, Attempt: true, Code: code, Error: "it failed"}
}

func TestHealth(t *testing.T) {
	var h Health
	at := noon
	h, _ = Settle(h, failed(500), at)
	h, _ = Settle(h, failed(500), at.Add(time.Second))
	want := Health{Failures: 2, Since: noon, Failed: noon.Add(time.Second), Code: 500, Error: "it failed"}
	if d := cmp.Diff(want, h); d != "" {
		t.Errorf("after two failures (-want +got):\n%s", d)
	}
	if !h.Takes(true, at) {
		t.Error("two failures close an endpoint")
	}
	var rests []time.Duration
	for range 9 {
		h, _ = Settle(h, failed(0), at)
		rests = append(rests, h.Rest.Sub(at))
		if h.Takes(false, h.Rest.Add(-1)) || !h.Takes(false, h.Rest) || h.Takes(true, h.Rest) {
			t.Errorf("after %d failures it takes the wrong messages", h.Failures)
		}
	}
	s := time.Second
	if d := cmp.Diff([]time.Duration{5 * s, 10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 300 * s, 300 * s, 300 * s}, rests); d != "" {
		t.Errorf("rests (-want +got):\n%s", d)
	}
	if wrong := (Health{Failures: 9, Rest: at.AddDate(1, 0, 0)}); !wrong.Takes(false, at) || wrong.Takes(true, at) {
		t.Error("a clock that was a year ahead, and was put right, silences an endpoint for a year")
	}
	before := h
	if h, _ = Settle(h, Result{State: Queued}, at); h != before {
		t.Errorf("what was no attempt counts: %+v", h)
	}
	h, _ = Settle(h, Result{State: Delivered, Attempt: true, Code: 200}, at)
	if h.Failures != 0 || !h.Since.IsZero() || !h.Takes(true, at) || h.Succeeded != at || h.Error == "" {
		t.Errorf("after a success: %+v", h)
	}
}

func TestSwitchedOff(t *testing.T) {
	h, r := Settle(Health{}, Result{State: Queued, Attempt: true, Gone: true, Code: 410}, noon)
	if h.Off != noon || h.Why != Gone || r.State != Queued || h.Takes(false, noon.AddDate(1, 0, 0)) {
		t.Errorf("gone: %+v", h)
	}

	// It fails for three days, on one message that is tried by the schedule.
	h = Health{Succeeded: noon.Add(-time.Hour)}
	at := noon
	attempts := 0
	for h.Off.IsZero() {
		var r Result
		h, r = Settle(h, decide(attempts, Reply{Code: 500}, 0, at), at)
		if attempts++; r.State == GivenUp || attempts > 10 {
			t.Fatalf("attempt %d: given up before the endpoint was switched off", attempts)
		}
		if h.Off.IsZero() {
			at = r.Due
		}
	}
	if took := at.Sub(noon); h.Why != Failing || took < 3*24*time.Hour || took > 4*24*time.Hour {
		t.Errorf("off after %v: %+v", took, h)
	}
	if off := h.Off; func() bool { h, _ = Settle(h, failed(500), at.Add(time.Hour)); return h.Off != off }() {
		t.Error("off is off since then")
	}
	if on := h.On(); !on.Takes(true, at) || on.Why != "" || on.Succeeded.IsZero() {
		t.Errorf("on again: %+v", h.On())
	}

	// Few failures over days are no reason: the machine may have been away.
	h, _ = Settle(Health{}, failed(500), noon)
	if h, _ = Settle(h, failed(500), noon.AddDate(0, 0, 9)); !h.Off.IsZero() {
		t.Error("off after two failures")
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"  a\r\n\tb ":               "a b",
		"x\x00\x1b[31my\xff\u202e":  "x[31my",
		strings.Repeat("é", 30):     strings.Repeat("é", 19) + "…",
		"<script>alert(1)</script>": "<script>alert(1)</sc…"[:19] + "…",
		"":                          "",
	} {
		if got := plain(text, 20); got != want {
			t.Errorf("plain(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add("hello\x00", "120")
	f.Add("\xff\u2028", "Tue, 24 Nov 2026 12:01:00 GMT")
	f.Add("a", "-5")
	f.Fuzz(func(t *testing.T, text, after string) {
		p := plain(text, 50)
		if !utf8.ValidString(p) || utf8.RuneCountInString(p) > 50 || strings.ContainsAny(p, "\x00\n\r\x1b") {
			t.Errorf("plain(%q) = %q", text, p)
		}
		if d := fetch.RetryAfter(after, noon); d < 0 {
			t.Errorf("fetch.RetryAfter(%q) = %v", after, d)
		}
		if r := decide(0, Reply{Code: 503, After: fetch.RetryAfter(after, noon)}, 0, noon); r.Due.Before(noon) || r.Due.Sub(noon) > longestAfter {
			t.Errorf("due after %v", r.Due.Sub(noon))
		}
	})
}
