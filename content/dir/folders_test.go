package dir

import (
	"strings"
	"testing"

	"github.com/standfirst/standfirst/content"
)

// Two folders without a site of their own stand on our server. Files of one
// name in them are two articles, unless they are copies of each other; an
// address of a site of their own means the same article in both.
func TestFilesOfOneNameInTwoFolders(t *testing.T) {
	file := func(text string) string { return "---\ntitle: Hello\ndate: 2026-06-02\n---\n" + text + "\n" }
	for name, tt := range map[string]struct {
		base, second string
		want         string // addresses of what the second folder adds
	}{
		"two":              {second: "Another text.", want: "https://lead.example/articles/hello-2"},
		"a copy":           {second: "A text."},
		"one site of both": {base: "https://blog.example", second: "Another text."},
	} {
		one, two := here, here
		two.Name = "dir:two"
		one.BaseURL, two.BaseURL = tt.base, tt.base
		first := content.Reconcile(&content.Known{Source: one.Name}, read(t, folder("hello.md", file("A text.")), one), content.Rules{}, noon)
		if len(first.Articles) != 1 || first.Articles[0].Slug != "hello" {
			t.Fatalf("%s: the first folder gives %+v", name, first.Articles)
		}
		c := first.Articles[0]
		known := &content.Known{
			Source: two.Name, Synced: true, Slugs: map[string]bool{c.Slug: true}, Keys: make(map[content.Key]string),
			Articles: map[string]*content.KnownArticle{c.ID: {
				ID: c.ID, Source: c.Source, Slug: c.Slug, State: c.State, Hash: c.Hash, Title: c.Title, Day: content.DateOf(c.Published), Since: c.Since,
			}},
		}
		for _, k := range c.Keys {
			known.Keys[k] = c.ID
		}
		plan := content.Reconcile(known, read(t, folder("hello.md", file(tt.second)), two), content.Rules{}, noon)
		var got []string
		for _, c := range plan.Articles {
			got = append(got, c.URL)
		}
		if strings.Join(got, " ") != tt.want || len(plan.Held) != 0 || len(plan.Releases) != len(got) {
			t.Errorf("%s: %v, %d releases, held %v, want %s", name, got, len(plan.Releases), plan.Held, tt.want)
		}
	}
}
