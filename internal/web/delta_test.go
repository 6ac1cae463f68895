package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"

	"github.com/standfirst/standfirst/content"
)

// A follower is a feed reader that merges what it is given, as Newsboat does.
type follower struct {
	path, tag string
	items     map[string]string // by ID
	deltas    int
	bytes     int
}

func (f *follower) fetch(s *site, header ...string) answer {
	s.T.Helper()
	if f.tag != "" {
		header = append(header, "If-None-Match", f.tag, "A-IM", "feed")
	}
	got := s.get(f.path, header...)
	switch got.code {
	case http.StatusNotModified:
		return got
	case http.StatusOK, http.StatusIMUsed:
	default:
		s.T.Fatalf("%s: %d", f.path, got.code)
	}
	if got.code == http.StatusIMUsed {
		f.deltas++
	}
	f.bytes += len(got.body)
	maps.Copy(f.items, items(s.T, decoded(s.T, got.header.Get("Content-Encoding"), got.body)))
	f.tag = got.header.Get("ETag")
	return got
}

// items are what a feed says of each of its items.
func items(t *testing.T, body string) map[string]string {
	t.Helper()
	parsed, err := gofeed.NewParser().ParseString(body)
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	all := map[string]string{}
	for _, i := range parsed.Items {
		all[i.GUID] = strings.Join([]string{i.Title, i.Link, i.Description, i.Content, i.Published, i.Updated}, "\n")
	}
	return all
}

func (s *site) edit(slug, body string) {
	for i := range s.Folder.Articles {
		if f := &s.Folder.Articles[i]; f.Article.Slug == slug {
			f.Article.Body, f.Hash = body, body
			return
		}
	}
	s.T.Fatalf("no article %s", slug)
}

// Merging what is new gives what those have who fetch it all, in every format
// and coding, whatever became of the articles meanwhile and however long the
// reader was away.
func TestWhoMergesMissesNothing(t *testing.T) {
	s := newSite(t)
	var all []*follower
	for _, path := range []string{"/feed.rss", "/feed.atom", "/feed.json", "/topics/platform/feed.rss"} {
		for range 4 {
			all = append(all, &follower{path: path, items: map[string]string{}})
		}
	}
	ever := map[string]map[string]string{} // what each feed ever said last of an item
	for step := range 12 {
		switch step % 4 {
		case 1:
			s.Folder.Add(content.Article{Title: fmt.Sprint("New in step ", step), Slug: fmt.Sprint("new-", step), Standfirst: "New.", Body: "<p>New.</p>", Access: content.Free, Published: time.Now(), Topics: []string{"Platform"}})
		case 2:
			s.edit("article-4", fmt.Sprint("<p>Edited in step ", step, ".</p>"))
		case 3:
			s.Folder.Add(content.Article{Title: fmt.Sprint("Back-dated in step ", step), Slug: fmt.Sprint("old-", step), Standfirst: "Old.", Body: "<p>Old.</p>", Access: content.Free, Published: time.Now().AddDate(-2, 0, 0), Topics: []string{"Platform"}})
			s.Folder.Articles = slices.Delete(s.Folder.Articles, 8, 9) // one is withdrawn
		}
		s.Sync()
		for i, f := range all {
			if ever[f.path] == nil {
				ever[f.path] = map[string]string{}
			}
			maps.Copy(ever[f.path], items(t, s.get(f.path).body))
			if step%(i%4+1) == 0 { // some are away for a while
				f.fetch(s, "Accept-Encoding", []string{"", "gzip", "br"}[i%3])
			}
		}
	}
	for _, f := range all {
		f.fetch(s)
		full := items(t, s.get(f.path).body)
		for id, want := range full {
			if diff := cmp.Diff(want, f.items[id]); diff != "" {
				t.Errorf("%s: %s (-full +merged)\n%s", f.path, id, diff)
			}
		}
		for id := range f.items {
			if ever[f.path][id] == "" {
				t.Errorf("%s: %s was never in the feed", f.path, id)
			}
		}
		if f.deltas < 2 {
			t.Errorf("%s: only %d answers were deltas", f.path, f.deltas)
		}
		if got := f.fetch(s); got.code != http.StatusNotModified {
			t.Errorf("%s: has all of it, and gets %d", f.path, got.code)
		}
	}
}

func TestDelta(t *testing.T) {
	s := newSite(t)
	paths := []string{"/feed.rss", "/feed.atom", "/feed.json"}
	before := map[string]string{}
	for _, path := range append(paths, "/events.ics", "/feeds.opml") {
		before[path] = s.get(path).header.Get("ETag")
	}
	s.edit("article-4", "<p>It was wrong.</p>")
	s.Sync()
	between := s.get("/feed.rss").header.Get("ETag")
	s.Folder.Add(content.Article{Title: "New", Slug: "new", Standfirst: "New.", Body: "<p>New.</p>", Access: content.Free, Published: time.Now()})
	s.Sync()
	for _, path := range paths {
		full := s.get(path)
		for _, coding := range []string{"", "gzip", "br"} {
			now := s.get(path, "Accept-Encoding", coding)
			for _, old := range []string{before[path], "W/" + before[path], strings.TrimSuffix(before[path], `"`) + `-gzip"`, `"x", ` + before[path]} {
				got := s.get(path, "Accept-Encoding", coding, "If-None-Match", old, "A-IM", "feed")
				if got.code != http.StatusIMUsed || got.header.Get("IM") != "feed" || got.header.Get("ETag") != now.header.Get("ETag") {
					t.Fatalf("%s with %s: %d %v", path, old, got.code, got.header)
				}
				vary, cache := got.header.Get("Vary"), got.header.Get("Cache-Control")
				if !strings.Contains(vary, "A-IM") || !strings.Contains(vary, "Accept-Encoding") || !strings.Contains(cache, "no-store") {
					t.Errorf("%s: Vary %q, Cache-Control %q", path, vary, cache)
				}
				if got.header.Get("Content-Encoding") != coding || got.header.Get("Content-Type") != now.header.Get("Content-Type") || got.header.Get("Content-Length") != fmt.Sprint(len(got.body)) {
					t.Errorf("%s: %v", path, got.header)
				}
				body := decoded(t, coding, got.body)
				if len(items(t, body)) != 2 || len(body) > len(full.body)/3 || !strings.Contains(body, "It was wrong.") {
					t.Errorf("%s: %d items of %d\n%s", path, len(items(t, body)), len(items(t, full.body)), body)
				}
				head := s.do(http.MethodHead, path, "", "Accept-Encoding", coding, "If-None-Match", old, "A-IM", "feed")
				got.header.Del("Date")
				head.header.Del("Date")
				if diff := cmp.Diff(got.header, head.header); diff != "" || head.code != got.code || head.body != "" {
					t.Errorf("%s: HEAD (-get +head)\n%s", path, diff)
				}
			}
		}
		for name, test := range map[string]struct {
			headers []string
			want    int
		}{
			"unknown":                {[]string{"If-None-Match", `"unknown"`, "A-IM", "feed"}, 200},
			"nothing":                {[]string{"A-IM", "feed"}, 200},
			"current":                {[]string{"If-None-Match", full.header.Get("ETag"), "A-IM", "feed"}, 304},
			"both":                   {[]string{"If-None-Match", before[path] + ", " + full.header.Get("ETag"), "A-IM", "feed"}, 304},
			"did not ask":            {[]string{"If-None-Match", before[path]}, 200},
			"asked for another":      {[]string{"If-None-Match", before[path], "A-IM", "vcdiff"}, 200},
			"asked not to":           {[]string{"If-None-Match", before[path], "A-IM", "feed;q=0"}, 200},
			"asked for one of these": {[]string{"If-None-Match", before[path], "A-IM", "vcdiff, FEED;q=0.5"}, 226},
			"by date":                {[]string{"If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT", "A-IM", "feed"}, 200},
		} {
			if got := s.get(path, test.headers...); got.code != test.want || (got.header.Get("IM") != "") != (test.want == 226) {
				t.Errorf("%s, %s: %d, want %d", path, name, got.code, test.want)
			}
		}
	}
	// Of two that it has, the newer counts.
	if got := s.get("/feed.rss", "If-None-Match", before["/feed.rss"]+", "+between, "A-IM", "feed"); len(items(t, got.body)) != 1 {
		t.Errorf("%d items", len(items(t, got.body)))
	}
	for _, path := range []string{"/events.ics", "/feeds.opml"} { // have no items to choose from
		if got := s.get(path, "If-None-Match", before[path], "A-IM", "feed"); got.code == http.StatusIMUsed {
			t.Errorf("%s: %d", path, got.code)
		}
	}
}

// A delta is made once for all who ask, and versions are forgotten in time.
func TestFormerVersionsAreFew(t *testing.T) {
	s := newSite(t)
	first := s.get("/feed.rss").header.Get("ETag")
	var last string
	for i := range maxFormer + 3 {
		last = s.get("/feed.rss").header.Get("ETag")
		s.edit("article-4", fmt.Sprint("<p>Edit ", i, ".</p>"))
		s.Sync()
	}
	if n := len(s.Shelf.now().faces["/feed.rss"].former); n != maxFormer {
		t.Errorf("%d versions are known", n)
	}
	if got := s.get("/feed.rss", "If-None-Match", first, "A-IM", "feed"); got.code != http.StatusOK {
		t.Errorf("for the first: %d", got.code)
	}
	if got := s.get("/feed.rss", "If-None-Match", last, "A-IM", "feed"); got.code != http.StatusIMUsed {
		t.Errorf("for the last but one: %d", got.code)
	}
	held := len(s.Shelf.packs.held)
	s.get("/feed.rss", "If-None-Match", `"x", `+last, "A-IM", "feed", "User-Agent", "another")
	if len(s.Shelf.packs.held) != held {
		t.Error("a delta was made twice")
	}
}
