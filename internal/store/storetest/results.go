package storetest

import (
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
}
