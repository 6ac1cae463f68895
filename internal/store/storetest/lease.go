package storetest

import (
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

var leaseTests = []test{
	{"a block is in one hand", func(w *world) {
		w.article("a")
		w.readers(2)
		w.send("one")
		b := w.claim()
		if again := w.claim(); again != nil {
			w.Fatal("claimed twice")
		}
		w.must(w.db.Release(w.ctx, b))
		again := w.claim()
		w.is("token", b.Token+1, again.Token)
		w.is("all of it", len(b.Deliveries), len(again.Deliveries))
		w.must(w.db.Release(w.ctx, b)) // too late: not ours any more
		if w.claim() != nil {
			w.Error("an old hand gave it away")
		}
	}},

	{"after a lease only what was taken counts", func(w *world) {
		w.article("a")
		ids := w.readers(4)
		id := w.send("one")
		old := w.claimFor(10 * time.Millisecond)
		w.sleep(50 * time.Millisecond)
		now := w.claim()
		if now == nil {
			w.Fatal("a lease that passed keeps its block")
		}
		w.fails(w.db.Settle(w.ctx, old, []mailer.Settlement{
			{Subscriber: ids[0], Outcome: taken, At: w.now},
			{Subscriber: ids[1], Outcome: refused, At: w.now},
			{Subscriber: ids[2], Outcome: w.deferred(time.Minute), At: w.now},
		}), mailer.ErrLost)
		w.is("counts", "sending: planned 4, sent 1, failed 0, skipped 0, open 3, none 0", w.counts(id))
		w.fails(w.db.Settle(w.ctx, old, w.results(old, refused, ids[3])), mailer.ErrLost)
		w.settle(now, refused, ids[0]) // it is out, whatever the second attempt said
		w.settle(now, taken, ids[1], ids[2], ids[3])
		w.is("counts", "sent: planned 4, sent 4, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"a lease that passed unnoticed still counts", func(w *world) {
		w.article("a")
		w.readers(2)
		id := w.send("one")
		b := w.claimFor(10 * time.Millisecond)
		w.sleep(50 * time.Millisecond)
		w.settle(b, refused)
		w.is("counts", "sent: planned 2, sent 0, failed 2, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"a letter taken twice counts once", func(w *world) {
		w.article("a")
		w.readers(1)
		id := w.send("one")
		old := w.claimFor(10 * time.Millisecond)
		w.sleep(50 * time.Millisecond)
		now := w.claim()
		w.settle(now, refused)
		w.is("refused", "sent: planned 1, sent 0, failed 1, skipped 0, open 0, none 0", w.counts(id))
		w.fails(w.db.Settle(w.ctx, old, w.results(old, taken)), mailer.ErrLost)
		w.fails(w.db.Settle(w.ctx, old, w.results(old, taken)), mailer.ErrLost)
		w.is("taken", "sent: planned 1, sent 1, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"a lease is renewed by whom it belongs to", func(w *world) {
		w.article("a")
		w.readers(1)
		w.send("one")
		b := w.claimFor(30 * time.Millisecond)
		w.must(w.db.Renew(w.ctx, b, w.now, w.now.Add(lease)))
		w.sleep(80 * time.Millisecond)
		if w.claim() != nil {
			w.Error("a renewed lease passed")
		}
		at, ok, err := w.db.Due(w.ctx, mailer.Claim{})
		w.must(err)
		if end := b.Until.Add(lease - 30*time.Millisecond); !ok || at.Sub(end).Abs() > time.Second {
			w.Errorf("due at %v %v, the lease ends at %v", at, ok, end)
		}
		w.must(w.db.Renew(w.ctx, b, w.now, w.now.Add(-time.Hour)))
		if now := w.claim(); now == nil || now.Token == b.Token {
			w.Fatal("cannot be claimed")
		}
		w.fails(w.db.Renew(w.ctx, b, w.now, w.now.Add(lease)), mailer.ErrLost)
	}},

	{"a clock that is put back takes nobody's lease away", func(w *world) {
		if !strings.HasPrefix(w.dsn, "postgres") {
			w.Skip("leases are by the clock that is put back")
		}
		w.article("a")
		w.readers(1)
		w.send("one")
		b := w.claim()
		back := w.now.Add(-time.Hour)
		w.must(w.db.Renew(w.ctx, b, back, back.Add(lease)))
		if w.claim() != nil {
			w.Error("the letter is in two hands")
		}
	}},

	{"what was given back cannot be renewed", func(w *world) {
		w.article("a")
		w.readers(1)
		w.send("one")
		b := w.claim()
		w.must(w.db.Release(w.ctx, b))
		w.fails(w.db.Renew(w.ctx, b, w.now, w.now.Add(lease)), mailer.ErrLost)
	}},

	{"a block that was settled to its last letter needs no lease", func(w *world) {
		w.article("a")
		w.readers(1)
		w.send("one")
		b := w.claim()
		w.must(w.db.Settle(w.ctx, b, w.results(b, taken)))
		w.must(w.db.Renew(w.ctx, b, w.now, w.now.Add(lease)))
		if w.claim() != nil {
			w.Error("it can be claimed again")
		}
	}},

	{"pausing stops claims until it is resumed", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		id := w.send("one")
		b := w.claim()
		w.must(w.db.Pause(w.ctx, id, "a mistake", w.now))
		w.is("reason", "a mistake", w.edition(id).Reason)
		w.settle(b, taken, ids[0])
		w.must(w.db.Release(w.ctx, b))
		if w.claim() != nil {
			w.Fatal("claimed while paused")
		}
		_, ok, err := w.db.Due(w.ctx, mailer.Claim{Edition: id})
		w.must(err)
		w.is("due", false, ok)
		w.must(w.db.Resume(w.ctx, id, w.now))
		w.is("reason", "", w.edition(id).Reason)
		w.drain()
		w.is("counts", "sent: planned 2, sent 2, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"an edition whose last letters settle while paused is done when resumed", func(w *world) {
		w.article("a")
		w.readers(2)
		id := w.send("one")
		b := w.claim()
		w.must(w.db.Pause(w.ctx, id, "why", w.now))
		w.settle(b, taken)
		w.is("state", digest.Paused, w.edition(id).State)
		w.must(w.db.Resume(w.ctx, id, w.now))
		w.is("state", digest.Done, w.edition(id).State)
	}},

	{"several workers may halt an edition for one fault", func(w *world) {
		w.article("a")
		w.readers(1)
		id := w.send("one")
		w.must(w.db.Halt(w.ctx, id, "the relay refuses our sender"))
		w.must(w.db.Halt(w.ctx, id, "the relay refuses our sender again"))
		e := w.edition(id)
		w.is("state", digest.Paused, e.State)
		w.is("reason", "the relay refuses our sender", e.Reason)
		w.fails(w.db.Halt(w.ctx, "nobody", "why"), digest.ErrNotFound)
	}},
}
