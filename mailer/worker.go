package mailer

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// A Worker drains a ledger: it claims blocks of deliveries that are due, has
// their letters written by the press, sends them through the transport and
// writes down what became of each before its session begins the next one. Any
// number of workers, in any number of processes, may drain one ledger.
//
// Ledger, Press and Transport are needed; the zero value of everything else
// works. Fields do not change once it runs.
type Worker struct {
	Ledger    Ledger
	Press     Press
	Transport Transport

	Owner    string        // of leases, for people to read
	Sessions int           // connections at most; 0: 10
	Rate     float64       // letters a second of all workers on the ledger; 0: as fast as the relay takes them
	Lease    time.Duration // of a block; 0: 1 minute. After a kill this long passes before others take over
	Idle     time.Duration // a connection without letters is closed after it; 0: 10 seconds
	Grace    time.Duration // for the letters in hand when told to stop; 0: 10 seconds
	Rest     time.Duration // after the relay refused us the first time, then twice as long each time; 0: 30 seconds
	Rules    Rules
	Edition  string // drain only this one; empty: all
	// Newsletters are those whose letters Press can write; none: all. Other
	// processes on the ledger may know more.
	Newsletters []string
	// Destinations take letters more slowly than the relay, or on fewer
	// sessions; also of all workers on the ledger.
	Destinations Destinations

	// Log may be nil: silent. Single letters are told at Debug only, what
	// concerns an edition or the relay above it. Readers' addresses are never
	// logged.
	Log *slog.Logger
	// Progress is told of every result once it is durable, one at a time. It
	// must be quick: sessions wait for it.
	Progress func(edition string, s Settlement)

	once    sync.Once
	wake    chan struct{}
	running atomic.Pointer[run] // the one that began last; nil when it has ended
}

// poll is how often the ledger is asked when it has said nothing of when.
const poll = 5 * time.Second

// Wake tells a waiting worker that something may be due. It never blocks.
func (w *Worker) Wake() {
	w.prepare()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Worker) prepare() { w.once.Do(func() { w.wake = make(chan struct{}, 1) }) }

// Run drains until ctx ends. Then it finishes the letters in hand, for Grace
// at most, writes their results down, gives back the rest, and returns nil, or
// an error if results could not be written: those letters will be sent again.
func (w *Worker) Run(ctx context.Context) error {
	return w.start(ctx, w.Edition, false)
}

// Drain sends what is due of one edition and returns when every delivery has
// had its first attempt; those put off by the readers' servers stay queued.
// It returns an error when the edition was halted for our own fault, or when
// the relay refuses connections for a second time in a row; then all that
// was not sent stays queued too. If ctx ends, Drain ends like Run.
func (w *Worker) Drain(ctx context.Context, edition string) error {
	return w.start(ctx, edition, true)
}

// An Untrier is a Ledger that knows of first attempts still to be made that
// cannot be claimed at now: readers not expanded yet, blocks in the hands of
// another process, or such as wait for their turn. Drain waits for them. Untried is false for an edition that
// is not being sent.
type Untrier interface {
	Untried(ctx context.Context, edition string, now time.Time) (bool, error)
}

func (w *Worker) start(ctx context.Context, edition string, drain bool) error {
	w.prepare()
	log := w.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	grace := or(w.Grace, 10*time.Second)
	hard, drop := after(ctx, grace)
	defer drop()
	last, end := after(ctx, grace+5*time.Second)
	defer end()
	sessions := w.Sessions
	if sessions <= 0 {
		sessions = 10
	}
	r := &run{
		w: w, log: log, edition: edition, drain: drain,
		lease: or(w.Lease, time.Minute), idle: or(w.Idle, 10*time.Second),
		soft: ctx, hard: hard, last: last,
		jobs: make(chan job), ended: make(chan struct{}),
		changed:   make(chan struct{}, 1),
		committer: &committer{results: make(chan result), log: log, progress: w.Progress},
		breaker:   &breaker{first: or(w.Rest, firstRest)}, concurrency: newConcurrency(sessions), pace: newPace(w.Rate), copiers: &copiers{log: log},
		leases: make(map[*lease]bool), untried: make(map[int64]time.Time), refused: make(map[string]*refusals),
	}
	w.running.Store(r)
	defer w.running.CompareAndSwap(r, nil)
	r.committer.sessions = &r.connected
	return r.all(sessions)
}

// all starts what belongs to a run and takes it down in the order in which
// nothing is lost: no new letters, letters in hand, their results.
func (r *run) all(sessions int) error {
	var senders, writers sync.WaitGroup
	keeping, stop := context.WithCancel(r.last)
	defer stop()
	writers.Go(func() { r.committer.run(r.last) })
	writers.Go(func() { r.renewing(keeping) })
	for range sessions {
		senders.Go(r.session)
	}
	err := r.claiming()
	r.hands.Wait()
	close(r.ended)
	senders.Wait()
	stop()
	close(r.committer.results)
	writers.Wait()
	if n := r.unwritten.Load(); n > 0 {
		return fmt.Errorf("ledger: %d results could not be written; these letters will be sent again", n)
	}
	return err
}

// after returns a context that ends some time after ctx has.
func after(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var mu sync.Mutex
	var timer *time.Timer
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		timer = time.AfterFunc(d, cancel)
	})
	return later, func() {
		stop()
		mu.Lock()
		defer mu.Unlock()
		if timer != nil {
			timer.Stop()
		}
		cancel()
	}
}

func or(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}
