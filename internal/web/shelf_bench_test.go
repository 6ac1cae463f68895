package web

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webtest"
)

// BenchmarkShelf publishes one article among 10,000 on 50 topics by 40 authors
// and makes every feed anew, from the database to the bytes. Goals: under
// 100 ms, and no more memory than twice the bytes that are served.
func BenchmarkShelf(b *testing.B) {
	ctx := context.Background()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	folder := webtest.NewFolder()
	folder.Articles = nil
	body := strings.Repeat("<p>"+strings.Repeat("Words, <em>more</em> words &amp; a <a href=\"https://example.com/x\">link</a>. ", 6)+"</p>\n", 6)
	add := func(i int) {
		folder.Add(content.Article{
			Title: fmt.Sprintf("Article %d", i), Slug: fmt.Sprintf("article-%d", i), URL: fmt.Sprintf("https://publication.example/%d", i),
			Standfirst: "What it says, in one sentence.", Body: body, Access: content.Free, Published: time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC),
			Topics: []string{fmt.Sprintf("Topic %d", i%50)}, Authors: []content.Author{{Name: fmt.Sprintf("Author %d", i%40)}},
		})
	}
	syncer := &content.Syncer{Store: db, Sources: []content.Watched{{Source: folder}}}
	shelf := &Shelf{Content: db, Publication: feed.Publication{Title: "The Example Lead", URL: "https://publication.example"}, Options: feed.Options{FullText: true}}
	sync := func() {
		if _, err := syncer.Sync(ctx, time.Now(), content.SyncOptions{Settled: true, Accept: true}); err != nil {
			b.Fatal(err)
		}
	}
	const articles = 10_000
	for i := range articles {
		add(i)
	}
	sync()
	empty := resident()
	began := time.Now()
	if err := shelf.Build(ctx); err != nil {
		b.Fatal(err)
	}
	first := time.Since(began)

	n := articles
	for b.Loop() {
		b.StopTimer()
		add(n)
		n++
		sync()
		b.StartTimer()
		if err := shelf.Build(ctx); err != nil {
			b.Fatal(err)
		}
	}
	served := 0
	for _, path := range shelf.Paths() {
		d, _ := shelf.Document(path)
		served += d.Len()
	}
	b.ReportMetric(first.Seconds()*1000, "first-ms")
	b.ReportMetric(float64(served)/1e6, "served-MB")
	b.ReportMetric(float64(resident()-empty)/float64(served), "kept/served")
	runtime.KeepAlive(shelf)
}

// resident is how much of the heap is in use.
func resident() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
