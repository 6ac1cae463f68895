package feed

import (
	"fmt"
	"strings"
	"testing"

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

func BenchmarkWrite(b *testing.B) {
	f := Articles(lead, Scope{}, fifty(), Options{FullText: true, Items: 50})
	for _, format := range f.Formats() {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				doc, err := f.Write(format)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(doc)))
			}
		})
	}
}
