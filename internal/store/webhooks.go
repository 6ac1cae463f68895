package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/webhook"
)

// Webhooks is the queue of what other programs are told.
type Webhooks struct{ db *DB }

var _ webhook.Store = Webhooks{}

// Webhooks returns the queue of what other programs are told. What changes
// something puts events into it, if an endpoint wants them: see [DB].Hooks.
func (db *DB) Webhooks() Webhooks { return Webhooks{db} }

// dueMessageSQL finds the message that has been due longest.
const dueMessageSQL = `SELECT event FROM webhook_messages WHERE endpoint = $1 AND given_up IS NULL AND due <= $2
	AND (lease_until IS NULL OR lease_until <= $3) ORDER BY due, event LIMIT 1`

// Claim implements webhook.Store.
func (q Webhooks) Claim(ctx context.Context, endpoint, owner string, lease time.Duration, now time.Time) (*webhook.Message, error) {
	m, err := q.claim(ctx, endpoint, owner, lease, now)
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	return m, nil
}

func (q Webhooks) claim(ctx context.Context, endpoint, owner string, lease time.Duration, now time.Time) (m *webhook.Message, err error) {
	s := q.db.read()
	clock, err := s.clock(ctx, s, now)
	if err != nil {
		return nil, err
	}
	due := []any{endpoint, now.UnixMilli(), clock}
	var event int64
	if err := s.row(ctx, dueMessageSQL, due...).Scan(&event); err != nil {
		return nil, none(err)
	}
	// What waits for an endpoint that is off is always due. Looking at it again
	// and again is to keep nobody from writing.
	health, err := endpointHealth(ctx, s, endpoint, "")
	if err != nil || !health.Takes(false, now) {
		return nil, err
	}
	err = q.db.write(ctx, func(s session) error {
		m = nil
		health, err := endpointHealth(ctx, s, endpoint, "")
		if err != nil {
			return err
		}
		var others int
		err = s.row(ctx, `SELECT COUNT(*) FROM webhook_messages WHERE endpoint = $1 AND lease_until > $2`, endpoint, clock).Scan(&others)
		if err != nil || !health.Takes(others > 0, now) {
			return err
		}
		if err := s.row(ctx, dueMessageSQL+` FOR UPDATE SKIP LOCKED`, due...).Scan(&event); err != nil {
			return none(err) // somebody was faster
		}
		c := webhook.Message{N: event}
		err = s.row(ctx, `UPDATE webhook_messages SET lease_until = $1, owner = $2, token = token + 1
			WHERE endpoint = $3 AND event = $4 RETURNING attempts, token`,
			clock+lease.Milliseconds(), owner, endpoint, event).Scan(&c.Attempts, &c.Token)
		if err != nil {
			return err
		}
		var body string
		err = s.row(ctx, `SELECT id, body FROM webhook_events WHERE n = $1`, event).Scan(&c.ID, &body)
		c.Body, m = []byte(body), &c
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Settle implements webhook.Store. The endpoint's row is locked first, since
// results that come together all change it.
func (q Webhooks) Settle(ctx context.Context, endpoint string, m *webhook.Message, r webhook.Result, now time.Time) (after webhook.Health, err error) {
	err = q.db.write(ctx, func(s session) error {
		_, err := s.exec(ctx, `INSERT INTO webhook_endpoints (endpoint, failures, why, code, error) VALUES ($1, 0, '', 0, '')
			ON CONFLICT (endpoint) DO NOTHING`, endpoint)
		if err != nil {
			return err
		}
		if after, err = endpointHealth(ctx, s, endpoint, " FOR UPDATE"); err != nil {
			return err
		}
		var token int64
		var givenUp time.Time
		err = s.row(ctx, `SELECT token, given_up FROM webhook_messages WHERE endpoint = $1 AND event = $2 FOR UPDATE`, endpoint, m.N).
			Scan(&token, asTime(&givenUp))
		if errors.Is(err, sql.ErrNoRows) || err == nil && (!givenUp.IsZero() || token != m.Token) && r.State != webhook.Delivered {
			return nil // it arrived, or the reader was erased; or whoever holds it now has a result of their own
		}
		if err != nil {
			return err
		}
		var result webhook.Result
		if after, result = webhook.Settle(after, r, now); result.Attempt {
			if err := setHealth(ctx, s, endpoint, after); err != nil {
				return err
			}
		}
		if result.State == webhook.Delivered {
			return forgetMessage(ctx, s, endpoint, m.N)
		}
		due := result.Due
		if givenUp = (time.Time{}); result.State == webhook.GivenUp {
			due, givenUp = now, now
		}
		_, err = s.exec(ctx, `UPDATE webhook_messages SET due = $1, attempts = attempts + $2, code = $3, error = $4, given_up = $5,
				lease_until = NULL, owner = '' WHERE endpoint = $6 AND event = $7`,
			due.UnixMilli(), flag(result.Attempt), result.Code, result.Error, instant(givenUp), endpoint, m.N)
		return err
	})
	if err != nil {
		return webhook.Health{}, fmt.Errorf("webhook: %w", err)
	}
	return after, nil
}

// forgetMessage removes what has arrived; it may speak of a person. The event's
// row is locked: of two endpoints that have it at once, the second removes it.
func forgetMessage(ctx context.Context, s session, endpoint string, event int64) error {
	if err := s.row(ctx, `SELECT n FROM webhook_events WHERE n = $1 FOR UPDATE`, event).Scan(&event); err != nil {
		return none(err)
	}
	if _, err := s.exec(ctx, `DELETE FROM webhook_messages WHERE endpoint = $1 AND event = $2`, endpoint, event); err != nil {
		return err
	}
	_, err := s.exec(ctx, `DELETE FROM webhook_events WHERE n = $1
		AND NOT EXISTS (SELECT 1 FROM webhook_messages m WHERE m.event = webhook_events.n)`, event)
	return err
}

const healthColumns = `failures, since, rest, off_at, why, succeeded, failed, code, error`

// healthInto is where healthColumns go.
func healthInto(h *webhook.Health) []any {
	return []any{&h.Failures, asTime(&h.Since), asTime(&h.Rest), asTime(&h.Off), &h.Why,
		asTime(&h.Succeeded), asTime(&h.Failed), &h.Code, &h.Error}
}

// endpointHealth reads how an endpoint stands; lock is " FOR UPDATE" or nothing.
func endpointHealth(ctx context.Context, s session, endpoint, lock string) (h webhook.Health, err error) {
	err = s.row(ctx, `SELECT `+healthColumns+` FROM webhook_endpoints WHERE endpoint = $1`+lock, endpoint).Scan(healthInto(&h)...)
	return h, none(err)
}

func setHealth(ctx context.Context, s session, endpoint string, h webhook.Health) error {
	_, err := s.exec(ctx, `UPDATE webhook_endpoints SET failures = $1, since = $2, rest = $3, off_at = $4, why = $5,
			succeeded = $6, failed = $7, code = $8, error = $9 WHERE endpoint = $10`,
		h.Failures, instant(h.Since), instant(h.Rest), instant(h.Off), h.Why,
		instant(h.Succeeded), instant(h.Failed), h.Code, h.Error, endpoint)
	return err
}

// On switches an endpoint on again, and makes everything that waits for it due,
// what was given up too.
func (q Webhooks) On(ctx context.Context, endpoint string, now time.Time) error {
	err := q.db.write(ctx, func(s session) error {
		h, err := endpointHealth(ctx, s, endpoint, " FOR UPDATE")
		if err != nil {
			return err
		}
		if err := setHealth(ctx, s, endpoint, h.On()); err != nil {
			return err
		}
		_, err = s.exec(ctx, `UPDATE webhook_messages SET due = $1, attempts = 0, given_up = NULL
			WHERE endpoint = $2 AND lease_until IS NULL`, now.UnixMilli(), endpoint)
		return err
	})
	if err != nil {
		return fmt.Errorf("webhooks: %w", err)
	}
	return nil
}

// Standing returns how an endpoint stands, and what waits for it.
func (q Webhooks) Standing(ctx context.Context, endpoint string) (st webhook.Standing, err error) {
	s := q.db.read()
	st.Health, err = endpointHealth(ctx, s, endpoint, "")
	if err == nil {
		err = s.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM webhook_messages
			WHERE endpoint = $1 AND given_up IS NULL LIMIT $2) AS waiting`, endpoint, webhook.MostCounted).Scan(&st.Waiting)
	}
	if err == nil {
		err = s.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM webhook_messages
			WHERE endpoint = $1 AND given_up IS NOT NULL LIMIT $2) AS lost`, endpoint, webhook.MostCounted).Scan(&st.GivenUp)
	}
	if err != nil {
		return st, fmt.Errorf("webhooks: %w", err)
	}
	return st, nil
}

// EndLeases ends the leases of owners who are dead before their time, and
// returns how many; see [DB.EndLeases].
func (q Webhooks) EndLeases(ctx context.Context, dead func(owner string) bool) (int, error) {
	var owners []string
	err := q.db.read().each(ctx, `SELECT DISTINCT owner FROM webhook_messages WHERE lease_until IS NOT NULL`, nil, func(rows *sql.Rows) error {
		var owner string
		err := rows.Scan(&owner)
		if dead(owner) {
			owners = append(owners, owner)
		}
		return err
	})
	ended := int64(0)
	for _, owner := range owners {
		if err != nil {
			break
		}
		var n int64
		n, err = q.db.change(ctx, `UPDATE webhook_messages SET lease_until = NULL, owner = '' WHERE owner = $1 AND lease_until IS NOT NULL`, owner)
		ended += n
	}
	if err != nil {
		return int(ended), fmt.Errorf("leases of webhooks: %w", err)
	}
	return int(ended), nil
}

// Forget removes events from before a moment that have not arrived: those that
// were given up, and those that wait for an endpoint that is off or that nobody
// configures any more.
func (q Webhooks) Forget(ctx context.Context, before time.Time) error {
	const old = `(SELECT n FROM webhook_events WHERE at < $1 ORDER BY at, n LIMIT 500)`
	for more := true; more; {
		err := q.db.write(ctx, func(s session) error {
			_, err := s.exec(ctx, `DELETE FROM webhook_messages WHERE event IN `+old, before.UnixMilli())
			if err != nil {
				return err
			}
			n, err := s.exec(ctx, `DELETE FROM webhook_events WHERE n IN `+old, before.UnixMilli())
			more = n > 0
			return err
		})
		if err != nil {
			return fmt.Errorf("old webhooks: %w", err)
		}
	}
	return nil
}
