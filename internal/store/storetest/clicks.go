package storetest

import (
	"fmt"
	"sync"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/subscribers"
)

// linked publishes an edition with a version of these articles, and returns its
// number and theirs on the wire.
func (w *world) linked(name string, titles ...string) (edition string, number int64, releases []int64) {
	w.Helper()
	head, err := w.db.Head(w.ctx)
	w.must(err)
	w.article(titles...)
	edition = w.publish(name)
	v := digest.Version{Edition: edition, Language: "en"}
	for i, title := range titles {
		releases = append(releases, head+int64(i)+1)
		v.Items = append(v.Items, digest.Item{N: releases[i], Kind: content.KindArticle, ID: title})
	}
	_, err = w.db.AddVersion(w.ctx, v)
	w.must(err)
	number, err = w.db.CountLinks(w.ctx, edition)
	w.must(err)
	return edition, number, releases
}

// clicks are those of an edition in words: "7: b 5, a 2; 2026-11-24 7".
func (w *world) clicks(edition string) string {
	w.Helper()
	c, err := w.db.Clicks(w.ctx, edition)
	w.must(err)
	if c == nil {
		return "not counted"
	}
	s := fmt.Sprint(c.Total, ":")
	for _, i := range c.Items {
		s += fmt.Sprint(" ", i.Title, " ", i.Clicks)
	}
	s += ";"
	for _, d := range c.Days {
		s += fmt.Sprint(" ", d.Day, " ", d.Clicks)
	}
	return s
}

var clickTests = []test{
	{"links are counted where somebody said so", func(w *world) {
		w.article("a")
		plain := w.publish("plain")
		w.is("of an edition that is not counted", "not counted", w.clicks(plain))
		counted, number, _ := w.linked("counted", "b", "c")
		again, err := w.db.CountLinks(w.ctx, counted)
		w.must(err)
		w.is("number", number, again)
		w.is("of one that nobody followed", "0: b 0 c 0;", w.clicks(counted))
		w.is("editions", []bool{false, true}, []bool{w.edition(plain).Counted, w.edition(counted).Counted})
		for id, want := range map[string]bool{plain: false, counted: true} {
			r, err := w.db.Results(w.ctx, id)
			w.must(err)
			w.is("results tell", want, r.Clicks != nil)
		}
		_, err = w.db.CountLinks(w.ctx, "nobody")
		w.fails(err, digest.ErrNotFound)
		_, err = w.db.Clicks(w.ctx, "nobody")
		w.fails(err, digest.ErrNotFound)
	}},

	{"a link leads to what its item is now", func(w *world) {
		_, number, n := w.linked("one", "a", "b")
		_, other, m := w.linked("two", "c")
		look := func(edition, release int64) *content.Entry {
			w.Helper()
			e, err := w.db.Linked(w.ctx, digest.Link{Edition: edition, Release: release})
			w.must(err)
			return e
		}
		e := look(number, n[0])
		w.is("address", "https://example.com/a", e.Article.URL)
		w.is("body", "", e.Article.Body)
		moved := change("a")
		moved.New, moved.Article.URL, moved.Hash = false, "https://example.com/moved", "another"
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{Source: "dir:a", At: w.now, Articles: []content.Change{moved}}, nil
		}))
		w.is("address after an edit", "https://example.com/moved", look(number, n[0]).Article.URL)
		w.must(w.db.Withdraw(w.ctx, "b", w.now))
		w.is("state", content.Withdrawn, look(number, n[1]).State)
		w.compact(week)
		w.is("address after compaction", "https://example.com/moved", look(number, n[0]).Article.URL)
		w.is("another edition's", "https://example.com/c", look(other, m[0]).Article.URL)
		for _, l := range []digest.Link{{}, {Edition: number}, {Edition: number, Release: m[0]}, {Edition: other, Release: n[0]}, {Edition: other + 1, Release: m[0]}, {Edition: other, Release: m[0] + 1}, {Edition: -1, Release: 1 << 62}} {
			_, err := w.db.Linked(w.ctx, l)
			w.fails(err, digest.ErrNotFound)
		}
	}},

	{"clicks add up over processes, exactly", func(w *world) {
		edition, number, n := w.linked("one", "a", "b", "c")
		const each, days = 20, 3
		var counting sync.WaitGroup
		for i, db := range w.handles(4) {
			counting.Go(func() {
				for j := range each {
					var some []digest.LinkClicks
					for d := range days { // in another order in each process
						for k := range n {
							l := digest.Link{Edition: number, Release: n[(k+i)%len(n)]}
							some = append(some, digest.LinkClicks{Link: l, Day: fmt.Sprintf("2026-11-2%d", (d+j)%days), Clicks: 1 + (k+i)%len(n)})
						}
					}
					if err := db.AddClicks(w.ctx, some); err != nil {
						w.Error(err)
					}
				}
			})
		}
		counting.Wait()
		one := 4 * each
		w.is("clicks", fmt.Sprintf("%d: c %d b %d a %d; 2026-11-20 %d 2026-11-21 %d 2026-11-22 %d",
			18*one, 9*one, 6*one, 3*one, 6*one, 6*one, 6*one), w.clicks(edition))
	}},

	{"days of long ago become months, and not a click is lost", func(w *world) {
		edition, number, n := w.linked("one", "a", "b")
		var some []digest.LinkClicks
		for day := 1; day <= 28; day++ {
			for _, month := range []int{7, 8, 9} {
				for _, r := range n {
					some = append(some, digest.LinkClicks{Link: digest.Link{Edition: number, Release: r}, Day: fmt.Sprintf("2026-%02d-%02d", month, day), Clicks: 1})
				}
			}
		}
		w.must(w.db.AddClicks(w.ctx, some))
		w.must(w.db.AddClicks(w.ctx, []digest.LinkClicks{{Link: digest.Link{Edition: number, Release: n[1]}, Day: "2026-07", Clicks: 5}}))
		var folding sync.WaitGroup
		for _, db := range w.handles(3) {
			folding.Go(func() {
				for more := true; more; {
					var err error
					if more, err = db.FoldClicks(w.ctx, "2026-09-27"); err != nil {
						w.Error(err)
					}
				}
			})
		}
		folding.Wait()
		w.is("clicks", "173: b 89 a 84; 2026-07 61 2026-08 56 2026-09 52 2026-09-27 2 2026-09-28 2", w.clicks(edition))
		more, err := w.db.FoldClicks(w.ctx, "2026-09-27")
		w.must(err)
		w.is("more to fold", false, more)
	}},

	{"erasing a reader leaves clicks alone: they are nobody's", func(w *world) {
		id := w.readers(1)[0]
		edition, number, n := w.linked("one", "a")
		w.must(w.db.AddClicks(w.ctx, []digest.LinkClicks{{Link: digest.Link{Edition: number, Release: n[0]}, Day: "2026-11-24", Clicks: 2}}))
		w.must(w.db.Erase(w.ctx, id, subscribers.Consent{}, w.now))
		w.is("clicks", "2: a 2; 2026-11-24 2", w.clicks(edition))
	}},
}
