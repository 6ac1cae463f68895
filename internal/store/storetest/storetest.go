// Package storetest holds what every store must keep, whatever its engine: the
// numbers of the wire, the states of editions, expansion, the ledger, readers.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// Run runs the suite. dsn returns the name of a new and empty database each
// time; tests open it as often as they need, unless it is in memory.
func Run(t *testing.T, dsn func(t *testing.T) string) {
	for _, part := range []struct {
		name  string
		tests []test
	}{
		{"wire", wireTests},
		{"desk", deskTests},
		{"editions", editionTests},
		{"drafts", draftTests},
		{"results", resultTests},
		{"clicks", clickTests},
		{"schedules", scheduleTests},
		{"expand", expandTests},
		{"supersede", supersedeTests},
		{"ledger", ledgerTests},
		{"settle", settleTests},
		{"lease", leaseTests},
		{"share", shareTests},
		{"dead", deadTests},
		{"late", lateTests},
		{"cancel", cancelTests},
		{"readers", readerTests},
		{"import", importTests},
		{"imported", importLogTests},
		{"requests", requestTests},
		{"moves", moveTests},
		{"profiles", profileTests},
		{"notes", noteTests},
		{"people", peopleTests},
		{"together", togetherTests},
		{"roll", rollTests},
		{"hub", hubTests},
		{"webhooks", webhookTests},
		{"pictures", pictureTests},
		{"search", searchTests},
		{"history", historyTests},
		{"editors", editorTests},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, test := range part.tests {
				t.Run(test.name, func(t *testing.T) { test.run(newWorld(t, dsn(t))) })
			}
		})
	}
}

// A test is a promise by name.
type test struct {
	name string
	run  func(w *world)
}

// A world is one database with a newsletter called weekly, and a clock that
// tests move by hand. Leases are by the clock of the database on PostgreSQL, so
// tests of leases use short ones and wait.
type world struct {
	*testing.T
	db  *store.DB
	dsn string
	ctx context.Context
	now time.Time
}

const weekly = "weekly"

func newWorld(t *testing.T, dsn string) *world {
	w := &world{T: t, dsn: dsn, ctx: t.Context(), now: time.Now().UTC().Truncate(time.Millisecond)}
	w.db = w.open()
	return w
}

// open opens the database once more, as another process would.
func (w *world) open() *store.DB {
	w.Helper()
	if w.db != nil && strings.Contains(w.dsn, ":memory:") {
		w.Skip("one in memory belongs to one process")
	}
	db, err := store.Open(context.WithoutCancel(w.ctx), w.dsn)
	w.must(err)
	w.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.Errorf("close: %v", err)
		}
	})
	return db
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// is compares and tells what it was about.
func (w *world) is(what string, want, got any) {
	w.Helper()
	if d := cmp.Diff(want, got); d != "" {
		w.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// fails insists on an error.
func (w *world) fails(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("error is %v, want %v", err, want)
	}
}

// article lets an article reach the wire; its ID is its title.
func (w *world) article(titles ...string) {
	w.Helper()
	w.must(w.write(w.db, func(*content.Known) (*content.Plan, error) {
		p := &content.Plan{Source: "dir:a", At: w.now}
		for _, title := range titles {
			p.Articles = append(p.Articles, change(title))
			p.Releases = append(p.Releases, content.Release{Kind: content.KindArticle, Item: title, At: w.now})
		}
		return p, nil
	}))
}

// change is a new public article, ready to be written.
func change(title string) content.Change {
	return content.Change{
		Article: content.Article{
			ID: title, Source: "dir:a", Slug: "slug-" + title, Title: title, URL: "https://example.com/" + title,
			Body: "<p>" + title + "</p>", Access: content.Free,
		},
		New: true, State: content.Public, Hash: "hash of " + title, Keys: []content.Key{content.Key("dir:a:" + title)},
	}
}

func (w *world) write(db *store.DB, decide func(*content.Known) (*content.Plan, error)) error {
	_, err := db.Sync(w.ctx, "dir:a", w.now, decide)
	return err
}

// readers brings n readers in, subscribed to weekly, and returns their numbers.
func (w *world) readers(n int) []int64 {
	w.Helper()
	var rows []subscribers.ImportRow
	for i := range n {
		rows = append(rows, subscribers.ImportRow{
			Line: i + 2, Email: fmt.Sprintf("reader%d.%d@example.com", w.people(), i), Newsletters: []string{weekly},
		})
	}
	var ids []int64
	for len(rows) > 0 {
		k := min(len(rows), subscribers.ImportBatch)
		res, err := w.db.Import(w.ctx, rows[:k], w.now, false)
		w.must(err)
		for _, r := range res {
			if r.Fate != subscribers.New {
				w.Fatalf("line %d: %s, %s", r.Line, r.Fate, r.Why)
			}
			ids = append(ids, r.ID)
		}
		rows = rows[k:]
	}
	return ids
}

func (w *world) people() int {
	c, err := w.db.Counts(w.ctx)
	w.must(err)
	n := 0
	for _, k := range c.Status {
		n += k
	}
	return n
}

// bookmark is a reader's effective one.
func (w *world) bookmark(id int64) int64 {
	w.Helper()
	subs, err := w.db.Subscriptions(w.ctx, id)
	w.must(err)
	if len(subs) != 1 {
		w.Fatalf("reader %d has %d subscriptions", id, len(subs))
	}
	return subs[0].Bookmark
}

// publish publishes an edition of everything for everybody.
func (w *world) publish(name string) string {
	w.Helper()
	return w.publishGroups(name, digest.Group{Zone: digest.AllZones, Due: w.now})
}

func (w *world) publishGroups(name string, groups ...digest.Group) string {
	w.Helper()
	head, err := w.db.Head(w.ctx)
	w.must(err)
	id := weekly + "/" + name
	w.must(w.db.Publish(w.ctx, digest.Edition{
		ID: id, Newsletter: weekly, State: digest.Sending, Slot: w.now, Horizon: head, Published: w.now, By: "test",
	}, groups))
	return id
}

// expansion is the only pending one of an edition.
func (w *world) expansion(id string) digest.Expansion {
	w.Helper()
	xs, err := w.db.Pending(w.ctx, w.now)
	w.must(err)
	for _, x := range xs {
		if x.Edition == id {
			return x
		}
	}
	w.Fatalf("edition %s is not pending: %v", id, xs)
	panic("unreachable")
}

// everything gives each reader what lies between bookmark and horizon.
func (w *world) everything(x digest.Expansion) func([]digest.Reader) []digest.Decision {
	return func(readers []digest.Reader) []digest.Decision {
		var out []digest.Decision
		for _, r := range readers {
			d := digest.Decision{Subscriber: r.Subscriber, Reason: r.Reason, Language: "en", Due: w.now}
			for n := r.Bookmark + 1; n <= x.Horizon && r.Reason == ""; n++ {
				d.Items = append(d.Items, digest.Item{N: n, Kind: content.KindArticle, ID: fmt.Sprint("item ", n)})
			}
			if len(d.Items) == 0 && d.Reason == "" {
				d.Reason = mailer.Nothing
			}
			out = append(out, d)
		}
		return out
	}
}

// expand expands an edition to its end, or until readers must wait.
func (w *world) expand(id string) digest.Page {
	w.Helper()
	x := w.expansion(id)
	readers := 0
	for {
		page, err := w.db.Expand(w.ctx, x, 50, w.now, w.everything(x))
		w.must(err)
		readers += page.Readers
		if page.Done || page.Waiting {
			page.Readers = readers
			return page
		}
	}
}

// send publishes and expands.
func (w *world) send(name string) string {
	w.Helper()
	id := w.publish(name)
	w.expand(id)
	return id
}

// lease is long beside any test.
const lease = time.Hour

// claim claims a block of any edition, or nil.
func (w *world) claim() *mailer.Block {
	w.Helper()
	return w.claimFor(lease)
}

func (w *world) claimFor(lease time.Duration) *mailer.Block {
	w.Helper()
	b, err := w.db.Claim(w.ctx, mailer.Claim{Owner: "test", Now: w.now, Lease: lease})
	w.must(err)
	return b
}

// sleep lets time pass on every clock.
func (w *world) sleep(d time.Duration) {
	time.Sleep(d)
	w.now = w.now.Add(d)
}

// The outcomes that tests settle with.
var (
	taken   = mailer.Outcome{State: mailer.Sent, Attempt: true, Phase: mailer.PhaseDone, Code: 250}
	refused = mailer.Outcome{State: mailer.Failed, Reason: "refused", Attempt: true, Code: 550, Enhanced: "5.7.1"}
)

func (w *world) deferred(after time.Duration) mailer.Outcome {
	return mailer.Outcome{State: mailer.Queued, Attempt: true, Due: w.now.Add(after), Code: 451}
}

// settle settles some deliveries of a block, all if none is named.
func (w *world) settle(b *mailer.Block, o mailer.Outcome, ids ...int64) {
	w.Helper()
	w.must(w.db.Settle(w.ctx, b, w.results(b, o, ids...)))
}

func (w *world) results(b *mailer.Block, o mailer.Outcome, ids ...int64) []mailer.Settlement {
	var out []mailer.Settlement
	for _, d := range b.Deliveries {
		if len(ids) == 0 {
			out = append(out, mailer.Settlement{Subscriber: d.Subscriber, Version: d.Version, Outcome: o, At: w.now})
		}
	}
	for _, id := range ids {
		out = append(out, mailer.Settlement{Subscriber: id, Outcome: o, At: w.now})
	}
	return out
}

// drain sends everything that is due.
func (w *world) drain() {
	w.Helper()
	for b := w.claim(); b != nil; b = w.claim() {
		w.settle(b, taken)
	}
}

// edition returns an edition and insists that its numbers agree with its rows.
func (w *world) edition(id string) *digest.Edition {
	w.Helper()
	e, err := w.db.Edition(w.ctx, id)
	w.must(err)
	return e
}

// counts is an edition's state and numbers on one line.
func (w *world) counts(id string) string {
	w.Helper()
	e := w.edition(id)
	return fmt.Sprintf("%s: planned %d, sent %d, failed %d, skipped %d, open %d, none %d",
		e.State, e.Planned, e.Sent, e.Failed, e.Skipped, e.Open, e.None)
}

// rows is a reader's history, oldest first, on one line:
// "one sent 1-3, two skipped superseded".
func (w *world) rows(id int64) string {
	w.Helper()
	rows, err := w.db.History(w.ctx, id, 0)
	w.must(err)
	var out []string
	for _, r := range rows {
		s := strings.TrimPrefix(r.Edition, weekly+"/") + " " + string(r.State)
		if r.Reason != "" {
			s += " " + r.Reason
		}
		switch n := len(r.Items); {
		case n == 1:
			s += fmt.Sprintf(" %d", r.Items[0].N)
		case n > 1:
			s += fmt.Sprintf(" %d-%d", r.Items[0].N, r.Items[n-1].N)
		}
		out = append([]string{s}, out...)
	}
	return strings.Join(out, ", ")
}
