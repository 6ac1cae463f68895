package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/subscribers"
)

// Confirm implements subscribers.Requests.
func (db *DB) Confirm(ctx context.Context, id int64, how subscribers.Consent, welcome []string, now time.Time) (done subscribers.Confirmed, err error) {
	salt, err := db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = db.write(ctx, func(s session) (err error) {
			c := confirming{post: post{session: s, salt: salt, now: now}, how: how, welcome: welcome}
			done, err = c.run(ctx, id)
			return err
		})
	}
	if err != nil {
		return subscribers.Confirmed{}, fmt.Errorf("confirmation of request %d: %w", id, err)
	}
	return done, nil
}

// A confirming is a request on its way to be done.
type confirming struct {
	post
	how     subscribers.Consent
	welcome []string
}

func (c *confirming) run(ctx context.Context, id int64) (done subscribers.Confirmed, err error) {
	r, err := c.lock(ctx, id)
	if err != nil {
		return done, err
	}
	done = subscribers.Confirmed{Subscriber: r.Subscriber, Request: r}
	if !r.Done.IsZero() {
		done.Already = true
		return done, nil
	}
	if c.now.Sub(r.Made) >= subscribers.RequestLife {
		return done, subscribers.ErrNoRequest
	}
	if r.Kind == subscribers.NewAddress {
		err = c.move(ctx, r)
	} else {
		done.Subscriber, done.Fresh, err = c.signUp(ctx, r)
	}
	if err != nil {
		return done, err
	}
	// The letter that asked is the reader's from now on, who may move and then
	// want to be erased: see wipe.
	_, err = c.exec(ctx, `UPDATE notes SET subscriber = $1 WHERE key = $2 AND request = $3`,
		done.Subscriber, subscribers.SuppressionKey(c.salt, r.Email), id)
	if err != nil {
		return done, fmt.Errorf("letter that asked: %w", err)
	}
	// What it said is in the reader's row and log now.
	_, err = c.exec(ctx, `UPDATE requests SET key = NULL, subscriber = $1, email = '', name = '', topics = '[]', cities = '[]',
			network = '', words = '', done = $2 WHERE id = $3`, done.Subscriber, c.now.UnixMilli(), id)
	return done, err
}

// lock locks and returns a request, after the readers it is about: whoever asks
// for something locks them in this order too.
func (c *confirming) lock(ctx context.Context, id int64) (*subscribers.Request, error) {
	r, err := request(ctx, c.session, `WHERE q.id = $1`, id)
	if err != nil {
		return nil, err
	}
	for _, reader := range []struct {
		where string
		arg   any
	}{{`WHERE r.id = $1 FOR UPDATE`, r.Subscriber}, {`WHERE r.key = $1 FOR UPDATE`, subscribers.AddressKey(r.Email)}} {
		_, err := subscriber(ctx, c.session, reader.where, reader.arg)
		if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
			return nil, err
		}
	}
	return request(ctx, c.session, `WHERE q.id = $1 FOR UPDATE`, id)
}

// signUp makes a reader of who confirmed a sign-up, or gives one what they
// asked for.
func (c *confirming) signUp(ctx context.Context, r *subscribers.Request) (id int64, fresh bool, err error) {
	old, err := c.holder(ctx, r.Email)
	if err != nil {
		return 0, false, err
	}
	var subs []subscribers.Subscription
	if old != nil {
		if subs, err = subscriptions(ctx, c.session, `WHERE s.subscriber = $1`, old.ID); err != nil {
			return 0, false, err
		}
	}
	change := subscribers.Confirming(old, subs, *r, c.now)
	if id, err = apply(ctx, c.session, change, c.now); err != nil {
		return 0, false, err
	}
	if err := logConsent(ctx, c.session, id, subscribers.ActAsked, r.Consent, r.Newsletters, r.Made); err != nil {
		return 0, false, err
	}
	if err := logConsent(ctx, c.session, id, subscribers.ActConfirmed, c.how, r.Newsletters, c.now); err != nil {
		return 0, false, err
	}
	if err := c.lift(ctx, id, r.Email); err != nil {
		return 0, false, err
	}
	gets := change.Taken()
	if old != nil && old.Status != subscribers.Active { // they get again what they had not left, too
		if gets, err = has(ctx, c.session, id); err != nil {
			return 0, false, err
		}
	}
	if len(gets) > 0 { // else they had all of it
		err = hookConfirmed(ctx, c.session, webhook.Confirmed{Reader: webhook.Reader{ID: id, Email: change.Subscriber.Email},
			Newsletters: gets, First: old == nil, Why: webhook.SignedUp, Way: r.Consent.Way}, c.now)
		if err != nil {
			return 0, false, err
		}
	}
	greet := slices.DeleteFunc(change.Taken(), func(n string) bool { return !slices.Contains(c.welcome, n) })
	if len(greet) > 0 {
		_, err = queueNote(ctx, c.session, c.salt, notes.Note{Kind: notes.Welcome, To: change.Subscriber.Email, Subscriber: id,
			Language: change.Subscriber.Language, Payload: map[string]string{notes.Newsletters: notes.Join(greet)}}, c.now)
	}
	return id, old == nil, err
}

// move gives a reader the address that was confirmed, and tells the old one.
func (c *confirming) move(ctx context.Context, r *subscribers.Request) error {
	old, err := subscriber(ctx, c.session, `WHERE r.id = $1 FOR UPDATE`, r.Subscriber)
	if errors.Is(err, subscribers.ErrNotFound) {
		return subscribers.ErrNoRequest
	}
	if err != nil {
		return err
	}
	holder, err := c.holder(ctx, r.Email)
	if err != nil {
		return err
	}
	if holder != nil && holder.ID != old.ID {
		return subscribers.ErrTaken
	}
	if _, err := apply(ctx, c.session, subscribers.Moving(*old, *r), c.now); err != nil {
		return err
	}
	if err := logConsent(ctx, c.session, old.ID, subscribers.ActMoved, c.how, nil, c.now); err != nil {
		return err
	}
	names, err := has(ctx, c.session, old.ID)
	if err != nil {
		return err
	}
	err = hookConfirmed(ctx, c.session, webhook.Confirmed{Reader: webhook.Reader{ID: old.ID, Email: r.Email}, Newsletters: names,
		Why: webhook.Moved, Way: r.Consent.Way}, c.now)
	if err != nil {
		return err
	}
	if err := c.lift(ctx, old.ID, r.Email); err != nil {
		return err
	}
	// A list of before must not bring the old address in, beside the new one or
	// after the reader was erased.
	if err := addSuppression(ctx, c.session, c.salt, old.Email, subscribers.Moved, c.now); err != nil {
		return err
	}
	if old.Status == subscribers.Bounced || old.Status == subscribers.Complained {
		return nil // nobody is there, or wants to hear of us
	}
	_, err = queueNote(ctx, c.session, c.salt, notes.Note{Kind: notes.AddressChanged, To: old.Email, Subscriber: old.ID,
		Language: old.Language, Payload: map[string]string{notes.Other: subscribers.Mask(r.Email)}}, c.now)
	return err
}

// lift takes an address that was confirmed off the suppression list.
func (c *confirming) lift(ctx context.Context, id int64, email string) error {
	var reason string
	err := c.row(ctx, `DELETE FROM suppressions WHERE key = $1 RETURNING reason`, subscribers.SuppressionKey(c.salt, email)).Scan(&reason)
	if err != nil {
		return none(err)
	}
	how := c.how
	how.Text, how.Language = reason, ""
	return logConsent(ctx, c.session, id, subscribers.ActLifted, how, nil, c.now)
}

// SetProfile implements subscribers.Requests.
func (db *DB) SetProfile(ctx context.Context, id int64, p subscribers.Profile, how subscribers.Consent, now time.Time) error {
	p = p.Tidy()
	err := db.write(ctx, func(s session) error {
		old, err := subscriber(ctx, s, `WHERE r.id = $1 FOR UPDATE`, id)
		if err != nil {
			return err
		}
		subs, err := subscriptions(ctx, s, `WHERE s.subscriber = $1`, id)
		if err != nil {
			return err
		}
		change := subscribers.Choosing(*old, subs, p)
		if _, err := apply(ctx, s, change, now); err != nil {
			return err
		}
		if len(change.Leave) > 0 {
			if err := logConsent(ctx, s, id, subscribers.ActLeft, how, change.Leave, now); err != nil {
				return err
			}
		}
		taken := change.Taken()
		if len(taken) > 0 {
			if err := logConsent(ctx, s, id, subscribers.ActChosen, how, taken, now); err != nil {
				return err
			}
		}
		return hookChosen(ctx, s, change, len(p.Newsletters) == 0, how.Way, now)
	})
	if err != nil {
		return fmt.Errorf("profile of reader %d: %w", id, err)
	}
	return nil
}

// apply writes a change of a reader, whose row is locked, and returns their
// number.
func apply(ctx context.Context, s session, c subscribers.Change, now time.Time) (id int64, err error) {
	r := &c.Subscriber
	key := subscribers.AddressKey(r.Email)
	if id = r.ID; id == 0 {
		err = s.row(ctx, `INSERT INTO subscribers (email, key, name, topics, cities, language, timezone, status, paused_until, since, consent)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
			r.Email, key, r.Name, listOf(r.Topics), listOf(r.Cities), r.Language, r.Timezone, string(r.Status),
			instant(r.Paused), instant(r.Since), r.Consent).Scan(&id)
	} else {
		err = one(s.exec(ctx, `UPDATE subscribers SET email = $1, key = $2, name = $3, topics = $4, cities = $5, language = $6,
				timezone = $7, status = $8, paused_until = $9 WHERE id = $10`,
			r.Email, key, r.Name, listOf(r.Topics), listOf(r.Cities), r.Language, r.Timezone, string(r.Status), instant(r.Paused), id))
	}
	if err != nil {
		return 0, fmt.Errorf("reader: %w", err)
	}
	for _, n := range c.Begin {
		h, err := lastHorizon(ctx, s, n)
		if err != nil {
			return 0, fmt.Errorf("horizon of %s: %w", n, err)
		}
		_, err = s.exec(ctx, `INSERT INTO subscriptions (subscriber, newsletter, since, bookmark) VALUES ($1, $2, $3, $4)`,
			id, n, now.UnixMilli(), h)
		if err != nil {
			return 0, fmt.Errorf("subscription: %w", err)
		}
	}
	for _, n := range c.Return {
		if err := setLeft(ctx, s, id, n, time.Time{}); err != nil {
			return 0, err
		}
	}
	for _, n := range c.Leave {
		if err := setLeft(ctx, s, id, n, now); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// setLeft says when a subscription was left; the zero time: it was not.
func setLeft(ctx context.Context, s session, id int64, newsletter string, at time.Time) error {
	_, err := s.exec(ctx, `UPDATE subscriptions SET left_at = $1 WHERE subscriber = $2 AND newsletter = $3`, instant(at), id, newsletter)
	if err != nil {
		return fmt.Errorf("leaving: %w", err)
	}
	return nil
}
