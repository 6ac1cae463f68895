package dir

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

func TestFileNames(t *testing.T) {
	for _, tt := range []struct {
		path, date string // of the front matter
		slug, day  string
	}{
		{"2026-05-04-hello-world.md", "", "hello-world", "2026-05-04"},
		{"2026-5-4-hello-world.md", "", "hello-world", "2026-05-04"},
		{"2026_05_04_hello.md", "", "hello", "2026-05-04"},
		{"2026-05-04-hello.md", "2026-05-05", "hello", "2026-05-05"},
		{"2026-05-04-hello/index.md", "", "hello", "2026-05-04"},
		{"posts/2026-05-04.md", "", "t", "2026-05-04"},
		{"Über Größe.md", "2026-05-04", "uber-grosse", "2026-05-04"},
		{"日本語.md", "2026-05-04", "日本語", "2026-05-04"},
		{"!!!.md", "2026-05-04", "t", "2026-05-04"},
		{"post.de.md", "2026-05-04", "post-de", "2026-05-04"},
		{"2026-13-04-hello.md", "2026-05-04", "2026-13-04-hello", "2026-05-04"},
	} {
		src := "---\ntitle: T\n"
		if tt.date != "" {
			src += "date: " + tt.date + "\n"
		}
		f := one(t, tt.path, src+"---\nText.\n", here)
		if f.Slug != tt.slug || f.Published.Format(time.DateOnly) != tt.day {
			t.Errorf("%s: %s on %s, want %s on %s", tt.path, f.Slug, f.Published.Format(time.DateOnly), tt.slug, tt.day)
		}
	}
}

func TestPermalinks(t *testing.T) {
	for _, tt := range []struct{ pattern, path, matter, want string }{
		{"/:year/:month/:day/:slug/", "a.md", "slug: s", "https://blog.example/2026/06/02/s/"},
		{"/:year/:month/:day/:slug/", "some-file.md", "", "https://blog.example/2026/06/02/the-title/"},
		{"/:year/:month/:filename.html", "2026-06-02-some-file.md", "", "https://blog.example/2026/06/some-file.html"},
		{"/:section/:title", "content/en/post/a.md", "", "https://blog.example/post/the-title"},
		{"/:sections/:slugorfilename/", "src/content/x/y/a/index.md", "", "https://blog.example/x/y/a/"},
		{"/:section/:slug/", "a.md", "slug: s", "https://blog.example/s/"},
		{"", "a.md", "slug: s", "https://blog.example/s/"},
		{"/:slug/", "a.md", "url: /fixed/place.html", "https://blog.example/fixed/place.html"},
		{"/:slug/", "a.md", "permalink: /:categories/:title/\ncategories: [One, Two]", "https://blog.example/one/two/the-title/"},
		{"/:slug/", "a.md", "permalink: pretty", "https://blog.example/the-title/"},
		{"/:slug/", "a.md", "url: https://elsewhere.example/x", "https://elsewhere.example/x"},
		{"/:slug/", "a.md", "slug: Größe & Co", "https://blog.example/Gr%C3%B6%C3%9Fe-&-Co/"},
	} {
		opt := here
		opt.BaseURL, opt.Permalink = "https://blog.example", tt.pattern
		f := one(t, tt.path, "---\ntitle: The Title\ndate: 2026-06-02\n"+tt.matter+"\n---\nText.\n", opt)
		if f.URL != tt.want {
			t.Errorf("%s of %s (%s) is %s, want %s", tt.pattern, tt.path, tt.matter, f.URL, tt.want)
		}
		if want := content.URLKey(tt.want); f.Keys[0] != want {
			t.Errorf("%s: keys %q, want %s first", tt.want, f.Keys, want)
		}
	}
}

func TestNoKeyOfAnEmptySlug(t *testing.T) {
	opt := here
	opt.BaseURL, opt.Permalink = "https://blog.example", "/:year/:month/:day/:title/"
	l := read(t, folder("a/!.md", "---\ntitle: \"?!\"\ndate: 2026-06-02\n---\nOne.\n", "b/!.md", "---\ntitle: \"!?\"\ndate: 2026-06-02\n---\nTwo.\n"), opt)
	seen := make(map[content.Key]bool)
	for _, f := range l.Articles {
		for _, k := range f.Keys {
			if seen[k] || k == "url:blog.example/2026/06/02" {
				t.Errorf("%s: key %s", f.At.File, k)
			}
			seen[k] = true
		}
	}
	if len(l.Articles) != 2 {
		t.Errorf("%d articles", len(l.Articles))
	}
}

func TestSameNames(t *testing.T) {
	post := func(date, more string) string {
		return "---\ntitle: Hello\ndate: " + date + "\n" + more + "---\nText.\n"
	}
	l := read(t, folder("2025/hello.md", post("2025-06-02", ""), "2026/hello.md", post("2026-06-02", ""),
		"copy/hello.md", post("2025-06-02", ""), "x.md", post("2026-01-01", "slug: same\n"), "y.md", post("2026-01-02", "slug: same\n"), "z.md", post("2026-01-01", "slug: same\n")), here)
	got := make(map[string]string)
	for _, f := range l.Articles {
		got[f.At.File] = f.Slug + " " + f.URL
	}
	want := map[string]string{
		"lead/2025/hello.md": "hello https://lead.example/articles/hello",
		"lead/copy/hello.md": "hello https://lead.example/articles/hello",
		"lead/2026/hello.md": "hello-2026-06-02 https://lead.example/articles/hello-2026-06-02",
		"lead/x.md":          "same https://lead.example/articles/same",
		"lead/y.md":          "same-2026-01-02 https://lead.example/articles/same-2026-01-02",
		"lead/z.md":          "same https://lead.example/articles/same",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAliasesThatAreNoAddresses(t *testing.T) {
	f := one(t, "a.md", "---\ntitle: T\ndate: 2026-06-02\naliases: [Another name, other, \"{{ x }}/y\", \"javascript:a/b\", /, https://lead.example/, /real]\npermalink: /:year/:title/\nredirect_from: /older/one\n---\nText.\n", here)
	want := []content.Key{"dir:lead:at:/articles/a", "dir:lead:at:/real", "dir:lead:at:/older/one", "dir:lead:path:a.md"}
	if diff := cmp.Diff(want, f.Keys); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLinksBetweenFiles(t *testing.T) {
	fsys := folder(
		"articles/a.md", "---\ntitle: A\ndate: 2026-06-01\nslug: first\n---\n[b](../more/b.md#part) [b]({{< ref \"b.md\" >}}) [b]({% post_url 2026-06-02-b %}) [none](gone.md) [none]({{< ref \"gone\" >}}) "+
			"[c](/articles/c/) ![pic](pic.png) ![static](/img/s.png)\n",
		"more/b.md", "---\ntitle: B\ndate: 2026-06-01\n---\nText.\n",
		"more/2026-06-02-b.md", "---\ntitle: B2\ndate: 2026-06-02\nslug: second\n---\nText.\n",
		"articles/pic.png", "png", "static/img/s.png", "png",
	)
	opt := here
	opt.Media = "https://lead.example/media/"
	for _, f := range read(t, fsys, opt).Articles {
		if f.Slug != "first" {
			continue
		}
		want := `<p dir="auto"><a href="https://lead.example/articles/b#part" rel="noopener">b</a> <a href="https://lead.example/articles/b" rel="noopener">b</a> ` +
			`<a href="https://lead.example/articles/second" rel="noopener">b</a> none none <a href="https://lead.example/articles/c/" rel="noopener">c</a> ` +
			`<img src="https://lead.example/media/articles/pic.png" alt="pic"/> <img src="https://lead.example/media/static/img/s.png" alt="static"/></p>`
		if diff := cmp.Diff(want, f.Body); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	bundle := here
	bundle.BaseURL = "https://blog.example/"
	f := one(t, "post/x/index.md", "---\ntitle: X\ndate: 2026-06-01\nimage: cover.jpg\n---\n![p](img/p.png)\n", bundle)
	if f.Image.URL != "https://blog.example/x/cover.jpg" || !strings.Contains(f.Body, `src="https://blog.example/x/img/p.png"`) || f.Image.Alt != "X" {
		t.Errorf("%+v %s", f.Image, f.Body)
	}
	if f = one(t, "a.md", "---\ntitle: X\ndate: 2026-06-01\nimage: \"javascript:x\"\n---\nText\n", here); f.Image.URL != "" {
		t.Error(f.Image)
	}
}
