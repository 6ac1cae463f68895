package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/subscribers"
)

var _ subscribers.Store = (*DB)(nil)

const subscriberColumns = `r.id, r.email, r.name, r.topics, r.cities, r.language, r.timezone, r.status,
	r.paused_until, r.since, r.consent`

// subscriberInto is where subscriberColumns go.
func subscriberInto(r *subscribers.Subscriber) []any {
	return []any{&r.ID, &r.Email, &r.Name, asList(&r.Topics), asList(&r.Cities), &r.Language, &r.Timezone, &r.Status,
		asTime(&r.Paused), asTime(&r.Since), &r.Consent}
}

// subscriber reads one reader; where speaks of r. It returns
// subscribers.ErrNotFound if there is none.
func subscriber(ctx context.Context, s session, where string, arg any) (*subscribers.Subscriber, error) {
	if storable([]any{arg}) != nil {
		return nil, subscribers.ErrNotFound
	}
	var r subscribers.Subscriber
	err := s.row(ctx, `SELECT `+subscriberColumns+` FROM subscribers r `+where, arg).Scan(subscriberInto(&r)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, subscribers.ErrNotFound
	}
	return &r, err
}

// Subscriber implements subscribers.Store.
func (db *DB) Subscriber(ctx context.Context, id int64) (*subscribers.Subscriber, error) {
	r, err := subscriber(ctx, db.read(), `WHERE r.id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("reader %d: %w", id, err)
	}
	return r, nil
}

// Recipients implements digest.PressStore.
func (db *DB) Recipients(ctx context.Context, newsletter string, ids []int64) ([]subscribers.Subscriber, error) {
	ctx = db.brief(ctx)
	out := make([]subscribers.Subscriber, 0, len(ids))
	err := among(distinct(ids), "r.id", 2, func(which string, args []any) error {
		return db.read().each(ctx, `SELECT r.id, r.email, r.name, r.topics, r.cities, COALESCE(s.since, r.since)
			FROM subscribers r LEFT JOIN subscriptions s ON s.subscriber = r.id AND s.newsletter = $1
			WHERE `+which, append([]any{newsletter}, args...), func(rows *sql.Rows) error {
			var r subscribers.Subscriber
			err := rows.Scan(&r.ID, &r.Email, &r.Name, asList(&r.Topics), asList(&r.Cities), asTime(&r.Since))
			out = append(out, r)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("recipients: %w", err)
	}
	return out, nil
}

// ByEmail implements subscribers.Store.
func (db *DB) ByEmail(ctx context.Context, email string) (*subscribers.Subscriber, error) {
	r, err := subscriber(ctx, db.read(), `WHERE r.key = $1`, subscribers.AddressKey(email))
	if err != nil {
		return nil, fmt.Errorf("reader by address: %w", err)
	}
	return r, nil
}

// subscriptions reads subscriptions with their effective bookmarks; where
// speaks of s.
func subscriptions(ctx context.Context, s session, where string, args ...any) ([]subscribers.Subscription, error) {
	var out []subscribers.Subscription
	err := s.each(ctx, `SELECT s.subscriber, s.newsletter, s.since, s.left_at, `+effective+`
		FROM subscriptions s `+where+` ORDER BY s.subscriber, s.newsletter`, args, func(rows *sql.Rows) error {
		var sub subscribers.Subscription
		err := rows.Scan(&sub.Subscriber, &sub.Newsletter, asTime(&sub.Since), asTime(&sub.Left), &sub.Bookmark)
		out = append(out, sub)
		return err
	})
	return out, err
}

// Subscriptions implements subscribers.Store.
func (db *DB) Subscriptions(ctx context.Context, id int64) ([]subscribers.Subscription, error) {
	subs, err := subscriptions(ctx, db.read(), `WHERE s.subscriber = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("subscriptions of reader %d: %w", id, err)
	}
	return subs, nil
}

// List implements subscribers.Store.
func (db *DB) List(ctx context.Context, after int64, limit int) ([]subscribers.Entry, error) {
	var out []subscribers.Entry
	s := db.read()
	err := s.each(ctx, `SELECT `+subscriberColumns+` FROM subscribers r WHERE r.id > $1 ORDER BY r.id LIMIT $2`,
		[]any{after, limit}, func(rows *sql.Rows) error {
			var e subscribers.Entry
			err := rows.Scan(subscriberInto(&e.Subscriber)...)
			out = append(out, e)
			return err
		})
	if err == nil && len(out) > 0 {
		var subs []subscribers.Subscription
		subs, err = subscriptions(ctx, s, `WHERE s.subscriber > $1 AND s.subscriber <= $2`, after, out[len(out)-1].Subscriber.ID)
		for i, j := 0, 0; j < len(subs); { // both by number
			switch {
			case i == len(out):
				j = len(subs)
			case subs[j].Subscriber == out[i].Subscriber.ID:
				out[i].Subscriptions = append(out[i].Subscriptions, subs[j])
				j++
			case subs[j].Subscriber < out[i].Subscriber.ID: // of one who came meanwhile
				j++
			default:
				i++
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("readers after %d: %w", after, err)
	}
	return out, nil
}

// Leave implements subscribers.Store.
func (db *DB) Leave(ctx context.Context, id int64, newsletter string, how subscribers.Consent, now time.Time) error {
	err := db.choose(ctx, id, choice{subscribers.ActLeft, how, now}, func(r subscribers.Subscriber, subs []subscribers.Subscription) (subscribers.Subscriber, []subscribers.Subscription) {
		return subscribers.Leaving(r, subs, newsletter, now)
	})
	if err != nil {
		return fmt.Errorf("leaving of reader %d: %w", id, err)
	}
	return nil
}

// Return implements subscribers.Store.
func (db *DB) Return(ctx context.Context, id int64, newsletter string, how subscribers.Consent, now time.Time) error {
	err := db.choose(ctx, id, choice{subscribers.ActReturned, how, now}, func(r subscribers.Subscriber, subs []subscribers.Subscription) (subscribers.Subscriber, []subscribers.Subscription) {
		return subscribers.Returning(r, subs, newsletter)
	})
	if err != nil {
		return fmt.Errorf("return of reader %d: %w", id, err)
	}
	return nil
}

// A choice is what the log says of a reader's leaving or return.
type choice struct {
	act subscribers.ConsentAct
	how subscribers.Consent
	now time.Time
}

// choose changes status and leaving of a reader as decide says. Bookmarks stay.
func (db *DB) choose(ctx context.Context, id int64, c choice, decide func(subscribers.Subscriber, []subscribers.Subscription) (subscribers.Subscriber, []subscribers.Subscription)) error {
	return db.write(ctx, func(s session) error {
		was, err := subscriber(ctx, s, `WHERE r.id = $1 FOR UPDATE`, id)
		if err != nil {
			return err
		}
		subs, err := subscriptions(ctx, s, `WHERE s.subscriber = $1`, id)
		if err != nil {
			return err
		}
		is, after := decide(*was, subs)
		if is.Status != was.Status {
			if err := setStatus(ctx, s, id, is.Status); err != nil {
				return err
			}
		}
		var changed []string
		for i, sub := range after {
			if sub.Left.Equal(subs[i].Left) {
				continue
			}
			if err := setLeft(ctx, s, id, sub.Newsletter, sub.Left); err != nil {
				return err
			}
			changed = append(changed, sub.Newsletter)
		}
		if len(changed) == 0 && is.Status == was.Status {
			return nil
		}
		if err := logConsent(ctx, s, id, c.act, c.how, changed, c.now); err != nil {
			return err
		}
		return c.hook(ctx, s, is, after, changed)
	})
}

// hook tells of the choice of a reader.
func (c *choice) hook(ctx context.Context, s session, r subscribers.Subscriber, subs []subscribers.Subscription, changed []string) error {
	reader := webhook.Reader{ID: r.ID, Email: r.Email}
	if c.act == subscribers.ActReturned {
		return hookConfirmed(ctx, s, webhook.Confirmed{Reader: reader, Newsletters: changed, Why: webhook.Returned, Way: c.how.Way}, c.now)
	}
	all := !slices.ContainsFunc(subs, func(sub subscribers.Subscription) bool { return sub.Left.IsZero() })
	return hookLeft(ctx, s, webhook.Left{Reader: reader, Newsletters: changed, All: all, Why: webhook.Unwanted, Way: c.how.Way}, c.now)
}

func setStatus(ctx context.Context, s session, id int64, status subscribers.Status) error {
	_, err := s.exec(ctx, `UPDATE subscribers SET status = $1 WHERE id = $2`, string(status), id)
	return err
}

// PauseUntil implements subscribers.Store.
func (db *DB) PauseUntil(ctx context.Context, id int64, until time.Time, how subscribers.Consent, now time.Time) error {
	err := db.write(ctx, func(s session) error {
		was, err := subscriber(ctx, s, `WHERE r.id = $1 FOR UPDATE`, id)
		if err != nil || was.Paused.UnixMilli() == until.UnixMilli() {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE subscribers SET paused_until = $1 WHERE id = $2`, instant(until), id); err != nil {
			return err
		}
		act := subscribers.ActPaused
		switch {
		case now.Before(until):
		case was.PausedAt(now):
			act = subscribers.ActResumed
		default: // neither before nor now
			return nil
		}
		return logConsent(ctx, s, id, act, how, nil, now)
	})
	if err != nil {
		return fmt.Errorf("pause of reader %d: %w", id, err)
	}
	return nil
}

// Erase implements subscribers.Store.
func (db *DB) Erase(ctx context.Context, id int64, how subscribers.Consent, now time.Time) error {
	salt, err := db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = db.write(ctx, func(s session) error {
			r, err := subscriber(ctx, s, `WHERE r.id = $1 FOR UPDATE`, id)
			if err != nil {
				return err
			}
			if err := addSuppression(ctx, s, salt, r.Email, subscribers.Erased, now); err != nil {
				return err
			}
			how = subscribers.Consent{Way: how.Way}
			if err := logConsent(ctx, s, id, subscribers.ActErased, how, nil, now); err != nil {
				return err
			}
			had, err := has(ctx, s, id)
			if err != nil {
				return err
			}
			if err := wipe(ctx, s, salt, r, now); err != nil {
				return err
			}
			return hookLeft(ctx, s, webhook.Left{Reader: webhook.Reader{ID: id}, Newsletters: had, All: true, Why: webhook.Erased, Way: how.Way}, now)
		})
	}
	if err != nil {
		return fmt.Errorf("erasure of reader %d: %w", id, err)
	}
	// Or the address could be read there. The reader is erased also if it
	// fails: then upkeep does it within the hour.
	_ = db.EmptyJournal(ctx)
	return nil
}

// wipe removes a reader and what elsewhere speaks of them. That a letter was
// written to an address stays known by its hash, so that nobody has it written
// to more often by being erased in between.
func wipe(ctx context.Context, s session, salt []byte, r *subscribers.Subscriber, now time.Time) error {
	const unsaid = `UPDATE notes SET address = '', language = '', payload = '{}',
			reason = CASE WHEN settled IS NULL THEN 'erased' ELSE reason END,
			state = CASE WHEN settled IS NULL THEN 'skipped' ELSE state END,
			settled = COALESCE(settled, $1), lease_until = NULL `
	for _, do := range []struct {
		what, query string
		args        []any
	}{
		{"requests", `DELETE FROM requests WHERE subscriber = $1 AND subscriber > 0`, []any{r.ID}},
		{"requests", `DELETE FROM requests WHERE key = $1`, []any{subscribers.AddressKey(r.Email)}},
		{"log of consent", `UPDATE consents SET network = '', words = '', language = '',
			way = CASE WHEN way LIKE 'import %' THEN 'import' ELSE way END WHERE subscriber = $1`, []any{r.ID}},
		{"letters", unsaid + `WHERE subscriber = $2 AND subscriber > 0`, []any{now.UnixMilli(), r.ID}},
		{"letters", unsaid + `WHERE key = $2`, []any{now.UnixMilli(), subscribers.SuppressionKey(salt, r.Email)}},
		{"webhooks", `DELETE FROM webhook_messages WHERE event IN (
			SELECT n FROM webhook_events WHERE subscriber = $1 AND subscriber > 0)`, []any{r.ID}},
		{"webhooks", `DELETE FROM webhook_events WHERE subscriber = $1 AND subscriber > 0`, []any{r.ID}},
		{"reader", `DELETE FROM subscribers WHERE id = $1`, []any{r.ID}}, // subscriptions go with it
	} {
		if _, err := s.exec(ctx, do.query, do.args...); err != nil {
			return fmt.Errorf("%s: %w", do.what, err)
		}
	}
	return nil
}

// Suppress implements subscribers.Store.
func (db *DB) Suppress(ctx context.Context, email, reason string, now time.Time) error {
	salt, err := db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = db.write(ctx, func(s session) error { return suppress(ctx, s, salt, email, reason, bounce{}, now) })
	}
	if err != nil {
		return fmt.Errorf("suppression: %w", err)
	}
	return nil
}

func suppress(ctx context.Context, s session, salt []byte, email, reason string, where bounce, now time.Time) error {
	if err := addSuppression(ctx, s, salt, email, reason, now); err != nil {
		return err
	}
	r, err := subscriber(ctx, s, `WHERE r.key = $1 FOR UPDATE`, subscribers.AddressKey(email))
	if errors.Is(err, subscribers.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	is := subscribers.Suppressed(r.Status, reason)
	if err := setStatus(ctx, s, r.ID, is); err != nil {
		return err
	}
	return hookSuppressed(ctx, s, r, is, where, now)
}

func addSuppression(ctx context.Context, s session, salt []byte, email, reason string, now time.Time) error {
	_, err := s.exec(ctx, `INSERT INTO suppressions (key, reason, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		subscribers.SuppressionKey(salt, email), reason, now.UnixMilli())
	return err
}

// Counts implements subscribers.Store.
func (db *DB) Counts(ctx context.Context) (subscribers.Counts, error) {
	c := subscribers.Counts{Status: make(map[subscribers.Status]int), Newsletters: make(map[string]int)}
	s := db.read()
	err := s.each(ctx, `SELECT status, COUNT(*) FROM subscribers GROUP BY status`, nil, func(rows *sql.Rows) error {
		var status subscribers.Status
		var n int
		err := rows.Scan(&status, &n)
		c.Status[status] = n
		return err
	})
	if err == nil {
		err = s.each(ctx, `SELECT s.newsletter, COUNT(*) FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber
			WHERE s.left_at IS NULL AND r.status = 'active' GROUP BY s.newsletter`, nil, func(rows *sql.Rows) error {
			var newsletter string
			var n int
			err := rows.Scan(&newsletter, &n)
			c.Newsletters[newsletter] = n
			return err
		})
	}
	if err == nil {
		err = s.row(ctx, `SELECT COUNT(*) FROM suppressions`).Scan(&c.Suppressed)
	}
	if err != nil {
		return c, fmt.Errorf("numbers of readers: %w", err)
	}
	return c, nil
}
