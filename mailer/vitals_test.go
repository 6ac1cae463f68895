package mailer

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// Who watches over a worker sees that the relay is away, and that it is back;
// so does who reads the log.
func TestVitals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "conn" && away.Load() {
				return smtptest.Answer{Code: 421}
			}
			return smtptest.Answer{Wait: 400 * time.Millisecond}
		}}
		b := newBook(t, "weekly/1", many(1, 400))
		w := office(t, b, s)
		w.Sessions, w.Rate = 1, 2
		var log bytes.Buffer
		w.Log = slog.New(slog.NewTextHandler(&log, nil))
		at := func(what string, want Vitals) {
			t.Helper()
			got := w.Vitals(time.Now())
			if !want.Rest.IsZero() && !got.Rest.IsZero() {
				got.Rest = want.Rest // when exactly is the breaker's test
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s (-want +got)\n%s", what, d)
			}
		}
		at("not begun", Vitals{})

		away.Store(true)
		ctx, stop := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { _ = w.Run(ctx) })
		time.Sleep(10 * time.Second)
		at("away", Vitals{Allowed: 1, Rate: 2, Rest: time.Now()})
		away.Store(false)
		time.Sleep(time.Minute)
		at("back", Vitals{Sessions: 1, Allowed: 1, Rate: 2})
		stop()
		done.Wait()
		at("ended", Vitals{})
		if n := strings.Count(log.String(), "relay takes letters again"); n != 1 {
			t.Errorf("its return was told %d times:\n%s", n, &log)
		}
	})
}
