package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// handles are several processes on one database.
func (w *world) handles(n int) []*store.DB {
	w.Helper()
	out := []*store.DB{w.db}
	for len(out) < n {
		out = append(out, w.open())
	}
	return out
}

var togetherTests = []test{
	{"numbers have no gaps and are never seen out of order", func(w *world) {
		const each = 15
		dbs := w.handles(4)
		day := content.DateOf(w.now).AddDays(30)
		w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
			return &content.Plan{At: w.now, Events: []content.EventChange{{New: true, Event: content.Event{ID: "e", Slug: "e", Zone: "UTC",
				Days: content.Span{First: day, Last: day}, Status: content.Confirmed}}}}, nil
		}))
		var writers, watcher sync.WaitGroup
		for i, db := range dbs {
			writers.Go(func() {
				for j := range each {
					title := fmt.Sprintf("%d-%d", i, j)
					err := w.write(db, func(*content.Known) (*content.Plan, error) {
						if j%5 == 4 {
							return nil, errors.New("a sync that breaks off")
						}
						return &content.Plan{At: w.now, Articles: []content.Change{change(title)},
							Releases: []content.Release{{Kind: content.KindArticle, Item: title, At: w.now}}}, nil
					})
					if (err != nil) != (j%5 == 4) {
						w.Error(err)
					}
					_, err = db.Remind(w.ctx, w.now, func([]content.Event, []content.Release) []content.Release {
						return []content.Release{{Kind: content.KindReminder, Item: "e", Rule: title, At: w.now, Days: content.Span{First: day, Last: day}}}
					})
					if err != nil {
						w.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		watcher.Go(func() {
			for stop := false; !stop; {
				select {
				case <-done:
					stop = true
				default:
				}
				head, err := w.db.Head(w.ctx)
				if err != nil {
					w.Error(err)
					return
				}
				es, err := w.db.Entries(w.ctx, digest.WireQuery{Upto: head, Now: w.now})
				if err != nil || int64(len(es)) != head {
					w.Errorf("%d releases up to number %d, %v", len(es), head, err)
					return
				}
			}
		})
		writers.Wait()
		close(done)
		watcher.Wait()
		head, err := w.db.Head(w.ctx)
		w.must(err)
		w.is("head", int64(4*(each-each/5)+4*each), head)
	}},

	{"one of many publishes an edition, and one advances the slot", func(w *world) {
		w.article("a")
		dbs := w.handles(4)
		var published, advanced atomic.Int64
		var wg sync.WaitGroup
		for _, db := range dbs {
			wg.Go(func() {
				err := db.Publish(w.ctx, digest.Edition{ID: "weekly/one", Newsletter: weekly, State: digest.Sending, Horizon: 1, Published: w.now}, w.everybody())
				if err == nil {
					published.Add(1)
				} else if !errors.Is(err, digest.ErrPublished) {
					w.Error(err)
				}
				ok, err := db.Advance(w.ctx, weekly, time.Time{}, w.now)
				if err != nil {
					w.Error(err)
				}
				if ok {
					advanced.Add(1)
				}
			})
		}
		wg.Wait()
		w.is("published", int64(1), published.Load())
		w.is("advanced", int64(1), advanced.Load())
	}},

	{"no letter is in two hands", func(w *world) {
		const readers = 600
		w.article("a")
		w.readers(readers)
		dbs := w.handles(4)
		id := w.publish("one")
		x := w.expansion(id)
		var sent sync.Map
		var wg sync.WaitGroup
		for i, db := range dbs {
			wg.Go(func() { // everybody expands
				for {
					page, err := db.Expand(w.ctx, x, 20, w.now, w.everything(x))
					if err != nil {
						w.Error(err)
						return
					}
					if page.Done {
						return
					}
				}
			})
			wg.Go(func() { // and everybody sends
				rnd := rand.New(rand.NewPCG(7, uint64(i)))
				for idle := 0; idle < 100; {
					b, err := db.Claim(w.ctx, mailer.Claim{Owner: fmt.Sprint(i), Now: w.now.Add(time.Second), Lease: lease})
					if err != nil {
						w.Error(err)
						return
					}
					if b == nil {
						idle++
						time.Sleep(2 * time.Millisecond)
						continue
					}
					idle = 0
					for k, d := range b.Deliveries {
						if rnd.IntN(30) == 0 { // half a block is given back
							if err := db.Release(w.ctx, b); err != nil {
								w.Error(err)
							}
							break
						}
						o := taken
						if rnd.IntN(10) == 0 {
							o = mailer.Outcome{State: mailer.Queued, Attempt: true, Due: w.now, Code: 451}
						} else if who, twice := sent.LoadOrStore(d.Subscriber, i); twice {
							w.Errorf("letter %d of a block of worker %d was sent by %v before", k, i, who)
						}
						if err := db.Settle(w.ctx, b, w.results(b, o, d.Subscriber)); err != nil {
							w.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		w.is("counts", fmt.Sprintf("sent: planned %d, sent %d, failed 0, skipped 0, open 0, none 0", readers, readers), w.counts(id))
		for _, db := range dbs {
			e, err := db.Edition(w.ctx, id)
			w.must(err)
			w.is("as others see it", digest.Done, e.State)
		}
	}},

	{"imports of the same readers meet", func(w *world) {
		dbs := w.handles(4)
		var wg sync.WaitGroup
		for i, db := range dbs {
			wg.Go(func() {
				var rows []subscribers.ImportRow
				for j := range 100 {
					rows = append(rows, subscribers.ImportRow{Line: j + 2, Email: fmt.Sprintf("r%d@example.com", (j*7+i*31)%100), Newsletters: []string{weekly}})
				}
				if _, err := db.Import(w.ctx, rows, w.now, false); err != nil {
					w.Error(err)
				}
			})
		}
		wg.Wait()
		w.is("readers", 100, w.people())
	}},

	{"a secret is the same in every process", func(w *world) {
		dbs := w.handles(4)
		got := make([]string, len(dbs))
		var wg sync.WaitGroup
		for i, db := range dbs {
			wg.Go(func() {
				b, err := db.Secret(w.ctx, "links")
				if err != nil {
					w.Error(err)
				}
				got[i] = string(b)
			})
		}
		wg.Wait()
		for _, s := range got {
			if s != got[0] || s == "" {
				w.Error("secrets differ")
			}
		}
	}},
}
