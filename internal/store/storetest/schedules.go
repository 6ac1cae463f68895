package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/standfirst/standfirst/digest"
)

var scheduleTests = []test{
	{"a slot is advanced by whoever is first", func(w *world) {
		_, ok, err := w.db.Slot(w.ctx, weekly)
		w.must(err)
		w.is("before", false, ok)
		w.must(w.db.EnsureNewsletter(w.ctx, weekly, weekly, "other"))
		next := w.now.Add(time.Hour)
		for _, c := range []struct {
			from, to time.Time
			want     bool
		}{
			{w.now, next, false},
			{time.Time{}, w.now, true},
			{time.Time{}, next, false},
			{w.now, next, true},
			{w.now, next.Add(time.Hour), false},
		} {
			won, err := w.db.Advance(w.ctx, weekly, c.from, c.to)
			w.must(err)
			w.is(fmt.Sprint(c.from, c.to), c.want, won)
		}
		at, ok, err := w.db.Slot(w.ctx, weekly)
		w.must(err)
		w.is("slot", fmt.Sprint(next, true), fmt.Sprint(at, ok))
	}},

	{"a slot is advanced by one of many", func(w *world) {
		dbs := w.handles(4)
		next := w.now.Add(time.Hour)
		from := time.Time{}
		for _, to := range []time.Time{next, next.Add(time.Hour)} {
			var won atomic.Int32
			var all sync.WaitGroup
			for i := range 12 {
				all.Go(func() {
					ok, err := dbs[i%4].Advance(w.ctx, weekly, from, to)
					if err != nil {
						w.Error(err)
					}
					if ok {
						won.Add(1)
					}
				})
			}
			all.Wait()
			w.is("winners", int32(1), won.Load())
			from = to
		}
	}},

	{"terms are upheld by processes", func(w *world) {
		all := func(newsletter string) string {
			w.Helper()
			ts, err := w.db.Upheld(w.ctx, newsletter, w.now)
			w.must(err)
			return w.terms(ts)
		}
		uphold := func(terms string, began time.Duration) string {
			w.Helper()
			ts, err := w.db.Uphold(w.ctx, weekly, terms, w.now.Add(began), w.now)
			w.must(err)
			for _, t := range ts {
				if t.Text == terms && t.Quiet > time.Second {
					w.Errorf("%q was said %v ago", terms, t.Quiet)
				}
			}
			return w.terms(ts)
		}
		w.is("before", "", all(weekly))
		w.is("one", "old -60", uphold("old", -time.Hour))
		w.is("another", "new -1, old -60", uphold("new", -time.Minute))
		w.is("an older process of the same terms", "new -1, old -60", uphold("old", -2*time.Hour))
		w.is("a younger one", "new -1, old -30", uphold("old", -30*time.Minute))
		w.is("only known", " -3, new -1, old -30", uphold("", -3*time.Minute))
		w.is("upheld", " -3, new -1, old -30", all(weekly))
		w.is("another newsletter", "", all("other"))
		w.sleep(20 * time.Millisecond)
		ts, err := w.db.Upheld(w.ctx, weekly, w.now)
		w.must(err)
		for _, t := range ts {
			if t.Quiet < 20*time.Millisecond || t.Quiet > 10*time.Second {
				w.Errorf("%q is quiet for %v", t.Text, t.Quiet)
			}
		}
	}},

	{"what is being sent", func(w *world) {
		w.article("a")
		w.readers(1)
		sending := func() string {
			w.Helper()
			es, err := w.db.Sending(w.ctx)
			w.must(err)
			out := ""
			for _, e := range es {
				out += fmt.Sprintf("%s of %s %v, ", e.ID, e.Newsletter, e.Published.Sub(w.now).Round(time.Second))
			}
			return out
		}
		one := w.publish("one")
		w.is("published", "weekly/one of weekly 0s, ", sending())
		w.must(w.db.Pause(w.ctx, one, "a mistake", w.now))
		w.is("paused", "", sending())
		w.must(w.db.Resume(w.ctx, one, w.now.Add(time.Hour)))
		w.is("resumed", "weekly/one of weekly 1h0m0s, ", sending())
		w.expand(one)
		w.drain()
		w.is("sent", "", sending())
	}},
}

// terms are those upheld, with the minutes since the last process began.
func (w *world) terms(all []digest.Terms) string {
	out := ""
	for i, t := range all {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprint(t.Text, " ", t.Since.Sub(w.now).Minutes())
	}
	return out
}
