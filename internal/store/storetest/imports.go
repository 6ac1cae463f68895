package storetest

import (
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

// consents is the log of a reader as one line an entry.
func (w *world) consents(id int64) (lines []string) {
	w.Helper()
	log, err := w.db.Consents(w.ctx, id)
	w.must(err)
	for _, c := range log {
		line := c.At.Format(time.DateOnly) + " " + string(c.Act) + " " + c.Way
		for _, n := range c.Newsletters {
			line += " " + n
		}
		lines = append(lines, line+": "+c.Text)
	}
	return lines
}

var importLogTests = []test{
	{"an import is told in the log, once", func(w *world) {
		row := subscribers.ImportRow{Email: "ada@example.com", Newsletters: []string{weekly}, Consent: "at the fair", File: "readers.csv"}
		id := w.importRow(row).ID
		day := w.now.Format(time.DateOnly)
		came := day + " imported import readers.csv " + weekly + ": at the fair"
		w.is("came", []string{came}, w.consents(id))
		w.importRow(row)
		row.Name = "Ada"
		w.importRow(row)
		w.is("the same, and a name", []string{came}, w.consents(id))
		row.Newsletters, row.Consent, row.File = []string{weekly, "daily"}, "asked us", ""
		w.importRow(row)
		more := day + " imported import daily: asked us"
		w.is("one more newsletter", []string{came, more}, w.consents(id))
		row.Newsletters, row.Left = nil, []string{weekly}
		w.importRow(row)
		w.is("one less", []string{came, more, day + " left import " + weekly + ": asked us"}, w.consents(id))
		row.Email, row.Newsletters, row.Left, row.Evidence = "bo@example.com", []string{weekly}, nil, "at Ghost since 2024-03-14"
		w.is("with proof", []string{day + " imported import " + weekly + ": asked us (at Ghost since 2024-03-14)"}, w.consents(w.importRow(row).ID))
	}},

	{"a dry run and a refusal are not told", func(w *world) {
		id := w.readers(1)[0]
		was := w.consents(id)
		r, err := w.db.Subscriber(w.ctx, id)
		w.must(err)
		row := subscribers.ImportRow{Line: 2, Email: r.Email, Newsletters: []string{"daily"}}
		_, err = w.db.Import(w.ctx, []subscribers.ImportRow{row}, w.now, true)
		w.must(err)
		w.is("dry", was, w.consents(id))
		w.must(w.db.Leave(w.ctx, id, "", subscribers.Consent{}, w.now))
		was = w.consents(id)
		w.is("refused", subscribers.Refused, w.importRow(row).Fate)
		w.is("log", was, w.consents(id))
	}},

	{"what was elsewhere is kept with its moments", func(w *world) {
		long, since, left := w.now.AddDate(-2, 0, 0), w.now.AddDate(-1, 0, 0), w.now.AddDate(0, -1, 0)
		id := w.importRow(subscribers.ImportRow{
			Email: "ada@example.com", Newsletters: []string{weekly, "daily"}, Left: []string{"third"},
			Since: long, Paused: w.now.AddDate(0, 1, 0),
			Began: map[string]time.Time{"daily": since}, Ended: map[string]time.Time{"third": left},
		}).ID
		r, err := w.db.Subscriber(w.ctx, id)
		w.must(err)
		w.is("since", long, r.Since)
		w.is("pause", w.now.AddDate(0, 1, 0), r.Paused)
		subs, err := w.db.Subscriptions(w.ctx, id)
		w.must(err)
		w.is("subscriptions", []subscribers.Subscription{
			{Subscriber: id, Newsletter: "daily", Since: since},
			{Subscriber: id, Newsletter: "third", Since: long, Left: left},
			{Subscriber: id, Newsletter: weekly, Since: long},
		}, subs)
	}},
}
