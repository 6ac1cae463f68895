package mailer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// office is a worker with a relay in memory, inside a bubble with its own time.
func office(t *testing.T, b *book, s *smtptest.Server) *Worker {
	t.Helper()
	t.Cleanup(s.Close)
	return &Worker{
		Ledger: b, Press: new(desk), Owner: "test",
		Transport: &SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial},
		Sessions:  4,
	}
}

func wantCounts(t *testing.T, b *book, want map[string]int) {
	t.Helper()
	if d := cmp.Diff(want, b.counts()); d != "" {
		t.Errorf("deliveries (-want +got)\n%s", d)
	}
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 150), many(1000, 50),
			readers(2000, "550-5.1.1", "data-554-5.7.1", "550", "once-451-4.7.1", "temperror", "drop-after-data", "once-drop-rcpt"))
		b.add("other/1", time.Time{}, many(3000, 3)...)
		s := new(smtptest.Server)
		w := office(t, b, s)
		var heard int
		w.Progress = func(edition string, _ Settlement) { heard++ }
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{
			"sent": 201, "failed bounced": 1, "failed policy": 1, "failed refused": 1,
			"failed doubt": 1,     // its second time came while Drain waited for the one that was dropped
			"queued":       2 + 3, // two put off; and the other edition
		})
		if heard != 209 { // 207 first attempts and two second ones
			t.Errorf("%d results told, want 209", heard)
		}
		if n := s.Connections(); n > 4+2+2 {
			t.Errorf("%d connections for four sessions, two lost lines and two late letters", n)
		}
		if !b.state[2000].Suppress || b.state[2001].Suppress || b.state[2002].Suppress {
			t.Error("exactly the bounced reader is suppressed")
		}
	})
}

// A worker runs for days; what was put off comes when it is due, and what was
// in doubt comes once more under the same Message-ID.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", readers(1, "a", "twice-451-4.7.1", "temperror", "once-drop-after-data", "drop-after-data", "once-data-421"))
		s := new(smtptest.Server)
		w := office(t, b, s)
		ctx, stop := context.WithTimeout(t.Context(), 48*time.Hour)
		defer stop()
		if err := w.Run(ctx); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 4, "skipped expired": 1, "failed doubt": 1})
		ids := s.ByMessageID()
		for sub, want := range map[int64]int{1: 1, 2: 1, 3: 0, 4: 2, 5: 2, 6: 1} {
			if got := ids[MessageID([]byte("key"), "weekly/1", sub, "news.example.com")]; got != want+0 && !(sub == 6 && got == 1) {
				t.Errorf("reader %d got %d letters under one Message-ID, want %d", sub, got, want)
			}
		}
		if n := b.state[3].Attempts; n < 9 {
			t.Errorf("given up after %d attempts", n)
		}
		if b.claims > 48*3600/5+1000 {
			t.Errorf("%d claims in two days: it does not sleep", b.claims)
		}
	})
}

func TestRunIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1")
		s := new(smtptest.Server)
		w := office(t, b, s)
		ctx, stop := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { _ = w.Run(ctx) })
		time.Sleep(time.Second)
		synctest.Wait()
		b.mu.Lock()
		b.add("weekly/1", time.Time{}, many(1, 1)...)
		b.mu.Unlock()
		w.Wake()
		synctest.Wait()
		if len(s.Letters()) != 1 {
			t.Error("woken, and did not look")
		}
		stop()
		done.Wait()
	})
}

// Stopped in the middle, it finishes what it has in hand within its grace,
// settles it, and gives back the rest.
func TestRunStops(t *testing.T) {
	for _, tc := range []struct {
		wait time.Duration // the relay's, before it answers the dot
		took time.Duration
		want map[string]int
	}{
		{2 * time.Second, time.Second, map[string]int{"sent": 4, "queued": 96}},
		{time.Hour, 10 * time.Second, map[string]int{"queued": 100}},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBook(t, "weekly/1", many(1, 100))
			s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
				if e.Phase == "data" {
					return smtptest.Answer{Wait: tc.wait}
				}
				return smtptest.Answer{}
			}}
			w := office(t, b, s)
			ctx, stop := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, stop)
			begin := time.Now()
			if err := w.Run(ctx); err != nil {
				t.Error(err)
			}
			if took := time.Since(begin) - time.Second; took != tc.took {
				t.Errorf("relay needs %v: stopped after %v, want %v", tc.wait, took, tc.took)
			}
			wantCounts(t, b, tc.want)
			doubts := 0
			for _, e := range b.state {
				if e.Delivery.Doubt {
					doubts++
				}
			}
			if tc.wait == time.Hour && doubts != 4 {
				t.Errorf("%d letters in doubt, want the 4 whose text was out", doubts)
			}
			if !b.blocks[0].lease.IsZero() {
				t.Error("the block was not given back")
			}
		})
	}
}

func TestPausedWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 100))
		s := &smtptest.Server{}
		w := office(t, b, s)
		w.Rate = 10
		go func() {
			time.Sleep(5*time.Second + time.Millisecond)
			b.mu.Lock()
			b.paused["weekly/1"] = true
			b.mu.Unlock()
		}()
		begin := time.Now()
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took > 6*time.Second {
			t.Errorf("a pause took %v to act", took-5*time.Second)
		}
		if n := len(s.Letters()); n < 50 || n > 52 {
			t.Errorf("%d letters in five seconds at ten a second", n)
		}
	})
}

func TestLeftAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 3))
		b.skip[2] = Left
		if err := office(t, b, new(smtptest.Server)).Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 2, "skipped left": 1})
	})
}

func TestVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ds := many(1, 30)
		for i := range ds {
			ds[i].Version = i%3 + 1
		}
		b := newBook(t, "weekly/1", ds)
		w := office(t, b, new(smtptest.Server))
		press := &desk{master: func(v int) (*Master, error) {
			switch v {
			case 1:
				return sample(1), nil
			case 2:
				return sample(7), nil // an article was withdrawn: it goes without
			}
			return nil, fmt.Errorf("version %d: %w", v, ErrEmpty)
		}}
		w.Press = press
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 20, "skipped nothing": 10})
		if b.state[1].Version != 1 || b.state[2].Version != 7 {
			t.Errorf("settled with versions %d and %d, want 1 and 7", b.state[1].Version, b.state[2].Version)
		}
		if press.asked != 3 {
			t.Errorf("the press was asked %d times for three versions", press.asked)
		}
	})
}

// Our own faults pause the edition and cost no reader anything.
func TestHalt(t *testing.T) {
	at := func(phase string, a smtptest.Answer) *smtptest.Server {
		return &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			if e.Phase == phase {
				return a
			}
			return smtptest.Answer{}
		}}
	}
	for name, tc := range map[string]struct {
		server *smtptest.Server
		press  *desk
		failed int
	}{
		"sender":              {server: at("mail", smtptest.Answer{Code: 553, Enhanced: [3]int{5, 1, 8}})},
		"no password":         {server: &smtptest.Server{Username: "me", Password: "secret"}},
		"policy":              {server: at("data", smtptest.Answer{Code: 554, Enhanced: [3]int{5, 7, 1}}), failed: maxRefused},
		"template":            {press: &desk{master: func(int) (*Master, error) { return nil, errors.New("digest.html:3: no such field") }}},
		"panic":               {press: &desk{master: func(int) (*Master, error) { panic("digest.html") }}},
		"unknown hole":        {press: &desk{master: func(int) (*Master, error) { m := sample(1); m.Text += Hole("nobody"); return m, nil }}},
		"bad From":            {press: &desk{master: func(int) (*Master, error) { m := sample(1); m.From.Email = "news"; return m, nil }}},
		"bad List-Id":         {press: &desk{master: func(int) (*Master, error) { m := sample(1); m.ListID = "a\r\nBcc: x"; return m, nil }}},
		"every letter panics": {press: &desk{values: func(Delivery) (Values, error) { panic("oh") }}, failed: maxRefused},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBook(t, "weekly/1", many(1, 100))
				if tc.server == nil {
					tc.server = new(smtptest.Server)
				}
				w := office(t, b, tc.server)
				if tc.press != nil {
					w.Press = tc.press
				}
				if err := w.Drain(t.Context(), "weekly/1"); err == nil || !strings.Contains(err.Error(), "paused") {
					t.Errorf("Drain says %v", err)
				}
				if b.halted["weekly/1"] == "" {
					t.Error("not paused")
				}
				n := b.counts()
				if n["sent"] != 0 || n["queued"] < 100-tc.failed-w.Sessions || tc.failed == 0 && n["queued"] != 100 {
					t.Errorf("deliveries %v", n)
				}
				for _, e := range b.state {
					if e.State == Queued && e.Attempts != 0 {
						t.Fatal("an attempt was counted")
					}
				}
			})
		})
	}
}

func TestOneLetterFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", readers(1, "a", "b", "c", "d", "jürgen"))
		w := office(t, b, new(smtptest.Server))
		w.Press = &desk{values: func(d Delivery) (Values, error) {
			switch d.Subscriber {
			case 2:
				panic("a nasty name")
			case 3:
				return Values{}, errors.New("no such reader")
			}
			return valuesFor("weekly/1", d, time.Now()), nil
		}}
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 2, "failed render": 2, "failed address": 1})
	})
}

// The relay goes away and comes back; nothing is counted against anybody.
func TestRelayAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 200))
		back := time.Now().Add(10 * time.Minute)
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "conn" && time.Now().Before(back) {
				return smtptest.Answer{Code: 421, Enhanced: [3]int{4, 3, 2}}
			}
			return smtptest.Answer{}
		}}
		w := office(t, b, s)
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if err := w.Run(ctx); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 200})
		for _, e := range b.state {
			if e.Attempts != 1 {
				t.Fatalf("%d attempts counted", e.Attempts)
			}
		}
		if n := s.Connections(); n > 4+4+8 {
			t.Errorf("%d connections while the relay was away for ten minutes", n)
		}
	})
}

func TestDrainGivesUpOnRelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 200))
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			return smtptest.Answer{Drop: e.Phase == "conn"}
		}}
		begin := time.Now()
		err := office(t, b, s).Drain(t.Context(), "weekly/1")
		var e *Error
		if !errors.As(err, &e) || e.Phase != PhaseConn {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begin); took < 30*time.Second || took > time.Minute {
			t.Errorf("gave up after %v", took)
		}
		wantCounts(t, b, map[string]int{"queued": 200})
	})
}

// A server that takes some letters on each connection, as many do.
func TestConnectionsEnd(t *testing.T) {
	for name, a := range map[string]smtptest.Answer{"421": {Code: 421}, "drop": {Drop: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBook(t, "weekly/1", many(1, 200))
				var mu sync.Mutex
				seen := map[int]int{}
				s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
					mu.Lock()
					defer mu.Unlock()
					if e.Phase == "mail" {
						if seen[e.Conn]++; seen[e.Conn] > 10 {
							return a
						}
					}
					return smtptest.Answer{}
				}}
				begin := time.Now()
				if err := office(t, b, s).Drain(t.Context(), "weekly/1"); err != nil {
					t.Fatal(err)
				}
				wantCounts(t, b, map[string]int{"sent": 200})
				if took := time.Since(begin); took > time.Second {
					t.Errorf("took %v: the breaker opened for nothing", took)
				}
			})
		})
	}
}

func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 300))
		var mu sync.Mutex
		var window []time.Time
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			if e.Phase != "data" {
				return smtptest.Answer{}
			}
			mu.Lock()
			defer mu.Unlock()
			now := time.Now()
			for len(window) > 0 && now.Sub(window[0]) >= time.Second {
				window = window[1:]
			}
			if len(window) >= 14 {
				return smtptest.Answer{Code: 454, Text: "Throttling failure: Maximum sending rate exceeded."}
			}
			window = append(window, now)
			return smtptest.Answer{}
		}}
		begin := time.Now()
		if err := office(t, b, s).Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 300})
		for _, e := range b.state {
			if e.Attempts != 1 {
				t.Fatalf("throttling was counted as an attempt: %d", e.Attempts)
			}
		}
		if took := time.Since(begin); took > 2*time.Minute {
			t.Errorf("300 letters at 14 a second took %v", took)
		}
	})
}

func TestIdleConnectionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 1))
		b.add("weekly/1", time.Now().Add(time.Minute), many(2, 1)...)
		s := new(smtptest.Server)
		w := office(t, b, s)
		w.Sessions = 1
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
		defer stop()
		_ = w.Run(ctx)
		wantCounts(t, b, map[string]int{"sent": 2})
		if s.Connections() != 2 {
			t.Errorf("%d connections, want a second one after a minute", s.Connections())
		}
	})
}

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
				held := time.Since(b.blocks[0].lease.Add(-time.Minute))
				b.mu.Unlock()
				late = max(late, held)
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

// Readers' addresses are in no log, whatever happens.
func TestLogsHideAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", readers(1, "secretive+550-5.1.1", "secretive+temperror", "secretive+drop-after-data", "secretive+once-drop-rcpt", "secretivé", "secretive+once-data-421", "secretive+454"))
		var out bytes.Buffer
		w := office(t, b, new(smtptest.Server))
		w.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Hour)
		defer stop()
		_ = w.Run(ctx)
		if out.Len() == 0 || strings.Contains(out.String(), "secretiv") {
			t.Errorf("log:\n%s", out.String())
		}
	})
}

// Over random trouble, with workers that are killed at any moment, every
// delivery is settled once, and a reader gets at most one more letter for
// each session that was killed or line that was lost in the text.
func TestRandomTrouble(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { randomTrouble(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func randomTrouble(t *testing.T, dice *rand.Rand) {
	const n = 300
	b := newBook(t, "weekly/1", many(1, 100), many(101, 100), many(201, 100))
	var mu sync.Mutex
	roll := func() float64 { mu.Lock(); defer mu.Unlock(); return dice.Float64() }
	dropped := map[string]bool{}
	s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
		x := roll()
		switch {
		case e.Phase == "conn" && x < 0.1:
			return smtptest.Answer{Code: 421}
		case e.Phase == "conn" && x < 0.2, e.Phase == "rcpt" && x < 0.03, e.Phase == "mail" && x < 0.03:
			return smtptest.Answer{Drop: true}
		case (e.Phase == "body" || e.Phase == "data") && x < 0.03:
			mu.Lock()
			dropped[e.To] = true
			mu.Unlock()
			return smtptest.Answer{Drop: true}
		case e.Phase == "rcpt" && x < 0.06:
			return smtptest.Answer{Code: 451, Enhanced: [3]int{4, 7, 1}}
		case e.Phase == "data" && x < 0.06:
			return smtptest.Answer{Code: 452, Enhanced: [3]int{4, 3, 1}}
		case e.Phase == "rcpt" && x < 0.07:
			return smtptest.Answer{Code: 550, Enhanced: [3]int{5, 1, 1}}
		}
		return smtptest.Answer{Wait: time.Duration(x * float64(20*time.Millisecond))}
	}}
	t.Cleanup(s.Close)

	kills := 0
	for range 6 { // lives of the process
		dead := make(chan struct{})
		w := office(t, b, s)
		w.Ledger = &mortal{b, dead}
		w.Transport = &mortalTransport{w.Transport, dead}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Duration(roll()*float64(2*time.Second)), func() {
			close(dead) // as a kill: from now on nothing gets out or in
			stop()
		})
		_ = w.Run(ctx)
		stop()
		kills++
		time.Sleep(2 * time.Minute) // leases end
	}
	w := office(t, b, s)
	ctx, stop := context.WithTimeout(t.Context(), 72*time.Hour)
	defer stop()
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	got := s.ByRecipient()
	extra := 0
	for id, e := range b.state {
		if e.settled != 1 {
			t.Errorf("reader %d settled %d times: %s", id, e.settled, e.State)
		}
		letters := got[e.To.Email]
		if e.State == Sent && letters == 0 {
			t.Errorf("reader %d is sent and got nothing", id)
		}
		if letters > 1 && !dropped[e.To.Email] {
			extra += letters - 1
		}
	}
	if len(b.state) != n || extra > kills*w.Sessions {
		t.Errorf("%d repeats after %d kills of %d sessions", extra, kills, w.Sessions)
	}
	if ids := len(s.ByMessageID()); ids > n {
		t.Errorf("%d Message-IDs for %d readers", ids, n)
	}
}

// mortal is a ledger in a process that is killed: nothing is written after.
type mortal struct {
	*book
	dead <-chan struct{}
}

func (m *mortal) gone() error {
	select {
	case <-m.dead:
		return errDown
	default:
		return nil
	}
}

func (m *mortal) Settle(ctx context.Context, b *Block, s []Settlement) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.book.Settle(ctx, b, s)
}

func (m *mortal) Release(ctx context.Context, b *Block) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.book.Release(ctx, b)
}

func (m *mortal) Renew(ctx context.Context, b *Block, until time.Time) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.book.Renew(ctx, b, until)
}

// mortalTransport opens nothing after death.
type mortalTransport struct {
	Transport
	dead <-chan struct{}
}

func (m *mortalTransport) Open(ctx context.Context) (Session, error) {
	select {
	case <-m.dead:
		return nil, &Error{Phase: PhaseConn, Err: errDown}
	default:
		return m.Transport.Open(ctx)
	}
}
