package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// A claiming is a claim on its way: by the clock of leases, beside what others
// have in hand.
type claiming struct {
	mailer.Claim
	clock  int64
	shares []mailer.Share
	held   []string // destinations of which nothing can be had
}

// look reads what others have in hand; all tells that it leaves nothing.
func (c *claiming) look(ctx context.Context, s session) (all bool, err error) {
	c.shares, c.held = nil, c.Without
	if !c.Bounded() {
		return false, nil
	}
	if c.shares, err = liveShares(ctx, s, c.clock); err != nil {
		return false, err
	}
	c.held, all = c.Held(c.shares, time.UnixMilli(c.clock))
	return all, nil
}

// lock makes others who claim by rates wait, and looks again.
func (c *claiming) lock(ctx context.Context, s session) (all bool, err error) {
	if !c.Bounded() {
		return false, nil
	}
	var none int64
	if err := s.row(ctx, `SELECT token FROM shares WHERE block = 0 FOR UPDATE`).Scan(&none); err != nil {
		return false, fmt.Errorf("shares: %w", err)
	}
	return c.look(ctx, s)
}

// due are the parameters of dueSQL. Names come with a comma on either side, so
// that one is not found within another.
func (c *claiming) due() []any {
	newsletters := ""
	if len(c.Newsletters) > 0 {
		newsletters = "," + strings.Join(c.Newsletters, ",") + ","
	}
	held := ""
	if len(c.held) > 0 {
		held = "," + strings.Join(c.held, ",") + ","
	}
	return []any{c.Now.UnixMilli(), c.clock, c.Edition, c.Edition, newsletters, newsletters, held}
}

// liveShares returns the shares of leases that have not ended. There are as many
// as there are leases; CROSS JOIN keeps SQLite from beginning with all blocks.
func liveShares(ctx context.Context, s session, clock int64) (shares []mailer.Share, err error) {
	err = s.each(ctx, `SELECT sh.destination, sh.every, sh.until, b.lease_until
		FROM shares sh CROSS JOIN blocks b
		WHERE b.id = sh.block AND b.token = sh.token AND b.done = 0 AND b.lease_until >= $1`, []any{clock}, func(rows *sql.Rows) error {
		var share mailer.Share
		var every int64
		err := rows.Scan(&share.Destination, &every, asTime(&share.Until), asTime(&share.Lease))
		share.Every = time.Duration(every) * time.Microsecond
		shares = append(shares, share)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("shares: %w", err)
	}
	return shares, nil
}

// part takes what there is a share for of a block that is about to be claimed:
// all of it, or its first letters, which become a block of their own. It
// returns that block, and how it is to be sent.
func (c *claiming) part(ctx context.Context, s session, block int64) (int64, mailer.Part, error) {
	if !c.Bounded() {
		return block, mailer.Part{}, nil
	}
	var destination string
	var open int
	err := s.row(ctx, `SELECT destination, open FROM blocks WHERE id = $1`, block).Scan(&destination, &open)
	if err != nil {
		return 0, mailer.Part{}, err
	}
	p := c.Part(destination, open, c.shares, time.UnixMilli(c.clock))
	if p.Letters < open {
		if block, err = split(ctx, s, block, p.Letters); err != nil {
			return 0, p, fmt.Errorf("first letters of block: %w", err)
		}
	}
	return block, p, nil
}

// keep writes down what a claimed block uses, and forgets what ended.
func (c *claiming) keep(ctx context.Context, s session, b *mailer.Block, p mailer.Part) error {
	b.Every, b.Sessions = p.Every, p.Sessions
	if !c.Bounded() {
		return nil
	}
	_, err := s.exec(ctx, `DELETE FROM shares WHERE block <> 0 AND NOT EXISTS (SELECT 1 FROM blocks b
		WHERE b.id = shares.block AND b.token = shares.token AND b.done = 0 AND b.lease_until >= $1)`, c.clock)
	if err == nil && (p.Every > 0 || p.Sessions > 0) {
		every := p.Every.Microseconds()
		_, err = s.exec(ctx, `INSERT INTO shares (block, token, destination, every, until) VALUES ($1, $2, $3, $4, $5)`,
			b.ID, b.Token, b.Destination, every, c.clock+(every*int64(len(b.Deliveries))+999)/1000)
	}
	if err != nil {
		return fmt.Errorf("share: %w", err)
	}
	return nil
}

// split makes a block of the first n letters that are open in another, which
// nobody has in hand. Readers are taken oldest first, and those who were in
// front stay in front should the new one be given back: it is due a little
// earlier. Whoever had the old one in hand once has neither now.
func split(ctx context.Context, s session, block int64, n int) (first int64, err error) {
	var last int64
	err = s.row(ctx, `SELECT subscriber FROM deliveries WHERE block = $1 AND state = 'queued'
		ORDER BY subscriber LIMIT 1 OFFSET $2`, block, n-1).Scan(&last)
	if err != nil {
		return 0, err
	}
	err = s.row(ctx, `INSERT INTO blocks (edition, due, worked, token, open, destination, retry)
		SELECT edition, due - 1, worked, token, 0, destination, retry FROM blocks WHERE id = $1 RETURNING id`, block).Scan(&first)
	if err != nil {
		return 0, err
	}
	moved, err := s.exec(ctx, `UPDATE deliveries SET block = $1
		WHERE block = $2 AND state = 'queued' AND subscriber <= $3`, first, block, last)
	if err != nil {
		return 0, err
	}
	if _, err := s.exec(ctx, `UPDATE blocks SET open = open + $1 WHERE id = $2`, moved, first); err != nil {
		return 0, err
	}
	_, err = s.exec(ctx, `UPDATE blocks SET open = open - $1, token = token + 1, lease_until = NULL, owner = '' WHERE id = $2`, moved, block)
	return first, err
}
