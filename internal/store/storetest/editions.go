package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
)

// draft is an edition in review.
func (w *world) draft(name string) string {
	w.Helper()
	id := weekly + "/" + name
	w.must(w.db.Publish(w.ctx, digest.Edition{ID: id, Newsletter: weekly, State: digest.InReview, Slot: w.now, By: "schedule"}, nil))
	return id
}

func (w *world) everybody() []digest.Group {
	return []digest.Group{{Zone: digest.AllZones, Due: w.now}}
}

var editionTests = []test{
	{"an edition comes back whole", func(w *world) {
		w.article("a", "b")
		e := digest.Edition{ID: "weekly/2026-11-24T08:00", Newsletter: weekly, State: digest.Sending, Slot: w.now.Add(-time.Minute),
			Hand: true, By: "editor ada", Horizon: 2, Published: w.now, Grace: 6 * time.Hour}
		w.must(w.db.Publish(w.ctx, e, w.everybody()))
		w.is("edition", &e, w.edition(e.ID))
		list, err := w.db.Editions(w.ctx, "", 10)
		w.must(err)
		w.is("list", []digest.Edition{e}, list)
		list, err = w.db.Editions(w.ctx, "other", 10)
		w.must(err)
		w.is("of another newsletter", 0, len(list))
		_, err = w.db.Edition(w.ctx, "nobody")
		w.fails(err, digest.ErrNotFound)
	}},

	{"an edition is published once", func(w *world) {
		w.article("a")
		id := w.publish("one")
		w.now = w.now.Add(time.Hour)
		err := w.db.Publish(w.ctx, digest.Edition{ID: id, Newsletter: weekly, State: digest.Sending, Horizon: 9, Published: w.now}, w.everybody())
		w.fails(err, digest.ErrPublished)
		w.is("horizon", int64(1), w.edition(id).Horizon)
	}},

	{"a request by hand is published once, whenever it comes again", func(w *world) {
		w.article("a")
		hand := func(newsletter, stamp, key string) error {
			w.now = w.now.Add(time.Second)
			return w.db.Publish(w.ctx, digest.Edition{ID: newsletter + "/" + stamp + "-" + key, Newsletter: newsletter,
				State: digest.Sending, Hand: true, Horizon: 1, Published: w.now}, w.everybody())
		}
		const one, two = "20261124T101502Z", "20261124T101503Z"
		w.must(hand(weekly, one, "K_%"))
		w.fails(hand(weekly, two, "K_%"), digest.ErrPublished)
		w.fails(hand(weekly, one, "K_%"), digest.ErrPublished)
		for _, key := range []string{"K__", "%", "_%", "", "k_%", "x-K_%", "K_%ü"} {
			w.must(hand(weekly, two, key))
		}
		w.must(hand(weekly, "20261124T101504Z", "")) // no key, another one
		w.fails(hand(weekly, one, "K_%ü"), digest.ErrPublished)
		w.must(hand("other", two, "K_%"))
		slot := func(key string) error { // by the schedule, whatever its name
			return w.db.Publish(w.ctx, digest.Edition{ID: "weekly/" + two + "-" + key, Newsletter: weekly,
				State: digest.Sending, Horizon: 1, Published: w.now}, w.everybody())
		}
		w.must(slot("K_%"))
		w.must(slot("S"))
		w.must(hand(weekly, one, "S"))
	}},

	{"an edition that was cancelled before a letter was sent does not count", func(w *world) {
		w.article("a", "b")
		w.readers(2)
		newcomer := func(want int64) {
			w.Helper()
			w.is("bookmark of a newcomer", want, w.bookmark(w.readers(1)[0]))
		}
		first := func(want string) {
			w.Helper()
			h, ok, err := w.db.FirstHorizon(w.ctx, weekly)
			w.must(err)
			w.is("first horizon", want, fmt.Sprint(h, ok))
		}
		one := w.send("one")
		first("2 true")
		b := w.claim()
		w.must(w.db.Cancel(w.ctx, one, "too early", w.now))
		first("0 false")
		newcomer(0)
		w.settle(b, taken, b.Deliveries[0].Subscriber) // it was in hand, and left
		first("2 true")
		newcomer(2)
		w.article("c")
		w.must(w.db.Cancel(w.ctx, w.publish("two"), "a mistake", w.now))
		newcomer(2)
		w.publish("three")
		newcomer(3)
		first("2 true")
	}},

	{"a horizon never falls behind the last one", func(w *world) {
		w.article("a", "b")
		w.publish("one")
		w.must(w.db.Publish(w.ctx, digest.Edition{ID: "weekly/two", Newsletter: weekly, State: digest.Sending, Horizon: 1, Published: w.now}, w.everybody()))
		w.is("horizon", int64(2), w.edition("weekly/two").Horizon)
	}},

	{"the first horizon is that of the first edition published", func(w *world) {
		_, ok, err := w.db.FirstHorizon(w.ctx, weekly)
		w.must(err)
		w.is("before", false, ok)
		id := w.draft("zero")
		w.must(w.db.Miss(w.ctx, id, "late", w.now))
		w.article("a")
		w.publish("one")
		w.article("b")
		w.publish("two")
		h, ok, err := w.db.FirstHorizon(w.ctx, weekly)
		w.must(err)
		w.is("after", "1 true", fmt.Sprint(h, ok))
	}},

	{"a paused edition and one in review hold their newsletter", func(w *world) {
		w.article("a")
		w.readers(1)
		other := digest.Edition{ID: "weekly/next", Newsletter: weekly, State: digest.Sending, Published: w.now}
		for _, hold := range []struct {
			state digest.State
			held  func() string
			free  func(id string) error
		}{
			{digest.Paused, func() string {
				id := w.publish("one")
				w.must(w.db.Pause(w.ctx, id, "why", w.now))
				return id
			}, func(id string) error { return w.db.Resume(w.ctx, id, w.now) }},
			{digest.InReview, func() string { return w.draft("two") }, func(id string) error { return w.db.Approve(w.ctx, id, 1, w.now, w.everybody()) }},
			{digest.InReview, func() string { return w.draft("three") }, func(id string) error { return w.db.Cancel(w.ctx, id, "no", w.now) }},
			{digest.InReview, func() string { return w.draft("four") }, func(id string) error { return w.db.Miss(w.ctx, id, "late", w.now) }},
		} {
			id := hold.held()
			err := w.db.Publish(w.ctx, other, w.everybody())
			var held *digest.HeldError
			if !errors.As(err, &held) {
				w.Fatalf("%s: error is %v", id, err)
			}
			w.is("held by", digest.HeldError{Edition: id, State: hold.state}, *held)
			holds, err := w.db.Holding(w.ctx, weekly)
			w.must(err)
			w.is("holding", id, holds.ID)
			stranger := other
			stranger.ID, stranger.Newsletter = "other/"+id, "other"
			w.must(w.db.Publish(w.ctx, stranger, nil))
			w.must(hold.free(id))
			holds, err = w.db.Holding(w.ctx, weekly)
			w.must(err)
			w.is("holding after it", true, holds == nil)
		}
		w.must(w.db.Publish(w.ctx, other, w.everybody()))
	}},

	{"approval freezes the horizon and sends off", func(w *world) {
		w.article("a")
		w.readers(2)
		id := w.draft("one")
		w.is("in review", int64(0), w.edition(id).Horizon)
		w.article("b")
		w.now = w.now.Add(time.Hour)
		w.must(w.db.Approve(w.ctx, id, 2, w.now, w.everybody()))
		e := w.edition(id)
		w.is("approved", fmt.Sprint(2, w.now, w.now, "sending"), fmt.Sprint(e.Horizon, e.Published, e.Approved, e.State))
		w.fails(w.db.Approve(w.ctx, id, 2, w.now, nil), digest.ErrState)
		w.expand(id)
		w.is("expanded", "sending: planned 2, sent 0, failed 0, skipped 0, open 2, none 0", w.counts(id))
	}},

	{"nothing is approved beside an edition that holds", func(w *world) {
		w.article("a")
		w.readers(1)
		one := w.publish("one")
		two := w.draft("two")
		w.must(w.db.Pause(w.ctx, one, "why", w.now))
		err := w.db.Approve(w.ctx, two, 1, w.now, w.everybody())
		var held *digest.HeldError
		if !errors.As(err, &held) {
			w.Fatalf("error is %v", err)
		}
		w.is("held by", digest.HeldError{Edition: one, State: digest.Paused}, *held)
		w.is("as it was", digest.InReview, w.edition(two).State)
		w.must(w.db.Resume(w.ctx, one, w.now))
		w.must(w.db.Approve(w.ctx, two, 1, w.now, w.everybody()))
		w.is("approved", digest.Sending, w.edition(two).State)
	}},

	{"an act that the state does not allow changes nothing", func(w *world) {
		w.article("a")
		w.readers(1)
		acts := map[string]func(id string) error{
			"pause":   func(id string) error { return w.db.Pause(w.ctx, id, "p", w.now) },
			"resume":  func(id string) error { return w.db.Resume(w.ctx, id, w.now) },
			"cancel":  func(id string) error { return w.db.Cancel(w.ctx, id, "c", w.now) },
			"miss":    func(id string) error { return w.db.Miss(w.ctx, id, "m", w.now) },
			"approve": func(id string) error { return w.db.Approve(w.ctx, id, 1, w.now, nil) },
		}
		for _, act := range acts {
			w.fails(act("nobody"), digest.ErrNotFound)
		}
		done := w.send("done")
		w.drain()
		cancelled := w.publish("cancelled")
		w.must(w.db.Cancel(w.ctx, cancelled, "c", w.now))
		missed := w.draft("missed")
		w.must(w.db.Miss(w.ctx, missed, "m", w.now))
		for id, state := range map[string]digest.State{done: digest.Done, cancelled: digest.Cancelled, missed: digest.Missed} {
			for name, act := range acts {
				if err := act(id); !errors.Is(err, digest.ErrState) {
					w.Errorf("%s of one that is %s: %v", name, state, err)
				}
			}
			w.is(id, state, w.edition(id).State)
		}
	}},

	{"an edition for nobody is done at once", func(w *world) {
		w.article("a")
		id := w.publish("one")
		w.expand(id)
		w.is("no readers", "sent: planned 0, sent 0, failed 0, skipped 0, open 0, none 0", w.counts(id))
		id = w.publishGroups("two")
		w.is("no groups", digest.Done, w.edition(id).State)
	}},

	{"versions are made once and keep their numbers", func(w *world) {
		w.article("a")
		id := w.publish("one")
		v := digest.Version{Edition: id, Language: "de", Items: []digest.Item{{N: 1, Kind: "article", ID: "a"}, {N: 2, Kind: "notice", ID: "e", Rule: "moved"}}}
		other := v
		other.Language = "en"
		for i, c := range []struct {
			v digest.Version
			n int
		}{{v, 1}, {other, 2}, {v, 1}, {digest.Version{Edition: id, Language: "de", Items: v.Items[:1]}, 3}, {other, 2}} {
			n, err := w.db.AddVersion(w.ctx, c.v)
			w.must(err)
			w.is(fmt.Sprint("number of ", i), c.n, n)
		}
		got, err := w.db.Version(w.ctx, id, 1)
		w.must(err)
		v.N = 1
		w.is("version", &v, got)
		_, err = w.db.Version(w.ctx, id, 9)
		w.fails(err, digest.ErrNotFound)
		_, err = w.db.AddVersion(w.ctx, digest.Version{Edition: "nobody"})
		w.fails(err, digest.ErrNotFound)
		w.is("counted", 3, w.edition(id).Versions)
	}},

	{"imprints of feeds grow older only with the same bytes", func(w *world) {
		at := func(seconds int) time.Time {
			return w.now.Truncate(time.Second).Add(time.Duration(seconds) * time.Second)
		}
		want := []store.Imprint{{Path: "/a.rss", ETag: `"1"`, Modified: at(0)}, {Path: "/b.rss", ETag: `"1"`, Modified: at(0)}}
		w.must(w.db.SetImprints(w.ctx, []store.Imprint{want[1], want[0]}))
		for _, step := range []struct {
			set, want store.Imprint
		}{
			{store.Imprint{Path: "/a.rss", ETag: `"1"`, Modified: at(9)}, store.Imprint{Path: "/a.rss", ETag: `"1"`, Modified: at(0)}}, // the same bytes
			{store.Imprint{Path: "/a.rss", ETag: `"2"`, Modified: at(7)}, store.Imprint{Path: "/a.rss", ETag: `"2"`, Modified: at(7)}},
			{store.Imprint{Path: "/a.rss", ETag: `"3"`, Modified: at(5)}, store.Imprint{Path: "/a.rss", ETag: `"3"`, Modified: at(8)}}, // of a process that had not heard
		} {
			w.must(w.db.SetImprints(w.ctx, []store.Imprint{step.set}))
			got, err := w.db.Imprints(w.ctx)
			w.must(err)
			want[0] = step.want
			for i := range got {
				got[i].Modified = got[i].Modified.In(w.now.Location())
			}
			w.is("imprints", want, got)
		}
	}},

	{"secrets stay, settings change, the log grows", func(w *world) {
		a, err := w.db.Secret(w.ctx, "links")
		w.must(err)
		b, err := w.db.Secret(w.ctx, "links")
		w.must(err)
		c, err := w.db.Secret(w.ctx, "others")
		w.must(err)
		w.is("same", a, b)
		if len(a) != 32 || string(a) == string(c) {
			w.Errorf("secrets %x and %x", a, c)
		}
		v, err := w.db.Setting(w.ctx, "theme")
		w.must(err)
		w.is("none", "", v)
		w.must(w.db.SetSetting(w.ctx, "theme", "dark"))
		w.must(w.db.SetSetting(w.ctx, "theme", "light"))
		v, err = w.db.Setting(w.ctx, "theme")
		w.must(err)
		w.is("set", "light", v)
		for i, want := range []bool{true, false} {
			did, err := w.db.Did(w.ctx, "seed")
			w.must(err)
			w.is(fmt.Sprint("did ", i), !want, did)
			first, err := w.db.Once(w.ctx, "seed")
			w.must(err)
			w.is(fmt.Sprint("once ", i), want, first)
		}
		one := store.LogEntry{At: w.now, Who: "editor ada", What: "paused", Subject: "weekly/one", Detail: "a mistake"}
		two := store.LogEntry{At: w.now, Who: "command", What: "sent", Subject: "weekly/two"}
		w.must(w.db.Log(w.ctx, one))
		w.must(w.db.Log(w.ctx, two))
		all, err := w.db.LogEntries(w.ctx, "", 0)
		w.must(err)
		w.is("log", []store.LogEntry{two, one}, all)
		some, err := w.db.LogEntries(w.ctx, "weekly/one", 5)
		w.must(err)
		w.is("log of one", []store.LogEntry{one}, some)
	}},
}
