package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/subscribers"
)

// signUp is a form that somebody filled in.
func signUp(email string, newsletters ...string) subscribers.Request {
	return subscribers.Request{Kind: subscribers.SignUp, Email: email, Newsletters: newsletters,
		Consent: subscribers.Consent{Way: subscribers.ByForm, Network: "203.0.113.0/24", Text: "Yes, the letters.", Language: "en"}}
}

var fromLetter = subscribers.Consent{Way: subscribers.ByLink, Network: "198.51.100.0/24"}

func (w *world) wish(r subscribers.Request) int64 {
	w.Helper()
	id, err := w.db.Ask(w.ctx, r, w.now)
	w.must(err)
	return id
}

func (w *world) confirm(id int64, welcome ...string) subscribers.Confirmed {
	w.Helper()
	done, err := w.db.Confirm(w.ctx, id, fromLetter, welcome, w.now)
	w.must(err)
	return done
}

// post takes every letter to one person that is due, and tells what they are.
func (w *world) post() string {
	w.Helper()
	var out []string
	for {
		n, err := w.db.Notes().Claim(w.ctx, w.now, w.now.Add(lease))
		w.must(err)
		if n == nil {
			return strings.Join(out, ", ")
		}
		line := fmt.Sprintf("%s to %s", n.Kind, n.To)
		for _, key := range []string{notes.Newsletters, notes.Other} {
			if v := n.Payload[key]; v != "" {
				line += " (" + strings.ReplaceAll(v, "\n", " ") + ")"
			}
		}
		out = append(out, line)
		w.must(w.db.Notes().Settle(w.ctx, n.ID, n.Token, notes.Result{Outcome: taken}, w.now))
	}
}

// acts is a reader's log without its moments, one entry a line.
func (w *world) acts(id int64) (out []string) {
	w.Helper()
	log, err := w.db.Consents(w.ctx, id)
	w.must(err)
	for _, c := range log {
		line := strings.TrimSpace(fmt.Sprintf("%s by %s %s", c.Act, c.Way, strings.Join(c.Newsletters, " ")))
		if c.Network != "" {
			line += " from " + c.Network
		}
		if c.Text != "" {
			line += ": " + c.Text
		}
		out = append(out, line)
	}
	return out
}

var requestTests = []test{
	{"who confirms is a reader", func(w *world) {
		w.article("a")
		w.send("one")
		r := signUp("Ada@Bücher.example", weekly)
		r.Name, r.Topics, r.Cities, r.Language, r.Timezone = "Ada", []string{"go"}, []string{"Berlin"}, "de", "Europe/Berlin"
		asked := w.now
		id := w.wish(r)
		_, err := w.db.ByEmail(w.ctx, r.Email)
		w.fails(err, subscribers.ErrNotFound)
		w.is("letter", "confirm to Ada@xn--bcher-kva.example", w.post())
		w.now = w.now.Add(time.Hour)
		done := w.confirm(id)
		w.is("fresh", true, done.Fresh && !done.Already)
		got, err := w.db.Subscriber(w.ctx, done.Subscriber)
		w.must(err)
		w.is("reader", &subscribers.Subscriber{ID: done.Subscriber, Email: "Ada@xn--bcher-kva.example", Name: "Ada", Topics: []string{"go"},
			Cities: []string{"Berlin"}, Language: "de", Timezone: "Europe/Berlin", Status: subscribers.Active, Since: w.now, Consent: subscribers.SignedUp}, got)
		w.is("begins where the newsletter is", int64(1), w.bookmark(done.Subscriber))
		log, err := w.db.Consents(w.ctx, done.Subscriber)
		w.must(err)
		w.is("log", []subscribers.Consent{
			{Subscriber: done.Subscriber, At: asked, Act: subscribers.ActAsked, Way: subscribers.ByForm, Network: "203.0.113.0/24",
				Newsletters: []string{weekly}, Text: "Yes, the letters.", Language: "en"},
			{Subscriber: done.Subscriber, At: w.now, Act: subscribers.ActConfirmed, Way: subscribers.ByLink, Network: "198.51.100.0/24",
				Newsletters: []string{weekly}},
		}, log)
		was := w.acts(done.Subscriber)
		w.now = w.now.Add(90 * 24 * time.Hour)
		again := w.confirm(id, weekly)
		w.is("again", subscribers.Confirmed{Subscriber: done.Subscriber, Request: again.Request, Already: true}, again)
		w.is("nothing of the person is kept twice", "", again.Request.Email+again.Request.Name+again.Request.Consent.Network)
		w.is("log", was, w.acts(done.Subscriber))
		w.must(w.db.Leave(w.ctx, done.Subscriber, "", fromLetter, w.now))
		w.confirm(id)
		w.is("who left stays left", "unsubscribed (weekly)", w.left(done.Subscriber))
		w.is("no more letters", "", w.post())
	}},

	{"one letter a day asks for confirmation, and the latest wishes count", func(w *world) {
		id := w.wish(signUp("ada@example.com", weekly))
		w.now = w.now.Add(subscribers.LetterEvery - time.Minute)
		w.is("renewed", id, w.wish(signUp("ADA@example.com", "daily")))
		w.is("letters", "confirm to ada@example.com", w.post())
		w.now = w.now.Add(time.Minute)
		w.is("renewed", id, w.wish(signUp("ada@example.com", "daily")))
		w.is("a day later", "confirm to ada@example.com", w.post())
		w.wish(signUp("bo@example.com", weekly))
		w.is("another", "confirm to bo@example.com", w.post())
		w.is("got", "active daily", w.left(w.confirm(id).Subscriber))
	}},

	{"who is in is told so, once a day", func(w *world) {
		reader := w.readers(1)[0]
		r, err := w.db.Subscriber(w.ctx, reader)
		w.must(err)
		for range 2 {
			w.is("no request", int64(0), w.wish(signUp(r.Email, weekly)))
		}
		w.is("letter", "known to "+r.Email, w.post())
		more := w.wish(signUp(r.Email, weekly, "daily"))
		w.is("one more newsletter", "confirm to "+r.Email, w.post())
		done := w.confirm(more)
		w.is("the same reader", subscribers.Confirmed{Subscriber: reader, Request: done.Request}, done)
		w.is("has", "active daily weekly", w.left(reader))
	}},

	{"a welcome is for what is new, where it is wanted", func(w *world) {
		w.confirm(w.wish(signUp("ada@example.com", weekly, "daily")), "daily", "third")
		w.is("letters", "welcome to ada@example.com (daily), confirm to ada@example.com", w.post())
		w.now = w.now.AddDate(0, 0, 2)
		w.confirm(w.wish(signUp("ada@example.com", "daily", "third")), "daily")
		w.is("no welcome", "confirm to ada@example.com", w.post())
	}},

	{"confirming brings anybody back, and says so", func(w *world) {
		for _, c := range []struct {
			name   string
			before func(id int64, email string)
			want   string
			log    []string
		}{
			{"left", func(id int64, _ string) { w.must(w.db.Leave(w.ctx, id, "", fromLetter, w.now)) }, "active weekly",
				[]string{"left by link weekly from 198.51.100.0/24"}},
			{"paused", func(id int64, _ string) {
				w.must(w.db.PauseUntil(w.ctx, id, w.now.AddDate(0, 2, 0), fromLetter, w.now))
				w.must(w.db.Leave(w.ctx, id, weekly, fromLetter, w.now))
			}, "active weekly", []string{"paused by link from 198.51.100.0/24", "left by link weekly from 198.51.100.0/24"}},
			{"bounced", func(_ int64, email string) {
				w.must(w.db.Suppress(w.ctx, email, subscribers.BecauseBounced, w.now.AddDate(0, 0, -8)))
			}, "active weekly", nil},
		} {
			id := w.readers(1)[0]
			r, err := w.db.Subscriber(w.ctx, id)
			w.must(err)
			c.before(id, r.Email)
			request := w.wish(signUp(r.Email, weekly))
			w.is(c.name+": letter", "confirm to "+r.Email, w.post())
			w.confirm(request)
			w.is(c.name, c.want, w.left(id))
			want := append([]string{"imported by import weekly: "}, c.log...)
			want = append(want, "asked by form weekly from 203.0.113.0/24: Yes, the letters.", "confirmed by link weekly from 198.51.100.0/24")
			if c.name == "bounced" {
				want = append(want, "lifted by link from 198.51.100.0/24: bounced")
			}
			want[0] = "imported by import weekly"
			w.is(c.name+": log", want, w.acts(id))
			got, err := w.db.Subscriber(w.ctx, id)
			w.must(err)
			w.is(c.name+": pause", false, got.PausedAt(w.now))
		}
		c, err := w.db.Counts(w.ctx)
		w.must(err)
		w.is("nobody is suppressed", 0, c.Suppressed)
	}},

	{"who must not be written to is not, whatever the answer", func(w *world) {
		bounced, complained := w.readers(1)[0], w.readers(1)[0]
		for id, reason := range map[int64]string{bounced: subscribers.BecauseBounced, complained: subscribers.BecauseComplained} {
			r, err := w.db.Subscriber(w.ctx, id)
			w.must(err)
			w.must(w.db.Suppress(w.ctx, r.Email, reason, w.now))
			if w.wish(signUp(r.Email, weekly)) == 0 {
				w.Errorf("%s: no request", reason)
			}
			w.must(w.db.AskPreferences(w.ctx, r.Email, "en", w.now))
		}
		w.must(w.db.Suppress(w.ctx, "nobody@example.com", subscribers.BecauseComplained, w.now))
		w.wish(signUp("nobody@example.com", weekly))
		w.is("letters", "", w.post())
		// One who has an older letter, and confirms by it, wants our letters.
		request := w.wish(signUp("nobody@example.com", weekly))
		w.is("lifted", "active weekly", w.left(w.confirm(request).Subscriber))
	}},

	{"only a confirmation brings an erased reader back", func(w *world) {
		id := w.confirm(w.wish(signUp("ada@example.com", weekly))).Subscriber
		w.post()
		w.must(w.db.Erase(w.ctx, id, fromLetter, w.now))
		w.is("import", subscribers.Refused, w.importRow(subscribers.ImportRow{Email: "ada@example.com", Newsletters: []string{weekly}}).Fate)
		request := w.wish(signUp("ada@example.com", weekly))
		w.is("not twice a day, by being erased", "", w.post())
		w.now = w.now.AddDate(0, 0, 1)
		w.wish(signUp("ada@example.com", weekly))
		w.is("letter", "confirm to ada@example.com", w.post())
		again := w.confirm(request).Subscriber
		if again <= id {
			w.Errorf("reader %d comes back as %d", id, again)
		}
		w.is("log of the first", []string{"asked by form weekly", "confirmed by link weekly", "erased by link"}, w.acts(id))
		w.is("log of the second", "lifted by link from 198.51.100.0/24: erased", w.acts(again)[2])
	}},

	{"erasing forgets the addresses of before", func(w *world) {
		id := w.confirm(w.wish(signUp("ada@example.com", weekly))).Subscriber
		move := subscribers.Request{Kind: subscribers.NewAddress, Subscriber: id, Email: "lovelace@example.com", Consent: fromLetter}
		w.confirm(w.wish(move))
		account, err := w.db.Account(w.ctx, id)
		w.must(err)
		var kinds []string
		for _, l := range account.Letters {
			kinds = append(kinds, l.Kind)
		}
		w.is("letters, also the one that came before there was a reader", []string{"confirm", "address", "address-changed"}, kinds)
		old := subscribers.ImportRow{Email: "ada@example.com", Newsletters: []string{weekly}}
		w.is("import while the reader is elsewhere", "moved", w.importRow(old).Stays)
		w.must(w.db.Erase(w.ctx, id, fromLetter, w.now))
		w.is("letters that waited", "", w.post())
		w.is("import once they are erased", "moved", w.importRow(old).Stays)
		w.now = w.now.AddDate(0, 0, 1)
		again := w.confirm(w.wish(signUp("ada@example.com", weekly))).Subscriber
		w.is("they come back themselves", "active weekly", w.left(again))
		w.is("and then an import finds them", subscribers.Same, w.importRow(old).Fate)
	}},

	{"erasing leaves nothing that speaks of the person", func(w *world) {
		row := subscribers.ImportRow{Email: "ada@example.com", Newsletters: []string{weekly}, Consent: "told me at dinner", File: "ada.csv"}
		id := w.importRow(row).ID
		move := subscribers.Request{Kind: subscribers.NewAddress, Subscriber: id, Email: "lovelace@example.com", Consent: fromLetter}
		moving := w.wish(move)
		signing := w.wish(signUp("ada@example.com", "daily"))
		w.must(w.db.AskPreferences(w.ctx, "ada@example.com", "", w.now))
		before, err := w.db.Account(w.ctx, id)
		w.must(err)
		w.is("requests", 2, len(before.Requests))
		w.is("letters", 2, len(before.Letters))
		w.must(w.db.Erase(w.ctx, id, fromLetter, w.now))
		w.is("letters that waited", "", w.post())
		for _, r := range []int64{moving, signing} {
			_, err := w.db.Request(w.ctx, r)
			w.fails(err, subscribers.ErrNoRequest)
			_, err = w.db.Confirm(w.ctx, r, fromLetter, nil, w.now)
			w.fails(err, subscribers.ErrNoRequest)
		}
		_, err = w.db.Account(w.ctx, id)
		w.fails(err, subscribers.ErrNotFound)
		w.is("log", []string{"imported by import weekly", "erased by link"}, w.acts(id))
	}},

	{"what nobody confirms is forgotten", func(w *world) {
		id := w.wish(signUp("ada@example.com", weekly))
		kept := w.confirm(w.wish(signUp("bo@example.com", weekly))).Request.ID
		w.now = w.now.Add(subscribers.RequestLife)
		_, err := w.db.Confirm(w.ctx, id, fromLetter, nil, w.now)
		w.fails(err, subscribers.ErrNoRequest)
		w.must(w.db.ForgetRequests(w.ctx, w.now.Add(-subscribers.RequestLife)))
		_, err = w.db.Request(w.ctx, id)
		w.must(err)
		w.must(w.db.ForgetRequests(w.ctx, w.now.Add(time.Millisecond-subscribers.RequestLife)))
		_, err = w.db.Request(w.ctx, id)
		w.fails(err, subscribers.ErrNoRequest)
		w.is("done", true, w.confirm(kept).Already)
		if next := w.wish(signUp("cy@example.com", weekly)); next <= id {
			w.Errorf("number %d was given again after %d", next, id)
		}
	}},

	{"the preferences come by letter, to readers", func(w *world) {
		r, err := w.db.Subscriber(w.ctx, w.readers(1)[0])
		w.must(err)
		for range 3 {
			w.must(w.db.AskPreferences(w.ctx, strings.ToUpper(r.Email), "en", w.now))
			w.must(w.db.AskPreferences(w.ctx, "nobody@example.com", "en", w.now))
		}
		w.is("letters", "preferences to "+r.Email, w.post())
		w.now = w.now.Add(subscribers.PreferencesEvery)
		w.must(w.db.AskPreferences(w.ctx, r.Email, "en", w.now))
		w.is("an hour later", "preferences to "+r.Email, w.post())
	}},

	{"two who sign up at once with one address are one", func(w *world) {
		other := w.open()
		ids := make(chan int64, 8)
		for i := range 8 {
			db := w.db
			if i%2 == 1 {
				db = other
			}
			go func() {
				id, err := db.Ask(w.ctx, signUp("ada@example.com", weekly), w.now)
				if err != nil {
					w.Error(err)
				}
				ids <- id
			}()
		}
		id := <-ids
		for range 7 {
			w.is("request", id, <-ids)
		}
		w.is("letters", "confirm to ada@example.com", w.post())
		fresh := make(chan bool, 8)
		for i := range 8 {
			db := w.db
			if i%2 == 1 {
				db = other
			}
			go func() {
				done, err := db.Confirm(w.ctx, id, fromLetter, []string{weekly}, w.now)
				if err != nil {
					w.Error(err)
				}
				fresh <- done.Fresh
			}()
		}
		n := 0
		for range 8 {
			if <-fresh {
				n++
			}
		}
		w.is("became a reader", 1, n)
		w.is("letters", "welcome to ada@example.com (weekly)", w.post())
	}},
}
