package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/content"
)

// A build makes what changed and nothing else: an edit reaches every document
// that holds the article, and leaves all others as they were, to the byte.
func TestBuildTakesOver(t *testing.T) {
	s := newSite(t)
	before := s.Shelf.now().documents
	s.Must(s.Shelf.Build(t.Context()))
	for path, d := range s.Shelf.now().documents {
		if was := before[path]; was == nil || was.ETag != d.ETag || !was.Modified.Equal(d.Modified) {
			t.Errorf("%s was made anew although nothing changed", path)
		}
	}

	edited := &s.Folder.Articles[1] // on C++, and by Ada Writer
	edited.Title, edited.Hash = "Edited on purpose", "edited"
	s.Sync()
	held := 0
	for path, d := range s.Shelf.now().documents {
		holds := strings.Contains(string(d.Bytes()), "Edited on purpose")
		if holds {
			held++
		}
		if was := before[path]; was != nil && was.ETag == d.ETag == holds && !strings.Contains(path, "/archive/") {
			t.Errorf("%s holds the edit: %v; is another document: %v", path, holds, was.ETag != d.ETag)
		}
		if strings.HasPrefix(path, "/topics/platform/") && before[path] != d && d.Immutable {
			t.Errorf("%s was made anew for an article that is not in it", path)
		}
	}
	if held < 9 {
		t.Errorf("%d documents hold the edit", held)
	}
}

// A page of the archive is found under its content, for ever, and under the
// name of a content it had, with what is there now.
func TestArchivePages(t *testing.T) {
	s := newSite(t)
	link := regexp.MustCompile(`rel="prev-archive" type="application/rss\+xml" href="([^"]+)"`)
	first := link.FindStringSubmatch(s.get("/feed.rss").body)
	if first == nil {
		t.Fatal("the feed has no archive")
	}
	at := strings.TrimPrefix(first[1], s.url)
	page := s.get(at)
	if page.code != http.StatusOK || !strings.Contains(page.body, "<fh:archive>") || !strings.Contains(page.header.Get("Cache-Control"), "immutable") {
		t.Fatalf("%s: %d %v\n%s", at, page.code, page.header, page.body)
	}
	number := regexp.MustCompile(`-[^.]*`).ReplaceAllString(at[strings.LastIndex(at, "/"):], "")
	byNumber := s.get(at[:strings.LastIndex(at, "/")] + number)
	if byNumber.body != page.body || strings.Contains(byNumber.header.Get("Cache-Control"), "immutable") {
		t.Errorf("by its number it is another, or there for ever: %v", byNumber.header)
	}

	secret := &s.Folder.Articles[19]
	if !strings.Contains(page.body, secret.Title) && !strings.Contains(s.get("/feed/archive/1.rss").body, secret.Title) {
		t.Fatalf("%s is on no page", secret.Title)
	}
	secret.Access, secret.Body, secret.Hash = content.Registered, "<p>Now secret.</p>", "closed"
	title := secret.Title
	s.Folder.Articles = append(s.Folder.Articles[:21:21], s.Folder.Articles[22:]...) // one is withdrawn
	s.Sync()
	if again := link.FindStringSubmatch(s.get("/feed.rss").body); again == nil || again[1] == first[1] {
		t.Errorf("the page changed and is still at %v", again)
	}
	now := s.get(at)
	if now.code != http.StatusOK || strings.Contains(now.header.Get("Cache-Control"), "immutable") || now.header.Get("ETag") == page.header.Get("ETag") {
		t.Errorf("a content that is no more: %d %v", now.code, now.header)
	}
	for _, path := range s.Shelf.Paths() {
		d, _ := s.Shelf.Document(path)
		doc := string(d.Bytes())
		if strings.Contains(doc, "Now secret") || strings.Contains(doc, "All of "+strings.ToLower(title)) || strings.Contains(doc, "Article number 21<") {
			t.Errorf("%s holds what is closed or withdrawn", path)
		}
	}
	for _, path := range []string{"/feed/archive/99.rss", "/feed/archive/0.rss", "/feed/archive/x.rss", "/feed/archive/1.ics", "/topics/platform/archive/-.rss"} {
		if got := s.get(path); got.code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.code)
		}
	}
}

// Every page for people names the feeds of everything, in all formats, before
// those of its own subject.
func TestAutodiscovery(t *testing.T) {
	s := newSite(t)
	alternate := regexp.MustCompile(`<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">`)
	for path, own := range map[string]string{
		"/": "", "/articles": "", "/articles/article-1": "", "/archive": "", "/feeds": "", "/editions/" + s.Edition: "",
		"/topics/platform": "/topics/platform/feed.rss", "/authors/ada-writer": "/authors/ada-writer/feed.rss",
		"/events": "/events.rss", "/events/london": "/events/london.rss",
	} {
		var hrefs []string
		for _, m := range alternate.FindAllStringSubmatch(s.get(path).body, -1) {
			hrefs = append(hrefs, strings.TrimPrefix(m[2], s.url))
		}
		if len(hrefs) < 3 || strings.Join(hrefs[:3], " ") != "/feed.rss /feed.atom /feed.json" || own != "" && (len(hrefs) < 6 || hrefs[3] != own) {
			t.Errorf("%s names %v", path, hrefs)
		}
	}
}
