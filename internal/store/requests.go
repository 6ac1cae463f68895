package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/subscribers"
)

var _ subscribers.Requests = (*DB)(nil)

// mostMoves is how many new addresses one reader may have us write to within
// [subscribers.LetterEvery].
const mostMoves = 5

// Ask implements subscribers.Requests.
func (db *DB) Ask(ctx context.Context, r subscribers.Request, now time.Time) (id int64, err error) {
	r, err = r.Tidy()
	if err != nil {
		return 0, fmt.Errorf("request: %w", err)
	}
	salt, err := db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = db.write(ctx, func(s session) (err error) {
			p := post{session: s, salt: salt, now: now}
			if r.Kind == subscribers.NewAddress {
				id, err = p.askToMove(ctx, r)
			} else {
				id, err = p.askToSignUp(ctx, r)
			}
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("request: %w", err)
	}
	return id, nil
}

// AskPreferences implements subscribers.Requests.
func (db *DB) AskPreferences(ctx context.Context, email, language string, now time.Time) error {
	salt, err := db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = db.write(ctx, func(s session) error {
			p := post{session: s, salt: salt, now: now}
			r, err := p.holder(ctx, email)
			if err != nil || r == nil || r.Status == subscribers.Bounced || r.Status == subscribers.Complained {
				return err
			}
			return p.letter(ctx, subscribers.PreferencesEvery, notes.Note{Kind: notes.Preferences, To: r.Email, Subscriber: r.ID,
				Language: cmp.Or(r.Language, language)})
		})
	}
	if err != nil {
		return fmt.Errorf("letter with the preferences: %w", err)
	}
	return nil
}

// A post queues letters to one person, in a transaction.
type post struct {
	session
	salt []byte
	now  time.Time
}

// askToSignUp keeps a request to be a reader, or tells who is one.
func (p post) askToSignUp(ctx context.Context, r subscribers.Request) (int64, error) {
	holder, err := p.holder(ctx, r.Email)
	if err != nil {
		return 0, err
	}
	r.Subscriber = 0
	if holder != nil {
		subs, err := subscriptions(ctx, p.session, `WHERE s.subscriber = $1`, holder.ID)
		if err != nil {
			return 0, err
		}
		if subscribers.In(*holder, subs, r.Newsletters) {
			return 0, p.known(ctx, holder, r.Language)
		}
	}
	id, err := p.keep(ctx, r)
	if err != nil {
		return 0, err
	}
	bulk := r.Consent.Way != subscribers.ByForm && r.Consent.Way != subscribers.ByEmbed
	return id, p.ask(ctx, notes.Note{Kind: notes.Confirm, To: r.Email, Request: id, Language: r.Language, Bulk: bulk})
}

// askToMove keeps a request of a reader to be written to elsewhere. Who already
// has the address is told, and the reader is not.
func (p post) askToMove(ctx context.Context, r subscribers.Request) (int64, error) {
	mover, err := subscriber(ctx, p.session, `WHERE r.id = $1 FOR UPDATE`, r.Subscriber)
	if err != nil || mover.Email == r.Email {
		return 0, err
	}
	var letters int
	err = p.row(ctx, `SELECT COUNT(*) FROM notes WHERE subscriber = $1 AND subscriber > 0 AND kind = $2 AND queued > $3`,
		r.Subscriber, string(notes.Address), p.now.Add(-subscribers.LetterEvery).UnixMilli()).Scan(&letters)
	if err != nil || letters >= mostMoves {
		return 0, err
	}
	holder, err := p.holder(ctx, r.Email)
	if err != nil {
		return 0, err
	}
	if holder != nil && holder.ID != mover.ID {
		if holder.Status != subscribers.Active {
			return 0, nil
		}
		return 0, p.known(ctx, holder, r.Language)
	}
	id, err := p.keep(ctx, r)
	if err != nil {
		return 0, err
	}
	return id, p.ask(ctx, notes.Note{Kind: notes.Address, To: r.Email, Subscriber: mover.ID, Request: id,
		Language: cmp.Or(mover.Language, r.Language), Payload: map[string]string{notes.Other: subscribers.Mask(mover.Email)}})
}

// holder locks and returns the reader with an address, or nil.
func (p post) holder(ctx context.Context, email string) (*subscribers.Subscriber, error) {
	r, err := subscriber(ctx, p.session, `WHERE r.key = $1 FOR UPDATE`, subscribers.AddressKey(email))
	if errors.Is(err, subscribers.ErrNotFound) {
		return nil, nil
	}
	return r, err
}

// keep writes a request, or renews the open one. It locks the row: of two who
// ask at once for one address, the second finds the letter of the first.
func (p post) keep(ctx context.Context, r subscribers.Request) (id int64, err error) {
	err = p.row(ctx, `INSERT INTO requests (kind, key, subscriber, email, name, newsletters, topics, cities, language, timezone,
			way, network, words, words_language, made)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (key, kind, subscriber) DO UPDATE SET email = excluded.email, name = excluded.name,
			newsletters = excluded.newsletters, topics = excluded.topics, cities = excluded.cities,
			language = excluded.language, timezone = excluded.timezone, way = excluded.way, network = excluded.network,
			words = excluded.words, words_language = excluded.words_language, made = excluded.made
		RETURNING id`,
		string(r.Kind), subscribers.AddressKey(r.Email), r.Subscriber, r.Email, r.Name, listOf(r.Newsletters), listOf(r.Topics),
		listOf(r.Cities), r.Language, r.Timezone, r.Consent.Way, r.Consent.Network, r.Consent.Text, r.Consent.Language,
		p.now.UnixMilli()).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("open one: %w", err)
	}
	return id, nil
}

// ask queues the letter that asks for confirmation, if the address may be
// written to.
func (p post) ask(ctx context.Context, n notes.Note) error {
	key := subscribers.SuppressionKey(p.salt, n.To)
	var reason string
	var since, bounced time.Time
	err := none(p.row(ctx, `SELECT reason, at FROM suppressions WHERE key = $1`, key).Scan(&reason, asTime(&since)))
	if err != nil {
		return fmt.Errorf("suppression: %w", err)
	}
	// Of an address that is nobody's it is only known from the letter itself.
	err = p.row(ctx, `SELECT MAX(settled) FROM notes WHERE key = $1 AND reason = 'bounced'`, key).Scan(asTime(&bounced))
	if err != nil {
		return fmt.Errorf("letters that bounced: %w", err)
	}
	if !subscribers.MayAsk(reason, since, p.now) || !bounced.IsZero() && !subscribers.MayAsk(subscribers.BecauseBounced, bounced, p.now) {
		return nil
	}
	return p.letter(ctx, subscribers.LetterEvery, n)
}

// known queues the letter that tells a reader that they are in.
func (p post) known(ctx context.Context, r *subscribers.Subscriber, language string) error {
	return p.letter(ctx, subscribers.LetterEvery, notes.Note{Kind: notes.Known, To: r.Email, Subscriber: r.ID, Language: cmp.Or(r.Language, language)})
}

// letter queues a note unless its address was sent one of its kind a short
// while ago.
func (p post) letter(ctx context.Context, every time.Duration, n notes.Note) error {
	var before int
	err := p.row(ctx, `SELECT COUNT(*) FROM notes WHERE key = $1 AND kind = $2 AND queued > $3`,
		subscribers.SuppressionKey(p.salt, n.To), string(n.Kind), p.now.Add(-every).UnixMilli()).Scan(&before)
	if err != nil {
		return fmt.Errorf("letters before: %w", err)
	}
	if before > 0 {
		return nil
	}
	_, err = queueNote(ctx, p.session, p.salt, n, p.now)
	return err
}

// requests reads requests; where speaks of q.
func requests(ctx context.Context, s session, where string, args ...any) ([]subscribers.Request, error) {
	var out []subscribers.Request
	err := s.each(ctx, `SELECT q.id, q.kind, q.subscriber, q.email, q.name, q.newsletters, q.topics, q.cities, q.language, q.timezone,
			q.way, q.network, q.words, q.words_language, q.made, q.done
		FROM requests q `+where, args, func(rows *sql.Rows) error {
		var r subscribers.Request
		c := &r.Consent
		err := rows.Scan(&r.ID, &r.Kind, &r.Subscriber, &r.Email, &r.Name, asList(&r.Newsletters), asList(&r.Topics), asList(&r.Cities),
			&r.Language, &r.Timezone, &c.Way, &c.Network, &c.Text, &c.Language, asTime(&r.Made), asTime(&r.Done))
		c.Act, c.At, c.Newsletters = subscribers.ActAsked, r.Made, r.Newsletters
		out = append(out, r)
		return err
	})
	return out, err
}

// request reads one request, or returns subscribers.ErrNoRequest.
func request(ctx context.Context, s session, where string, arg any) (*subscribers.Request, error) {
	all, err := requests(ctx, s, where, arg)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, subscribers.ErrNoRequest
	}
	return &all[0], nil
}

// Request implements subscribers.Requests.
func (db *DB) Request(ctx context.Context, id int64) (*subscribers.Request, error) {
	r, err := request(ctx, db.read(), `WHERE q.id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("request %d: %w", id, err)
	}
	return r, nil
}

// ForgetRequests implements subscribers.Requests.
func (db *DB) ForgetRequests(ctx context.Context, before time.Time) error {
	err := db.clear(ctx, `DELETE FROM requests WHERE id IN (
		SELECT id FROM requests WHERE done IS NULL AND made < $1 ORDER BY made LIMIT 500)`, before)
	if err != nil {
		return fmt.Errorf("requests nobody confirmed: %w", err)
	}
	return nil
}

// clear runs a deletion of some rows that are older than a moment until there
// are none left. Somebody may have made us keep very many: others get their
// turn in between.
func (db *DB) clear(ctx context.Context, query string, before time.Time) error {
	for {
		n, err := db.change(ctx, query, before.UnixMilli())
		if err != nil || n == 0 {
			return err
		}
	}
}
