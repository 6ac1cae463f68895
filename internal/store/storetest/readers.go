package storetest

import (
	"fmt"
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

// importRow imports one row and returns what became of it.
func (w *world) importRow(row subscribers.ImportRow) subscribers.ImportResult {
	w.Helper()
	row.Line = 2
	res, err := w.db.Import(w.ctx, []subscribers.ImportRow{row}, w.now, false)
	w.must(err)
	return res[0]
}

// importMore subscribes readers to another newsletter.
func (w *world) importMore(ids []int64, newsletter string) {
	w.Helper()
	for _, id := range ids {
		w.wishes(id, func(r *subscribers.ImportRow) { r.Newsletters = []string{newsletter} })
	}
}

// left tells which newsletters a reader has, those left in brackets, and the status.
func (w *world) left(id int64) string {
	w.Helper()
	r, err := w.db.Subscriber(w.ctx, id)
	w.must(err)
	subs, err := w.db.Subscriptions(w.ctx, id)
	w.must(err)
	out := string(r.Status)
	for _, s := range subs {
		if s.Left.IsZero() {
			out += " " + s.Newsletter
		} else {
			out += " (" + s.Newsletter + ")"
		}
	}
	return out
}

var readerTests = []test{
	{"a reader comes back whole", func(w *world) {
		res := w.importRow(subscribers.ImportRow{Email: "Ada@Example.com", Name: "Ada – é", Topics: []string{"go", "ai"}, Cities: []string{"Berlin"},
			Newsletters: []string{weekly, "daily"}, Timezone: "Europe/Berlin", Language: "de", Consent: "fair 2026"})
		w.is("fate", subscribers.New, res.Fate)
		want := &subscribers.Subscriber{ID: res.ID, Email: "Ada@Example.com", Name: "Ada – é", Topics: []string{"ai", "go"}, Cities: []string{"Berlin"},
			Language: "de", Timezone: "Europe/Berlin", Status: subscribers.Active, Since: w.now, Consent: "fair 2026"}
		got, err := w.db.ByEmail(w.ctx, " ada@EXAMPLE.com")
		w.must(err)
		w.is("by address", want, got)
		got, err = w.db.Subscriber(w.ctx, res.ID)
		w.must(err)
		w.is("by number", want, got)
		subs, err := w.db.Subscriptions(w.ctx, res.ID)
		w.must(err)
		w.is("subscriptions", []subscribers.Subscription{
			{Subscriber: res.ID, Newsletter: "daily", Since: w.now}, {Subscriber: res.ID, Newsletter: weekly, Since: w.now}}, subs)
		list, err := w.db.List(w.ctx, 0, 10)
		w.must(err)
		w.is("list", []subscribers.Entry{{Subscriber: *want, Subscriptions: subs}}, list)
	}},

	{"who is not there is not found", func(w *world) {
		_, err := w.db.Subscriber(w.ctx, 1)
		w.fails(err, subscribers.ErrNotFound)
		for _, email := range []string{"nobody@example.com", "", "no\x00body@example.com", "\xff"} {
			_, err = w.db.ByEmail(w.ctx, email)
			w.fails(err, subscribers.ErrNotFound)
		}
		w.fails(w.db.Leave(w.ctx, 1, "", subscribers.Consent{}, w.now), subscribers.ErrNotFound)
		w.fails(w.db.Return(w.ctx, 1, "", subscribers.Consent{}, w.now), subscribers.ErrNotFound)
		w.fails(w.db.PauseUntil(w.ctx, 1, w.now, subscribers.Consent{}, w.now), subscribers.ErrNotFound)
		w.fails(w.db.Erase(w.ctx, 1, subscribers.Consent{}, w.now), subscribers.ErrNotFound)
		subs, err := w.db.Subscriptions(w.ctx, 1)
		w.must(err)
		w.is("subscriptions", 0, len(subs))
	}},

	{"the list is read in pages", func(w *world) {
		ids := w.readers(7)
		w.importMore(ids[2:4], "daily")
		var got []int64
		for after := int64(0); ; {
			page, err := w.db.List(w.ctx, after, 3)
			w.must(err)
			for _, e := range page {
				want := 1
				if e.Subscriber.ID == ids[2] || e.Subscriber.ID == ids[3] {
					want = 2
				}
				w.is(fmt.Sprint("subscriptions of ", e.Subscriber.ID), want, len(e.Subscriptions))
				got = append(got, e.Subscriber.ID)
			}
			if len(page) < 3 {
				break
			}
			after = page[2].Subscriber.ID
		}
		w.is("readers", ids, got)
	}},

	{"leaving keeps the bookmark, and coming back finds it", func(w *world) {
		w.article("a")
		id := w.readers(1)[0]
		w.importMore([]int64{id}, "daily")
		w.send("one")
		w.drain()
		w.must(w.db.Leave(w.ctx, id, weekly, subscribers.Consent{}, w.now))
		w.is("one", "active daily (weekly)", w.left(id))
		w.must(w.db.Leave(w.ctx, id, weekly, subscribers.Consent{}, w.now.Add(time.Hour)))
		w.must(w.db.Leave(w.ctx, id, "nothing", subscribers.Consent{}, w.now.Add(time.Hour)))
		subs, err := w.db.Subscriptions(w.ctx, id)
		w.must(err)
		w.is("left the first time", w.now, subs[1].Left)
		w.is("bookmark", int64(1), subs[1].Bookmark)
		w.must(w.db.Leave(w.ctx, id, "", subscribers.Consent{}, w.now.Add(2*time.Hour)))
		w.is("all", "unsubscribed (daily) (weekly)", w.left(id))
		w.must(w.db.Return(w.ctx, id, "", subscribers.Consent{}, w.now))
		w.is("undone", "active daily (weekly)", w.left(id))
		w.must(w.db.Return(w.ctx, id, weekly, subscribers.Consent{}, w.now))
		w.must(w.db.Return(w.ctx, id, weekly, subscribers.Consent{}, w.now))
		w.is("back", "active daily weekly", w.left(id))
		subs, err = w.db.Subscriptions(w.ctx, id)
		w.must(err)
		w.is("bookmark", int64(1), subs[1].Bookmark)
	}},

	{"an erased reader is forgotten and kept out", func(w *world) {
		ids := w.readers(2)
		r, err := w.db.Subscriber(w.ctx, ids[1])
		w.must(err)
		w.must(w.db.Erase(w.ctx, ids[1], subscribers.Consent{}, w.now))
		_, err = w.db.ByEmail(w.ctx, r.Email)
		w.fails(err, subscribers.ErrNotFound)
		res := w.importRow(subscribers.ImportRow{Email: r.Email, Newsletters: []string{weekly}})
		w.is("import", subscribers.Refused, res.Fate)
		next := w.readers(1)[0]
		if next <= ids[1] {
			w.Errorf("number %d was given again after %d", next, ids[1])
		}
	}},

	{"a suppression keeps its first reason", func(w *world) {
		id := w.readers(1)[0]
		r, err := w.db.Subscriber(w.ctx, id)
		w.must(err)
		w.must(w.db.Suppress(w.ctx, r.Email, subscribers.BecauseBounced, w.now))
		w.must(w.db.Suppress(w.ctx, r.Email, subscribers.BecauseBounced, w.now))
		w.must(w.db.Suppress(w.ctx, "nobody@example.com", subscribers.BecauseComplained, w.now))
		w.is("reader", "bounced weekly", w.left(id))
		res := w.importRow(subscribers.ImportRow{Email: "NOBODY@example.com"})
		w.is("import", subscribers.Refused, res.Fate)
		c, err := w.db.Counts(w.ctx)
		w.must(err)
		w.is("counts", subscribers.Counts{Status: map[subscribers.Status]int{subscribers.Bounced: 1}, Newsletters: map[string]int{}, Suppressed: 2}, c)
	}},

	{"counts are of those who want letters", func(w *world) {
		ids := w.readers(4)
		w.importMore(ids[:2], "daily")
		w.must(w.db.Leave(w.ctx, ids[0], weekly, subscribers.Consent{}, w.now))
		w.must(w.db.Leave(w.ctx, ids[3], "", subscribers.Consent{}, w.now))
		c, err := w.db.Counts(w.ctx)
		w.must(err)
		w.is("counts", subscribers.Counts{
			Status:      map[subscribers.Status]int{subscribers.Active: 3, subscribers.Left: 1},
			Newsletters: map[string]int{weekly: 2, "daily": 2},
		}, c)
	}},
}

var importTests = []test{
	{"new subscriptions begin at the newsletter's last edition", func(w *world) {
		w.article("a", "b")
		early := w.readers(1)[0]
		w.is("before the first", int64(0), w.bookmark(early))
		w.draftAndMiss()
		w.is("a missed one is none", int64(0), w.bookmark(w.readers(1)[0]))
		w.publish("one")
		w.is("after", int64(2), w.bookmark(w.readers(1)[0]))
		w.importMore([]int64{early}, "daily")
		subs, err := w.db.Subscriptions(w.ctx, early)
		w.must(err)
		w.is("of another newsletter", int64(0), subs[0].Bookmark)
	}},

	{"an import never brings anybody back", func(w *world) {
		ids := w.readers(2)
		w.must(w.db.Leave(w.ctx, ids[0], "", subscribers.Consent{}, w.now))
		r, err := w.db.Subscriber(w.ctx, ids[0])
		w.must(err)
		res := w.importRow(subscribers.ImportRow{Email: r.Email, Name: "New", Newsletters: []string{weekly, "daily"}, Status: subscribers.Active})
		w.is("result", subscribers.ImportResult{Line: 2, Fate: subscribers.Refused, Why: res.Why, Stays: "unsubscribed"}, res)
		w.is("reader", "unsubscribed (weekly)", w.left(ids[0]))

		w.importMore(ids[1:], "daily")
		w.must(w.db.Leave(w.ctx, ids[1], weekly, subscribers.Consent{}, w.now))
		r, err = w.db.Subscriber(w.ctx, ids[1])
		w.must(err)
		res = w.importRow(subscribers.ImportRow{Email: r.Email, Newsletters: []string{weekly, "daily", "third"}})
		w.is("fate", subscribers.Changed, res.Fate)
		w.is("reader", "active daily third (weekly)", w.left(ids[1]))
	}},

	{"an import may end what was wanted", func(w *world) {
		ids := w.readers(2)
		for i, id := range ids {
			w.wishes(id, func(r *subscribers.ImportRow) {
				if i == 0 {
					r.Status = subscribers.Left
				} else {
					r.Left = []string{weekly, "daily"}
				}
			})
		}
		w.is("as a whole", "unsubscribed (weekly)", w.left(ids[0]))
		w.is("some", "unsubscribed (daily) (weekly)", w.left(ids[1]))
	}},

	{"a batch is one transaction, and a dry run none", func(w *world) {
		rows := func(n int) (out []subscribers.ImportRow) {
			for i := range n {
				out = append(out, subscribers.ImportRow{Line: i + 2, Email: fmt.Sprintf("r%d@example.com", i), Newsletters: []string{weekly}})
			}
			return out
		}
		dry, err := w.db.Import(w.ctx, rows(130), w.now, true)
		w.must(err)
		w.is("dry", subscribers.ImportResult{Line: 131, Fate: subscribers.New}, dry[129])
		w.is("nobody came", 0, w.people())
		bad := rows(130)
		bad[129].Name = "N\x00L"
		if _, err := w.db.Import(w.ctx, bad, w.now, false); err == nil {
			w.Error("a NUL was kept")
		}
		w.is("nobody came", 0, w.people())
		res, err := w.db.Import(w.ctx, rows(130), w.now, false)
		w.must(err)
		w.is("came", 130, w.people())
		again, err := w.db.Import(w.ctx, rows(131), w.now, false)
		w.must(err)
		w.is("same", subscribers.ImportResult{Line: 131, Fate: subscribers.Same, ID: res[129].ID}, again[129])
		w.is("new", subscribers.New, again[130].Fate)
	}},
}

func (w *world) draftAndMiss() {
	w.Helper()
	w.must(w.db.Miss(w.ctx, w.draft(fmt.Sprint("missed at ", w.now.UnixMilli())), "late", w.now))
}
