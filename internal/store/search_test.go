package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

// BenchmarkFindReaders looks for what is easy and what is hard to find among
// 100,000 readers.
func BenchmarkFindReaders(b *testing.B) {
	ctx, now := b.Context(), time.Now()
	db, err := Open(ctx, "sqlite:"+filepath.Join(b.TempDir(), "search.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for i := 0; i < 100_000; i += subscribers.ImportBatch {
		rows := make([]subscribers.ImportRow, subscribers.ImportBatch)
		for j := range rows {
			n := i + j
			rows[j] = subscribers.ImportRow{Line: n + 2, Email: fmt.Sprintf("reader%d@host%d.example", n*7919%100_000, n%100), Name: fmt.Sprintf("Reader Number %d", n),
				Newsletters: []string{"weekly"}, Topics: []string{"Leadership", "Platform"}, Cities: []string{"London"}}
			if n%1000 == 0 {
				rows[j].Status = subscribers.Left
			}
		}
		if _, err := db.Import(ctx, rows, now, false); err != nil {
			b.Fatal(err)
		}
	}
	for _, bench := range []struct {
		name string
		q    subscribers.Query
	}{
		{"newest", subscribers.Query{}},
		{"prefix", subscribers.Query{Text: "reader777"}},
		{"rare word", subscribers.Query{Text: "number 17"}},
		{"nobody", subscribers.Query{Text: "nobody"}},
		{"nobody has the topic", subscribers.Query{Topic: "nothing"}},
		{"nobody takes it", subscribers.Query{Newsletter: "nothing"}},
		{"who left", subscribers.Query{Status: subscribers.Left}},
		{"paused", subscribers.Query{Paused: true}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			bench.q.Limit = 50
			for b.Loop() {
				if _, err := db.FindReaders(ctx, bench.q, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("tally", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Tally(ctx, now); err != nil {
				b.Fatal(err)
			}
		}
	})
}
