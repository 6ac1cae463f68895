package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A lease is a block in our hands: since when, which masters it needs, and how
// many of its letters are out. Calls to the ledger about it come one at a time.
type lease struct {
	ledger   Ledger
	block    *Block
	length   time.Duration
	roster   *roster       // of its letters, in the order in which they go
	returned func(*lease)  // called once, when all of its letters are settled and no more will come
	turns    *turns        // nil: each letter may go at once
	taken    chan struct{} // by a session, what a turn was for
	places   chan struct{} // holds as many as sessions have letters of it; nil: any number may

	mu      sync.Mutex
	granted time.Time // on our own clock, before we asked
	over    bool      // lost, stopped, or the process ends: no more letters of it
	lost    bool
	next    int  // letters handed to sessions, so far
	out     int  // of these, not given back
	open    int  // deliveries not settled
	all     bool // no more will be handed out

	masters  map[int]*edition
	panicked sync.Once  // a letter of it did, and was told of
	writing  sync.Mutex // held while the ledger is asked about this block
}

// An edition of a lease is a master that is made once.
type edition struct {
	once   sync.Once
	copier *copier
	err    error
}

// fresh reports whether another letter may begin: three quarters of the lease
// are the limit, so that what was begun can be settled before it ends.
func (l *lease) fresh(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.over && passed(l.granted, now) < l.length*3/4
}

// passed is how long ago a moment was, by the clock that says more. The
// monotonic one stands still while a machine sleeps, during which somebody
// else may take the lease; the wall clock may be put back.
func passed(since, now time.Time) time.Duration {
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}

// stop ends the lease for letters that have not begun.
func (l *lease) stop() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
}

// ended reports whether no more letters of it may begin, whatever its age.
func (l *lease) ended() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// more reports whether letters are left to be handed out.
func (l *lease) more() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.left() > 0
}

// left is how many letters are not handed to a session yet. l.mu is held.
func (l *lease) left() int {
	if l.all {
		return 0
	}
	return len(l.roster.letters) - l.next
}

// first returns the reader of the next letter to be handed out.
func (l *lease) first() (subscriber int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left() == 0 {
		return 0, false
	}
	return l.roster.letters[l.next].Subscriber, true
}

// take hands out at most n letters, and the place of the first of them.
func (l *lease) take(n int) (first int, letters []Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, l.left())
	first = l.next
	l.next += n
	l.out += n
	return first, l.roster.letters[first:l.next]
}

// give counts it back, settled or not.
func (l *lease) give(settled bool) {
	l.mu.Lock()
	l.out--
	if settled {
		l.open--
	}
	done := l.all && l.out == 0
	l.mu.Unlock()
	if done {
		l.returned(l)
	}
}

// handedOut tells that no more letters will be taken from it.
func (l *lease) handedOut() {
	l.mu.Lock()
	l.all = true
	done := l.out == 0
	l.mu.Unlock()
	if done {
		l.returned(l)
	}
}

// unsettled returns how many deliveries go back as they came.
func (l *lease) unsettled() (n int, lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open, l.lost
}

// renew extends the lease from now, as our clock has it.
func (l *lease) renew(ctx context.Context, now time.Time) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	until := now.Add(l.length)
	err := l.ledger.Renew(ctx, l.block, now, until)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.granted = now
		l.block.Until = until
	case errors.Is(err, ErrLost):
		l.over, l.lost = true, true
	}
	return err
}

// settle writes results down. A lost lease is no error of theirs: the ledger
// has them all the same.
func (l *lease) settle(ctx context.Context, results []Settlement) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	err := l.ledger.Settle(ctx, l.block, results)
	if errors.Is(err, ErrLost) {
		l.mu.Lock()
		l.over, l.lost = true, true
		l.mu.Unlock()
		return nil
	}
	return err
}

// settleAll writes results of several leases of one ledger down at once, or
// none of them. No two calls of it may run at once.
func settleAll(ctx context.Context, leases []*lease, results map[*lease][]Settlement) error {
	all := make([]Settled, len(leases))
	for i, l := range leases {
		l.writing.Lock()
		defer l.writing.Unlock()
		all[i] = Settled{l.block, results[l]}
	}
	lost, err := leases[0].ledger.SettleAll(ctx, all)
	if err != nil {
		return err
	}
	for _, l := range leases {
		if slices.Contains(lost, l.block) {
			l.mu.Lock()
			l.over, l.lost = true, true
			l.mu.Unlock()
		}
	}
	return nil
}

// release gives the rest back.
func (l *lease) release(ctx context.Context) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.ledger.Release(ctx, l.block); err != nil && !errors.Is(err, ErrLost) {
		return err
	}
	return nil
}

// master makes the master of a version, once for the block, and finds its
// copier.
func (l *lease) master(ctx context.Context, press Press, copiers *copiers, version int, now time.Time) (*copier, error) {
	l.mu.Lock()
	e := l.masters[version]
	if e == nil {
		e = new(edition)
		l.masters[version] = e
	}
	l.mu.Unlock()
	e.once.Do(func() {
		defer func() {
			if r := recover(); r != nil {
				e.err = fmt.Errorf("version %d: %w: %w", version, ErrWords, &Panic{r})
			}
		}()
		master, err := press.Master(ctx, l.block.Edition, version, now)
		if err == nil && master == nil {
			err = ErrWords
		}
		if err != nil {
			e.err = fmt.Errorf("version %d: %w", version, err)
			return
		}
		e.copier = copiers.of(master)
	})
	return e.copier, e.err
}

// forget gives the lease up without a word, because a result of it could not
// be written: given back, its letters would go out at once a second time.
func (l *lease) forget() {
	l.mu.Lock()
	l.over, l.lost = true, true
	l.mu.Unlock()
}
