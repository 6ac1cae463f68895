package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/dir"
)

// A paper is a publication as it is today.
type paper struct {
	found  []content.Article // newest first
	events []content.Event   // by date
}

// readPaper reads a folder. An event whose days are counted from when it was
// first seen was first seen today.
func readPaper(ctx context.Context, folder string, zone *time.Location) (*paper, error) {
	if _, err := os.Stat(folder); err != nil {
		return nil, err
	}
	l, err := dir.Open(folder, dir.Options{Name: "sample", Site: site, Media: site + "/media", Zone: zone, Lang: "en"}).Read(ctx, today)
	if err != nil {
		return nil, err
	}
	if len(l.Problems) > 0 {
		return nil, fmt.Errorf("%v", l.Problems[0])
	}
	p := &paper{}
	for _, f := range l.Articles {
		if !f.Published.After(today) && !f.Due.After(today) {
			a := f.Article
			a.ID = f.Slug
			p.found = append(p.found, a)
		}
	}
	slices.SortFunc(p.found, func(a, b content.Article) int { return b.Published.Compare(a.Published) })
	for _, f := range l.Events {
		e := f.Event
		if e.Status == "" {
			e.Status = content.Confirmed
		}
		if f.Relative {
			first := content.DateOf(today.In(e.Location())).AddDays(f.Offset)
			if !e.EarlyBird.IsZero() {
				e.EarlyBird = first.AddDays(e.EarlyBird.Sub(f.Days.First))
			}
			e.Days = content.Span{First: first, Last: first.AddDays(f.Days.Last.Sub(f.Days.First))}
		}
		e.Slug = content.Slugify(e.Name)
		e.ID = e.Slug
		p.events = append(p.events, e)
	}
	slices.SortFunc(p.events, func(a, b content.Event) int { return a.Begins().Compare(b.Begins()) })
	return p, nil
}

// articles returns the releases of all articles, those before the first with a
// picture moved behind it: an editor leads with a picture.
func (p *paper) articles() []content.Entry {
	var all []content.Entry
	for i := range p.found {
		all = append(all, release(&p.found[i]))
	}
	if i := slices.IndexFunc(all, func(e content.Entry) bool { return e.Article.Image.URL != "" }); i > 0 {
		first := all[i]
		all = slices.Insert(slices.Delete(all, i, i+1), 0, first)
	}
	return all
}

func release(a *content.Article) content.Entry {
	return content.Entry{
		Release: content.Release{Kind: content.KindArticle, Item: a.ID, At: today}, Article: a, State: content.Public, Latest: true,
	}
}

// event returns the event whose name ends like that.
func (p *paper) event(end string) content.Event {
	for _, e := range p.events {
		if strings.HasSuffix(e.Slug, end) {
			return e
		}
	}
	return content.Event{}
}
