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
	if all, err := db.standAsUsual(ctx, edition, ids); all || err != nil {
		return make([]mailer.Standing, len(ids)), err
	}
	var stop bool
	var paused []int64
	reasons := make(map[int64]string, len(ids))
	err := among(distinct(ids), "r.id", 2, func(which string, args []any) error {
		return db.read().each(ctx, standingsSQL+which, append([]any{edition}, args...), func(rows *sql.Rows) error {
			var id int64
			var sending bool
			var st standing
			if err := rows.Scan(&sending, &id, &st.status, asTime(&st.paused), asTime(&st.left)); err != nil {
				return err
			}
			if reasons[id] = st.reason(now); reasons[id] == mailer.Paused {
				paused = append(paused, id)
			}
			stop = stop || !sending
			return nil
		})
	})
	if err == nil {
		err = db.begun(ctx, edition, paused, reasons)
	}
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

// standAsUsual reports whether there is nothing to say of any of these readers,
// which is nearly always so, and costs half as much as asking about each.
func (db *DB) standAsUsual(ctx context.Context, edition string, ids []int64) (bool, error) {
	ids = distinct(ids)
	usual := 0
	err := among(ids, "r.id", 2, func(which string, args []any) error {
		var n int
		err := db.read().row(ctx, usualSQL+which, append([]any{edition}, args...)...).Scan(&n)
		usual += n
		return err
	})
	return usual == len(ids), err
}

// usualSQL counts the readers for whom [standing.reason] has none in an edition
// that is being sent. A pause counts, whether it is over or not.
const usualSQL = `SELECT COUNT(*)
	FROM editions e CROSS JOIN subscribers r
	LEFT JOIN subscriptions s ON s.subscriber = r.id AND s.newsletter = e.newsletter
	WHERE e.id = $1 AND e.state = 'sending' AND r.status = 'active' AND r.paused_until IS NULL AND s.left_at IS NULL AND `

// standingsSQL asks for the edition and for the readers in one go. CROSS JOIN
// keeps SQLite from beginning with anything else.
const standingsSQL = `SELECT CASE WHEN e.state = 'sending' THEN 1 ELSE 0 END,
		r.id, r.status, r.paused_until, s.left_at
	FROM editions e CROSS JOIN subscribers r
	LEFT JOIN subscriptions s ON s.subscriber = r.id AND s.newsletter = e.newsletter
	WHERE e.id = $1 AND `

// begun lifts the pause of those readers whose letter may have arrived before
// it began. Sent again, the reader's server knows it; given up, its content
// would come a second time. A lease that ran out leaves its whole block in
// doubt, most of which was never tried: only an attempt that was told of counts.
func (db *DB) begun(ctx context.Context, edition string, paused []int64, reasons map[int64]string) error {
	if len(paused) == 0 {
		return nil
	}
	return among(distinct(paused), "d.subscriber", 2, func(which string, args []any) error {
		begun, err := numbers(ctx, db.read(), `SELECT d.subscriber FROM deliveries d
			WHERE d.edition = (SELECT n FROM editions WHERE id = $1) AND `+which+`
				AND d.doubt = 1 AND d.attempts > 0`, append([]any{edition}, args...)...)
		for _, id := range begun {
			reasons[id] = ""
		}
		return err
	})
}

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
