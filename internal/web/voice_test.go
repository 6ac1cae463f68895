package web

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

func TestPagesSpeakTheReadersLanguage(t *testing.T) {
	s := newSite(t)
	for _, test := range []struct{ query, wishes, want, vary string }{
		{"", "", `lang="en" dir="ltr"`, "Accept-Language"},
		{"", "de-AT,en;q=0.5", `lang="de" dir="ltr"`, "Accept-Language"},
		{"", "pl, cs", `lang="en" dir="ltr"`, "Accept-Language"},
		{"?lang=ar", "de", `lang="ar" dir="rtl"`, ""},
		{"?lang=en", "de", `lang="en" dir="ltr"`, ""},
		{"?lang=tlh", "fr", `lang="fr" dir="ltr"`, "Accept-Language"},
		{"?lang=" + strings.Repeat("a", 1000), "fr", `lang="fr" dir="ltr"`, "Accept-Language"},
	} {
		for _, path := range []string{"/", "/articles", "/articles/article-1", "/topics/platform", "/events", "/archive", "/feeds", "/editions/" + s.Edition} {
			got := s.get(path+test.query, "Accept-Language", test.wishes)
			if got.code != http.StatusOK || !strings.Contains(got.body, "<html "+test.want) || got.header.Get("Vary") != test.vary {
				t.Errorf("%s%.20s for %q: %d, Vary %q, want %s and Vary %q", path, test.query, test.wishes, got.code, got.header.Get("Vary"), test.want, test.vary)
			}
		}
	}
	if got := s.get("/nothing", "Accept-Language", "de"); !strings.Contains(got.body, "Diese Seite gibt es nicht") {
		t.Errorf("a page that is not there: %s", got.body)
	}
}

// What nobody said the language of is in the publication's, and says so where
// the page is in another.
func TestItemsKeepTheirLanguage(t *testing.T) {
	s := newSite(t)
	for path, want := range map[string]string{
		"/articles?lang=ar":           `<h3 lang="en-GB" dir="ltr"><a href="https://publication.example/article-1">`,
		"/articles/article-1?lang=ar": `<div class="prose" lang="en-GB" dir="ltr">`,
		"/events?lang=ar":             `<h3 lang="en-GB" dir="ltr"><a href="https://events.example/london">`,
		"/articles?lang=de":           `<h3 lang="en-GB"><a href="https://publication.example/article-1">`,
		"/articles":                   `<h3><a href="https://publication.example/article-1">`,
	} {
		if got := s.get(path).body; !strings.Contains(got, want) {
			t.Errorf("%s lacks %s:\n%s", path, want, got)
		}
	}
	if got := s.get("/events?lang=ar").body; !strings.Contains(got, "\u2066") && !strings.Contains(got, `<bdi dir="ltr">`) {
		t.Error("a range of days runs from right to left")
	}
}

// ourLinks are the links of a page to pages of ours.
var ourLinks = regexp.MustCompile(`<a [^>]*href="(/[^"]*)"`)

// There is no cookie: who chose a language takes it along in every link.
func TestLinksKeepTheLanguage(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/articles", "/articles?page=2", "/articles/article-1", "/topics/platform", "/events", "/events/london", "/archive", "/feeds", "/editions/" + s.Edition, "/nothing"} {
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		for _, m := range ourLinks.FindAllStringSubmatch(s.get(path+sign+"lang=de").body, -1) {
			to, err := url.Parse(html.UnescapeString(m[1]))
			s.Must(err)
			if !forPrograms(to.Path) && to.Query().Get("lang") == "" {
				t.Errorf("%s leads to %s, and the language is lost", path, to)
			}
		}
	}
}

// dutch is a message file in which every English message stands between « and
// », so that what is not taken from it can be seen.
func dutch(t *testing.T) fstest.MapFS {
	t.Helper()
	english, err := i18n.Source("en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := yaml.Unmarshal(english, &all); err != nil {
		t.Fatal(err)
	}
	quote(all)
	text, err := yaml.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"nl.yaml": {Data: text}}
}

func quote(group map[string]any) {
	for key, value := range group {
		switch v := value.(type) {
		case map[string]any:
			quote(v)
		case string:
			group[key] = "«" + v + "»"
		}
	}
}

// A user's file adds a language, and every page and letter is in it.
func TestASixthLanguage(t *testing.T) {
	s := newSite(t)
	var problems []i18n.Problem
	s.Catalog, problems = i18n.Load(dutch(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var err error
	s.Templates, err = templates.Load(nil, templates.Theme{}, s.Catalog)
	s.Must(err)
	s.Subscribe(subscribers.ImportRow{Email: "nel@readers.example", Newsletters: []string{"weekly"}, Language: "nl"})
	s.serveAgain()
	for pattern, paths := range s.addresses() {
		for _, path := range paths[:1] {
			got := s.get(path, "Accept-Language", "nl-BE,en;q=0.4")
			personal := strings.Contains(pattern, "{token}") || strings.HasPrefix(pattern, "/mailbox") || strings.HasPrefix(pattern, "/desk")
			if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || personal {
				continue
			}
			if !strings.Contains(got.body, `<html lang="nl" dir="ltr"`) || !strings.Contains(got.body, "«Skip to content»") {
				t.Errorf("%s is not in Dutch:\n%.200s", path, got.body)
			}
			passing := strings.Contains(got.body, `content="noindex"`) // an answer to something, which nobody comes back to
			if !passing && !strings.Contains(got.body, `lang="nl" aria-current="true">«English»<`) {
				t.Errorf("%s does not offer Dutch by its name", path)
			}
		}
	}
	reader, err := s.DB.Subscriber(context.Background(), s.IDs["nel@readers.example"])
	s.Must(err)
	for _, path := range []string{"/preferences/" + s.Tokens.Preferences(reader.ID, "weekly"), "/unsubscribe/" + s.Tokens.Leave(reader.ID, "weekly")} {
		if got := s.get(path); !strings.Contains(got.body, `<html lang="nl"`) || !strings.Contains(got.body, "<h1>«") {
			t.Errorf("a reader's own page is not in Dutch:\n%.300s", got.body)
		}
	}
	l := digest.Letter{
		Publication: s.Publication, Newsletter: s.Newsletters[0], Words: s.Words(s.Catalog.For("nl")),
		Entries: s.Shelf.now().articles[:2], Why: "Why.", Preferences: "https://news.example/p", Unsubscribe: "https://news.example/u",
	}
	html, text, err := s.Templates.Digest(l.View())
	s.Must(err)
	for _, want := range []string{`lang="nl"`, "«Unsubscribe»", "«By Ada Writer»"} {
		if !strings.Contains(html, want) {
			t.Errorf("the letter lacks %s", want)
		}
	}
	if !strings.Contains(text, "«Unsubscribe»") {
		t.Errorf("the plain letter is not in Dutch:\n%s", text)
	}
}
