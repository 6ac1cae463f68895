//go:build unix

package store

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store/pgtest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// BenchmarkLedger takes an edition in five versions to 100,000 readers (20,000
// on PostgreSQL) through everything that is asked of the database on the way,
// in the portions in which the worker asks, and tells what each step costs a
// letter: microseconds of this process's CPU, and of time.
func BenchmarkLedger(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		for b.Loop() {
			benchLedger(b, "sqlite:"+filepath.Join(b.TempDir(), "x.db"), 100_000)
		}
	})
	b.Run("postgres", func(b *testing.B) {
		for b.Loop() {
			benchLedger(b, pgtest.New(b), 20_000)
		}
	})
}

// steps adds up what steps take.
type steps struct {
	b     *testing.B
	order []string
	cpu   map[string]time.Duration
	time  map[string]time.Duration
}

func (s *steps) do(step string, f func() error) {
	s.b.Helper()
	began, cpu := time.Now(), ownCPU()
	if err := f(); err != nil {
		s.b.Fatalf("%s: %v", step, err)
	}
	if _, known := s.cpu[step]; !known {
		s.order = append(s.order, step)
	}
	s.cpu[step] += ownCPU() - cpu
	s.time[step] += time.Since(began)
}

func (s *steps) report(letters int) {
	var all time.Duration
	for _, step := range s.order {
		all += s.cpu[step]
		s.b.ReportMetric(float64(s.cpu[step].Nanoseconds())/1e3/float64(letters), step+"-cpu-µs")
		s.b.ReportMetric(float64(s.time[step].Nanoseconds())/1e3/float64(letters), step+"-µs")
	}
	s.b.ReportMetric(float64(all.Nanoseconds())/1e3/float64(letters), "cpu-µs")
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchLedger(b *testing.B, dsn string, readers int) {
	const (
		looked  = 24 // letters of a session's batch
		settled = 16 // results in a transaction
	)
	ctx, now := b.Context(), time.Now()
	b.StopTimer()
	db, err := Open(ctx, dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for i := 0; i < readers; i += subscribers.ImportBatch {
		var rows []subscribers.ImportRow
		for j := range subscribers.ImportBatch {
			rows = append(rows, subscribers.ImportRow{Line: j, Email: fmt.Sprintf("r%d@example.com", i+j),
				Topics: []string{fmt.Sprint("topic ", j%5)}, Newsletters: []string{"weekly"}})
		}
		if _, err := db.Import(ctx, rows, now, false); err != nil {
			b.Fatal(err)
		}
	}
	err = db.Publish(ctx, digest.Edition{ID: "weekly/one", Newsletter: "weekly", State: digest.Sending, Horizon: 50, Published: now},
		[]digest.Group{{Zone: digest.AllZones, Due: now}})
	if err != nil {
		b.Fatal(err)
	}
	xs, err := db.Pending(ctx, now)
	if err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
	s := steps{b: b, cpu: make(map[string]time.Duration), time: make(map[string]time.Duration)}
	for page := (digest.Page{}); !page.Done; {
		s.do("expand", func() (err error) {
			page, err = db.Expand(ctx, xs[0], 500, now, func(rs []digest.Reader) []digest.Decision {
				out := make([]digest.Decision, len(rs))
				for i, r := range rs {
					out[i] = digest.Decision{Subscriber: r.Subscriber, Due: now,
						Items: []digest.Item{{N: r.Subscriber%5 + 1, Kind: content.KindArticle, ID: "article"}}}
				}
				return out
			})
			return err
		})
	}
	for {
		var block *mailer.Block
		s.do("claim", func() (err error) {
			block, err = db.Claim(ctx, mailer.Claim{Now: now.Add(time.Second), Lease: time.Hour})
			return err
		})
		if block == nil {
			break
		}
		for rest := block.Deliveries; len(rest) > 0; {
			batch := rest[:min(looked, len(rest))]
			rest = rest[len(batch):]
			var ids []int64
			for _, d := range batch {
				ids = append(ids, d.Subscriber)
			}
			s.do("look", func() error {
				_, err := db.Standings(ctx, block.Edition, ids, now)
				return err
			})
			s.do("recipients", func() error {
				_, err := db.Recipients(ctx, "weekly", ids)
				return err
			})
		}
		for rest := block.Deliveries; len(rest) > 0; {
			batch := rest[:min(settled, len(rest))]
			rest = rest[len(batch):]
			var results []mailer.Settlement
			for _, d := range batch {
				results = append(results, mailer.Settlement{Subscriber: d.Subscriber, Version: d.Version, At: now,
					Outcome: mailer.Outcome{State: mailer.Sent, Attempt: true, Code: 250}})
			}
			s.do("settle", func() error { return db.Settle(ctx, block, results) })
		}
	}
	e, err := db.Edition(ctx, "weekly/one")
	if err != nil || e.Sent != readers || e.State != digest.Done {
		b.Fatalf("%+v, %v", e, err)
	}
	s.report(readers)
}
