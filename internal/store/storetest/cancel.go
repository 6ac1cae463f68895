package storetest

import (
	"time"

	"github.com/standfirst/standfirst/digest"
)

var cancelTests = []test{
	{"what nobody has in hand is skipped, the rest comes next time", func(w *world) {
		w.article("a")
		ids := w.readers(60) // two blocks
		one := w.send("one")
		b := w.claim()
		w.settle(b, taken, b.Deliveries[0].Subscriber)
		w.must(w.db.Cancel(w.ctx, one, "a mistake", w.now))
		w.is("in hand", "cancelled: planned 60, sent 1, failed 0, skipped 10, open 49, none 0", w.counts(one))
		if w.claim() != nil {
			w.Fatal("claimed of a cancelled edition")
		}
		w.settle(b, taken, b.Deliveries[1].Subscriber)
		w.settle(b, w.deferred(time.Minute), b.Deliveries[2].Subscriber)
		w.must(w.db.Release(w.ctx, b))
		w.is("settled", "cancelled: planned 60, sent 2, failed 0, skipped 58, open 0, none 0", w.counts(one))
		w.now = w.now.Add(time.Hour)
		w.article("b")
		two := w.send("two")
		w.is("two", "sending: planned 60, sent 0, failed 0, skipped 0, open 60, none 0", w.counts(two))
		w.is("had it", "one sent 1, two queued 2", w.rows(b.Deliveries[0].Subscriber))
		w.is("had it in hand", "one sent 1, two queued 2", w.rows(b.Deliveries[1].Subscriber))
		w.is("was put off", "one skipped cancelled 1, two queued 1-2", w.rows(b.Deliveries[2].Subscriber))
		w.is("was not in hand", "one skipped cancelled 1, two queued 1-2", w.rows(ids[59]))
		w.is("bookmarks moved", int64(1), w.bookmark(ids[0]))
	}},

	{"what is in hand of a cancelled edition settles before the next", func(w *world) {
		w.article("a")
		ids := w.readers(1)
		one := w.send("one")
		b := w.claim()
		w.must(w.db.Cancel(w.ctx, one, "why", w.now))
		two := w.publish("two")
		w.is("page", digest.Page{Waiting: true}, w.expand(two))
		w.settle(b, taken)
		w.is("page", digest.Page{Readers: 1, Done: true}, w.expand(two))
		w.is("rows", "one sent 1, two none nothing", w.rows(ids[0]))
	}},

	{"what a dead worker had of a cancelled edition is swept up", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		one := w.send("one")
		dead := w.claimFor(10 * time.Millisecond)
		w.must(w.db.Cancel(w.ctx, one, "why", w.now))
		w.sleep(50 * time.Millisecond)
		if w.claim() != nil {
			w.Fatal("claimed of a cancelled edition")
		}
		w.is("counts", "cancelled: planned 2, sent 0, failed 0, skipped 2, open 0, none 0", w.counts(one))
		w.must(w.db.Settle(w.ctx, dead, w.results(dead, taken, ids[0]))) // it lived, and nobody else came
		w.is("counts", "cancelled: planned 2, sent 1, failed 0, skipped 1, open 0, none 0", w.counts(one))
		w.is("bookmark", int64(1), w.bookmark(ids[0]))
		w.is("bookmark", int64(0), w.bookmark(ids[1]))
	}},

	{"doubt does not outlive a cancelled edition", func(w *world) {
		w.article("a")
		ids := w.readers(1)
		one := w.send("one")
		o := w.deferred(time.Minute)
		o.Doubt = true
		w.settle(w.claim(), o)
		w.must(w.db.Cancel(w.ctx, one, "why", w.now))
		w.send("two")
		w.is("rows", "one skipped cancelled 1, two queued 1", w.rows(ids[0]))
	}},

	{"a cancelled edition is cancelled while it is paused and before it is expanded", func(w *world) {
		w.article("a")
		ids := w.readers(3)
		one := w.send("one")
		w.must(w.db.Pause(w.ctx, one, "why", w.now))
		w.must(w.db.Cancel(w.ctx, one, "no", w.now))
		w.is("counts", "cancelled: planned 3, sent 0, failed 0, skipped 3, open 0, none 0", w.counts(one))
		two := w.publish("two")
		w.must(w.db.Cancel(w.ctx, two, "no", w.now))
		w.is("counts", "cancelled: planned 0, sent 0, failed 0, skipped 0, open 0, none 0", w.counts(two))
		w.send("three")
		w.is("rows", "one skipped cancelled 1, three queued 1", w.rows(ids[0]))
	}},
}
