package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/standfirst/standfirst/mailer"
)

// Nearly all results say that a letter was taken which was queued in the block,
// by whoever still has it in hand. Of such a delivery nothing need be read
// before it is written, so that they cost a third of what others do.

// A reply is what letters that were taken have in common.
type reply struct {
	reason, enhanced string
	code             int
}

// taken writes those results that a server took the letter, in the version it
// was planned in. It leaves over the others, and all those of which some turn
// out to be another way: what was written of them counts no second time.
func (st *settling) taken(ctx context.Context, b *mailer.Block) error {
	if st.lost || repeats(st.results) {
		return nil
	}
	var rest []mailer.Settlement
	var order []reply
	alike := make(map[reply][]mailer.Settlement)
	for _, r := range st.results {
		if !plainlyTaken(b, r) {
			rest = append(rest, r)
			continue
		}
		like := reply{r.Outcome.Reason, r.Outcome.Enhanced, r.Outcome.Code}
		if alike[like] == nil {
			order = append(order, like)
		}
		alike[like] = append(alike[like], r)
	}
	for _, like := range order {
		n, err := st.take(ctx, like, alike[like])
		if err != nil {
			return err
		}
		if n < len(alike[like]) {
			rest = append(rest, alike[like]...)
		}
		d := st.changes.of(st.block)
		d.open, d.sent = d.open-int64(n), d.sent+int64(n)
	}
	st.results = rest
	return nil
}

// plainlyTaken reports whether a result says nothing but that the letter which
// was claimed was taken.
func plainlyTaken(b *mailer.Block, r mailer.Settlement) bool {
	if o := r.Outcome; o.State != mailer.Sent || !o.Attempt || o.Suppress {
		return false
	}
	i, known := slices.BinarySearchFunc(b.Deliveries, r.Subscriber, func(d mailer.Delivery, id int64) int {
		return cmp.Compare(d.Subscriber, id)
	})
	return known && (r.Version == 0 || r.Version == b.Deliveries[i].Version)
}

// repeats reports whether there are two results of one reader. Then the first
// counts, whatever it is.
func repeats(results []mailer.Settlement) bool {
	seen := make(map[int64]bool, len(results))
	for _, r := range results {
		if seen[r.Subscriber] {
			return true
		}
		seen[r.Subscriber] = true
	}
	return false
}

// take writes results that are alike, with the moment of the last one, and
// returns how many there were to write.
func (st *settling) take(ctx context.Context, l reply, results []mailer.Settlement) (n int, err error) {
	at := results[0].At
	ids := make([]int64, len(results))
	for i, r := range results {
		ids[i] = r.Subscriber
		if r.At.After(at) {
			at = r.At
		}
	}
	slices.Sort(ids)
	err = among(ids, "subscriber", 8, func(which string, args []any) error {
		changed, err := st.exec(ctx, `UPDATE deliveries SET state = 'sent', reason = $1, attempts = attempts + 1,
				first_at = COALESCE(first_at, CAST($2 AS BIGINT)), doubt = 0, at = $3, code = $4, enhanced = $5
			WHERE edition = $6 AND block = $7 AND state = 'queued' AND `+which,
			append([]any{l.reason, instant(at), instant(at), l.code, l.enhanced, st.edition, st.block}, args...)...)
		n += int(changed)
		return err
	})
	return n, err
}
