package feed

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/gorilla/feeds"

	"github.com/standfirst/standfirst/content"
)

func fifty() []content.Entry {
	paragraph := "<p>" + strings.Repeat(`Words, <em>more</em> words & a <a href="https://example.com/x?a=1&amp;b=2">link</a>. `, 10) + "</p>\n"
	var entries []content.Entry
	for n := range int64(50) {
		entries = append(entries, entry(n, content.Article{
			ID: fmt.Sprint(n), URL: fmt.Sprintf("https://example.com/%d", n), Title: "An article & its title", Standfirst: "What it says in one sentence.",
			Body: strings.Repeat(paragraph, 5), Authors: []content.Author{{Name: "Ann Writer"}}, Topics: []string{"Leadership"}, Access: content.Free,
			Published: at("2026-06-01T00:00:00Z"),
		}))
	}
	return entries
}

func BenchmarkArticles(b *testing.B) {
	entries := fifty()
	for b.Loop() {
		Articles(lead, Scope{}, entries, Options{FullText: true, Items: 50})
	}
}

// BenchmarkAssemble writes feeds of kept galleys beside gorilla's own writer
// with the same items. Goals: no slower for RSS, a tenth for Atom and JSON.
func BenchmarkAssemble(b *testing.B) {
	for _, n := range []int{50, 10_000} {
		opt := Options{FullText: true, Items: n}
		g := &Galleys{}
		var marks []content.Mark
		some, entries := fifty(), map[string]content.Entry{}
		for i := range n {
			e := some[i%50]
			article := *e.Article
			article.ID = fmt.Sprint(i)
			e.N, e.Item, e.Article = int64(i+1), article.ID, &article
			entries[e.Item] = e
			marks = append(marks, content.Mark{ID: e.Item, N: e.N})
		}
		all, err := g.Fill(lead, opt, marks, func(ids []string) (found []content.Entry, _ error) {
			for _, id := range ids {
				found = append(found, entries[id])
			}
			return found, nil
		})
		if err != nil {
			b.Fatal(err)
		}
		r := NewRun(lead, Scope{}, all, opt)
		same := r.Feed().generic()
		for _, g := range all {
			same.Items = append(same.Items, g.item.generic())
		}
		for _, format := range []Format{RSS, Atom, JSON} {
			name := fmt.Sprintf("%s/%d/", format, n)
			theirs, into := 0.0, bytes.Buffer{} // the same for both, and large enough soon
			b.Run(name+"gorilla", func(b *testing.B) {
				for b.Loop() {
					into.Reset()
					var err error
					switch format {
					case RSS:
						err = feeds.WriteXML(&feeds.Rss{Feed: same}, &into)
					case Atom:
						err = feeds.WriteXML(&feeds.Atom{Feed: same}, &into)
					case JSON:
						err = same.WriteJSON(&into)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				theirs = b.Elapsed().Seconds() / float64(b.N)
			})
			b.Run(name+"ours", func(b *testing.B) {
				for b.Loop() {
					into.Reset()
					sheet, err := r.Feed().Sheet(format)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := sheet.WriteTo(&into); err != nil {
						b.Fatal(err)
					}
				}
				if theirs > 0 {
					b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/theirs, "of-gorilla")
				}
			})
		}
	}
}
