package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// standing is what decides whether a reader may be written to.
type standing struct {
	status       subscribers.Status
	paused, left time.Time
}

// reason returns why not, or nothing.
func (st standing) reason(now time.Time) string {
	switch {
	case !st.left.IsZero() || st.status == subscribers.Left:
		return mailer.Left
	case st.status != subscribers.Active:
		return mailer.Suppressed
	case now.Before(st.paused):
		return mailer.Paused
	}
	return ""
}

// Standings implements mailer.Ledger.
func (db *DB) Standings(ctx context.Context, edition string, ids []int64, now time.Time) ([]mailer.Standing, error) {
	out, err := db.standings(ctx, edition, ids, now)
	if err != nil {
		return nil, fmt.Errorf("standings in edition %s: %w", edition, err)
	}
	return out, nil
}

func (db *DB) standings(ctx context.Context, edition string, ids []int64, now time.Time) ([]mailer.Standing, error) {
	var n int64
	var state digest.State
	var newsletter string
	err := db.read().row(ctx, `SELECT n, state, newsletter FROM editions WHERE id = $1`, edition).Scan(&n, &state, &newsletter)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, digest.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	out := make([]mailer.Standing, len(ids))
	if state != digest.Sending {
		for i := range out {
			out[i].Stop = true
		}
		return out, nil
	}
	reasons := make(map[int64]string, len(ids))
	err = groups(distinct(ids), 5, func(in string, lo, hi int64, args []any) error {
		return db.read().each(ctx, `SELECT r.id, r.status, r.paused_until, s.left_at, COALESCE(d.doubt, 0) * COALESCE(d.attempts, 0)
			FROM subscribers r
			LEFT JOIN subscriptions s ON s.subscriber = r.id AND s.newsletter = $1
			LEFT JOIN deliveries d ON d.edition = $2 AND d.subscriber = r.id
			WHERE r.id BETWEEN $3 AND $4 AND r.id IN (`+in+`)`, append([]any{newsletter, n, lo, hi}, args...), func(rows *sql.Rows) error {
			var id, doubted int64
			var st standing
			if err := rows.Scan(&id, &st.status, asTime(&st.paused), asTime(&st.left), &doubted); err != nil {
				return err
			}
			// A lease that ran out leaves its whole block in doubt, most of which
			// was never tried: only an attempt that was told of counts here.
			if doubted > 0 {
				// It may have arrived before the pause began. Sent again, the reader's
				// server knows it; given up, its content would come a second time.
				st.paused = time.Time{}
			}
			reasons[id] = st.reason(now)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		reason, known := reasons[id]
		if !known {
			reason = mailer.Erased
		}
		out[i].Reason = reason
	}
	return out, nil
}
