package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// Notes is the queue of letters that one person waits for.
type Notes struct{ db *DB }

var _ notes.Store = Notes{}

// Notes returns the queue of letters that one person waits for.
func (db *DB) Notes() Notes { return Notes{db} }

// Queue implements notes.Store.
func (q Notes) Queue(ctx context.Context, n notes.Note, now time.Time) (id int64, err error) {
	salt, err := q.db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = q.db.write(ctx, func(s session) (err error) {
			id, err = queueNote(ctx, s, salt, n, now)
			return err
		})
	}
	return id, err
}

// queueNote queues a note in the transaction of what it is about.
func queueNote(ctx context.Context, s session, salt []byte, n notes.Note, now time.Time) (id int64, err error) {
	payload, err := json.Marshal(n.Payload)
	if err == nil {
		err = s.row(ctx, `INSERT INTO notes (kind, address, key, subscriber, request, language, payload, queued, due, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued') RETURNING id`,
			string(n.Kind), n.To, subscribers.SuppressionKey(salt, n.To), n.Subscriber, n.Request, n.Language, string(payload),
			now.UnixMilli(), now.Add(-n.HeadStart()).UnixMilli()).Scan(&id)
	}
	if err != nil {
		return 0, fmt.Errorf("letter to one person: %w", err)
	}
	return id, nil
}

// Claim implements notes.Store. That nothing is due is seen without writing.
func (q Notes) Claim(ctx context.Context, now, until time.Time) (*notes.Note, error) {
	n, err := q.claim(ctx, now, until)
	if err != nil {
		return nil, fmt.Errorf("letter to one person: %w", err)
	}
	return n, nil
}

// dueNote is the note to be claimed next.
const dueNote = `SELECT id FROM notes WHERE settled IS NULL AND due <= $1 AND (lease_until IS NULL OR lease_until <= $2)
	ORDER BY due, id LIMIT 1`

func (q Notes) claim(ctx context.Context, now, until time.Time) (n *notes.Note, err error) {
	clock, err := q.db.clock(ctx, q.db.read(), now)
	if err != nil {
		return nil, err
	}
	var id int64
	err = q.db.read().row(ctx, dueNote, now.UnixMilli(), clock).Scan(&id)
	if err != nil {
		return nil, none(err)
	}
	err = q.db.write(ctx, func(s session) error {
		n = nil
		clock, err := s.clock(ctx, s, now)
		if err != nil {
			return err
		}
		err = s.row(ctx, dueNote+` FOR UPDATE SKIP LOCKED`, now.UnixMilli(), clock).Scan(&id)
		if err != nil {
			return none(err) // somebody was faster
		}
		var c notes.Note
		var payload string
		// A lease that is still there ended without a result.
		err = s.row(ctx, `UPDATE notes SET doubt = CASE WHEN lease_until IS NULL THEN doubt ELSE 1 END, lease_until = $1, token = token + 1
			WHERE id = $2
			RETURNING id, kind, address, subscriber, request, language, payload, queued, attempts, doubt = 1, token`,
			clock+until.Sub(now).Milliseconds(), id).
			Scan(&c.ID, &c.Kind, &c.To, &c.Subscriber, &c.Request, &c.Language, &payload, asTime(&c.Queued), &c.Attempts, &c.Doubt, &c.Token)
		if err == nil {
			err = json.Unmarshal([]byte(payload), &c.Payload)
		}
		n = &c
		return err
	})
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Renew implements notes.Store.
func (q Notes) Renew(ctx context.Context, id, token int64, now, until time.Time) error {
	err := q.db.write(ctx, func(s session) error {
		clock, err := s.clock(ctx, s, now)
		if err != nil {
			return err
		}
		n, err := s.exec(ctx, `UPDATE notes SET lease_until = $1 WHERE id = $2 AND token = $3 AND settled IS NULL AND lease_until IS NOT NULL`,
			clock+until.Sub(now).Milliseconds(), id, token)
		if err == nil && n == 0 {
			err = mailer.ErrLost
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("lease of letter %d: %w", id, err)
	}
	return nil
}

// Settle implements notes.Store.
func (q Notes) Settle(ctx context.Context, id, token int64, r notes.Result, now time.Time) error {
	salt, err := q.db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = q.db.write(ctx, func(s session) error { return settleNote(ctx, s, salt, id, token, r, now) })
	}
	if err != nil {
		return fmt.Errorf("result of letter %d: %w", id, err)
	}
	return nil
}

func settleNote(ctx context.Context, s session, salt []byte, id, token int64, r notes.Result, now time.Time) error {
	var address string
	var held, request int64
	var settled time.Time
	err := s.row(ctx, `SELECT address, token, request, settled FROM notes WHERE id = $1 FOR UPDATE`, id).
		Scan(&address, &held, &request, asTime(&settled))
	if errors.Is(err, sql.ErrNoRows) || err == nil && (!settled.IsZero() || held != token && r.State != mailer.Sent) {
		return nil
	}
	if err != nil {
		return err
	}
	due, settled := r.Due, time.Time{}
	if r.State != mailer.Queued {
		due, settled = now, now
	}
	_, err = s.exec(ctx, `UPDATE notes SET state = $1, reason = $2, code = $3, enhanced = $4, doubt = $5, attempts = attempts + $6,
			due = $7, settled = $8, lease_until = NULL WHERE id = $9`,
		string(r.State), r.Reason, int64(r.Code), r.Enhanced, flag(r.Doubt), flag(r.Attempt), due.UnixMilli(), instant(settled), id)
	if err != nil {
		return err
	}
	if r.EndRequest && request != 0 {
		if _, err := s.exec(ctx, `DELETE FROM requests WHERE id = $1 AND done IS NULL`, request); err != nil {
			return fmt.Errorf("request %d: %w", request, err)
		}
	}
	if r.Suppress && address != "" {
		return suppress(ctx, s, salt, address, subscribers.BecauseBounced, bounce{code: r.Code, enhanced: r.Enhanced}, now)
	}
	return nil
}

// NextDue implements notes.Store.
func (q Notes) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	var queued, ends time.Time
	s := q.db.read()
	// Those that are leased are few, also while very many wait.
	err = none(s.row(ctx, `SELECT due, queued FROM notes WHERE settled IS NULL AND due >= 0 AND lease_until IS NULL ORDER BY due, id LIMIT 1`).
		Scan(asTime(&at), asTime(&queued)))
	if at.Before(queued) { // it has a head start
		at = queued
	}
	if err == nil {
		err = s.row(ctx, `SELECT MIN(lease_until) FROM notes WHERE lease_until IS NOT NULL`).Scan(asTime(&ends))
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next letter to one person: %w", err)
	}
	if at.IsZero() || !ends.IsZero() && ends.Before(at) {
		at = ends
	}
	return at, !at.IsZero(), nil
}

// Forget implements notes.Store.
func (q Notes) Forget(ctx context.Context, before time.Time) error {
	err := q.db.clear(ctx, `DELETE FROM notes WHERE id IN (SELECT id FROM notes WHERE settled < $1 ORDER BY settled LIMIT 500)`, before)
	if err != nil {
		return fmt.Errorf("old letters to one person: %w", err)
	}
	return nil
}
