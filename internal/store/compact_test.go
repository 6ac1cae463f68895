package store

import (
	"errors"
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

// sentTo makes an edition in some versions to new readers, and sends it.
func sentTo(t testing.TB, db *DB, readers, versions int, now time.Time) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < readers; i += subscribers.ImportBatch {
		var rows []subscribers.ImportRow
		for j := i; j < min(readers, i+subscribers.ImportBatch); j++ {
			rows = append(rows, subscribers.ImportRow{Line: j, Email: fmt.Sprintf("r%d@example.com", j), Newsletters: []string{"weekly"}})
		}
		_, err := db.Import(ctx, rows, now, false)
		must(err)
	}
	must(db.Publish(ctx, digest.Edition{ID: "weekly/one", Newsletter: "weekly", State: digest.Sending, Horizon: 50, Published: now},
		[]digest.Group{{Zone: digest.AllZones, Due: now}}))
	xs, err := db.Pending(ctx, now)
	must(err)
	for page := (digest.Page{}); !page.Done; {
		page, err = db.Expand(ctx, xs[0], 500, now, func(rs []digest.Reader) []digest.Decision {
			var out []digest.Decision
			for _, r := range rs {
				out = append(out, digest.Decision{Subscriber: r.Subscriber, Due: now,
					Items: []digest.Item{{N: r.Subscriber*7919%int64(versions) + 1, Kind: content.KindArticle, ID: "a"}}})
			}
			return out
		})
		must(err)
	}
	sent := 0
	for {
		block, err := db.Claim(ctx, mailer.Claim{Now: now.Add(time.Second), Lease: time.Hour})
		must(err)
		if block == nil {
			break
		}
		for ds := block.Deliveries; len(ds) > 0; ds = ds[min(len(ds), 50):] {
			var results []mailer.Settlement
			for _, d := range ds[:min(len(ds), 50)] {
				results = append(results, mailer.Settlement{Subscriber: d.Subscriber, Version: d.Version,
					At:      now.Add(time.Duration(sent) * time.Millisecond), // a thousand a second
					Outcome: mailer.Outcome{State: mailer.Sent, Attempt: true, Code: 250}})
				sent++
			}
			must(db.Settle(ctx, block, results))
		}
	}
}

// compactAll returns how many steps it took.
func compactAll(t testing.TB, db *DB, now time.Time) (steps int) {
	t.Helper()
	for {
		more, err := db.Compact(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return steps
		}
		steps++
	}
}

func count(t testing.TB, db *DB, query string) (n int64) {
	t.Helper()
	if err := db.read().row(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestCompact: rows go, and rolls and one block are what is left.
func TestCompact(t *testing.T) {
	db, now := openedCopy(t, fileDSN(t)), rolledAt
	sentTo(t, db, 1001, 3, now)
	if steps := compactAll(t, db, now.AddDate(0, 0, 8)); steps != 5 {
		t.Errorf("%d steps, want 5: three rolls, the blocks, the end", steps)
	}
	for query, want := range map[string]int64{
		`SELECT COUNT(*) FROM deliveries`:                               0,
		`SELECT COUNT(*) FROM rolls`:                                    3,
		`SELECT COUNT(*) FROM blocks`:                                   1,
		`SELECT COUNT(*) FROM edition_groups`:                           0,
		`SELECT CAST(SUM(LENGTH(entries)) AS BIGINT) > 2500 FROM rolls`: 0,
	} {
		if got := count(t, db, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

// TestDamagedRoll: it is told of, and no answer is made up.
func TestDamagedRoll(t *testing.T) {
	db, now := openedCopy(t, fileDSN(t)), rolledAt
	sentTo(t, db, 10, 1, now)
	compactAll(t, db, now.AddDate(0, 0, 8))
	mustChange(t, db, `UPDATE rolls SET entries = $1`, []byte{rollFormat, 10})
	if rows, err := db.History(t.Context(), 1, 0); !errors.Is(err, errRoll) {
		t.Errorf("%v, %v", rows, err)
	}
	mustChange(t, db, `UPDATE rolls SET entries = $1`, []byte{})
	if rows, err := db.History(t.Context(), 1, 0); !errors.Is(err, errRoll) {
		t.Errorf("%v, %v", rows, err)
	}
}

// BenchmarkCompact packs an edition to 100,000 readers, and says what a reader
// takes before and after, with all indexes, and how long an account of one
// takes.
func BenchmarkCompact(b *testing.B) {
	const readers = 100_000
	for name, dsn := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(b.TempDir(), "x.db") },
		"postgres": func() string { return pgtest.New(b) },
	} {
		for _, versions := range []int{1, 200} {
			b.Run(fmt.Sprintf("%s/%d", name, versions), func(b *testing.B) {
				for b.Loop() {
					db, err := Open(b.Context(), dsn())
					if err != nil {
						b.Fatal(err)
					}
					now := rolledAt
					sentTo(b, db, readers, versions, now)
					report := func(when string) {
						b.ReportMetric(float64(ledgerBytes(b, db))/readers, "B/reader-"+when)
						began := time.Now()
						for id := range int64(100) {
							if rows, err := db.History(b.Context(), id*991+1, 50); err != nil || len(rows) != 1 {
								b.Fatal(len(rows), err)
							}
						}
						b.ReportMetric(time.Since(began).Seconds()*10, "ms/account-"+when)
					}
					report("before")
					began := time.Now()
					steps := compactAll(b, db, now.AddDate(0, 0, 8))
					b.ReportMetric(time.Since(began).Seconds()*1000/float64(steps), "ms/step")
					report("after")
					b.ReportMetric(float64(count(b, db, `SELECT CAST(SUM(LENGTH(entries)) AS BIGINT) FROM rolls`))/readers, "B/entry")
					db.Close()
				}
			})
		}
	}
}

// ledgerBytes is what blocks, deliveries and rolls take.
func ledgerBytes(t testing.TB, db *DB) int64 {
	t.Helper()
	if db.postgres {
		if _, err := db.writing.ExecContext(t.Context(), `VACUUM deliveries, blocks, rolls`); err != nil {
			t.Fatal(err)
		}
		return count(t, db, `SELECT CAST(SUM(pg_total_relation_size(name)) AS BIGINT)
			FROM (VALUES ('deliveries'), ('blocks'), ('rolls')) t (name)`)
	}
	return count(t, db, `SELECT SUM(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN
		(SELECT name FROM sqlite_master WHERE tbl_name IN ('deliveries', 'blocks', 'rolls'))`)
}
