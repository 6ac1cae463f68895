package mailer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

func TestBreaker(t *testing.T) {
	b := &breaker{first: firstRest}
	now := noon
	for i, rest := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		if _, _, news := b.trip(now); !news {
			t.Errorf("trip %d: no news", i+1)
		}
		if _, _, news := b.trip(now.Add(time.Second)); news {
			t.Errorf("trip %d: another session, a moment later, brings news", i+1)
		}
		if p, until := b.enter(now.Add(rest - 1)); p != passRest || !until.Equal(now.Add(rest)) {
			t.Fatalf("trip %d: %v until %v, want a rest of %v", i+1, p, until.Sub(now), rest)
		}
		now = now.Add(rest)
		if p, _ := b.enter(now); p != passProbe {
			t.Fatalf("trip %d: after the rest one letter tries", i+1)
		}
		if p, _ := b.enter(now); p != passWait {
			t.Fatalf("trip %d: two letters try", i+1)
		}
	}
	b.left()
	if p, _ := b.enter(now); p != passProbe {
		t.Error("a letter that never came so far keeps others out")
	}
	b.success()
	if p, _ := b.enter(now); p != passGo {
		t.Error("still closed after a success")
	}
}

func TestPace(t *testing.T) {
	p := newPace(0)
	now := noon
	for range 100 {
		p.sent(now)
	}
	if !p.slow(now) {
		t.Error("the first complaint is no news")
	}
	if got := p.limit.Limit(); got != 50 {
		t.Errorf("after 100 letters in this second and a complaint: %v a second, want 50", got)
	}
	p.slow(now.Add(time.Millisecond))
	if got := p.limit.Limit(); got != 50 {
		t.Errorf("the complaint of a second session halves again: %v", got)
	}
	for range 20 {
		now = now.Add(time.Second)
		if p.slow(now) {
			t.Error("a complaint that goes on is news")
		}
	}
	if got := p.limit.Limit(); got != minPace {
		t.Errorf("lowest pace %v, want %v", got, minPace)
	}
	for range 200 {
		now = now.Add(time.Second)
		p.sent(now)
	}
	if got := p.limit.Limit(); got != rate.Inf {
		t.Errorf("not recovered: %v", got)
	}

	p = newPace(10)
	p.slow(now)
	for range 100 {
		now = now.Add(time.Second)
		p.sent(now)
	}
	if got := p.limit.Limit(); got != 10 {
		t.Errorf("recovered to %v, want the 10 of the configuration", got)
	}
}

// A slow pace does not make letters come back at once when the run has a
// deadline: they would go round and round until then.
func TestPaceWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		p := newPace(1. / 50)
		begin := time.Now()
		for i, want := range []struct {
			after time.Duration
			ok    bool
		}{{0, true}, {50 * time.Second, true}, {time.Minute, false}, {time.Minute, false}} {
			err := p.wait(ctx)
			if after := time.Since(begin); after != want.after || (err == nil) != want.ok {
				t.Errorf("letter %d: after %v, error %v; want after %v", i, after, err, want.after)
			}
		}
	})
}
