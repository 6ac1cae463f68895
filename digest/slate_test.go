package digest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func day(s string) content.Date {
	d, err := content.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// article returns a release of an article that was published n hours before
// noon and released just then.
func article(n int64, topics ...string) content.Entry {
	id := string(rune('a' + n - 1))
	return content.Entry{
		Release: content.Release{N: n, Kind: content.KindArticle, Item: id, At: noon.Add(-time.Hour)},
		Article: &content.Article{ID: id, Topics: topics, Published: noon.Add(time.Duration(n) * time.Minute)},
		State:   content.Public, Latest: true,
	}
}

func baseline(n int64, topics ...string) content.Entry {
	e := article(n, topics...)
	e.Baseline, e.At = true, noon.AddDate(-1, 0, 0)
	return e
}

// remind returns a reminder of an event that begins on first.
func remind(n int64, event, rule, first, city string) content.Entry {
	days := content.Span{First: day(first), Last: day(first).AddDays(1)}
	return content.Entry{
		Release: content.Release{N: n, Kind: content.KindReminder, Item: event, Rule: rule, Days: days, At: noon.Add(-time.Hour)},
		Event:   &content.Event{ID: event, City: city, Days: days, Zone: "Europe/London", Status: content.Confirmed},
	}
}

func pinned(e *content.Entry) { e.Pinned = true }
func quiet(e *content.Entry)  { e.NotInLetters = true }

func notice(n int64, event, rule, first string) content.Entry {
	e := remind(n, event, rule, first, "London")
	e.Kind = content.KindNotice
	if rule == content.RuleCancelled {
		e.Event.Status = content.Cancelled
	}
	return e
}

func with(e content.Entry, change func(*content.Entry)) content.Entry {
	change(&e)
	return e
}

func TestSelect(t *testing.T) {
	all := []content.Kind{content.KindArticle, content.KindReminder, content.KindNotice}
	tests := []struct {
		name       string
		newsletter Newsletter
		entries    []content.Entry
		upto       int64 // BaselineUpto
		offered    int64 // OfferedUpto
		reader     Reader
		want       string // the items: kind letter, event or article ID, rule
		why        string // the reasons of what was passed over
	}{
		{name: "nothing on the wire"},
		{name: "everything after the bookmark, newest first",
			entries: []content.Entry{article(1), article(2), article(3)}, reader: Reader{Bookmark: 1}, want: "a:c a:b"},
		{name: "pinned before all others, the newest of them first",
			entries: []content.Entry{with(article(1), pinned), with(article(2), pinned), article(3)}, want: "a:b a:a a:c"},
		{name: "what is pinned is among the first of the baseline", newsletter: Newsletter{First: 1}, upto: 9,
			entries: []content.Entry{with(baseline(1), pinned), baseline(2)}, want: "a:a", why: "was there before us"},
		{name: "nobody is reminded of an event that is not in letters, but told of its end",
			entries: []content.Entry{with(remind(1, "ldn", "42d", "2027-01-05", "London"), quiet), with(notice(2, "nyc", content.RuleCancelled, "2026-12-05"), quiet)},
			reader:  Reader{Told: map[string]bool{"nyc": true}}, want: "n:nyc/cancelled", why: "not in letters"},
		{name: "all seen", entries: []content.Entry{article(1), article(2)}, reader: Reader{Bookmark: 2}},
		{name: "a back-dated article is as new as any", entries: []content.Entry{article(1), with(article(2), func(e *content.Entry) { e.Article.Published = noon.AddDate(-9, 0, 0) })}, want: "a:a a:b"},
		{name: "topics: any one of the article's", entries: []content.Entry{article(1, "Platform", "Culture"), article(2, "Careers")}, reader: Reader{Topics: []string{"culture "}}, want: "a:a", why: "outside the reader's topics"},
		{name: "an article without topics goes to everyone", entries: []content.Entry{article(1)}, reader: Reader{Topics: []string{"Culture"}}, want: "a:a"},
		{name: "a reader without topics wants all", entries: []content.Entry{article(1, "Platform")}, want: "a:a"},
		{name: "the newsletter narrows first", newsletter: Newsletter{Topics: []string{"Platform"}}, entries: []content.Entry{article(1, "Platform"), article(2, "Culture")}, want: "a:a", why: "outside the newsletter's topics"},
		{name: "the newsletter carries no such thing", newsletter: Newsletter{Items: []content.Kind{content.KindReminder}}, entries: []content.Entry{article(1)}, why: "the newsletter carries no articles"},
		{name: "withdrawn", entries: []content.Entry{with(article(1), func(e *content.Entry) { e.State = content.Withdrawn })}, why: "withdrawn"},
		{name: "withdrawn and back", entries: []content.Entry{with(article(1), func(e *content.Entry) { e.WithdrawnSince = 5 })}, why: "was withdrawn; release it again to bring it back to letters"},
		{name: "only the newest release of an article", entries: []content.Entry{with(article(1), func(e *content.Entry) { e.Latest = false }), with(article(2), func(e *content.Entry) { e.Item, e.Revision = "a", 1 })}, want: "a:a", why: "released again later"},
		{name: "not in letters", entries: []content.Entry{with(article(1), func(e *content.Entry) { e.NotInLetters = true })}, why: "not in letters"},

		{name: "newest bounds the age of what was on offer before", newsletter: Newsletter{Newest: 30 * 24 * time.Hour}, offered: 1, entries: []content.Entry{with(article(1), func(e *content.Entry) { e.At = noon.AddDate(0, 0, -31) }), article(2)}, want: "a:b", why: "released too long ago"},
		{name: "newest does not touch what nobody could have had", newsletter: Newsletter{Newest: 30 * 24 * time.Hour}, entries: []content.Entry{with(article(1), func(e *content.Entry) { e.At = noon.AddDate(0, 0, -31) })}, want: "a:a"},
		{name: "the first edition: first of the baseline, newest kept, age no matter",
			newsletter: Newsletter{First: 2, Newest: 30 * 24 * time.Hour}, upto: 9, entries: []content.Entry{baseline(1), baseline(2), baseline(3), article(4)}, want: "a:d a:c a:b", why: "was there before us"},
		{name: "first counts after the reader's topics", newsletter: Newsletter{First: 1}, upto: 9, entries: []content.Entry{baseline(1, "A"), baseline(2, "B")}, reader: Reader{Topics: []string{"A"}}, want: "a:a", why: "outside the reader's topics"},
		{name: "a later source's baseline is never in an edition", newsletter: Newsletter{First: 5}, upto: 1, entries: []content.Entry{baseline(1), baseline(2)}, want: "a:a", why: "was there before us"},

		{name: "reminder in the reader's city", entries: []content.Entry{remind(1, "ldn", "42d", "2027-01-05", "London"), remind(2, "nyc", "42d", "2027-01-05", "New York")}, reader: Reader{Cities: []string{"london"}}, want: "r:ldn/42d", why: "outside the reader's cities"},
		{name: "online is everywhere", entries: []content.Entry{with(remind(1, "web", "42d", "2027-01-05", "London"), func(e *content.Entry) { e.Event.Online = true })}, reader: Reader{Cities: []string{"Berlin"}}, want: "r:web/42d"},
		{name: "an event's topics count too", entries: []content.Entry{with(remind(1, "ldn", "42d", "2027-01-05", "London"), func(e *content.Entry) { e.Event.Topics = []string{"Platform"} })}, reader: Reader{Topics: []string{"Culture"}}, why: "outside the reader's topics"},
		{name: "one reminder of an event, the latest due", entries: []content.Entry{remind(1, "ldn", "42d", "2026-12-05", "London"), remind(2, "ldn", "14d", "2026-12-05", "London")}, want: "r:ldn/14d", why: "a later reminder of the event is there"},
		{name: "the event has begun", entries: []content.Entry{remind(1, "ldn", "2d", "2026-11-24", "London")}, why: "event has begun"},
		{name: "the event was moved since: worded by its new days", entries: []content.Entry{with(remind(1, "ldn", "2d", "2026-12-05", "London"), func(e *content.Entry) { e.Event.Days.First = day("2026-12-09") })}, want: "r:ldn/2d"},
		{name: "cancelled since", entries: []content.Entry{with(remind(1, "ldn", "2d", "2026-12-05", "London"), func(e *content.Entry) { e.Event.Status = content.Cancelled })}, why: "event cancelled"},
		{name: "another newsletter's early reminder", newsletter: Newsletter{Name: "weekly"}, entries: []content.Entry{with(remind(1, "ldn", "2d", "2026-12-05", "London"), func(e *content.Entry) { e.Newsletter = "daily" })}},
		{name: "given early, not given again", newsletter: Newsletter{Name: "weekly"}, reader: Reader{Bookmark: 1, Told: map[string]bool{"ldn": true}},
			entries: []content.Entry{with(remind(1, "ldn", "2d", "2026-12-05", "London"), func(e *content.Entry) { e.Newsletter = "weekly" }), remind(2, "ldn", "2d", "2026-12-05", "London")}, why: "was given early"},
		{name: "given early to others, before this reader came", newsletter: Newsletter{Name: "weekly"}, reader: Reader{Bookmark: 1},
			entries: []content.Entry{with(remind(1, "ldn", "2d", "2026-12-05", "London"), func(e *content.Entry) { e.Newsletter = "weekly" }), remind(2, "ldn", "2d", "2026-12-05", "London")}, want: "r:ldn/2d"},
		{name: "early and due both open: one", newsletter: Newsletter{Name: "weekly"},
			entries: []content.Entry{with(remind(1, "ldn", "2d", "2026-12-05", "London"), func(e *content.Entry) { e.Newsletter = "weekly" }), remind(2, "ldn", "2d", "2026-12-05", "London")}, want: "r:ldn/2d", why: "a later reminder of the event is there"},

		{name: "a notice goes to who was told", entries: []content.Entry{notice(1, "ldn", content.RuleCancelled, "2026-12-05")}, reader: Reader{Told: map[string]bool{"ldn": true}, Cities: []string{"Berlin"}}, want: "n:ldn/cancelled"},
		{name: "and to nobody else", entries: []content.Entry{notice(1, "ldn", content.RuleCancelled, "2026-12-05")}, why: "was told nothing about this event"},
		{name: "moved again: only the last notice", entries: []content.Entry{with(notice(1, "ldn", content.RuleMoved, "2026-12-05"), func(e *content.Entry) {
			e.Event.Days = content.Span{First: day("2026-12-09"), Last: day("2026-12-10")}
		}), notice(2, "ldn", content.RuleMoved, "2026-12-09")}, reader: Reader{Told: map[string]bool{"ldn": true}}, want: "n:ldn/moved", why: "moved again"},
		{name: "moved to other days, then to another city: one notice", entries: []content.Entry{notice(1, "ldn", content.RuleMoved, "2026-12-05"), notice(2, "ldn", content.RuleMoved, "2026-12-05")},
			reader: Reader{Told: map[string]bool{"ldn": true}}, want: "n:ldn/moved", why: "a later notice of the event is there"},
		{name: "the order of a letter", entries: []content.Entry{article(1), remind(2, "ber", "42d", "2027-01-06", "Berlin"), remind(3, "ldn", "42d", "2027-01-05", "London"), notice(4, "nyc", content.RuleCancelled, "2026-12-05")},
			reader: Reader{Told: map[string]bool{"nyc": true}}, want: "n:nyc/cancelled r:ldn/42d r:ber/42d a:a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := tt.newsletter
			if n.Items == nil {
				n.Items = all
			}
			s := NewSlate(Offering{Newsletter: &n, Entries: tt.entries, BaselineUpto: tt.upto, OfferedUpto: tt.offered, At: noon})
			for range 2 { // the second answer comes from memory
				if diff := cmp.Diff(tt.want, words(s.Select(&tt.reader))); diff != "" {
					t.Errorf("items (-want +got):\n%s", diff)
				}
			}
			var why []string
			for _, p := range s.Why(&tt.reader) {
				if len(why) == 0 || why[len(why)-1] != p.Why {
					why = append(why, p.Why)
				}
			}
			if diff := cmp.Diff(tt.why, strings.Join(why, "; ")); diff != "" {
				t.Errorf("passed over (-want +got):\n%s", diff)
			}
		})
	}
}

func words(items []Item) string {
	var w []string
	for _, i := range items {
		s := string(i.Kind[0]) + ":" + i.ID
		if i.Rule != "" {
			s += "/" + i.Rule
		}
		w = append(w, s)
	}
	return strings.Join(w, " ")
}

// Readers who differ in anything that matters are never answered from each
// other's memory.
func TestSelectMemory(t *testing.T) {
	n := &Newsletter{Items: []content.Kind{content.KindArticle, content.KindReminder, content.KindNotice}}
	s := NewSlate(Offering{Newsletter: n, At: noon, Entries: []content.Entry{
		article(1, "A"), article(2, "B"), remind(3, "ldn", "42d", "2027-01-05", "London"), notice(4, "nyc", content.RuleCancelled, "2026-12-05"),
	}})
	readers := map[string]Reader{
		"n:nyc/cancelled r:ldn/42d a:b a:a": {Told: map[string]bool{"nyc": true}},
		"r:ldn/42d a:b a:a":                 {},
		"r:ldn/42d a:b":                     {Bookmark: 1},
		"r:ldn/42d a:a":                     {Topics: []string{"a"}},
		"a:b a:a":                           {Cities: []string{"Berlin"}},
		"":                                  {Bookmark: 4},
	}
	for range 2 {
		for want, r := range readers {
			if got := words(s.Select(&r)); got != want {
				t.Errorf("%+v: got %q, want %q", r, got, want)
			}
		}
	}
}
