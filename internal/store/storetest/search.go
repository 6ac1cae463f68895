package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

// found returns the names before the @ of who is found, in order, and what else
// is said.
func (w *world) found(q subscribers.Query) string {
	w.Helper()
	if q.Limit == 0 {
		q.Limit = 10
	}
	f, err := w.db.FindReaders(w.ctx, q, w.now)
	w.must(err)
	var names []string
	for _, r := range f.Readers {
		name, _, _ := strings.Cut(r.Email, "@")
		names = append(names, name)
	}
	if f.Crowded {
		names = append(names, "and more")
	}
	if f.Next > 0 {
		names = append(names, fmt.Sprintf("before %d", f.Next))
	}
	if !f.Looked {
		names = append(names, "not looked further")
	}
	return strings.Join(names, " ")
}

var searchTests = []test{
	{"readers are found by what is known of them", func(w *world) {
		rows := []subscribers.ImportRow{
			{Email: "ada@example.com", Name: "Ada Lovelace", Newsletters: []string{weekly}, Topics: []string{"R&D", "Go"}, Cities: []string{"London"}},
			{Email: "ben@example.com", Name: "Ödön B_n", Newsletters: []string{"daily"}, Topics: []string{"Go_100%"}},
			{Email: "Cara@adalbert.example", Name: "Cara", Newsletters: []string{weekly, "daily"}, Cities: []string{"New York"}},
			{Email: "dan@xn--mnchen-3ya.example", Name: "Dan", Newsletters: []string{weekly}},
			{Email: "x100@example.com", Name: "100%", Newsletters: []string{weekly}},
		}
		for i := range rows {
			rows[i].Line = i + 2
		}
		res, err := w.db.Import(w.ctx, rows, w.now, false)
		w.must(err)
		id := func(i int) int64 { return res[i].ID }
		w.must(w.db.Leave(w.ctx, id(1), "", fromLetter, w.now))
		w.must(w.db.Leave(w.ctx, id(2), weekly, fromLetter, w.now))
		w.must(w.db.PauseUntil(w.ctx, id(3), w.now.Add(time.Hour), fromLetter, w.now))
		w.must(w.db.PauseUntil(w.ctx, id(4), w.now.Add(time.Minute), fromLetter, w.now))
		w.must(w.db.Suppress(w.ctx, "x100@example.com", subscribers.BecauseBounced, w.now))
		for _, test := range []struct {
			q    subscribers.Query
			want string
		}{
			{subscribers.Query{}, "x100 dan Cara ben ada"},
			{subscribers.Query{Text: "ADA"}, "ada Cara"}, // who begins so is first
			{subscribers.Query{Text: " ada@EXAMPLE.com "}, "ada"},
			{subscribers.Query{Text: "@example.com"}, "x100 ben ada"},
			{subscribers.Query{Text: "@münchen.example"}, "dan"},
			{subscribers.Query{Text: "LOVE"}, "ada"},
			{subscribers.Query{Text: "ödön"}, "ben"},
			{subscribers.Query{Text: "%"}, "x100"},
			{subscribers.Query{Text: "b_n"}, "ben"},
			{subscribers.Query{Text: "a_a"}, ""},
			{subscribers.Query{Text: "a!"}, ""},
			{subscribers.Query{Text: "nobody"}, ""},
			{subscribers.Query{Text: "a\x00"}, ""},
			{subscribers.Query{Text: "\xff"}, ""},
			{subscribers.Query{Text: "a' OR 1=1"}, ""},
			{subscribers.Query{Status: subscribers.Active}, "dan Cara ada"},
			{subscribers.Query{Status: subscribers.Left}, "ben"},
			{subscribers.Query{Status: subscribers.Bounced, Text: "x"}, "x100"},
			{subscribers.Query{Status: subscribers.Complained}, ""},
			{subscribers.Query{Paused: true}, "dan"},
			{subscribers.Query{Newsletter: weekly}, "x100 dan ada"},
			{subscribers.Query{Newsletter: "daily"}, "Cara"},
			{subscribers.Query{Topic: "go"}, "ada"},
			{subscribers.Query{Topic: "r&d"}, "ada"},
			{subscribers.Query{Topic: "go_100%"}, "ben"},
			{subscribers.Query{City: "new york"}, "Cara"},
			{subscribers.Query{City: "new york", Newsletter: weekly}, ""},
			{subscribers.Query{Before: id(2)}, "ben ada"},
		} {
			w.is(fmt.Sprintf("%+v", test.q), test.want, w.found(test.q))
		}

		tally, err := w.db.Tally(w.ctx, w.now)
		w.must(err)
		w.is("tally", subscribers.Tally{Paused: 1, Status: map[subscribers.Status]int{
			subscribers.Active: 3, subscribers.Left: 1, subscribers.Bounced: 1,
		}}, tally)
		w.is("all", 5, tally.All())
		reason, since, err := w.db.Suppression(w.ctx, "X100@example.com")
		w.must(err)
		w.is("suppression", subscribers.BecauseBounced+" "+w.now.String(), reason+" "+since.String())
		reason, since, err = w.db.Suppression(w.ctx, "ada@example.com")
		w.must(err)
		w.is("none", true, reason == "" && since.IsZero())
	}},

	{"readers are found page by page, each once", func(w *world) {
		ids := w.readers(25)
		for _, q := range []subscribers.Query{{Limit: 10}, {Limit: 10, Newsletter: weekly}, {Limit: 10, Status: subscribers.Active}, {Limit: 7, Text: "example"}} {
			var got []int64
			for {
				f, err := w.db.FindReaders(w.ctx, q, w.now)
				w.must(err)
				for _, r := range f.Readers {
					got = append(got, r.ID)
				}
				if f.Next == 0 {
					break
				}
				if len(f.Readers) != q.Limit || f.Next != f.Readers[q.Limit-1].ID {
					w.Fatalf("%d readers, next %d", len(f.Readers), f.Next)
				}
				q.Before = f.Next
			}
			want := make([]int64, len(ids))
			for i, id := range ids {
				want[len(ids)-1-i] = id
			}
			w.is(fmt.Sprintf("%+v", q), want, got)
		}
		// The addresses of all begin alike.
		r, err := w.db.Subscriber(w.ctx, ids[0])
		w.must(err)
		f, err := w.db.FindReaders(w.ctx, subscribers.Query{Text: r.Email[:1], Limit: 10}, w.now)
		w.must(err)
		w.is("crowd", true, f.Crowded && f.Looked && f.Next == 0 && len(f.Readers) == 10)
	}},

	{"who has not confirmed is found", func(w *world) {
		for i, email := range []string{"one@example.com", "two@example.com", "three@example.org"} {
			_, err := w.db.Ask(w.ctx, subscribers.Request{Kind: subscribers.SignUp, Email: email, Name: "N. " + email[:3], Newsletters: []string{weekly}}, w.now.Add(time.Duration(i)*time.Second))
			w.must(err)
		}
		found := func(text string, limit int) string {
			list, err := w.db.Unconfirmed(w.ctx, text, limit)
			w.must(err)
			var names []string
			for _, r := range list {
				names = append(names, r.Email)
			}
			return strings.Join(names, " ")
		}
		w.is("all", "three@example.org two@example.com one@example.com", found("", 10))
		w.is("two", "three@example.org two@example.com", found("", 2))
		w.is("text", "two@example.com one@example.com", found("@example.COM", 10))
		w.is("name", "three@example.org", found("n. thr", 10))
		w.is("nonsense", "", found("\x00", 10))
		tally, err := w.db.Tally(w.ctx, w.now)
		w.must(err)
		w.is("asked", 3, tally.Asked)
	}},

	{"what waits says when it is tried next", func(w *world) {
		w.article("a")
		id := w.readers(1)[0]
		w.send("one")
		waits, err := w.db.Waits(w.ctx, id)
		w.must(err)
		if len(waits) != 1 || waits[0].Attempts != 0 || waits[0].Due.IsZero() {
			w.Errorf("%+v", waits)
		}
		w.drain()
		waits, err = w.db.Waits(w.ctx, id)
		w.must(err)
		w.is("nothing waits", 0, len(waits))
	}},
}
