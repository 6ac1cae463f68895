package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

// logConsent adds an entry to a reader's log, in the transaction of what it
// tells about. The reader's row is locked, or was inserted by it: two entries
// never get one number.
func logConsent(ctx context.Context, s session, id int64, act subscribers.ConsentAct, how subscribers.Consent, newsletters []string, now time.Time) error {
	how = how.Tidy()
	_, err := s.exec(ctx, `INSERT INTO consents (subscriber, n, at, act, way, network, newsletters, words, language)
		SELECT CAST($1 AS BIGINT), COALESCE(MAX(n), 0) + 1, CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),
			CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT) FROM consents WHERE subscriber = $9`,
		id, now.UnixMilli(), string(act), how.Way, how.Network, listOf(newsletters), how.Text, how.Language, id)
	if err != nil {
		return fmt.Errorf("log of consent: %w", err)
	}
	return nil
}

// consents reads the log of a reader as it stands.
func consents(ctx context.Context, s session, id int64) ([]subscribers.Consent, error) {
	var out []subscribers.Consent
	err := s.each(ctx, `SELECT at, act, way, network, newsletters, words, language FROM consents
		WHERE subscriber = $1 ORDER BY n`, []any{id}, func(rows *sql.Rows) error {
		c := subscribers.Consent{Subscriber: id}
		err := rows.Scan(asTime(&c.At), &c.Act, &c.Way, &c.Network, asList(&c.Newsletters), &c.Text, &c.Language)
		out = append(out, c)
		return err
	})
	return out, err
}

// Consents implements subscribers.Requests.
func (db *DB) Consents(ctx context.Context, id int64) ([]subscribers.Consent, error) {
	s := db.read()
	log, err := consents(ctx, s, id)
	if err == nil {
		var r *subscribers.Subscriber
		if r, err = subscriber(ctx, s, `WHERE r.id = $1`, id); err == nil {
			return r.Log(log), nil
		}
	}
	if err != nil && !errors.Is(err, subscribers.ErrNotFound) { // who was erased has a log
		return nil, fmt.Errorf("consents of reader %d: %w", id, err)
	}
	return log, nil
}

// Account implements subscribers.Requests.
func (db *DB) Account(ctx context.Context, id int64) (*subscribers.Account, error) {
	a, err := account(ctx, db.read(), id)
	if err != nil {
		return nil, fmt.Errorf("account of reader %d: %w", id, err)
	}
	return a, nil
}

func account(ctx context.Context, s session, id int64) (*subscribers.Account, error) {
	r, err := subscriber(ctx, s, `WHERE r.id = $1`, id)
	if err != nil {
		return nil, err
	}
	a := &subscribers.Account{Subscriber: *r}
	if a.Subscriptions, err = subscriptions(ctx, s, `WHERE s.subscriber = $1`, id); err != nil {
		return nil, err
	}
	if a.Consents, err = consents(ctx, s, id); err != nil {
		return nil, err
	}
	a.Consents = r.Log(a.Consents)
	if a.Requests, err = requests(ctx, s, `WHERE q.subscriber = $1 AND q.subscriber > 0 ORDER BY q.id`, id); err != nil {
		return nil, err
	}
	waiting, err := requests(ctx, s, `WHERE q.key = $1 AND q.kind = 'sign-up'`, subscribers.AddressKey(r.Email))
	if err != nil {
		return nil, err
	}
	a.Requests = append(a.Requests, waiting...)
	err = s.each(ctx, `SELECT kind, queued, state FROM notes WHERE subscriber = $1 AND subscriber > 0 ORDER BY id`, []any{id}, func(rows *sql.Rows) error {
		var l subscribers.Letter
		err := rows.Scan(&l.Kind, asTime(&l.Queued), &l.State)
		a.Letters = append(a.Letters, l)
		return err
	})
	return a, err
}
