package storetest

import (
	"errors"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

var resultTests = []test{
	{"results count every letter", func(w *world) {
		w.article("a")
		ids := w.readers(5)
		w.now = w.now.Truncate(time.Minute).Add(10 * time.Second)
		one := w.send("one")
		b := w.claim()
		w.settle(b, taken, ids[0])
		w.now = w.now.Add(time.Minute)
		w.settle(b, taken, ids[1])
		w.settle(b, refused, ids[2])
		w.settle(b, w.deferred(time.Hour), ids[3])
		minute := w.now.Truncate(time.Minute).UTC()
		want := &digest.Results{
			Minutes: []digest.Minute{{At: minute.Add(-time.Minute), Accepted: 1}, {At: minute, Accepted: 1}},
			Domains: []digest.DomainFares{{Domain: "example.com", Sent: 2, Failed: 1, Open: 2, Waiting: 1, At: w.now, Code: 550, Enhanced: "5.7.1"}},
			Reasons: []digest.ReasonCount{
				{State: mailer.Failed, Reason: "refused", Code: 550, Enhanced: "5.7.1", Letters: 1},
				{State: mailer.Queued, Code: 451, Letters: 1},
			},
		}
		got, err := w.db.Results(w.ctx, one)
		w.must(err)
		got.Domains[0].Code, got.Domains[0].Enhanced = 550, "5.7.1" // of three answers in one moment any is the last
		w.is("results", want, got)
		_, err = w.db.Results(w.ctx, "nobody")
		w.fails(err, digest.ErrNotFound)
	}},

	{"results of packed letters are the same", func(w *world) {
		w.article("a")
		ids := w.readers(3)
		w.now = w.now.Truncate(time.Second)
		one := w.send("one")
		b := w.claim()
		w.settle(b, taken, ids[0], ids[1])
		w.settle(b, refused, ids[2])
		w.now = w.now.Add(time.Minute)
		w.must(w.db.Leave(w.ctx, ids[0], weekly, subscribers.Consent{}, w.now))
		before, err := w.db.Results(w.ctx, one)
		w.must(err)
		w.is("who left", 1, before.Left)
		for more := true; more; {
			more, err = w.db.Compact(w.ctx, w.now.AddDate(0, 0, 30))
			w.must(err)
		}
		after, err := w.db.Results(w.ctx, one)
		w.must(err)
		w.is("results", before, after)
	}},

	{"letters are told one by one, packed or not", func(w *world) {
		w.article("a")
		ids := w.readers(4)
		w.now = w.now.Truncate(time.Second)
		one := w.send("one")
		told := func() map[int64]digest.Told {
			all := map[int64]digest.Told{}
			w.must(w.db.Letters(w.ctx, one, func(t digest.Told) error {
				if _, twice := all[t.Subscriber]; twice {
					w.Errorf("reader %d is told of twice", t.Subscriber)
				}
				t.At = t.At.UTC()
				all[t.Subscriber] = t
				return nil
			}))
			return all
		}
		b := w.claim()
		w.settle(b, taken, ids[0], ids[1])
		w.settle(b, refused, ids[2])
		w.settle(b, w.deferred(time.Hour), ids[3])
		before := told()
		w.is("letters", 4, len(before))
		got := before[ids[2]]
		w.is("the refused one", digest.Told{Subscriber: ids[2], Email: got.Email, State: mailer.Failed, Reason: "refused", Attempts: 1,
			At: w.now.UTC(), Code: 550, Enhanced: "5.7.1"}, got)
		w.is("its address", true, got.Email != "")

		// What waits has a moment, in the edition and in the reader's account.
		e := w.edition(one)
		w.is("next try", w.now.Add(time.Hour).UTC(), e.Next.UTC())
		rows, err := w.db.History(w.ctx, ids[3], 1)
		w.must(err)
		w.is("due", e.Next.UTC(), rows[0].Due.UTC())
		rows, err = w.db.History(w.ctx, ids[0], 1)
		w.must(err)
		w.is("due of what is sent", true, rows[0].Due.IsZero())

		w.now = w.now.Add(time.Hour)
		w.settle(w.claim(), taken, ids[3])
		w.is("next try when nothing waits", true, w.edition(one).Next.IsZero())
		before = told()
		for more := true; more; {
			more, err = w.db.Compact(w.ctx, w.now.AddDate(0, 0, 30))
			w.must(err)
		}
		w.is("packed", before, told())

		stop := errors.New("enough")
		err = w.db.Letters(w.ctx, one, func(digest.Told) error { return stop })
		w.fails(err, stop)
		w.fails(w.db.Letters(w.ctx, "nobody", nil), digest.ErrNotFound)
	}},
}
