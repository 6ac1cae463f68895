package web

import (
	"cmp"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/templates"
)

// A quay is a publication that feed readers of other people's making come to,
// with a clock of its own. It remembers what was released, and what readers
// were answered.
type quay struct {
	*Server
	t        *testing.T
	url      string
	newsboat string
	folder   *webtest.Folder
	syncer   *content.Syncer
	now      time.Time
	released []string // articles by their keys, in order
	gone     map[string]bool

	mu      sync.Mutex
	answers []string // like "200 /feed.rss"
}

// newQuay publishes 25 articles, every other on Platform.
func newQuay(t *testing.T) *quay {
	t.Helper()
	program, err := exec.LookPath("newsboat")
	if err != nil {
		t.Skip("Newsboat is not installed: apt-get install newsboat")
	}
	q := &quay{t: t, newsboat: program, folder: &webtest.Folder{}, gone: map[string]bool{}, now: time.Date(2025, 3, 4, 9, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	q.must(err)
	t.Cleanup(func() { q.must(db.Close()) })
	set, err := templates.Load(nil, templates.Theme{}, i18n.BuiltIn())
	q.must(err)
	q.syncer = &content.Syncer{Store: db, Sources: []content.Watched{{Source: q.folder}}}
	pub := feed.Publication{Title: "The Example Lead", URL: "https://publication.example", Language: "en-GB"}
	q.Server = &Server{
		Frame: Frame{
			Publication: digest.Publication{Title: pub.Title, URL: pub.URL, Language: pub.Language, Zone: time.UTC},
			Templates:   set, Catalog: i18n.BuiltIn(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		},
		Content: db, Shelf: &Shelf{Content: db, Publication: pub, Options: feed.Options{FullText: true, Items: 10}},
	}
	for i := range 25 {
		q.publish(fmt.Sprintf("article-%d", i), []string{"Platform", "Culture"}[i%2], q.now.AddDate(0, 0, i-25))
	}
	q.article("test:article-24").Article.Title = webtest.Hostile
	q.sync()
	h := q.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(&heard{w, q, r.URL.Path}, r)
	}))
	t.Cleanup(srv.Close)
	q.url = srv.URL
	return q
}

func (q *quay) must(err error) {
	q.t.Helper()
	if err != nil {
		q.t.Fatal(err)
	}
}

// sync reads the folder, a minute after the last time.
func (q *quay) sync() {
	q.t.Helper()
	q.now = q.now.Add(time.Minute)
	_, err := q.syncer.Sync(q.t.Context(), q.now, content.SyncOptions{Settled: true, Accept: true})
	q.must(err)
	q.must(q.Shelf.Build(q.t.Context()))
}

// heard notes the status of an answer.
type heard struct {
	http.ResponseWriter
	q    *quay
	path string
}

func (h *heard) WriteHeader(code int) {
	h.q.mu.Lock()
	h.q.answers = append(h.q.answers, fmt.Sprint(code, " ", h.path))
	h.q.mu.Unlock()
	h.ResponseWriter.WriteHeader(code)
}

// publish puts an article into the folder, dated on.
func (q *quay) publish(slug, topic string, on time.Time) {
	q.folder.Add(content.Article{
		Title: "About " + slug, Standfirst: "In short.", Body: "<p>All of " + slug + ".</p>", Slug: slug,
		Access: content.Free, Published: on, Authors: []content.Author{{Name: "Ada Writer"}}, Topics: []string{topic},
	})
	q.released = append(q.released, "test:"+slug)
}

// article returns an article of the folder by its key.
func (q *quay) article(key string) *content.Found {
	i := slices.IndexFunc(q.folder.Articles, func(f content.Found) bool { return string(f.Keys[0]) == key })
	if i < 0 {
		q.t.Fatalf("no article %s", key)
	}
	return &q.folder.Articles[i]
}

// withdraw takes an article out of the folder.
func (q *quay) withdraw(key string) {
	q.gone[key] = true
	q.folder.Articles = slices.DeleteFunc(q.folder.Articles, func(f content.Found) bool { return string(f.Keys[0]) == key })
}

// listed returns what a feed holds: the newest releases of articles that are
// still there, whatever their dates.
func (q *quay) listed(path string) []string {
	var keys []string
	for _, key := range slices.Backward(q.released) {
		if q.gone[key] || len(keys) == q.Shelf.Options.Items {
			continue
		}
		if !strings.HasPrefix(path, "/topics/") || slices.Contains(q.article(key).Article.Topics, "Platform") {
			keys = append(keys, key)
		}
	}
	return keys
}

// A boat is Newsboat as one person has it: with feeds and a database of its own.
type boat struct {
	q     *quay
	dir   string
	paths []string
	want  map[string]clipping // by the article's key: what it must hold by now
}

// A clipping is what a feed reader keeps of an article.
type clipping struct{ Title, URL, Published, Text string }

func (q *quay) boat(paths ...string) *boat {
	q.t.Helper()
	b := &boat{q: q, dir: q.t.TempDir(), paths: paths, want: map[string]clipping{}}
	q.must(os.WriteFile(b.file("urls"), []byte(q.url+strings.Join(paths, "\n"+q.url)+"\n"), 0o600))
	q.must(os.WriteFile(b.file("config"), nil, 0o600))
	return b
}

func (b *boat) file(name string) string { return filepath.Join(b.dir, name) }

// reload has Newsboat fetch its feeds and returns what it was answered, in order
// of the feeds.
func (b *boat) reload() []string {
	q := b.q
	q.t.Helper()
	q.mu.Lock()
	q.answers = nil
	q.mu.Unlock()
	c := exec.CommandContext(q.t.Context(), q.newsboat, "-u", b.file("urls"), "-c", b.file("cache.db"), "-C", b.file("config"), "-x", "reload")
	c.Dir = b.dir
	c.Env = []string{"HOME=" + b.dir, "XDG_CONFIG_HOME=" + b.dir, "XDG_DATA_HOME=" + b.dir, "LC_ALL=C.UTF-8", "no_proxy=*"}
	if out, err := c.CombinedOutput(); err != nil {
		q.t.Fatalf("newsboat: %v\n%s", err, out)
	}
	for _, path := range b.paths {
		for _, key := range q.listed(path) {
			a := q.article(key).Article
			b.want[key] = clipping{a.Title, a.URL, a.Published.UTC().Format(time.RFC3339), a.Body}
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	slices.SortStableFunc(q.answers, func(a, b string) int { return cmp.Compare(a[len("200 "):], b[len("200 "):]) })
	return q.answers
}

// holds compares what Newsboat keeps with what it must: an article that it has
// under two IDs is there twice.
func (b *boat) holds(when string) {
	q := b.q
	q.t.Helper()
	db, err := sql.Open("sqlite", "file:"+b.file("cache.db")+"?_pragma=query_only(1)")
	q.must(err)
	defer db.Close()
	rows, err := db.Query(`SELECT title, url, pubDate, content FROM rss_item WHERE deleted = 0`)
	q.must(err)
	defer rows.Close()
	var got, want []clipping
	for rows.Next() {
		var k clipping
		var published int64
		q.must(rows.Scan(&k.Title, &k.URL, &published, &k.Text))
		k.Published = time.Unix(published, 0).UTC().Format(time.RFC3339)
		got = append(got, k)
	}
	q.must(rows.Err())
	for _, k := range b.want {
		want = append(want, k)
	}
	for _, list := range [][]clipping{got, want} {
		slices.SortFunc(list, func(a, b clipping) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Text, b.Text)) })
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		q.t.Errorf("%s: %s (-want +got):\n%s", when, strings.Join(b.paths, " "), diff)
	}
}

// TestNewsboat has Newsboat follow feeds through whatever becomes of articles.
// It merges what it is given into what it has, and asks for no more than that
// (RFC 3229), so an item whose ID changed is there twice, and one that an answer
// left out is missing.
func TestNewsboat(t *testing.T) {
	q := newQuay(t)
	const rss, atom, topic = "/feed.rss", "/feed.atom", "/topics/platform/feed.rss"
	boats := []*boat{q.boat(rss), q.boat(atom), q.boat(topic), q.boat(atom, rss, topic)}
	many := func(name string, n int) func() {
		return func() {
			for i := range n {
				q.publish(fmt.Sprintf("%s-%d", name, i), "Platform", q.now.Add(time.Duration(i)*time.Second))
			}
		}
	}
	for _, step := range []struct {
		what string
		do   func()
		code int // of every answer
	}{
		{"the first fetch", func() {}, 200},
		{"the second fetch", func() {}, 200}, // Newsboat forgets the validators of the first: its bug 2734
		{"nothing new", func() {}, 304},
		{"an edited article that moved", func() {
			f := q.article("test:article-22")
			f.Article.Title, f.Article.Body, f.Hash = "A better title", "<p>Words, <em>corrected</em>.</p>", "edited"
			f.Article.Slug, f.Article.URL = "a-better-title", "https://publication.example/a-better-title"
		}, 226},
		{"a back-dated article", func() { q.publish("found-in-a-drawer", "Platform", time.Date(2019, 4, 1, 9, 0, 0, 0, time.UTC)) }, 226},
		{"nothing new again", func() {}, 304},
		{"many articles", many("many", 7), 226},
		{"as many again", many("again", 7), 226},
		{"more than a feed holds", many("flood", 12), 200}, // the first two are in the archive only
		{"a withdrawn article", func() { q.withdraw("test:flood-5") }, 226},
		{"an edit of what no feed holds", func() {
			f := q.article("test:article-2")
			f.Article.Title, f.Hash = "Nobody sees this", "edited"
		}, 226}, // without an article: the way to the archive is another
		{"the last of them edited", func() {
			f := q.article("test:flood-11")
			f.Article.Body, f.Hash = "<p>Last words.</p>", "edited"
		}, 226},
		{"nothing new at the end", func() {}, 304},
	} {
		step.do()
		q.sync()
		for _, b := range boats {
			var want []string
			for _, path := range b.paths {
				want = append(want, fmt.Sprint(step.code, " ", path))
			}
			if diff := gocmp.Diff(want, b.reload()); diff != "" {
				t.Errorf("%s: answers (-want +got):\n%s", step.what, diff)
			}
			b.holds(step.what)
		}
		if t.Failed() {
			return // what follows would only say it again
		}
	}
}
