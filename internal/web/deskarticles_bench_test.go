package web

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/store"
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
	folder := &folder{}
	body := strings.Repeat("<p>Words, more words and some more of them, as articles have.</p>\n", 90)
	for i := range 10_000 {
		folder.add(content.Article{Title: fmt.Sprintf("Article number %d", i), Slug: fmt.Sprintf("article-%d", i), Body: body, Access: content.Free, Published: time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)})
	}
	syncer := &content.Syncer{Store: db, Sources: []content.Watched{{Source: folder}}}
	if _, err := syncer.Sync(ctx, time.Now(), content.SyncOptions{Settled: true}); err != nil {
		b.Fatal(err)
	}
	for _, f := range []struct {
		name   string
		filter content.ArticleFilter
	}{
		{"first", content.ArticleFilter{Limit: deskList}}, {"last", content.ArticleFilter{Limit: deskList, Offset: 10_000 - deskList}},
		{"state", content.ArticleFilter{Limit: deskList, State: content.Public}}, {"search", content.ArticleFilter{Limit: deskList, Search: "NUMBER 99"}},
	} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				if rows, _, err := db.ArticleRows(ctx, f.filter); err != nil || len(rows) != deskList {
					b.Fatal(len(rows), err)
				}
			}
		})
	}
}
