package storetest

import (
	"time"

	"github.com/standfirst/standfirst/mailer"
)

var deadTests = []test{
	{"what the dead had in hand is taken over at once, in doubt", func(w *world) {
		w.article("a")
		w.readers(2)
		id := w.send("one")
		old, err := w.db.Claim(w.ctx, mailer.Claim{Owner: "dead", Now: w.now, Lease: lease})
		w.must(err)
		n, err := w.db.EndLeases(w.ctx, func(owner string) bool { return owner == "dead" })
		w.must(err)
		w.is("ended", 1, n)
		b := w.claim()
		if b == nil {
			w.Fatal("the block waits for the lease of the dead")
		}
		for _, d := range b.Deliveries {
			w.is("doubt", true, d.Doubt)
		}
		w.fails(w.db.Renew(w.ctx, old, w.now, w.now.Add(lease)), mailer.ErrLost)
		w.settle(b, taken)
		w.is("counts", "sent: planned 2, sent 2, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"the living keep what they have in hand", func(w *world) {
		w.article("a")
		w.readers(2)
		w.send("one")
		b := w.claim()
		asked := 0
		n, err := w.db.EndLeases(w.ctx, func(owner string) bool {
			w.is("owner", "test", owner)
			asked++
			return false
		})
		w.must(err)
		w.is("ended", 0, n)
		w.is("asked", 1, asked)
		if w.claim() != nil {
			w.Error("taken from a living hand")
		}
		w.must(w.db.Renew(w.ctx, b, w.now, w.now.Add(lease)))
	}},

	{"an edition that somebody died over is abandoned until somebody takes it", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		id := w.send("one")
		abandoned := func(what string, want ...string) {
			got, err := w.db.Abandoned(w.ctx, weekly, w.now)
			w.must(err)
			w.is(what, want, got)
		}
		abandoned("in nobody's hand")
		w.claim()
		abandoned("in a living hand")
		_, err := w.db.EndLeases(w.ctx, func(string) bool { return true })
		w.must(err)
		abandoned("in a dead hand", id)
		b := w.claim()
		abandoned("taken over")
		w.settle(b, taken, ids[0])
		w.must(w.db.Release(w.ctx, b))
		abandoned("given back, still in doubt", id)
		b = w.claim()
		w.settle(b, w.deferred(time.Minute), ids[1])
		abandoned("put off by the reader's server")
	}},

	{"a lease ends once, and what nobody holds is left alone", func(w *world) {
		w.article("a")
		w.readers(2)
		w.send("one")
		all := func(string) bool { return true }
		n, err := w.db.EndLeases(w.ctx, all)
		w.must(err)
		w.is("without a lease", 0, n)
		w.claim()
		n, err = w.db.EndLeases(w.ctx, all)
		w.must(err)
		w.is("the first time", 1, n)
		n, err = w.db.EndLeases(w.ctx, all)
		w.must(err)
		w.is("the second time", 0, n)
	}},
}
