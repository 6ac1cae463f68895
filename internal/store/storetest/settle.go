package storetest

import (
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// Results of several blocks are written at once.
var settleTests = []test{
	{"several blocks at once", func(w *world) {
		w.article("a")
		ids := w.readers(120) // expanded in three blocks
		id := w.send("one")
		lost := w.claimFor(10 * time.Millisecond)
		w.sleep(50 * time.Millisecond)
		blocks := []*mailer.Block{w.claim(), w.claim(), w.claim()}
		of := map[int64]*mailer.Block{}
		for _, b := range blocks {
			of[b.ID] = b
		}
		again := of[lost.ID]
		delete(of, lost.ID)
		var all []mailer.Settled
		for _, b := range of {
			results := w.results(b, taken)
			results[0].Outcome = refused
			results[1].Outcome = w.deferred(time.Minute)
			all = append(all, mailer.Settled{Block: b, Results: append(results, results[2], results[0])})
		}
		late := w.results(lost, taken)
		late[0].Outcome = refused
		all = append(all, mailer.Settled{Block: lost, Results: late}, mailer.Settled{Block: lost})
		got, err := w.db.SettleAll(w.ctx, all)
		w.must(err)
		if len(got) != 1 || got[0] != lost {
			w.Errorf("lost: %v", got)
		}
		w.is("counts", "sending: planned 120, sent 115, failed 2, skipped 0, open 3, none 0", w.counts(id))
		w.settle(again, refused)
		w.is("counts", "sending: planned 120, sent 115, failed 3, skipped 0, open 2, none 0", w.counts(id))
		w.now = w.now.Add(time.Hour)
		b := w.claim()
		w.is("put off together", 2, len(b.Deliveries))
		w.settle(b, taken)
		w.is("counts", "sent: planned 120, sent 117, failed 3, skipped 0, open 0, none 0", w.counts(id))
		given := 0
		for _, reader := range ids {
			if w.bookmark(reader) > 0 {
				given++
			}
		}
		w.is("bookmarks moved", 117, given)
	}},

	{"the last results of two editions at once", func(w *world) {
		w.article("a")
		w.readers(3)
		one := w.send("one")
		b := w.claim()
		w.settle(b, w.deferred(time.Minute), b.Deliveries[0].Subscriber)
		w.settle(b, taken, b.Deliveries[1].Subscriber, b.Deliveries[2].Subscriber)
		w.now = w.now.Add(time.Hour)
		first := w.claim()
		w.article("b")
		two := w.send("two")
		second := w.claim()
		_, err := w.db.SettleAll(w.ctx, []mailer.Settled{
			{Block: second, Results: w.results(second, taken)}, {Block: first, Results: w.results(first, taken)}})
		w.must(err)
		w.is("one", digest.Done, w.edition(one).State)
		w.is("two waits for who had the first in hand", digest.Sending, w.edition(two).State)
		w.expand(two)
		w.drain()
		w.is("two", digest.Done, w.edition(two).State)
	}},

	// A commit whose answer is lost, as when PostgreSQL goes down in between, is
	// tried again.
	{"results written twice count once", func(w *world) {
		w.article("a")
		ids := w.readers(4)
		id := w.send("one")
		b := w.claim()
		results := w.results(b, w.deferred(time.Minute))
		results[0].Outcome, results[1].Outcome = taken, refused
		again := func() {
			w.Helper()
			_, err := w.db.SettleAll(w.ctx, []mailer.Settled{{Block: b, Results: results}})
			w.must(err)
		}
		again()
		again()
		w.now = w.now.Add(time.Hour)
		other := w.claim()
		w.is("put off", 2, len(other.Deliveries))
		w.is("attempts", []int{1, 1}, []int{other.Deliveries[0].Attempts, other.Deliveries[1].Attempts})
		again()
		if twice := w.claim(); twice != nil {
			w.Errorf("%d letters are in two hands", len(twice.Deliveries))
		}
		w.settle(other, taken)
		w.is("counts", "sent: planned 4, sent 3, failed 1, skipped 0, open 0, none 0", w.counts(id))
		w.is("row", "one sent 1", w.rows(ids[3]))
	}},
}
