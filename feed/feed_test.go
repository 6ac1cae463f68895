package feed

import (
	"bytes"
	"encoding/json"
	"flag"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mmcdole/gofeed"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed/lint"
)

var update = flag.Bool("update", false, "write the goldens anew")

// now is when the tests pretend to look at the feeds.
var now = at("2026-07-01T00:00:00Z")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func write(t *testing.T, f *Feed, format Format) []byte {
	t.Helper()
	b, err := f.Write(format)
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b
}

func spotless(t *testing.T, format Format, doc []byte) {
	t.Helper()
	for _, f := range lint.Check(string(format), doc, now) {
		t.Errorf("%s: %v", format, f)
	}
}

func TestGoldens(t *testing.T) {
	all := Articles(lead, Scope{}, articles(), Options{FullText: true})
	for _, format := range all.Formats() {
		doc := write(t, all, format)
		spotless(t, format, doc)
		golden(t, "articles."+string(format), doc)
	}
	diary := Events(lead, Scope{Title: "Events"}, events(), Options{})
	for _, format := range diary.Formats() {
		doc := write(t, diary, format)
		spotless(t, format, doc)
		golden(t, "events."+string(format), doc)
	}
	list, err := WriteOPML(lead, []Outline{all.Outline(RSS), {Title: "Events", Feeds: []Outline{diary.Outline(RSS)}}})
	if err != nil {
		t.Fatal(err)
	}
	spotless(t, OPML, list)
	golden(t, "feeds.opml", list)
}

// seen is what a reader makes of an item.
type seen struct {
	ID, Link, Title, Summary, Content string
	Published, Updated                time.Time
	Authors, Categories               []string
	Image                             string
}

func read(t *testing.T, format Format, doc []byte) []seen {
	t.Helper()
	f, err := gofeed.NewParser().Parse(bytes.NewReader(doc))
	if err != nil {
		t.Fatalf("%s: gofeed: %v", format, err)
	}
	var items []seen
	for _, it := range f.Items {
		s := seen{ID: it.GUID, Link: it.Link, Title: it.Title, Summary: it.Description, Content: it.Content, Categories: it.Categories}
		if it.PublishedParsed != nil {
			s.Published = it.PublishedParsed.UTC()
		}
		if it.UpdatedParsed != nil {
			s.Updated = it.UpdatedParsed.UTC().Truncate(time.Second)
		}
		for _, a := range it.Authors {
			if a != nil {
				s.Authors = append(s.Authors, strings.Split(a.Name, ", ")...)
			}
		}
		if it.Image != nil {
			s.Image = it.Image.URL
		}
		if format == RSS { // where a description is HTML
			s.Summary = html.UnescapeString(s.Summary)
		}
		items = append(items, s)
	}
	return items
}

// TestReadersSeeTheSame: whatever format a reader takes, it shows what we
// published.
func TestReadersSeeTheSame(t *testing.T) {
	f := Articles(lead, Scope{}, articles(), Options{FullText: true})
	var want []seen
	for _, it := range f.Items {
		s := seen{ID: it.ID, Link: it.URL, Title: it.Title, Summary: it.Summary, Content: it.Content,
			Published: it.Published, Updated: it.Updated, Categories: it.Categories, Image: it.Image.URL}
		for _, a := range it.Authors {
			s.Authors = append(s.Authors, a.Name)
		}
		want = append(want, s)
	}
	for _, format := range []Format{RSS, Atom, JSON} {
		got := read(t, format, write(t, f, format))
		for i := range got {
			got[i].strip(format, want[i])
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

// strip takes out where gofeed's reading differs by design: a JSON item
// without HTML shows its text, an Atom entry without a byline has the feed's
// author, and pictures are only looked for in some formats.
func (s *seen) strip(format Format, want seen) {
	if format == JSON && want.Content == "" && s.Content == want.Summary {
		s.Content = ""
	}
	if format == Atom && len(want.Authors) == 0 && cmp.Equal(s.Authors, []string{lead.Title}) {
		s.Authors = nil
	}
	if s.Image == "" || want.Image == "" {
		s.Image = want.Image
	}
}

// TestSelf: every format says where it is, and all carry one id.
func TestSelf(t *testing.T) {
	f := Articles(lead, Scope{Topic: "careers"}, articles(), Options{})
	if f.Title != "The Example Lead: Careers" {
		t.Errorf("title %q, want it spelled as in the articles", f.Title)
	}
	want := "https://news.example.com:8443/topics/careers/feed."
	for _, format := range f.Formats() {
		if f.Self(format) != want+string(format) {
			t.Errorf("self %s, want %s%s", f.Self(format), want, format)
		}
		if !bytes.Contains(write(t, f, format), []byte(want+string(format))) {
			t.Errorf("%s does not hold its own address", format)
		}
	}
	var atom struct {
		ID string `json:"feed_url"`
	}
	if err := json.Unmarshal(write(t, f, JSON), &atom); err != nil || atom.ID != want+"json" {
		t.Errorf("feed_url %q, %v", atom.ID, err)
	}
}

func TestUnknownFormat(t *testing.T) {
	f := Articles(lead, Scope{}, nil, Options{})
	if _, err := f.Write(ICS); err == nil || err.Error() != "feed: no form ics" {
		t.Errorf("articles as a calendar: %v", err)
	}
}

// TestEmpty: a publication that has just begun has valid feeds.
func TestEmpty(t *testing.T) {
	for _, pub := range []Publication{lead, {}, {URL: "http://localhost:8080"}} {
		if pub.URL == "" {
			pub.URL = "http://localhost:8080"
		}
		for _, f := range []*Feed{Articles(pub, Scope{}, nil, Options{}), Events(pub, Scope{City: "Berlin"}, nil, Options{})} {
			for _, format := range f.Formats() {
				spotless(t, format, write(t, f, format))
			}
		}
	}
}

// TestStableIDs: what may change about an article or the server does not
// change an id.
func TestStableIDs(t *testing.T) {
	before := Articles(lead, Scope{}, articles(), Options{})
	moved := lead
	moved.URL = "http://10.0.0.7:9999/blog"
	entries := articles()
	for i := range entries {
		entries[i].Article.Title += "!"
		entries[i].Article.Slug += "-2"
		entries[i].Article.URL = "https://elsewhere.example/" + entries[i].Article.Slug
		entries[i].Article.Published = entries[i].Article.Published.AddDate(0, 1, 0)
	}
	after := Articles(moved, Scope{}, entries, Options{})
	if before.ID != after.ID {
		t.Errorf("feed id %s became %s", before.ID, after.ID)
	}
	for i := range before.Items {
		if before.Items[i].ID != after.Items[i].ID {
			t.Errorf("id %s became %s", before.Items[i].ID, after.Items[i].ID)
		}
	}
}

// TestAccess: what is not open is not given away, in no format.
func TestAccess(t *testing.T) {
	for _, access := range []content.Access{content.Metered, content.Registered, "", "fre"} {
		e := entry(1, content.Article{ID: "a", Title: "Pay", Body: "<p>secret numbers</p>", Access: access})
		f := Articles(lead, Scope{}, []content.Entry{e}, Options{FullText: true})
		for _, format := range f.Formats() {
			doc := write(t, f, format)
			spotless(t, format, doc)
			if bytes.Contains(doc, []byte("secret")) {
				t.Errorf("access %q: the body is in %s", access, format)
			}
		}
	}
	for _, full := range []bool{true, false} {
		e := entry(1, content.Article{ID: "a", Title: "Pay", Standfirst: "Short", Body: "<p>open numbers</p>", Access: content.Free})
		f := Articles(lead, Scope{}, []content.Entry{e}, Options{FullText: full})
		if got := bytes.Contains(write(t, f, RSS), []byte("open numbers")); got != full {
			t.Errorf("full text %v: body given %v", full, got)
		}
	}
}
