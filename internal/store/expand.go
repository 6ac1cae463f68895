package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// effective is the bookmark of a subscription (s), and the only answer to what
// a reader was given: the stored one, or the horizon of a later edition that
// was sent to this reader in a block whose bookmarks have not moved yet.
const effective = `GREATEST(s.bookmark, COALESCE((
	SELECT MAX(e.horizon) FROM editions e JOIN deliveries d ON d.edition = e.n AND d.subscriber = s.subscriber
	WHERE e.newsletter = s.newsletter AND e.closed = 0 AND ` + given + `), 0))`

// Expand implements digest.Readers.
//
// On PostgreSQL everything that could change what is decided upon is locked
// first, and read afterwards: the newsletter (so that no other edition of it
// is expanded meanwhile), the edition, the group, and the blocks of older
// editions that hold open deliveries of these readers.
func (db *DB) Expand(ctx context.Context, x digest.Expansion, limit int, now time.Time, decide func([]digest.Reader) []digest.Decision) (digest.Page, error) {
	var page digest.Page
	var e expansion
	err := db.write(ctx, func(s session) error {
		page = digest.Page{}
		e = expansion{Expansion: x, now: now, session: s, destination: db.Destination}
		state, err := e.lock(ctx)
		if err != nil {
			return err
		}
		switch {
		case e.done || state != digest.Sending && state != digest.Paused:
			page.Done = true
			return nil
		case state == digest.Paused:
			page.Waiting = true
			return nil
		}
		candidates, end, err := e.candidates(ctx, limit)
		if err != nil {
			return fmt.Errorf("readers: %w", err)
		}
		ready, err := e.ready(ctx, candidates)
		if err != nil {
			return fmt.Errorf("older deliveries: %w", err)
		}
		if err := e.settle(ctx, ready, decide); err != nil {
			return err
		}
		page.Readers = len(ready)
		return e.advance(ctx, end, &page)
	})
	if err == nil && (page.Done || len(e.stale) > 0) {
		err = db.finish(ctx, e.touched()...)
	}
	if err != nil {
		return digest.Page{}, fmt.Errorf("expansion of edition %s: %w", x.Edition, err)
	}
	return page, nil
}

// An expansion is one page on its way.
type expansion struct {
	digest.Expansion
	session
	now time.Time

	destination func(email string) string
	edition     int64
	done        bool
	cursor      place
	passed      bool    // the cursor came to the end, and goes through those who wait
	waiting     []int64 // readers of this page who are passed over
	newer       map[int64]bool
	stale       []stale // older open deliveries of the readers decided upon
}

// touched are the editions in which something was settled.
func (e *expansion) touched() []int64 {
	ns := []int64{e.edition}
	for _, d := range e.stale {
		ns = append(ns, d.edition)
	}
	return distinct(ns)
}

// A place is one in the order of readers: oldest bookmark first.
type place struct{ bookmark, subscriber int64 }

// start is before everybody.
var start = place{-1, -1}

// stale is an older open delivery.
type stale struct{ edition, subscriber, block int64 }

// lock locks the newsletter, the edition and the group, and reads them.
func (e *expansion) lock(ctx context.Context) (state digest.State, err error) {
	var name string
	err = e.row(ctx, `SELECT name FROM newsletters WHERE name = $1 FOR UPDATE`, e.Newsletter).Scan(&name)
	if err != nil && err != sql.ErrNoRows {
		return "", err
	}
	err = e.row(ctx, `SELECT n, state, newsletter, horizon FROM editions WHERE id = $1 FOR UPDATE`, e.Edition).
		Scan(&e.edition, &state, &e.Newsletter, &e.Horizon)
	if err == sql.ErrNoRows {
		return "", digest.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	err = e.row(ctx, `SELECT cursor_bookmark, cursor_subscriber, passed, done
		FROM edition_groups WHERE edition = $1 AND zone = $2 FOR UPDATE`, e.edition, e.Zone).
		Scan(&e.cursor.bookmark, &e.cursor.subscriber, &e.passed, &e.done)
	if err == sql.ErrNoRows {
		return "", fmt.Errorf("group %q: %w", e.Zone, digest.ErrNotFound)
	}
	return state, err
}

// candidates returns the next readers of the group without a row in this
// edition and moves the cursor behind the last of them, or as far as one
// transaction should look. end tells that nobody comes behind the cursor.
// Everybody comes by bookmark, those of a zone by number, which an index finds.
// Who has not confirmed is no reader yet.
func (e *expansion) candidates(ctx context.Context, limit int) (out []int64, end bool, err error) {
	if e.passed {
		return e.waiters(ctx, limit)
	}
	most := 4 * limit
	query, args := candidatesSQL, []any{e.edition, e.Newsletter, e.cursor.bookmark, e.cursor.subscriber, most}
	if e.Zone != digest.AllZones {
		query, args = candidatesZoneSQL, []any{e.edition, e.Newsletter, e.Zone, e.cursor.subscriber, most}
	}
	seen := 0
	err = e.each(ctx, query, args, func(rows *sql.Rows) error {
		var p place
		var settled bool
		if err := rows.Scan(&p.bookmark, &p.subscriber, &settled); err != nil {
			return err
		}
		seen, e.cursor = seen+1, p
		if !settled {
			out = append(out, p.subscriber)
		}
		if len(out) == limit {
			return errEnough
		}
		return nil
	})
	if err == errEnough {
		return out, false, nil
	}
	return out, seen < most, err
}

// errEnough ends a query early.
var errEnough = errors.New("enough")

const (
	settled = `CASE WHEN r.status = 'pending'
			OR EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = $1 AND d.subscriber = r.id) THEN 1 ELSE 0 END`
	candidatesSQL = `SELECT s.bookmark, s.subscriber, ` + settled + `
		FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber
		WHERE s.newsletter = $2 AND (s.bookmark, s.subscriber) > ($3, $4)
		ORDER BY s.bookmark, s.subscriber LIMIT $5`
	candidatesZoneSQL = `SELECT 0, r.id, ` + settled + `
		FROM subscribers r JOIN subscriptions s ON s.subscriber = r.id AND s.newsletter = $2
		WHERE r.timezone = $3 AND r.id > $4
		ORDER BY r.id LIMIT $5`
)

// ready returns those candidates who need not wait for an older delivery,
// ascending, and remembers who must, and what may be superseded.
//
// A delivery in a worker's hand settles first, also when its lease has passed:
// the letter may have gone out. One in doubt is sent once more in its own
// edition first, unless that was cancelled.
func (e *expansion) ready(ctx context.Context, candidates []int64) ([]int64, error) {
	ids := distinct(candidates)
	others, err := numbers(ctx, e.session, `SELECT n FROM editions
		WHERE newsletter = $1 AND closed = 0 AND n <> $2 ORDER BY n`, e.Newsletter, e.edition)
	if err != nil || len(others) == 0 || len(ids) == 0 {
		return ids, err
	}
	locked, err := e.lockBlocks(ctx, others, ids)
	if err != nil {
		return nil, err
	}
	waiting := make(map[int64]bool)
	e.newer = make(map[int64]bool)
	for _, other := range others {
		err := e.open(ctx, other, ids, func(subscriber, block int64, doubt bool, state digest.State) {
			leased, ok := locked[block]
			switch {
			case other > e.edition:
				e.newer[subscriber] = true
			case !ok || leased || doubt && state != digest.Cancelled:
				waiting[subscriber] = true
			default:
				e.stale = append(e.stale, stale{other, subscriber, block})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	e.waiting = slices.Sorted(maps.Keys(waiting))
	e.stale = slices.DeleteFunc(e.stale, func(d stale) bool { return waiting[d.subscriber] })
	return slices.DeleteFunc(ids, func(id int64) bool { return waiting[id] }), nil
}

// lockBlocks keeps everybody from claiming or settling what is open of these
// readers in older editions, and tells for each block whether it is leased.
func (e *expansion) lockBlocks(ctx context.Context, others, ids []int64) (leased map[int64]bool, err error) {
	var blocks []int64
	for _, other := range others {
		if other > e.edition {
			continue
		}
		err := e.open(ctx, other, ids, func(_, block int64, _ bool, _ digest.State) { blocks = append(blocks, block) })
		if err != nil {
			return nil, err
		}
	}
	leased = make(map[int64]bool)
	err = among(distinct(blocks), "id", 1, func(which string, args []any) error {
		return e.each(ctx, `SELECT id, CASE WHEN lease_until IS NULL THEN 0 ELSE 1 END FROM blocks
			WHERE `+which+` ORDER BY id FOR UPDATE`, args, func(rows *sql.Rows) error {
			var id int64
			var held bool
			err := rows.Scan(&id, &held)
			leased[id] = held
			return err
		})
	})
	return leased, err
}

// open calls f for each open delivery of these readers in another edition.
func (e *expansion) open(ctx context.Context, other int64, ids []int64, f func(subscriber, block int64, doubt bool, state digest.State)) error {
	return among(ids, "d.subscriber", 2, func(which string, args []any) error {
		return e.each(ctx, `SELECT d.subscriber, d.block, d.doubt, e.state
			FROM deliveries d JOIN editions e ON e.n = d.edition
			WHERE d.edition = $1 AND `+which+` AND d.state = 'queued'`,
			append([]any{other}, args...), func(rows *sql.Rows) error {
				var subscriber, block int64
				var doubt bool
				var state digest.State
				err := rows.Scan(&subscriber, &block, &doubt, &state)
				f(subscriber, block, doubt, state)
				return err
			})
	})
}

// settle lets decide speak of the readers and writes down what it says.
func (e *expansion) settle(ctx context.Context, ids []int64, decide func([]digest.Reader) []digest.Decision) error {
	if len(ids) == 0 {
		return nil
	}
	readers, err := e.readers(ctx, ids)
	if err != nil {
		return fmt.Errorf("readers: %w", err)
	}
	decisions, err := paired(readers, decide(readers))
	if err != nil {
		return err
	}
	e.stale = supersededBy(decisions, e.stale)
	if err := e.supersede(ctx); err != nil {
		return fmt.Errorf("superseded: %w", err)
	}
	return e.writeDecisions(ctx, decisions)
}

// readers reads what is decided upon, oldest effective bookmark first.
func (e *expansion) readers(ctx context.Context, ids []int64) ([]digest.Reader, error) {
	var out []digest.Reader
	err := among(ids, "r.id", 2, func(which string, args []any) error {
		rs, err := readers(ctx, e.session, e.Newsletter, e.now, which, args...)
		out = append(out, rs...)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		// A newer edition, expanded first, has the same content and more.
		if r := &out[i]; r.Reason == "" && e.newer[r.Subscriber] {
			r.Reason = mailer.Superseded
		}
	}
	slices.SortFunc(out, func(a, b digest.Reader) int {
		return cmp.Or(cmp.Compare(a.Bookmark, b.Bookmark), cmp.Compare(a.Subscriber, b.Subscriber))
	})
	return out, asked(ctx, e.session, e.Newsletter, e.Asked, out)
}

// paired insists on one decision for each reader.
func paired(readers []digest.Reader, decisions []digest.Decision) ([]digest.Decision, error) {
	asked := make(map[int64]bool, len(readers))
	for _, r := range readers {
		asked[r.Subscriber] = true
	}
	for i := range decisions {
		d := &decisions[i]
		if !asked[d.Subscriber] {
			return nil, fmt.Errorf("decision on reader %d, who was not asked about or is decided on already", d.Subscriber)
		}
		delete(asked, d.Subscriber)
		if d.Reason == "" && len(d.Items) == 0 {
			d.Reason = mailer.Nothing
		}
	}
	if len(asked) > 0 {
		return nil, fmt.Errorf("no decision on %d readers", len(asked))
	}
	return decisions, nil
}

// advance writes down how far the group is, and says how it stands.
func (e *expansion) advance(ctx context.Context, end bool, page *digest.Page) error {
	if err := e.passOver(ctx); err != nil {
		return err
	}
	if end {
		waits, err := e.anybodyWaits(ctx)
		if err != nil {
			return err
		}
		page.Waiting, page.Done = waits, !waits
		e.passed, e.cursor = true, start
	}
	_, err := e.exec(ctx, `UPDATE edition_groups
		SET cursor_bookmark = $1, cursor_subscriber = $2, passed = $3, done = $4
		WHERE edition = $5 AND zone = $6`,
		e.cursor.bookmark, e.cursor.subscriber, flag(e.passed), flag(page.Done), e.edition, e.Zone)
	if err == nil && page.Done {
		_, err = e.exec(ctx, `UPDATE editions SET expanded = 1 WHERE n = $1
			AND NOT EXISTS (SELECT 1 FROM edition_groups g WHERE g.edition = editions.n AND g.done = 0)`, e.edition)
	}
	if err != nil {
		return fmt.Errorf("cursor: %w", err)
	}
	return nil
}
