package store

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// TestTakenAlike settles the same results twice: for blocks whose deliveries
// are known, so that what was taken need not be read first, and for the same
// ones without. Nothing of it can be seen afterwards.
func TestTakenAlike(t *testing.T) {
	for seed := range uint64(30) {
		known := settledByChance(t, seed, true)
		unknown := settledByChance(t, seed, false)
		if d := cmp.Diff(unknown, known); d != "" {
			t.Fatalf("seed %d (-as they were read, +as they were known):\n%s", seed, d)
		}
	}
}

func settledByChance(t *testing.T, seed uint64, known bool) []string {
	ctx, now := t.Context(), time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	db, err := Open(ctx, "sqlite::memory:")
	must(err)
	defer db.Close()
	var rows []subscribers.ImportRow
	for i := range 60 {
		rows = append(rows, subscribers.ImportRow{Line: i, Email: fmt.Sprintf("r%d@example.com", i), Newsletters: []string{"weekly"}})
	}
	_, err = db.Import(ctx, rows, now, false)
	must(err)
	must(db.Publish(ctx, digest.Edition{ID: "weekly/one", Newsletter: "weekly", State: digest.Sending, Horizon: 9, Published: now},
		[]digest.Group{{Zone: digest.AllZones, Due: now}}))
	xs, err := db.Pending(ctx, now)
	must(err)
	_, err = db.Expand(ctx, xs[0], 100, now, func(rs []digest.Reader) (out []digest.Decision) {
		for i, r := range rs {
			n := int64(i%3 + 1)
			out = append(out, digest.Decision{Subscriber: r.Subscriber, Due: now.Add(time.Duration(i%2) * time.Second),
				Items: []digest.Item{{N: n, Kind: content.KindArticle, ID: fmt.Sprint(n)}}})
		}
		return out
	})
	must(err)
	outcomes := []mailer.Outcome{
		{State: mailer.Sent, Attempt: true, Code: 250},
		{State: mailer.Sent, Attempt: true, Code: 250, Enhanced: "2.0.0"},
		{State: mailer.Sent, Attempt: true, Code: 250, Reason: "twice"},
		{State: mailer.Sent, Code: 250},
		{State: mailer.Failed, Reason: "refused", Attempt: true, Code: 550},
		{State: mailer.Skipped, Reason: mailer.Left},
		{State: mailer.Queued, Attempt: true, Code: 451},
		{State: mailer.Queued, Attempt: true, Doubt: true},
		{State: mailer.Queued, Code: 421},
	}
	chance := rand.New(rand.NewPCG(seed, 0))
	for range 8 {
		now = now.Add(time.Minute)
		if chance.IntN(4) == 0 {
			now = now.Add(time.Hour) // leases end
		}
		var all []mailer.Settled
		for range 1 + chance.IntN(2) {
			b, err := db.Claim(ctx, mailer.Claim{Now: now, Lease: 10 * time.Minute})
			must(err)
			if b == nil {
				break
			}
			var results []mailer.Settlement
			for _, i := range chance.Perm(len(b.Deliveries))[:chance.IntN(len(b.Deliveries)+1)] {
				d := b.Deliveries[i]
				o := outcomes[0]
				if chance.IntN(3) == 0 {
					o = outcomes[chance.IntN(len(outcomes))]
				}
				o.Due = now.Add(time.Minute)
				version := []int{0, d.Version, d.Version, d.Version, 1}[chance.IntN(5)]
				results = append(results, mailer.Settlement{Subscriber: d.Subscriber, Version: version, Outcome: o, At: now})
				if chance.IntN(40) == 0 {
					results = append(results, mailer.Settlement{Subscriber: d.Subscriber, Outcome: outcomes[4], At: now})
				}
			}
			if chance.IntN(5) == 0 {
				results = append(results, mailer.Settlement{Subscriber: 999, Outcome: outcomes[0], At: now})
			}
			settled := mailer.Settled{Block: b, Results: results}
			if all = append(all, settled); chance.IntN(4) == 0 {
				all = append(all, settled) // what counted already counts no second time
			}
			if !known {
				b.Deliveries = nil
			}
			if chance.IntN(6) == 0 {
				b.Token--
			}
		}
		_, err := db.SettleAll(ctx, all)
		must(err)
		if len(all) > 0 && chance.IntN(2) == 0 {
			must(db.Release(ctx, all[0].Block))
		}
		if chance.IntN(10) == 0 {
			must(db.Cancel(ctx, "weekly/one", "", now))
			break
		}
	}
	var out []string
	for _, query := range []string{
		`SELECT * FROM deliveries ORDER BY subscriber`, `SELECT * FROM versions ORDER BY n`,
		`SELECT subscriber, bookmark FROM subscriptions ORDER BY subscriber`,
		`SELECT id, due, open, sent, failed, skipped, done FROM blocks ORDER BY id`,
		`SELECT state, closed FROM editions`,
	} {
		must(db.read().each(ctx, query, nil, func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			values := make([]any, len(columns))
			to := make([]any, len(columns))
			for i := range values {
				to[i] = &values[i]
			}
			if err == nil {
				err = rows.Scan(to...)
			}
			var b strings.Builder
			for i, c := range columns {
				fmt.Fprintf(&b, "%s %v ", c, values[i])
			}
			out = append(out, b.String())
			return err
		}))
	}
	return out
}
