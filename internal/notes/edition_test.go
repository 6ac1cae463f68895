package notes_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// shelf is a source with one article.
type shelf struct{}

func (shelf) Name() string { return "dir:shelf" }

func (shelf) Read(context.Context, time.Time) (*content.Listing, error) {
	a := content.Article{Title: "The handover is the rota", Slug: "rota", URL: "https://example.com/rota", Access: content.Free}
	return &content.Listing{Articles: []content.Found{{Article: a, Keys: []content.Key{content.URLKey(a.URL)}, Hash: "1"}}}, nil
}

// plain is a press whose letters say next to nothing.
type plain struct{}

func (plain) Master(_ context.Context, _ string, version int, _ time.Time) (*mailer.Master, error) {
	return &mailer.Master{From: mailer.Address{Email: "news@example.com"}, Subject: "News", Text: "News.\n", Version: version}, nil
}

func (plain) Values(_ context.Context, edition string, ds []mailer.Delivery, now time.Time) ([]mailer.Values, error) {
	all := make([]mailer.Values, len(ds))
	for i, d := range ds {
		all[i] = mailer.Values{To: d.To, MessageID: mailer.MessageID([]byte("key"), edition, d.Subscriber, "example.com"), Date: now}
	}
	return all, nil
}

// edition publishes one for so many readers.
func (p *post) edition(readers int) {
	p.t.Helper()
	ctx := p.t.Context()
	check := func(err error) {
		p.t.Helper()
		if err != nil {
			p.t.Fatal(err)
		}
	}
	for n := 0; n < readers; n += subscribers.ImportBatch {
		var rows []subscribers.ImportRow
		for i := n; i < min(n+subscribers.ImportBatch, readers); i++ {
			rows = append(rows, subscribers.ImportRow{Line: i + 2, Email: fmt.Sprintf("reader%d@example.org", i), Newsletters: []string{"weekly"}})
		}
		_, err := p.db.Import(ctx, rows, time.Now(), false)
		check(err)
	}
	syncer := &content.Syncer{Store: p.db, Sources: []content.Watched{{Source: shelf{}}}}
	_, err := syncer.Sync(ctx, time.Now(), content.SyncOptions{})
	check(err)
	publisher := &digest.Publisher{Store: p.db, Newsletters: []*digest.Newsletter{
		{Name: "weekly", Title: "The Weekly", Zone: time.UTC, Items: []content.Kind{content.KindArticle}, First: 5},
	}}
	_, err = publisher.Publish(ctx, digest.Request{Newsletter: "weekly", Hand: true, Key: "KEY", By: "test"}, time.Now())
	check(err)
	_, err = publisher.Expand(ctx, time.Now())
	check(err)
}

// Somebody signs up while an edition of 20,000 letters goes out through a slow
// relay, or one at a low rate: their letter does not stand behind it.
func TestNoteOvertakesEdition(t *testing.T) {
	for rate, readers := range map[float64]int{0: 20_000, 5: 1000} {
		t.Run(fmt.Sprintf("%d letters, %v a second", readers, rate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, func(e smtptest.Event) smtptest.Answer {
					if e.Phase == "data" {
						return smtptest.Answer{Wait: 500 * time.Millisecond}
					}
					return smtptest.Answer{}
				})
				const sessions = 10
				p.edition(readers)
				worker := &mailer.Worker{Ledger: p.db, Press: plain{}, Transport: p.transport(), Sessions: sessions, Rate: rate}
				s := p.sender()
				s.Rate, s.Began = rate, worker.Yield
				ctx, stop := context.WithCancel(t.Context())
				var all sync.WaitGroup
				all.Go(func() { _ = worker.Run(ctx) })
				all.Go(func() { _ = s.Run(ctx) })
				until := func(what string, done func() bool) {
					t.Helper()
					for range 10_000 {
						if done() {
							return
						}
						time.Sleep(10 * time.Millisecond)
					}
					t.Fatalf("%s: never", what)
				}
				taken := func() int { return len(p.relay.Letters()) }
				until("the edition is on its way", func() bool { return taken() >= 50 })
				before := taken()
				p.queue(notes.Confirm, "maya@example.com")
				s.Wake()
				isNote := func(l smtptest.Letter) bool { return strings.HasPrefix(l.MessageID, "note-") }
				until("the note", func() bool { return slices.ContainsFunc(p.relay.Letters(), isNote) })
				place := slices.IndexFunc(p.relay.Letters(), isNote)
				stop()
				all.Wait()
				t.Logf("%d of %d letters had gone; %d more went before the note", before, readers, place-before)
				// Those that were on their way when it was queued may be before it.
				if between := place - before; between > 2*sessions {
					t.Errorf("%d letters of the edition went before the note", between)
				}
				if left := readers - before; left < readers/2 {
					t.Errorf("only %d letters were left to wait for: it proves nothing", left)
				}
			})
		})
	}
}

// With a rate the letters that somebody waits for take their room from those
// of the edition.
func TestNotesCountTowardsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, nil)
		p.edition(500)
		worker := &mailer.Worker{Ledger: p.db, Press: plain{}, Transport: p.transport(), Sessions: 2, Rate: 4}
		s := p.sender()
		s.Rate, s.Began = 4, worker.Yield
		for n := range 100 {
			p.queue(notes.Confirm, fmt.Sprintf("r%d@example.com", n))
		}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		var all sync.WaitGroup
		all.Go(func() { _ = worker.Run(ctx) })
		all.Go(func() { _ = s.Run(ctx) })
		all.Wait()
		n := 0
		for _, l := range p.relay.Letters() {
			if strings.HasPrefix(l.MessageID, "note-") {
				n++
			}
		}
		if total := len(p.relay.Letters()); n < 70 || total > 100 {
			t.Errorf("%d letters in 20 seconds at four a second, %d of them notes", total, n)
		}
	})
}
