package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// Deliveries to a destination, a group of domains with a bound of its own, are
// cut into blocks apart from all others, so that they can wait while those go.

// destinations returns where letters go, by reader; everybody else is not in it.
func (e *expansion) destinations(ctx context.Context, letters []digest.Decision) (map[int64]string, error) {
	if e.destination == nil {
		return nil, nil
	}
	ids := make([]int64, len(letters))
	for i, d := range letters {
		ids[i] = d.Subscriber
	}
	names := make(map[int64]string)
	err := among(distinct(ids), "id", 1, func(which string, args []any) error {
		return e.each(ctx, `SELECT id, email FROM subscribers WHERE `+which, args, func(rows *sql.Rows) error {
			var id int64
			var email string
			err := rows.Scan(&id, &email)
			if name := e.destination(email); name != "" {
				names[id] = name
			}
			return err
		})
	})
	return names, err
}

// block returns a block for letters that are due then, and how many of n it
// takes. A destination has few readers in each page: theirs come into the block
// of the page before, as long as nobody had it in hand.
func (e *expansion) block(ctx context.Context, due time.Time, destination string, n int) (id int64, taken int, err error) {
	if destination != "" {
		var room int
		err := e.row(ctx, lastBlockSQL, blockSize, e.edition, dueMilli(due), destination, blockSize).Scan(&id, &room)
		if err == nil {
			taken = min(n, room)
			_, err = e.exec(ctx, `UPDATE blocks SET open = open + $1 WHERE id = $2`, taken, id)
		}
		if err != sql.ErrNoRows {
			return id, taken, err
		}
	}
	err = e.row(ctx, `INSERT INTO blocks (edition, due, worked, open, destination) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		e.edition, dueMilli(due), e.now.UnixMilli(), n, destination).Scan(&id)
	return id, n, err
}

const lastBlockSQL = `SELECT id, CAST($1 AS BIGINT) - (open + sent + failed + skipped) FROM blocks
	WHERE done = 0 AND edition = $2 AND due = $3 AND destination = $4 AND token = 0 AND retry = 0
		AND open + sent + failed + skipped < CAST($5 AS BIGINT)
	ORDER BY id DESC LIMIT 1 FOR UPDATE SKIP LOCKED`
