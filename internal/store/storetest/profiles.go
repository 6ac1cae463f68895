package storetest

import (
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

var profileTests = []test{
	{"a profile is taken as a whole", func(w *world) {
		w.article("a")
		id := w.readers(1)[0]
		w.importMore([]int64{id}, "daily")
		w.send("one")
		w.drain()
		p := subscribers.Profile{Topics: []string{"go"}, Cities: []string{"Berlin"}, Language: "de", Timezone: "Europe/Berlin", Newsletters: []string{"third", "daily"}}
		for range 2 { // again changes nothing more
			w.must(w.db.SetProfile(w.ctx, id, p, fromLetter, w.now))
			r, err := w.db.Subscriber(w.ctx, id)
			w.must(err)
			w.is("wishes", p, subscribers.Profile{Topics: r.Topics, Cities: r.Cities, Language: r.Language, Timezone: r.Timezone, Newsletters: p.Newsletters})
			w.is("newsletters", "active daily third (weekly)", w.left(id))
		}
		p.Newsletters = []string{weekly}
		w.must(w.db.SetProfile(w.ctx, id, p, fromLetter, w.now))
		w.is("newsletters", "active (daily) (third) weekly", w.left(id))
		subs, err := w.db.Subscriptions(w.ctx, id)
		w.must(err)
		w.is("bookmark", int64(1), subs[2].Bookmark)
		w.must(w.db.SetProfile(w.ctx, id, subscribers.Profile{}, fromLetter, w.now))
		w.is("newsletters", "unsubscribed (daily) (third) (weekly)", w.left(id))
		w.is("log", []string{
			"imported by import weekly",
			"imported by import daily",
			"left by link weekly from 198.51.100.0/24",
			"chosen by link third from 198.51.100.0/24",
			"left by link daily third from 198.51.100.0/24",
			"chosen by link weekly from 198.51.100.0/24",
			"left by link weekly from 198.51.100.0/24",
		}, w.acts(id))
		w.fails(w.db.SetProfile(w.ctx, 999, p, fromLetter, w.now), subscribers.ErrNotFound)
	}},

	{"a profile replaces wishes, and nothing else", func(w *world) {
		id := w.readers(1)[0]
		want, err := w.db.Subscriber(w.ctx, id)
		w.must(err)
		for _, wishes := range [][2][]string{{{"C++", "“Culture”"}, {"München"}}, {nil, {"London"}}, {nil, nil}} {
			p := subscribers.Profile{Topics: wishes[0], Cities: wishes[1], Newsletters: []string{weekly}}
			w.must(w.db.SetProfile(w.ctx, id, p, fromLetter, w.now))
			want.Topics, want.Cities = wishes[0], wishes[1]
			got, err := w.db.Subscriber(w.ctx, id)
			w.must(err)
			w.is("reader", want, got)
		}
		w.is("log", []string{"imported by import weekly"}, w.acts(id))
	}},

	{"leaving on the page counts for letters that wait", func(w *world) {
		w.article("a")
		id := w.readers(1)[0]
		w.send("one")
		w.must(w.db.SetProfile(w.ctx, id, subscribers.Profile{}, fromLetter, w.now))
		b := w.claim()
		sts, err := w.db.Standings(w.ctx, b.Edition, []int64{id}, w.now)
		w.must(err)
		w.is("reason", "left", sts[0].Reason)
	}},

	{"the log tells what changed, and only that", func(w *world) {
		id := w.readers(1)[0]
		for range 2 {
			w.must(w.db.PauseUntil(w.ctx, id, w.now.Add(time.Hour), fromLetter, w.now))
		}
		for range 2 {
			w.must(w.db.PauseUntil(w.ctx, id, time.Time{}, fromLetter, w.now))
		}
		oneClick := subscribers.Consent{Way: subscribers.ByOneClick}
		for range 2 {
			w.must(w.db.Leave(w.ctx, id, weekly, oneClick, w.now))
			w.must(w.db.Leave(w.ctx, id, "nothing", oneClick, w.now))
		}
		for range 2 {
			w.must(w.db.Return(w.ctx, id, weekly, fromLetter, w.now))
		}
		w.is("log", []string{
			"imported by import weekly",
			"paused by link from 198.51.100.0/24",
			"resumed by link from 198.51.100.0/24",
			"left by one-click weekly",
			"returned by link weekly from 198.51.100.0/24",
		}, w.acts(id))
	}},
}
