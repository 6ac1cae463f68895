package storetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
)

var wireTests = []test{
	{"releases are numbered in their order and come back whole", func(w *world) {
		a := change("a")
		a.Article = content.Article{
			ID: "a", Source: "dir:a", Slug: "a", URL: "https://example.com/a", Canonical: "https://else.example/a",
			Title: "A – ü 日本", Standfirst: "Short.", Body: "<p>Text</p>", Authors: []content.Author{{Name: "Ada", URL: "https://ada.example"}},
			Topics: []string{"Team Lead", "Go"}, Image: content.Image{URL: "https://example.com/i.png", Alt: "An i"}, Lang: "en",
			Access: content.Metered, Published: w.now.AddDate(0, 0, -9), DateOnly: true, Updated: w.now.AddDate(0, 0, -3),
			Changed: w.now, ReadingMinutes: 4,
		}
		var plan *content.Plan
		plan, err := w.db.Sync(w.ctx, "dir:a", w.now, func(k *content.Known) (*content.Plan, error) {
			if k.Synced || !k.At.IsZero() {
				w.Error("a source that was never synced is known")
			}
			return &content.Plan{Source: "dir:a", At: w.now, Baseline: true, Articles: []content.Change{a, change("b")},
				Releases: []content.Release{
					{Kind: content.KindArticle, Item: "b", Baseline: true, At: w.now},
					{Kind: content.KindArticle, Item: "a", At: w.now},
				}}, nil
		})
		w.must(err)
		w.is("numbers", []int64{1, 2}, []int64{plan.Releases[0].N, plan.Releases[1].N})
		entries, err := w.db.Entries(w.ctx, digest.WireQuery{Upto: 2, BaselineUpto: 2, Now: w.now})
		w.must(err)
		if len(entries) != 2 {
			w.Fatalf("%d entries", len(entries))
		}
		bodiless := a.Article
		bodiless.Body = ""
		w.is("entry", content.Entry{
			Release: content.Release{N: 2, Kind: content.KindArticle, Item: "a", At: w.now},
			Article: &bodiless, State: content.Public, Latest: true,
		}, entries[1])
		w.is("baseline", true, entries[0].Baseline)
		whole, err := w.db.EntriesByNumber(w.ctx, []int64{2, 2, 99})
		w.must(err)
		w.is("with its body", &a.Article, whole[0].Article)
		one, err := w.db.ArticleBySlug(w.ctx, "a")
		w.must(err)
		w.is("by slug", &a.Article, one.Article)
		_, err = w.db.ArticleBySlug(w.ctx, "no\x00such")
		w.fails(err, digest.ErrNotFound)

		marks, err := w.db.ArticleMarks(w.ctx)
		w.must(err)
		if len(marks) != 2 || marks[0].ID != "a" || marks[0].N != 2 || marks[1].ID != "b" || marks[1].N != 1 {
			w.Fatalf("marks are %+v", marks)
		}
		a.New, a.Title, a.Changed = false, "Edited", w.now.Add(time.Millisecond)
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{Source: "dir:a", At: w.now, Articles: []content.Change{a}}, nil
		}))
		edited, err := w.db.ArticleMarks(w.ctx)
		w.must(err)
		if len(edited) != 2 || edited[0] == marks[0] || edited[1] != marks[1] {
			w.Errorf("after an edit marks are %+v, were %+v", edited, marks)
		}
		for _, ids := range [][]string{{"a"}, {"a", "zzz"}, {"b", "a"}, {}} {
			found, err := w.db.Articles(w.ctx, content.ArticleQuery{IDs: ids, Bodies: true})
			w.must(err)
			var got []string
			for _, e := range found {
				got = append(got, e.Item)
			}
			want := map[string][]string{"a": {"a"}, "a,zzz": {"a"}, "b,a": {"a", "b"}}[strings.Join(ids, ",")]
			w.is("articles of these IDs", want, got)
		}
	}},

	{"what is known is what was written", func(w *world) {
		due := w.now.Add(time.Hour)
		c := change("a")
		c.State, c.Reason, c.Since, c.Due, c.Published = content.Held, "flood", w.now.Add(-time.Minute), due, w.now
		c.Text = "text of a"
		day := content.DateOf(w.now).AddDays(40)
		ev := content.Event{ID: "e", Source: "dir:a", Slug: "e", Name: "Conf", City: "London", Zone: "Europe/London",
			Days: content.Span{First: day, Last: day.AddDays(1)}, EarlyBird: day.AddDays(-20), Status: content.Confirmed,
			Sequence: 3, Announced: w.now, Changed: w.now, Topics: []string{"Go"}}
		timed := content.Event{ID: "t", Source: "dir:a", Slug: "t", Name: "Meetup", Online: true, Zone: "UTC",
			Days: content.Span{First: day, Last: day}, Start: w.now.Add(960 * time.Hour), End: w.now.Add(962 * time.Hour),
			Status: content.Postponed, Announced: w.now, Changed: w.now}
		reminder := content.Release{Kind: content.KindReminder, Item: "e", Rule: "42d", Days: ev.Days, At: w.now}
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{Source: "dir:a", At: w.now, Articles: []content.Change{c},
				Events:   []content.EventChange{{Event: ev, New: true, Keys: []content.Key{"url:e"}}, {Event: timed, New: true}},
				Releases: []content.Release{reminder},
				Held:     []content.Conflict{{At: content.Position{File: "x.md", Line: 3}, Title: "X", Reason: "two", IDs: []string{"a", "b"}}},
				Report:   content.Report{Source: "dir:a", Articles: 1, Errors: []string{"x.md:3: bad"}}}, nil
		}))
		reminder.N = 1
		stop := errors.New("stop")
		err := w.write(w.db, func(k *content.Known) (*content.Plan, error) {
			w.is("known", &content.Known{
				Source: "dir:a", Synced: true, At: w.now,
				Articles: map[string]*content.KnownArticle{"a": {ID: "a", Source: "dir:a", Slug: "slug-a", State: content.Held,
					Reason: "flood", Hash: "hash of a", Text: "text of a", Title: "a", Day: content.DateOf(w.now), Since: w.now.Add(-time.Minute), Due: due}},
				Events:   map[string]*content.Event{"e": &ev, "t": &timed},
				Keys:     map[content.Key]string{"dir:a:a": "a", "url:e": "e"},
				Slugs:    map[string]bool{"slug-a": true, "e": true, "t": true},
				Notified: map[string][]content.Release{"e": {reminder}},
			}, k)
			return nil, stop
		})
		w.fails(err, stop)
		sources, err := w.db.Sources(w.ctx)
		w.must(err)
		w.is("sources", []store.SourceState{{Name: "dir:a", Synced: w.now,
			Report: content.Report{Source: "dir:a", Articles: 1, Errors: []string{"x.md:3: bad"}},
			Held:   []content.Conflict{{At: content.Position{File: "x.md", Line: 3}, Title: "X", Reason: "two", IDs: []string{"a", "b"}}}}}, sources)
		waiting, err := w.db.WaitingArticles(w.ctx)
		w.must(err)
		w.is("waiting", []store.Waiting{{ID: "a", Source: "dir:a", Title: "a", URL: "https://example.com/a",
			State: content.Held, Reason: "flood", Due: due}}, waiting)
		coming, err := w.db.Coming(w.ctx, w.now)
		w.must(err)
		w.is("coming", []content.Event{ev}, coming)
		all, err := w.db.Events(w.ctx, content.EventQuery{City: "LONDON, UK"})
		w.must(err)
		w.is("events of a city and online", []content.Event{timed, ev}, all)
		over, err := w.db.Events(w.ctx, content.EventQuery{After: w.now.AddDate(0, 3, 0)})
		w.must(err)
		w.is("events that are over", 0, len(over))
		got, err := w.db.EventBySlug(w.ctx, "t")
		w.must(err)
		w.is("by slug", &timed, got)
	}},

	{"a plan that cannot be written leaves everything as it was", func(w *world) {
		w.article("a")
		thief := change("b")
		thief.Keys = append(thief.Keys, "dir:a:a")
		for name, p := range map[string]*content.Plan{
			"another's key":  {Articles: []content.Change{thief}, Releases: []content.Release{{Kind: content.KindArticle, Item: "b", At: w.now}}},
			"another's slug": {Articles: []content.Change{func() content.Change { c := change("c"); c.Slug = "slug-a"; return c }()}},
			"not there":      {States: []content.StateChange{{ID: "nobody", State: content.Withdrawn}}},
			"forget public":  {Forget: []string{"a"}},
			"a NUL":          {Articles: []content.Change{change("n\x00l")}},
			"not UTF-8":      {Articles: []content.Change{change("n\xffl")}},
		} {
			if err := w.write(w.db, func(*content.Known) (*content.Plan, error) { return p, nil }); err == nil {
				w.Errorf("%s: no error", name)
			}
		}
		head, err := w.db.Head(w.ctx)
		w.must(err)
		w.is("head", int64(1), head)
		stop := errors.New("stop")
		w.fails(w.write(w.db, func(k *content.Known) (*content.Plan, error) {
			w.is("keys", map[content.Key]string{"dir:a:a": "a"}, k.Keys)
			return nil, stop
		}), stop)
	}},

	{"the same release is made once", func(w *world) {
		w.article("a")
		day := content.DateOf(w.now).AddDays(40)
		ev := content.Event{ID: "e", Slug: "e", Zone: "UTC", Days: content.Span{First: day, Last: day}, Status: content.Cancelled}
		notice := content.Release{Kind: content.KindNotice, Item: "e", Rule: content.RuleCancelled, Days: ev.Days, At: w.now}
		reminder := content.Release{Kind: content.KindReminder, Item: "e", Rule: "14d", Days: ev.Days, At: w.now}
		early := reminder
		early.Newsletter = weekly
		again := []content.Release{{Kind: content.KindArticle, Item: "a", At: w.now}, notice, reminder, early, notice, reminder, early}
		plan := &content.Plan{At: w.now, Events: []content.EventChange{{Event: ev, New: true}}, Releases: again}
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) { return plan, nil }))
		var numbers []int64
		for _, r := range plan.Releases {
			numbers = append(numbers, r.N)
		}
		w.is("numbers", []int64{2, 3, 4}, numbers)

		ev.Sequence = 2 // took place after all, and was cancelled once more
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Events: []content.EventChange{{Event: ev}}, Releases: []content.Release{notice}}, nil
		}))
		r, err := w.db.ReleaseAgain(w.ctx, "a", w.now)
		w.must(err)
		w.is("again", content.Release{N: 6, Kind: content.KindArticle, Item: "a", Revision: 1, At: w.now}, r)
		entries, err := w.db.EntriesByNumber(w.ctx, []int64{1, 6})
		w.must(err)
		latest := map[int64]bool{}
		for _, e := range entries {
			latest[e.N] = e.Latest
		}
		w.is("latest", map[int64]bool{1: false, 6: true}, latest)
	}},

	{"a notice knows the days that the last reminder spoke of", func(w *world) {
		day := content.DateOf(w.now).AddDays(40)
		at := func(days int) content.Span {
			return content.Span{First: day.AddDays(days), Last: day.AddDays(days + 1)}
		}
		ev := content.Event{ID: "e", Slug: "e", Zone: "UTC", Days: at(9), Status: content.Confirmed}
		release := func(kind content.Kind, rule string, days content.Span) content.Release {
			return content.Release{Kind: kind, Item: "e", Rule: rule, Days: days, At: w.now}
		}
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Events: []content.EventChange{{Event: ev, New: true}}, Releases: []content.Release{
				release(content.KindNotice, content.RuleMoved, at(0)), // nobody was reminded before
				release(content.KindReminder, "42d", at(1)),
				release(content.KindReminder, "14d", at(5)),
				release(content.KindNotice, content.RuleMoved, at(9)),
				release(content.KindReminder, "2d", at(9)),
			}}, nil
		}))
		entries, err := w.db.EntriesByNumber(w.ctx, []int64{1, 2, 3, 4, 5})
		w.must(err)
		was := map[int64]content.Span{}
		for _, e := range entries {
			was[e.N] = e.Was
		}
		w.is("days before", map[int64]content.Span{1: {}, 2: {}, 3: {}, 4: at(5), 5: {}}, was)
	}},

	{"what was passed while withdrawn stays out of letters", func(w *world) {
		w.article("a", "b")
		to := func(state content.State) {
			w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
				return &content.Plan{At: w.now, States: []content.StateChange{{ID: "a", State: state}}}, nil
			}))
		}
		holds := func(n int64) bool {
			es, err := w.db.EntriesByNumber(w.ctx, []int64{n})
			w.must(err)
			ok, _ := es[0].Holds(w.now)
			return ok
		}
		w.is("released", true, holds(1))
		to(content.Withdrawn)
		w.is("withdrawn", false, holds(1))
		w.now = w.now.Add(time.Minute)
		w.must(w.db.Publish(w.ctx, digest.Edition{ID: "other/one", Newsletter: "other", State: digest.Sending, Horizon: 2, Published: w.now}, w.everybody()))
		w.now = w.now.Add(time.Minute)
		_, err := w.db.ReleaseAgain(w.ctx, "a", w.now)
		w.fails(err, digest.ErrState)
		to(content.Public)
		w.is("back", false, holds(1))
		_, err = w.db.ReleaseAgain(w.ctx, "a", w.now)
		w.must(err)
		w.is("released again", true, holds(3))
		w.must(w.db.SetNotInLetters(w.ctx, "a", true))
		w.is("not in letters", false, holds(3))
		w.is("the other one", true, holds(2))
	}},

	{"what was away and missed by no edition is as it was", func(w *world) {
		w.article("a")
		byState := func(state content.State) *content.Plan {
			return &content.Plan{At: w.now, States: []content.StateChange{{ID: "a", State: state}}}
		}
		byChange := func(state content.State) *content.Plan {
			c := change("a")
			c.New, c.State, c.Hash = false, state, fmt.Sprint(w.now)
			return &content.Plan{At: w.now, Articles: []content.Change{c}}
		}
		for name, plan := range map[string]func(content.State) *content.Plan{"state": byState, "change": byChange} {
			w.publish("before " + name) // was given it
			for i, away := range []func(){
				func() {},
				w.draftAndMiss,
				func() { w.must(w.db.Cancel(w.ctx, w.publish("cancelled "+name), "why", w.now)) },
				func() { w.publish("passed " + name) },
			} {
				to := func(state content.State) {
					w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) { return plan(state), nil }))
					w.now = w.now.Add(time.Minute)
				}
				to(content.Withdrawn)
				away()
				w.now = w.now.Add(time.Minute)
				to(content.Withdrawn) // still
				to(content.Public)
				to(content.Public)
				es, err := w.db.Entries(w.ctx, digest.WireQuery{Upto: 9, Now: w.now})
				w.must(err)
				newest := es[len(es)-1]
				ok, _ := newest.Holds(w.now)
				w.is(fmt.Sprint(name, " ", i), i < 3, ok)
			}
			_, err := w.db.ReleaseAgain(w.ctx, "a", w.now)
			w.must(err)
		}
	}},

	{"a forgotten article gives its keys and slug back", func(w *world) {
		c := change("a")
		c.State = content.Settling
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Articles: []content.Change{c}}, nil
		}))
		heir := c
		heir.ID = "heir"
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Forget: []string{"a"}, Articles: []content.Change{heir}}, nil
		}))
		_, err := w.db.ArticleByID(w.ctx, "a")
		w.fails(err, digest.ErrNotFound)
	}},

	{"releases are asked for by number, age and newsletter", func(w *world) {
		old, day := w.now.AddDate(0, 0, -40), content.DateOf(w.now).AddDays(5)
		past := content.DateOf(w.now).AddDays(-5)
		event := func(id string, d content.Date) content.EventChange {
			return content.EventChange{New: true, Event: content.Event{ID: id, Slug: id, Zone: "UTC", Status: content.Confirmed,
				Days: content.Span{First: d, Last: d}}}
		}
		early := func(item, newsletter string, d content.Date) content.Release {
			return content.Release{Kind: content.KindReminder, Item: item, Rule: "2d", At: old, Newsletter: newsletter, Days: content.Span{First: d, Last: d}}
		}
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Articles: []content.Change{change("base"), change("old"), change("new")},
				Events: []content.EventChange{event("soon", day), event("gone", past)},
				Releases: []content.Release{
					{Kind: content.KindArticle, Item: "base", Baseline: true, At: old}, // 1
					{Kind: content.KindArticle, Item: "old", At: old},                  // 2
					early("soon", weekly, day),                                         // 3
					early("soon", "other", day),                                        // 4
					early("gone", weekly, past),                                        // 5
					{Kind: content.KindArticle, Item: "new", At: w.now},                // 6
				}}, nil
		}))
		for _, c := range []struct {
			name string
			q    digest.WireQuery
			want string
		}{
			{"everything of weekly", digest.WireQuery{Upto: 6, BaselineUpto: 6, Newsletter: weekly}, "[1 2 3 6]"},
			{"no baseline", digest.WireQuery{Upto: 6, Newsletter: weekly}, "[2 3 6]"},
			{"of late", digest.WireQuery{Upto: 6, Newsletter: weekly, Since: w.now.AddDate(0, 0, -1), SinceUpto: 6}, "[3 6]"},
			{"of late, up to a number", digest.WireQuery{Upto: 6, Newsletter: weekly, Since: w.now.AddDate(0, 0, 1), SinceUpto: 2}, "[3 6]"},
			{"of late, from a number on", digest.WireQuery{Upto: 6, Newsletter: weekly, Since: w.now.AddDate(0, 0, 1), SinceUpto: 1}, "[2 3 6]"},
			{"baseline of any age", digest.WireQuery{Upto: 6, BaselineUpto: 1, Since: w.now, SinceUpto: 6, Newsletter: weekly}, "[1 3 6]"},
			{"after the early one", digest.WireQuery{After: 5, Upto: 6, Newsletter: weekly}, "[3 6]"},
			{"up to a horizon", digest.WireQuery{Upto: 2, Newsletter: weekly}, "[2]"},
			{"of another newsletter", digest.WireQuery{After: 2, Upto: 6, Newsletter: "other"}, "[4 6]"},
			{"of none", digest.WireQuery{After: 2, Upto: 6}, "[6]"},
		} {
			c.q.Now = w.now
			es, err := w.db.Entries(w.ctx, c.q)
			w.must(err)
			var got []int64
			for _, e := range es {
				got = append(got, e.N)
			}
			w.is(c.name, c.want, fmt.Sprint(got))
		}
	}},

	{"reminders are decided on with what was made of them", func(w *world) {
		day, past := content.DateOf(w.now).AddDays(14), content.DateOf(w.now).AddDays(-14)
		r := content.Release{Kind: content.KindReminder, Item: "e", Rule: "14d", Days: content.Span{First: day, Last: day}, At: w.now}
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Events: []content.EventChange{
				{New: true, Event: content.Event{ID: "e", Slug: "e", Zone: "UTC", Days: r.Days, Status: content.Confirmed}},
				{New: true, Event: content.Event{ID: "p", Slug: "p", Zone: "UTC", Days: content.Span{First: past, Last: past}, Status: content.Confirmed}},
			}}, nil
		}))
		for i, want := range []int{0, 1} {
			made, err := w.db.Remind(w.ctx, w.now, func(events []content.Event, made []content.Release) []content.Release {
				w.is("events", 1, len(events))
				w.is("made before", want, len(made))
				return []content.Release{r}
			})
			w.must(err)
			w.is(fmt.Sprintf("made the %d. time", i+1), 1-want, len(made))
		}
	}},

	{"articles are found by topic and author", func(w *world) {
		a, b, hidden := change("a"), change("b"), change("h")
		a.Topics, a.Authors = []string{"Team Lead", "team-lead"}, []content.Author{{Name: "Ada Lovelace"}}
		b.Topics, b.Authors = []string{"Team Lead", "Go"}, []content.Author{{Name: "Bob"}, {Name: "Ada Lovelace"}}
		hidden.Topics, hidden.State = []string{"Secret"}, content.Held
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Articles: []content.Change{a, b, hidden}, Releases: []content.Release{
				{Kind: content.KindArticle, Item: "a", At: w.now}, {Kind: content.KindArticle, Item: "b", At: w.now}}}, nil
		}))
		titles := func(q content.ArticleQuery) string {
			es, err := w.db.Articles(w.ctx, q)
			w.must(err)
			var out []string
			for _, e := range es {
				out = append(out, e.Article.Title)
			}
			return fmt.Sprint(out)
		}
		w.is("newest first", "[b a]", titles(content.ArticleQuery{}))
		w.is("one", "[b]", titles(content.ArticleQuery{Limit: 1}))
		w.is("before", "[a]", titles(content.ArticleQuery{Before: 2}))
		w.is("topic", "[b a]", titles(content.ArticleQuery{Topic: "team lead"}))
		w.is("topic and author", "[b]", titles(content.ArticleQuery{Topic: "go", Author: "ada lovelace"}))
		w.is("author", "[b]", titles(content.ArticleQuery{Author: "bob"}))
		w.is("nobody", "[]", titles(content.ArticleQuery{Author: "nobody"}))
		topics, err := w.db.Topics(w.ctx)
		w.must(err)
		w.is("topics of public articles", map[string]string{"go": "Go", "team-lead": "Team Lead"}, topics)

		b.New, b.Topics, b.Keys = false, []string{"Rust"}, nil
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Articles: []content.Change{b}}, nil
		}))
		w.is("an edit takes a topic away", "[a]", titles(content.ArticleQuery{Topic: "team lead"}))
		es, err := w.db.Articles(w.ctx, content.ArticleQuery{Topic: "rust", Bodies: true})
		w.must(err)
		if d := cmp.Diff("<p>b</p>", es[0].Article.Body); d != "" {
			w.Error(d)
		}
	}},

	{"whatever changes changes the stamp of content", func(w *world) {
		day := content.DateOf(w.now).AddDays(30)
		event := content.Event{ID: "e", Slug: "e", Name: "E", Zone: "UTC", Days: content.Span{First: day, Last: day},
			Status: content.Confirmed, Announced: w.now, Changed: w.now}
		plan := func(p *content.Plan) {
			w.Helper()
			p.At = w.now
			w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) { return p, nil }))
		}
		edited := func(title string, at time.Time) *content.Plan {
			c := change(title)
			c.New, c.Standfirst, c.Changed = false, at.String(), at
			return &content.Plan{Articles: []content.Change{c}}
		}
		state := func(id string, s content.State) content.StateChange { return content.StateChange{ID: id, State: s} }
		w.article("a", "b", "c")
		plan(&content.Plan{Events: []content.EventChange{{New: true, Event: event}}, States: []content.StateChange{state("c", content.Withdrawn)}})
		w.must(w.db.SetNotInLetters(w.ctx, "b", true))
		plan(edited("a", w.now))
		last := ""
		for _, tc := range []struct {
			what string
			do   func()
			same bool
		}{
			{"first", func() {}, false},
			{"nothing", func() {}, true},
			{"an edit by a process whose clock is behind", func() { plan(edited("b", w.now.Add(-time.Second))) }, false},
			{"two edits in a millisecond", func() { plan(edited("a", w.now)) }, false},
			{"one withdrawn, another back", func() {
				plan(&content.Plan{States: []content.StateChange{state("a", content.Withdrawn), state("c", content.Public)}})
			}, false},
			{"a sync that found nothing new", func() {
				plan(&content.Plan{States: []content.StateChange{state("a", content.Withdrawn), state("c", content.Public)}})
			}, true},
			{"one out of letters, another in", func() {
				w.must(w.db.SetNotInLetters(w.ctx, "a", true))
				w.must(w.db.SetNotInLetters(w.ctx, "b", false))
			}, false},
			{"an event edited twice in a millisecond", func() {
				event.Name = "F"
				plan(&content.Plan{Events: []content.EventChange{{Event: event}}})
			}, false},
		} {
			tc.do()
			stamp, err := w.db.ContentStamp(w.ctx)
			w.must(err)
			if same := stamp == last; same != tc.same {
				w.Errorf("%s: the same stamp: %v", tc.what, same)
			}
			last = stamp
		}
	}},
}
