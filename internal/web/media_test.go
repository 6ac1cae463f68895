package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestMedia(t *testing.T) {
	s := newSite(t)
	got := s.get("/media/lead/images/dot.png")
	if got.code != http.StatusOK || got.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(got.body, "\x89PNG") {
		t.Fatalf("%d %v", got.code, got.header)
	}
	for _, headers := range [][]string{{"If-None-Match", got.header.Get("ETag")}, {"If-Modified-Since", got.header.Get("Last-Modified")}} {
		if again := s.get("/media/lead/images/dot.png", headers...); again.code != http.StatusNotModified {
			t.Errorf("with %v: %d", headers, again.code)
		}
	}
}

// The folder of a source holds drafts and worse.
func TestMediaGivesPicturesOnly(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{
		"/media/lead/articles/next.md", "/media/lead/images/page.png", "/media/lead/images/draw.svg", "/media/lead/images/huge.png",
		"/media/lead/images/.dot.png", "/media/lead/.hidden/dot.png", "/media/lead/images", "/media/lead/images/", "/media/lead/",
		"/media/lead/../lead/images/../articles/next.md", "/media/lead/..%2f..%2fetc/passwd", "/media/lead/%2e%2e/x.png", "/media/lead/images%5cdot.png",
		"/media/lead//etc/passwd", "/media/other/images/dot.png", "/media/images/dot.png", "/media/lead/images/dot.png%00",
	} {
		got := s.get(path)
		if got.code >= 300 && got.code < 400 {
			got = s.get(got.header.Get("Location"))
		}
		if got.code != http.StatusNotFound || strings.Contains(got.body, "Secret") {
			t.Errorf("%s: %d %q", path, got.code, got.body)
		}
	}
}
