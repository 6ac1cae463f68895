package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// firstLooked is how many editions are looked at for the last letters of all
// readers; each time that some have none, four times as many.
const firstLooked = 4

// LastLetters implements digest.Account. Moments are in whole seconds, as rolls
// keep them.
func (db *DB) LastLetters(ctx context.Context, readers []int64, editions int) (map[int64]digest.LastLetter, error) {
	l := lastLetters{session: db.read(), found: make(map[int64]digest.LastLetter, len(readers))}
	if err := l.run(ctx, distinct(readers), editions); err != nil {
		return nil, fmt.Errorf("last letters of %d readers: %w", len(readers), err)
	}
	return l.found, nil
}

// lastLetters are those of many readers, as far as they are found.
type lastLetters struct {
	session
	found map[int64]digest.LastLetter
	from  map[int64]int64 // the edition of each that this step found
}

func (l *lastLetters) run(ctx context.Context, missing []int64, editions int) error {
	var numbers []int64
	err := l.each(ctx, `SELECT e.n FROM editions e ORDER BY e.n DESC LIMIT $1`, []any{limitOf(editions)}, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		numbers = append(numbers, n)
		return err
	})
	for step := firstLooked; err == nil && len(numbers) > 0 && len(missing) > 0; step *= 4 {
		step = min(step, len(numbers))
		l.from = make(map[int64]int64, len(missing))
		err = l.look(ctx, missing, numbers[step-1], numbers[0])
		missing = slices.DeleteFunc(missing, func(id int64) bool { return l.from[id] > 0 })
		numbers = numbers[step:]
	}
	return err
}

// look looks at the editions from one number to another.
func (l *lastLetters) look(ctx context.Context, readers []int64, first, last int64) error {
	for some := range slices.Chunk(readers, historyPage) {
		// Few sizes make few statements; the last reader fills up.
		size := historyPage
		if len(some) == 1 {
			size = 1
		}
		args := []any{first, last}
		for i := range size {
			args = append(args, some[min(i, len(some)-1)])
		}
		if err := l.each(ctx, lastLettersSQL(size), args, func(rows *sql.Rows) error { return l.read(rows, some) }); err != nil {
			return err
		}
	}
	return nil
}

// read reads a line of lastLettersSQL.
func (l *lastLetters) read(rows *sql.Rows, readers []int64) error {
	var n, reader, lo, hi int64
	var id string
	var at time.Time
	var packed []byte
	if err := rows.Scan(&n, &id, &reader, asTime(&at), &lo, &hi, &packed); err != nil {
		return err
	}
	if packed == nil {
		l.sent(reader, n, id, at)
		return nil
	}
	entries, err := readRoll(lo, hi, packed)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, asked := slices.BinarySearch(readers, e.subscriber); asked && e.state == mailer.Sent {
			l.sent(e.subscriber, n, id, e.at)
		}
	}
	return nil
}

// sent notes that a reader was sent an edition, unless a later one is known.
func (l *lastLetters) sent(reader, n int64, edition string, at time.Time) {
	if !at.IsZero() && n > l.from[reader] {
		l.from[reader], l.found[reader] = n, digest.LastLetter{Edition: edition, At: at.Truncate(time.Second)}
	}
}

// lastLettersSQL reads a line for every edition and reader, and one for every
// roll that some of so many readers may be in. One statement, so that what is
// packed meanwhile is in one or the other. The moment is a query of its own
// because PostgreSQL, which knows nothing of a fresh table, would join all of
// it.
func lastLettersSQL(size int) string {
	values := strings.Builder{}
	for i := range size {
		if i > 0 {
			values.WriteString(", ")
		}
		fmt.Fprintf(&values, "(CAST($%d AS BIGINT))", i+3)
	}
	return `WITH latest (n, id) AS (SELECT e.n, e.id FROM editions e WHERE e.n BETWEEN $1 AND $2),
		asked (id) AS (VALUES ` + values.String() + `)
	SELECT l.n, l.id, asked.id,
		(SELECT d.at FROM deliveries d WHERE d.edition = l.n AND d.subscriber = asked.id AND d.state = 'sent'),
		CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(NULL AS BYTEA)
	FROM latest l CROSS JOIN asked
	UNION ALL
	SELECT l.n, l.id, CAST(0 AS BIGINT), CAST(NULL AS BIGINT), r.lo, r.hi, r.entries
	FROM latest l JOIN rolls r ON r.edition = l.n
	WHERE (r.edition, r.lo) IN (SELECT o.n,
		(SELECT MAX(p.lo) FROM rolls p WHERE p.edition = o.n AND p.lo <= asked.id) FROM latest o CROSS JOIN asked)`
}
