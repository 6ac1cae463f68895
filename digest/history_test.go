package digest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// The promise of the whole product, over random histories: every release that
// a reader wanted is given to them once and only once, whatever happens to
// files, dates, editions, mail servers and processes. The mail server below
// writes down what it accepted; nothing but that is believed.
func TestNothingLostNothingRepeated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		defer w.db.Close()
		t.Repeat(map[string]func(*rapid.T){
			"":                 func(t *rapid.T) { w.noRepeats(t) },
			"publish":          w.publishArticle,
			"edit":             w.editArticle,
			"rename":           w.renameArticle,
			"back-date":        w.backDateArticle,
			"withdraw":         w.withdrawArticle,
			"restore":          w.restoreArticle,
			"release again":    w.releaseAgain,
			"second source":    w.copyToSecondSource,
			"event":            w.changeEvents,
			"sync":             func(t *rapid.T) { w.sync(t) },
			"minutes pass":     func(t *rapid.T) { w.pass(t, time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes"))*time.Minute) },
			"hours pass":       func(t *rapid.T) { w.pass(t, time.Duration(rapid.IntRange(2, 30).Draw(t, "hours"))*time.Hour) },
			"down for days":    w.down,
			"send by hand":     w.sendByHand,
			"expand and crash": w.expandAndCrash,
			"deliver":          func(t *rapid.T) { w.deliver(t, rapid.IntRange(1, 4).Draw(t, "blocks"), w.weather(t)) },
			"pause edition":    w.pauseEdition,
			"resume editions":  func(t *rapid.T) { w.resumeEditions(t) },
			"cancel edition":   w.cancelEdition,
			"edit the next":    w.editNext,
			"change topics":    w.changeTopics,
			"pause reader":     w.pauseReader,
			"leave and return": w.leaveAndReturn,
			"new reader":       w.newReader,
		})
		w.settle(t)
		w.nothingLost(t)
		w.noRepeats(t)
	})
}

var topics = []string{"Platform", "Culture", "Careers"}
var cities = []string{"London", "New York"}

// world is a publication with everything around it, on a clock of its own.
type world struct {
	ctx       context.Context
	db        *store.DB
	now       time.Time
	publisher *digest.Publisher
	scheduler *digest.Scheduler
	press     *digest.Press
	syncer    *content.Syncer
	folders   [2]*folder
	serial    int

	people   map[int64]*person
	accepted map[slot]map[string]string // what the mail server took: Message-IDs, and when, by reader, newsletter and release
	crash    int                        // pages until expanding fails; 0: never
	out      map[string]map[int64]bool  // by newsletter: releases that an editor has ever left out for good
}

// slot is one release to one reader in one newsletter.
type slot struct {
	reader     int64
	newsletter string
	release    string
}

// person is a reader as the test knows them.
type person struct {
	email   string
	wishes  [][]string       // every set of topics they ever had
	begins  map[string]int64 // by newsletter: the bookmark they began with
	refused bool             // bounced: nothing is promised any more
}

// folder is a source held in memory.
type folder struct {
	name   string
	mu     sync.Mutex
	files  map[string]content.Found // by path
	events []content.FoundEvent
}

func (f *folder) Name() string { return f.name }

func (f *folder) Read(context.Context, time.Time) (*content.Listing, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := &content.Listing{Complete: true, Events: slices.Clone(f.events)}
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		l.Articles = append(l.Articles, f.files[path])
	}
	return l, nil
}

func newWorld(t *rapid.T) *world {
	w := &world{ctx: context.Background(), now: time.Date(2026, 10, 20, 6, 0, 0, 0, time.UTC), people: map[int64]*person{}, accepted: map[slot]map[string]string{}, out: map[string]map[int64]bool{}}
	var err error
	if w.db, err = store.Open(w.ctx, "sqlite::memory:"); err != nil {
		t.Fatal(err)
	}
	all := []content.Kind{content.KindArticle, content.KindReminder, content.KindNotice}
	london, _ := time.LoadLocation("Europe/London")
	daily, err := digest.ParseSchedule("30 1 * * *") // in the hour that clocks skip and repeat
	if err != nil {
		t.Fatal(err)
	}
	newsletters := []*digest.Newsletter{
		{Name: "daily", Schedule: daily, Zone: london, Items: all, First: 2, Grace: 3 * time.Hour},
		{Name: "local", Schedule: daily, Zone: london, ReaderZone: true, Items: all, First: 2, Grace: 3 * time.Hour, Topics: topics[:2]},
		{Name: "now", Zone: london, Items: all[:1], First: 2},
	}
	w.publisher = &digest.Publisher{Store: &fragile{Store: w.db, world: w}, Newsletters: newsletters, Remind: []int{42, 14, 2}}
	w.scheduler = &digest.Scheduler{Publisher: w.publisher}
	w.press = &digest.Press{Store: w.db, Newsletters: w.publisher.Newsletter}
	w.syncer = &content.Syncer{Store: w.db, Remind: w.publisher.Remind}
	for i := range w.folders {
		w.folders[i] = &folder{name: fmt.Sprintf("dir:%d", i), files: map[string]content.Found{}}
		w.syncer.Sources = append(w.syncer.Sources, content.Watched{Source: w.folders[i], Rules: content.Rules{Settle: 2 * time.Minute, Flood: 20}})
	}
	for range 3 {
		w.publishArticle(t)
	}
	for range 3 {
		w.newReader(t)
	}
	w.sync(t)
	return w
}

// fragile fails when told to, as a process does that is killed.
type fragile struct {
	digest.Store
	world *world
}

var errCrash = errors.New("killed")

func (f *fragile) Expand(ctx context.Context, x digest.Expansion, limit int, now time.Time, decide func([]digest.Reader) []digest.Decision) (digest.Page, error) {
	if f.world.crash > 0 {
		if f.world.crash--; f.world.crash == 0 {
			return digest.Page{}, errCrash
		}
	}
	return f.Store.Expand(ctx, x, min(limit, 2), now, decide) // small pages: more to go wrong
}

// ---- what editors do to files

func (w *world) publishArticle(t *rapid.T) {
	w.serial++
	n := w.serial
	a := content.Article{
		Title: fmt.Sprintf("Article %d", n), Slug: fmt.Sprintf("article-%d", n), URL: fmt.Sprintf("https://example.com/%d", n),
		Access: content.Free, Published: w.now,
		Topics: rapid.SliceOfNDistinct(rapid.SampledFrom(topics), 0, 2, rapid.ID[string]).Draw(t, "topics"),
	}
	w.write(w.folders[0], fmt.Sprintf("%d.md", n), a)
}

// write puts an article into a folder under a path, with the keys a folder of
// Markdown would give it.
func (w *world) write(f *folder, path string, a content.Article) {
	f.files[path] = content.Found{
		Article: a,
		Keys:    []content.Key{content.URLKey(a.URL), content.Key(f.name + ":path:" + path)},
		Hash:    fmt.Sprint(a.Title, a.Published, a.Topics, a.Standfirst),
	}
}

// draw chooses one of a folder's files.
func (w *world) draw(t *rapid.T, f *folder) (string, content.Found) {
	if len(f.files) == 0 {
		t.Skip("no files")
	}
	path := rapid.SampledFrom(slices.Sorted(maps.Keys(f.files))).Draw(t, "file")
	return path, f.files[path]
}

func (w *world) editArticle(t *rapid.T) {
	path, found := w.draw(t, w.folders[0])
	w.serial++
	found.Standfirst = fmt.Sprintf("Edit %d", w.serial)
	w.write(w.folders[0], path, found.Article)
}

// renameArticle changes the path and, sometimes, the address as well; then
// only the unchanged text tells what it was.
func (w *world) renameArticle(t *rapid.T) {
	path, found := w.draw(t, w.folders[0])
	delete(w.folders[0].files, path)
	w.serial++
	if rapid.Bool().Draw(t, "new address") {
		found.URL = fmt.Sprintf("https://example.com/moved/%d", w.serial)
		found.Article.Slug = fmt.Sprintf("moved-%d", w.serial)
	}
	w.write(w.folders[0], fmt.Sprintf("moved/%d.md", w.serial), found.Article)
	w.sync(t) // two renames between two looks cannot be told from two articles
}

func (w *world) backDateArticle(t *rapid.T) {
	path, found := w.draw(t, w.folders[0])
	found.Published = found.Published.AddDate(-rapid.IntRange(1, 9).Draw(t, "years"), 0, 0)
	w.write(w.folders[0], path, found.Article)
}

func (w *world) withdrawArticle(t *rapid.T) {
	path, _ := w.draw(t, w.folders[0])
	if len(w.folders[0].files) < 4 {
		t.Skip("the folder would look unmounted")
	}
	delete(w.folders[0].files, path)
}

// restoreArticle brings an old article back as it was first written.
func (w *world) restoreArticle(t *rapid.T) {
	n := rapid.IntRange(1, w.serial).Draw(t, "number")
	path := fmt.Sprintf("%d.md", n)
	if _, there := w.folders[0].files[path]; there {
		t.Skip("it is there")
	}
	for _, found := range w.folders[0].files {
		if found.URL == fmt.Sprintf("https://example.com/%d", n) || found.Title == fmt.Sprintf("Article %d", n) {
			t.Skip("it is there under another name")
		}
	}
	w.write(w.folders[0], path, content.Article{
		Title: fmt.Sprintf("Article %d", n), Slug: fmt.Sprintf("article-%d", n), URL: fmt.Sprintf("https://example.com/%d", n),
		Access: content.Free, Published: w.now,
	})
}

func (w *world) releaseAgain(t *rapid.T) {
	entries, err := w.db.Articles(w.ctx, content.ArticleQuery{})
	w.must(t, err)
	if len(entries) == 0 {
		t.Skip("nothing is out")
	}
	_, err = w.db.ReleaseAgain(w.ctx, rapid.SampledFrom(entries).Draw(t, "article").Item, w.now)
	w.must(t, err)
}

// copyToSecondSource shows an article in another source as well, as its feed
// would.
func (w *world) copyToSecondSource(t *rapid.T) {
	_, found := w.draw(t, w.folders[0])
	w.serial++
	w.write(w.folders[1], fmt.Sprintf("copy-%d", w.serial), found.Article)
}

func (w *world) changeEvents(t *rapid.T) {
	f := w.folders[0]
	today := content.DateOf(w.now)
	if len(f.events) == 0 || len(f.events) < 3 && rapid.Bool().Draw(t, "another") {
		w.serial++
		id := fmt.Sprintf("event-%d", w.serial)
		first := today.AddDays(rapid.IntRange(1, 60).Draw(t, "days ahead"))
		f.events = append(f.events, content.FoundEvent{
			Event: content.Event{
				Name: id, Slug: id, City: rapid.SampledFrom(cities).Draw(t, "city"), Zone: "Europe/London",
				Days: content.Span{First: first, Last: first.AddDays(1)}, Status: content.Confirmed,
			},
			Keys: []content.Key{content.Key(f.name + ":event:" + id)},
		})
	} else {
		e := &f.events[rapid.IntRange(0, len(f.events)-1).Draw(t, "event")]
		if rapid.Bool().Draw(t, "move") {
			by := rapid.IntRange(1, 30).Draw(t, "by days")
			e.Days = content.Span{First: e.Days.First.AddDays(by), Last: e.Days.Last.AddDays(by)}
		} else {
			e.Status = content.Cancelled
		}
	}
	w.sync(t)
}

// ---- what time does

func (w *world) sync(t *rapid.T) {
	_, err := w.syncer.Sync(w.ctx, w.now, content.SyncOptions{})
	w.must(t, err)
}

// tick does what a running process does at every moment.
func (w *world) tick(t *rapid.T) {
	w.sync(t)
	for _, n := range w.publisher.Newsletters {
		if n.Instant() {
			w.publish(t, digest.Request{Newsletter: n.Name, By: "schedule"})
			continue
		}
		w.must(t, w.scheduler.Tick(w.ctx, n, w.now))
	}
	if _, err := w.publisher.Expand(w.ctx, w.now); err != nil && !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
}

// pass lets time go by in steps, so that slots are met as they come.
func (w *world) pass(t *rapid.T, d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(min(end.Sub(w.now), 67*time.Minute))
		w.tick(t)
	}
}

// down is a process that does not run: no slot is met.
func (w *world) down(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(1, 72).Draw(t, "hours down")) * time.Hour)
	w.tick(t)
}

func (w *world) publish(t *rapid.T, req digest.Request) {
	_, err := w.publisher.Publish(w.ctx, req, w.now)
	var held *digest.HeldError
	if err != nil && !errors.Is(err, digest.ErrNothing) && !errors.Is(err, digest.ErrPublished) && !errors.As(err, &held) {
		t.Fatal(err)
	}
}

func (w *world) sendByHand(t *rapid.T) {
	w.serial++
	n := rapid.SampledFrom(w.publisher.Newsletters).Draw(t, "newsletter")
	w.publish(t, digest.Request{Newsletter: n.Name, Hand: true, Key: fmt.Sprint(w.serial), By: "editor"})
	if _, err := w.publisher.Expand(w.ctx, w.now); err != nil {
		t.Fatal(err)
	}
}

func (w *world) expandAndCrash(t *rapid.T) {
	w.crash = rapid.IntRange(1, 3).Draw(t, "pages")
	w.pass(t, time.Duration(rapid.IntRange(1, 26).Draw(t, "hours"))*time.Hour)
	w.crash = 0
}

// ---- what mail servers do

// weather says what becomes of a letter.
type weather func() fate

type fate int

const (
	taken       fate = iota
	takenLost        // accepted, but the process died before it was written down
	lost             // the process died with the letter in hand
	tryLater         // 4xx
	inDoubt          // the connection broke after the text; it had arrived
	inDoubtLost      // the same, and it had not
	policy           // 550 5.7.1: our fault, not the reader's
	expired          // put off for a day, and given up
	bounced          // 550 5.1.1
)

func (w *world) weather(t *rapid.T) weather {
	gen := rapid.SampledFrom([]fate{taken, taken, taken, taken, taken, takenLost, lost, tryLater, inDoubt, inDoubtLost, policy, expired, bounced})
	return func() fate { return gen.Draw(t, "fate") }
}

func fair() fate { return taken }

// deliver is a worker with one session.
func (w *world) deliver(t *rapid.T, blocks int, sky weather) (any bool) {
	for range blocks {
		b, err := w.db.Claim(w.ctx, mailer.Claim{Owner: "test", Now: w.now, Lease: 10 * time.Minute})
		w.must(t, err)
		if b == nil {
			return any
		}
		any = true
		if !w.work(t, b, sky) {
			continue // died: the lease runs out by itself
		}
		w.must(t, w.db.Release(w.ctx, b))
	}
	return any
}

// work sends a block's letters; false if the process died over it.
func (w *world) work(t *rapid.T, b *mailer.Block, sky weather) bool {
	for _, d := range b.Deliveries {
		sts, err := w.db.Standings(w.ctx, b.Edition, []int64{d.Subscriber}, w.now)
		w.must(t, err)
		st := sts[0]
		if st.Stop {
			return true
		}
		if st.Reason != "" {
			if w.took(b, d, w.messageID(b, d)) {
				w.forgive(b, d) // left with a letter in doubt: it must not be sent again, so nobody will ever know
			}
			w.settleOne(t, b, d, d.Version, mailer.Outcome{State: mailer.Skipped, Reason: st.Reason})
			continue
		}
		v, entries, err := w.press.Current(w.ctx, b.Edition, d.Version, w.now)
		if errors.Is(err, mailer.ErrEmpty) {
			w.settleOne(t, b, d, d.Version, mailer.Outcome{State: mailer.Skipped, Reason: mailer.Nothing})
			continue
		}
		w.must(t, err)
		id := w.messageID(b, d)
		again := w.now.Add(10 * time.Minute)
		what := sky()
		if w.took(b, d, id) && (what == policy || what == bounced || what == expired) {
			what = taken // a server that took a letter does not call its reader unknown when it comes again
		}
		switch what {
		case taken:
			w.accept(t, b, d, id, entries)
			w.settleOne(t, b, d, v.N, mailer.Outcome{State: mailer.Sent, Attempt: true, Phase: mailer.PhaseDone, Code: 250})
		case takenLost:
			w.accept(t, b, d, id, entries)
			return false
		case lost:
			return false
		case tryLater:
			w.settleOne(t, b, d, v.N, mailer.Outcome{State: mailer.Queued, Due: again, Attempt: true, Phase: mailer.PhaseRcpt, Code: 451})
		case inDoubt:
			w.accept(t, b, d, id, entries)
			w.doubt(t, b, d, v.N, again)
		case inDoubtLost:
			w.doubt(t, b, d, v.N, again)
		case policy:
			w.settleOne(t, b, d, v.N, mailer.Outcome{State: mailer.Failed, Reason: "policy", Attempt: true, Phase: mailer.PhaseDone, Code: 550, Enhanced: "5.7.1"})
		case expired:
			w.settleOne(t, b, d, v.N, mailer.Outcome{State: mailer.Skipped, Reason: mailer.Expired, Attempt: true, Phase: mailer.PhaseRcpt, Code: 451})
		case bounced:
			w.people[d.Subscriber].refused = true
			w.settleOne(t, b, d, v.N, mailer.Outcome{State: mailer.Failed, Reason: "bounced", Suppress: true, Attempt: true, Phase: mailer.PhaseRcpt, Code: 550, Enhanced: "5.1.1"})
		}
	}
	return true
}

func (w *world) messageID(b *mailer.Block, d mailer.Delivery) string {
	return mailer.MessageID([]byte("a key of sixteen bytes or more"), b.Edition, d.Subscriber, "example.com")
}

// forgive takes a letter out of what must not be repeated.
func (w *world) forgive(b *mailer.Block, d mailer.Delivery) {
	for s, ids := range w.accepted {
		if s.reader == d.Subscriber {
			delete(ids, w.messageID(b, d))
		}
	}
}

// took reports whether the mail server has accepted this very letter before.
func (w *world) took(b *mailer.Block, d mailer.Delivery, id string) bool {
	for s, ids := range w.accepted {
		if _, ok := ids[id]; ok && s.reader == d.Subscriber {
			return true
		}
	}
	return false
}

// doubt is a letter that may have arrived: it stays in doubt until a server
// says something. (The mailer gives up after the second time and risks a
// repeat; the rule under test here is the ledger's.)
func (w *world) doubt(t *rapid.T, b *mailer.Block, d mailer.Delivery, version int, again time.Time) {
	w.settleOne(t, b, d, version, mailer.Outcome{State: mailer.Queued, Due: again, Attempt: true, Doubt: true, Phase: mailer.PhaseBody})
}

func (w *world) settleOne(t *rapid.T, b *mailer.Block, d mailer.Delivery, version int, o mailer.Outcome) {
	w.must(t, w.db.Settle(w.ctx, b, []mailer.Settlement{{Subscriber: d.Subscriber, Version: version, Outcome: o, At: w.now}}))
}

// accept is the mail server's: it writes down what it took.
func (w *world) accept(t *rapid.T, b *mailer.Block, d mailer.Delivery, id string, entries []content.Entry) {
	for i := range entries {
		e := &entries[i]
		if e.Event != nil && !w.now.Before(e.Event.Begins()) {
			t.Fatalf("%s: %s of %s after its beginning", b.Edition, e.Kind, e.Item)
		}
		key := fmt.Sprintf("%s %s %d", e.Kind, e.Item, e.Revision)
		if e.Event != nil {
			key = fmt.Sprintf("%s %s %s %s %d", e.Kind, e.Item, e.Rule, e.Days.First, e.Days.Last.Sub(e.Days.First))
			if e.Kind == content.KindNotice {
				key += fmt.Sprint(e.N)
			}
		}
		s := slot{d.Subscriber, digest.NewsletterOf(b.Edition), key}
		if w.accepted[s] == nil {
			w.accepted[s] = map[string]string{}
		}
		w.accepted[s][id] += fmt.Sprintf(" [%s at %s]", b.Edition, w.now.Format("01-02T15:04"))
	}
}

// ---- what editors do to editions

func (w *world) drawEdition(t *rapid.T, state digest.State) string {
	editions, err := w.db.Editions(w.ctx, "", 20)
	w.must(t, err)
	var ids []string
	for _, e := range editions {
		if e.State == state {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		t.Skip("no edition is " + string(state))
	}
	return rapid.SampledFrom(ids).Draw(t, "edition")
}

func (w *world) pauseEdition(t *rapid.T) {
	w.must(t, w.db.Pause(w.ctx, w.drawEdition(t, digest.Sending), "test", w.now))
}

func (w *world) resumeEditions(t *rapid.T) {
	editions, err := w.db.Editions(w.ctx, "", 100)
	w.must(t, err)
	for _, e := range editions {
		if e.State == digest.Paused {
			w.must(t, w.db.Resume(w.ctx, e.ID, w.now))
		}
	}
}

// cancelEdition cancels one that nobody holds: of letters that a dead process
// may have sent, cancelling makes nobody certain.
func (w *world) cancelEdition(t *rapid.T) {
	id := w.drawEdition(t, digest.Sending)
	for s, ids := range w.accepted {
		for got := range ids {
			if mailer.MessageID([]byte("a key of sixteen bytes or more"), id, s.reader, "example.com") == got {
				rows, err := w.db.History(w.ctx, s.reader, 1000)
				w.must(t, err)
				for _, row := range rows {
					if row.Edition == id && row.State == mailer.Queued {
						t.Skip("a letter of it is in doubt")
					}
				}
			}
		}
	}
	w.must(t, w.db.Cancel(w.ctx, id, "test", w.now))
}

// editNext changes the next edition of a newsletter: what it holds is left out,
// kept for the one after it or put in order, and something older is put in.
func (w *world) editNext(t *rapid.T) {
	n := rapid.SampledFrom(w.publisher.Newsletters).Draw(t, "newsletter")
	d, err := w.db.Draft(w.ctx, n.Name)
	w.must(t, err)
	head, err := w.db.Head(w.ctx)
	w.must(t, err)
	if head == 0 {
		t.Skip("the wire is empty")
	}
	d.Changes = digest.Changes{}
	release := rapid.Int64Range(max(1, head-8), head)
	for _, n := range rapid.SliceOfNDistinct(release, 0, 3, rapid.ID[int64]).Draw(t, "out") {
		d.Out = append(d.Out, digest.Removal{N: n, Keep: rapid.Bool().Draw(t, "keep")})
	}
	d.In = rapid.SliceOfNDistinct(release, 0, 2, rapid.ID[int64]).Draw(t, "in")
	d.Order = rapid.SliceOfNDistinct(release, 0, 2, rapid.ID[int64]).Draw(t, "order")
	_, err = w.db.SaveDraft(w.ctx, *d, w.now)
	w.must(t, err)
	for _, r := range d.Out {
		if w.out[n.Name] == nil {
			w.out[n.Name] = map[int64]bool{}
		}
		w.out[n.Name][r.N] = w.out[n.Name][r.N] || !r.Keep
	}
}

// ---- what readers do

func (w *world) newReader(t *rapid.T) {
	if len(w.people) >= 6 {
		t.Skip("enough readers")
	}
	w.serial++
	row := subscribers.ImportRow{
		Line: 1, Email: fmt.Sprintf("reader%d@example.com", w.serial), Newsletters: []string{"daily", "local", "now"},
		Topics:   rapid.SliceOfNDistinct(rapid.SampledFrom(topics), 0, 2, rapid.ID[string]).Draw(t, "topics"),
		Cities:   rapid.SliceOfNDistinct(rapid.SampledFrom(cities), 0, 1, rapid.ID[string]).Draw(t, "cities"),
		Timezone: rapid.SampledFrom([]string{"", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"}).Draw(t, "zone"),
	}
	results, err := w.db.Import(w.ctx, []subscribers.ImportRow{row}, w.now, false)
	w.must(t, err)
	p := &person{email: row.Email, wishes: [][]string{row.Topics}, begins: map[string]int64{}}
	subs, err := w.db.Subscriptions(w.ctx, results[0].ID)
	w.must(t, err)
	for _, s := range subs {
		p.begins[s.Newsletter] = s.Bookmark
	}
	w.people[results[0].ID] = p
}

func (w *world) drawPerson(t *rapid.T) (int64, *person) {
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(w.people))).Draw(t, "reader")
	return id, w.people[id]
}

func (w *world) changeTopics(t *rapid.T) {
	_, p := w.drawPerson(t)
	row := subscribers.ImportRow{Line: 1, Email: p.email, Unstated: true,
		Topics: rapid.SliceOfNDistinct(rapid.SampledFrom(topics), 1, 2, rapid.ID[string]).Draw(t, "topics")}
	_, err := w.db.Import(w.ctx, []subscribers.ImportRow{row}, w.now, false)
	w.must(t, err)
	p.wishes = append(p.wishes, row.Topics)
}

func (w *world) pauseReader(t *rapid.T) {
	id, _ := w.drawPerson(t)
	w.must(t, w.db.PauseUntil(w.ctx, id, w.now.Add(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours"))*time.Hour), subscribers.Consent{}, w.now))
}

func (w *world) leaveAndReturn(t *rapid.T) {
	id, _ := w.drawPerson(t)
	n := rapid.SampledFrom([]string{"daily", "local", "now"}).Draw(t, "newsletter")
	if rapid.Bool().Draw(t, "leave") {
		w.must(t, w.db.Leave(w.ctx, id, n, subscribers.Consent{}, w.now))
	} else {
		w.must(t, w.db.Return(w.ctx, id, n, subscribers.Consent{}, w.now))
	}
}

// ---- what is promised

// noRepeats: a release comes to a reader under one Message-ID only.
func (w *world) noRepeats(t *rapid.T) {
	for s, ids := range w.accepted {
		if len(ids) > 1 {
			t.Fatalf("reader %d was given %q %d times in %s: %v\n%s", s.reader, s.release, len(ids), s.newsletter, ids, w.story())
		}
	}
}

// settle lets everything calm down: nobody edits, all is resumed, every server is fair, and
// some days with something new for everybody pass.
func (w *world) settle(t *rapid.T) {
	w.sync(t)
	w.resumeEditions(t)
	for _, n := range w.publisher.Newsletters {
		d, err := w.db.Draft(w.ctx, n.Name)
		w.must(t, err)
		d.Changes = digest.Changes{}
		_, err = w.db.SaveDraft(w.ctx, *d, w.now)
		w.must(t, err)
	}
	for id := range w.people {
		w.must(t, w.db.PauseUntil(w.ctx, id, time.Time{}, subscribers.Consent{}, w.now))
		for _, n := range w.publisher.Newsletters {
			w.must(t, w.db.Return(w.ctx, id, n.Name, subscribers.Consent{}, w.now))
		}
	}
	for day := range 5 {
		if day < 3 { // then two days for the last zone on Earth
			w.serial++
			w.write(w.folders[0], fmt.Sprintf("%d.md", w.serial), content.Article{
				Title: fmt.Sprintf("Article %d", w.serial), Slug: fmt.Sprintf("article-%d", w.serial),
				URL: fmt.Sprintf("https://example.com/%d", w.serial), Access: content.Free, Published: w.now,
			})
		}
		for range 12 {
			w.now = w.now.Add(2 * time.Hour)
			w.tick(t)
			for w.deliver(t, 100, fair) {
			}
		}
	}
	editions, err := w.db.Editions(w.ctx, "", 1000)
	w.must(t, err)
	for _, e := range editions {
		onItsWay := w.now.Sub(e.Slot) < 27*time.Hour // the last zone has not come to it: a reminder on a quiet day
		if e.Open != 0 || e.State == digest.Sending && !onItsWay {
			t.Fatalf("edition %s does not come to its end by %v: %+v\n%s", e.ID, w.now, e, w.story())
		}
		if e.Planned != e.Sent+e.Failed+e.Skipped+e.Open {
			t.Fatalf("edition %s does not add up: %+v", e.ID, e)
		}
	}
}

// story tells what every reader was given, for a failure.
func (w *world) story() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(w.people)) {
		fmt.Fprintf(&b, "reader %d %+v\n", id, *w.people[id])
		rows, err := w.db.History(w.ctx, id, 100)
		if err != nil {
			return err.Error()
		}
		for _, row := range rows {
			fmt.Fprintf(&b, "  %s %s %s %v\n", row.Edition, row.State, row.Reason, row.Items)
		}
	}
	return b.String()
}

// nothingLost: whoever wanted a release that holds, whatever topics they had
// at whatever moment, has it.
func (w *world) nothingLost(t *rapid.T) {
	head, err := w.db.Head(w.ctx)
	w.must(t, err)
	entries, err := w.db.Entries(w.ctx, digest.WireQuery{Upto: head, Now: w.now})
	w.must(t, err)
	for i := range entries {
		e := &entries[i]
		ok, _ := e.Holds(w.now)
		if e.Kind != content.KindArticle || e.Baseline || !ok {
			continue
		}
		for id, p := range w.people {
			if p.refused || slices.ContainsFunc(p.wishes, func(topics []string) bool { return !wants(e.Article.Topics, topics) }) {
				continue
			}
			for _, n := range w.publisher.Newsletters {
				if e.N <= p.begins[n.Name] || !wants(e.Article.Topics, n.Topics) || w.out[n.Name][e.N] {
					continue
				}
				s := slot{id, n.Name, fmt.Sprintf("%s %s %d", e.Kind, e.Item, e.Revision)}
				if len(w.accepted[s]) == 0 {
					t.Fatalf("reader %d was never given release %d (%s, topics %s) in %s", id, e.N, e.Article.Title, strings.Join(e.Article.Topics, ", "), n.Name)
				}
			}
		}
	}
}

// wants is written apart from the code under test.
func wants(topics, wishes []string) bool {
	if len(topics) == 0 || len(wishes) == 0 {
		return true
	}
	for _, t := range topics {
		for _, w := range wishes {
			if t == w {
				return true
			}
		}
	}
	return false
}

func (w *world) must(t *rapid.T, err error) {
	if err != nil {
		t.Helper()
		t.Fatal(err)
	}
}
