package mailer

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
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
		// The last reader's letter is lost over a new connection, and waits for half
		// a minute, as does Drain, within which the one in doubt has its second time;
		// or it is lost over one that had taken letters, and goes again at once.
		want, told := map[string]int{
			"sent": 201, "failed bounced": 1, "failed policy": 1, "failed refused": 1,
			"failed doubt": 1,
			"queued":       2 + 3, // two put off; and the other edition
		}, 209 // 207 first attempts and two second ones
		if heard == 207 {
			delete(want, "failed doubt")
			want["queued"]++
			told = 207
		}
		wantCounts(t, b, want)
		if heard != told {
			t.Errorf("%d results told, want %d", heard, told)
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
			if got := ids[MessageID([]byte("key"), "weekly/1", sub, "news.example.com")]; got != want {
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
		"template":            {press: &desk{master: func(int) (*Master, error) { return nil, fmt.Errorf("%w: digest.html:3: no such field", ErrWords) }}},
		"panic":               {press: &desk{master: func(int) (*Master, error) { panic("digest.html") }}},
		"no letter":           {press: &desk{master: func(int) (*Master, error) { return nil, nil }}},
		"reader's words":      {press: &desk{values: func(Delivery) (Values, error) { return Values{}, fmt.Errorf("%w: no such newsletter", ErrWords) }}},
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
		b := newBook(t, "weekly/1", readers(1, "a", "b", "d", "jürgen"))
		w := office(t, b, new(smtptest.Server))
		w.Press = &desk{values: func(d Delivery) (Values, error) {
			if d.Subscriber == 2 {
				panic("a nasty name")
			}
			return valuesFor("weekly/1", d, time.Now()), nil
		}}
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 2, "failed render": 1, "failed address": 1})
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
