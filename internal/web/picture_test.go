package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/picture"
)

// The pictures of every site.
const (
	largeName = "0123456789abcdef0123456789abcdef.jpg"
	smallName = "fedcba9876543210fedcba9876543210.png"
)

// keepPicture keeps a picture of what the articles of the site name.
func (s *site) keepPicture(address string) {
	s.T.Helper()
	ctx, now := context.Background(), time.Now()
	s.Must(s.DB.WantPictures(ctx, 100, now))
	claims, err := s.DB.ClaimPictures(ctx, 100, time.Minute, now)
	s.Must(err)
	for _, c := range claims {
		r := picture.Result{Attempts: 1, Due: now.Add(time.Hour), Reason: "the test has no other"}
		if c.Address == address {
			r = picture.Result{
				Mark: "1", Lead: picture.File{Name: largeName, Width: 1104, Height: 736, Bytes: []byte("\xff\xd8\xff large")},
				Thumb: picture.File{Name: smallName, Width: 320, Height: 213, Bytes: []byte("\x89PNG small")},
			}
		}
		s.Must(s.DB.SettlePicture(ctx, c, r, now))
	}
}

func TestKeptPictures(t *testing.T) {
	s := newSite(t)
	s.keepPicture(s.illustrate())
	for name, want := range map[string]string{largeName: "image/jpeg", smallName: "image/png"} {
		got := s.get("/img/" + name)
		if got.code != http.StatusOK || got.header.Get("Content-Type") != want || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, got.code, got.header)
		}
		if got.header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s is kept for %q", name, got.header.Get("Cache-Control"))
		}
		if head := s.do(http.MethodHead, "/img/"+name, ""); head.code != http.StatusOK || head.body != "" || head.header.Get("Content-Length") != got.header.Get("Content-Length") {
			t.Errorf("HEAD of %s: %d %v", name, head.code, head.header)
		}
		if again := s.get("/img/"+name, "If-None-Match", got.header.Get("ETag")); again.code != http.StatusNotModified {
			t.Errorf("%s again: %d", name, again.code)
		}
	}
	for _, name := range []string{"0", "ffffffffffffffffffffffffffffffff.jpg", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef.svg",
		strings.Repeat("f", 1000) + ".jpg", "..%2fstandfirst.db", "%00.jpg"} {
		if got := s.get("/img/" + name); got.code != http.StatusNotFound || got.header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%.40q: %d %s", name, got.code, got.header.Get("Content-Type"))
		}
	}
}

// Nobody else learns who looks at a page: a picture is shown when it is kept.
func TestPagesShowKeptPictures(t *testing.T) {
	s := newSite(t)
	at := s.illustrate()
	for _, page := range []string{"/", "/articles", "/articles/illustrated"} {
		if body := s.get(page).body; strings.Contains(body, `src="`+at) || strings.Contains(body, `srcset="`+at) {
			t.Errorf("%s shows a picture from elsewhere", page)
		}
	}
	s.keepPicture(at)
	for page, want := range map[string]string{"/": largeName, "/articles": smallName, "/articles/illustrated": largeName} {
		body := s.get(page).body
		if strings.Contains(body, `src="`+at) || !strings.Contains(body, `src="`+s.Publication.URL+"/img/"+want) {
			t.Errorf("%s does not show the picture that is kept", page)
		}
	}
	if feed := s.get("/feed.rss").body; !strings.Contains(feed, at) || strings.Contains(feed, "/img/") {
		t.Error("the feed does not give the address that the article names")
	}
}

// illustrate publishes an article with a picture, the newest of all, and
// returns its address.
func (s *site) illustrate() string {
	s.T.Helper()
	const at = "https://pictures.example/cover.jpg"
	s.Folder.Add(content.Article{
		Slug: "illustrated", Title: "Illustrated", Image: content.Image{URL: at, Alt: "A desk"}, Access: content.Free,
		URL: s.url + "/articles/illustrated", Body: "<p>Text.</p>", Published: time.Now().Add(-time.Minute),
	})
	s.Sync()
	return at
}

func TestGalleryForgetsWhatNobodyAsksFor(t *testing.T) {
	var g gallery
	part := make([]byte, gallerySize/4)
	for _, name := range []string{"a", "b", "c", "d"} {
		g.put(name, part)
	}
	g.put("a", part)
	if _, ok := g.get("a"); !ok {
		t.Fatal("what fits is not there")
	}
	g.put("e", part)
	if _, ok := g.get("b"); ok {
		t.Error("the one that was asked for longest ago is still there")
	}
	for _, name := range []string{"a", "c", "d", "e"} {
		if _, ok := g.get(name); !ok {
			t.Errorf("%s is gone", name)
		}
	}
	g.put("huge", make([]byte, gallerySize))
	if _, ok := g.get("huge"); ok || g.size != gallerySize || len(g.order) != 4 {
		t.Errorf("%d bytes of %d pictures are kept", g.size, len(g.order))
	}
}
