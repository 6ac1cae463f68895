package mailer

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// A database that comes and goes loses nothing and repeats nothing.
func TestLedgerAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 200), many(500, 100))
		calls := 0
		b.fail = func(string) error {
			if calls++; calls%7 == 0 || calls%50 > 40 {
				return errDown
			}
			return nil
		}
		s := new(smtptest.Server)
		w := office(t, b, s)
		ctx, stop := context.WithTimeout(t.Context(), 6*time.Hour)
		defer stop()
		if err := w.Run(ctx); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 300})
		for id, n := range s.ByMessageID() {
			if n != 1 {
				t.Errorf("%s: %d letters", id, n)
			}
		}
	})
}

// When results cannot be written at all, the worker says so in the end, and
// no more than one letter for each session is out.
func TestLedgerGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 200))
		b.fail = func(method string) error {
			if method == "settle" {
				return errDown
			}
			return nil
		}
		s := new(smtptest.Server)
		w := office(t, b, s)
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if err := w.Run(ctx); err == nil {
			t.Error("Run says that all is well")
		}
		if n := len(s.Letters()); n > w.Sessions {
			t.Errorf("%d letters went out without a result being written, with %d sessions", n, w.Sessions)
		}
		if b.blocks[0].lease.IsZero() {
			t.Error("the block was given back: its letters would go out again at once")
		}
	})
}

// A lease is kept while the relay is slow, and no letter begins when it cannot be.
func TestLease(t *testing.T) {
	slow := func() *smtptest.Server {
		return &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "data" {
				return smtptest.Answer{Wait: 14 * time.Second}
			}
			return smtptest.Answer{}
		}}
	}
	t.Run("kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook(t, "weekly/1", many(1, 40))
			if err := office(t, b, slow()).Drain(t.Context(), "weekly/1"); err != nil {
				t.Fatal(err)
			}
			wantCounts(t, b, map[string]int{"sent": 40})
			if b.blocks[0].Token != 1 {
				t.Errorf("claimed %d times", b.blocks[0].Token)
			}
		})
	})
	t.Run("lost", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook(t, "weekly/1", many(1, 40))
			b.fail = func(method string) error {
				if method == "renew" {
					return errDown
				}
				return nil
			}
			s := slow()
			w := office(t, b, s)
			var late time.Duration
			press := new(desk)
			press.values = func(d Delivery) (Values, error) {
				b.mu.Lock()
				late = max(late, time.Since(b.blocks[0].lease.Add(-time.Minute)))
				b.mu.Unlock()
				return valuesFor("weekly/1", d, time.Now()), nil
			}
			w.Press = press
			if err := w.Drain(t.Context(), "weekly/1"); err != nil {
				t.Fatal(err)
			}
			wantCounts(t, b, map[string]int{"sent": 40})
			if late >= 45*time.Second {
				t.Errorf("a letter began %v after the lease of a minute was granted", late)
			}
			for id, n := range s.ByMessageID() {
				if n != 1 {
					t.Errorf("%s: %d letters", id, n)
				}
			}
		})
	})
}

// A machine that slept has a monotonic clock which knows nothing of it. Its
// leases may be somebody else's by now.
func TestLeaseSleeps(t *testing.T) {
	granted := time.Now()
	for _, tc := range []struct {
		name       string
		ran, slept time.Duration
		want       bool
	}{
		{"at once", 0, 0, true},
		{"in time", 44 * time.Second, 0, true},
		{"too late", 45 * time.Second, 0, false},
		{"slept a little", 10 * time.Second, 30 * time.Second, true},
		{"slept too long", 10 * time.Second, 35 * time.Second, false},
		{"wall clock put back", 45 * time.Second, -time.Hour, false},
	} {
		l := &lease{length: time.Minute, granted: granted}
		if got := l.fresh(asleep(t, granted.Add(tc.ran), tc.slept)); got != tc.want {
			t.Errorf("%s: fresh is %v", tc.name, got)
		}
	}
}

// asleep moves the wall clock of a moment and leaves its monotonic one.
func asleep(t *testing.T, now time.Time, d time.Duration) time.Time {
	t.Helper()
	slept := now
	// The first word of a Time from time.Now holds wall seconds above 30 bits
	// of nanoseconds. No function of package time pulls the clocks apart.
	*(*uint64)(unsafe.Pointer(&slept)) += uint64(int64(d/time.Second) << 30)
	if slept.Sub(now) != 0 || slept.Round(0).Sub(now.Round(0)) != d {
		t.Skip("this Go keeps its clocks in another way")
	}
	return slept
}

// Results gather while the ledger writes, and an idle ledger is not kept waiting.
func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 400))
		b.delay = 10 * time.Millisecond
		w := office(t, b, new(smtptest.Server))
		w.Sessions = 20
		begin := time.Now()
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); b.commits > 60 || took > 600*time.Millisecond {
			t.Errorf("400 results in %d commits and %v, want about 20 or 40 and half a second", b.commits, took)
		}
	})
}

func TestTwoWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 100), many(200, 100), many(400, 100), many(600, 100))
		s := new(smtptest.Server)
		var all sync.WaitGroup
		for range 3 {
			w := office(t, b, s)
			all.Go(func() { _ = w.Drain(t.Context(), "weekly/1") })
		}
		all.Wait()
		wantCounts(t, b, map[string]int{"sent": 400})
		if n := len(s.Letters()); n != 400 {
			t.Errorf("%d letters to 400 readers", n)
		}
	})
}

// expanding is a ledger that knows of readers who are not expanded yet.
type expanding struct {
	*book
	until time.Time
}

func (e *expanding) Untried(_ context.Context, _ string, now time.Time) (bool, error) {
	return now.Before(e.until), nil
}

func TestDrainWaitsForExpansion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 10))
		w := office(t, b, new(smtptest.Server))
		w.Ledger = &expanding{b, time.Now().Add(time.Minute)}
		time.AfterFunc(50*time.Second, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.add("weekly/1", time.Time{}, many(100, 10)...)
		})
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 20})
	})
}

// BenchmarkDrain is a letter's whole way over loopback, with a ledger that
// costs nothing and a server that shares the machine.
func BenchmarkDrain(b *testing.B) {
	s := new(smtptest.Server)
	host, port, err := s.Start()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ledger := newBook(b, "weekly/1")
	for first := 0; first < b.N; first += 500 {
		ledger.add("weekly/1", time.Time{}, many(int64(first), min(500, b.N-first))...)
	}
	w := &Worker{Ledger: ledger, Press: new(desk), Transport: &SMTP{Host: host, Port: port, Security: NoTLS}}
	b.ResetTimer()
	if err := w.Drain(b.Context(), "weekly/1"); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	if n := len(s.Letters()); n != b.N {
		b.Errorf("%d letters of %d", n, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}
