// Package clicks counts how often the links of letters are followed: a link, a
// day, a number. Of who follows it nothing is written down.
//
// Counting changes nothing that a request could see, and costs a request next to
// nothing: it happens in memory, and is written every few seconds ([Tally.Write]).
// A process that is killed loses what it has not written.
//
// Programs that follow every link of a letter to look what is behind it are left
// out where they say who they are ([Scanner]); many do not, so counts are rather
// too high than too low.
//
// The package does not know HTTP, nor where counts are kept.
package clicks

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// A Tally counts the clicks of one process. Memory is bounded by the links that
// there are. The zero value is ready.
type Tally struct {
	Zone *time.Location // by whose days clicks are kept; nil: UTC

	mu     sync.Mutex
	counts map[key]int // not written yet
	lately lately
}

type key struct {
	digest.Link
	day string
}

// Count counts that somebody followed a link, which must be one that leads
// somewhere. Whoever follows it again within [Again] from the same place is not
// counted; the zero Addr, where nobody can know, always is.
func (t *Tally) Count(l digest.Link, from netip.Addr, now time.Time) {
	zone := t.Zone
	if zone == nil {
		zone = time.UTC
	}
	day := digest.ClickDay(now, zone)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lately.again(l, from, now) {
		return
	}
	t.add(key{l, day}, 1)
}

func (t *Tally) add(k key, n int) {
	if t.counts == nil {
		t.counts = make(map[key]int)
	}
	t.counts[k] += n
}

// A Store keeps counts.
type Store interface {
	// AddClicks adds to what is known of links, all or nothing.
	AddClicks(ctx context.Context, some []digest.LinkClicks) error
}

// batch is how many links are written in one transaction.
const batch = 200

// Write hands what was counted to a store and goes on with nothing. What the
// store does not take is kept for the next time. It forgets who came when that is
// old.
func (t *Tally) Write(ctx context.Context, s Store, now time.Time) error {
	t.mu.Lock()
	counts := t.counts
	t.counts = nil
	t.lately.forget(now)
	t.mu.Unlock()
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.Release, b.Release), cmp.Compare(a.day, b.day))
	})
	for len(keys) > 0 {
		part := keys[:min(batch, len(keys))]
		some := make([]digest.LinkClicks, len(part))
		for i, k := range part {
			some[i] = digest.LinkClicks{Link: k.Link, Day: k.day, Clicks: counts[k]}
		}
		if err := s.AddClicks(ctx, some); err != nil {
			t.keep(keys, counts)
			return err
		}
		keys = keys[len(part):]
	}
	return nil
}

// keep takes back what could not be written.
func (t *Tally) keep(keys []key, counts map[key]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range keys {
		t.add(k, counts[k])
	}
}
