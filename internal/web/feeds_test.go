package web

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
)

func TestFeedsLieWhereTheyAlwaysWill(t *testing.T) {
	s := newSite(t)
	for path, kind := range map[string]string{
		"/feed.rss":                     "application/rss+xml; charset=utf-8",
		"/feed.atom":                    "application/atom+xml; charset=utf-8",
		"/feed.json":                    "application/feed+json; charset=utf-8",
		"/topics/platform/feed.rss":     "application/rss+xml; charset=utf-8",
		"/topics/platform/feed.atom":    "application/atom+xml; charset=utf-8",
		"/topics/platform/feed.json":    "application/feed+json; charset=utf-8",
		"/authors/ada-writer/feed.rss":  "application/rss+xml; charset=utf-8",
		"/authors/ada-writer/feed.atom": "application/atom+xml; charset=utf-8",
		"/authors/ada-writer/feed.json": "application/feed+json; charset=utf-8",
		"/events.ics":                   "text/calendar; charset=utf-8",
		"/events/london.ics":            "text/calendar; charset=utf-8",
		"/events/berlin.ics":            "text/calendar; charset=utf-8",
		"/feeds.opml":                   "text/x-opml; charset=utf-8",
		"/feeds":                        "text/html; charset=utf-8",
	} {
		got := s.get(path, "Accept", "text/html")
		if got.code != http.StatusOK || got.header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %s, want %s", path, got.code, got.header.Get("Content-Type"), kind)
		}
	}
	for _, path := range s.Shelf.Paths() {
		d, _ := s.Shelf.Document(path)
		switch d.Format {
		case feed.JSON:
			if !json.Valid(d.Bytes()) {
				t.Errorf("%s is not JSON", path)
			}
		case feed.RSS, feed.Atom, feed.OPML:
			if err := wellFormed(d.Bytes()); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

func wellFormed(b []byte) error {
	d := xml.NewDecoder(strings.NewReader(string(b)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestFeedIsNotSentTwice(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/feed.rss", "/feed.atom", "/feed.json", "/events.ics", "/feeds.opml"} {
		first := s.get(path)
		tag, modified := first.header.Get("ETag"), first.header.Get("Last-Modified")
		if tag == "" || modified == "" || first.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(first.header.Get("Cache-Control"), "max-age=300") {
			t.Fatalf("%s: %v", path, first.header)
		}
		for _, headers := range [][]string{{"If-None-Match", tag}, {"If-None-Match", "W/" + tag}, {"If-Modified-Since", modified}} {
			again := s.get(path, headers...)
			if again.code != http.StatusNotModified || again.body != "" {
				t.Errorf("%s with %v: %d", path, headers, again.code)
			}
			for _, name := range []string{"ETag", "Last-Modified", "Cache-Control", "Vary"} {
				if again.header.Get(name) != first.header.Get(name) {
					t.Errorf("%s: 304 says %s %q, 200 said %q", path, name, again.header.Get(name), first.header.Get(name))
				}
			}
		}
		if date, err := http.ParseTime(modified); err != nil || date.After(time.Now()) {
			t.Errorf("%s: Last-Modified %s lies ahead", path, modified)
		}
	}

	was, _ := s.Shelf.Document("/feed.rss")
	s.Must(s.Shelf.Build(t.Context()))
	if same, _ := s.Shelf.Document("/feed.rss"); same.ETag != was.ETag || !same.Modified.Equal(was.Modified) {
		t.Error("a new build of the same content is another document")
	}
	s.Folder.Articles = s.Folder.Articles[:len(s.Folder.Articles)-3]
	s.Sync()
	if now, _ := s.Shelf.Document("/feed.rss"); now.ETag == was.ETag || !now.Modified.After(was.Modified) {
		t.Errorf("articles were withdrawn, and the feed of %v is of %v", was.Modified, now.Modified)
	}
}

// In a browser's window the registered types are shown as text, whatever the
// stylesheet says.
func TestFeedInAWindow(t *testing.T) {
	s := newSite(t)
	got, program := s.get("/feed.rss", "Sec-Fetch-Dest", "document"), s.get("/feed.rss")
	if got.header.Get("Content-Type") != "text/xml; charset=utf-8" || got.header.Get("Vary") != "Accept-Encoding, Sec-Fetch-Dest" {
		t.Errorf("%v", got.header)
	}
	if got.body != program.body || got.header.Get("ETag") != program.header.Get("ETag") {
		t.Error("a window gets other bytes")
	}
}

func TestCalendarOfOneEvent(t *testing.T) {
	s := newSite(t)
	got := s.get("/events/london-2026.ics")
	if strings.Count(got.body, "BEGIN:VEVENT") != 1 || !strings.Contains(got.body, "LeadDev London") {
		t.Errorf("%s", got.body)
	}
	if d, _ := s.Shelf.Document("/events/london-2026.ics"); d.Self != s.url+"/events/london-2026.ics" {
		t.Errorf("it says that it is %s", d.Self)
	}
	if links := got.header.Values("Link"); len(links) > 0 || strings.Contains(got.body, "/events.ics") {
		t.Errorf("it leads to another calendar: %s\n%s", links, got.body)
	}
}

func TestListsOfArticles(t *testing.T) {
	s := newSite(t)
	first, second := s.get("/articles").body, s.get("/articles?page=2").body
	if n := strings.Count(first, "<article"); n != PerPage || !strings.Contains(first, `href="/articles?page=2"`) {
		t.Errorf("page 1 has %d articles", n)
	}
	if n := strings.Count(second, "<article"); n != 26-PerPage || !strings.Contains(second, `href="/articles"`) || strings.Contains(second, "page=3") {
		t.Errorf("page 2 has %d articles", n)
	}
	if got := s.get("/articles?page=9").body; !strings.Contains(got, `href="/articles?page=2"`) {
		t.Error("a page behind the end does not lead back")
	}
	for _, path := range []string{"/topics/c++", "/topics/C%2B%2B"} {
		got := s.get(path).body
		if strings.Count(got, "<article") != 12 || !strings.Contains(got, `rel="canonical" href="`+s.url+`/topics/c`) {
			t.Errorf("%s has %d articles", path, strings.Count(got, "<article"))
		}
	}
	if strings.Contains(s.get("/events").body, "Old times") {
		t.Error("an event that is over is coming")
	}
	if got := s.get("/events/london").body; !strings.Contains(got, "LeadDev London") || !strings.Contains(got, "/events/london.ics") {
		t.Errorf("events in London:\n%s", got)
	}
}

func TestArticlePage(t *testing.T) {
	s := newSite(t)
	s.Folder.Add(content.Article{Title: "Ours", Standfirst: "Here.", Body: "<p>All of it.</p>", Slug: "ours", URL: s.url + "/articles/ours", Access: content.Free, Published: time.Now(), Canonical: "https://first.example/ours"})
	s.Folder.Add(content.Article{Title: "Closed", Standfirst: "Half.", Body: "<p>Not for you.</p>", Slug: "closed", Access: content.Registered, Published: time.Now()})
	s.Folder.Add(content.Article{Title: "Odd", Standfirst: "Half.", Body: "<p>Not for you.</p>", Slug: "odd", Access: "gold", Published: time.Now()})
	s.Sync()
	for path, want := range map[string]string{
		"/articles/ours":      `rel="canonical" href="` + s.url + `/articles/ours"`,
		"/articles/article-1": `rel="canonical" href="https://publication.example/article-1"`,
		"/articles/closed":    "This article is for registered readers.",
		"/articles/hostile":   "counts towards the free articles",
	} {
		if got := s.get(path); got.code != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d, lacks %q", path, got.code, want)
		}
	}
	if got := s.get("/articles/ours").body; !strings.Contains(got, "All of it.") || !strings.Contains(got, "https://first.example/ours") {
		t.Errorf("a free article:\n%s", got)
	}
	for _, path := range []string{"/articles/closed", "/articles/odd", "/feed.rss", "/feed.json", "/articles"} {
		if strings.Contains(s.get(path).body, "Not for you") {
			t.Errorf("%s gives away what is for registered readers", path)
		}
	}
}

// What strangers write stays text, wherever it is shown.
func TestHostileWords(t *testing.T) {
	s := newSite(t)
	for pattern, paths := range s.addresses() {
		for _, path := range paths {
			got := s.get(path)
			if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
				continue
			}
			for _, live := range []string{"<script", "<img src=x", "onerror=alert(4)>", "{{3}} <img"} {
				if strings.Contains(strings.ReplaceAll(got.body, facts, ""), live) {
					t.Errorf("%s (%s) holds %q", pattern, path, live)
				}
			}
		}
	}
	for _, path := range []string{"/", "/articles", "/articles/hostile", "/events", "/mailbox"} {
		if !strings.Contains(s.get(path).body, "&lt;script&gt;") {
			t.Errorf("%s does not show the words at all", path)
		}
	}
}

// An address as somebody would type it leads to the feed.
func TestFeedAsSpelled(t *testing.T) {
	s := newSite(t)
	s.Folder.Add(content.Article{
		Title: "Odd names", Slug: "odd-names", Standfirst: "Odd.", Body: "<p>Odd.</p>", Access: content.Free, Published: time.Now(),
		Topics: []string{"Größe", "東京", "100% Go", "Input/Output"}, Authors: []content.Author{{Name: "Zoë Brontë"}},
	})
	s.Sync()
	for from, to := range map[string]string{
		"/topics/Platform/feed.rss":                "/topics/platform/feed.rss",
		"/events/London.ics":                       "/events/london.ics",
		"/topics/GR%C3%B6%C3%9Fe/feed.rss":         "/topics/gr%C3%B6sse/feed.rss",
		"/topics/100%25%20Go/feed.json":            "/topics/100%25-go/feed.json",
		"/topics/Input%2FOutput/feed.atom":         "/topics/input-output/feed.atom",
		"/authors/Zo%C3%AB%20Bront%C3%AB/feed.rss": "/authors/zo%C3%AB-bront%C3%AB/feed.rss",
	} {
		if got := s.get(from); got.code != http.StatusMovedPermanently || got.header.Get("Location") != to {
			t.Errorf("%s: %d %q, want %s", from, got.code, got.header.Get("Location"), to)
		}
	}
	if got := s.get("/topics/%E6%9D%B1%E4%BA%AC/feed.rss"); got.code != http.StatusOK {
		t.Errorf("東京: %d", got.code)
	}
	for _, path := range []string{"/topics/Nothing/feed.rss", "/events/Nowhere.ics", "/events/no%2Flondon.ics", "/topics/%25/feed.rss"} {
		if got := s.get(path); got.code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.code)
		}
	}
}

// Every page leads to the feeds of the site, and then to those of what it shows.
func TestPagesLeadToFeeds(t *testing.T) {
	s := newSite(t)
	alternate := regexp.MustCompile(`<link rel="alternate" type="([^"]+)" title="([^"]+)" href="([^"]+)">`)
	feedsOf := func(path string) (at []string) {
		for _, m := range alternate.FindAllStringSubmatch(html.UnescapeString(s.get(path).body), -1) {
			at = append(at, m[3])
			got := s.get(m[3])
			if got.code != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), m[1]+";") {
				t.Errorf("%s leads to %s: %d %s", path, m[3], got.code, got.header.Get("Content-Type"))
			}
		}
		return at
	}
	everywhere := []string{"/feed.rss", "/feed.atom", "/feed.json"}
	pages := 0
	for pattern, paths := range s.addresses() {
		for _, path := range paths {
			if strings.HasPrefix(pattern, "/mailbox/") || !strings.HasPrefix(s.get(path).header.Get("Content-Type"), "text/html") {
				continue
			}
			pages++
			if at := feedsOf(path); len(at) < 3 || !slices.Equal(at[:3], everywhere) {
				t.Errorf("%s leads to %q", path, at)
			}
		}
	}
	if pages < 15 {
		t.Errorf("only %d pages", pages)
	}
	for path, want := range map[string][]string{
		"/topics/platform":    {"/topics/platform/feed.rss", "/topics/platform/feed.atom", "/topics/platform/feed.json"},
		"/authors/ada-writer": {"/authors/ada-writer/feed.rss", "/authors/ada-writer/feed.atom", "/authors/ada-writer/feed.json"},
		"/events/london":      {"/events/london.rss", "/events/london.atom", "/events/london.json"},
		"/articles/article-2": {"/topics/platform/feed.rss"},
	} {
		if at := feedsOf(path); !slices.Equal(at[3:], want) {
			t.Errorf("%s leads to %q", path, at)
		}
	}
}

// The page for people has everything that programs can follow, and no more.
func TestPageOfFeedsIsWhole(t *testing.T) {
	s := long(t)
	body := html.UnescapeString(s.get("/feeds").body)
	for _, at := range s.Shelf.Paths() {
		d, _ := s.Shelf.Document(at)
		ofOneEvent := slices.ContainsFunc(s.Shelf.now().events, func(e content.Event) bool { return at == "/events/"+e.Slug+".ics" })
		if d.Archive || ofOneEvent {
			continue
		}
		path := strings.TrimPrefix(d.Self, s.Shelf.Publication.URL)
		if !strings.Contains(body, `="`+path+`"`) && !strings.Contains(body, `="`+s.Shelf.Publication.URL+path+`"`) {
			t.Errorf("%s is not on it", path)
		}
	}
	for _, m := range regexp.MustCompile(`href="(/[^"]*\.(?:rss|atom|json|ics|opml))"`).FindAllStringSubmatch(body, -1) {
		if got := s.get(m[1]); got.code != http.StatusOK {
			t.Errorf("%s: %d", m[1], got.code)
		}
	}
	if !strings.Contains(body, `href="/feed/archive/1.rss"`) {
		t.Error("nobody is led to the archive")
	}
}
