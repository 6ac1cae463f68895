package digest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// wire is a store of one version.
type wire struct {
	digest.PressStore
	entries []content.Entry
}

func (w wire) ContentStamp(context.Context) (string, error) { return "", nil }

func (w wire) EditionChanges(context.Context, string) (*digest.Changes, error) {
	return &digest.Changes{}, nil
}

func (w wire) EntriesByNumber(_ context.Context, numbers []int64) (found []content.Entry, err error) {
	for _, e := range w.entries {
		for _, n := range numbers {
			if e.N == n {
				found = append(found, e)
			}
		}
	}
	return found, nil
}

func (w wire) Version(context.Context, string, int) (*digest.Version, error) {
	v := &digest.Version{Edition: "dates/1", N: 1}
	for _, e := range w.entries {
		v.Items = append(v.Items, digest.Item{N: e.N, Kind: e.Kind})
	}
	return v, nil
}

func (wire) Coming(context.Context, time.Time) ([]content.Event, error) {
	return []content.Event{{ID: "coming", Name: "Of the strip", Days: days("2031-09-01"), Zone: "UTC", Status: content.Confirmed}}, nil
}

func days(s string) content.Span {
	d, err := content.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return content.Span{First: d, Last: d}
}

// What a newsletter attaches are the events that the letter has news of: not
// those of the strip, and each once.
func TestCalendarOfLetter(t *testing.T) {
	now := time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)
	event := func(id string, status content.Status) *content.Event {
		return &content.Event{ID: id, Slug: id, Name: "Conference " + id, City: "London", Days: days("2031-06-02"), Zone: "UTC", Status: status, Announced: now, Changed: now}
	}
	reminder := func(n int64, id string) content.Entry {
		return content.Entry{Release: content.Release{N: n, Kind: content.KindReminder, Item: id, Rule: "42d", At: now}, Event: event(id, content.Confirmed)}
	}
	cancelled := content.Entry{Release: content.Release{N: 7, Kind: content.KindNotice, Item: "c", Rule: content.RuleCancelled, At: now}, Event: event("c", content.Cancelled)}
	article := content.Entry{Release: content.Release{N: 9, Kind: content.KindArticle, Item: "art", At: now}, State: content.Public, Latest: true, Article: &content.Article{
		ID: "art", Title: "An article", Slug: "art", URL: "https://example.com/art", Access: content.Free, Published: now,
	}}
	ids := func(events []content.Event) []byte {
		var all []string
		for _, e := range events {
			all = append(all, e.ID)
		}
		return []byte(strings.Join(all, " "))
	}
	for name, tc := range map[string]struct {
		entries []content.Entry
		links   bool
		write   func([]content.Event) []byte
		want    mailer.Calendar
	}{
		"one":          {[]content.Entry{article, reminder(1, "a")}, false, ids, mailer.Calendar{Name: "event.ics", Text: "a"}},
		"several":      {[]content.Entry{reminder(1, "b"), reminder(2, "a"), cancelled, reminder(8, "b")}, false, ids, mailer.Calendar{Name: "dates.ics", Text: "b a c"}},
		"articles":     {[]content.Entry{article}, false, ids, mailer.Calendar{}},
		"links":        {[]content.Entry{reminder(1, "a")}, true, ids, mailer.Calendar{}},
		"none written": {[]content.Entry{reminder(1, "a")}, false, func([]content.Event) []byte { return nil }, mailer.Calendar{}},
		"no writer":    {[]content.Entry{reminder(1, "a")}, false, nil, mailer.Calendar{}},
	} {
		t.Run(name, func(t *testing.T) {
			n := newsletter(t, "dates", "0 8 * * *", "UTC")
			n.Title, n.Attach = "Dates", !tc.links
			p := pressOf(t, wire{entries: tc.entries}, n)
			p.Calendar = tc.write
			m, err := p.Master(t.Context(), "dates/1", 1, now)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, m.Calendar); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			v, _ := p.Store.Version(t.Context(), "dates/1", 1)
			seen, err := p.Preview(t.Context(), &digest.Plan{}, v, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, seen.Calendar); d != "" {
				t.Errorf("preview (-want +got)\n%s", d)
			}
		})
	}
}
