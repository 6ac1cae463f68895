// Package webtest is a publication for tests of what people and programs reach
// over HTTP: a database with readers and an edition that was mailed, what a
// browser says of a page, and what the checks from outside do. It knows no
// server: the site, the desk and the API each serve it in their own tests.
package webtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A Site is a whole publication: a database on disk, one edition that was mailed
// into a mailbox, and three readers.
type Site struct {
	T         *testing.T
	DB        *store.DB
	File      string // of the database
	Box       *mailer.Mailbox
	Folder    *Folder // all that is published
	Syncer    *content.Syncer
	Publisher *digest.Publisher
	Press     *digest.Press
	Edition   string           // that was mailed
	IDs       map[string]int64 // of readers, by address
	Logger    *slog.Logger
	Said      *Buffer // by Logger
	// Synced is called when the folder was read; nil: nobody waits for it.
	Synced func(context.Context) error
}

// Hostile is a text that breaks whatever does not escape it.
const Hostile = `</title><script>alert("1")</script> & 'two' ]]> {{3}} <img src=x onerror=alert(4)>`

// The readers of every site.
const (
	Ada = "ada@readers.example"
	Ben = "ben@readers.example" // Platform only, in German
	Eve = "eve@readers.example" // does not take the weekly
)

// New makes a site at an address. Change changes what is published.
func New(t *testing.T, address string, change ...func(*Folder)) *Site {
	t.Helper()
	s := &Site{
		T: t, File: filepath.Join(t.TempDir(), "test.db"), Box: &mailer.Mailbox{Dir: filepath.Join(t.TempDir(), "mail")},
		Said: &Buffer{}, IDs: map[string]int64{},
	}
	s.Logger = slog.New(slog.NewTextHandler(s.Said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	s.DB, err = store.Open(context.Background(), "sqlite:"+s.File)
	s.Must(err)
	t.Cleanup(func() {
		s.Must(s.DB.Close())
		s.saidNothing()
	})
	catalog := i18n.BuiltIn()
	set, err := templates.Load(nil, templates.Theme{}, catalog)
	s.Must(err)
	schedule, err := digest.ParseSchedule("0 8 * * TUE")
	s.Must(err)
	everything := []content.Kind{content.KindArticle, content.KindReminder, content.KindNotice}
	s.Publisher = &digest.Publisher{Store: s.DB, Remind: []int{42}, Newsletters: []*digest.Newsletter{
		{Name: "weekly", Title: "The Weekly", Description: "Tuesdays at eight.", Schedule: schedule, Zone: time.UTC, Items: everything, First: 5},
		{Name: "dates", Title: "Dates", Schedule: schedule, Zone: time.UTC, Items: everything[1:]},
	}}
	s.Press = &digest.Press{
		Store: s.DB, Newsletters: s.Publisher.Newsletter, Templates: set, Catalog: catalog,
		Publication: digest.Publication{Title: "The Example Lead", URL: address, Address: "1 Example Street, London", Language: "en-GB", Zone: time.UTC},
		From:        mailer.Address{Name: "The Example Lead", Email: "news@publication.example"},
		Tokens:      &subscribers.Tokens{Key: bytes.Repeat([]byte("key"), 16)}, Key: []byte("message key"),
	}
	s.Subscribe(subscribers.ImportRow{Email: Ada, Newsletters: []string{"weekly", "dates"}})
	s.Subscribe(subscribers.ImportRow{Email: Ben, Newsletters: []string{"weekly"}, Topics: []string{"Platform"}, Language: "de"})
	s.Subscribe(subscribers.ImportRow{Email: Eve, Newsletters: []string{"dates"}})
	s.Folder = NewFolder()
	for _, f := range change {
		f(s.Folder)
	}
	s.Syncer = &content.Syncer{Store: s.DB, Remind: []int{42}, Sources: []content.Watched{{Source: s.Folder}}}
	s.Sync()
	s.Edition = s.Send("weekly")
	return s
}

// Subscribe brings a reader in.
func (s *Site) Subscribe(row subscribers.ImportRow) {
	s.T.Helper()
	row.Line = 1
	results, err := s.DB.Import(context.Background(), []subscribers.ImportRow{row}, time.Now().Add(-time.Hour), false)
	s.Must(err)
	s.IDs[row.Email] = results[0].ID
}

// Sync reads the folder, settled.
func (s *Site) Sync() {
	s.T.Helper()
	_, err := s.Syncer.Sync(context.Background(), time.Now(), content.SyncOptions{Settled: true, Accept: true})
	s.Must(err)
	if s.Synced != nil {
		s.Must(s.Synced(context.Background()))
	}
}

// Send publishes an edition and mails it, and returns its ID.
func (s *Site) Send(newsletter string) string {
	s.T.Helper()
	ctx := context.Background()
	e, err := s.Publisher.Publish(ctx, digest.Request{Newsletter: newsletter, Hand: true, Key: rand.Text(), By: "test"}, time.Now())
	s.Must(err)
	_, err = s.Publisher.Expand(ctx, time.Now())
	s.Must(err)
	w := &mailer.Worker{Ledger: s.DB, Press: s.Press, Transport: s.Box, Sessions: 1}
	s.Must(w.Drain(ctx, e.ID))
	return e.ID
}

// Must ends the test if there is an error.
func (s *Site) Must(err error) {
	s.T.Helper()
	if err != nil {
		s.T.Fatal(err)
	}
}

// saidNothing fails the test if the log names a reader or holds a token.
func (s *Site) saidNothing() {
	said := s.Said.String()
	for address, id := range s.IDs {
		for _, secret := range []string{address, s.Press.Tokens.Leave(id, "weekly"), s.Press.Tokens.Leave(id, ""), s.Press.Tokens.Preferences(id, "weekly")} {
			if strings.Contains(said, secret) {
				s.T.Errorf("the log holds %q:\n%s", secret, said)
			}
		}
	}
}

// Reader returns a reader and which newsletters they take.
func (s *Site) Reader(address string) (*subscribers.Subscriber, string) {
	s.T.Helper()
	r, err := s.DB.Subscriber(context.Background(), s.IDs[address])
	s.Must(err)
	subs, err := s.DB.Subscriptions(context.Background(), r.ID)
	s.Must(err)
	var taken []string
	for _, sub := range subs {
		if sub.Left.IsZero() {
			taken = append(taken, sub.Newsletter)
		}
	}
	return r, strings.Join(taken, " ")
}

// LetterTo returns the caught letter to a reader.
func (s *Site) LetterTo(address string) *mailer.CaughtLetter {
	s.T.Helper()
	list, err := s.Box.List(100, "")
	s.Must(err)
	for _, c := range list {
		if strings.Contains(c.To, address) {
			l, err := s.Box.Letter(c.ID)
			s.Must(err)
			return l
		}
	}
	s.T.Fatalf("no letter to %s among %d", address, len(list))
	return nil
}

// Asked makes a request and returns the token of its letter.
func (s *Site) Asked(r subscribers.Request) string {
	s.T.Helper()
	id, err := s.DB.Ask(s.T.Context(), r, time.Now())
	s.Must(err)
	kept, err := s.DB.Request(s.T.Context(), id)
	s.Must(err)
	return s.Press.Tokens.Confirm(kept)
}

// A Buffer is written to by several goroutines.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String returns all that was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
