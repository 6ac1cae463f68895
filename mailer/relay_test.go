package mailer

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

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

// A relay that lets everybody in and goes at the first word is not called again
// and again for ever: after a few times it counts as an attempt.
func TestRelayGoesAtMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1", many(1, 20))
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			return smtptest.Answer{Drop: e.Phase == "mail"}
		}}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Minute)
		defer stop()
		begin := time.Now()
		if err := office(t, b, s).Drain(ctx, "weekly/1"); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took > 10*time.Minute {
			t.Errorf("Drain took %v over first attempts", took)
		}
		wantCounts(t, b, map[string]int{"queued": 20})
		for id, e := range b.state {
			if e.Attempts != 1 {
				t.Errorf("reader %d: %d attempts", id, e.Attempts)
			}
		}
		if n := s.Connections(); n > 20*(maxUncounted+2) {
			t.Errorf("%d connections for 20 letters", n)
		}
	})
}
