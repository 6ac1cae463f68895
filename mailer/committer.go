package mailer

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// A committer writes results down for all sessions of a process. While it
// writes, results gather; then it writes those together. A writing costs far
// more than a result more or less, so that it takes a small part of the time
// only: what comes soon after one waits, unless that keeps three quarters of the
// sessions waiting. A result that comes alone is written at once.
type committer struct {
	results  chan result
	log      *slog.Logger
	progress func(edition string, s Settlement)
	sessions *atomic.Int64 // that may have a result soon
}

type result struct {
	lease *lease
	Settlement
	done chan<- error // gets nil once it is durable
}

// run writes until results is closed. It does not give up on a result before
// ctx ends: the letter is out, and forgetting it would send it twice.
func (c *committer) run(ctx context.Context) {
	var next time.Time
	for first := range c.results {
		batch := c.gather(first, time.Until(next))
		began := time.Now()
		c.write(ctx, batch)
		ended := time.Now()
		next = ended.Add(min(longestGather, apart*ended.Sub(began)))
	}
}

const (
	// apart is how many times as long as a writing took the next one waits for
	// more results.
	apart         = 20
	longestGather = 20 * time.Millisecond
)

// gather takes the results that are there, and those that come in time.
func (c *committer) gather(first result, wait time.Duration) []result {
	batch := []result{first}
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		for 4*len(batch) < 3*int(c.sessions.Load()) {
			select {
			case r, ok := <-c.results:
				if !ok {
					return batch
				}
				batch = append(batch, r)
				continue
			case <-t.C:
			}
			break
		}
	}
	for {
		select {
		case r, ok := <-c.results:
			if !ok {
				return batch
			}
			batch = append(batch, r)
		default:
			return batch
		}
	}
}

// write groups a batch by block, in the order of arrival, writes all of it at
// once, and answers. Should that fail, each block is on its own, so that one
// which cannot be written keeps nobody else waiting for longer than its turn.
func (c *committer) write(ctx context.Context, batch []result) {
	var leases []*lease
	results := make(map[*lease][]Settlement)
	for _, r := range batch {
		if results[r.lease] == nil {
			leases = append(leases, r.lease)
		}
		results[r.lease] = append(results[r.lease], r.Settlement)
	}
	errs := make(map[*lease]error)
	if len(leases) < 2 || settleAll(ctx, leases, results) != nil {
		for _, l := range leases {
			errs[l] = c.insist(ctx, l, results[l])
		}
	}
	for _, r := range batch {
		err := errs[r.lease]
		if err == nil && c.progress != nil {
			c.progress(r.lease.block.Edition, r.Settlement)
		}
		r.done <- err
	}
}

// insist tries until the results are written or ctx ends.
func (c *committer) insist(ctx context.Context, l *lease, s []Settlement) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := l.settle(ctx, s)
		if err == nil || ctx.Err() != nil {
			return err
		}
		c.log.Error("results not written, trying again", "edition", l.block.Edition, "results", len(s), "err", err)
		pause(ctx, wait)
	}
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
