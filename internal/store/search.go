package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/standfirst/standfirst/subscribers"
)

// searchStep is over how many numbers a search looks before it asks itself
// whether to go on. What is looked for by its text, or by what was chosen, is in
// no index: those would cost every import more than a search saves.
const searchStep = 10_000

// FindReaders answers a query. It never looks at more readers at once than it
// can in a moment, however many there are: see [subscribers.Query].Patience.
func (db *DB) FindReaders(ctx context.Context, q subscribers.Query, now time.Time) (found subscribers.Found, err error) {
	q.Text = strings.ToLower(strings.TrimSpace(q.Text))
	for _, said := range []string{q.Text, q.Newsletter, q.Topic, q.City} {
		if storable([]any{said}) != nil { // nobody has it
			return subscribers.Found{Looked: true}, nil
		}
	}
	s := search{session: db.read(), q: q, now: now, began: time.Now()}
	if err := s.run(ctx); err != nil {
		return found, fmt.Errorf("search for readers: %w", err)
	}
	return s.found, nil
}

// A search is a query on its way.
type search struct {
	session
	q     subscribers.Query
	now   time.Time
	began time.Time
	found subscribers.Found
}

func (s *search) run(ctx context.Context) error {
	from := s.q.Before
	if from <= 0 {
		if err := s.row(ctx, `SELECT COALESCE(MAX(r.id), 0) + 1 FROM subscribers r`).Scan(&from); err != nil {
			return err
		}
		if err := s.prefix(ctx); err != nil || s.found.Crowded {
			return err
		}
	}
	return s.walk(ctx, from)
}

// alone reports whether the text is all that is asked for.
func (s *search) alone() bool {
	q := s.q
	return q.Text != "" && q.Status == "" && !q.Paused && q.Newsletter == "" && q.Topic == "" && q.City == ""
}

// prefix finds the addresses that begin with the text.
func (s *search) prefix(ctx context.Context) error {
	if !s.alone() {
		return nil
	}
	from := subscribers.AddressKey(s.q.Text)
	err := s.take(ctx, `WHERE r.key COLLATE "C" >= $1 AND r.key COLLATE "C" < $2 ORDER BY r.key COLLATE "C" LIMIT $3`,
		from, from+string(unicode.MaxRune), s.q.Limit+1)
	if len(s.found.Readers) > s.q.Limit {
		s.found.Readers, s.found.Crowded, s.found.Looked = s.found.Readers[:s.q.Limit], true, true
	}
	return err
}

// walk goes through readers from the newest on.
func (s *search) walk(ctx context.Context, from int64) error {
	silent := s.q.Status != "" && s.q.Status != subscribers.Active
	plain := s.q.Text == "" && s.q.Newsletter == "" && s.q.Topic == "" && s.q.City == ""
	for {
		to := max(from-searchStep, 0)
		if plain && (silent || s.q.Paused || s.q.Status == "") {
			to = 0 // an index finds them
		}
		have := len(s.found.Readers)
		wanted := s.q.Limit + 1 - have
		where, args := s.where(from, to)
		args = append(args, wanted)
		err := s.take(ctx, fmt.Sprintf(`%s ORDER BY r.id DESC LIMIT $%d`, where, len(args)), args...)
		if err != nil {
			return err
		}
		if len(s.found.Readers) > s.q.Limit {
			s.found.Readers, s.found.Looked = s.found.Readers[:s.q.Limit], true
			s.found.Next = from
			if last := s.q.Limit - 1; last >= have { // the page ends with one that was walked by
				s.found.Next = s.found.Readers[last].ID
			}
			return nil
		}
		if from = to; from <= 1 {
			s.found.Looked = true
			return nil
		}
		if time.Since(s.began) >= s.q.Patience {
			s.found.Next = from
			return nil
		}
	}
}

// where writes down the query for readers below from and not below to.
func (s *search) where(from, to int64) (string, []any) {
	var b strings.Builder
	args := []any{from, to}
	b.WriteString(`WHERE r.id < $1 AND r.id >= $2`)
	also := func(condition string, values ...any) {
		places := make([]any, len(values))
		for i, v := range values {
			args = append(args, v)
			places[i] = len(args)
		}
		fmt.Fprintf(&b, " AND "+condition, places...)
	}
	q := s.q
	if q.Status != "" {
		also(`r.status = $%d`, string(q.Status))
		if q.Status != subscribers.Active {
			b.WriteString(` AND r.status <> 'active'`) // names the index
		}
	}
	if q.Paused {
		also(`r.paused_until IS NOT NULL AND r.paused_until > $%d AND r.status = 'active'`, s.now.UnixMilli())
	}
	if q.Text != "" {
		key := subscribers.AddressKey(q.Text)
		also(`(r.key LIKE $%d ESCAPE '!' OR LOWER(r.name) LIKE $%d ESCAPE '!' OR LOWER(r.name) LIKE $%d ESCAPE '!')`,
			"%"+like(key)+"%", "%"+like(q.Text)+"%", "%"+like(titled(q.Text))+"%")
		if s.alone() { // they were first
			also(`NOT (r.key COLLATE "C" >= $%d AND r.key COLLATE "C" < $%d)`, key, key+string(unicode.MaxRune))
		}
	}
	if q.Newsletter != "" {
		also(`EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber = r.id AND s.newsletter = $%d AND s.left_at IS NULL)`, q.Newsletter)
		b.WriteString(` AND r.status <> 'unsubscribed'`)
	}
	if q.Topic != "" {
		also(`LOWER(r.topics) LIKE $%d ESCAPE '!'`, listed(q.Topic))
	}
	if q.City != "" {
		also(`LOWER(r.cities) LIKE $%d ESCAPE '!'`, listed(q.City))
	}
	return b.String(), args
}

// take adds readers to what was found.
func (s *search) take(ctx context.Context, where string, args ...any) error {
	return s.each(ctx, `SELECT `+subscriberColumns+` FROM subscribers r `+where, args, func(rows *sql.Rows) error {
		var r subscribers.Subscriber
		err := rows.Scan(subscriberInto(&r)...)
		s.found.Readers = append(s.found.Readers, r)
		return err
	})
}

// like makes a text mean itself within LIKE.
func like(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}

// listed is the pattern of a list (see list) that has a name in it.
func listed(name string) string {
	b, _ := json.Marshal(strings.ToLower(name)) // a text always can be
	return "%" + like(string(b)) + "%"
}

// titled writes words with capitals where LOWER of SQLite, which knows A to Z,
// has not lowered them: "ödön von horváth" as "Ödön von horváth".
func titled(text string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		if begins && r > unicode.MaxASCII {
			begins = false
			return unicode.ToUpper(r)
		}
		begins = unicode.IsSpace(r)
		return r
	}, text)
}

// Tally counts readers by state, from indexes of the few that are not active.
func (db *DB) Tally(ctx context.Context, now time.Time) (subscribers.Tally, error) {
	t := subscribers.Tally{Status: map[subscribers.Status]int{}}
	s := db.read()
	var all int
	err := s.row(ctx, `SELECT COUNT(*) FROM subscribers`).Scan(&all)
	if err == nil {
		err = s.each(ctx, `SELECT r.status, COUNT(*) FROM subscribers r WHERE r.status <> 'active' GROUP BY r.status`, nil, func(rows *sql.Rows) error {
			var status subscribers.Status
			var n int
			err := rows.Scan(&status, &n)
			t.Status[status] = n
			return err
		})
	}
	if err == nil {
		err = s.row(ctx, `SELECT COUNT(*) FROM subscribers r
			WHERE r.paused_until IS NOT NULL AND r.paused_until > $1 AND r.status = 'active'`, now.UnixMilli()).Scan(&t.Paused)
	}
	if err == nil {
		err = s.row(ctx, `SELECT COUNT(*) FROM requests q WHERE q.done IS NULL AND q.kind = 'sign-up'`).Scan(&t.Asked)
	}
	if err != nil {
		return t, fmt.Errorf("numbers of readers: %w", err)
	}
	if n := max(all-t.All(), 0); n > 0 { // one may have come between the questions
		t.Status[subscribers.Active] = n
	}
	return t, nil
}

// Unconfirmed returns who signed up and has not confirmed, the last first; of
// whom the address or name holds a text, if one is given, among the last ten
// thousand.
func (db *DB) Unconfirmed(ctx context.Context, text string, limit int) ([]subscribers.Request, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if storable([]any{text}) != nil {
		return nil, nil
	}
	where, args := `WHERE q.done IS NULL AND q.kind = 'sign-up' ORDER BY q.made DESC LIMIT $1`, []any{limit}
	if text != "" {
		where = `WHERE q.id IN (SELECT o.id FROM requests o WHERE o.done IS NULL AND o.kind = 'sign-up' ORDER BY o.made DESC LIMIT $1)
			AND (q.key LIKE $2 ESCAPE '!' OR LOWER(q.name) LIKE $3 ESCAPE '!')`
		args = []any{searchStep, "%" + like(subscribers.AddressKey(text)) + "%", "%" + like(text) + "%"}
	}
	out, err := requests(ctx, db.read(), where, args...)
	if err != nil {
		return nil, fmt.Errorf("sign-ups that wait: %w", err)
	}
	slices.SortStableFunc(out, func(a, b subscribers.Request) int { return b.Made.Compare(a.Made) })
	return out[:min(len(out), limit)], nil
}

// Suppression returns why an address is not written to, and since when; an
// empty reason if it may be.
func (db *DB) Suppression(ctx context.Context, email string) (reason string, since time.Time, err error) {
	salt, err := db.Secret(ctx, suppressionSalt)
	if err == nil {
		err = none(db.read().row(ctx, `SELECT x.reason, x.at FROM suppressions x WHERE x.key = $1`,
			subscribers.SuppressionKey(salt, email)).Scan(&reason, asTime(&since)))
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("suppression: %w", err)
	}
	return reason, since, nil
}

// Waits returns the letters to a reader that are not settled, with the moment
// of their next try, the newest edition first.
func (db *DB) Waits(ctx context.Context, subscriber int64) ([]subscribers.Wait, error) {
	var out []subscribers.Wait
	err := db.read().each(ctx, `SELECT e.id, b.due, d.attempts
		FROM editions e CROSS JOIN deliveries d CROSS JOIN blocks b
		WHERE e.closed = 0 AND d.edition = e.n AND d.subscriber = $1 AND d.state = 'queued' AND b.id = d.block
		ORDER BY e.n DESC`, []any{subscriber}, func(rows *sql.Rows) error {
		var w subscribers.Wait
		err := rows.Scan(&w.Edition, asTime(&w.Due), &w.Attempts)
		out = append(out, w)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("letters that wait for reader %d: %w", subscriber, err)
	}
	return out, nil
}
