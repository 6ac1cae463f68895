package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// zone gives a reader a time zone.
func (w *world) wishes(id int64, change func(*subscribers.ImportRow)) {
	w.Helper()
	r, err := w.db.Subscriber(w.ctx, id)
	w.must(err)
	row := subscribers.ImportRow{Line: 1, Email: r.Email}
	change(&row)
	res, err := w.db.Import(w.ctx, []subscribers.ImportRow{row}, w.now, false)
	w.must(err)
	if res[0].Fate == subscribers.Refused {
		w.Fatal(res[0].Why)
	}
}

var expandTests = []test{
	{"everybody is decided on once, oldest bookmarks first", func(w *world) {
		w.article("a")
		old := w.readers(3)
		w.send("one")
		w.drain()
		w.article("b", "c")
		fresh := w.readers(3)
		var order []int64
		id := w.publish("two")
		x := w.expansion(id)
		for done := false; !done; {
			page, err := w.db.Expand(w.ctx, x, 4, w.now, func(rs []digest.Reader) []digest.Decision {
				for _, r := range rs {
					order = append(order, r.Subscriber)
				}
				return w.everything(x)(rs)
			})
			w.must(err)
			done = page.Done
		}
		w.is("order", slices.Concat(old, fresh), order)
		w.is("old", "one sent 1, two queued 2-3", w.rows(old[0]))
		w.is("new ones begin at the last edition", "two queued 2-3", w.rows(fresh[0]))
	}},

	{"an expansion that broke off goes on where it was", func(w *world) {
		w.article("a")
		ids := w.readers(30)
		id := w.publish("one")
		x := w.expansion(id)
		seen := make(map[int64]int)
		stop := errors.New("stop")
		for try := 0; ; try++ {
			ctx, cancel := context.WithCancel(w.ctx)
			page, err := w.db.Expand(ctx, x, 7, w.now, func(rs []digest.Reader) []digest.Decision {
				ds := w.everything(x)(rs)
				switch try % 3 {
				case 0:
					cancel() // the process is told to stop; nothing is written
				case 1:
					return ds[1:] // a decision is missing; nothing is written
				default:
					for _, r := range rs {
						seen[r.Subscriber]++
					}
				}
				return ds
			})
			cancel()
			if try%3 != 2 {
				if err == nil {
					w.Fatal(stop)
				}
				continue
			}
			w.must(err)
			if page.Done {
				break
			}
		}
		for _, r := range ids {
			w.is(fmt.Sprint("decisions on ", r), 1, seen[r])
		}
		w.is("counts", "sending: planned 30, sent 0, failed 0, skipped 0, open 30, none 0", w.counts(id))
		w.drain()
		w.is("counts", "sent: planned 30, sent 30, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"a reader who gets nothing has a row, and a bookmark for nothing", func(w *world) {
		w.article("a")
		ids := w.readers(6)
		w.must(w.db.Leave(w.ctx, ids[0], weekly, subscribers.Consent{}, w.now))
		w.must(w.db.PauseUntil(w.ctx, ids[1], w.now.Add(time.Hour), subscribers.Consent{}, w.now))
		w.wishes(ids[2], func(r *subscribers.ImportRow) { r.Status = subscribers.Bounced })
		w.must(w.db.PauseUntil(w.ctx, ids[3], w.now.Add(-time.Hour), subscribers.Consent{}, w.now))
		id := w.publish("one")
		x := w.expansion(id)
		_, err := w.db.Expand(w.ctx, x, 50, w.now, func(rs []digest.Reader) []digest.Decision {
			ds := w.everything(x)(rs)
			for i := range ds {
				switch ds[i].Subscriber {
				case ids[4]:
					ds[i].Items = nil
				case ids[5]:
					ds[i].Items, ds[i].Reason = nil, mailer.Late
				}
			}
			return ds
		})
		w.must(err)
		for i, want := range []string{"one none left", "one none paused", "one none suppressed", "one queued 1", "one none nothing", "one none late"} {
			w.is(fmt.Sprint("reader ", i), want, w.rows(ids[i]))
		}
		for i, want := range []int64{0, 0, 0, 0, 1, 0} {
			w.is(fmt.Sprint("bookmark of ", i), want, w.bookmark(ids[i]))
		}
		w.is("counts", "sending: planned 1, sent 0, failed 0, skipped 0, open 1, none 5", w.counts(id))
	}},

	{"who has not confirmed is no reader yet", func(w *world) {
		w.article("a")
		w.importRow(subscribers.ImportRow{Email: "p@example.com", Newsletters: []string{weekly}, Status: subscribers.Pending})
		page := w.expand(w.publish("one"))
		w.is("page", digest.Page{Done: true}, page)
		rs, err := w.db.Look(w.ctx, weekly, digest.Asked{}, 0, 10, w.now)
		w.must(err)
		w.is("looked at", 0, len(rs))
	}},

	{"zones are expanded at their moment", func(w *world) {
		w.article("a")
		ids := w.readers(4)
		for i, zone := range []string{"Asia/Tokyo", "Europe/London", "Asia/Tokyo"} {
			w.wishes(ids[i], func(r *subscribers.ImportRow) { r.Timezone = zone })
		}
		zones, err := w.db.Zones(w.ctx, weekly)
		w.must(err)
		w.is("zones", []string{"", "Asia/Tokyo", "Europe/London"}, zones)
		later := w.now.Add(9 * time.Hour)
		id := w.publishGroups("one", digest.Group{Zone: "Asia/Tokyo", Due: w.now}, digest.Group{Zone: digest.AllZones, Due: later})
		w.is("tokyo", digest.Page{Readers: 2, Done: true}, w.expand(id))
		w.is("not all", false, w.edition(id).Expanded)
		xs, err := w.db.Pending(w.ctx, w.now)
		w.must(err)
		w.is("pending", 0, len(xs))
		at, ok, err := w.db.NextGroup(w.ctx)
		w.must(err)
		w.is("next", fmt.Sprint(later, true), fmt.Sprint(at, ok))
		w.drain()
		w.is("not done", digest.Sending, w.edition(id).State)
		w.now = later
		w.is("whoever is left", digest.Page{Readers: 2, Done: true}, w.expand(id))
		w.drain()
		w.is("done", "sent: planned 4, sent 4, failed 0, skipped 0, open 0, none 0", w.counts(id))
		_, ok, err = w.db.NextGroup(w.ctx)
		w.must(err)
		w.is("none left", false, ok)
	}},

	{"blocks hold five hundred at most, of one moment", func(w *world) {
		w.article("a")
		w.readers(1203)
		id := w.publish("one")
		x := w.expansion(id)
		_, err := w.db.Expand(w.ctx, x, 5000, w.now, func(rs []digest.Reader) []digest.Decision {
			ds := w.everything(x)(rs)
			for i := range ds {
				if i%2 == 1 {
					ds[i].Due = w.now.Add(time.Hour)
				}
			}
			return ds
		})
		w.must(err)
		sizes := func() (out []int) {
			for b := w.claim(); b != nil; b = w.claim() {
				out = append(out, len(b.Deliveries))
			}
			return out
		}
		w.is("due now", []int{500, 102}, sizes())
		w.now = w.now.Add(time.Hour)
		w.is("due later", []int{500, 101}, sizes())
	}},

	{"versions are shared by those who get the same", func(w *world) {
		w.article("a", "b")
		ids := w.readers(5)
		id := w.publish("one")
		x := w.expansion(id)
		_, err := w.db.Expand(w.ctx, x, 50, w.now, func(rs []digest.Reader) []digest.Decision {
			ds := w.everything(x)(rs)
			ds[1].Items = ds[1].Items[:1]
			ds[2].Language = "de"
			return ds
		})
		w.must(err)
		versions, readers, err := w.db.Versions(w.ctx, id)
		w.must(err)
		w.is("readers of versions", []int{3, 1, 1}, readers)
		w.is("language", "de", versions[2].Language)
		w.is("items", 1, len(versions[1].Items))
		b := w.claim()
		got := make(map[int64]int)
		for _, d := range b.Deliveries {
			got[d.Subscriber] = d.Version
		}
		w.is("of each", map[int64]int{ids[0]: 1, ids[1]: 2, ids[2]: 3, ids[3]: 1, ids[4]: 1}, got)
		// The letter went out without an item that no longer held.
		n, err := w.db.AddVersion(w.ctx, digest.Version{Edition: id, Language: "en", Items: versions[0].Items[1:]})
		w.must(err)
		w.must(w.db.Settle(w.ctx, b, []mailer.Settlement{{Subscriber: ids[0], Version: n, Outcome: taken, At: w.now}}))
		w.is("what was sent", "one sent 2", w.rows(ids[0]))
		_, readers, err = w.db.Versions(w.ctx, id)
		w.must(err)
		w.is("readers of versions", []int{2, 1, 1, 1}, readers)
	}},

	{"readers bring their wishes and what they were told", func(w *world) {
		ids := w.readers(3)
		w.article("a")
		w.wishes(ids[0], func(r *subscribers.ImportRow) {
			r.Topics, r.Cities, r.Language, r.Timezone = []string{"go"}, []string{"Berlin"}, "de", "Europe/Berlin"
		})
		one := w.publish("one")
		x := w.expansion(one)
		_, err := w.db.Expand(w.ctx, x, 50, w.now, func(rs []digest.Reader) []digest.Decision {
			ds := w.everything(x)(rs)
			for i := range ds[:2] {
				ds[i].Items = []digest.Item{{N: 1, Kind: content.KindReminder, ID: "conf", Rule: "14d"}}
			}
			return ds
		})
		w.must(err)
		b := w.claim()
		w.settle(b, taken, ids[0], ids[2])
		want := []digest.Reader{
			{Subscriber: ids[0], Topics: []string{"go"}, Cities: []string{"Berlin"}, Language: "de", Zone: "Europe/Berlin", Bookmark: 1, Told: map[string]bool{"conf": true}},
			{Subscriber: ids[1]}, // planned, not sent
			{Subscriber: ids[2], Bookmark: 1},
		}
		looked, err := w.db.Look(w.ctx, weekly, digest.Asked{Events: []string{"other", "conf"}}, 0, 50, w.now)
		w.must(err)
		w.is("looked at", want, looked)
		looked, err = w.db.Look(w.ctx, weekly, digest.Asked{}, ids[1], 50, w.now)
		w.must(err)
		w.is("after", []digest.Reader{{Subscriber: ids[2], Bookmark: 1}}, looked)

		w.settle(b, refused, ids[1])
		x = w.expansion(w.publish("two"))
		x.Events = []string{"conf"}
		var seen []digest.Reader
		_, err = w.db.Expand(w.ctx, x, 50, w.now, func(rs []digest.Reader) []digest.Decision {
			seen = slices.Clone(rs)
			return w.everything(x)(rs)
		})
		w.must(err)
		w.is("expanded", []digest.Reader{want[1], want[0], want[2]}, seen)
	}},

	{"who is away is judged by the moment that is asked about", func(w *world) {
		ids := w.readers(1)
		w.must(w.db.PauseUntil(w.ctx, ids[0], w.now.AddDate(1, 0, 0), subscribers.Consent{}, w.now))
		for when, want := range map[time.Time]string{w.now: mailer.Paused, w.now.AddDate(2, 0, 0): ""} {
			rs, err := w.db.Look(w.ctx, weekly, digest.Asked{}, 0, 10, when)
			w.must(err)
			w.is(fmt.Sprint("reason at ", when), []digest.Reader{{Subscriber: ids[0], Reason: want}}, rs)
		}
	}},

	{"the oldest bookmark is the effective one", func(w *world) {
		_, ok, err := w.db.Oldest(w.ctx, weekly)
		w.must(err)
		w.is("nobody", false, ok)
		w.article("a", "b")
		ids := w.readers(3)
		oldest := func(want int64) {
			w.Helper()
			b, ok, err := w.db.Oldest(w.ctx, weekly)
			w.must(err)
			w.is("oldest", fmt.Sprint(want, true), fmt.Sprint(b, ok))
		}
		oldest(0)
		w.send("one")
		b := w.claim()
		w.settle(b, taken, ids[0], ids[1])
		oldest(0)
		w.settle(b, mailer.Outcome{State: mailer.Skipped, Reason: mailer.Nothing}, ids[2])
		oldest(2)
	}},

	{"a paused edition is not expanded, a cancelled one is over", func(w *world) {
		w.article("a")
		ids := w.readers(2)
		id := w.publish("one")
		x := w.expansion(id)
		never := func([]digest.Reader) []digest.Decision { w.Error("decided"); return nil }
		w.must(w.db.Pause(w.ctx, id, "why", w.now))
		xs, err := w.db.Pending(w.ctx, w.now)
		w.must(err)
		w.is("pending", 0, len(xs))
		page, err := w.db.Expand(w.ctx, x, 50, w.now, never)
		w.must(err)
		w.is("paused", digest.Page{Waiting: true}, page)
		w.must(w.db.Cancel(w.ctx, id, "why", w.now))
		page, err = w.db.Expand(w.ctx, x, 50, w.now, never)
		w.must(err)
		w.is("cancelled", digest.Page{Done: true}, page)
		w.is("no row", "", w.rows(ids[0]))
	}},
}
