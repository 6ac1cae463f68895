package feed

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

func ids(f *Feed) []string {
	var out []string
	for _, it := range f.Items {
		out = append(out, it.ID[len("tag:example.com,2026:article/"):])
	}
	return out
}

func TestSelection(t *testing.T) {
	article := func(n int64, id string, change func(*content.Entry)) content.Entry {
		e := entry(n, content.Article{ID: id, Title: id, Topics: []string{"Platform Engineering"}, Authors: []content.Author{{Name: "Ann Writer"}}})
		if change != nil {
			change(&e)
		}
		return e
	}
	set := func(s content.State) func(*content.Entry) { return func(e *content.Entry) { e.State = s } }

	for _, c := range []struct {
		name    string
		scope   Scope
		opt     Options
		entries []content.Entry
		want    []string
	}{
		{name: "the newest release first", entries: []content.Entry{article(1, "a", nil), article(3, "c", nil), article(2, "b", nil)}, want: []string{"c", "b", "a"}},
		{name: "a back-dated article appears, and first", opt: Options{Items: 2}, entries: []content.Entry{
			article(1, "a", nil), article(2, "b", nil),
			article(3, "old", func(e *content.Entry) { e.Article.Published = at("2001-01-01T00:00:00Z") }),
		}, want: []string{"old", "b"}},
		{name: "released again: once, at its new place", entries: []content.Entry{
			article(1, "a", nil), article(2, "b", nil), article(3, "a", func(e *content.Entry) { e.Revision = 1 }),
		}, want: []string{"a", "b"}},
		{name: "only public ones", entries: []content.Entry{
			article(1, "a", nil), article(2, "b", set(content.Withdrawn)), article(3, "c", set(content.Held)),
			article(4, "d", set(content.Settling)), article(5, "e", set(content.Scheduled)), article(6, "f", set("")),
		}, want: []string{"a"}},
		{name: "the baseline, and what is not in letters", entries: []content.Entry{
			article(1, "a", func(e *content.Entry) { e.Baseline = true }), article(2, "b", func(e *content.Entry) { e.NotInLetters = true }),
		}, want: []string{"b", "a"}},
		{name: "no reminders", entries: []content.Entry{article(1, "a", nil), {Release: content.Release{N: 2, Kind: content.KindReminder}, Event: &events()[0]}}, want: []string{"a"}},
		{name: "a topic, however it is written", scope: Scope{Topic: "platform-engineering"}, entries: []content.Entry{
			article(1, "a", nil), article(2, "b", func(e *content.Entry) { e.Article.Topics = []string{"platform  ENGINEERING"} }),
			article(3, "c", func(e *content.Entry) { e.Article.Topics = []string{"platform"} }), article(4, "d", func(e *content.Entry) { e.Article.Topics = nil }),
		}, want: []string{"b", "a"}},
		{name: "an author", scope: Scope{Author: "Ann Writer"}, entries: []content.Entry{
			article(1, "a", nil), article(2, "b", func(e *content.Entry) { e.Article.Authors = []content.Author{{Name: "Bob"}} }),
		}, want: []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ids(Articles(lead, c.scope, c.entries, c.opt))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestThirtyItems(t *testing.T) {
	var entries []content.Entry
	for n := range int64(40) {
		entries = append(entries, entry(n+1, content.Article{ID: fmt.Sprint(n), Title: "x"}))
	}
	if got := len(Articles(lead, Scope{}, entries, Options{}).Items); got != 30 {
		t.Errorf("%d items, want 30", got)
	}
	slices.Reverse(entries)
	if got := Articles(lead, Scope{}, entries, Options{Items: 1}).Items[0].ID; got != "tag:example.com,2026:article/39" {
		t.Errorf("first is %s", got)
	}
}

func TestDates(t *testing.T) {
	const released = "2026-06-01T12:00:00Z"
	for _, c := range []struct {
		name                       string
		published, edited, changed string
		revision                   int
		wantPublished, wantUpdated string
	}{
		{"its own", "2026-05-30T08:00:00Z", "", "", 0, "2026-05-30T08:00:00Z", "2026-05-30T08:00:00Z"},
		{"dated back", "2019-03-01T00:00:00Z", "", "", 0, "2019-03-01T00:00:00Z", "2019-03-01T00:00:00Z"},
		{"edited, says the source", "2026-05-30T08:00:00Z", "2026-06-05T08:00:00Z", "", 0, "2026-05-30T08:00:00Z", "2026-06-05T08:00:00Z"},
		{"edited, as we saw", "2026-05-30T08:00:00Z", "", "2026-06-07T08:00:00Z", 0, "2026-05-30T08:00:00Z", "2026-06-07T08:00:00Z"},
		{"seen before it was released", "2026-05-30T08:00:00Z", "", "2026-06-01T11:58:00Z", 0, "2026-05-30T08:00:00Z", "2026-05-30T08:00:00Z"},
		{"edited before it was published", "2026-05-30T08:00:00Z", "2026-05-01T08:00:00Z", "", 0, "2026-05-30T08:00:00Z", "2026-05-30T08:00:00Z"},
		{"an edit from the future", "2026-05-30T08:00:00Z", "2030-01-01T00:00:00Z", "2026-06-07T08:00:00Z", 0, "2026-05-30T08:00:00Z", "2026-06-07T08:00:00Z"},
		{"released again", "2026-05-30T08:00:00Z", "", "", 1, "2026-05-30T08:00:00Z", released},
		{"none", "", "", "", 0, released, released},
		{"from the future", "2036-05-30T08:00:00Z", "", "", 0, released, released},
		{"before there were feeds", "1912-06-23T00:00:00Z", "", "", 0, released, released},
		{"five digits", "+", "", "", 0, released, released},
		{"another zone, fractions", "2026-05-30T08:00:00.75+02:00", "", "", 0, "2026-05-30T06:00:00Z", "2026-05-30T06:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parse := func(s string) time.Time {
				switch s {
				case "":
					return time.Time{}
				case "+":
					return time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
				}
				return at(s)
			}
			e := entry(1, content.Article{ID: "a", Published: parse(c.published), Updated: parse(c.edited), Changed: parse(c.changed)})
			e.At, e.Revision = at(released), c.revision
			published, updated := lead.dates(&e)
			got := [2]string{published.Format(time.RFC3339), updated.Format(time.RFC3339)}
			if want := [2]string{c.wantPublished, c.wantUpdated}; got != want {
				t.Errorf("published, updated %v, want %v", got, want)
			}
		})
	}
}

// TestEditMovesTheFeed: a reader that looks at the feed's date alone sees
// every edit.
func TestEditMovesTheFeed(t *testing.T) {
	entries := articles()
	before := Articles(lead, Scope{}, entries, Options{}).Updated
	entries[0].Article.Changed = before.Add(time.Second)
	if after := Articles(lead, Scope{}, entries, Options{}).Updated; !after.After(before) {
		t.Errorf("updated stays %v", after)
	}
}

func TestFallbacks(t *testing.T) {
	for _, c := range []struct {
		name           string
		article        content.Article
		title, summary string
	}{
		{"both", content.Article{Title: "T", Standfirst: "S"}, "T", "S"},
		{"no standfirst", content.Article{Title: "T", Body: "<p>One <b>two</b></p><p>three.</p>", Access: content.Free}, "T", "One two three."},
		{"no standfirst, not open", content.Article{Title: "T", Body: "<p>One</p>", Access: content.Metered}, "T", "T"},
		{"no title", content.Article{Standfirst: "A short one."}, "A short one.", "A short one."},
		{"nothing", content.Article{Title: " \u0000", Body: "<p></p>", Access: content.Free}, "2026-06-01", "2026-06-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.article.ID = "a"
			it := Articles(lead, Scope{}, []content.Entry{entry(1, c.article)}, Options{FullText: true}).Items[0]
			if it.Title != c.title || it.Summary != c.summary {
				t.Errorf("title %q, summary %q, want %q, %q", it.Title, it.Summary, c.title, c.summary)
			}
		})
	}
}

// A back-dated article is news: who asks by date must hear of it.
func TestReleaseMovesTheFeed(t *testing.T) {
	out := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	f := Articles(Publication{Title: "P", URL: "https://example.com"}, Scope{}, []content.Entry{{
		Release: content.Release{N: 1, Kind: content.KindArticle, Item: "a", At: out},
		Article: &content.Article{ID: "a", Slug: "a", URL: "https://example.com/a", Title: "A", Access: content.Free, Published: out.AddDate(-6, 0, 0)},
		State:   content.Public, Latest: true,
	}}, Options{})
	if !f.Updated.Equal(out) || !f.Items[0].Updated.Equal(out.AddDate(-6, 0, 0)) {
		t.Errorf("feed updated %v, item %v", f.Updated, f.Items[0].Updated)
	}
}
