package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// resultsPage is how many readers are read at once: nothing that is long keeps
// SQLite from writing its log back.
const resultsPage = 5000

// Results implements digest.Account. It reads every letter of the edition, a
// million in some seconds, and changes nothing: who shows it often keeps it.
// Letters of readers who were erased are counted under no domain.
func (db *DB) Results(ctx context.Context, id string) (*digest.Results, error) {
	r, err := db.results(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("results of edition %s: %w", id, err)
	}
	return r, nil
}

func (db *DB) results(ctx context.Context, id string) (*digest.Results, error) {
	s := db.read()
	edition, err := editionNumber(ctx, s, id)
	if err != nil {
		return nil, err
	}
	var tally digest.Tally
	// Rows come before rolls: what is packed in between is counted twice rather
	// than not at all, and by the next look rightly.
	for after, n := int64(-1), resultsPage; n == resultsPage; {
		n = 0
		err := s.each(ctx, `SELECT d.subscriber, d.state, d.reason, d.attempts, d.at, d.code, d.enhanced, COALESCE(r.email, '')
			FROM deliveries d LEFT JOIN subscribers r ON r.id = d.subscriber
			WHERE d.edition = $1 AND d.subscriber > $2 ORDER BY d.subscriber LIMIT $3`, []any{edition, after, resultsPage}, func(rows *sql.Rows) error {
			n++
			var l digest.TallyLetter
			err := rows.Scan(&after, &l.State, &l.Reason, &l.Attempts, asTime(&l.At), &l.Code, &l.Enhanced, &l.Email)
			tally.Add(l)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if err := db.rolledResults(ctx, edition, &tally); err != nil {
		return nil, err
	}
	out := tally.Results()
	err = s.row(ctx, `SELECT COUNT(*) FROM editions e JOIN subscriptions s ON s.newsletter = e.newsletter
		WHERE e.n = $1 AND s.left_at >= e.published AND s.left_at < COALESCE(
			(SELECT MIN(l.published) FROM editions l WHERE l.newsletter = e.newsletter AND l.n > e.n AND l.published > e.published), $2)`,
		edition, int64(1)<<62).Scan(&out.Left)
	return out, err
}

// rolledResults counts what is packed.
func (db *DB) rolledResults(ctx context.Context, edition int64, tally *digest.Tally) error {
	s := db.read()
	for after, more := int64(-1), true; more; {
		more = false
		var entries []entry
		err := s.each(ctx, `SELECT lo, hi, entries FROM rolls WHERE edition = $1 AND lo > $2 ORDER BY lo LIMIT 10`, []any{edition, after},
			func(rows *sql.Rows) error {
				var lo, hi int64
				var packed []byte
				if err := rows.Scan(&lo, &hi, &packed); err != nil {
					return err
				}
				after, more = lo, true
				es, err := readRoll(lo, hi, packed)
				entries = append(entries, es...)
				return err
			})
		if err != nil || !more {
			return err
		}
		emails := make(map[int64]string, len(entries))
		err = s.each(ctx, `SELECT id, email FROM subscribers WHERE id BETWEEN $1 AND $2`,
			[]any{entries[0].subscriber, entries[len(entries)-1].subscriber}, func(rows *sql.Rows) error {
				var id int64
				var email string
				err := rows.Scan(&id, &email)
				emails[id] = email
				return err
			})
		if err != nil {
			return err
		}
		for _, e := range entries {
			at := e.at
			if !at.IsZero() {
				at = at.Truncate(time.Second)
			}
			tally.Add(digest.TallyLetter{Email: emails[e.subscriber], State: e.state, Reason: e.reason, Attempts: int(e.attempts),
				At: at, Code: int(e.code), Enhanced: e.enhanced})
		}
	}
	return nil
}
