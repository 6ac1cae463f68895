package desk

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webtest"
)

// BenchmarkDeskArticles lists, searches and turns to the last page of 10,000
// articles of 6 KB each. Goal: under 100 ms a page.
func BenchmarkDeskArticles(b *testing.B) {
	ctx := context.Background()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	folder := &webtest.Folder{}
	body := strings.Repeat("<p>Words, more words and some more of them, as articles have.</p>\n", 90)
	for i := range 10_000 {
		folder.Add(content.Article{Title: fmt.Sprintf("Article number %d", i), Slug: fmt.Sprintf("article-%d", i), Body: body, Access: content.Free, Published: time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)})
	}
	syncer := &content.Syncer{Store: db, Sources: []content.Watched{{Source: folder}}}
	if _, err := syncer.Sync(ctx, time.Now(), content.SyncOptions{Settled: true}); err != nil {
		b.Fatal(err)
	}
	for _, f := range []struct {
		name   string
		filter content.ArticleFilter
	}{
		{"first", content.ArticleFilter{Limit: articlesPerPage}}, {"last", content.ArticleFilter{Limit: articlesPerPage, Offset: 10_000 - articlesPerPage}},
		{"state", content.ArticleFilter{Limit: articlesPerPage, State: content.Public}}, {"search", content.ArticleFilter{Limit: articlesPerPage, Search: "NUMBER 99"}},
	} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				if rows, _, err := db.ArticleRows(ctx, f.filter); err != nil || len(rows) != articlesPerPage {
					b.Fatal(len(rows), err)
				}
			}
		})
	}
}
