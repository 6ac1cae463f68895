package storetest

import (
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

var ledgerTests = []test{
	{"a block brings what a worker needs, oldest due first", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		w.wishes(ids[0], func(r *subscribers.ImportRow) { r.Name, r.Language = "Ada", "de" })
		w.must(w.db.Erase(w.ctx, ids[1], subscribers.Consent{}, w.now))
		if b := w.claim(); b != nil {
			w.Fatalf("claimed %v", b)
		}
		ids = append(ids, w.readers(1)...)
		one := w.send("one")
		w.must(w.db.Erase(w.ctx, ids[2], subscribers.Consent{}, w.now))
		b := w.claim()
		r, err := w.db.Subscriber(w.ctx, ids[0])
		w.must(err)
		w.is("block", &mailer.Block{ID: b.ID, Token: 1, Edition: one, Until: w.now.Add(lease), Deliveries: []mailer.Delivery{
			{Subscriber: ids[0], To: mailer.Address{Name: "Ada", Email: r.Email}, Language: "de", Version: 1},
			{Subscriber: ids[2], Version: 1}, // erased
		}}, b)
		got, err := w.db.Standings(w.ctx, one, []int64{ids[2], ids[0]}, w.now)
		w.must(err)
		w.is("erased, and not", []mailer.Standing{{Reason: mailer.Erased}, {}}, got)
	}},

	{"letters of unknown newsletters are left to others", func(w *world) {
		w.article("a")
		w.readers(1)
		w.send("one")
		claim := func(newsletters ...string) *mailer.Block {
			w.Helper()
			b, err := w.db.Claim(w.ctx, mailer.Claim{Owner: "test", Now: w.now, Lease: lease, Newsletters: newsletters})
			w.must(err)
			return b
		}
		for _, others := range [][]string{{"other"}, {"week", "weekly-2", "eekly"}} {
			if b := claim(others...); b != nil {
				w.Errorf("who knows %v claimed %s", others, b.Edition)
			}
		}
		if b := claim("other", weekly); b == nil {
			w.Error("who knows it could not claim it")
		}
	}},

	{"bookmarks move with what was given, and only then", func(w *world) {
		w.article("a")
		ids := w.readers(5)
		id := w.send("one")
		b := w.claim()
		w.settle(b, taken, ids[0])
		w.settle(b, mailer.Outcome{State: mailer.Skipped, Reason: mailer.Nothing}, ids[1])
		w.settle(b, refused, ids[2])
		w.settle(b, mailer.Outcome{State: mailer.Skipped, Reason: mailer.Paused}, ids[3])
		want := []int64{1, 1, 0, 0, 0}
		check := func(when string) {
			w.Helper()
			for i, id := range ids {
				w.is(fmt.Sprint(when, ": bookmark of ", i), want[i], w.bookmark(id))
			}
		}
		check("while the block is open")
		w.is("counts", "sending: planned 5, sent 1, failed 1, skipped 2, open 1, none 0", w.counts(id))
		w.settle(b, mailer.Outcome{State: mailer.Failed, Reason: mailer.Expired}, ids[4])
		check("when the block is done")
		w.is("counts", "sent: planned 5, sent 1, failed 2, skipped 2, open 0, none 0", w.counts(id))
		w.article("b")
		two := w.send("two")
		w.is("given", "one sent 1, two queued 2", w.rows(ids[0]))
		w.is("passed over", "one skipped nothing 1, two queued 2", w.rows(ids[1]))
		w.is("refused", "one failed refused 1, two queued 1-2", w.rows(ids[2]))
		w.is("paused", "one skipped paused 1, two queued 1-2", w.rows(ids[3]))
		w.is("expired", "one failed expired 1, two queued 1-2", w.rows(ids[4]))
		w.drain()
		want = []int64{2, 2, 2, 2, 2}
		check("after the next")
		w.is("two", digest.Done, w.edition(two).State)
	}},

	{"a result counts once", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		id := w.send("one")
		b := w.claim()
		w.settle(b, taken, ids[0])
		w.settle(b, refused, ids[0])
		w.must(w.db.Settle(w.ctx, b, append(w.results(b, taken, ids[0]), w.results(b, taken, ids[0], 999999)...)))
		w.is("counts", "sending: planned 2, sent 1, failed 0, skipped 0, open 1, none 0", w.counts(id))
		w.must(w.db.Settle(w.ctx, b, append(w.results(b, refused, ids[1]), w.results(b, refused, ids[1])...)))
		w.is("counts", "sent: planned 2, sent 1, failed 1, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"deferred letters come again, together, at a whole second", func(w *world) {
		w.article("a")
		ids := w.readers(5)
		w.send("one")
		b := w.claim()
		began := w.now
		w.settle(b, w.deferred(time.Minute), ids[0])
		w.settle(b, w.deferred(time.Minute), ids[1])
		doubtful := w.deferred(time.Minute)
		doubtful.Doubt = true
		w.must(w.db.Settle(w.ctx, b, append(w.results(b, doubtful, ids[2]), w.results(b, w.deferred(time.Hour), ids[3])...)))
		throttled := w.deferred(time.Minute)
		throttled.Attempt = false
		w.settle(b, throttled, ids[4])
		due := began.Add(time.Minute).Truncate(time.Second)
		if due.Before(began.Add(time.Minute)) {
			due = due.Add(time.Second)
		}
		at, ok, err := w.db.Due(w.ctx, mailer.Claim{Edition: "weekly/one"})
		w.must(err)
		w.is("next", fmt.Sprint(due, true), fmt.Sprint(at, ok))
		w.now = due.Add(-time.Millisecond)
		if b := w.claim(); b != nil {
			w.Fatal("claimed too early")
		}
		w.now = due
		b = w.claim()
		var got []string
		for _, d := range b.Deliveries {
			got = append(got, fmt.Sprint(d.Subscriber-ids[0], d.Attempts, d.Doubt, d.First.Equal(began), d.First.IsZero()))
		}
		w.is("retried", []string{"0 1 false true false", "1 1 false true false", "2 1 true true false", "4 0 false false true"}, got)
		if b := w.claim(); b != nil {
			w.Fatal("claimed too early")
		}
		w.settle(b, w.deferred(time.Minute), ids[2])
		w.settle(b, taken, ids[0], ids[1], ids[4])
		w.now = w.now.Add(2 * time.Hour)
		b = w.claim()
		w.is("earlier first", ids[2], b.Deliveries[0].Subscriber)
		w.is("still in doubt, first attempt kept", "2 true true",
			fmt.Sprint(b.Deliveries[0].Attempts, b.Deliveries[0].Doubt, b.Deliveries[0].First.Equal(began)))
	}},

	{"a retry block is not filled beyond its size", func(w *world) {
		w.article("a")
		w.readers(1100)
		id := w.publish("one")
		x := w.expansion(id)
		_, err := w.db.Expand(w.ctx, x, 5000, w.now, w.everything(x))
		w.must(err)
		later := w.deferred(time.Minute)
		for b := w.claim(); b != nil; b = w.claim() {
			w.settle(b, later)
		}
		w.is("counts", "sending: planned 1100, sent 0, failed 0, skipped 0, open 1100, none 0", w.counts(id))
		w.now = w.now.Add(time.Hour)
		n := 0
		for b := w.claim(); b != nil; b = w.claim() {
			if len(b.Deliveries) > 500 {
				w.Errorf("%d in one block", len(b.Deliveries))
			}
			n += len(b.Deliveries)
			w.settle(b, taken)
		}
		w.is("letters", 1100, n)
		w.is("counts", "sent: planned 1100, sent 1100, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"a hard bounce is never written to again", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		w.send("one")
		b := w.claim()
		bounce := mailer.Outcome{State: mailer.Failed, Reason: "bounced", Attempt: true, Suppress: true, Code: 550, Enhanced: "5.1.1"}
		was, err := w.db.Subscriber(w.ctx, ids[0])
		w.must(err)
		w.settle(b, bounce, ids[0])
		w.must(w.db.Erase(w.ctx, ids[1], subscribers.Consent{}, w.now))
		w.settle(b, bounce, ids[1]) // gone meanwhile
		r, err := w.db.Subscriber(w.ctx, ids[0])
		w.must(err)
		w.is("status", subscribers.Bounced, r.Status)
		c, err := w.db.Counts(w.ctx)
		w.must(err)
		w.is("suppressed", 2, c.Suppressed)
		res, err := w.db.Import(w.ctx, []subscribers.ImportRow{{Line: 1, Email: was.Email}}, w.now, false)
		w.must(err)
		w.is("import", subscribers.Refused, res[0].Fate)
		w.send("two")
		w.is("next", "one failed bounced 1, two none suppressed", w.rows(ids[0]))
	}},

	{"the last look sees the latest word", func(w *world) {
		w.article("a")
		ids := w.readers(1)
		id := w.send("one")
		w.claim()
		look := func(want mailer.Standing) {
			w.Helper()
			got, err := w.db.Standings(w.ctx, id, ids[:1], w.now)
			w.must(err)
			w.is("standing", []mailer.Standing{want}, got)
		}
		look(mailer.Standing{})
		w.must(w.db.PauseUntil(w.ctx, ids[0], w.now.Add(time.Hour), subscribers.Consent{}, w.now))
		look(mailer.Standing{Reason: mailer.Paused})
		w.must(w.db.PauseUntil(w.ctx, ids[0], w.now, subscribers.Consent{}, w.now))
		look(mailer.Standing{})
		w.must(w.db.Leave(w.ctx, ids[0], weekly, subscribers.Consent{}, w.now))
		look(mailer.Standing{Reason: mailer.Left})
		w.must(w.db.Return(w.ctx, ids[0], weekly, subscribers.Consent{}, w.now))
		look(mailer.Standing{})
		r, err := w.db.Subscriber(w.ctx, ids[0])
		w.must(err)
		w.must(w.db.Suppress(w.ctx, r.Email, subscribers.BecauseComplained, w.now))
		look(mailer.Standing{Reason: mailer.Suppressed})
		w.must(w.db.Erase(w.ctx, ids[0], subscribers.Consent{}, w.now))
		look(mailer.Standing{Reason: mailer.Erased})
		w.must(w.db.Pause(w.ctx, id, "why", w.now))
		look(mailer.Standing{Stop: true})
		w.must(w.db.Resume(w.ctx, id, w.now))
		look(mailer.Standing{Reason: mailer.Erased})
		w.must(w.db.Cancel(w.ctx, id, "why", w.now))
		look(mailer.Standing{Stop: true})
		_, err = w.db.Standings(w.ctx, "nobody", []int64{1}, w.now)
		w.fails(err, digest.ErrNotFound)
	}},

	{"a pause holds for who was in a dead hand, not for a letter that was begun", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		id := w.send("one")
		doubtful := w.deferred(0)
		doubtful.Doubt = true
		w.settle(w.claim(), doubtful, ids[0])
		_, err := w.db.EndLeases(w.ctx, func(string) bool { return true })
		w.must(err)
		w.now = w.now.Add(time.Minute)
		for range 2 {
			for _, d := range w.claim().Deliveries {
				w.is("in doubt", true, d.Doubt)
				w.must(w.db.PauseUntil(w.ctx, d.Subscriber, w.now.Add(time.Hour), subscribers.Consent{}, w.now))
			}
		}
		for i, want := range []string{"", mailer.Paused} {
			got, err := w.db.Standings(w.ctx, id, []int64{ids[i]}, w.now)
			w.must(err)
			w.is(fmt.Sprint("standing of ", i), []mailer.Standing{{Reason: want}}, got)
		}
	}},

	{"claims can be narrowed to an edition", func(w *world) {
		w.article("a")
		ids := w.readers(1)
		w.importMore(ids, "daily")
		w.send("one")
		w.must(w.db.Publish(w.ctx, digest.Edition{ID: "daily/one", Newsletter: "daily", State: digest.Sending, Horizon: 1, Published: w.now}, w.everybody()))
		w.expand("daily/one")
		b, err := w.db.Claim(w.ctx, mailer.Claim{Now: w.now, Lease: lease, Edition: "daily/one"})
		w.must(err)
		w.is("edition", "daily/one", b.Edition)
		b, err = w.db.Claim(w.ctx, mailer.Claim{Now: w.now, Lease: lease, Edition: "daily/one"})
		w.must(err)
		if b != nil {
			w.Error("claimed another")
		}
		_, ok, err := w.db.Due(w.ctx, mailer.Claim{Edition: "nobody"})
		w.must(err)
		w.is("due of nobody", false, ok)
		at, ok, err := w.db.Due(w.ctx, mailer.Claim{})
		w.must(err)
		w.is("due of any", fmt.Sprint(w.now, true), fmt.Sprint(at, ok))
	}},
}
