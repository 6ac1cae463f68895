package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store/pgtest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// BenchmarkEdition brings 20,000 readers in, expands an edition to them in 50
// versions and settles every letter, fifty at a time.
func BenchmarkEdition(b *testing.B) {
	for name, dsn := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(b.TempDir(), "x.db") },
		"postgres": func() string { return pgtest.New(b) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				benchEdition(b, dsn())
			}
		})
	}
}

func benchEdition(b *testing.B, dsn string) {
	const readers = 20_000
	ctx, now := b.Context(), time.Now()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	db, err := Open(ctx, dsn)
	must(err)
	defer db.Close()
	rate := func(what string, f func()) {
		began := time.Now()
		f()
		b.ReportMetric(readers/time.Since(began).Seconds(), what+"/s")
	}
	rate("imported", func() {
		for i := 0; i < readers; i += subscribers.ImportBatch {
			var rows []subscribers.ImportRow
			for j := range subscribers.ImportBatch {
				rows = append(rows, subscribers.ImportRow{Line: j, Email: fmt.Sprintf("r%d@example.com", i+j), Newsletters: []string{"weekly"}})
			}
			_, err := db.Import(ctx, rows, now, false)
			must(err)
		}
	})
	rate("expanded", func() {
		must(db.Publish(ctx, digest.Edition{ID: "weekly/one", Newsletter: "weekly", State: digest.Sending, Horizon: 50, Published: now},
			[]digest.Group{{Zone: digest.AllZones, Due: now}}))
		xs, err := db.Pending(ctx, now)
		must(err)
		for page := (digest.Page{}); !page.Done; {
			page, err = db.Expand(ctx, xs[0], 500, now, func(rs []digest.Reader) []digest.Decision {
				var out []digest.Decision
				for _, r := range rs {
					out = append(out, digest.Decision{Subscriber: r.Subscriber, Due: now,
						Items: []digest.Item{{N: r.Subscriber%50 + 1, Kind: content.KindArticle, ID: fmt.Sprint(r.Subscriber % 50)}}})
				}
				return out
			})
			must(err)
		}
	})
	rate("settled", func() {
		for {
			block, err := db.Claim(ctx, mailer.Claim{Now: now.Add(time.Second), Lease: time.Hour})
			must(err)
			if block == nil {
				break
			}
			var results []mailer.Settlement
			for i, d := range block.Deliveries {
				results = append(results, mailer.Settlement{Subscriber: d.Subscriber, Version: d.Version, At: now,
					Outcome: mailer.Outcome{State: mailer.Sent, Attempt: true, Code: 250}})
				if len(results) == 50 || i == len(block.Deliveries)-1 {
					must(db.Settle(ctx, block, results))
					results = results[:0]
				}
			}
		}
	})
	e, err := db.Edition(ctx, "weekly/one")
	must(err)
	if e.Sent != readers || e.State != digest.Done {
		b.Fatalf("%+v", e)
	}
}
