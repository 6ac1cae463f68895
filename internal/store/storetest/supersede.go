package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

var supersedeTests = []test{
	{"an older letter that nobody has in hand makes way", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		one := w.send("one")
		w.article("b")
		two := w.send("two")
		w.is("rows", "one skipped superseded 1, two queued 1-2", w.rows(ids[0]))
		w.is("one", "sent: planned 2, sent 0, failed 0, skipped 2, open 0, none 0", w.counts(one))
		w.drain()
		w.is("two", "sent: planned 2, sent 2, failed 0, skipped 0, open 0, none 0", w.counts(two))
		w.is("bookmark", int64(2), w.bookmark(ids[0]))
	}},

	{"a letter in hand settles first", func(w *world) {
		w.article("a")
		ids := w.readers(3)
		w.send("one")
		b := w.claim()
		w.settle(b, taken, ids[0])
		w.article("b")
		two := w.publish("two")
		w.is("page", digest.Page{Readers: 1, Waiting: true}, w.expand(two))
		w.is("sent already", "one sent 1, two queued 2", w.rows(ids[0]))
		w.is("in hand", "one queued 1", w.rows(ids[1]))
		w.is("still", digest.Page{Waiting: true}, w.expand(two))
		w.settle(b, taken, ids[1])
		w.settle(b, refused, ids[2])
		w.is("page", digest.Page{Readers: 2, Done: true}, w.expand(two))
		w.is("taken", "one sent 1, two queued 2", w.rows(ids[1]))
		w.is("refused", "one failed refused 1, two queued 1-2", w.rows(ids[2]))
	}},

	{"what a dead worker had in hand settles first", func(w *world) {
		w.article("a")
		ids := w.readers(1)
		w.send("one")
		if w.claimFor(10*time.Millisecond) == nil {
			w.Fatal("nothing claimed")
		}
		w.sleep(50 * time.Millisecond)
		two := w.publish("two")
		w.is("page", digest.Page{Waiting: true}, w.expand(two))
		w.settle(w.claim(), taken)
		w.is("page", digest.Page{Readers: 1, Done: true}, w.expand(two))
		w.is("rows", "one sent 1, two none nothing", w.rows(ids[0]))
	}},

	{"what a worker gave back makes way", func(w *world) {
		w.article("a")
		ids := w.readers(1)
		w.send("one")
		w.must(w.db.Release(w.ctx, w.claim()))
		w.send("two")
		w.is("rows", "one skipped superseded 1, two queued 1", w.rows(ids[0]))
	}},

	{"a letter in doubt is sent once more before anything else", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		one := w.send("one")
		doubtful := w.deferred(time.Minute)
		doubtful.Doubt = true
		b := w.claim()
		w.settle(b, doubtful, ids[0])
		w.settle(b, w.deferred(time.Minute), ids[1])
		w.article("b")
		two := w.publish("two")
		w.is("page", digest.Page{Readers: 1, Waiting: true}, w.expand(two))
		w.is("deferred", "one skipped superseded 1, two queued 1-2", w.rows(ids[1]))
		w.now = w.now.Add(2 * time.Minute)
		b = w.claim()
		if b.Edition != one && b.Edition != two {
			w.Fatal(b.Edition)
		}
		for ; b != nil; b = w.claim() {
			w.settle(b, taken)
		}
		w.is("page", digest.Page{Readers: 1, Done: true}, w.expand(two))
		w.is("in doubt", "one sent 1, two queued 2", w.rows(ids[0]))
	}},

	{"only older letters of the same newsletter make way", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		w.importMore(ids, "daily")
		w.send("one")
		w.must(w.db.Publish(w.ctx, digest.Edition{ID: "daily/one", Newsletter: "daily", State: digest.Sending, Horizon: 1, Published: w.now}, w.everybody()))
		w.expand("daily/one")
		w.is("both", "one queued 1, daily/one queued 1", w.rows(ids[0]))
	}},

	{"an older edition does not overtake a newer one", func(w *world) {
		w.article("a")
		ids := w.readers(3)
		later := w.now.Add(time.Hour)
		one := w.publishGroups("one", digest.Group{Zone: digest.AllZones, Due: later})
		w.article("b")
		two := w.send("two")
		b := w.claim()
		w.settle(b, taken, ids[0])
		w.settle(b, refused, ids[1])
		w.now = later
		w.is("page", digest.Page{Readers: 3, Done: true}, w.expand(one))
		w.is("sent", "one none nothing, two sent 1-2", w.rows(ids[0]))
		w.is("failed", "one queued 1, two failed refused 1-2", w.rows(ids[1]))
		w.is("on its way", "one none superseded, two queued 1-2", w.rows(ids[2]))
		w.settle(b, taken, ids[2])
		w.drain()
		w.is("one", digest.Done, w.edition(one).State)
		w.is("two", digest.Done, w.edition(two).State)
		w.is("bookmark", int64(2), w.bookmark(ids[2]))
		w.is("bookmark of who got the older one only", int64(1), w.bookmark(ids[1]))
	}},

	{"those who wait are found again, and nobody twice", func(w *world) {
		w.article("a")
		ids := w.readers(120)
		w.send("one") // three blocks of at most 50
		first := w.claim()
		w.article("b")
		two := w.publish("two")
		x := w.expansion(two)
		expand := func() (readers int, page digest.Page) {
			for {
				p, err := w.db.Expand(w.ctx, x, 7, w.now, w.everything(x))
				w.must(err)
				readers += p.Readers
				if p.Waiting || p.Done {
					return readers, p
				}
			}
		}
		n, page := expand()
		w.is("ready", fmt.Sprint(len(ids)-len(first.Deliveries), true), fmt.Sprint(n, page.Waiting))
		half := first.Deliveries[len(first.Deliveries)/2:]
		for _, d := range half {
			w.settle(first, taken, d.Subscriber)
		}
		n, page = expand()
		w.is("half of the others", fmt.Sprint(len(half), true), fmt.Sprint(n, page.Waiting))
		w.must(w.db.Release(w.ctx, first))
		n, page = expand()
		w.is("the rest", fmt.Sprint(len(first.Deliveries)-len(half), true), fmt.Sprint(n, page.Done))
		w.drain()
		w.is("two", "sent: planned 120, sent 120, failed 0, skipped 0, open 0, none 0", w.counts(two))
		for _, id := range ids {
			if r := w.rows(id); r != "one sent 1, two sent 2" && r != "one skipped superseded 1, two sent 1-2" {
				w.Errorf("reader %d: %s", id, r)
			}
		}
	}},

	{"superseding the last open delivery moves the bookmarks of its block", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		w.send("one")
		b := w.claim()
		w.settle(b, taken, ids[0])
		w.must(w.db.Release(w.ctx, b))
		w.article("b")
		w.send("two")
		w.is("newer", "one skipped superseded 1, two queued 1-2", w.rows(ids[1]))
		w.is("given", int64(1), w.bookmark(ids[0]))
		w.is("not given", int64(0), w.bookmark(ids[1]))
	}},

	{"who gets nothing for being away keeps the older letter", func(w *world) {
		w.article("a")
		ids := w.readers(5)
		one := w.send("one")
		w.article("b")
		x := w.expansion(w.publish("two"))
		reasons := []string{mailer.Late, mailer.Paused, mailer.Left, mailer.Suppressed, mailer.Nothing}
		page, err := w.db.Expand(w.ctx, x, 50, w.now, func(rs []digest.Reader) []digest.Decision {
			ds := make([]digest.Decision, len(rs))
			for i, r := range rs {
				ds[i] = digest.Decision{Subscriber: r.Subscriber, Reason: reasons[r.Subscriber-ids[0]]}
			}
			return ds
		})
		w.must(err)
		w.is("page", digest.Page{Readers: 5, Done: true}, page)
		for i, reason := range reasons[:4] {
			w.is(reason, "one queued 1, two none "+reason, w.rows(ids[i]))
		}
		w.is("nothing", "one skipped superseded 1, two none nothing", w.rows(ids[4]))
		w.is("one", "sending: planned 5, sent 0, failed 0, skipped 1, open 4, none 0", w.counts(one))
		w.settle(w.claim(), taken, ids[0])
		w.is("late, and sent after all", "one sent 1, two none late", w.rows(ids[0]))
		w.is("bookmark", int64(1), w.bookmark(ids[0]))
		w.now = w.now.Add(time.Minute)
		_, err = w.db.EndLeases(w.ctx, func(string) bool { return true })
		w.must(err)
		w.drain()
		w.send("three")
		w.is("the rest comes with the next", "one sent 1, two none late, three queued 2", w.rows(ids[0]))
	}},

	{"coming back for one who waits does not look at everybody", func(w *world) {
		w.article("a")
		ids := w.readers(120)
		w.send("one")
		doubtful := w.deferred(time.Hour)
		doubtful.Doubt = true
		waits := []int64{ids[0], ids[60]}
		for b := w.claim(); b != nil; b = w.claim() {
			for _, d := range b.Deliveries {
				o := taken
				if slices.Contains(waits, d.Subscriber) {
					o = doubtful
				}
				w.settle(b, o, d.Subscriber)
			}
		}
		w.article("b")
		two := w.publish("two")
		x := w.expansion(two)
		expand := func() digest.Page {
			page, err := w.db.Expand(w.ctx, x, 7, w.now, w.everything(x))
			w.must(err)
			return page
		}
		n := 0
		for page := (digest.Page{}); !page.Waiting; n += page.Readers {
			page = expand()
		}
		w.is("decided on", 118, n)
		for range 3 {
			w.is("one look", digest.Page{Waiting: true}, expand())
		}
		w.must(w.db.Erase(w.ctx, ids[60], subscribers.Consent{}, w.now))
		w.is("one is gone", digest.Page{Waiting: true}, expand())
		w.now = w.now.Add(2 * time.Hour)
		for b := w.claim(); b != nil; b = w.claim() {
			w.settle(b, taken)
		}
		w.is("none waits", digest.Page{Readers: 1, Done: true}, expand())
		w.is("in doubt", "one sent 1, two queued 2", w.rows(ids[0]))
		w.drain()
		w.is("two", "sent: planned 119, sent 119, failed 0, skipped 0, open 0, none 0", w.counts(two))
	}},

	{"who waits in two zones is decided on once", func(w *world) {
		w.article("a")
		id := w.readers(1)[0]
		zone := func(z string) { w.wishes(id, func(r *subscribers.ImportRow) { r.Timezone = z }) }
		zone("Asia/Tokyo")
		w.send("one")
		b := w.claim()
		two := w.publishGroups("two", digest.Group{Zone: "Asia/Tokyo", Due: w.now}, digest.Group{Zone: digest.AllZones, Due: w.now})
		for range 2 {
			xs, err := w.db.Pending(w.ctx, w.now)
			w.must(err)
			for _, x := range xs {
				page, err := w.db.Expand(w.ctx, x, 50, w.now, w.everything(x))
				w.must(err)
				w.is("page", digest.Page{Waiting: true}, page)
			}
		}
		w.settle(b, taken)
		xs, err := w.db.Pending(w.ctx, w.now)
		w.must(err)
		for i, x := range xs {
			page, err := w.db.Expand(w.ctx, x, 50, w.now, w.everything(x))
			w.must(err)
			w.is("page", digest.Page{Readers: 1 - i, Done: true}, page)
		}
		w.is("rows", "one sent 1, two none nothing", w.rows(id))
		w.is("two", digest.Done, w.edition(two).State)
	}},

	{"a letter that was taken after all counts, whatever was decided since", func(w *world) {
		w.article("a")
		ids := w.readers(1)
		one := w.send("one")
		b := w.claim()
		w.must(w.db.Release(w.ctx, b))
		w.send("two")
		w.is("given up", "one skipped superseded 1, two queued 1", w.rows(ids[0]))
		w.settle(b, taken)
		w.is("taken", "one sent 1, two queued 1", w.rows(ids[0]))
		w.is("counts", "sent: planned 1, sent 1, failed 0, skipped 0, open 0, none 0", w.counts(one))
		w.is("bookmark", int64(1), w.bookmark(ids[0]))
	}},

	{"what was in a dead worker's hand is in doubt", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		w.send("one")
		dead := w.claimFor(10 * time.Millisecond)
		w.settle(dead, refused, ids[1])
		w.sleep(50 * time.Millisecond)
		b := w.claim()
		w.is("in doubt", true, b.Deliveries[0].Doubt)
		w.must(w.db.Release(w.ctx, b)) // it may have gone out all the same
		two := w.publish("two")
		w.is("page", digest.Page{Readers: 1, Waiting: true}, w.expand(two))
		b = w.claim()
		w.settle(b, taken)
		w.is("page", digest.Page{Readers: 1, Done: true}, w.expand(two))
		w.is("rows", "one sent 1, two none nothing", w.rows(ids[0]))
	}},
}
