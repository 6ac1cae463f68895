package dir

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/standfirst/standfirst/content"
)

// corpus returns a folder of real articles that lies beside the repository.
func corpus(t testing.TB, name string) string {
	t.Helper()
	at, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(at) != at; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			p := filepath.Join(at, "..", "shared", "corpora", name)
			if _, err := os.Stat(p); err != nil {
				t.Skipf("%s is not beside the repository", filepath.Join("shared", "corpora", name))
			}
			return p
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

var corpora = []struct {
	name     string
	opt      Options
	below    string // where the paths in EXPECTED-articles.json begin
	articles int
	drafts   int
}{
	{"md-letsencrypt", Options{Name: "dir:le", Site: "http://localhost:8080", BaseURL: "https://letsencrypt.org", Permalink: "/:year/:month/:day/:slug/"}, "content/en/post/", 76, 0},
	{"md-k8s-contrib", Options{Name: "dir:k8s", Site: "http://localhost:8080", BaseURL: "https://www.kubernetes.dev", Permalink: "/blog/:year/:month/:day/:slug/"}, "content/en/", 68, 1},
}

func TestCorpora(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range corpora {
		t.Run(c.name, func(t *testing.T) {
			root := corpus(t, c.name)
			raw, err := os.ReadFile(filepath.Join(root, "EXPECTED-articles.json"))
			if err != nil {
				t.Fatal(err)
			}
			var expected []struct {
				URL, Path, Title string
				Date             time.Time
				Authors          []string
				Words            int
			}
			if err := json.Unmarshal(raw, &expected); err != nil {
				t.Fatal(err)
			}
			s := Open(root, c.opt)
			l, err := s.Read(context.Background(), now)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range l.Problems {
				t.Log(p.Error())
			}
			if len(l.Articles) != c.articles || l.Drafts != c.drafts || !l.Complete {
				t.Errorf("%d articles, %d drafts, complete %t; want %d, %d, true", len(l.Articles), l.Drafts, l.Complete, c.articles, c.drafts)
			}

			byPath := make(map[string]content.Found)
			keys := make(map[content.Key]string)
			for _, f := range l.Articles {
				byPath[strings.TrimPrefix(f.At.File, s.opt.Dir+"/"+c.below)] = f
				for _, k := range f.Keys {
					if other, ok := keys[k]; ok {
						t.Errorf("%s is a key of %s and of %s", k, other, f.At.File)
					}
					keys[k] = f.At.File
				}
				check(t, f)
			}
			near := 0
			for _, want := range expected {
				got, ok := byPath[want.Path]
				if !ok {
					if !strings.Contains(want.Path, "ai-conformance-spotlight") { // draft: yes
						t.Errorf("%s is missing", want.Path)
					}
					continue
				}
				if got.Title != want.Title && !strings.Contains(want.Title, "  ") {
					t.Errorf("%s: title %q, want %q", want.Path, got.Title, want.Title)
				}
				if !got.Published.Equal(want.Date) {
					t.Errorf("%s: published %v, want %v", want.Path, got.Published, want.Date)
				}
				if !strings.HasSuffix(want.URL, "//") && got.URL != want.URL {
					t.Errorf("%s: URL %s, want %s", want.Path, got.URL, want.URL)
				}
				for _, a := range got.Authors { // the expectation does not take bylines apart
					if len(want.Authors) != 1 || !strings.Contains(want.Authors[0], strings.SplitN(a.Name, " (", 2)[0]) {
						t.Errorf("%s: author %q, want within %q", want.Path, a.Name, want.Authors)
					}
				}
				if len(got.Authors) == 0 && len(want.Authors) > 0 {
					t.Errorf("%s: no author, want %q", want.Path, want.Authors)
				}
				if m := float64(got.ReadingMinutes); m >= float64(want.Words)/238-1 && m <= float64(want.Words)/238+4 {
					near++
				} else {
					t.Logf("%s: %d minutes for %d words", want.Path, got.ReadingMinutes, want.Words)
				}
			}
			if near < len(expected)*95/100 {
				t.Errorf("the reading time of only %d of %d is near what their words take", near, len(expected))
			}

			again, err := s.Read(context.Background(), now)
			if err != nil || len(again.Articles) != len(l.Articles) {
				t.Fatalf("read again: %d articles, %v", len(again.Articles), err)
			}
			for i := range again.Articles {
				if again.Articles[i].Hash != l.Articles[i].Hash {
					t.Errorf("%s looks different when read again", l.Articles[i].At.File)
				}
			}
		})
	}
}

// Where nothing is said about a site of their own, the same articles stand on
// our server, and none in the way of another.
func TestCorporaOnOurServer(t *testing.T) {
	for _, c := range corpora {
		opt := Options{Name: "dir:" + c.name, Site: "http://localhost:8080"}
		l, err := Open(corpus(t, c.name), opt).Read(context.Background(), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Articles) != c.articles || l.Drafts != c.drafts {
			t.Errorf("%s: %d articles, %d drafts, want %d, %d", c.name, len(l.Articles), l.Drafts, c.articles, c.drafts)
		}
		keys, slugs := make(map[content.Key]bool), make(map[string]bool)
		for _, f := range l.Articles {
			check(t, f)
			for _, k := range f.Keys {
				if keys[k] {
					t.Errorf("%s: %s is another's key too", f.At.File, k)
				}
				keys[k] = true
			}
			if slugs[f.Slug] || !f.Ours || f.URL != "http://localhost:8080/articles/"+f.Slug {
				t.Errorf("%s: slug %s, URL %s", f.At.File, f.Slug, f.URL)
			}
			slugs[f.Slug] = true
		}
	}
}

// The first sync takes all of a real blog into the wire; the second, and one
// after every file was renamed, release nothing.
func TestCorporaAreReleasedOnce(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range corpora {
		l, err := Open(corpus(t, c.name), c.opt).Read(context.Background(), now)
		if err != nil {
			t.Fatal(err)
		}
		known := &content.Known{Source: c.opt.Name, Articles: make(map[string]*content.KnownArticle), Keys: make(map[content.Key]string)}
		plan := content.Reconcile(known, l, content.Rules{Flood: 20}, now)
		if n := len(plan.Releases); n != c.articles || len(plan.Held) != 0 || plan.Report.Refused > 2 {
			t.Errorf("%s: %d releases, %+v, held %v", c.name, n, plan.Report, plan.Held)
		}
		known.Synced, known.Slugs = true, make(map[string]bool)
		for _, ch := range plan.Articles {
			known.Articles[ch.ID] = &content.KnownArticle{
				ID: ch.ID, Source: ch.Source, Slug: ch.Slug, State: ch.State, Hash: ch.Hash, Text: ch.Text, Title: ch.Title,
				Day: content.DateOf(ch.Published.UTC()), Since: ch.Since,
			}
			known.Slugs[ch.Slug] = true
			for _, k := range ch.Keys {
				known.Keys[k] = ch.ID
			}
		}
		moved := &content.Listing{Complete: true}
		for _, f := range l.Articles {
			f.Keys = []content.Key{content.Key(c.opt.Name + ":path:moved/" + f.At.File)}
			f.URL, f.Hash = "https://moved.example/"+f.Slug, "moved "+f.Hash
			moved.Articles = append(moved.Articles, f)
		}
		for what, l := range map[string]*content.Listing{"again": l, "moved": moved} {
			plan := content.Reconcile(known, l, content.Rules{Flood: 20}, now.Add(time.Hour))
			if len(plan.Releases) != 0 || len(plan.Held) != 0 || plan.Report.Withdrawn != 0 || plan.Report.Settling != 0 {
				t.Errorf("%s %s: %d releases, %+v, held %v", c.name, what, len(plan.Releases), plan.Report, plan.Held)
			}
		}
	}
}

var attribute = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// check holds what every article promises, wherever it comes from.
func check(t *testing.T, f content.Found) {
	t.Helper()
	name := f.At.File
	for _, m := range attribute.FindAllStringSubmatch(f.Body, -1) {
		if !regexp.MustCompile(`^(?:https?://[^/]|mailto:|tel:|data:image/)`).MatchString(m[1]) {
			t.Errorf("%s: address %q", name, m[1])
		}
	}
	if left := markupText(t, f.Body); strings.Contains(left, "{{") || strings.Contains(left, "{%") {
		t.Errorf("%s: a template reaches readers", name)
	}
	switch {
	case f.Title == "", f.Slug == "", f.URL == "", f.Hash == "", len(f.Keys) < 2, f.Published.IsZero(), f.Access == "":
		t.Errorf("%s: lacks something: %+v", name, f)
	case f.Body == "" && f.Standfirst == "":
		t.Errorf("%s: nothing to read", name)
	case len([]rune(f.Standfirst)) > 240:
		t.Errorf("%s: standfirst of %d characters", name, len([]rune(f.Standfirst)))
	case strings.ContainsAny(f.Standfirst, "<>{") && !strings.Contains(f.Body, "&"):
		t.Errorf("%s: standfirst %q", name, f.Standfirst)
	case f.Image.URL != "" && f.Image.Alt == "":
		t.Errorf("%s: picture without a text", name)
	case f.ReadingMinutes < 1 && f.Body != "":
		t.Errorf("%s: %d minutes", name, f.ReadingMinutes)
	}
}

// markupText is the text of HTML that is not code.
func markupText(t *testing.T, s string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type != html.TextNode {
			continue
		}
		code := false
		for p := n.Parent; p != nil; p = p.Parent {
			switch p.Data {
			case "code", "pre", "kbd", "samp", "var":
				code = true
			}
		}
		if !code {
			b.WriteString(n.Data + "\n")
		}
	}
	return b.String()
}

// A full read of a real blog, and the next one of the same.
func BenchmarkRead(b *testing.B) {
	now := time.Now() // files from the future are not kept
	for _, c := range corpora {
		root := corpus(b, c.name)
		for _, first := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/first=%t", c.name, first), func(b *testing.B) {
				s := Open(root, c.opt)
				if _, err := s.Read(context.Background(), now); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if first {
						s = Open(root, c.opt)
					}
					if _, err := s.Read(context.Background(), now); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(c.name+"/stamp", func(b *testing.B) {
			s := Open(root, c.opt)
			for b.Loop() {
				if _, err := s.Stamp(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
