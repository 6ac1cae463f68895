package storetest

import (
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// edit saves a draft of weekly.
func (w *world) edit(c digest.Changes) *digest.Draft {
	w.Helper()
	d, err := w.db.Draft(w.ctx, weekly)
	w.must(err)
	d.Changes, d.By = c, "ada"
	d, err = w.db.SaveDraft(w.ctx, *d, w.now)
	w.must(err)
	return d
}

func (w *world) pending() *digest.Draft {
	w.Helper()
	d, err := w.db.Draft(w.ctx, weekly)
	w.must(err)
	return d
}

func (w *world) asides(before string) *digest.Asides {
	w.Helper()
	a, err := w.db.Asides(w.ctx, weekly, before)
	w.must(err)
	return a
}

// give expands an edition into letters that hold these articles, which are
// numbered from 1 and called a, b, c.
func (w *world) give(id string, ns ...int64) {
	w.Helper()
	x := w.expansion(id)
	_, err := w.db.Expand(w.ctx, x, 50, w.now, func(readers []digest.Reader) []digest.Decision {
		var out []digest.Decision
		for _, r := range readers {
			d := digest.Decision{Subscriber: r.Subscriber, Language: "en", Due: w.now}
			for _, n := range ns {
				d.Items = append(d.Items, digest.Item{N: n, Kind: content.KindArticle, ID: string(rune('a' + n - 1))})
			}
			out = append(out, d)
		}
		return out
	})
	w.must(err)
}

// owed tells which readers are owed extras.
func (w *world) owed(extras ...digest.Extra) map[int64]map[int64]bool {
	w.Helper()
	rs, err := w.db.Look(w.ctx, weekly, digest.Asked{Extras: extras}, 0, 100, w.now)
	w.must(err)
	out := map[int64]map[int64]bool{}
	for _, r := range rs {
		out[r.Subscriber] = r.Owed
	}
	return out
}

var draftTests = []test{
	{"a draft is changed by who has seen it", func(w *world) {
		w.is("before there is one", &digest.Draft{Newsletter: weekly}, w.pending())
		first := w.edit(digest.Changes{Subject: "Größe", Intro: "One.\n\nTwo.", Lead: 2, Order: []int64{3, 2}, In: []int64{1}, Out: []digest.Removal{{N: 4, Keep: true, By: "ada"}}})
		w.is("saved", first, w.pending())
		w.is("revision", int64(1), first.Revision)
		second := w.edit(digest.Changes{})
		w.is("revision", int64(2), second.Revision)
		_, err := w.db.SaveDraft(w.ctx, *first, w.now)
		w.fails(err, digest.ErrChanged)
		_, err = w.db.SaveDraft(w.ctx, digest.Draft{Newsletter: weekly}, w.now)
		w.fails(err, digest.ErrChanged)
		w.is("after that", second, w.pending())
	}},

	{"a test counts for the revision it was of", func(w *world) {
		d := w.edit(digest.Changes{Subject: "One"})
		w.must(w.db.DraftTested(w.ctx, weekly, d.Revision, w.now))
		w.is("tested", w.now, w.pending().Tested)
		w.must(w.db.DraftTested(w.ctx, weekly, d.Revision-1, w.now.Add(time.Hour)))
		w.is("tested", w.now, w.pending().Tested)
		w.edit(digest.Changes{Subject: "Two"})
		w.is("after a change", time.Time{}, w.pending().Tested)
	}},

	{"an edition takes the draft along", func(w *world) {
		w.article("a")
		c := digest.Changes{Subject: "Hello", Order: []int64{1}}
		d := w.edit(c)
		id := w.publish("one")
		w.is("of the edition", c, w.edition(id).Changes)
		got, err := w.db.EditionChanges(w.ctx, id)
		w.must(err)
		w.is("of the edition", &c, got)
		w.is("of the next", &digest.Draft{Newsletter: weekly, Revision: d.Revision}, w.pending())
		w.is("of the next edition", digest.Changes{}, w.edition(w.publish("two")).Changes)
		w.edit(digest.Changes{Subject: "Bye"})
		w.is("of the edition after that", "Bye", w.edition(w.publish("three")).Changes.Subject)
		_, err = w.db.EditionChanges(w.ctx, "nobody")
		w.fails(err, digest.ErrNotFound)
	}},

	{"a change takes an approval back until the edition begins", func(w *world) {
		w.article("a", "b")
		w.readers(1)
		id := w.draft("one")
		w.edit(digest.Changes{Subject: "One", Out: []digest.Removal{{N: 2}}})
		w.is("a draft in review", digest.Changes{}, w.edition(id).Changes)
		soon := []digest.Group{{Zone: digest.AllZones, Due: w.now.Add(time.Hour)}}
		w.must(w.db.Approve(w.ctx, id, 2, w.now, soon))
		w.is("approved", digest.Sending, w.edition(id).State)
		w.is("of the edition", "One", w.edition(id).Changes.Subject)
		d := w.pending()
		w.is("what is approved", id, d.Approved)
		w.is("what is approved", "One", d.Subject)
		w.is("left out", []int64{2}, w.asides("").Out)

		d.Subject = "Two"
		_, err := w.db.SaveDraft(w.ctx, *d, w.now)
		w.must(err)
		e := w.edition(id)
		w.is("state", digest.InReview, e.State)
		w.is("horizon", int64(0), e.Horizon)
		w.is("approved", true, e.Approved.IsZero() && e.Published.IsZero())
		w.is("left out", 0, len(w.asides("").Out))
		w.is("the draft", "Two", w.pending().Subject)

		w.must(w.db.Approve(w.ctx, id, 2, w.now, w.everybody()))
		w.give(id, 1)
		w.is("begun", "", w.pending().Approved)
		w.edit(digest.Changes{Subject: "of the next"})
		w.is("state", digest.Sending, w.edition(id).State)
		w.is("of the edition", "Two", w.edition(id).Changes.Subject)
	}},

	{"a change takes back the approval of an edition that nobody had changed", func(w *world) {
		w.article("a")
		w.readers(1)
		soon := []digest.Group{{Zone: digest.AllZones, Due: w.now.Add(time.Hour)}}
		for _, subject := range []string{"One", "Two"} { // the first draft ever, and one after an edition
			id := w.draft(subject)
			w.must(w.db.Approve(w.ctx, id, 1, w.now, soon))
			w.is("what is approved", id, w.pending().Approved)
			w.edit(digest.Changes{Subject: subject})
			w.is("state", digest.InReview, w.edition(id).State)
			w.must(w.db.Approve(w.ctx, id, 1, w.now, w.everybody()))
			w.give(id, 1)
			w.is("of the edition", subject, w.edition(id).Changes.Subject)
			w.is("of the next", digest.Changes{}, w.pending().Changes)
			w.drain()
			w.article("b" + subject)
		}
	}},

	{"what is kept is on offer in the next edition, and owed after it", func(w *world) {
		w.article("a", "b", "c")
		got, not := func(ids []int64) (int64, int64) { return ids[0], ids[1] }(w.readers(2))
		w.edit(digest.Changes{Out: []digest.Removal{{N: 1, Keep: true}, {N: 3}}})
		one := w.publish("one")
		w.is("before the first", &digest.Asides{}, w.asides(one))
		w.is("after the first", &digest.Asides{Out: []int64{3}, Extras: []digest.Extra{{N: 1}}}, w.asides(""))
		w.give(one, 2)
		w.drain()
		w.is("who is owed it", map[int64]map[int64]bool{got: {1: true}, not: {1: true}}, w.owed(digest.Extra{N: 1}))

		two := w.publish("two")
		w.is("in the second", []digest.Extra{{N: 1}}, w.asides(two).Extras)
		w.is("after the second", []digest.Extra{{N: 1, First: two}}, w.asides("").Extras)
		w.give(two, 1)
		b := w.claim()
		w.settle(b, taken, got)
		w.settle(b, refused, not)
		w.is("who is owed it", map[int64]map[int64]bool{got: nil, not: {1: true}}, w.owed(digest.Extra{N: 1, First: two}))
		later := w.readers(1)[0]
		w.is("a reader who came later", map[int64]bool(nil), w.owed(digest.Extra{N: 1, First: two})[later])
	}},

	{"what is put in goes to who was not given it", func(w *world) {
		w.article("a", "b")
		w.readers(1)
		one := w.publish("one")
		w.give(one, 1)
		w.drain()
		w.readers(1)
		w.edit(digest.Changes{In: []int64{1, 2}})
		two := w.publish("two")
		w.is("after the second", []digest.Extra{{N: 1, First: two}, {N: 2, First: two}}, w.asides("").Extras)
		n := map[bool]int{}
		for _, owed := range w.owed(digest.Extra{N: 1}) {
			n[owed[1]]++
		}
		w.is("who is owed it", map[bool]int{true: 1, false: 1}, n)
	}},

	{"what a cancelled edition offered first is on offer again", func(w *world) {
		w.article("a")
		w.readers(1)
		w.edit(digest.Changes{In: []int64{1}})
		one := w.publish("one")
		w.must(w.db.Cancel(w.ctx, one, "a slip", w.now))
		w.is("extras", []digest.Extra{{N: 1}}, w.asides("").Extras)
	}},

	{"the latest word on a release counts", func(w *world) {
		w.article("a")
		w.edit(digest.Changes{Out: []digest.Removal{{N: 1}}})
		w.publish("one")
		w.edit(digest.Changes{In: []int64{1}})
		two := w.publish("two")
		w.is("after it was put in", &digest.Asides{Extras: []digest.Extra{{N: 1, First: two}}}, w.asides(""))
		w.is("before", &digest.Asides{Out: []int64{1}}, w.asides(two))
		w.edit(digest.Changes{Out: []digest.Removal{{N: 1, Keep: true}}})
		w.publish("three")
		w.is("after it was kept", &digest.Asides{Extras: []digest.Extra{{N: 1}}}, w.asides(""))
	}},

	{"drafts and what was owed are found in rolls too", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		w.edit(digest.Changes{In: []int64{1}})
		one := w.publish("one")
		w.give(one, 1)
		b := w.claim()
		w.settle(b, taken, ids[0])
		w.settle(b, mailer.Outcome{State: mailer.Failed, Reason: "refused", Attempt: true, Code: 550}, ids[1])
		before := w.owed(digest.Extra{N: 1, First: one})
		w.is("who is owed it", map[int64]map[int64]bool{ids[0]: nil, ids[1]: {1: true}}, before)
		for more := true; more; {
			var err error
			more, err = w.db.Compact(w.ctx, w.now.AddDate(0, 0, 30))
			w.must(err)
		}
		w.is("who is owed it", before, w.owed(digest.Extra{N: 1, First: one}))
	}},
}
