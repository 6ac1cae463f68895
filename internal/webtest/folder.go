package webtest

import (
	"context"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/content"
)

// A Folder is a source held in memory.
type Folder struct {
	Articles []content.Found
	Events   []content.FoundEvent
}

// NewFolder returns a folder with two dozen articles and three events, of each
// one that is hostile.
func NewFolder() *Folder {
	f := &Folder{}
	day := time.Now().UTC().Truncate(24 * time.Hour)
	for i := range 25 {
		f.Add(content.Article{
			Title: fmt.Sprintf("Article number %d", i), Standfirst: fmt.Sprintf("What article %d is about.", i), Body: fmt.Sprintf("<p>All of article %d.</p>", i),
			Slug: fmt.Sprintf("article-%d", i), Access: content.Free, Published: day.AddDate(0, 0, -i-1), ReadingMinutes: 3,
			Authors: []content.Author{{Name: "Ada Writer"}}, Topics: []string{[]string{"Platform", "C++"}[i%2]},
		})
	}
	f.Add(content.Article{
		Title: Hostile, Standfirst: Hostile, Body: "<p>safe</p>", Slug: "hostile", Access: content.Metered, Published: day,
		Authors: []content.Author{{Name: Hostile}}, Topics: []string{Hostile, "Platform"},
		Image: content.Image{URL: "https://pictures.example/x.png?a=1&b=\"2\"", Alt: Hostile},
	})
	soon := content.DateOf(day.AddDate(0, 0, 20))
	f.Happen(content.Event{Name: "LeadDev London", City: "London", Place: "QEII Centre", Slug: "london-2026", URL: "https://events.example/london", Days: content.Span{First: soon, Last: soon.AddDays(1)}, Zone: "Europe/London"})
	f.Happen(content.Event{Name: "Old times", City: "Berlin", Slug: "old-times", Days: content.Span{First: content.Date{Year: 2020, Month: 1, Day: 2}, Last: content.Date{Year: 2020, Month: 1, Day: 3}}, Zone: "Europe/Berlin"})
	f.Happen(content.Event{Name: Hostile, Online: true, Slug: "hostile-event", Days: content.Span{First: soon, Last: soon}, Zone: "UTC"})
	return f
}

// Add puts an article in.
func (f *Folder) Add(a content.Article) {
	if a.URL == "" {
		a.URL = "https://publication.example/" + a.Slug
	}
	f.Articles = append(f.Articles, content.Found{Article: a, Keys: []content.Key{content.Key("test:" + a.Slug)}, Hash: a.Title + a.Standfirst + a.Body})
}

// Happen puts an event in.
func (f *Folder) Happen(e content.Event) {
	e.Status = content.Confirmed
	f.Events = append(f.Events, content.FoundEvent{Event: e, Keys: []content.Key{content.Key("test:event:" + e.Slug)}})
}

// Name implements content.Source.
func (f *Folder) Name() string { return "test" }

// Read implements content.Source.
func (f *Folder) Read(context.Context, time.Time) (*content.Listing, error) {
	return &content.Listing{Articles: f.Articles, Events: f.Events, Complete: true}, nil
}
