package notes

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// A Sender sends the notes of a store that are due. Any number of them, in any
// number of processes, may send from one store.
//
// Store, Write and Transport are needed; the zero value of everything else
// works. Fields do not change once it runs.
type Sender struct {
	Store     Store
	Write     func(ctx context.Context, n *Note, now time.Time) (*mailer.Message, error) // see [Writer.Write]
	Transport mailer.Transport

	Sessions int           // connections at most, of its own; 0: 2
	Rate     float64       // letters a second; 0: as fast as they go
	Lease    time.Duration // of a note, renewed while it is on its way; 0: 30 seconds. After a kill so long passes before another has it
	Poll     time.Duration // how often the store is asked for what others queued; 0: 1 second
	Grace    time.Duration // for the letters in hand when told to stop; 0: 10 seconds

	// Began is optional. It is told of each letter right before it goes: letters
	// that people wait for go first, and those of editions may make room.
	Began func(now time.Time)
	// Settled is optional. It is told of each result that is durable.
	Settled func(n *Note, r Result)
	// Log may be nil: silent. Addresses are never logged.
	Log *slog.Logger

	once sync.Once
	wake chan struct{}
}

func (s *Sender) prepare() { s.once.Do(func() { s.wake = make(chan struct{}, 1) }) }

// Wake tells that a note was queued, so that it need not wait for the next
// look. It never blocks.
func (s *Sender) Wake() {
	s.prepare()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends, and then finishes the letters in hand, for Grace
// at most.
func (s *Sender) Run(ctx context.Context) error {
	r := s.begin(ctx)
	defer r.end()
	var hands sync.WaitGroup
	defer hands.Wait()
	places := make(chan struct{}, cmp.Or(s.Sessions, 2))
	for {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		n := r.next()
		if n == nil {
			return nil
		}
		hands.Go(func() {
			defer func() { <-places }()
			r.attempt(n)
		})
	}
}

// Drain sends what is due now, until the note with an ID had its attempt or
// none is due any more; then it returns. It tells what came of that note's
// attempt; ok is false if another process has it in hand, or had.
func (s *Sender) Drain(ctx context.Context, id int64) (result Result, ok bool, err error) {
	r := s.begin(ctx)
	defer r.end()
	for ctx.Err() == nil {
		now := time.Now()
		n, err := s.Store.Claim(ctx, now, now.Add(r.lease))
		if err != nil || n == nil {
			return Result{}, false, err
		}
		came := r.attempt(n)
		if n.ID == id {
			return came, true, nil
		}
		pause(ctx, r.paces.wait(time.Now()))
	}
	return Result{}, false, ctx.Err()
}

// A run is a sender at work.
type run struct {
	*Sender
	log         *slog.Logger
	soft, hard  context.Context // no new notes; letters in hand are dropped
	drop        func()
	lease, poll time.Duration
	courier     *mailer.Courier
	paces       paces
	troubles    int  // of the store, in a row
	busy        bool // there was a note a moment ago

	mu        sync.Mutex
	uncounted map[int64]int // how often in a row a note came back without an attempt
	told      time.Time     // when trouble of ours was last logged
}

func (s *Sender) begin(ctx context.Context) *run {
	s.prepare()
	r := &run{
		Sender: s, log: s.Log, soft: ctx,
		lease: cmp.Or(s.Lease, 30*time.Second), poll: cmp.Or(s.Poll, time.Second),
		courier:   &mailer.Courier{Transport: s.Transport},
		paces:     paces{rate: s.Rate},
		uncounted: make(map[int64]int),
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	grace := cmp.Or(s.Grace, 10*time.Second)
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		pause(hard, grace)
		cancel()
	})
	r.hard, r.drop = hard, func() { stop(); cancel() }
	return r
}

func (r *run) end() {
	r.drop()
	r.courier.Close()
}

// next claims a note, and waits until there is one; nil when told to stop.
func (r *run) next() *Note {
	barren := 0
	for r.soft.Err() == nil {
		now := time.Now()
		if wait := r.paces.wait(now); wait > 0 {
			pause(r.soft, wait)
			continue
		}
		n, wait, err := r.claim(now, barren)
		switch {
		case err != nil:
			r.trouble(err)
			continue
		case n != nil:
			r.troubles = 0
			return n
		case wait < r.poll:
			barren++
		default:
			barren = 0
		}
		r.troubles = 0
		r.wait(wait)
	}
	return nil
}

// claim claims what is due, or says when to look again. While nothing is due
// that costs one question; while there is much, no more than the claims.
func (r *run) claim(now time.Time, barren int) (*Note, time.Duration, error) {
	if r.busy {
		n, err := r.Store.Claim(r.soft, now, now.Add(r.lease))
		if r.busy = n != nil; n != nil || err != nil {
			return n, 0, err
		}
	}
	due, ok, err := r.Store.NextDue(r.soft)
	if err != nil || !ok {
		return nil, r.poll, err
	}
	if due.After(now) {
		return nil, min(r.poll, due.Sub(now)), nil
	}
	n, err := r.Store.Claim(r.soft, now, now.Add(r.lease))
	r.busy = n != nil
	// What is due and yet not ours is in another hand, or will be at once.
	return n, min(r.poll, 20*time.Millisecond<<min(barren, 8)), err
}

// wait ends with its time, when woken, and with the run.
func (r *run) wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.wake:
	case <-r.soft.Done():
	}
}

// trouble rests after the store failed us.
func (r *run) trouble(err error) {
	if r.soft.Err() != nil || errors.Is(err, context.Canceled) {
		return
	}
	r.troubles++
	rest := min(30*time.Second, 500*time.Millisecond<<min(r.troubles, 6))
	r.log.Error("letters that people wait for could not be read, resting", "rest", rest, "err", err)
	pause(r.soft, rest)
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
