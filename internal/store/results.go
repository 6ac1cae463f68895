package store

import (
	"context"
	"database/sql"
	"fmt"

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
	err = db.letters(ctx, edition, func(t digest.Told) error {
		tally.Add(digest.TallyLetter{Email: t.Email, State: t.State, Reason: t.Reason, Attempts: t.Attempts, At: t.At, Code: t.Code, Enhanced: t.Enhanced})
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := tally.Results()
	err = s.row(ctx, `SELECT COUNT(*) FROM editions e JOIN subscriptions s ON s.newsletter = e.newsletter
		WHERE e.n = $1 AND s.left_at >= e.published AND s.left_at < COALESCE(
			(SELECT MIN(l.published) FROM editions l WHERE l.newsletter = e.newsletter AND l.n > e.n AND l.published > e.published), $2)`,
		edition, int64(1)<<62).Scan(&out.Left)
	if err != nil {
		return nil, err
	}
	out.Clicks, err = db.clicks(ctx, id)
	return out, err
}

// Letters implements digest.Account.
func (db *DB) Letters(ctx context.Context, id string, each func(digest.Told) error) error {
	edition, err := editionNumber(ctx, db.read(), id)
	if err == nil {
		err = db.letters(ctx, edition, each)
	}
	if err != nil {
		return fmt.Errorf("letters of edition %s: %w", id, err)
	}
	return nil
}

// letters reads all deliveries of an edition. Rows come before rolls, so that
// what is packed in between is not missed; it is known by its number and not
// told twice.
func (db *DB) letters(ctx context.Context, edition int64, each func(digest.Told) error) error {
	s, told := db.read(), make(numberSet)
	for after, n := int64(-1), resultsPage; n == resultsPage; {
		page := make([]digest.Told, 0, resultsPage)
		err := s.each(ctx, `SELECT d.subscriber, d.state, d.reason, d.attempts, d.at, d.code, d.enhanced, COALESCE(r.email, '')
			FROM deliveries d LEFT JOIN subscribers r ON r.id = d.subscriber
			WHERE d.edition = $1 AND d.subscriber > $2 ORDER BY d.subscriber LIMIT $3`, []any{edition, after, resultsPage}, func(rows *sql.Rows) error {
			var t digest.Told
			err := rows.Scan(&after, &t.State, &t.Reason, &t.Attempts, asTime(&t.At), &t.Code, &t.Enhanced, &t.Email)
			t.Subscriber = after
			page = append(page, t)
			return err
		})
		if err != nil {
			return err
		}
		n = len(page)
		for _, t := range page { // the statement is done: each may take its time
			told.add(t.Subscriber)
			if err := each(t); err != nil {
				return err
			}
		}
	}
	return db.rolledLetters(ctx, edition, func(t digest.Told) error {
		if told.has(t.Subscriber) {
			return nil
		}
		return each(t)
	})
}

// A numberSet holds numbers that lie close together, in a bit each.
type numberSet map[int64]uint64

func (s numberSet) add(n int64)      { s[n>>6] |= 1 << (n & 63) }
func (s numberSet) has(n int64) bool { return s[n>>6]&(1<<(n&63)) != 0 }

// rolledLetters reads what is packed.
func (db *DB) rolledLetters(ctx context.Context, edition int64, each func(digest.Told) error) error {
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
			err := each(digest.Told{Subscriber: e.subscriber, Email: emails[e.subscriber], State: e.state, Reason: e.reason,
				Attempts: int(e.attempts), At: e.at, Code: int(e.code), Enhanced: e.enhanced})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
