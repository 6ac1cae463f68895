package store

import (
	"context"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/hub"
)

// claimable is true of followers (f) whom a process may tell that works for a
// hub, or for our own, when they are due: nobody else has them in hand, nor
// another of their host. PostgreSQL looks at a row again that it waited for, but
// not at others, so that the row's own lease stands by itself. The parameters
// are those of claimableBy.
const claimable = ` f.due IS NOT NULL AND f.is_hub = $1 AND ($2 = '' OR f.callback = $3) AND (f.ends IS NULL OR f.ends > $4)
	AND (f.lease_until IS NULL OR f.lease_until < $5)
	AND NOT EXISTS (SELECT 1 FROM hub_followers o WHERE o.host = f.host AND o.lease_until IS NOT NULL AND o.lease_until >= $6)`

func claimableBy(hub string, now time.Time, clock int64) []any {
	return []any{flag(hub != ""), hub, hub, now.UnixMilli(), clock, clock}
}

// dueNoticeSQL finds who has been due longest.
const dueNoticeSQL = `SELECT f.id FROM hub_followers f WHERE` + claimable + ` AND f.due <= $7 ORDER BY f.due, f.id LIMIT 1`

// ClaimNotice implements hub.Store. On PostgreSQL two processes that claim at
// the same moment may get one of the same host each, never the same one.
func (db *DB) ClaimNotice(ctx context.Context, address string, lease time.Duration, now time.Time) (*hub.Notice, error) {
	n, err := db.claimNotice(ctx, address, lease, now)
	if err != nil {
		return nil, fmt.Errorf("notice: %w", err)
	}
	return n, nil
}

func (db *DB) claimNotice(ctx context.Context, address string, lease time.Duration, now time.Time) (*hub.Notice, error) {
	// Looking does not lock anybody out; most of the time there is nothing.
	clock, err := db.clock(ctx, db.read(), now)
	if err != nil {
		return nil, err
	}
	due := append(claimableBy(address, now, clock), now.UnixMilli())
	var id int64
	if err := db.read().row(ctx, dueNoticeSQL, due...).Scan(&id); err != nil {
		return nil, none(err)
	}
	var n *hub.Notice
	err = db.write(ctx, func(s session) error {
		n = nil
		if err := s.row(ctx, dueNoticeSQL+` FOR UPDATE SKIP LOCKED`, due...).Scan(&id); err != nil {
			return none(err)
		}
		_, err := s.exec(ctx, `UPDATE hub_followers SET token = token + 1, lease_until = $1 WHERE id = $2`, clock+lease.Milliseconds(), id)
		if err != nil {
			return err
		}
		n = &hub.Notice{ID: id}
		return s.row(ctx, `SELECT f.token, f.feed, f.callback, f.host, f.secret, f.ends, f.is_hub, f.attempts, f.since, h.n, h.tag, h.changed
			FROM hub_followers f JOIN hub_feeds h ON h.feed = f.feed WHERE f.id = $1`, id).
			Scan(&n.Token, &n.Feed, &n.Callback, &n.Host, &n.Secret, asTime(&n.Ends), &n.IsHub, &n.Attempts, asTime(&n.Since),
				&n.Change, &n.Tag, asTime(&n.Changed))
	})
	return n, err
}

// NextNotice implements hub.Store.
func (db *DB) NextNotice(ctx context.Context, address string, now time.Time) (time.Time, bool, error) {
	var at time.Time
	clock, err := db.clock(ctx, db.read(), now)
	if err == nil {
		err = db.read().row(ctx, `SELECT MIN(f.due) FROM hub_followers f WHERE`+claimable, claimableBy(address, now, clock)...).Scan(asTime(&at))
	}
	if err != nil {
		return at, false, fmt.Errorf("next notice: %w", err)
	}
	return at, !at.IsZero(), nil
}

// SettleNotice implements hub.Store. The feed's row is locked first, as it is
// when a change is noted: else a change that comes meanwhile would find the
// follower still due, and this would take it for told.
func (db *DB) SettleNotice(ctx context.Context, n *hub.Notice, r hub.Result) error {
	err := db.write(ctx, func(s session) error {
		var change int64
		if err := s.row(ctx, `SELECT n FROM hub_feeds WHERE feed = $1 FOR UPDATE`, n.Feed).Scan(&change); err != nil {
			return err
		}
		if r.Ended {
			_, err := s.exec(ctx, `DELETE FROM hub_followers WHERE id = $1 AND token = $2`, n.ID, n.Token)
			return err
		}
		due, told := r.Due, int64(0)
		if r.Told {
			told = n.Change
		}
		if r.Told && change == n.Change {
			due = time.Time{}
		}
		_, err := s.exec(ctx, `UPDATE hub_followers SET told = GREATEST(told, $1), due = $2, attempts = $3, since = $4, lease_until = NULL
			WHERE id = $5 AND token = $6`, told, instant(due), r.Attempts, instant(r.Since), n.ID, n.Token)
		return err
	})
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return nil
}
