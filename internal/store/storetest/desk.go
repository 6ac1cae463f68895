package storetest

import (
	"errors"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/readership"
	"github.com/standfirst/standfirst/internal/store"
)

var deskTests = []test{
	{"an editor's word about what is held is known to the next sync", func(w *world) {
		held := []content.Conflict{{Title: "X", Reason: "two claim it", IDs: []string{"a"}, Mark: "m1"}, {Title: "Y", Mark: "m2"}}
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{Source: "dir:a", At: w.now, Held: held}, nil
		}))
		same := content.Ruling{Verdict: content.Same, Item: "a"}
		w.must(w.db.Rule(w.ctx, "dir:a", "m1", same, w.now))
		w.must(w.db.Rule(w.ctx, "dir:a", "m1", same, w.now))
		w.must(w.db.Rule(w.ctx, "dir:a", "m2", content.Ruling{Verdict: content.Discard}, w.now))
		w.fails(w.db.Rule(w.ctx, "dir:a", "m2", content.Ruling{Verdict: content.Same, Item: "a"}, w.now), digest.ErrState)
		w.fails(w.db.Rule(w.ctx, "dir:a", "m2", content.Ruling{Verdict: content.Same}, w.now), digest.ErrState)
		w.fails(w.db.Rule(w.ctx, "dir:a", "m3", content.Ruling{Verdict: content.Discard}, w.now), digest.ErrState)
		w.fails(w.db.Rule(w.ctx, "dir:b", "m1", same, w.now), digest.ErrState)
		known := func() (k map[string]content.Ruling) {
			w.must(w.write(w.db, func(known *content.Known) (*content.Plan, error) {
				k = known.Rulings
				return &content.Plan{Source: "dir:a", At: w.now}, nil
			}))
			return k
		}
		w.is("known", map[string]content.Ruling{"m1": same, "m2": {Verdict: content.Discard}}, known())
		w.must(w.db.Rule(w.ctx, "dir:a", "m1", same, w.now)) // pressed again, when nothing is held any more
		w.fails(w.db.Rule(w.ctx, "dir:a", "m1", content.Ruling{Verdict: content.Discard}, w.now), digest.ErrState)
		sources, err := w.db.Sources(w.ctx)
		w.must(err)
		w.is("told", []content.Ruled{
			{Mark: "m1", Ruling: same, Title: "X", At: w.now},
			{Mark: "m2", Ruling: content.Ruling{Verdict: content.Discard}, Title: "Y", At: w.now},
		}, sources[0].Rulings)
		for _, want := range []bool{true, false} {
			was, err := w.db.TakeBack(w.ctx, "dir:a", "m2")
			w.must(err)
			w.is("taken back", want, was)
		}
		w.is("known", map[string]content.Ruling{"m1": same}, known())
	}},
	{"a source that cannot be read is told until it can", func(w *world) {
		state := func() store.SourceState {
			all, err := w.db.Sources(w.ctx)
			w.must(err)
			return all[0]
		}
		w.must(w.db.SourceFailed(w.ctx, "dir:a", errors.New("no such\x00 folder\xff"), w.now))
		w.is("never read", store.SourceState{Name: "dir:a", FailedAt: w.now, Failed: "no such� folder�"}, state())
		baseline := false
		w.must(w.write(w.db, func(k *content.Known) (*content.Plan, error) {
			baseline = !k.Synced
			return &content.Plan{Source: "dir:a", At: w.now}, nil
		}))
		w.is("what failed is no baseline", true, baseline)
		w.is("read", "", state().Failed)
		w.must(w.db.SourceFailed(w.ctx, "dir:a", errors.New("gone"), w.now.Add(time.Minute)))
		w.is("gone", "gone", state().Failed)
		w.is("but was read", w.now, state().Synced)
	}},
	{"what an editor withdraws stays so until it is brought back", func(w *world) {
		w.article("a", "b")
		public := func() (ids []string) {
			entries, err := w.db.Articles(w.ctx, content.ArticleQuery{})
			w.must(err)
			for _, e := range entries {
				ids = append(ids, e.Item)
			}
			return ids
		}
		before, err := w.db.ContentStamp(w.ctx)
		w.must(err)
		for range 2 {
			w.must(w.db.Withdraw(w.ctx, "a", w.now))
		}
		w.is("public", []string{"b"}, public())
		after, err := w.db.ContentStamp(w.ctx)
		w.must(err)
		if before == after {
			w.Error("feeds are not told")
		}
		var known *content.KnownArticle
		w.must(w.write(w.db, func(k *content.Known) (*content.Plan, error) {
			known = k.Articles["a"]
			return &content.Plan{Source: "dir:a", At: w.now}, nil
		}))
		w.is("known", []string{string(content.Withdrawn), content.ReasonEditor}, []string{string(known.State), known.Reason})
		_, err = w.db.ReleaseAgain(w.ctx, "a", w.now)
		w.fails(err, digest.ErrState)
		w.fails(w.db.BringBack(w.ctx, "nothing", w.now), digest.ErrNotFound)
		for range 2 {
			w.must(w.db.BringBack(w.ctx, "a", w.now))
		}
		w.is("public", []string{"b", "a"}, public())
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{Source: "dir:a", At: w.now, States: []content.StateChange{{ID: "a", State: content.Withdrawn, Reason: content.ReasonGone}}}, nil
		}))
		w.fails(w.db.BringBack(w.ctx, "a", w.now), digest.ErrState) // its source decides
		w.fails(w.db.Withdraw(w.ctx, "a", w.now), digest.ErrState)
	}},
	{"pins and quiet events are known where letters are put together", func(w *world) {
		w.article("a", "b")
		event := content.Event{ID: "e", Source: "dir:a", Slug: "e", Name: "E", Zone: "UTC", Status: content.Confirmed,
			Days: content.Span{First: content.DateOf(w.now.AddDate(0, 0, 9)), Last: content.DateOf(w.now.AddDate(0, 0, 9))}}
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{Source: "dir:a", At: w.now, Events: []content.EventChange{{New: true, Event: event}}}, nil
		}))
		made, err := w.db.Remind(w.ctx, w.now, func([]content.Event, []content.Release) []content.Release {
			return []content.Release{{Kind: content.KindReminder, Item: "e", Rule: "14d", At: w.now, Days: event.Days}}
		})
		w.must(err)
		marks := func() (out []string) {
			entries, err := w.db.Entries(w.ctx, digest.WireQuery{Upto: 3, Now: w.now})
			w.must(err)
			for _, e := range entries {
				if e.Pinned {
					out = append(out, e.Item+" pinned")
				}
				if e.NotInLetters {
					out = append(out, e.Item+" quiet")
				}
			}
			return out
		}
		w.must(w.db.Pin(w.ctx, "b", true))
		w.must(w.db.Pin(w.ctx, "b", true))
		w.must(w.db.SetQuiet(w.ctx, "e", true))
		w.is("marks", []string{"b pinned", "e quiet"}, marks())
		quiet, err := w.db.Quiet(w.ctx)
		w.must(err)
		w.is("quiet", map[string]bool{"e": true}, quiet)
		w.must(w.db.Pin(w.ctx, "b", false))
		w.must(w.db.SetQuiet(w.ctx, "e", false))
		w.is("marks", []string(nil), marks())
		w.fails(w.db.Pin(w.ctx, "e", true), digest.ErrNotFound)
		w.fails(w.db.SetQuiet(w.ctx, "a", true), digest.ErrNotFound)
		told, err := w.db.Told(w.ctx, w.now)
		w.must(err)
		w.is("told", map[string][]content.Release{"e": made}, told)
	}},
	{"articles are listed for editors, whatever their state", func(w *world) {
		w.article("Alpha", "100% Beta_", "Gamma")
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			c := change("Delta")
			c.State, c.Reason = content.Held, content.ReasonFlood
			return &content.Plan{Source: "dir:a", At: w.now, Articles: []content.Change{c}}, nil
		}))
		w.must(w.db.Withdraw(w.ctx, "Gamma", w.now))
		w.must(w.db.SetNotInLetters(w.ctx, "Alpha", true))
		w.must(w.db.Pin(w.ctx, "Alpha", true))
		for what, tc := range map[string]struct {
			filter content.ArticleFilter
			want   []string
			total  int
		}{
			"all":       {content.ArticleFilter{}, []string{"Delta", "Gamma", "100% Beta_", "Alpha"}, 4},
			"a page":    {content.ArticleFilter{Offset: 1, Limit: 2}, []string{"Gamma", "100% Beta_"}, 4},
			"too far":   {content.ArticleFilter{Offset: 9, Limit: 2}, nil, 4},
			"held":      {content.ArticleFilter{State: content.Held}, []string{"Delta"}, 1},
			"withdrawn": {content.ArticleFilter{State: content.Withdrawn}, []string{"Gamma"}, 1},
			"pinned":    {content.ArticleFilter{Flag: "pinned"}, []string{"Alpha"}, 1},
			"quiet":     {content.ArticleFilter{Flag: "quiet"}, []string{"Alpha"}, 1},
			"words":     {content.ArticleFilter{Search: " TA"}, []string{"Delta", "100% Beta_"}, 2},
			"a sign":    {content.ArticleFilter{Search: "0% b"}, []string{"100% Beta_"}, 1},
			"a wish":    {content.ArticleFilter{Search: "a%a"}, nil, 0},
			"two":       {content.ArticleFilter{State: content.Public, Search: "al"}, []string{"Alpha"}, 1},
			"nonsense":  {content.ArticleFilter{Search: "\xff\x00"}, []string{"Delta", "Gamma", "100% Beta_", "Alpha"}, 4},
		} {
			rows, total, err := w.db.ArticleRows(w.ctx, tc.filter)
			w.must(err)
			var got []string
			for _, r := range rows {
				got = append(got, r.Title)
			}
			w.is(what, tc.want, got)
			w.is(what, tc.total, total)
		}
		again, err := w.db.ReleaseAgain(w.ctx, "Alpha", w.now)
		w.must(err)
		_, err = w.db.ReleaseAfter(w.ctx, "Alpha", 1, w.now) // pressed when the page was old
		w.fails(err, digest.ErrChanged)
		file, err := w.db.ArticleFile(w.ctx, "Alpha")
		w.must(err)
		w.is("body", "<p>Alpha</p>", file.Body)
		w.is("row", content.ArticleRow{ID: "Alpha", Slug: "slug-Alpha", Source: "dir:a", Title: "Alpha", URL: "https://example.com/Alpha",
			State: content.Public, Released: again.N, NotInLetters: true, Pinned: true}, file.Row)
		w.is("numbers", []int64{1, again.N}, []int64{file.Releases[0].N, file.Releases[1].N})
		_, err = w.db.ArticleFile(w.ctx, "\x00")
		w.fails(err, digest.ErrNotFound)
	}},
	{"who reads feeds is added up over processes", func(w *world) {
		day, later := "2026-11-23", "2026-11-24"
		row := func(program string, told int, clients ...uint64) readership.Row {
			r := readership.Row{Feed: "/feed.rss", Program: program, Told: told}
			for _, c := range clients {
				r.Sketch.Add(c)
			}
			return r
		}
		const one, two, three = 0x9e3779b97f4a7c15, 0x3c6ef372fe94f82a, 0xdaa66d2c7ddf743f
		w.must(w.db.NoteReadership(w.ctx, day, []readership.Row{row("Feedly", 16), row("Newsboat", 0, one, two)}))
		w.must(w.db.NoteReadership(w.ctx, day, []readership.Row{row("Feedly", 12), row("Newsboat", 0, two, three)}))
		at, err := time.Parse(time.DateOnly, day)
		w.must(err)
		want := []readership.Count{{Feed: "/feed.rss", Program: "Feedly", Told: 16}, {Feed: "/feed.rss", Program: "Newsboat", Clients: 3}}
		got, err := w.db.Readership(w.ctx, at)
		w.must(err)
		w.is("counts", want, got)
		w.must(w.db.ForgetReadership(w.ctx, later, day))
		got, err = w.db.Readership(w.ctx, at)
		w.must(err)
		w.is("counts without sketches", want, got)
		w.must(w.db.ForgetReadership(w.ctx, later, later))
		got, err = w.db.Readership(w.ctx, at)
		w.must(err)
		w.is("forgotten", []readership.Count(nil), got)
		none, err := w.db.Followers(w.ctx)
		w.must(err)
		w.is("followers", map[string]int{}, none)
	}},
}
