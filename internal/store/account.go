package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

// History implements digest.Account. It goes by edition, since rows and rolls
// are found by edition and reader, and editions are few. Moments are in whole
// seconds, as rolls keep them.
func (db *DB) History(ctx context.Context, subscriber int64, limit int) ([]digest.Row, error) {
	h := history{session: db.read(), subscriber: subscriber, before: 1 << 62}
	for most := limitOf(limit); int64(len(h.rows)) < most; {
		more, err := h.page(ctx, min(most-int64(len(h.rows)), historyPage))
		if err != nil {
			return nil, fmt.Errorf("history of reader %d: %w", subscriber, err)
		}
		if !more {
			break
		}
	}
	return h.rows, nil
}

// historyPage is how many editions are read at once.
const historyPage = 50

// A history is what editions meant for one reader, as far as it is read.
type history struct {
	session
	subscriber int64
	before     int64 // the last edition seen
	rows       []digest.Row
}

// page looks at up to n editions more; more is false if those were the last. A
// roll that spans the reader need not hold them, so there may be fewer rows.
func (h *history) page(ctx context.Context, n int64) (more bool, err error) {
	seen := int64(0)
	letters := make(map[letter][]int) // places in rows
	err = h.each(ctx, historySQL, []any{h.subscriber, h.subscriber, h.subscriber, h.before, n}, func(rows *sql.Rows) error {
		var id string
		var e entry
		var lo, hi int64
		var packed []byte
		var due time.Time
		err := rows.Scan(&h.before, &id, &e.version, &e.state, &e.reason, &e.attempts, asTime(&e.at), &e.code, asTime(&due), &lo, &hi, &packed)
		if err != nil {
			return err
		}
		seen++
		if e.state == "" {
			var ok bool
			if e, ok, err = findInRoll(lo, hi, packed, h.subscriber); err != nil || !ok {
				return err
			}
		}
		if e.state != mailer.None {
			l := letter{h.before, e.version}
			letters[l] = append(letters[l], len(h.rows))
		}
		h.rows = append(h.rows, digest.Row{Edition: id, State: e.state, Reason: e.reason, Attempts: int(e.attempts),
			At: e.at.Truncate(time.Second), Due: due, Code: int(e.code)})
		return nil
	})
	if err == nil {
		err = h.items(ctx, letters)
	}
	return seen == n, err
}

// One statement, so that what is packed meanwhile is in one or the other.
// LEFT JOIN keeps SQLite from reading all deliveries first.
const historySQL = `SELECT e.n, e.id, COALESCE(d.version, 0), COALESCE(d.state, ''), COALESCE(d.reason, ''),
		COALESCE(d.attempts, 0), d.at, COALESCE(d.code, 0),
		CASE WHEN d.state = 'queued' THEN b.due END, COALESCE(r.lo, 0), COALESCE(r.hi, 0), r.entries
	FROM editions e
	LEFT JOIN deliveries d ON d.edition = e.n AND d.subscriber = $1
	LEFT JOIN blocks b ON b.id = d.block
	LEFT JOIN rolls r ON r.edition = e.n AND r.hi >= $2
		AND r.lo = (SELECT MAX(o.lo) FROM rolls o WHERE o.edition = e.n AND o.lo <= $3)
	WHERE e.n < $4 AND (d.edition IS NOT NULL OR r.edition IS NOT NULL)
	ORDER BY e.n DESC LIMIT $5`

// A letter is a version of an edition.
type letter struct{ edition, version int64 }

// items fills in what was in the letters of a page.
func (h *history) items(ctx context.Context, letters map[letter][]int) error {
	if len(letters) == 0 {
		return nil
	}
	var args []any
	for l := range letters {
		args = append(args, l.edition, l.version)
	}
	// Few sizes make few statements; the last letter fills up.
	size := historyPage
	for _, s := range []int{1, 10} {
		if len(letters) <= s {
			size = s
			break
		}
	}
	for len(args) < 2*size {
		args = append(args, args[len(args)-2:]...)
	}
	return h.each(ctx, itemsSQL(size), args, func(rows *sql.Rows) error {
		var l letter
		var items []digest.Item
		err := rows.Scan(&l.edition, &l.version, asList(&items))
		for _, i := range letters[l] {
			h.rows[i].Items = items
		}
		return err
	})
}

// itemsSQL reads n versions.
func itemsSQL(n int) string {
	var b strings.Builder
	b.WriteString(`SELECT v.edition, v.n, v.items FROM versions v WHERE (v.edition, v.n) IN (VALUES `)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "(CAST($%d AS BIGINT), CAST($%d AS BIGINT))", 2*i+1, 2*i+2)
	}
	b.WriteByte(')')
	return b.String()
}
