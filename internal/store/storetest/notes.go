package storetest

import (
	"time"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// queueNote queues a letter to one person.
func (w *world) queueNote(n notes.Note) int64 {
	w.Helper()
	id, err := w.db.Notes().Queue(w.ctx, n, w.now)
	w.must(err)
	return id
}

// claimNote claims the note that is due, or nil.
func (w *world) claimNote(lease time.Duration) *notes.Note {
	w.Helper()
	n, err := w.db.Notes().Claim(w.ctx, w.now, w.now.Add(lease))
	w.must(err)
	return n
}

func (w *world) settleNote(n *notes.Note, o mailer.Outcome) {
	w.Helper()
	w.must(w.db.Notes().Settle(w.ctx, n.ID, n.Token, notes.Result{Outcome: o}, w.now))
}

var noteTests = []test{
	{"a note comes back whole, oldest first", func(w *world) {
		first := notes.Note{Kind: notes.Welcome, To: "Ada@example.com", Subscriber: 7, Request: 8, Language: "de",
			Payload: map[string]string{notes.Newsletters: "a\nb", notes.Other: "“é”"}, Queued: w.now, Token: 1}
		first.ID = w.queueNote(first)
		w.now = w.now.Add(time.Second)
		second := w.queueNote(notes.Note{Kind: notes.Test, To: "bo@example.com"})
		w.is("first", &first, w.claimNote(lease))
		w.is("second", second, w.claimNote(lease).ID)
		if n := w.claimNote(lease); n != nil {
			w.Errorf("a third: %+v", n)
		}
	}},

	{"who asked for a letter does not stand behind those whom a list asks", func(w *world) {
		list, stranger := signUp("list@example.com", weekly), signUp("stranger@example.com", weekly)
		list.Consent.Way = subscribers.ByImport + " fair.csv"
		w.wish(list)
		w.now = w.now.Add(time.Minute)
		w.wish(stranger)
		w.now = w.now.Add(time.Minute)
		w.queueNote(notes.Note{Kind: notes.SignIn, To: "editor@example.com"})
		at, _, err := w.db.Notes().NextDue(w.ctx)
		w.must(err)
		w.is("waits since", w.now, at)
		var order []string
		for n := w.claimNote(lease); n != nil; n = w.claimNote(lease) {
			order = append(order, n.To)
			w.settleNote(n, taken)
		}
		w.is("order", []string{"editor@example.com", "stranger@example.com", "list@example.com"}, order)

		w.wish(signUp("early@example.com", weekly))
		w.now = w.now.Add(13 * time.Hour)
		w.queueNote(notes.Note{Kind: notes.SignIn, To: "editor@example.com"})
		w.is("nobody waits for ever", "early@example.com", w.claimNote(lease).To)
	}},

	{"what is deferred comes when it is due", func(w *world) {
		w.queueNote(notes.Note{Kind: notes.Test, To: "ada@example.com"})
		n := w.claimNote(lease)
		later := w.deferred(time.Minute)
		later.Doubt = true
		w.settleNote(n, later)
		if n := w.claimNote(lease); n != nil {
			w.Fatalf("too early: %+v", n)
		}
		at, ok, err := w.db.Notes().NextDue(w.ctx)
		w.must(err)
		w.is("next", w.now.Add(time.Minute), at)
		w.is("ok", true, ok)
		w.now = w.now.Add(time.Minute)
		n = w.claimNote(lease)
		w.is("attempts", 1, n.Attempts)
		w.is("doubt", true, n.Doubt)
		w.settleNote(n, taken)
		_, ok, err = w.db.Notes().NextDue(w.ctx)
		w.must(err)
		w.is("nothing waits", false, ok)
	}},

	{"who dies with a note leaves it in doubt, and cannot take it back", func(w *world) {
		w.queueNote(notes.Note{Kind: notes.Test, To: "ada@example.com"})
		dead := w.claimNote(50 * time.Millisecond)
		at, ok, err := w.db.Notes().NextDue(w.ctx)
		w.must(err)
		if !ok || at.Before(w.now) {
			w.Errorf("next is %v, %v", at, ok)
		}
		w.sleep(100 * time.Millisecond)
		n := w.claimNote(lease)
		if n == nil || !n.Doubt || n.Token <= dead.Token {
			w.Fatalf("after the lease: %+v", n)
		}
		w.fails(w.db.Notes().Renew(w.ctx, dead.ID, dead.Token, w.now, w.now.Add(lease)), mailer.ErrLost)
		w.must(w.db.Notes().Renew(w.ctx, n.ID, n.Token, w.now, w.now.Add(lease)))
		w.settleNote(dead, refused) // does not count
		if w.claimNote(lease) != nil {
			w.Error("it is free")
		}
		w.settleNote(dead, taken) // does
		w.fails(w.db.Notes().Renew(w.ctx, n.ID, n.Token, w.now, w.now.Add(lease)), mailer.ErrLost)
		w.settleNote(n, w.deferred(0))
		if n := w.claimNote(lease); n != nil {
			w.Errorf("what was sent is to be sent again: %+v", n)
		}
	}},

	{"an address that does not exist is as after any letter", func(w *world) {
		id := w.readers(1)[0]
		r, err := w.db.Subscriber(w.ctx, id)
		w.must(err)
		request := w.wish(signUp(r.Email, "daily"))
		n := w.claimNote(lease)
		gone := refused
		gone.Reason, gone.Suppress = mailer.Bounced, true
		w.must(w.db.Notes().Settle(w.ctx, n.ID, n.Token, notes.Result{Outcome: gone, EndRequest: true}, w.now))
		w.is("reader", "bounced weekly", w.left(id))
		_, err = w.db.Request(w.ctx, request)
		w.fails(err, subscribers.ErrNoRequest)
		c, err := w.db.Counts(w.ctx)
		w.must(err)
		w.is("suppressed", 1, c.Suppressed)
	}},

	{"an address where nobody is, is left alone for a week", func(w *world) {
		gone := refused
		gone.Reason = mailer.Bounced
		first := w.wish(signUp("nobody@example.com", weekly))
		n := w.claimNote(lease)
		w.must(w.db.Notes().Settle(w.ctx, n.ID, n.Token, notes.Result{Outcome: gone, EndRequest: true}, w.now))
		for range 6 {
			w.now = w.now.AddDate(0, 0, 1)
			if w.wish(signUp("nobody@example.com", weekly)) <= first {
				w.Error("no request, or the one that came to nothing")
			}
		}
		w.is("letters", "", w.post())
		w.now = w.now.AddDate(0, 0, 1)
		w.wish(signUp("nobody@example.com", weekly))
		w.is("after a week", "confirm to nobody@example.com", w.post())
	}},

	{"what is settled is forgotten, what waits is not", func(w *world) {
		id := w.readers(1)[0]
		for range 2 {
			w.queueNote(notes.Note{Kind: notes.Preferences, To: "ada@example.com", Subscriber: id})
		}
		w.settleNote(w.claimNote(lease), taken)
		w.must(w.db.Notes().Forget(w.ctx, w.now))
		letters := func() int {
			a, err := w.db.Account(w.ctx, id)
			w.must(err)
			return len(a.Letters)
		}
		w.is("at once", 2, letters())
		w.must(w.db.Notes().Forget(w.ctx, w.now.Add(time.Millisecond)))
		w.is("later", 1, letters())
	}},

	{"several senders never hold one note", func(w *world) {
		other := w.open()
		const many = 60
		for range many {
			w.queueNote(notes.Note{Kind: notes.Test, To: "ada@example.com"})
		}
		got := make(chan int64, 2*many)
		done := make(chan error)
		for i := range 4 {
			q := w.db.Notes()
			if i%2 == 1 {
				q = other.Notes()
			}
			go func() {
				for {
					n, err := q.Claim(w.ctx, w.now, w.now.Add(lease))
					if err != nil || n == nil {
						done <- err
						return
					}
					got <- n.ID
				}
			}()
		}
		for range 4 {
			w.must(<-done)
		}
		close(got)
		seen := map[int64]bool{}
		for id := range got {
			if seen[id] {
				w.Errorf("note %d was claimed twice", id)
			}
			seen[id] = true
		}
		// On PostgreSQL somebody may find the next one locked and leave; it is
		// there for whoever looks again.
		for n := w.claimNote(lease); n != nil; n = w.claimNote(lease) {
			if seen[n.ID] {
				w.Errorf("note %d was claimed twice", n.ID)
			}
			seen[n.ID] = true
		}
		w.is("claimed", many, len(seen))
	}},
}
