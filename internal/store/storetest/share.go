package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// at is what a worker claims that sends so many letters a second, to those
// destinations no more than their bounds.
func (w *world) at(rate float64, ds ...mailer.Destination) mailer.Claim {
	return mailer.Claim{Owner: "test", Now: w.now, Lease: lease, Rate: rate, Destinations: ds}
}

func (w *world) claimAt(db mailer.Ledger, c mailer.Claim) *mailer.Block {
	w.Helper()
	b, err := db.Claim(w.ctx, c)
	w.must(err)
	return b
}

// nothing insists that there is nothing to claim, and returns for how long.
func (w *world) nothing(db mailer.Ledger, c mailer.Claim) time.Duration {
	w.Helper()
	if b := w.claimAt(db, c); b != nil {
		w.Fatalf("%d letters to %q at one every %v, beside what there is", len(b.Deliveries), b.Destination, b.Every)
	}
	at, ok, err := db.Due(w.ctx, c)
	w.must(err)
	if !ok {
		w.Fatal("nothing to come")
	}
	return at.Sub(w.now)
}

// about insists on a duration, but for what a slow machine makes of it.
func (w *world) about(what string, want, got time.Duration) {
	w.Helper()
	if got > want+10*time.Millisecond || got < want-5*time.Second {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

// readersAt brings in n readers of a domain.
func (w *world) readersAt(domain string, n int) {
	w.Helper()
	var rows []subscribers.ImportRow
	for i := range n {
		rows = append(rows, subscribers.ImportRow{Line: i + 2, Email: fmt.Sprintf("r%d@%s", i, domain), Newsletters: []string{weekly}})
	}
	_, err := w.db.Import(w.ctx, rows, w.now, false)
	w.must(err)
}

// described is a block on one line: "5 to gmail.example every 1s".
func described(b *mailer.Block) string {
	if b == nil {
		return "nothing"
	}
	s := fmt.Sprint(len(b.Deliveries))
	if b.Destination != "" {
		s += " to " + b.Destination
	}
	if b.Every > 0 {
		s += fmt.Sprint(" every ", b.Every)
	}
	if b.Sessions > 0 {
		s += fmt.Sprint(" on ", b.Sessions)
	}
	return s
}

// gmail has two domains, small is everybody's idea of a slow server.
var (
	gmail = mailer.Destination{Domains: []string{"gmail.example", "googlemail.example"}, Rate: 2}
	small = mailer.Destination{Domains: []string{"small.example"}, Sessions: 3}
	both  = mailer.Destinations{gmail, small}
)

// mixed sends an edition to 40 readers at gmail's domains, 20 at small's and 30
// elsewhere.
func (w *world) mixed() (edition string) {
	w.Helper()
	w.db.Destination = both.Of
	w.article("a")
	w.readersAt("gmail.example", 20)
	w.readersAt("small.example", 20)
	w.readersAt("GoogleMail.example", 20)
	w.readers(30)
	return w.send("one")
}

var shareTests = []test{
	{"without bounds a block is as it was", func(w *world) {
		w.article("a")
		w.readers(10)
		w.send("one")
		w.is("block", "10", described(w.claimAt(w.db, w.at(0))))
	}},

	{"a rate gives a block as many letters as go in half a minute", func(w *world) {
		w.article("a")
		ids := w.readers(50)
		id := w.send("one")
		b := w.claimAt(w.db, w.at(1))
		w.is("first letters", "30 every 1s", described(b))
		w.is("oldest first", ids[0], b.Deliveries[0].Subscriber)
		w.about("nobody else", 30*time.Second, w.nothing(w.db, w.at(1)))
		w.is("counts", "sending: planned 50, sent 0, failed 0, skipped 0, open 50, none 0", w.counts(id))
		w.settle(b, taken)
		b = w.claimAt(w.db, w.at(1))
		w.is("the rest", "20 every 1s", described(b))
		w.is("goes on", ids[30], b.Deliveries[0].Subscriber)
		w.settle(b, taken)
		w.is("counts", "sent: planned 50, sent 50, failed 0, skipped 0, open 0, none 0", w.counts(id))
		w.is("bookmark", int64(1), w.bookmark(ids[49]))
	}},

	{"a rate below one in half a minute sends one at a time", func(w *world) {
		w.article("a")
		w.readers(3)
		w.send("one")
		w.is("one", "1 every 1m40s", described(w.claimAt(w.db, w.at(0.01))))
		w.about("the next", 100*time.Second, w.nothing(w.db, w.at(0.01)))
	}},

	{"two processes keep a rate together", func(w *world) {
		w.article("a")
		w.readers(60)
		w.send("one")
		other := w.open()
		w.is("a block", "50 every 100ms", described(w.claimAt(w.db, w.at(10))))
		w.about("the other waits", 5*time.Second, w.nothing(other, w.at(10)))
		// While a larger rate is rolled out, the first keeps its share of that.
		w.is("what is left", "10 every 50ms", described(w.claimAt(other, w.at(30))))
	}},

	{"what is left of a rate goes to somebody else", func(w *world) {
		w.mixed()
		other := w.open()
		c := w.at(10, both...)
		c.Without = []string{"", "small.example"}
		b := w.claimAt(w.db, c)
		w.is("gmail", "40 to gmail.example every 500ms", described(b))
		for _, d := range b.Deliveries {
			if !strings.Contains(strings.ToLower(d.To.Email), "mail.example") {
				w.Errorf("%s is not gmail's", d.To.Email)
			}
		}
		c.Without = []string{"small.example"}
		w.is("elsewhere", "30 every 125ms", described(w.claimAt(other, c)))
		w.about("nobody more", 3750*time.Millisecond, w.nothing(other, w.at(10, both...)))
	}},

	{"a slow destination holds up nobody else", func(w *world) {
		w.mixed()
		var got []string
		for range 3 {
			got = append(got, described(w.claimAt(w.db, w.at(0, both...))))
		}
		w.is("in the order they were cut", []string{"40 to gmail.example every 500ms", "20 to small.example on 3", "30"}, got)
	}},

	{"what a worker has enough of is left to others", func(w *world) {
		w.mixed()
		c := w.at(0, both...)
		c.Without = []string{"", "gmail.example"}
		w.is("claimed", "20 to small.example on 3", described(w.claimAt(w.db, c)))
		if b := w.claimAt(w.db, c); b != nil {
			w.Errorf("claimed %s", described(b))
		}
		c.Without = append(c.Without, "small.example")
		_, ok, err := w.db.Due(w.ctx, c)
		w.must(err)
		w.is("due", false, ok)
	}},

	{"one block has all sessions of a destination", func(w *world) {
		w.mixed()
		only := w.at(0, both...)
		only.Without = []string{"", "gmail.example"}
		b := w.claimAt(w.db, only)
		w.settle(b, taken, b.Deliveries[0].Subscriber)
		w.settle(b, w.deferred(0), b.Deliveries[1].Subscriber)
		w.now = w.now.Add(time.Minute)
		only.Now = w.now
		if end := w.nothing(w.db, only); end < lease-2*time.Minute {
			w.Errorf("free in %v, before the lease ends", end)
		}
		w.must(w.db.Release(w.ctx, b))
		w.is("given back", "18 to small.example on 3", described(w.claimAt(w.db, only)))
	}},

	{"what is put off keeps its destination", func(w *world) {
		id := w.mixed()
		c := w.at(0, both...)
		c.Without = []string{"", "small.example"}
		b := w.claimAt(w.db, c)
		w.settle(b, w.deferred(time.Minute), b.Deliveries[0].Subscriber, b.Deliveries[1].Subscriber)
		w.settle(b, taken, all(b)[2:]...)
		c.Now = w.now.Add(time.Minute + time.Second)
		w.is("waiting", 2, w.edition(id).Waiting)
		w.is("second attempts", "2 to gmail.example every 500ms", described(w.claimAt(w.db, c)))
	}},

	{"a destination's letters of several pages are in one block", func(w *world) {
		w.db.Destination = both.Of
		w.article("a")
		w.readersAt("gmail.example", 30)
		w.readersAt("elsewhere.example", 130)
		w.readersAt("googlemail.example", 30)
		w.send("one") // in pages of 50
		c := w.at(0, both...)
		c.Without = []string{"", "small.example"}
		w.is("block", "60 to gmail.example every 500ms", described(w.claimAt(w.db, c)))
	}},

	{"what is given back is not lost time, and keeps its place", func(w *world) {
		w.article("a")
		ids := w.readers(50)
		w.send("one")
		b := w.claimAt(w.db, w.at(1))
		w.settle(b, taken, ids[0])
		w.must(w.db.Release(w.ctx, b))
		b = w.claimAt(w.db, w.at(1))
		w.is("the same again", "29 every 1s", described(b))
		w.is("from the second on", ids[1], b.Deliveries[0].Subscriber)
	}},

	{"a share ends with its lease", func(w *world) {
		w.article("a")
		ids := w.readers(50)
		id := w.send("one")
		c := w.at(1)
		c.Lease = 30 * time.Millisecond
		old := w.claimAt(w.db, c)
		w.sleep(80 * time.Millisecond)
		b := w.claimAt(w.db, w.at(1))
		w.is("again", "30 every 1s", described(b))
		w.is("in doubt", true, b.Deliveries[0].Doubt)
		w.fails(w.db.Settle(w.ctx, old, w.results(old, refused, ids[0])), mailer.ErrLost)
		w.is("a late refusal does not count", "sending: planned 50, sent 0, failed 0, skipped 0, open 50, none 0", w.counts(id))
	}},

	{"an old hand has nothing of what was split off", func(w *world) {
		w.article("a")
		ids := w.readers(50)
		id := w.send("one")
		old := w.claimFor(30 * time.Millisecond)
		w.sleep(80 * time.Millisecond)
		b := w.claimAt(w.db, w.at(1))
		w.is("split", "30 every 1s", described(b))
		w.fails(w.db.Settle(w.ctx, old, w.results(old, refused, ids[0], ids[49])), mailer.ErrLost)
		w.fails(w.db.Renew(w.ctx, old, w.now, w.now.Add(lease)), mailer.ErrLost)
		w.must(w.db.Release(w.ctx, old))
		w.is("counts", "sending: planned 50, sent 0, failed 0, skipped 0, open 50, none 0", w.counts(id))
		w.fails(w.db.Settle(w.ctx, old, w.results(old, taken, ids[0], ids[49])), mailer.ErrLost)
		w.is("counts", "sending: planned 50, sent 2, failed 0, skipped 0, open 48, none 0", w.counts(id))
	}},

	{"a rate holds over a restart", func(w *world) {
		w.article("a")
		w.readers(50)
		w.send("one")
		if strings.Contains(w.dsn, ":memory:") {
			w.Skip("one in memory does not outlive its process")
		}
		first := w.open()
		b := w.claimAt(first, w.at(1))
		w.must(first.Close())
		w.about("killed", 30*time.Second, w.nothing(w.open(), w.at(1)))
		_, err := w.db.EndLeases(w.ctx, func(string) bool { return true })
		w.must(err)
		again := w.claimAt(w.open(), w.at(1))
		w.is("known to be dead", described(b), described(again)) // and its first letter waits, as each does
	}},

	{"a block that is done leaves its share", func(w *world) {
		w.mixed()
		c := w.at(10)
		b := w.claimAt(w.db, c)
		w.nothing(w.db, c)
		w.settle(b, refused)
		if w.claimAt(w.db, c) == nil {
			w.Error("nothing for the next")
		}
	}},

	{"letters that wait for their turn are still to come", func(w *world) {
		w.article("a")
		w.readers(50)
		id := w.send("one")
		b := w.claimAt(w.db, w.at(1))
		w.settle(b, w.deferred(time.Hour))
		untried, err := w.db.Untried(w.ctx, id, w.now)
		w.must(err)
		w.is("the other 20", true, untried)
		w.settle(w.claim(), w.deferred(time.Hour))
		untried, err = w.db.Untried(w.ctx, id, w.now)
		w.must(err)
		w.is("all were tried", false, untried)
		untried, err = w.db.Untried(w.ctx, id, w.now.Add(2*time.Hour))
		w.must(err)
		w.is("second attempts", false, untried)
	}},

	{"pausing and cancelling reach what was split", func(w *world) {
		w.article("a")
		w.readers(50)
		id := w.send("one")
		b := w.claimAt(w.db, w.at(1))
		w.must(w.db.Pause(w.ctx, id, "why", w.now))
		if b := w.claim(); b != nil {
			w.Error("claimed while paused")
		}
		w.must(w.db.Release(w.ctx, b))
		w.must(w.db.Cancel(w.ctx, id, "why", w.now))
		w.is("counts", "cancelled: planned 50, sent 0, failed 0, skipped 50, open 0, none 0", w.counts(id))
	}},

	{"failed letters say how many bounced, open ones how many wait", func(w *world) {
		w.article("a")
		ids := w.readers(10)
		id := w.send("one")
		b := w.claim()
		bounced := mailer.Outcome{State: mailer.Failed, Reason: mailer.Bounced, Attempt: true, Suppress: true, Code: 550, Enhanced: "5.1.1"}
		w.settle(b, bounced, ids[0], ids[1])
		w.settle(b, refused, ids[2])
		w.settle(b, w.deferred(time.Minute), ids[3], ids[4], ids[5])
		w.settle(b, taken, ids[6], ids[7])
		want := digest.Counts{Versions: 1, Planned: 10, Sent: 2, Failed: 3, Open: 5, Bounced: 2, Waiting: 3}
		w.is("counts", want, w.edition(id).Counts)
		w.settle(b, taken, ids[0]) // that server had the letter after all
		w.settle(b, taken, ids[8], ids[9])
		w.now = w.now.Add(time.Hour)
		w.settle(w.claim(), bounced)
		want = digest.Counts{Versions: 1, Planned: 10, Sent: 5, Failed: 5, Bounced: 4}
		w.is("counts", want, w.edition(id).Counts)
		w.compact(8 * 24 * time.Hour)
		w.is("when packed", want, w.edition(id).Counts)
	}},
}

// all are the readers of a block.
func all(b *mailer.Block) (ids []int64) {
	for _, d := range b.Deliveries {
		ids = append(ids, d.Subscriber)
	}
	return ids
}
