package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// week is longer than letters of a closed edition stay as they are.
const week = 7*24*time.Hour + time.Second

// compact compacts whatever may be after a while, and returns in how many steps.
func (w *world) compact(after time.Duration) (steps int) {
	w.Helper()
	for {
		more, err := w.db.Compact(w.ctx, w.now.Add(after))
		w.must(err)
		if !more {
			return steps
		}
		steps++
	}
}

// answers is everything that is asked about editions that are over.
type answers struct {
	History  map[int64][]digest.Row
	Newest   map[int64][]digest.Row // the last two
	Last     map[int64]digest.LastLetter
	Editions []digest.Edition
	Versions map[string][]digest.Version
	Readers  map[string][]int // of versions
	Horizon  int64
	Oldest   int64
	Looked   []digest.Reader
	Books    map[int64][]subscribers.Subscription
}

// ask asks everything of everybody.
func (w *world) ask(ids []int64, events ...string) answers {
	w.Helper()
	a := answers{History: map[int64][]digest.Row{}, Newest: map[int64][]digest.Row{}, Versions: map[string][]digest.Version{},
		Readers: map[string][]int{}, Books: map[int64][]subscribers.Subscription{}}
	var err error
	for _, id := range ids {
		a.History[id], err = w.db.History(w.ctx, id, 0)
		w.must(err)
		a.Newest[id], err = w.db.History(w.ctx, id, 2)
		w.must(err)
		a.Books[id], err = w.db.Subscriptions(w.ctx, id)
		w.must(err)
	}
	a.Last, err = w.db.LastLetters(w.ctx, ids, 0)
	w.must(err)
	w.is("last letters", lastOf(a.History), a.Last)
	for _, id := range ids[:min(len(ids), 3)] {
		one, err := w.db.LastLetters(w.ctx, []int64{id, 1 << 40, -1, id}, 1000)
		w.must(err)
		w.is("last letter of one", a.Last[id], one[id])
	}
	a.Editions, err = w.db.Editions(w.ctx, "", 0)
	w.must(err)
	for _, e := range a.Editions {
		a.Versions[e.ID], a.Readers[e.ID], err = w.db.Versions(w.ctx, e.ID)
		w.must(err)
	}
	a.Horizon, _, err = w.db.FirstHorizon(w.ctx, weekly)
	w.must(err)
	a.Oldest, _, err = w.db.Oldest(w.ctx, weekly)
	w.must(err)
	a.Looked, err = w.db.Look(w.ctx, weekly, digest.Asked{Events: events}, 0, 10000, w.now)
	w.must(err)
	return a
}

// lastOf looks for the last letters in what editions were to readers.
func lastOf(all map[int64][]digest.Row) map[int64]digest.LastLetter {
	last := map[int64]digest.LastLetter{}
	for id, rows := range all {
		if i := slices.IndexFunc(rows, func(r digest.Row) bool { return r.State == mailer.Sent }); i >= 0 {
			last[id] = digest.LastLetter{Edition: rows[i].Edition, At: rows[i].At}
		}
	}
	return last
}

// eventful lets two editions happen in which everything occurs that may become
// of a letter, and returns everybody it happened to. All is closed in the end.
func (w *world) eventful() (ids []int64) {
	w.Helper()
	w.article("a")
	ids = w.readers(130)
	w.must(w.db.PauseUntil(w.ctx, ids[0], w.now.Add(time.Hour), subscribers.Consent{}, w.now))
	w.must(w.db.Leave(w.ctx, ids[1], "", subscribers.Consent{}, w.now))
	r, err := w.db.Subscriber(w.ctx, ids[2])
	w.must(err)
	w.must(w.db.Suppress(w.ctx, r.Email, subscribers.BecauseBounced, w.now))
	one := w.publish("one")
	x := w.expansion(one)
	for page := (digest.Page{}); !page.Done; {
		page, err = w.db.Expand(w.ctx, x, 50, w.now, func(rs []digest.Reader) []digest.Decision {
			ds := w.everything(x)(rs)
			for i := range ds {
				switch ds[i].Subscriber % 5 {
				case 3:
					ds[i].Items = append(ds[i].Items, digest.Item{N: 1, Kind: content.KindReminder, ID: "conf", Rule: "14d"})
				case 4:
					ds[i].Items = nil
				}
			}
			return ds
		})
		w.must(err)
	}
	w.must(w.db.Erase(w.ctx, ids[5], subscribers.Consent{}, w.now))
	for b := w.claim(); b != nil; b = w.claim() {
		outcomes := map[int64]mailer.Outcome{
			ids[5]:  {State: mailer.Skipped, Reason: mailer.Erased},
			ids[10]: refused,
			ids[11]: w.deferred(time.Minute),
			ids[12]: {State: mailer.Failed, Reason: mailer.Bounced, Attempt: true, Suppress: true, Code: 550, Enhanced: "5.1.1"},
			ids[60]: {State: mailer.Skipped, Reason: mailer.Expired, Attempt: true, Code: 451},
		}
		for i, d := range b.Deliveries {
			o, ok := outcomes[d.Subscriber]
			if !ok {
				o = taken
			}
			if d.Attempts > 0 {
				o = refused
			}
			if i%9 == 0 {
				w.now = w.now.Add(1700 * time.Millisecond)
			}
			w.settle(b, o, d.Subscriber)
		}
		w.now = w.now.Add(time.Minute)
	}
	w.article("b")
	two := w.send("two")
	w.settle(w.claim(), taken)
	w.must(w.db.Cancel(w.ctx, two, "a mistake", w.now))
	w.must(w.db.Erase(w.ctx, ids[20], subscribers.Consent{}, w.now))
	return ids
}

var rollTests = []test{
	{"what is asked of an old edition is answered as before", func(w *world) {
		ids := w.eventful()
		before := w.ask(ids, "conf", "another")
		w.is("an edition that is a week old", 0, w.compact(0))
		w.is("still", 0, w.compact(week-time.Hour))
		w.is("as before", before, w.ask(ids, "conf", "another"))
		if steps := w.compact(week); steps != 6 { // each edition: its readers, its blocks, the end
			w.Errorf("two editions take %d steps", steps)
		}
		w.is("afterwards", before, w.ask(ids, "conf", "another"))
		w.is("again", 0, w.compact(week))

		told := 0
		for _, r := range before.Looked {
			if r.Told["conf"] {
				told++
			}
		}
		states := map[string]int{}
		for _, rows := range before.History {
			for _, r := range rows {
				states[fmt.Sprint(r.State, " ", r.Reason)]++
			}
		}
		for _, s := range []string{"sent ", "failed refused", "failed bounced", "skipped expired", "skipped erased", "skipped cancelled",
			"none paused", "none left", "none suppressed", "none nothing"} {
			if states[s] == 0 {
				w.Errorf("nobody was %q, so nothing was shown: %v", s, states)
			}
		}
		if told < 10 {
			w.Errorf("%d readers were told of the conference", told)
		}
	}},

	{"who was told of an event long ago has its notice, and life goes on", func(w *world) {
		ids := w.eventful()
		var want []int64
		for _, r := range w.ask(ids, "conf").Looked {
			if r.Told["conf"] {
				want = append(want, r.Subscriber)
			}
		}
		w.compact(week)
		w.now = w.now.Add(100 * 24 * time.Hour)
		w.article("c")
		x := w.expansion(w.publish("three"))
		x.Events = []string{"conf"}
		var got []int64
		for page := (digest.Page{}); !page.Done; {
			var err error
			page, err = w.db.Expand(w.ctx, x, 20, w.now, func(rs []digest.Reader) []digest.Decision {
				for _, r := range rs {
					if r.Told["conf"] {
						got = append(got, r.Subscriber)
					}
				}
				return w.everything(x)(rs)
			})
			w.must(err)
		}
		w.is("told", map[int64]bool{}, difference(want, got))
		w.drain()
		w.is("who had both", "one sent 1, two sent 2, three sent 3", w.rows(ids[6]))
		w.is("who had the first only", "one sent 1, two skipped cancelled 2, three sent 2-3", w.rows(ids[126]))
	}},

	{"editions under way stay as they are, however old", func(w *world) {
		w.article("a")
		w.readers(70)
		id := w.send("one")
		w.settle(w.claim(), taken)
		w.is("steps", 0, w.compact(50*week))
		w.must(w.db.Pause(w.ctx, id, "why", w.now))
		w.is("steps", 0, w.compact(50*week))
		w.must(w.db.Resume(w.ctx, id, w.now))
		w.now = w.now.Add(week)
		w.drain()
		w.is("closed just now", 0, w.compact(time.Second))
		w.is("counts", "sent: planned 70, sent 70, failed 0, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"an edition of nobody, and one that never was, take a step", func(w *world) {
		one := w.publish("one")
		w.expand(one)
		w.must(w.db.Publish(w.ctx, digest.Edition{ID: "weekly/two", Newsletter: weekly, State: digest.InReview, Slot: w.now}, nil))
		w.must(w.db.Miss(w.ctx, "weekly/two", "nobody said yes", w.now))
		before := w.ask(nil)
		w.is("steps", 2, w.compact(week))
		w.is("afterwards", before, w.ask(nil))
	}},

	{"what comes after that is too late", func(w *world) {
		w.article("a")
		ids := w.readers(120)
		id := w.send("one")
		b, last := w.claimFor(time.Nanosecond), (*mailer.Block)(nil)
		w.sleep(20 * time.Millisecond)
		for again := w.claim(); again != nil; again = w.claim() {
			w.settle(again, refused)
			last = again
		}
		before := w.ask(ids)
		w.compact(week)
		for _, b := range []*mailer.Block{b, last} { // the one that stands for all, and one that is gone
			for _, o := range []mailer.Outcome{taken, w.deferred(time.Minute), {State: mailer.Failed, Reason: mailer.Bounced, Suppress: true}} {
				if err := w.db.Settle(w.ctx, b, w.results(b, o)); err != nil && !errors.Is(err, mailer.ErrLost) {
					w.Errorf("%s: %v", o.State, err)
				}
			}
			w.fails(w.db.Renew(w.ctx, b, w.now, w.now.Add(lease)), mailer.ErrLost)
			w.must(w.db.Release(w.ctx, b))
		}
		w.is("afterwards", before, w.ask(ids))
		w.is("counts", "sent: planned 120, sent 0, failed 120, skipped 0, open 0, none 0", w.counts(id))
	}},

	{"broken off anywhere, nothing is lost or there twice", func(w *world) {
		w.article("a")
		ids := w.readers(1200)
		id := w.send("one")
		w.drain()
		// Each step has a little longer than the time before, until it is done.
		broken, patience := 0, time.Duration(0)
		for more := true; more; patience += patience/8 + 100*time.Microsecond {
			ctx, stop := context.WithTimeout(w.ctx, patience)
			did, err := w.db.Compact(ctx, w.now.Add(week))
			stop()
			if err != nil {
				broken++
			} else {
				more, patience = did, -100*time.Microsecond
			}
			for _, i := range []int{0, 499, 500, 777, 1199} {
				w.is("reader", "one sent 1", w.rows(ids[i]))
			}
			w.is("counts", "sent: planned 1200, sent 1200, failed 0, skipped 0, open 0, none 0", w.counts(id))
			if w.Failed() || patience > time.Minute {
				w.Fatalf("after %v", patience)
			}
		}
		if broken < 5 { // each step at least once
			w.Errorf("only %d steps were broken off", broken)
		}
		for _, reader := range ids {
			w.is("reader", "one sent 1", w.rows(reader))
		}
	}},

	{"several at once, while readers are asked about and late results come", func(w *world) {
		w.article("a")
		ids := w.readers(1600)
		dbs := w.handles(4)
		for _, name := range []string{"one", "two", "three"} {
			w.send(name)
			for b := w.claim(); b != nil; b = w.claim() {
				w.settle(b, refused)
			}
			w.article(name)
		}
		before := w.ask(ids[:20])
		late := w.send("four") // goes out meanwhile
		var packers, others sync.WaitGroup
		done := make(chan struct{})
		for i, db := range dbs {
			packers.Go(func() {
				for more, idle := true, 0; more || idle < 3; {
					var err error
					if more, err = db.Compact(w.ctx, w.now.Add(week)); err != nil {
						w.Error(err)
						return
					}
					if !more {
						idle++
						time.Sleep(10 * time.Millisecond)
					}
				}
			})
			others.Go(func() { w.askUntil(done, db, ids[i], before.History[ids[i]]) })
		}
		for b := w.claim(); b != nil; b = w.claim() {
			w.settle(b, taken)
		}
		packers.Wait()
		close(done)
		others.Wait()
		// Its readers, its blocks, the end: what of that the four have not done.
		if steps := w.compact(2 * week); steps > 4+1+1 {
			w.Errorf("the last takes %d steps", steps)
		}
		w.is("counts", "sent: planned 1600, sent 1600, failed 0, skipped 0, open 0, none 0", w.counts(late))
		for _, id := range ids {
			w.is("reader", "one failed refused 1, two failed refused 1-2, three failed refused 1-3, four sent 1-4", w.rows(id))
		}
	}},
}

// askUntil asks again and again what editions meant for a reader, and insists
// that it does not change but for a newer edition.
func (w *world) askUntil(done <-chan struct{}, db *store.DB, id int64, want []digest.Row) {
	for {
		rows, err := db.History(w.ctx, id, 0)
		if err != nil || len(rows) < len(want) {
			w.Errorf("reader %d: %d editions, %v", id, len(rows), err)
			return
		}
		if d := cmp.Diff(want, rows[len(rows)-len(want):]); d != "" {
			w.Errorf("reader %d (-want +got):\n%s", id, d)
			return
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

// difference is what is in only one of two lists.
func difference(a, b []int64) map[int64]bool {
	out := map[int64]bool{}
	for _, n := range a {
		out[n] = true
	}
	for _, n := range b {
		if out[n] {
			delete(out, n)
		} else {
			out[n] = true
		}
	}
	return out
}
