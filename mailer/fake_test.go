package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// A book is a ledger in memory: what a database would do, with a lock.
type book struct {
	t  testing.TB
	mu sync.Mutex

	blocks  []*page
	state   map[int64]*entry
	halted  map[string]string
	paused  map[string]bool
	skip    map[int64]string
	claims  int
	commits int
	fail    func(method string) error // asked before every call
	delay   time.Duration             // of every commit
}

type page struct {
	Block
	due   time.Time
	lease time.Time // until when; zero: free
	ids   []int64
	share Share
}

type entry struct {
	Delivery
	Outcome
	Edition string
	Version int
	settled int // final settlements
}

func newBook(t testing.TB, edition string, blocks ...[]Delivery) *book {
	b := &book{t: t, state: map[int64]*entry{}, halted: map[string]string{}, paused: map[string]bool{}, skip: map[int64]string{}}
	for _, d := range blocks {
		b.add(edition, time.Time{}, d...)
	}
	return b
}

func (b *book) add(edition string, due time.Time, ds ...Delivery) {
	p := &page{Block: Block{ID: int64(len(b.blocks) + 1), Edition: edition}, due: due}
	for _, d := range ds {
		b.state[d.Subscriber] = &entry{Delivery: d, Outcome: Outcome{State: Queued}, Edition: edition}
		p.ids = append(p.ids, d.Subscriber)
	}
	b.blocks = append(b.blocks, p)
}

func (b *book) call(ctx context.Context, method string) error {
	if b.fail != nil {
		if err := b.fail(method); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (b *book) Claim(ctx context.Context, c Claim) (*Block, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.call(ctx, "claim"); err != nil {
		return nil, err
	}
	b.claims++
	shares := b.shares(c.Now)
	held, all := c.Held(shares, c.Now)
	if all {
		return nil, nil
	}
	var best *page
	for _, p := range b.blocks {
		if len(p.ids) == 0 || p.due.After(c.Now) || p.lease.After(c.Now) || b.paused[p.Edition] || c.Edition != "" && c.Edition != p.Edition ||
			slices.Contains(held, p.Destination) {
			continue
		}
		if best == nil || p.due.Before(best.due) {
			best = p
		}
	}
	if best == nil {
		return nil, nil
	}
	best.Token++
	part := c.Part(best.Destination, len(best.ids), shares, c.Now)
	if part.Letters < len(best.ids) {
		first := &page{Block: best.Block, due: best.due.Add(-time.Millisecond), ids: slices.Clone(best.ids[:part.Letters])}
		best.ids = best.ids[part.Letters:]
		first.ID = int64(len(b.blocks) + 1)
		b.blocks = append(b.blocks, first)
		best = first
	}
	best.lease = c.Now.Add(c.Lease)
	best.share = Share{best.Destination, part.Every, c.Now.Add(time.Duration(len(best.ids)) * part.Every), best.lease}
	out := best.Block
	out.Until, out.Every, out.Sessions = best.lease, part.Every, part.Sessions
	for _, id := range best.ids {
		out.Deliveries = append(out.Deliveries, b.state[id].Delivery)
	}
	return &out, nil
}

// shares are those of blocks in somebody's hand.
func (b *book) shares(now time.Time) (out []Share) {
	for _, p := range b.blocks {
		if len(p.ids) > 0 && p.lease.After(now) && (p.share.Every > 0 || p.share.Destination != "") {
			p.share.Lease = p.lease
			out = append(out, p.share)
		}
	}
	return out
}

func (b *book) page(bl *Block) (*page, error) {
	p := b.blocks[bl.ID-1]
	if p.Token != bl.Token {
		return p, ErrLost
	}
	return p, nil
}

func (b *book) Renew(ctx context.Context, bl *Block, _, until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.call(ctx, "renew"); err != nil {
		return err
	}
	p, err := b.page(bl)
	if err == nil {
		p.lease = until
	}
	return err
}

func (b *book) Standings(ctx context.Context, edition string, ids []int64, _ time.Time) (out []Standing, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		out = append(out, Standing{Stop: b.paused[edition], Reason: b.skip[id]})
	}
	return out, b.call(ctx, "standing")
}

func (b *book) Settle(ctx context.Context, bl *Block, results []Settlement) error {
	lost, err := b.SettleAll(ctx, []Settled{{bl, results}})
	if err == nil && len(lost) > 0 {
		err = ErrLost
	}
	return err
}

func (b *book) SettleAll(ctx context.Context, all []Settled) (lost []*Block, err error) {
	if b.delay > 0 {
		time.Sleep(b.delay)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.call(ctx, "settle"); err != nil {
		return nil, err
	}
	b.commits++
	for _, of := range all {
		if err := b.settle(of.Block, of.Results); err != nil {
			lost = append(lost, of.Block)
		}
	}
	return lost, nil
}

func (b *book) settle(bl *Block, results []Settlement) error {
	p, lost := b.page(bl)
	for _, s := range results {
		e := b.state[s.Subscriber]
		if e.State != Queued {
			b.t.Errorf("%d settled as %s after it was %s", s.Subscriber, s.Outcome.State, e.State)
		}
		e.Outcome, e.Version = s.Outcome, s.Version
		if s.Outcome.Attempt {
			e.Attempts++
			if e.First.IsZero() {
				e.First = s.At
			}
		}
		e.Delivery.Doubt = s.Outcome.Doubt
		p.ids = slices.DeleteFunc(p.ids, func(id int64) bool { return id == s.Subscriber })
		if s.Outcome.State == Queued {
			b.blocks = append(b.blocks, &page{
				Block: Block{ID: int64(len(b.blocks) + 1), Edition: bl.Edition, Destination: bl.Destination},
				due:   s.Outcome.Due, ids: []int64{s.Subscriber},
			})
			continue
		}
		e.settled++
	}
	return lost
}

func (b *book) Release(ctx context.Context, bl *Block) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.call(ctx, "release"); err != nil {
		return err
	}
	p, err := b.page(bl)
	if err == nil {
		p.lease = time.Time{}
	}
	return err
}

func (b *book) Halt(ctx context.Context, edition, reason string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.halted[edition], b.paused[edition] = reason, true
	return b.call(ctx, "halt")
}

func (b *book) Due(ctx context.Context, c Claim) (at time.Time, ok bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	for _, p := range b.blocks {
		if len(p.ids) == 0 || b.paused[p.Edition] || c.Edition != "" && c.Edition != p.Edition {
			continue
		}
		free := p.due
		if p.lease.After(now) || slices.Contains(c.Without, p.Destination) {
			continue
		}
		if turn := c.Free(p.Destination, b.shares(now), now); turn.After(now) && turn.After(free) {
			free = turn
		}
		if !ok || free.Before(at) {
			at, ok = free, true
		}
	}
	return at, ok, b.call(ctx, "due")
}

// counts tells how many deliveries stand how.
func (b *book) counts() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := map[string]int{}
	for _, e := range b.state {
		if e.Reason != "" {
			n[string(e.State)+" "+e.Reason]++
		} else {
			n[string(e.State)]++
		}
	}
	return n
}

// A desk is a press with one master.
type desk struct {
	mu     sync.Mutex
	master func(version int) (*Master, error)
	values func(d Delivery) (Values, error)
	asked  int
}

func (p *desk) Master(_ context.Context, _ string, version int, _ time.Time) (*Master, error) {
	p.mu.Lock()
	p.asked++
	p.mu.Unlock()
	if p.master != nil {
		return p.master(version)
	}
	return sample(version), nil
}

func (p *desk) Values(_ context.Context, edition string, ds []Delivery, now time.Time) (out []Values, err error) {
	for _, d := range ds {
		v := valuesFor(edition, d, now)
		if p.values != nil {
			if v, err = p.values(d); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func sample(version int) *Master {
	return &Master{
		From: Address{"The Example Lead", news}, Subject: "Issue 4", Version: version,
		Text:   "Dear " + Hole("name") + ",\n\nread this: " + Hole("link") + "\n",
		HTML:   "<p>Dear " + Hole("name") + `, <a href="` + Hole("link") + `">read this</a></p>`,
		ListID: "weekly.news.example.com", ListName: "The Weekly",
	}
}

func valuesFor(edition string, d Delivery, now time.Time) Values {
	return Values{
		To: d.To, Date: now, MessageID: MessageID([]byte("key"), edition, d.Subscriber, "news.example.com"),
		Unsubscribe: "https://example.com/unsubscribe/abc",
		Holes:       map[string]string{"name": d.To.Name, "link": "https://example.com/preferences/abc"},
	}
}

// readers makes deliveries from first on, one for each local part.
func readers(first int64, locals ...string) (ds []Delivery) {
	for i, l := range locals {
		ds = append(ds, Delivery{Subscriber: first + int64(i), To: Address{"Reader", l + "@example.com"}, Version: 1})
	}
	return ds
}

func many(first int64, n int) []Delivery {
	locals := make([]string, n)
	for i := range locals {
		locals[i] = fmt.Sprintf("reader%d", first+int64(i))
	}
	return readers(first, locals...)
}

var errDown = errors.New("database is down")
