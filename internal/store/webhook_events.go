package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/subscribers"
)

// hook queues an event in the transaction of what it tells, if an endpoint that
// is on wants it; if none does, it costs nothing. Data is only asked for then.
func hook(ctx context.Context, s session, t webhook.Type, at time.Time, data func() (any, error)) error {
	wanting := s.hooks.Wanting(t)
	if len(wanting) == 0 {
		return nil
	}
	if err := queueEvent(ctx, s, t, at, wanting, data); err != nil {
		return fmt.Errorf("webhook of %s: %w", t, err)
	}
	return nil
}

func queueEvent(ctx context.Context, s session, t webhook.Type, at time.Time, wanting []string, data func() (any, error)) error {
	off := make(map[string]bool)
	err := s.each(ctx, `SELECT endpoint FROM webhook_endpoints WHERE off_at IS NOT NULL`, nil, func(rows *sql.Rows) error {
		var endpoint string
		err := rows.Scan(&endpoint)
		off[endpoint] = true
		return err
	})
	if err != nil {
		return err
	}
	var to [][]any
	for _, endpoint := range wanting {
		if !off[endpoint] {
			to = append(to, []any{endpoint, int64(0), at.UnixMilli()})
		}
	}
	if len(to) == 0 {
		return nil
	}
	d, err := data()
	if err != nil {
		return err
	}
	e, err := webhook.Compose(t, at, d)
	if err != nil {
		return err
	}
	var n int64
	err = s.row(ctx, `INSERT INTO webhook_events (id, type, at, subscriber, body) VALUES ($1, $2, $3, $4, $5) RETURNING n`,
		e.ID, string(e.Type), e.At.UnixMilli(), e.Reader, string(e.Body)).Scan(&n)
	if err != nil {
		return err
	}
	for _, row := range to {
		row[1] = n
	}
	return s.insert(ctx, `INSERT INTO webhook_messages (endpoint, event, due) VALUES`, to)
}

// hookPublished tells of an edition that is published in this transaction.
func hookPublished(ctx context.Context, s session, n int64, at time.Time) error {
	return hook(ctx, s, webhook.EditionPublished, at, func() (any, error) {
		e, err := hookedEdition(ctx, s, n)
		return webhook.Published{Edition: e}, err
	})
}

// hookFinished tells of an edition that is closed in this transaction, unless
// it never was published.
func hookFinished(ctx context.Context, s session, n int64, state digest.State, at time.Time) error {
	return hook(ctx, s, webhook.EditionFinished, at, func() (any, error) {
		e, err := hookedEdition(ctx, s, n)
		if err != nil {
			return nil, err
		}
		d := webhook.Finished{Edition: e, State: string(state)}
		c := &d.Counts
		err = s.row(ctx, `SELECT CAST(COALESCE(SUM(sent), 0) AS BIGINT), CAST(COALESCE(SUM(failed), 0) AS BIGINT),
				CAST(COALESCE(SUM(skipped), 0) AS BIGINT), CAST(COALESCE(SUM(bounced), 0) AS BIGINT)
			FROM blocks WHERE edition = $1`, n).Scan(&c.Sent, &c.Failed, &c.Skipped, &c.Bounced)
		c.Planned = c.Sent + c.Failed + c.Skipped
		return d, err
	})
}

// hookedEdition is what events say of an edition.
func hookedEdition(ctx context.Context, s session, n int64) (e webhook.Edition, err error) {
	var slot time.Time
	var hand bool
	err = s.row(ctx, `SELECT id, newsletter, slot, hand, published FROM editions WHERE n = $1`, n).
		Scan(&e.ID, &e.Newsletter, asTime(&slot), &hand, asTime(&e.Published))
	if !slot.IsZero() && !hand {
		e.Slot = &slot
	}
	e.URL = s.hooks.Site + "/editions/" + e.ID
	return e, err
}

// hookConfirmed tells that a reader gets newsletters from now on.
func hookConfirmed(ctx context.Context, s session, c webhook.Confirmed, at time.Time) error {
	return hook(ctx, s, webhook.ReaderConfirmed, at, func() (any, error) {
		c.Newsletters = orEmpty(c.Newsletters)
		return c, nil
	})
}

// hookLeft tells that a reader gets newsletters no more.
func hookLeft(ctx context.Context, s session, l webhook.Left, at time.Time) error {
	return hook(ctx, s, webhook.ReaderLeft, at, func() (any, error) {
		l.Newsletters = orEmpty(l.Newsletters)
		return l, nil
	})
}

// hookChosen tells what a reader changed on their own page: what they take and
// what they leave are two events. All says that nothing is left.
func hookChosen(ctx context.Context, s session, c subscribers.Change, all bool, way string, now time.Time) error {
	reader := webhook.Reader{ID: c.Subscriber.ID, Email: c.Subscriber.Email}
	if len(c.Leave) > 0 {
		err := hookLeft(ctx, s, webhook.Left{Reader: reader, Newsletters: c.Leave, All: all, Why: webhook.Unwanted, Way: way}, now)
		if err != nil {
			return err
		}
	}
	// Who bounced, or called a letter spam, may take what they like and gets nothing.
	if taken := c.Taken(); len(taken) > 0 && c.Subscriber.Status == subscribers.Active {
		return hookConfirmed(ctx, s, webhook.Confirmed{Reader: reader, Newsletters: taken, Why: webhook.Chosen, Way: way}, now)
	}
	return nil
}

// hookSuppressed tells that a reader's status has changed because of what
// became of a letter.
func hookSuppressed(ctx context.Context, s session, r *subscribers.Subscriber, is subscribers.Status, why bounce, at time.Time) error {
	reader := webhook.Reader{ID: r.ID, Email: r.Email}
	switch {
	case is == r.Status:
		return nil
	case is == subscribers.Bounced:
		return hook(ctx, s, webhook.ReaderBounced, at, func() (any, error) {
			b := webhook.Bounced{Reader: reader, Code: why.code, Enhanced: why.enhanced}
			if why.edition != 0 {
				e, err := hookedEdition(ctx, s, why.edition)
				if err != nil {
					return nil, err
				}
				b.Edition = &e
			}
			return b, nil
		})
	}
	return hook(ctx, s, webhook.ReaderLeft, at, func() (any, error) {
		newsletters, err := has(ctx, s, r.ID)
		return webhook.Left{Reader: reader, Newsletters: orEmpty(newsletters), All: true, Why: webhook.Complained}, err
	})
}

// A bounce is where it was found that nobody is at an address.
type bounce struct {
	edition  int64 // 0: a letter to one person
	code     int
	enhanced string
}

// has returns the newsletters that a reader has not left.
func has(ctx context.Context, s session, id int64) (names []string, err error) {
	err = s.each(ctx, `SELECT newsletter FROM subscriptions WHERE subscriber = $1 AND left_at IS NULL ORDER BY newsletter`, []any{id}, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	return names, err
}

// orEmpty is a list that is [] in JSON where there is nothing in it.
func orEmpty(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}
