package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

var _ mailer.Ledger = (*DB)(nil)

// Claim implements mailer.Ledger. It also takes from cancelled editions what a
// worker that died had in hand, and closes editions that a process could not
// close any more.
func (db *DB) Claim(ctx context.Context, c mailer.Claim) (*mailer.Block, error) {
	block, err := db.claim(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return block, nil
}

func (db *DB) claim(ctx context.Context, c mailer.Claim) (*mailer.Block, error) {
	// Looking does not lock anybody out; most of the time there is nothing.
	clock, err := db.clock(ctx, db.read(), c.Now)
	if err != nil {
		return nil, err
	}
	db.ahead.Store(clock - c.Now.UnixMilli())
	if err := db.sweep(ctx, c.Now, clock); err != nil {
		return nil, err
	}
	by := claiming{Claim: c, clock: clock}
	if all, err := by.look(ctx, db.read()); err != nil || all {
		return nil, err
	}
	var id int64
	if err := db.read().row(ctx, dueSQL, by.due()...).Scan(&id); err != nil {
		return nil, none(err)
	}
	if err := db.giveUp(ctx, id, c.Now, clock); err != nil {
		return nil, fmt.Errorf("late letters: %w", err)
	}
	var block *mailer.Block
	err = db.write(ctx, func(s session) error {
		block = nil
		if all, err := by.lock(ctx, s); err != nil || all {
			return err
		}
		if err := s.row(ctx, dueSQL+` FOR UPDATE OF b SKIP LOCKED`, by.due()...).Scan(&id); err != nil {
			return none(err)
		}
		// Of a lease that ran out, nobody knows which letters were on their way:
		// they settle in this edition, before a newer one speaks to the reader.
		_, err := s.exec(ctx, `UPDATE deliveries SET doubt = 1 WHERE state = 'queued' AND doubt = 0
			AND block = (SELECT id FROM blocks WHERE id = $1 AND lease_until IS NOT NULL)`, id)
		if err != nil {
			return err
		}
		id, part, err := by.part(ctx, s, id)
		if err != nil {
			return err
		}
		b := &mailer.Block{ID: id, Until: c.Now.Add(c.Lease)}
		err = s.row(ctx, `UPDATE blocks SET lease_until = $1, owner = $2, token = token + 1, worked = $3
			WHERE id = $4 RETURNING token, destination`, clock+c.Lease.Milliseconds(), c.Owner, c.Now.UnixMilli(), id).
			Scan(&b.Token, &b.Destination)
		if err != nil {
			return err
		}
		if err := inHand(ctx, s, b); err != nil {
			return err
		}
		block = b
		return by.keep(ctx, s, b, part)
	})
	return block, err
}

// dueSQL finds the block that has been due longest.
const dueSQL = `SELECT b.id FROM blocks b JOIN editions e ON e.n = b.edition
	WHERE b.done = 0 AND b.due <= $1 AND (b.lease_until IS NULL OR b.lease_until < $2)
		AND e.state = 'sending' AND ($3 = '' OR e.id = $4)
		AND ($5 = '' OR $6 LIKE '%,' || e.newsletter || ',%')
		AND $7 NOT LIKE '%,' || b.destination || ',%'
	ORDER BY b.due, b.id LIMIT 1`

// none takes "no rows" as nothing.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// inHand reads what is open in a block. An address that was erased is empty.
func inHand(ctx context.Context, s session, b *mailer.Block) error {
	err := s.row(ctx, `SELECT e.id FROM blocks b JOIN editions e ON e.n = b.edition WHERE b.id = $1`, b.ID).Scan(&b.Edition)
	if err != nil {
		return err
	}
	return s.each(ctx, `SELECT d.subscriber, d.version, d.attempts, d.first_at, d.doubt,
			COALESCE(r.name, ''), COALESCE(r.email, ''), COALESCE(r.language, '')
		FROM deliveries d LEFT JOIN subscribers r ON r.id = d.subscriber
		WHERE d.block = $1 AND d.state = 'queued' ORDER BY d.subscriber`, []any{b.ID}, func(rows *sql.Rows) error {
		var d mailer.Delivery
		err := rows.Scan(&d.Subscriber, &d.Version, &d.Attempts, asTime(&d.First), &d.Doubt,
			&d.To.Name, &d.To.Email, &d.Language)
		b.Deliveries = append(b.Deliveries, d)
		return err
	})
}

// sweep cancels what is left of cancelled editions in the hands of workers that
// died, and closes what is finished.
func (db *DB) sweep(ctx context.Context, now time.Time, clock int64) error {
	blocks, err := numbers(ctx, db.read(), abandonedSQL, clock)
	if err != nil {
		return fmt.Errorf("abandoned blocks: %w", err)
	}
	if err := db.cancelBlocks(ctx, blocks, now, clock); err != nil {
		return fmt.Errorf("abandoned blocks: %w", err)
	}
	editions, err := numbers(ctx, db.read(), `SELECT e.n FROM editions e WHERE `+finished)
	if err != nil {
		return fmt.Errorf("finished editions: %w", err)
	}
	return db.finish(ctx, editions...)
}

const abandonedSQL = `SELECT b.id FROM blocks b
	WHERE b.edition IN (SELECT e.n FROM editions e WHERE e.closed = 0 AND e.state = 'cancelled')
		AND b.done = 0 AND (b.lease_until IS NULL OR b.lease_until < $1)`

// Renew implements mailer.Ledger.
func (db *DB) Renew(ctx context.Context, b *mailer.Block, now, until time.Time) error {
	var n int64
	clock, err := db.clock(ctx, db.read(), now)
	if err == nil {
		n, err = db.change(ctx, `UPDATE blocks SET lease_until = $1
			WHERE id = $2 AND token = $3 AND lease_until IS NOT NULL AND done = 0`,
			clock+until.Sub(now).Milliseconds(), b.ID, b.Token)
	}
	if err == nil && n == 0 {
		var done bool
		err = db.read().row(ctx, `SELECT COUNT(*) > 0 FROM blocks WHERE id = $1 AND token = $2 AND done = 1`, b.ID, b.Token).Scan(&done)
		if err == nil && !done {
			err = mailer.ErrLost
		}
	}
	if err != nil {
		return fmt.Errorf("lease of block %d: %w", b.ID, err)
	}
	return nil
}

// Release implements mailer.Ledger.
func (db *DB) Release(ctx context.Context, b *mailer.Block) error {
	var edition int64
	err := db.write(ctx, func(s session) error {
		edition = 0
		n, err := s.exec(ctx, `UPDATE blocks SET lease_until = NULL, owner = ''
			WHERE id = $1 AND token = $2 AND lease_until IS NOT NULL AND done = 0`, b.ID, b.Token)
		if err != nil || n == 0 {
			return err
		}
		var state digest.State
		err = s.row(ctx, `SELECT e.n, e.state FROM blocks b JOIN editions e ON e.n = b.edition WHERE b.id = $1`, b.ID).
			Scan(&edition, &state)
		if err != nil || state != digest.Cancelled {
			return err
		}
		return cancelBlock(ctx, s, b.ID, time.Now())
	})
	if err == nil && edition != 0 {
		err = db.finish(ctx, edition)
	}
	if err != nil {
		return fmt.Errorf("release of block %d: %w", b.ID, err)
	}
	return nil
}

// Halt implements mailer.Ledger. Several workers may find the same fault: an
// edition that is not being sent stays as it is.
func (db *DB) Halt(ctx context.Context, edition, reason string) error {
	err := db.Pause(ctx, edition, reason, time.Now())
	if errors.Is(err, digest.ErrState) {
		return nil
	}
	return err
}

// Due implements mailer.Ledger. A block in a worker's hand counts from the end
// of its lease, since the worker may have died.
func (db *DB) Due(ctx context.Context, c mailer.Claim) (at time.Time, ok bool, err error) {
	at, err = db.due(ctx, c)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next block: %w", err)
	}
	return at, !at.IsZero(), nil
}

func (db *DB) due(ctx context.Context, c mailer.Claim) (first time.Time, err error) {
	ahead := db.ahead.Load()
	by := claiming{Claim: c, clock: c.Now.UnixMilli() + ahead}
	if c.Bounded() {
		if by.shares, err = liveShares(ctx, db.read(), by.clock); err != nil {
			return time.Time{}, err
		}
	}
	by.held = c.Without
	args := by.due()
	err = db.read().each(ctx, `SELECT b.destination, MIN(CASE WHEN b.lease_until IS NULL THEN b.due
			ELSE GREATEST(b.due, b.lease_until - CAST($1 AS BIGINT)) END)
		FROM editions e CROSS JOIN blocks b
		WHERE b.edition = e.n AND b.done = 0 AND e.closed = 0 AND e.state = 'sending' AND ($2 = '' OR e.id = $3)
			AND ($4 = '' OR $5 LIKE '%,' || e.newsletter || ',%')
			AND $6 NOT LIKE '%,' || b.destination || ',%'
		GROUP BY b.destination`, append([]any{ahead}, args[2:]...), func(rows *sql.Rows) error {
		var destination string
		var at time.Time
		if err := rows.Scan(&destination, asTime(&at)); err != nil {
			return err
		}
		clock := time.UnixMilli(by.clock)
		if free := c.Free(destination, by.shares, clock); free.After(clock) {
			free = free.Add(-time.Duration(ahead) * time.Millisecond)
			if free.After(at) {
				at = free.In(at.Location())
			}
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
		return nil
	})
	return first, err
}
