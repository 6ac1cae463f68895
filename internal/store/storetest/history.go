package storetest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// historyTests let things happen at random and then ask every reader: each
// release after the first bookmark was given once and only once.
var historyTests = func() (tests []test) {
	for seed := range uint64(4) {
		tests = append(tests, test{fmt.Sprintf("nothing is lost and nothing repeated %d", seed), func(w *world) {
			newChaos(w, seed).run()
		}})
	}
	return tests
}()

// A chaos is a newsletter to which everything happens.
type chaos struct {
	*world
	rnd      *rand.Rand
	ids      []int64
	editions int
	releases int
	hands    []*mailer.Block
	out      map[string]int // letters that left, by edition and reader
	unheard  map[string]int // of those, the ones whose worker died before it said so
}

func newChaos(w *world, seed uint64) *chaos {
	c := &chaos{world: w, rnd: rand.New(rand.NewPCG(42, seed)), out: make(map[string]int), unheard: make(map[string]int)}
	c.ids = w.readers(12)
	if seed%2 == 1 {
		w.db.Destination = func(email string) string {
			return map[byte]string{'1': "odd", '3': "third", '5': "odd"}[email[len(email)-len("?@example.com")]]
		}
	}
	return c
}

func (c *chaos) run() {
	for step := range 300 {
		c.now = c.now.Add(time.Duration(c.rnd.IntN(30)) * time.Second)
		switch c.rnd.IntN(13) {
		case 0:
			c.release()
		case 1:
			c.publishOne()
		case 2, 3, 4:
			c.expandSome()
		case 5, 6:
			c.claimSome()
		case 7, 8, 9:
			c.settleSome()
		case 10:
			c.giveBack()
		case 11:
			c.edit()
		case 12:
			c.die()
		}
		if step%10 == 0 {
			c.numbersAgree()
		}
	}
	c.finish()
	c.compact(week) // and all of it is still known
	c.numbersAgree()
	for _, id := range c.ids {
		c.givenOnce(id)
	}
}

func (c *chaos) release() {
	c.releases++
	c.article(fmt.Sprint("article ", c.releases))
}

func (c *chaos) publishOne() {
	list, err := c.db.Editions(c.ctx, weekly, 0)
	c.must(err)
	for _, e := range list {
		if e.State.Holding() {
			return
		}
	}
	c.editions++
	c.publishGroups(fmt.Sprint(c.editions),
		digest.Group{Zone: "", Due: c.now.Add(time.Duration(c.rnd.IntN(3)) * time.Minute)},
		digest.Group{Zone: digest.AllZones, Due: c.now.Add(5 * time.Minute)})
}

func (c *chaos) expandSome() {
	xs, err := c.db.Pending(c.ctx, c.now)
	c.must(err)
	if len(xs) == 0 {
		return
	}
	x := xs[c.rnd.IntN(len(xs))]
	_, err = c.db.Expand(c.ctx, x, 1+c.rnd.IntN(6), c.now, c.everything(x))
	c.must(err)
}

// claimSome claims a block, or the first letters of one at some rate.
func (c *chaos) claimSome() {
	claim := mailer.Claim{Owner: "test", Now: c.now, Lease: lease}
	if c.rnd.IntN(2) == 0 {
		claim.Rate = 0.1
		claim.Destinations = mailer.Destinations{{Domains: []string{"odd"}, Rate: 0.05}, {Domains: []string{"third"}, Sessions: 1}}
	}
	b, err := c.db.Claim(c.ctx, claim)
	c.must(err)
	if b != nil {
		c.hands = append(c.hands, b)
	}
}

// settleSome settles a few letters of a block in hand, each as chance has it.
func (c *chaos) settleSome() {
	if len(c.hands) == 0 {
		return
	}
	i := c.rnd.IntN(len(c.hands))
	b := c.hands[i]
	for n := 1 + c.rnd.IntN(4); n > 0 && len(b.Deliveries) > 0; n-- {
		d := b.Deliveries[0]
		sts, err := c.db.Standings(c.ctx, b.Edition, []int64{d.Subscriber}, c.now)
		c.must(err)
		st := sts[0]
		if st.Stop {
			break
		}
		o := taken
		switch {
		case st.Reason != "":
			o = mailer.Outcome{State: mailer.Skipped, Reason: st.Reason}
		case c.rnd.IntN(4) == 0:
			o = c.deferred(time.Duration(c.rnd.IntN(200)) * time.Second)
			o.Doubt = c.rnd.IntN(3) == 0
		case c.rnd.IntN(6) == 0:
			o = refused
			if c.rnd.IntN(2) == 0 {
				o.Reason = mailer.Bounced
			}
		default:
			c.out[fmt.Sprint(b.Edition, " ", d.Subscriber)]++
		}
		b.Deliveries = b.Deliveries[1:]
		c.settle(b, o, d.Subscriber)
	}
	if len(b.Deliveries) == 0 {
		c.hands = append(c.hands[:i], c.hands[i+1:]...)
	}
}

func (c *chaos) giveBack() {
	if len(c.hands) == 0 {
		return
	}
	i := c.rnd.IntN(len(c.hands))
	c.must(c.db.Release(c.ctx, c.hands[i]))
	c.hands = append(c.hands[:i], c.hands[i+1:]...)
}

// die lets a worker die, perhaps with a letter out that nobody heard of.
func (c *chaos) die() {
	if len(c.hands) == 0 {
		return
	}
	i := c.rnd.IntN(len(c.hands))
	b := c.hands[i]
	c.hands = append(c.hands[:i], c.hands[i+1:]...)
	d := b.Deliveries[0]
	sts, err := c.db.Standings(c.ctx, b.Edition, []int64{d.Subscriber}, c.now)
	c.must(err)
	st := sts[0]
	if st == (mailer.Standing{}) && c.rnd.IntN(2) == 0 {
		key := fmt.Sprint(b.Edition, " ", d.Subscriber)
		c.out[key]++
		c.unheard[key]++
	}
	c.must(c.db.Renew(c.ctx, b, c.now, c.now.Add(-time.Hour))) // its lease passes
}

// edit pauses, resumes or cancels an edition, or lets a reader pause.
func (c *chaos) edit() {
	list, err := c.db.Editions(c.ctx, weekly, 0)
	c.must(err)
	for _, e := range list {
		switch {
		case e.State == digest.Paused:
			c.must(c.db.Resume(c.ctx, e.ID, c.now))
			return
		case e.State == digest.Sending && c.rnd.IntN(4) == 0:
			c.must(c.db.Pause(c.ctx, e.ID, "why", c.now))
			return
		case e.State == digest.Sending && c.rnd.IntN(5) == 0:
			c.must(c.db.Cancel(c.ctx, e.ID, "why", c.now))
			return
		}
	}
	c.must(c.db.PauseUntil(c.ctx, c.ids[c.rnd.IntN(len(c.ids))], c.now.Add(3*time.Minute), subscribers.Consent{}, c.now))
}

// numbersAgree compares the counters with the rows.
func (c *chaos) numbersAgree() {
	c.Helper()
	want := make(map[string]digest.Counts)
	for _, id := range c.ids {
		rows, err := c.db.History(c.ctx, id, 0)
		c.must(err)
		for _, r := range rows {
			n := want[r.Edition]
			switch r.State {
			case mailer.Sent:
				n.Sent++
			case mailer.Failed:
				n.Failed++
				if r.Reason == mailer.Bounced {
					n.Bounced++
				}
			case mailer.Skipped:
				n.Skipped++
			case mailer.Queued:
				n.Open++
				if r.Attempts > 0 {
					n.Waiting++
				}
			case mailer.None:
				n.None++
			}
			n.Planned = n.Sent + n.Failed + n.Skipped + n.Open
			want[r.Edition] = n
		}
	}
	list, err := c.db.Editions(c.ctx, weekly, 0)
	c.must(err)
	for _, e := range list {
		n := want[e.ID]
		n.Versions = e.Versions
		if n != e.Counts {
			c.Fatalf("edition %s counts %+v, its rows are %+v", e.ID, e.Counts, n)
		}
		if e.State == digest.Done && (e.Open > 0 || e.Planned+e.None != len(c.ids)) {
			c.Fatalf("edition %s is done: %+v", e.ID, e.Counts)
		}
	}
}

// finish lets everything come to its end: one more edition, and nobody refuses.
func (c *chaos) finish() {
	for _, b := range c.hands {
		c.must(c.db.Release(c.ctx, b))
	}
	list, err := c.db.Editions(c.ctx, weekly, 0)
	c.must(err)
	for _, e := range list {
		if e.State == digest.Paused {
			c.must(c.db.Resume(c.ctx, e.ID, c.now))
		}
	}
	c.release()
	c.now = c.now.Add(time.Hour)
	c.editions++
	c.publishGroups(fmt.Sprint(c.editions), digest.Group{Zone: digest.AllZones, Due: c.now})
	for range 30 {
		xs, err := c.db.Pending(c.ctx, c.now)
		c.must(err)
		for _, x := range xs {
			_, err = c.db.Expand(c.ctx, x, 5, c.now, c.everything(x))
			c.must(err)
		}
		for b := c.claim(); b != nil; b = c.claim() {
			for _, d := range b.Deliveries {
				c.out[fmt.Sprint(b.Edition, " ", d.Subscriber)]++
			}
			c.settle(b, taken)
		}
		c.now = c.now.Add(time.Minute)
	}
	c.numbersAgree()
	list, err = c.db.Editions(c.ctx, weekly, 0)
	c.must(err)
	for _, e := range list {
		if e.State != digest.Done && e.State != digest.Cancelled || e.Open > 0 {
			c.Errorf("edition %s ends as %s with %d open", e.ID, e.State, e.Open)
		}
	}
}

func (c *chaos) givenOnce(id int64) {
	rows, err := c.db.History(c.ctx, id, 0)
	c.must(err)
	given := make(map[int64]string)
	for _, r := range rows {
		key := fmt.Sprint(r.Edition, " ", id)
		left, unheard := c.out[key], c.unheard[key]
		// Of letters that nobody heard of, one more may have left in the same
		// edition, and none may have been given up for a newer edition.
		if r.State == mailer.Sent && (left < 1 || left > 1+unheard) ||
			r.State != mailer.Sent && left != unheard || r.Reason == mailer.Superseded && left > 0 {
			c.Errorf("reader %d: %d letters of edition %s left, which is %s", id, left, r.Edition, r.State)
		}
		if r.State != mailer.Sent {
			continue
		}
		for _, i := range r.Items {
			if before := given[i.N]; before != "" {
				c.Errorf("reader %d: release %d was given in %s and %s", id, i.N, r.Edition, before)
			}
			given[i.N] = r.Edition
		}
	}
	for n := int64(1); n <= int64(c.releases); n++ {
		if given[n] == "" {
			c.Errorf("reader %d: release %d was never given", id, n)
		}
	}
	c.is(fmt.Sprint("bookmark of ", id), int64(c.releases), c.bookmark(id))
	if c.Failed() {
		c.Fatalf("reader %d: %s", id, c.rows(id))
	}
}
