package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/store"
)

// kept keeps imprints in the test's database, as serve does.
type kept struct{ db *store.DB }

func (k kept) Imprints(ctx context.Context) (all []Imprint, err error) {
	some, err := k.db.Imprints(ctx)
	for _, i := range some {
		all = append(all, Imprint(i))
	}
	return all, err
}

func (k kept) SetImprints(ctx context.Context, some []Imprint) error {
	var all []store.Imprint
	for _, i := range some {
		all = append(all, store.Imprint(i))
	}
	return k.db.SetImprints(ctx, all)
}

func TestDated(t *testing.T) {
	at := func(seconds float64) time.Time {
		return time.Unix(1_800_000_000, 0).Add(time.Duration(seconds * float64(time.Second)))
	}
	for _, test := range []struct {
		name               string
		content, last, now time.Time
		want               time.Time
	}{
		{"the first", at(-100), time.Time{}, at(0), at(-100)},
		{"in whole seconds", at(-99.5), time.Time{}, at(0), at(-100)},
		{"dated ahead", at(1000), time.Time{}, at(0.5), at(0)},
		{"newer content", at(-50), at(-100), at(0), at(-50)},
		{"something was withdrawn", at(-200), at(-100), at(0), at(-99)},
		{"withdrawn and edited within a second", at(-100), at(-100), at(0), at(-99)},
		{"twice within this second", at(0.7), at(0), at(0.7), at(1)},
		{"ahead, again", at(1000), at(0), at(0.5), at(1)},
		{"the clock was put back", at(-10), at(500), at(-9), at(501)},
	} {
		if got := dated(test.content, test.last, test.now); !got.Equal(test.want) {
			t.Errorf("%s: %v, want %v", test.name, got.UTC(), test.want.UTC())
		}
	}
}

// again is the shelf of a program that was started anew on the same database.
func (s *site) again() {
	s.T.Helper()
	s.Shelf = &Shelf{Content: s.DB, Publication: s.Shelf.Publication, Options: s.Shelf.Options, Imprints: s.Shelf.Imprints}
	s.Must(s.Shelf.Build(s.T.Context()))
	s.serveAgain()
}

func TestDatesOutliveTheProgram(t *testing.T) {
	s := newSite(t)
	s.Shelf.Imprints = kept{s.DB}
	s.again()
	paths := s.Shelf.Paths()
	type validators struct{ tag, modified string }
	now := func() map[string]validators {
		all := map[string]validators{}
		for _, path := range paths {
			if d, ok := s.Shelf.Document(path); ok && !d.Archive {
				all[path] = validators{d.ETag, d.Modified.Format(time.RFC3339)}
			}
		}
		return all
	}
	before := now()
	s.Folder.Articles = s.Folder.Articles[:len(s.Folder.Articles)-3] // no later date comes of this
	s.Sync()
	after, changed := now(), 0
	for path, is := range after {
		switch was := before[path]; {
		case is.tag == was.tag && is.modified != was.modified, is.tag != was.tag && is.modified <= was.modified:
			t.Errorf("%s: %v, before it was %v", path, is, was)
		case is.tag != was.tag:
			changed++
		}
	}
	if changed < 6 {
		t.Errorf("only %d documents have changed", changed)
	}
	s.again()
	for path, is := range now() {
		if is != after[path] {
			t.Errorf("%s: started anew it is %v, before it was %v", path, is, after[path])
		}
	}
}

// A date that has not come yet is not told, and nobody who was told another one
// keeps an old document for it.
func TestTwiceWithinASecond(t *testing.T) {
	s := newSite(t)
	for _, body := range []string{"one", "two", "three", "four"} {
		s.edit("article-4", body)
		s.Sync()
		got := s.get("/feed.rss")
		date, err := http.ParseTime(got.header.Get("Date"))
		s.Must(err)
		told := got.header.Get("Last-Modified")
		if told == "" {
			continue // not yet
		}
		modified, err := http.ParseTime(told)
		if err != nil || modified.After(date) {
			t.Errorf("Last-Modified %q at %v", told, date)
		}
	}
	told := s.get("/feed.rss").header.Get("Last-Modified")
	d, _ := s.Shelf.Document("/feed.rss")
	if ahead := d.Modified.After(time.Now()); ahead {
		if got := s.get("/feed.rss", "If-Modified-Since", told); got.code != http.StatusOK {
			t.Errorf("%d, though it may be of an earlier one", got.code)
		}
	}
}

// Where there was a feed once is none by mistake: 410, until there is one again.
func TestFeedsThatEnd(t *testing.T) {
	s := newSite(t)
	s.Shelf.Imprints = kept{s.DB}
	s.again()
	articles := s.Folder.Articles
	var rest = articles[:0:0]
	for _, f := range articles {
		if f.Article.Topics[0] != "C++" {
			rest = append(rest, f)
		}
	}
	s.Folder.Articles = rest
	s.Sync()
	is := func(path string, want int) {
		t.Helper()
		got := s.get(path)
		if got.code != want || got.body == "" {
			t.Errorf("%s: %d, want %d", path, got.code, want)
		}
		if head := s.do(http.MethodHead, path, ""); head.code != want {
			t.Errorf("HEAD %s: %d, want %d", path, head.code, want)
		}
	}
	is("/topics/c++/feed.rss", http.StatusGone)
	is("/topics/C%2B%2B/feed.atom", http.StatusGone)
	is("/topics/platform/feed.rss", http.StatusOK)
	is("/topics/never/feed.rss", http.StatusNotFound)
	s.again()
	is("/topics/c++/feed.rss", http.StatusGone)
	is("/topics/never/feed.rss", http.StatusNotFound)
	s.Folder.Articles = articles
	s.Sync()
	is("/topics/c++/feed.rss", http.StatusOK)
}

func TestFeedsThatMoved(t *testing.T) {
	s := newSite(t)
	s.Moved = map[string]string{
		"/blog/feed": "/feed.rss", "/?feed=atom": "/feed.atom", "/old.php?a=1&b=2": "/feed.json",
		"/topics/platform/feed.rss": "/topics/c++/feed.rss", "/alte feeds/ö.xml": "/topics/caf%C3%A9/feed.rss",
	}
	s.Gone = map[string]bool{"/podcast.xml": true, "/events/berlin.ics": true, "/?feed=podcast": true}
	s.serveAgain()
	for path, to := range map[string]string{
		"/blog/feed": "/feed.rss", "/blog/feed/": "/feed.rss", "/blog/feed?utm=1": "/feed.rss",
		"/?feed=atom": "/feed.atom", "/old.php?a=1&b=2": "/feed.json",
		"/topics/platform/feed.rss": "/topics/c++/feed.rss", "/alte%20feeds/%C3%B6.xml": "/topics/caf%C3%A9/feed.rss",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			got := s.do(method, path, "", "If-None-Match", "*")
			if got.code != http.StatusMovedPermanently || got.header.Get("Location") != to || got.header.Get("Access-Control-Allow-Origin") != "*" || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: %d %v", method, path, got.code, got.header)
			}
			if method == http.MethodGet && got.body == "" {
				t.Errorf("%s: nothing to read", path)
			}
		}
	}
	for _, path := range []string{"/podcast.xml", "/podcast.xml/", "/events/berlin.ics", "/?feed=podcast"} {
		if got := s.get(path); got.code != http.StatusGone || got.body == "" {
			t.Errorf("%s: %d", path, got.code)
		}
	}
	for path, want := range map[string]int{"/": 200, "/?feed=other": 200, "/old.php": 404, "/old.php?a=1": 404, "/topics/platform/feed.atom": 200, "/blog": 404} {
		if got := s.get(path); got.code != want {
			t.Errorf("%s: %d, want %d", path, got.code, want)
		}
	}
	if got := s.do(http.MethodPost, "/blog/feed", "x"); got.code != http.StatusNotFound {
		t.Errorf("POST: %d", got.code)
	}
}
