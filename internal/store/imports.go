package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

var _ subscribers.ImportStore = (*DB)(nil)

// Import implements subscribers.ImportStore.
func (db *DB) Import(ctx context.Context, rows []subscribers.ImportRow, now time.Time, dryRun bool) ([]subscribers.ImportResult, error) {
	salt, err := db.Secret(ctx, suppressionSalt)
	if err != nil {
		return nil, err
	}
	var out []subscribers.ImportResult
	im := importing{rows: rows, salt: salt, now: now, dryRun: dryRun}
	if dryRun {
		im.session = db.read()
		out, err = im.run(ctx)
	} else {
		err = db.write(ctx, func(s session) error {
			im.session = s
			out, err = im.run(ctx)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("readers: %w", err)
	}
	return out, nil
}

// An importing is one batch on its way.
type importing struct {
	session
	rows   []subscribers.ImportRow
	salt   []byte
	now    time.Time
	dryRun bool

	old        map[string]*subscribers.Subscriber // by key
	subs       map[int64][]subscribers.Subscription
	suppressed map[string]string // by suppression key, the reason
	horizons   map[string]int64  // by newsletter, of the last published edition
}

// run decides on every row and writes it down.
func (im *importing) run(ctx context.Context) ([]subscribers.ImportResult, error) {
	if err := im.read(ctx); err != nil {
		return nil, err
	}
	out := make([]subscribers.ImportResult, len(im.rows))
	decisions := make([]subscribers.Decision, len(im.rows))
	for i, row := range im.rows {
		old := im.old[subscribers.AddressKey(row.Email)]
		var subs []subscribers.Subscription
		if old != nil {
			subs = im.subs[old.ID]
		}
		d := subscribers.Merge(old, subs, row, im.suppressed[subscribers.SuppressionKey(im.salt, row.Email)], im.now)
		out[i] = subscribers.ImportResult{Line: row.Line, Fate: d.Fate, Why: d.Why, Stays: d.Stays}
		if d.Fate != subscribers.Refused {
			out[i].ID = d.Subscriber.ID
		}
		decisions[i] = d
	}
	if im.dryRun {
		return out, nil
	}
	if err := im.newcomers(ctx, decisions); err != nil {
		return nil, err
	}
	var added [][]any
	for i := range decisions {
		d := &decisions[i]
		if d.Fate != subscribers.New && d.Fate != subscribers.Changed {
			continue
		}
		rows, err := im.write(ctx, d)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", im.rows[i].Line, err)
		}
		out[i].ID = d.Subscriber.ID
		added = append(added, rows...)
	}
	err := im.insert(ctx, `INSERT INTO subscriptions (subscriber, newsletter, since, left_at, bookmark) VALUES`, added)
	if err != nil {
		return nil, err
	}
	return out, im.log(ctx, decisions)
}

// log writes down what we were told about the consent of those who came, and
// what others were signed up for or left.
func (im *importing) log(ctx context.Context, decisions []subscribers.Decision) error {
	var first [][]any // entries of readers who have none yet
	for i := range decisions {
		d, proof := &decisions[i], im.rows[i].Proof()
		id := d.Subscriber.ID
		if d.Fate == subscribers.New {
			if im.rows[i].Evidence == "" {
				proof.Text = "" // it is the reader's own: see subscribers.Subscriber.Log
			}
			first = append(first, []any{id, 1, im.now.UnixMilli(), string(proof.Act), proof.Way, proof.Network,
				listOf(d.Subscribe), proof.Text, proof.Language})
			continue
		}
		if d.Fate != subscribers.Changed {
			continue
		}
		if len(d.Subscribe) > 0 {
			if err := logConsent(ctx, im.session, id, subscribers.ActImported, proof, d.Subscribe, im.now); err != nil {
				return err
			}
		}
		if len(d.Leave) > 0 {
			if err := logConsent(ctx, im.session, id, subscribers.ActLeft, proof, d.Leave, im.now); err != nil {
				return err
			}
		}
	}
	return im.insert(ctx, `INSERT INTO consents (subscriber, n, at, act, way, network, newsletters, words, language) VALUES`, first)
}

// newcomers inserts new readers and gives their decisions the numbers. A key
// that another process inserted first is an error, and the whole batch is read
// again.
func (im *importing) newcomers(ctx context.Context, decisions []subscribers.Decision) error {
	var rows [][]any
	at := make(map[string]*subscribers.Subscriber)
	var keys []string
	for i := range decisions {
		if decisions[i].Fate != subscribers.New {
			continue
		}
		r := &decisions[i].Subscriber
		key := subscribers.AddressKey(r.Email)
		at[key], keys = r, append(keys, key)
		rows = append(rows, []any{r.Email, key, r.Name, listOf(r.Topics), listOf(r.Cities), r.Language, r.Timezone,
			string(r.Status), instant(r.Paused), instant(r.Since), r.Consent})
	}
	err := im.insert(ctx, `INSERT INTO subscribers (email, key, name, topics, cities, language, timezone, status, paused_until, since, consent) VALUES`, rows)
	if err != nil {
		return err
	}
	return textGroups(keys, func(in string, args []any) error {
		return im.each(ctx, `SELECT key, id FROM subscribers WHERE key IN (`+in+`)`, args, func(rows *sql.Rows) error {
			var key string
			var id int64
			err := rows.Scan(&key, &id)
			at[key].ID = id
			return err
		})
	})
}

// read reads what is known of the addresses.
func (im *importing) read(ctx context.Context) error {
	var keys, hashes []string
	for _, row := range im.rows {
		keys = append(keys, subscribers.AddressKey(row.Email))
		hashes = append(hashes, subscribers.SuppressionKey(im.salt, row.Email))
	}
	im.old = make(map[string]*subscribers.Subscriber)
	im.subs = make(map[int64][]subscribers.Subscription)
	im.suppressed = make(map[string]string)
	im.horizons = make(map[string]int64)
	var ids []int64
	err := textGroups(keys, func(in string, args []any) error {
		return im.each(ctx, `SELECT r.key, `+subscriberColumns+` FROM subscribers r WHERE r.key IN (`+in+`) FOR UPDATE`, args,
			func(rows *sql.Rows) error {
				var key string
				var r subscribers.Subscriber
				err := rows.Scan(append([]any{&key}, subscriberInto(&r)...)...)
				im.old[key], ids = &r, append(ids, r.ID)
				return err
			})
	})
	if err != nil {
		return err
	}
	err = among(distinct(ids), "s.subscriber", 1, func(which string, args []any) error {
		subs, err := subscriptions(ctx, im.session, `WHERE `+which, args...)
		for _, sub := range subs {
			im.subs[sub.Subscriber] = append(im.subs[sub.Subscriber], sub)
		}
		return err
	})
	if err != nil {
		return err
	}
	return textGroups(hashes, func(in string, args []any) error {
		return im.each(ctx, `SELECT key, reason FROM suppressions WHERE key IN (`+in+`)`, args, func(rows *sql.Rows) error {
			var key, reason string
			err := rows.Scan(&key, &reason)
			im.suppressed[key] = reason
			return err
		})
	})
}

// write writes down what a decision changes, and returns the subscriptions to
// be inserted.
func (im *importing) write(ctx context.Context, d *subscribers.Decision) (added [][]any, err error) {
	r := &d.Subscriber
	if d.Fate == subscribers.Changed {
		err := one(im.exec(ctx, `UPDATE subscribers SET email = $1, name = $2, topics = $3, cities = $4, language = $5,
				timezone = $6, status = $7, paused_until = $8, consent = $9
			WHERE id = $10`,
			r.Email, r.Name, listOf(r.Topics), listOf(r.Cities), r.Language, r.Timezone, string(r.Status),
			instant(r.Paused), r.Consent, r.ID))
		if err != nil {
			return nil, err
		}
	}
	if d.Suppress != "" {
		if err := addSuppression(ctx, im.session, im.salt, r.Email, d.Suppress, im.now); err != nil {
			return nil, err
		}
	}
	for _, newsletter := range d.Leave {
		n, err := im.exec(ctx, `UPDATE subscriptions SET left_at = $1
			WHERE subscriber = $2 AND newsletter = $3 AND left_at IS NULL`, instant(d.EndedAt(newsletter, im.now)), r.ID, newsletter)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			row, err := im.subscription(ctx, d, newsletter, d.EndedAt(newsletter, im.now))
			if err != nil {
				return nil, err
			}
			added = append(added, row)
		}
	}
	for _, newsletter := range d.Subscribe {
		row, err := im.subscription(ctx, d, newsletter, time.Time{})
		if err != nil {
			return nil, err
		}
		added = append(added, row)
	}
	return added, nil
}

// subscription is a new one, which begins where the newsletter is.
func (im *importing) subscription(ctx context.Context, d *subscribers.Decision, newsletter string, left time.Time) ([]any, error) {
	h, known := im.horizons[newsletter]
	if !known {
		var err error
		if h, err = lastHorizon(ctx, im.session, newsletter); err != nil {
			return nil, err
		}
		im.horizons[newsletter] = h
	}
	return []any{d.Subscriber.ID, newsletter, instant(d.BeganAt(newsletter, im.now)), instant(left), h}, nil
}

// textGroups calls f with all texts, a hundred at a time, as a list of
// parameters from $1 on; the last text fills up.
func textGroups(texts []string, f func(in string, args []any) error) error {
	const size = 100
	in := placeholders(1, size)
	for len(texts) > 0 {
		n := min(size, len(texts))
		args := make([]any, size)
		for i := range args {
			args[i] = texts[min(i, n-1)]
		}
		if err := f(in, args); err != nil {
			return err
		}
		texts = texts[n:]
	}
	return nil
}
