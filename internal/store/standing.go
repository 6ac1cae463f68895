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
	ctx = db.brief(ctx)
	var stop bool
	reasons := make(map[int64]string, len(ids))
	err := groups(distinct(ids), 4, func(in string, lo, hi int64, args []any) error {
		return db.read().each(ctx, standingsSQL+in+`)`, append([]any{edition, lo, hi}, args...), func(rows *sql.Rows) error {
			var id, doubted int64
			var sending bool
			var st standing
			if err := rows.Scan(&sending, &id, &st.status, asTime(&st.paused), asTime(&st.left), &doubted); err != nil {
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
			stop = stop || !sending
			return nil
		})
	})
	if err == nil && len(reasons) == 0 { // nobody is known, so nobody told of the edition
		stop, err = db.stopped(ctx, edition)
	}
	if err != nil {
		return nil, err
	}
	out := make([]mailer.Standing, len(ids))
	for i, id := range ids {
		if stop {
			out[i].Stop = true
			continue
		}
		reason, known := reasons[id]
		if !known {
			reason = mailer.Erased
		}
		out[i].Reason = reason
	}
	return out, nil
}

// standingsSQL asks for the edition and for the readers in one go. CROSS JOIN
// keeps SQLite from beginning with anything else.
const standingsSQL = `SELECT CASE WHEN e.state = 'sending' THEN 1 ELSE 0 END,
		r.id, r.status, r.paused_until, s.left_at, COALESCE(d.doubt, 0) * COALESCE(d.attempts, 0)
	FROM editions e CROSS JOIN subscribers r
	LEFT JOIN subscriptions s ON s.subscriber = r.id AND s.newsletter = e.newsletter
	LEFT JOIN deliveries d ON d.edition = e.n AND d.subscriber = r.id
	WHERE e.id = $1 AND r.id BETWEEN $2 AND $3 AND r.id IN (`

// stopped reports whether an edition is not being sent, or returns
// digest.ErrNotFound.
func (db *DB) stopped(ctx context.Context, edition string) (bool, error) {
	var state digest.State
	err := db.read().row(ctx, `SELECT state FROM editions WHERE id = $1`, edition).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return false, digest.ErrNotFound
	}
	return state != digest.Sending, err
}
