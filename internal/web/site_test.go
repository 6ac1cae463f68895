package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/clicks"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// A site is a whole publication behind a real server: a database on disk, one
// edition that was mailed into a mailbox, and three readers.
type site struct {
	busy atomic.Int64 // requests that are being answered
	*Server
	t       *testing.T
	url     string
	db      *store.DB
	file    string // of the database
	box     string // folder of the mailbox
	folder  *folder
	syncer  *content.Syncer
	edition string
	readers map[string]int64 // by address
	log     *lockedBuffer
}

// hostile is a text that breaks whatever does not escape it.
const hostile = `</title><script>alert("1")</script> & 'two' ]]> {{3}} <img src=x onerror=alert(4)>`

// The readers of every site.
const (
	ada = "ada@readers.example"
	ben = "ben@readers.example" // Platform only, in German
	eve = "eve@readers.example" // does not take the weekly
)

func newSite(t *testing.T, change ...func(*folder)) *site {
	t.Helper()
	ctx := context.Background()
	srv := httptest.NewUnstartedServer(nil)
	s := &site{
		t: t, url: "http://" + srv.Listener.Addr().String(),
		file: filepath.Join(t.TempDir(), "test.db"), box: filepath.Join(t.TempDir(), "mail"),
		log: &lockedBuffer{}, readers: map[string]int64{},
	}
	var err error
	s.db, err = store.Open(ctx, "sqlite:"+s.file)
	s.must(err)
	catalog := i18n.BuiltIn()
	set, err := templates.Load(nil, templates.Theme{}, catalog)
	s.must(err)
	sheet, err := set.Asset("feed.css")
	s.must(err)
	schedule, err := digest.ParseSchedule("0 8 * * TUE")
	s.must(err)
	everything := []content.Kind{content.KindArticle, content.KindReminder, content.KindNotice}
	newsletters := []*digest.Newsletter{
		{Name: "weekly", Title: "The Weekly", Description: "Tuesdays at eight.", Schedule: schedule, Zone: time.UTC, Items: everything, First: 5},
		{Name: "dates", Title: "Dates", Schedule: schedule, Zone: time.UTC, Items: everything[1:]},
	}
	pub := digest.Publication{Title: "The Example Lead", URL: s.url, Address: "1 Example Street, London", Language: "en-GB", Zone: time.UTC}
	s.Server = &Server{
		Publication: pub, Newsletters: newsletters,
		Content: s.db, Editions: s.db, Links: s.db, Readers: s.db, Templates: set, Catalog: catalog, Clicks: &clicks.Tally{},
		Shelf:   &Shelf{Content: s.db, Publication: feed.Publication{Title: pub.Title, URL: s.url, Language: "en-GB", Stylesheet: s.url + sheet}, Options: feed.Options{FullText: true, Items: 10}},
		Tokens:  &subscribers.Tokens{Key: bytes.Repeat([]byte("key"), 16)},
		Mailbox: &mailer.Mailbox{Dir: s.box},
		Media:   map[string]fs.FS{"lead": pictures()}, Pictures: s.db,
		Ready:   s.db.Ping,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "up 1\n") }),
		Log:     slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	s.subscribe(subscribers.ImportRow{Email: ada, Newsletters: []string{"weekly", "dates"}})
	s.subscribe(subscribers.ImportRow{Email: ben, Newsletters: []string{"weekly"}, Topics: []string{"Platform"}, Language: "de"})
	s.subscribe(subscribers.ImportRow{Email: eve, Newsletters: []string{"dates"}})
	s.folder = newFolder()
	for _, f := range change {
		f(s.folder)
	}
	s.syncer = &content.Syncer{Store: s.db, Remind: []int{42}, Sources: []content.Watched{{Source: s.folder}}}
	s.sync()
	s.edition = s.send("weekly")
	lines := Listener{srv.Listener}
	srv.Listener, srv.Config.ConnContext = lines, lines.Context
	handler := s.Handler()
	srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.busy.Add(1)
		defer s.busy.Add(-1)
		handler.ServeHTTP(w, r)
	})
	srv.Config.ErrorLog = slog.NewLogLogger(s.Log.Handler(), slog.LevelError)
	srv.Start()
	t.Cleanup(func() {
		srv.Close()
		s.must(s.db.Close())
		s.saidNothing()
	})
	return s
}

// serveAgain serves with the fields that a test has set since.
func (s *site) serveAgain() {
	srv := httptest.NewServer(s.Handler())
	s.t.Cleanup(srv.Close)
	s.url = srv.URL
}

// pictures is a folder with one picture and much that must not be given away.
var pictures = sync.OnceValue(func() fstest.MapFS {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
	dot := &fstest.MapFile{Data: b.Bytes(), ModTime: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	return fstest.MapFS{
		"images/dot.png":   dot,
		".hidden/dot.png":  dot,
		"images/.dot.png":  dot,
		"images/page.png":  {Data: []byte("<!doctype html><script>alert(1)</script>")},
		"images/draw.svg":  {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		"articles/next.md": {Data: []byte("---\ndraft: true\n---\nSecret.")},
		"images/huge.png":  {Data: append(bytes.Clone(b.Bytes()), make([]byte, largestPicture)...)},
	}
})

func (s *site) subscribe(row subscribers.ImportRow) {
	s.t.Helper()
	row.Line = 1
	results, err := s.db.Import(context.Background(), []subscribers.ImportRow{row}, time.Now().Add(-time.Hour), false)
	s.must(err)
	s.readers[row.Email] = results[0].ID
}

// sync reads the folder, settled, and fills the shelf.
func (s *site) sync() {
	s.t.Helper()
	_, err := s.syncer.Sync(context.Background(), time.Now(), content.SyncOptions{Settled: true, Accept: true})
	s.must(err)
	s.must(s.Shelf.Build(context.Background()))
}

// send publishes an edition and mails it, and returns its ID.
func (s *site) send(newsletter string) string {
	s.t.Helper()
	ctx := context.Background()
	publisher := &digest.Publisher{Store: s.db, Newsletters: s.Newsletters, Remind: []int{42}}
	e, err := publisher.Publish(ctx, digest.Request{Newsletter: newsletter, Hand: true, Key: rand.Text(), By: "test"}, time.Now())
	s.must(err)
	_, err = publisher.Expand(ctx, time.Now())
	s.must(err)
	press := &digest.Press{
		Store: s.db, Newsletters: publisher.Newsletter, Templates: s.Templates, Catalog: s.Catalog, Publication: s.Publication,
		From: mailer.Address{Name: "The Example Lead", Email: "news@publication.example"}, Tokens: s.Tokens, Key: []byte("message key"),
	}
	w := &mailer.Worker{Ledger: s.db, Press: press, Transport: s.Mailbox, Sessions: 1}
	s.must(w.Drain(ctx, e.ID))
	return e.ID
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// saidNothing fails the test if the log names a reader or holds a token.
func (s *site) saidNothing() {
	said := s.log.String()
	for address, id := range s.readers {
		for _, secret := range []string{address, s.Tokens.Leave(id, "weekly"), s.Tokens.Leave(id, ""), s.Tokens.Preferences(id, "weekly")} {
			if strings.Contains(said, secret) {
				s.t.Errorf("the log holds %q:\n%s", secret, said)
			}
		}
	}
}

// An answer is what came back, read.
type answer struct {
	code   int
	header http.Header
	body   string
}

// plainly asks for what the test names, and for no compression beside it.
var plainly = &http.Transport{DisableCompression: true}

// do asks as a plain program would: it keeps no cookies and follows nothing.
func (s *site) do(method, path, body string, header ...string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	s.must(err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	res, err := plainly.RoundTrip(r)
	s.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	s.must(err)
	// What a test changes next is not read by who has just answered: an answer
	// can be here before its handler has returned.
	for i := 0; i < 100 && s.busy.Load() > 0; i++ {
		time.Sleep(100 * time.Microsecond)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

func (s *site) get(path string, header ...string) answer {
	s.t.Helper()
	return s.do(http.MethodGet, path, "", header...)
}

// ask asks a handler without a network.
func ask(h http.Handler, path string) *httptest.ResponseRecorder {
	return asking(h, httptest.NewRequest(http.MethodGet, path, nil))
}

// asking gives a handler a request; nil is any.
func asking(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	if r == nil {
		r = httptest.NewRequest(http.MethodGet, "/", nil)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// post sends a form as a browser does from a page of ours.
func (s *site) post(path string, form url.Values) answer {
	s.t.Helper()
	return s.do(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded",
		"Origin", s.url, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate")
}

// state is a fingerprint of everything that is kept, all tables and all letters,
// but for some tables.
func (s *site) state(but ...string) string {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?_pragma=query_only(1)")
	s.must(err)
	defer db.Close()
	h := sha256.New()
	tables, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
	s.must(err)
	var names []string
	for tables.Next() {
		var name string
		s.must(tables.Scan(&name))
		if !slices.Contains(but, name) {
			names = append(names, name)
		}
	}
	s.must(tables.Close())
	if len(names) < 10 {
		s.t.Fatalf("only %d tables are seen", len(names))
	}
	for _, name := range names {
		rows, err := db.Query(`SELECT * FROM "` + name + `"`)
		s.must(err)
		columns, err := rows.Columns()
		s.must(err)
		fmt.Fprintln(h, name, columns)
		for rows.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			s.must(rows.Scan(row...))
			for i := range row {
				fmt.Fprintf(h, "%v\x00", *row[i].(*any))
			}
		}
		s.must(rows.Close())
	}
	s.must(filepath.WalkDir(s.box, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var b []byte
			b, err = os.ReadFile(path)
			fmt.Fprintln(h, path, string(b))
		}
		return err
	}))
	return fmt.Sprintf("%x", h.Sum(nil))
}

// reader returns a reader and which newsletters they take.
func (s *site) reader(address string) (*subscribers.Subscriber, string) {
	s.t.Helper()
	r, err := s.db.Subscriber(context.Background(), s.readers[address])
	s.must(err)
	subs, err := s.db.Subscriptions(context.Background(), r.ID)
	s.must(err)
	var taken []string
	for _, sub := range subs {
		if sub.Left.IsZero() {
			taken = append(taken, sub.Newsletter)
		}
	}
	return r, strings.Join(taken, " ")
}

// letterTo returns the caught letter to a reader.
func (s *site) letterTo(address string) *mailer.CaughtLetter {
	s.t.Helper()
	list, err := s.Mailbox.List(100, "")
	s.must(err)
	for _, c := range list {
		if strings.Contains(c.To, address) {
			l, err := s.Mailbox.Letter(c.ID)
			s.must(err)
			return l
		}
	}
	s.t.Fatalf("no letter to %s among %d", address, len(list))
	return nil
}

// A folder is a source held in memory.
type folder struct {
	articles []content.Found
	events   []content.FoundEvent
}

func newFolder() *folder {
	f := &folder{}
	day := time.Now().UTC().Truncate(24 * time.Hour)
	for i := range 25 {
		f.add(content.Article{
			Title: fmt.Sprintf("Article number %d", i), Standfirst: fmt.Sprintf("What article %d is about.", i), Body: fmt.Sprintf("<p>All of article %d.</p>", i),
			Slug: fmt.Sprintf("article-%d", i), Access: content.Free, Published: day.AddDate(0, 0, -i-1), ReadingMinutes: 3,
			Authors: []content.Author{{Name: "Ada Writer"}}, Topics: []string{[]string{"Platform", "C++"}[i%2]},
		})
	}
	f.add(content.Article{
		Title: hostile, Standfirst: hostile, Body: "<p>safe</p>", Slug: "hostile", Access: content.Metered, Published: day,
		Authors: []content.Author{{Name: hostile}}, Topics: []string{hostile, "Platform"},
		Image: content.Image{URL: "https://pictures.example/x.png?a=1&b=\"2\"", Alt: hostile},
	})
	soon := content.DateOf(day.AddDate(0, 0, 20))
	f.happen(content.Event{Name: "LeadDev London", City: "London", Place: "QEII Centre", Slug: "london-2026", URL: "https://events.example/london", Days: content.Span{First: soon, Last: soon.AddDays(1)}, Zone: "Europe/London"})
	f.happen(content.Event{Name: "Old times", City: "Berlin", Slug: "old-times", Days: content.Span{First: content.Date{Year: 2020, Month: 1, Day: 2}, Last: content.Date{Year: 2020, Month: 1, Day: 3}}, Zone: "Europe/Berlin"})
	f.happen(content.Event{Name: hostile, Online: true, Slug: "hostile-event", Days: content.Span{First: soon, Last: soon}, Zone: "UTC"})
	return f
}

func (f *folder) add(a content.Article) {
	if a.URL == "" {
		a.URL = "https://publication.example/" + a.Slug
	}
	f.articles = append(f.articles, content.Found{Article: a, Keys: []content.Key{content.Key("test:" + a.Slug)}, Hash: a.Title + a.Standfirst + a.Body})
}

func (f *folder) happen(e content.Event) {
	e.Status = content.Confirmed
	f.events = append(f.events, content.FoundEvent{Event: e, Keys: []content.Key{content.Key("test:event:" + e.Slug)}})
}

// Name implements content.Source.
func (f *folder) Name() string { return "test" }

// Read implements content.Source.
func (f *folder) Read(context.Context, time.Time) (*content.Listing, error) {
	return &content.Listing{Articles: f.articles, Events: f.events, Complete: true}, nil
}

// A lockedBuffer is written to by several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
