package storetest

import (
	"fmt"
	"strings"

	"github.com/standfirst/standfirst/subscribers"
)

var moveTests = []test{
	{"a new address is asked, and the old one is told", func(w *world) {
		ids := w.readers(2)
		was, err := w.db.Subscriber(w.ctx, ids[0])
		w.must(err)
		other, err := w.db.Subscriber(w.ctx, ids[1])
		w.must(err)
		move := subscribers.Request{Kind: subscribers.NewAddress, Subscriber: ids[0], Email: "New@example.com", Consent: fromLetter}
		id := w.wish(move)
		w.is("letter", "address to New@example.com ("+subscribers.Mask(was.Email)+")", w.post())
		w.is("not yet", "active weekly", w.left(ids[0]))
		done := w.confirm(id)
		w.is("done", subscribers.Confirmed{Subscriber: ids[0], Request: done.Request}, done)
		w.is("letter", "address-changed to "+was.Email+" ("+subscribers.Mask("New@example.com")+")", w.post())
		got, err := w.db.ByEmail(w.ctx, "new@example.com")
		w.must(err)
		was.Email = "New@example.com"
		w.is("reader", was, got)
		w.is("log", []string{"imported by import weekly", "address-changed by link from 198.51.100.0/24"}, w.acts(ids[0]))
		w.is("again", true, w.confirm(id).Already)

		w.is("the address they have", int64(0), w.wish(move))
		move.Email = other.Email
		w.is("somebody else's", int64(0), w.wish(move))
		w.is("who is told", "known to "+other.Email, w.post())
		move.Email = "third@example.com"
		late := w.wish(move)
		w.confirm(w.wish(signUp("third@example.com", weekly)))
		_, err = w.db.Confirm(w.ctx, late, fromLetter, nil, w.now)
		w.fails(err, subscribers.ErrTaken)
		move.Subscriber = 999
		_, err = w.db.Ask(w.ctx, move, w.now)
		w.fails(err, subscribers.ErrNotFound)
	}},

	{"two who want one address do not confirm for each other", func(w *world) {
		ids := w.readers(2)
		move := subscribers.Request{Kind: subscribers.NewAddress, Subscriber: ids[0], Email: "new@example.com"}
		first := w.wish(move)
		move.Subscriber = ids[1]
		second := w.wish(move)
		if first == second {
			w.Fatal("the second took over the request of the first")
		}
		w.is("confirmed", ids[0], w.confirm(first).Subscriber)
		_, err := w.db.Confirm(w.ctx, second, fromLetter, nil, w.now)
		w.fails(err, subscribers.ErrTaken)
	}},

	{"nobody has many strangers written to", func(w *world) {
		id := w.readers(1)[0]
		for i := range 20 {
			w.wish(subscribers.Request{Kind: subscribers.NewAddress, Subscriber: id, Email: fmt.Sprintf("stranger%d@example.com", i)})
		}
		w.is("letters", 5, strings.Count(w.post(), "address to"))
	}},

	{"a new address ends a bounce", func(w *world) {
		id := w.readers(1)[0]
		r, err := w.db.Subscriber(w.ctx, id)
		w.must(err)
		w.must(w.db.Suppress(w.ctx, r.Email, subscribers.BecauseBounced, w.now))
		w.confirm(w.wish(subscribers.Request{Kind: subscribers.NewAddress, Subscriber: id, Email: "new@example.com"}))
		w.is("reader", "active weekly", w.left(id))
		w.is("the old one is not written to", "address to new@example.com ("+subscribers.Mask(r.Email)+")", w.post())
	}},
}
