package dir

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/standfirst/standfirst/content"
)

var noon = time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)

var here = Options{Name: "dir:lead", Site: "https://lead.example"}

// folder is a file system of the files given: path, text, path, text …
func folder(files ...string) fstest.MapFS {
	m := make(fstest.MapFS)
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), ModTime: noon.Add(-time.Hour)}
	}
	return m
}

func read(t *testing.T, fsys fs.FS, opt Options) *content.Listing {
	t.Helper()
	l, err := New(fsys, opt).Read(context.Background(), noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range l.Articles {
		check(t, f)
	}
	return l
}

// one reads a folder with one article.
func one(t *testing.T, name, text string, opt Options) content.Found {
	t.Helper()
	l := read(t, folder(name, text), opt)
	if len(l.Articles) != 1 {
		t.Fatalf("%d articles, %d drafts, %v", len(l.Articles), l.Drafts, l.Problems)
	}
	return l.Articles[0]
}

func TestArticle(t *testing.T) {
	opt := here
	opt.Zone = location(t, "Europe/London")
	got := one(t, "articles/2026/two-pizzas.md", `---
id: A-17
title: "Two pizzas, one team"
slug: two-pizzas
date: 2026-06-02 10:00
lastmod: 2026-06-03
summary: What **size** says.
author: Ada Writer and [Bo Editor](https://bo.example/)
tags: [Management, "#teams", management]
categories: Uncategorized
image: {src: /images/pizza.jpg, alt: Two pizzas}
access: metered
lang: en-gb
canonical_url: https://first.example/pizzas
aliases: [/old/pizzas/, https://lead.example/articles/pizza.html]
---
# Size

A [link](/about) and a [file](other.md).
`, opt)
	want := content.Found{
		Article: content.Article{
			Slug: "two-pizzas", URL: "https://lead.example/articles/two-pizzas", Canonical: "https://first.example/pizzas",
			Title: "Two pizzas, one team", Standfirst: "What size says.",
			Body:    "<h2 dir=\"auto\">Size</h2>\n<p dir=\"auto\">A <a href=\"https://lead.example/about\" rel=\"noopener\">link</a> and a file.</p>",
			Authors: []content.Author{{Name: "Ada Writer"}, {Name: "Bo Editor", URL: "https://bo.example/"}},
			Topics:  []string{"Management", "teams"},
			Image:   content.Image{URL: "https://lead.example/images/pizza.jpg", Alt: "Two pizzas"},
			Lang:    "en-GB", Access: content.Metered,
			Published: time.Date(2026, 6, 2, 9, 0, 0, 0, time.UTC), Updated: time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC),
			ReadingMinutes: 1,
		},
		Keys: []content.Key{"dir:lead:id:A-17", "dir:lead:at:/articles/two-pizzas", "dir:lead:at:/old/pizzas",
			"dir:lead:at:/articles/pizza", "dir:lead:path:articles/2026/two-pizzas.md"},
		At:   content.Position{File: "lead/articles/2026/two-pizzas.md", Line: 1},
		Ours: true,
	}
	if u := got.URLAt("two-pizzas-2"); u != "https://lead.example/articles/two-pizzas-2" {
		t.Errorf("with another slug: %s", u)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(content.Found{}, "Hash", "Text")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What is an article, what a draft, and what neither.
func TestWhatIsAnArticle(t *testing.T) {
	const text = "\nSome text.\n"
	for _, tt := range []struct {
		name, path, src string
		want            string // article, scheduled, draft, nothing, problem
	}{
		{"plain", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "article"},
		{"mdx", "a.mdx", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "article"},
		{"nested", "x/y/z/a.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "article"},
		{"bundle", "x/a/index.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "article"},
		{"Jekyll's folder", "_posts/2026-06-01-a.md", "---\ntitle: T\n---" + text, "article"},
		{"draft: true", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: true\n---" + text, "draft"},
		{"draft: yes", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: yes\n---" + text, "draft"},
		{"draft: on", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: on\n---" + text, "draft"},
		{"draft: 'true'", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: 'true'\n---" + text, "draft"},
		{"draft: True", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: True\n---" + text, "draft"},
		{"Draft = true in TOML", "a.md", "+++\ntitle = 'T'\ndate = 2026-06-01\nDraft = true\n+++" + text, "draft"},
		{"draft in JSON", "a.md", "{\"title\": \"T\", \"date\": \"2026-06-01\", \"draft\": true}" + text, "draft"},
		{"draft: no", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: no\n---" + text, "article"},
		{"draft: false", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: false\n---" + text, "article"},
		{"draft without a word", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft:\n---" + text, "article"},
		{"draft: maybe", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: maybe\n---" + text, "problem"},
		{"draft: [true]", "a.md", "---\ntitle: T\ndate: 2026-06-01\ndraft: [true]\n---" + text, "problem"},
		{"published: false", "a.md", "---\ntitle: T\ndate: 2026-06-01\npublished: false\n---" + text, "draft"},
		{"published: true", "a.md", "---\ntitle: T\ndate: 2026-06-01\npublished: true\n---" + text, "article"},
		{"published: a date", "a.md", "---\ntitle: T\npublished: 2026-06-01\n---" + text, "article"},
		{"published: a date ahead", "a.md", "---\ntitle: T\npublished: 2026-07-01\n---" + text, "scheduled"},
		{"published: rubbish", "a.md", "---\ntitle: T\ndate: 2026-06-01\npublished: soon\n---" + text, "problem"},
		{"status: draft", "a.md", "---\ntitle: T\ndate: 2026-06-01\nstatus: Draft\n---" + text, "draft"},
		{"status: publish", "a.md", "---\ntitle: T\ndate: 2026-06-01\nstatus: publish\n---" + text, "article"},
		{"status: unknown", "a.md", "---\ntitle: T\ndate: 2026-06-01\nstatus: embargo\n---" + text, "problem"},
		{"unlisted", "a.md", "---\ntitle: T\ndate: 2026-06-01\nunlisted: true\n---" + text, "draft"},
		{"headless", "a.md", "---\ntitle: T\ndate: 2026-06-01\nheadless: true\n---" + text, "draft"},
		{"never listed", "a.md", "---\ntitle: T\ndate: 2026-06-01\nbuild: {list: never}\n---" + text, "draft"},
		{"drafts' folder", "_drafts/a.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "draft"},
		{"underscore", "x/_a.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "draft"},
		{"date ahead", "a.md", "---\ntitle: T\ndate: 2026-06-11\n---" + text, "scheduled"},
		{"today", "a.md", "---\ntitle: T\ndate: 2026-06-10\n---" + text, "article"},
		{"this afternoon", "a.md", "---\ntitle: T\ndate: 2026-06-10T12:00:01Z\n---" + text, "scheduled"},
		{"publishDate wins, ahead", "a.md", "---\ntitle: T\ndate: 2026-06-01\npublishDate: 2026-07-01\n---" + text, "scheduled"},
		{"publishDate wins, past", "a.md", "---\ntitle: T\ndate: 2026-07-01\npublishDate: 2026-06-01\n---" + text, "article"},
		{"expired", "a.md", "---\ntitle: T\ndate: 2026-06-01\nexpiryDate: 2026-06-09\n---" + text, "nothing"},
		{"expires later", "a.md", "---\ntitle: T\ndate: 2026-06-01\nexpiryDate: 2026-06-11\n---" + text, "article"},
		{"_index", "x/_index.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "nothing"},
		{"_index of a language", "x/_index.de.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "nothing"},
		{"README", "x/ReadMe.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "nothing"},
		{"hidden folder", ".obsidian/a.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "nothing"},
		{"modules", "node_modules/x/a.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "nothing"},
		{"layouts", "_includes/a.md", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "nothing"},
		{"another kind of file", "a.txt", "---\ntitle: T\ndate: 2026-06-01\n---" + text, "nothing"},
		{"redirect", "a.md", "---\ntitle: T\ndate: 2026-06-01\nredirect: /b\n---" + text, "nothing"},
		{"redirect_to", "a.md", "---\ntitle: T\ndate: 2026-06-01\nredirect_to: [/b]\n---" + text, "nothing"},
		{"redirect in HTML", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---\n<meta http-equiv=\"refresh\" content=\"0; url=/b\">\n", "nothing"},
		{"page", "a.md", "---\ntitle: T\ndate: 2026-06-01\nlayout: page\n---" + text, "nothing"},
		{"documentation", "a.md", "---\ntitle: T\ndate: 2026-06-01\ntype: docs\n---" + text, "nothing"},
		{"empty", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---\n \n", "nothing"},
		{"empty but for a comment", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---\n<!-- to do -->\n", "nothing"},
		{"summary only", "a.md", "---\ntitle: T\ndate: 2026-06-01\nsummary: S\n---\n", "article"},
		{"no date", "a.md", "---\ntitle: T\n---" + text, "problem"},
		{"neither title nor date", "a.md", "---\nweight: 1\n---" + text, "nothing"},
		{"no title", "a.md", "---\ndate: 2026-06-01\n---" + text, "problem"},
		{"title in the text", "a.md", "---\ndate: 2026-06-01\n---\n\n# T\n\ntext\n", "article"},
		{"nothing but a name", "2026-06-01-a.md", "# T\n\ntext\n", "article"},
		{"no front matter", "a.md", "Just a note.\n", "nothing"},
		{"nothing at all", "a.md", "", "nothing"},
		{"no such date", "a.md", "---\ntitle: T\ndate: 2026-02-30\n---" + text, "problem"},
		{"no date at all", "a.md", "---\ntitle: T\ndate: soon\n---" + text, "problem"},
		{"not UTF-8", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---\nCaf\xe9\n", "problem"},
		{"too large", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---\n" + strings.Repeat("word ", maxFile/5+1), "problem"},
		{"too long to render", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---\n" + strings.Repeat("word\n\n", 100<<10), "problem"},
		{"hostile", "a.md", "---\ntitle: T\ndate: 2026-06-01\n---\n" + strings.Repeat("*a_ ", 20<<10), "problem"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := read(t, folder(tt.path, tt.src), here)
			got := "nothing"
			switch {
			case len(l.Articles) == 1 && l.Articles[0].Due.After(noon):
				got = "scheduled"
			case len(l.Articles) == 1:
				got = "article"
			case l.Drafts == 1:
				got = "draft"
			case len(l.Problems) > 0:
				got = "problem"
				if want := []content.Key{content.Key("dir:lead:path:" + tt.path)}; !cmp.Equal(want, l.Unread) {
					t.Errorf("unread %q, want %q", l.Unread, want)
				}
			}
			if got != tt.want {
				t.Errorf("%s, want %s: %v", got, tt.want, l.Problems)
			}
			if !l.Complete {
				t.Error("the listing is not complete")
			}
		})
	}
}

func TestFrontMatterForms(t *testing.T) {
	for name, src := range map[string]string{
		"YAML":            "---\ntitle: T\ndate: 2026-06-02\nslug: 0123\ntags: [a]\n---\nText.\n",
		"dots":            "---\ntitle: T\ndate: 2026-06-02\nslug: 0123\ntags: [a]\n...\nText.\n",
		"TOML":            "+++\ntitle = \"T\"\ndate = 2026-06-02\nslug = \"0123\"\ntags = [\"a\"]\n+++\nText.\n",
		"Zola":            "+++\ntitle = \"T\"\ndate = 2026-06-02\nslug = \"0123\"\n[taxonomies]\ntags = [\"a\"]\n+++\nText.\n",
		"JSON":            "{\n\t\"title\": \"T\", \"date\": \"2026-06-02\", \"slug\": \"0123\", \"tags\": [\"a\"]\n}\nText.\n",
		"CRLF":            "---\r\ntitle: T\r\ndate: 2026-06-02\r\nslug: 0123\r\ntags: [a]\r\n---\r\nText.\r\n",
		"CR":              "---\rtitle: T\rdate: 2026-06-02\rslug: 0123\rtags: [a]\r---\rText.\r",
		"BOM":             "\uFEFF---\ntitle: T\ndate: 2026-06-02\nslug: 0123\ntags: [a]\n---\nText.\n",
		"blank line":      "\n \n---\ntitle: T\ndate: 2026-06-02\nslug: 0123\ntags: [a]\n---\nText.\n",
		"spaces":          "---  \ntitle: T\ndate: 2026-06-02\nslug: 0123\ntags: [a]\n--- \nText.\n",
		"no opening":      "title: T\ndate: 2026-06-02\nslug: 0123\ntags:\n  - a\n---\nText.\n",
		"other spellings": "---\nTitle: T\nDate: 2026-06-02\nSLUG: 0123\nkeywords: a, A\n---\nText.\n",
		"Hugo's params":   "---\ntitle: T\ndate: 2026-06-02\nslug: 0123\nparams:\n  tags: [a]\n---\nText.\n",
		"anchors":         "---\nx: &x {slug: 0123, tags: [a]}\n<<: *x\ntitle: T\ndate: 2026-06-02\n---\nText.\n",
		"dash in a value": "---\ntitle: T\ndate: 2026-06-02\nslug: 0123\nnote: |\n  a\n  ---\ntags: [a]\n---\nText.\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := one(t, "a.md", src, here)
			if f.Title != "T" || f.Slug != "0123" || !cmp.Equal(f.Topics, []string{"a"}) || f.Body != `<p dir="auto">Text.</p>` {
				t.Errorf("%q %q %q %q", f.Title, f.Slug, f.Topics, f.Body)
			}
			if !f.DateOnly || !f.Published.Equal(time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("published %v, a day %t", f.Published, f.DateOnly)
			}
		})
	}
}

// Scalars are what the author wrote, not what YAML makes of them.
func TestTextStaysText(t *testing.T) {
	f := one(t, "a.md", "---\ntitle: 1.20\nslug: 0x1F\ndate: 2026-06-02\ntags: [yes, 1e3, 007, null, ~]\nauthor: No\nid: 0123\n---\nText.\n", here)
	want := content.Article{Title: "1.20", Slug: "0x1f", Topics: []string{"yes", "1e3", "007"}, Authors: []content.Author{{Name: "No"}}}
	got := content.Article{Title: f.Title, Slug: f.Slug, Topics: f.Topics, Authors: f.Authors}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if f.Keys[0] != "dir:lead:id:0123" {
		t.Errorf("keys %q", f.Keys)
	}
}

func TestMistakesHaveAddresses(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"YAML", "---\ntitle: One: two\ndate: 2026-06-01\n---\nx\n", "lead/a.md:2:11: front matter: mapping values are not allowed in this context (put a value that holds a colon in quotation marks)"},
		{"YAML below blank lines", "\n\n---\ndate: 2026-06-01\ntitle: \"T\n---\nx\n", "lead/a.md:"},
		{"never closed", "\n---\ntitle: T\nText.\n", "lead/a.md:2:1: front matter is opened here and never closed (write --- on a line of its own below it)"},
		{"six dashes", "------\ntitle: T\n---\nx\n", "lead/a.md:1:1: front matter does not open with ------ (write three dashes)"},
		{"TOML", "+++\ntitle = 'T'\ndate = = 2\n+++\nx\n", "lead/a.md:3:"},
		{"date", "---\ntitle: T\ndate: 2026-13-01\n---\nx\n", `lead/a.md:3:7: cannot read the date "2026-13-01" (write it like 2026-06-02, or 2026-06-02T10:00:00+02:00)`},
		{"date in TOML", "+++\ntitle = 'T'\ndate = 'x'\n+++\nx\n", `lead/a.md:3:1: cannot read the date "x"`},
		{"draft", "---\r\ntitle: T\r\ndraft: perhaps\r\n---\r\nx\r\n", `lead/a.md:3:8: cannot read draft: "perhaps" as yes or no`},
		{"access", "---\ntitle: T\ndate: 2026-06-01\naccess: premium\n---\nx\n", `lead/a.md:4:9: do not know the access "premium", so only the standfirst is given away (write free, metered or registered)`},
		{"language", "---\ntitle: T\ndate: 2026-06-01\nlang: English\n---\nx\n", `lead/a.md:4:7: do not know the language "English"`},
		{"a list", "---\n- a\n- b\n---\nx\n", "lead/a.md:2:1: front matter is not a list of fields"},
		{"hostile text", "---\ntitle: T\ndate: 2026-06-01\n---\nx\n\n" + strings.Repeat(">", 100) + "\n", "lead/a.md:7: more than 64 quotations or lists within each other"},
		{"a title that is a list", "---\ntitle: [a, b]\ndate: 2026-06-01\n---\nx\n", "lead/a.md:2:8: the title must be one line of text (put it in quotation marks if it begins with a bracket or a brace)"},
		{"a title that is a table", "---\ntitle: {{ x }}\ndate: 2026-06-01\n---\n# H\n\nx\n", "lead/a.md:2:8: the title must be one line of text"},
		{"a field twice", "---\ntitle: A\ndate: 2026-06-01\ntitle: B\n---\nx\n", "lead/a.md:4:1: title is written twice, and only this one counts (take one of the two out)"},
		{"draft twice", "---\ntitle: A\ndate: 2026-06-01\ndraft: true\ndraft: false\n---\nx\n", "lead/a.md:5:1: draft is written twice (take one of the two out)"},
		{"nested HTML", "---\ntitle: T\ndate: 2026-06-01\n---\n" + strings.Repeat("<b>", 600) + "\n", "lead/a.md: more than 500 HTML elements within each other"},
		{"ending", "x", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := read(t, folder("a.md", tt.src, "good.md", "---\ntitle: G\ndate: 2026-06-01\n---\nText.\n"), here)
			if tt.want == "" {
				if len(l.Problems) != 0 {
					t.Error(l.Problems)
				}
				return
			}
			if len(l.Problems) != 1 || !strings.HasPrefix(l.Problems[0].Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", l.Problems, tt.want)
			}
			if got := l.Articles[len(l.Articles)-1]; got.Title != "G" {
				t.Error("the file beside it was lost")
			}
		})
	}
}

func TestUnknownAccessLeaksNothing(t *testing.T) {
	for word, want := range map[string]content.Access{
		"free": content.Free, "Metered": content.Metered, "registered": content.Registered,
		"premium": content.Registered, "fre": content.Registered, "[free]": content.Registered, "''": content.Registered, "": content.Free,
	} {
		f := one(t, "a.md", "---\ntitle: T\ndate: 2026-06-01\naccess: "+word+"\n---\nText.\n", here)
		if f.Access != want {
			t.Errorf("access: %s is %s, want %s", word, f.Access, want)
		}
	}
}

// A title of signs only has no slug, and an address without one belongs to
// every article of its day.
// Files of one name in two folders are two articles; a copy is a conflict for
// an editor, and shows as one.
// An article is rendered again when what it links to has moved, and only then.
// denied is a file system with a folder and a file that cannot be read.
func location(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
