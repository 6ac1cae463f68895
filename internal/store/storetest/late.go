package storetest

import (
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// graceful publishes an edition that is late after grace.
func (w *world) graceful(name string, grace time.Duration, change func(*digest.Edition), groups ...digest.Group) string {
	w.Helper()
	head, err := w.db.Head(w.ctx)
	w.must(err)
	e := digest.Edition{ID: weekly + "/" + name, Newsletter: weekly, State: digest.Sending, Slot: w.now, Horizon: head, Published: w.now, Grace: grace}
	if change != nil {
		change(&e)
	}
	if len(groups) == 0 {
		groups = w.everybody()
	}
	w.must(w.db.Publish(w.ctx, e, groups))
	return e.ID
}

var lateTests = []test{
	{"a server that was away sends no old digest, and ends what it began", func(w *world) {
		w.article("a")
		ids := w.readers(110) // blocks of 50, 50 and 10
		one := w.graceful("one", 6*time.Hour, nil)
		w.expand(one)
		b := w.claim()
		doubtful, throttled := w.deferred(time.Minute), w.deferred(time.Minute)
		doubtful.Doubt, throttled.Attempt = true, false
		w.settle(b, taken, ids[0])
		w.settle(b, w.deferred(time.Minute), ids[1])
		w.settle(b, doubtful, ids[2])
		w.settle(b, throttled, ids[3])
		w.must(w.db.Release(w.ctx, b))
		w.now = w.now.AddDate(0, 0, 6)
		b = w.claim()
		var got []int64
		for _, d := range b.Deliveries {
			got = append(got, d.Subscriber)
		}
		w.is("goes on", []int64{ids[1], ids[2]}, got)
		w.is("counts", "sending: planned 110, sent 1, failed 0, skipped 107, open 2, none 0", w.counts(one))
		w.settle(b, taken)
		if b := w.claim(); b != nil {
			w.Errorf("claimed %d old letters", len(b.Deliveries))
		}
		w.is("counts", "sent: planned 110, sent 3, failed 0, skipped 107, open 0, none 0", w.counts(one))
		w.article("b")
		w.send("two")
		w.is("sent", "one sent 1, two queued 2", w.rows(ids[1]))
		w.is("late", "one skipped late 1, two queued 1-2", w.rows(ids[109]))
	}},

	{"an edition of which everything is late is done", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		one := w.graceful("one", time.Hour, nil)
		w.expand(one)
		w.now = w.now.Add(time.Hour)
		b := w.claim()
		if b == nil {
			w.Fatal("late too early")
		}
		w.must(w.db.Release(w.ctx, b))
		w.now = w.now.Add(time.Hour + time.Millisecond)
		if w.claim() != nil {
			w.Error("claimed what is late")
		}
		w.is("counts", "sent: planned 2, sent 0, failed 0, skipped 2, open 0, none 0", w.counts(one))
		w.is("bookmark", int64(0), w.bookmark(ids[0]))
	}},

	{"a slow relay is never late", func(w *world) {
		w.article("a")
		w.readers(240)
		id := w.graceful("one", 6*time.Hour, nil)
		w.expand(id)
		for range 5 {
			w.now = w.now.Add(5 * time.Hour)
			w.settle(w.claim(), taken)
		}
		w.is("counts", "sent: planned 240, sent 240, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"nor is one that has a block in hand", func(w *world) {
		w.article("a")
		w.readers(60)
		id := w.graceful("one", time.Hour, nil)
		w.expand(id)
		b := w.claimFor(1000 * time.Hour)
		w.now = w.now.Add(20 * time.Hour)
		w.settle(w.claim(), taken)
		w.settle(b, taken)
		w.is("counts", "sent: planned 60, sent 60, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"without a grace, and by hand, nothing is late", func(w *world) {
		id := w.readers(1)[0]
		for name, e := range map[string]digest.Edition{"free": {}, "hand": {Grace: time.Hour, Hand: true}} {
			w.article(name)
			id := w.graceful(name, e.Grace, func(is *digest.Edition) { is.Hand = e.Hand })
			w.expand(id)
			w.now = w.now.AddDate(0, 0, 6)
			w.drain()
			w.is(name, "sent: planned 1, sent 1, failed 0, skipped 0, open 0, none 0", w.counts(id))
		}
		w.is("bookmark", int64(2), w.bookmark(id))
	}},

	{"what was paused begins anew when it is resumed", func(w *world) {
		w.article("a")
		w.readers(1)
		id := w.graceful("one", 6*time.Hour, nil)
		w.is("published", w.now, w.expansion(id).Resumed)
		w.must(w.db.Pause(w.ctx, id, "a typo", w.now))
		w.now = w.now.Add(7 * time.Hour)
		w.must(w.db.Resume(w.ctx, id, w.now))
		w.is("resumed", w.now, w.expansion(id).Resumed)
		w.expand(id)
		w.must(w.db.Pause(w.ctx, id, "another", w.now))
		w.now = w.now.Add(7 * time.Hour)
		w.must(w.db.Resume(w.ctx, id, w.now))
		w.now = w.now.Add(5 * time.Hour)
		w.drain()
		w.is("counts", "sent: planned 1, sent 1, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"each block is late from its own moment", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		w.wishes(ids[0], func(r *subscribers.ImportRow) { r.Timezone = "Asia/Tokyo" })
		id := w.graceful("one", 6*time.Hour, nil,
			digest.Group{Zone: "Asia/Tokyo", Due: w.now}, digest.Group{Zone: digest.AllZones, Due: w.now.Add(19 * time.Hour)})
		w.expand(id)
		w.now = w.now.Add(20 * time.Hour)
		w.expand(id) // by a server that is back; this does not make up for the others
		w.drain()
		w.is("counts", "sent: planned 2, sent 1, failed 0, skipped 1, open 0, none 0", w.counts(id))
		w.is("long ago", "one skipped late 1", w.rows(ids[0]))
		w.is("an hour ago", "one sent 1", w.rows(ids[1]))
	}},

	{"letters are late from when they are due and written, not from the slot", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		id := w.graceful("one", 6*time.Hour, nil)
		w.now = w.now.Add(6*time.Hour - time.Minute)
		x := w.expansion(id)
		_, err := w.db.Expand(w.ctx, x, 50, w.now, func(rs []digest.Reader) []digest.Decision {
			ds := w.everything(x)(rs)
			ds[0].Due, ds[1].Due = x.Due, x.Due.Add(30*time.Hour)
			return ds
		})
		w.must(err)
		w.now = w.now.Add(2 * time.Minute)
		w.drain()
		w.is("written in time", "one sent 1", w.rows(ids[0]))
		w.now = x.Due.Add(31 * time.Hour)
		w.drain()
		w.is("due later", "one sent 1", w.rows(ids[1]))
	}},

	{"what a dead worker had in hand is in doubt, not late", func(w *world) {
		w.article("a")
		ids := w.readers(60)
		id := w.graceful("one", 6*time.Hour, nil)
		w.expand(id)
		if w.claimFor(10*time.Millisecond) == nil {
			w.Fatal("nothing claimed")
		}
		w.sleep(50 * time.Millisecond)
		w.now = w.now.AddDate(0, 0, 6)
		b := w.claim()
		w.is("in doubt", fmt.Sprint(50, true), fmt.Sprint(len(b.Deliveries), b.Deliveries[0].Doubt))
		w.must(w.db.Release(w.ctx, b))
		w.now = w.now.AddDate(0, 0, 6)
		b = w.claim()
		w.settle(b, taken)
		w.drain()
		w.is("counts", "sent: planned 60, sent 50, failed 0, skipped 10, open 0, none 0", w.counts(id))
		w.is("late", "one skipped "+mailer.Late+" 1", w.rows(ids[59]))
	}},
}
