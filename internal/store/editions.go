package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/digest"
)

var _ digest.Store = (*DB)(nil)

// Publish implements digest.Editions.
func (db *DB) Publish(ctx context.Context, e digest.Edition, groups []digest.Group) error {
	err := db.write(ctx, func(s session) error {
		if _, err := lockWire(ctx, s); err != nil {
			return err
		}
		if err := addNewsletter(ctx, s, e.Newsletter); err != nil {
			return err
		}
		var there int
		err := s.row(ctx, `SELECT COUNT(*) FROM editions WHERE id = $1`, e.ID).Scan(&there)
		if err != nil {
			return err
		}
		if there > 0 {
			return digest.ErrPublished
		}
		if err := askedBefore(ctx, s, e); err != nil {
			return err
		}
		if err := free(ctx, s, e.Newsletter); err != nil {
			return err
		}
		published := e.State != digest.InReview
		if published {
			last, err := lastHorizon(ctx, s, e.Newsletter)
			if err != nil {
				return err
			}
			e.Horizon = max(e.Horizon, last)
		}
		var n int64
		err = s.row(ctx, `INSERT INTO editions (id, newsletter, state, slot, hand, asked_by, horizon,
				published, approved, reason, changed, grace, expanded)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING n`,
			e.ID, e.Newsletter, string(e.State), instant(e.Slot), flag(e.Hand), e.By, e.Horizon,
			instant(e.Published), instant(e.Approved), e.Reason, instant(e.Published),
			e.Grace.Milliseconds(), flag(published && len(groups) == 0)).Scan(&n)
		if err != nil {
			return err
		}
		if !published {
			return nil
		}
		if err := freeze(ctx, s, n, e.Newsletter); err != nil {
			return fmt.Errorf("draft: %w", err)
		}
		if err := hookPublished(ctx, s, n, e.Published); err != nil {
			return err
		}
		return addGroups(ctx, s, n, groups)
	})
	if err != nil {
		return fmt.Errorf("edition %s: %w", e.ID, err)
	}
	return nil
}

// askedBefore returns ErrPublished if an edition by hand was asked for before with
// the same request key, which follows the moment of asking in its ID: weekly/
// 20261124T101502Z-KEY. Moments are equally long.
func askedBefore(ctx context.Context, s session, e digest.Edition) error {
	_, key, _ := strings.Cut(strings.TrimPrefix(e.ID, e.Newsletter+"/"), "-")
	if !e.Hand || key == "" {
		return nil
	}
	before := strings.TrimSuffix(e.ID, key)
	var id string
	err := s.row(ctx, `SELECT id FROM editions WHERE newsletter = $1 AND hand = 1
			AND SUBSTR(id, CAST($2 AS INTEGER)) = CAST($3 AS TEXT)
		ORDER BY n LIMIT 1`, e.Newsletter, utf8.RuneCountInString(before), "-"+key).Scan(&id)
	if err == nil {
		return fmt.Errorf("%w as %s", digest.ErrPublished, id)
	}
	return none(err)
}

// free returns a HeldError if an edition holds the newsletter.
func free(ctx context.Context, s session, newsletter string) error {
	var held digest.HeldError
	err := s.row(ctx, `SELECT id, state FROM editions
		WHERE newsletter = $1 AND closed = 0 AND state IN ('paused', 'review')
		ORDER BY n LIMIT 1`, newsletter).Scan(&held.Edition, &held.State)
	if err == sql.ErrNoRows {
		return nil
	}
	if err != nil {
		return err
	}
	return &held
}

// Holding returns the edition that keeps a newsletter from going out, the oldest
// if there are several, nil if none does.
func (db *DB) Holding(ctx context.Context, newsletter string) (*digest.Edition, error) {
	es, err := db.editions(ctx, `WHERE e.newsletter = $1 AND e.closed = 0 AND e.state IN ('paused', 'review')
		ORDER BY e.n LIMIT 1`, newsletter)
	if err != nil {
		return nil, fmt.Errorf("holding %s: %w", newsletter, err)
	}
	if len(es) == 0 {
		return nil, nil
	}
	return &es[0], nil
}

// counts is true of published editions (e) but those that were cancelled
// before a letter was sent: nobody was given anything, so nothing is settled.
const counts = `e.published IS NOT NULL AND (e.state <> 'cancelled'
	OR EXISTS (SELECT 1 FROM blocks b WHERE b.edition = e.n AND b.sent > 0))`

// lastHorizon returns the horizon of the last of the newsletter's editions that
// count, 0 before there is one.
func lastHorizon(ctx context.Context, s session, newsletter string) (int64, error) {
	var h int64
	err := s.row(ctx, `SELECT COALESCE(MAX(e.horizon), 0) FROM editions e
		WHERE e.newsletter = $1 AND `+counts, newsletter).Scan(&h)
	return h, err
}

// addGroups writes the groups of a new edition, and closes one that has none.
func addGroups(ctx context.Context, s session, edition int64, groups []digest.Group) error {
	for _, g := range groups {
		_, err := s.exec(ctx, `INSERT INTO edition_groups (edition, zone, due) VALUES ($1, $2, $3)`,
			edition, g.Zone, g.Due.UnixMilli())
		if err != nil {
			return fmt.Errorf("zone %q: %w", g.Zone, err)
		}
	}
	return closeEdition(ctx, s, edition)
}

// Approve implements digest.Editions.
func (db *DB) Approve(ctx context.Context, id string, horizon int64, now time.Time, groups []digest.Group) error {
	return db.edit(ctx, id, func(s session, n int64, newsletter string) error {
		if _, err := lockWire(ctx, s); err != nil {
			return err
		}
		last, err := lastHorizon(ctx, s, newsletter)
		if err != nil {
			return err
		}
		err = moved(s.exec(ctx, `UPDATE editions SET state = 'sending', horizon = $1, published = $2, approved = $3,
				changed = $4, expanded = $5
			WHERE n = $6 AND state = 'review'`,
			max(horizon, last), instant(now), instant(now), instant(now), flag(len(groups) == 0), n))
		if err != nil {
			return err
		}
		if err := free(ctx, s, newsletter); err != nil { // this one holds it no more
			return err
		}
		if err := freeze(ctx, s, n, newsletter); err != nil {
			return fmt.Errorf("draft: %w", err)
		}
		if err := hookPublished(ctx, s, n, now); err != nil {
			return err
		}
		return addGroups(ctx, s, n, groups)
	})
}

// Pause implements digest.Editions.
func (db *DB) Pause(ctx context.Context, id, reason string, now time.Time) error {
	return db.edit(ctx, id, func(s session, n int64, _ string) error {
		return moved(s.exec(ctx, `UPDATE editions SET state = 'paused', reason = $1, changed = $2
			WHERE n = $3 AND state = 'sending'`, reason, instant(now), n))
	})
}

// Resume implements digest.Editions.
func (db *DB) Resume(ctx context.Context, id string, now time.Time) error {
	return db.edit(ctx, id, func(s session, n int64, _ string) error {
		err := moved(s.exec(ctx, `UPDATE editions SET state = 'sending', reason = '', changed = $1, resumed = $2
			WHERE n = $3 AND state = 'paused'`, instant(now), instant(now), n))
		if err != nil {
			return err
		}
		return closeEdition(ctx, s, n) // what was in hand may have been all there was
	})
}

// Miss implements digest.Editions.
func (db *DB) Miss(ctx context.Context, id, reason string, now time.Time) error {
	return db.edit(ctx, id, func(s session, n int64, _ string) error {
		return moved(s.exec(ctx, `UPDATE editions SET state = 'missed', reason = $1, changed = $2, closed = 1
			WHERE n = $3 AND state = 'review'`, reason, instant(now), n))
	})
}

// Cancel implements digest.Editions. From the first transaction on nothing of
// the edition is claimed; what is queued then goes block by block. Should the
// process die over that, Claim goes on with it.
func (db *DB) Cancel(ctx context.Context, id, reason string, now time.Time) error {
	var edition int64
	err := db.edit(ctx, id, func(s session, n int64, _ string) error {
		edition = n
		return moved(s.exec(ctx, `UPDATE editions SET state = 'cancelled', reason = $1, changed = $2
			WHERE n = $3 AND state IN ('sending', 'paused', 'review')`, reason, instant(now), n))
	})
	if err != nil {
		return err
	}
	blocks, err := numbers(ctx, db.read(), `SELECT id FROM blocks
		WHERE edition = $1 AND done = 0 AND lease_until IS NULL ORDER BY id`, edition)
	if err == nil {
		err = db.cancelBlocks(ctx, blocks, now, 0)
	}
	if err == nil {
		err = db.forgetWaiting(ctx, edition)
	}
	if err == nil {
		err = db.finish(ctx, edition)
	}
	if err != nil {
		return fmt.Errorf("edition %s is cancelled; its letters: %w", id, err)
	}
	return nil
}

// edit changes an edition in one transaction that no other edit or expansion
// of it can enter.
func (db *DB) edit(ctx context.Context, id string, f func(s session, n int64, newsletter string) error) error {
	err := db.write(ctx, func(s session) error {
		var n int64
		var newsletter string
		err := s.row(ctx, `SELECT n, newsletter FROM editions WHERE id = $1 FOR UPDATE`, id).Scan(&n, &newsletter)
		if err == sql.ErrNoRows {
			return digest.ErrNotFound
		}
		if err != nil {
			return err
		}
		return f(s, n, newsletter)
	})
	if err != nil {
		return fmt.Errorf("edition %s: %w", id, err)
	}
	return nil
}

// moved turns a compare-and-set that changed nothing into digest.ErrState.
func moved(n int64, err error) error {
	if err == nil && n == 0 {
		err = digest.ErrState
	}
	return err
}

// finish closes editions in which nothing is open any more: one that is sent to
// everybody is done, a cancelled one stays cancelled. It runs after each
// transaction that may have settled the last delivery, and locks the edition:
// of two such transactions at once neither sees the other, but whoever comes
// here last sees both. Should a process die in between, Claim makes up for it.
func (db *DB) finish(ctx context.Context, editions ...int64) error {
	for _, n := range editions {
		err := db.write(ctx, func(s session) error {
			if err := s.row(ctx, `SELECT n FROM editions WHERE n = $1 FOR UPDATE`, n).Scan(&n); err != nil {
				return err
			}
			return closeEdition(ctx, s, n)
		})
		if err != nil {
			return fmt.Errorf("end of edition: %w", err)
		}
	}
	return nil
}

// finished is true of an edition (e) that is to be closed.
const finished = `e.closed = 0 AND (e.state = 'sending' AND e.expanded = 1 OR e.state = 'cancelled')
	AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.edition = e.n AND b.done = 0)`

// closeEdition closes an edition whose row is locked, if it is finished.
func closeEdition(ctx context.Context, s session, n int64) error {
	var state digest.State
	var published time.Time
	err := s.row(ctx, `UPDATE editions AS e
		SET state = CASE WHEN state = 'sending' THEN 'sent' ELSE state END, closed = 1
		WHERE e.n = $1 AND `+finished+` RETURNING state, published`, n).Scan(&state, asTime(&published))
	if err != nil || published.IsZero() {
		return none(err)
	}
	return hookFinished(ctx, s, n, state, time.Now())
}

const editionColumns = `e.id, e.newsletter, e.state, e.slot, e.hand, e.asked_by, e.horizon, e.published, e.approved,
	e.reason, e.grace, e.expanded, e.changes, e.counted, e.none, (SELECT COUNT(*) FROM versions v WHERE v.edition = e.n),
	CAST(COALESCE(b.sent, 0) AS BIGINT), CAST(COALESCE(b.failed, 0) AS BIGINT),
	CAST(COALESCE(b.skipped, 0) AS BIGINT), CAST(COALESCE(b.open, 0) AS BIGINT),
	CAST(COALESCE(b.bounced, 0) AS BIGINT), CAST(COALESCE(b.waiting, 0) AS BIGINT), b.next`

// editionCounts sums over blocks, never over deliveries: there are a thousand
// times as many.
const editionCounts = ` LEFT JOIN (
		SELECT edition, SUM(sent) AS sent, SUM(failed) AS failed, SUM(skipped) AS skipped, SUM(open) AS open,
			SUM(bounced) AS bounced, SUM(open * retry) AS waiting,
			MIN(CASE WHEN open > 0 AND retry = 1 THEN due END) AS next
		FROM blocks WHERE edition IN (SELECT n FROM editions e `

func (db *DB) editions(ctx context.Context, where string, args ...any) ([]digest.Edition, error) {
	var out []digest.Edition
	err := db.read().each(ctx, `SELECT `+editionColumns+` FROM editions e`+editionCounts+where+
		`) GROUP BY edition) b ON b.edition = e.n `+where, args, func(rows *sql.Rows) error {
		var e digest.Edition
		var grace int64
		var changes string
		err := rows.Scan(&e.ID, &e.Newsletter, &e.State, asTime(&e.Slot), &e.Hand, &e.By, &e.Horizon,
			asTime(&e.Published), asTime(&e.Approved), &e.Reason, &grace, &e.Expanded, &changes, &e.Counted, &e.None, &e.Versions,
			&e.Sent, &e.Failed, &e.Skipped, &e.Open, &e.Bounced, &e.Waiting, asTime(&e.Next))
		e.Grace = time.Duration(grace) * time.Millisecond
		e.Planned = e.Sent + e.Failed + e.Skipped + e.Open
		if err == nil {
			err = readChanges(changes, &e.Changes)
		}
		out = append(out, e)
		return err
	})
	return out, err
}

// Edition implements digest.Editions.
func (db *DB) Edition(ctx context.Context, id string) (*digest.Edition, error) {
	es, err := db.editions(ctx, `WHERE e.id = $1`, id)
	if err == nil && len(es) == 0 {
		err = digest.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", id, err)
	}
	return &es[0], nil
}

// Editions implements digest.Editions.
func (db *DB) Editions(ctx context.Context, newsletter string, limit int) ([]digest.Edition, error) {
	where, args := `WHERE e.newsletter = $1 ORDER BY e.n DESC LIMIT $2`, []any{newsletter, limitOf(limit)}
	if newsletter == "" {
		where, args = `WHERE true ORDER BY e.n DESC LIMIT $1`, args[1:]
	}
	es, err := db.editions(ctx, where, args...)
	if err != nil {
		return nil, fmt.Errorf("editions: %w", err)
	}
	return es, nil
}

// FirstHorizon implements digest.Editions.
func (db *DB) FirstHorizon(ctx context.Context, newsletter string) (horizon int64, ok bool, err error) {
	err = db.read().row(ctx, `SELECT e.horizon FROM editions e
		WHERE e.newsletter = $1 AND `+counts+` ORDER BY e.n LIMIT 1`, newsletter).Scan(&horizon)
	if err == sql.ErrNoRows {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("first edition of %s: %w", newsletter, err)
	}
	return horizon, true, nil
}
