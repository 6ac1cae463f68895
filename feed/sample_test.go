package feed

import (
	"time"

	"github.com/standfirst/standfirst/content"
)

var lead = Publication{
	Title:       "The Example Lead",
	Description: "For people who lead people who build.",
	URL:         "https://news.example.com:8443",
	Language:    "en-GB",
	Domain:      "example.com",
	Icon:        "https://news.example.com/icon.png",
	Logo:        "https://news.example.com/logo.png",
	Stylesheet:  "https://news.example.com/feed.css",
	Hubs:        []string{"https://hub.example.com/"},
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func entry(n int64, a content.Article) content.Entry {
	return content.Entry{
		Release: content.Release{N: n, Kind: content.KindArticle, Item: a.ID, At: at("2026-06-01T08:00:00Z").Add(time.Duration(n) * time.Hour)},
		Article: &a,
		State:   content.Public,
		Latest:  true,
	}
}

// articles are three articles as a good source gives them: one open, one dated
// back and edited, one for registered readers.
func articles() []content.Entry {
	return []content.Entry{
		entry(1, content.Article{
			ID: "a1", Slug: "hiring", URL: "https://example.com/hiring", Title: "Hiring & firing",
			Standfirst: "What we learned from 40 interviews.",
			Body:       `<p>Ask <em>less</em>, listen more.</p><p><img src="https://example.com/h.png" alt="A desk"></p>`,
			Authors:    []content.Author{{Name: "Ann Writer", URL: "https://example.com/ann"}, {Name: "Bob Çelik"}},
			Topics:     []string{"Leadership", "Careers"},
			Image:      content.Image{URL: "https://example.com/hiring.jpg", Alt: "Two people at a desk"},
			Access:     content.Free, Published: at("2026-06-01T08:30:00Z"),
		}),
		entry(2, content.Article{
			ID: "a2", Slug: "on-call", URL: "https://example.com/on-call", Title: "Der Bereitschaftsdienst",
			Standfirst: "Zwei Wochen sind genug.", Lang: "de", Body: "<p>Kurz.</p>",
			Authors: []content.Author{{Name: "Ann Writer"}}, Topics: []string{"Platform"},
			Access: content.Free, Published: at("2024-02-29T00:00:00Z"), DateOnly: true,
			Updated: at("2024-03-01T10:00:00Z"), Changed: at("2026-06-03T12:00:00Z"),
		}),
		entry(3, content.Article{
			ID: "a3", Slug: "pay", URL: "https://example.com/pay", Title: "What a staff engineer earns",
			Standfirst: "A survey of 1,200 people.", Body: "<p>The secret numbers.</p>",
			Topics: []string{"Careers"}, Access: content.Registered, Published: at("2026-06-01T09:00:00Z"),
		}),
	}
}

func date(s string) content.Date {
	d, err := content.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func events() []content.Event {
	return []content.Event{
		{
			ID: "e1", Slug: "london", Name: "LeadDev London", City: "London", Country: "UK", Place: "Barbican, Silk Street",
			URL: "https://example.com/london", Topics: []string{"Leadership"}, Zone: "Europe/London", Status: content.Confirmed,
			Days: content.Span{First: date("2026-06-02"), Last: date("2026-06-03")}, Announced: at("2026-01-10T09:00:00Z"),
		},
		{
			ID: "e2", Slug: "berlin", Name: "LeadDev Berlin", City: "Berlin", Country: "Germany",
			URL: "https://example.com/berlin", Zone: "Europe/Berlin", Status: content.Cancelled, Sequence: 1,
			Days: content.Span{First: date("2026-11-09"), Last: date("2026-11-10")}, Announced: at("2026-01-10T09:00:00Z"), Changed: at("2026-05-02T10:00:00Z"),
		},
		{
			ID: "e3", Slug: "panel", Name: "Panel; questions, answers", Online: true, Zone: "America/New_York", Status: content.Confirmed,
			Days: content.Span{First: date("2026-03-05"), Last: date("2026-03-05")}, Start: at("2026-03-05T18:00:00Z"), End: at("2026-03-05T19:30:00Z"),
			Announced: at("2026-02-01T00:00:00Z"),
		},
	}
}
