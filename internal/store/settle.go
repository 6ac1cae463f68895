package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// A delivery is a row as settling sees it.
type delivery struct {
	subscriber int64
	block      int64
	version    int
	state      mailer.State
	reason     string
	attempts   int
	first      time.Time
	doubt      bool
	at         time.Time
	code       int
	enhanced   string
}

// after returns the row as a settlement leaves it; ok is false if it does not
// count. lost tells that the lease went to somebody else: then only a letter
// that was taken counts, and it counts whatever has been decided since, because
// the reader has it. In a cancelled edition nothing is tried again.
func (d delivery) after(s mailer.Settlement, lost, cancelled bool) (next delivery, ok bool) {
	o := s.Outcome
	switch {
	case o.State == mailer.Sent:
		if d.state == mailer.Sent || d.state == mailer.None {
			return d, false
		}
	case lost || d.state != mailer.Queued:
		return d, false
	}
	d.state, d.reason, d.at = o.State, o.Reason, s.At
	if o.State == mailer.Queued && cancelled {
		d.state, d.reason = mailer.Skipped, mailer.Cancelled
	}
	if s.Version != 0 {
		d.version = s.Version
	}
	if o.Attempt {
		d.attempts++
		if d.first.IsZero() {
			d.first = s.At
		}
	}
	if d.state == mailer.Queued {
		d.doubt = d.doubt || o.Doubt // once in doubt, a refusal later on does not take it back
	} else {
		d.doubt = false
	}
	if o.Code != 0 || o.State != mailer.Skipped {
		d.code, d.enhanced = o.Code, o.Enhanced
	}
	return d, true
}

// Settle implements mailer.Ledger.
func (db *DB) Settle(ctx context.Context, b *mailer.Block, results []mailer.Settlement) error {
	lost, err := db.SettleAll(ctx, []mailer.Settled{{Block: b, Results: results}})
	if err == nil && len(lost) > 0 {
		err = fmt.Errorf("block %d: %w", b.ID, mailer.ErrLost)
	}
	return err
}

// SettleAll implements mailer.Ledger. Blocks are taken in order, so that two of
// us do not wait for each other.
func (db *DB) SettleAll(ctx context.Context, all []mailer.Settled) (lost []*mailer.Block, err error) {
	all = slices.SortedStableFunc(slices.Values(all), func(a, b mailer.Settled) int { return cmp.Compare(a.Block.ID, b.Block.ID) })
	salt, err := db.salt(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	var finished []int64
	err = db.write(ctx, func(s session) error {
		lost, finished = nil, nil
		for _, of := range all {
			if len(of.Results) == 0 {
				continue
			}
			st := settling{session: s, block: of.Block.ID, results: of.Results, salt: salt, changes: make(deltas)}
			if err := st.settle(ctx, of.Block); err != nil {
				return fmt.Errorf("block %d: %w", of.Block.ID, err)
			}
			if st.done {
				finished = append(finished, st.edition)
			}
			if st.lost {
				lost = append(lost, of.Block)
			}
		}
		return nil
	})
	if err == nil {
		err = db.finish(ctx, distinct(finished)...)
	}
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	return lost, nil
}

// salt returns the salt of suppressed addresses if one is needed. It may have
// to be made, which is a transaction of its own.
func (db *DB) salt(ctx context.Context, all []mailer.Settled) ([]byte, error) {
	for _, of := range all {
		for _, r := range of.Results {
			if r.Outcome.Suppress {
				return db.Secret(ctx, suppressionSalt)
			}
		}
	}
	return nil, nil
}

// A settling is the results of one block on their way.
type settling struct {
	session
	block       int64
	results     []mailer.Settlement
	salt        []byte
	edition     int64
	destination string
	lost        bool
	cancelled   bool

	newsletter string
	horizon    int64
	rows       map[int64]delivery
	changes    deltas
	retrials   map[int64]retrial // by due
	overdue    []int64           // readers whose letter was taken after all
	done       bool              // a block has nothing open any more
}

// settle writes each result that counts, then the counters.
func (st *settling) settle(ctx context.Context, b *mailer.Block) error {
	if err := st.lock(ctx, b.Token); err != nil {
		return err
	}
	if err := st.taken(ctx, b); err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	if len(st.results) > 0 {
		if err := st.write(ctx); err != nil {
			return err
		}
	}
	var err error
	if st.done, err = st.changes.apply(ctx, st.session); err != nil {
		return err
	}
	return st.late(ctx)
}

// lock locks the block and reads how its lease stands.
func (st *settling) lock(ctx context.Context, token int64) error {
	var latest int64
	err := st.row(ctx, `SELECT edition, token, destination FROM blocks WHERE id = $1 FOR UPDATE`, st.block).
		Scan(&st.edition, &latest, &st.destination)
	if err == sql.ErrNoRows { // packed long ago (compact.go): nothing counts any more
		st.lost = true
		return nil
	}
	st.lost = latest != token
	return err
}

// read reads the edition as it is now that the block is locked, and the rows
// that the results speak of.
func (st *settling) read(ctx context.Context) error {
	var state digest.State
	err := st.row(ctx, `SELECT state, newsletter, horizon FROM editions WHERE n = $1`, st.edition).
		Scan(&state, &st.newsletter, &st.horizon)
	if none(err) != nil {
		return fmt.Errorf("edition: %w", err)
	}
	st.cancelled = state == digest.Cancelled
	return st.readRows(ctx)
}

// write writes the results that count, of whatever kind.
func (st *settling) write(ctx context.Context) error {
	if err := st.read(ctx); err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	alike := make(map[likeness][]delivery)
	var order []likeness
	versions := make(map[int]int64)
	for _, r := range st.results {
		was, ok := st.rows[r.Subscriber]
		if !ok {
			continue
		}
		// What was put off before by these very results, whose commit nobody heard
		// of, is elsewhere by now and may be in somebody's hand.
		elsewhere := was.block != st.block
		is, ok := was.after(r, st.lost || elsewhere, st.cancelled)
		if !ok {
			continue
		}
		if is.state == mailer.Queued {
			var err error
			if is.block, err = st.retry(ctx, r.Outcome.Due); err != nil {
				return fmt.Errorf("retry: %w", err)
			}
		}
		if r.Outcome.Suppress && is.state != mailer.Queued {
			if err := st.suppress(ctx, r); err != nil {
				return fmt.Errorf("suppression: %w", err)
			}
		}
		if is.state == mailer.Sent && was.state != mailer.Queued {
			st.overdue = append(st.overdue, is.subscriber)
		}
		st.changes.of(was.block).leave(was.state, was.reason)
		st.changes.of(is.block).enter(is.state, is.reason)
		if was.version != is.version {
			versions[was.version]--
			versions[is.version]++
		}
		like := is.like(was)
		if alike[like] == nil {
			order = append(order, like)
		}
		alike[like] = append(alike[like], is)
		delete(st.rows, r.Subscriber) // a second result in one batch is none
	}
	for _, like := range order {
		if err := st.update(ctx, like, alike[like]); err != nil {
			return fmt.Errorf("deliveries: %w", err)
		}
	}
	for n, readers := range versions {
		if _, err := st.exec(ctx, `UPDATE versions SET readers = readers + $1 WHERE edition = $2 AND n = $3`, readers, st.edition, n); err != nil {
			return fmt.Errorf("readers of version %d: %w", n, err)
		}
	}
	return nil
}

// A likeness is what deliveries have in common that are written at once.
type likeness struct {
	block    int64
	version  int // 0: each keeps its own
	state    mailer.State
	reason   string
	attempts int
	began    bool // with their first attempt
	doubt    bool
	code     int
	enhanced string
}

// like returns what is written of a delivery that was another way before.
func (d delivery) like(was delivery) likeness {
	l := likeness{block: d.block, state: d.state, reason: d.reason, attempts: d.attempts,
		began: was.first.IsZero() && !d.first.IsZero(), doubt: d.doubt, code: d.code, enhanced: d.enhanced}
	if d.version != was.version {
		l.version = d.version
	}
	return l
}

// update writes deliveries that are alike, with the moment of the last one.
func (st *settling) update(ctx context.Context, l likeness, ds []delivery) error {
	var at, began time.Time
	var ids []int64
	for _, d := range ds {
		ids = append(ids, d.subscriber)
		if d.at.After(at) {
			at = d.at
		}
	}
	if l.began {
		began = at
	}
	return among(distinct(ids), "subscriber", 12, func(which string, args []any) error {
		_, err := st.exec(ctx, `UPDATE deliveries SET block = $1, version = COALESCE(NULLIF(CAST($2 AS BIGINT), 0), version),
				state = $3, reason = $4, attempts = $5, first_at = COALESCE(first_at, CAST($6 AS BIGINT)),
				doubt = $7, at = $8, code = $9, enhanced = $10
			WHERE edition = $11 AND `+which,
			append([]any{l.block, l.version, string(l.state), l.reason, l.attempts, instant(began),
				flag(l.doubt), instant(at), l.code, l.enhanced, st.edition}, args...)...)
		return err
	})
}

// readRows reads the rows that the results speak of.
func (st *settling) readRows(ctx context.Context) error {
	st.rows = make(map[int64]delivery, len(st.results))
	var ids []int64
	for _, r := range st.results {
		ids = append(ids, r.Subscriber)
	}
	return among(distinct(ids), "subscriber", 2, func(which string, args []any) error {
		return st.each(ctx, `SELECT subscriber, block, version, state, reason, attempts, first_at, doubt, at, code, enhanced
			FROM deliveries WHERE edition = $1 AND `+which+`
				AND block IS NOT NULL FOR UPDATE`,
			append([]any{st.edition}, args...), func(rows *sql.Rows) error {
				var d delivery
				err := rows.Scan(&d.subscriber, &d.block, &d.version, &d.state, &d.reason, &d.attempts,
					asTime(&d.first), &d.doubt, asTime(&d.at), &d.code, &d.enhanced)
				st.rows[d.subscriber] = d
				return err
			})
	})
}

// A retrial is a block that this transaction puts deferred deliveries into.
type retrial struct {
	block int64
	room  int
}

// retry returns a block for a delivery that is due again then: whole seconds,
// so that those deferred together stay together. It is one that nobody has in
// hand, or a new one.
func (st *settling) retry(ctx context.Context, due time.Time) (int64, error) {
	at := (due.UnixMilli() + 999) / 1000 * 1000
	if st.retrials == nil {
		st.retrials = make(map[int64]retrial)
	}
	r, known := st.retrials[at]
	if !known {
		err := st.row(ctx, retrySQL, blockSize, at, st.edition, st.block, st.destination, blockSize).Scan(&r.block, &r.room)
		if none(err) != nil {
			return 0, err
		}
	}
	if r.room <= 0 {
		r.room = blockSize
		err := st.row(ctx, `INSERT INTO blocks (edition, due, open, destination, retry) VALUES ($1, $2, 0, $3, 1) RETURNING id`,
			st.edition, at, st.destination).Scan(&r.block)
		if err != nil {
			return 0, err
		}
	}
	r.room--
	st.retrials[at] = r
	return r.block, nil
}

const retrySQL = `SELECT id, CAST($1 AS BIGINT) - (open + sent + failed + skipped) FROM blocks
	WHERE done = 0 AND due = $2 AND edition = $3 AND id <> $4 AND destination = $5 AND retry = 1 AND lease_until IS NULL
		AND open + sent + failed + skipped < CAST($6 AS BIGINT)
	ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`

// late moves the bookmarks of readers whose letter was given up before we heard
// that it was taken: their block's bookmarks may have moved already.
func (st *settling) late(ctx context.Context) error {
	for _, id := range st.overdue {
		_, err := st.exec(ctx, `UPDATE subscriptions SET bookmark = $1
			WHERE subscriber = $2 AND newsletter = $3 AND bookmark < $4`, st.horizon, id, st.newsletter, st.horizon)
		if err != nil {
			return fmt.Errorf("bookmark: %w", err)
		}
	}
	return nil
}

// suppress puts a reader's address on the list.
func (st *settling) suppress(ctx context.Context, r mailer.Settlement) error {
	var email string
	err := st.row(ctx, `SELECT email FROM subscribers WHERE id = $1`, r.Subscriber).Scan(&email)
	if err != nil {
		return none(err) // erased meanwhile, and on the list for that
	}
	where := bounce{st.edition, r.Outcome.Code, r.Outcome.Enhanced}
	return suppress(ctx, st.session, st.salt, email, subscribers.BecauseBounced, where, r.At)
}
