package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/mailer"
)

func TestDeliveryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	queued := delivery{subscriber: 1, block: 2, version: 3, state: mailer.Queued}
	tried := queued
	tried.attempts, tried.first, tried.doubt = 1, now.Add(-time.Hour), true
	with := func(d delivery, change func(*delivery)) delivery {
		change(&d)
		return d
	}
	sent := with(queued, func(d *delivery) { d.state, d.attempts, d.first, d.at, d.code = mailer.Sent, 1, now, now, 250 })
	superseded := with(queued, func(d *delivery) { d.state, d.reason = mailer.Skipped, mailer.Superseded })
	failed := with(queued, func(d *delivery) { d.state, d.reason, d.code = mailer.Failed, "refused", 550 })
	taken := mailer.Outcome{State: mailer.Sent, Attempt: true, Code: 250}
	refused := mailer.Outcome{State: mailer.Failed, Reason: "refused", Attempt: true, Code: 550, Enhanced: "5.7.1"}
	deferred := mailer.Outcome{State: mailer.Queued, Attempt: true, Code: 451}
	throttled := mailer.Outcome{State: mailer.Queued, Code: 452}
	for _, c := range []struct {
		name            string
		was             delivery
		outcome         mailer.Outcome
		version         int
		lost, cancelled bool
		want            delivery
		ok              bool
	}{
		{name: "taken", was: queued, outcome: taken, want: sent, ok: true},
		{name: "another version was sent", was: queued, outcome: taken, version: 9, ok: true,
			want: with(sent, func(d *delivery) { d.version = 9 })},
		{name: "first attempt is kept, doubt ends", was: tried, outcome: taken, ok: true,
			want: with(sent, func(d *delivery) { d.attempts, d.first = 2, now.Add(-time.Hour) })},
		{name: "refused", was: queued, outcome: refused, ok: true, want: with(sent, func(d *delivery) {
			d.state, d.reason, d.code, d.enhanced = mailer.Failed, "refused", 550, "5.7.1"
		})},
		{name: "deferred", was: queued, outcome: deferred, ok: true,
			want: with(sent, func(d *delivery) { d.state, d.code = mailer.Queued, 451 })},
		{name: "throttled", was: queued, outcome: throttled, ok: true,
			want: with(queued, func(d *delivery) { d.at, d.code = now, 452 })},
		{name: "doubt stays", was: tried, outcome: deferred, ok: true,
			want: with(tried, func(d *delivery) { d.attempts, d.at, d.code = 2, now, 451 })},
		{name: "deferred in a cancelled edition", was: queued, outcome: deferred, cancelled: true, ok: true,
			want: with(sent, func(d *delivery) { d.state, d.reason, d.code = mailer.Skipped, mailer.Cancelled, 451 })},
		{name: "taken in a cancelled edition", was: queued, outcome: taken, cancelled: true, want: sent, ok: true},
		{name: "skipped keeps the last reply", was: with(tried, func(d *delivery) { d.code = 451 }), ok: true,
			outcome: mailer.Outcome{State: mailer.Skipped, Reason: mailer.Left},
			want: with(tried, func(d *delivery) {
				d.state, d.reason, d.doubt, d.at, d.code = mailer.Skipped, mailer.Left, false, now, 451
			})},
		{name: "lost and taken", was: queued, outcome: taken, lost: true, want: sent, ok: true},
		{name: "lost and refused", was: queued, outcome: refused, lost: true, want: queued},
		{name: "lost and deferred", was: queued, outcome: deferred, lost: true, want: queued},
		{name: "taken after it was superseded", was: superseded, outcome: taken, want: sent, ok: true},
		{name: "taken after it was refused", was: failed, outcome: taken, lost: true, want: sent, ok: true},
		{name: "refused after it was superseded", was: superseded, outcome: refused, want: superseded},
		{name: "taken twice", was: sent, outcome: taken, want: sent},
		{name: "refused after it was taken", was: sent, outcome: refused, want: sent},
		{name: "nobody was to get it", was: delivery{state: mailer.None}, outcome: taken, want: delivery{state: mailer.None}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.was.after(mailer.Settlement{Version: c.version, Outcome: c.outcome, At: now}, c.lost, c.cancelled)
			if d := cmp.Diff(c.want, got, cmp.AllowUnexported(delivery{})); d != "" || ok != c.ok {
				t.Errorf("counts: %v (-want +got):\n%s", ok, d)
			}
		})
	}
}
