package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// A Courier brings messages to the endpoints of a roster. Any number of them,
// in any number of processes, may work on one store.
//
// Store, Roster and Client are needed; the zero value of everything else works.
// Fields do not change once it runs.
type Courier struct {
	Store  Store
	Roster *Roster
	Client func(e *Endpoint) *http.Client // asked once for each; see the function [Client]

	Owner string        // signs leases
	Hands int           // messages on their way to one endpoint at once; 0: 4
	Poll  time.Duration // how often the store is asked; 0: 1 second
	Grace time.Duration // for messages on their way when told to stop; 0: 5 seconds
	// Settled is optional. It is told of each result that is durable.
	Settled func(e *Endpoint, r Result)
	// Off is optional. It is told of each endpoint that is switched off.
	Off func(ctx context.Context, e *Endpoint, h Health)
	Log *slog.Logger // nil: silent. Neither readers' addresses nor those of endpoints are logged, only hosts
}

// lease is longer than any exchange, and the writing down of its result.
const lease = Patience + settling + 5*time.Second

// settling is how long it is tried to write a result down.
const settling = 10 * time.Second

// Run delivers until ctx ends, and then finishes what is on its way. An
// endpoint that is slow or fails holds up no other.
func (c *Courier) Run(ctx context.Context) error {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		rest(hard, cmp.Or(c.Grace, 5*time.Second))
		cancel()
	})()
	var all sync.WaitGroup
	for i := range c.Roster.Endpoints {
		e := &c.Roster.Endpoints[i]
		l := &lane{Courier: c, endpoint: e, key: e.Key(), client: c.Client(e), soft: ctx, hard: hard, log: c.Log}
		if l.log == nil {
			l.log = slog.New(slog.DiscardHandler)
		}
		l.log = l.log.With("host", e.Host())
		all.Go(l.run)
	}
	all.Wait()
	return nil
}

// A lane is one endpoint's messages.
type lane struct {
	*Courier
	endpoint   *Endpoint
	key        string
	client     *http.Client
	soft, hard context.Context // no new messages; those on their way are dropped
	log        *slog.Logger
	troubles   int // of the store, in a row
}

func (l *lane) run() {
	defer l.client.CloseIdleConnections()
	var hands sync.WaitGroup
	defer hands.Wait()
	places := make(chan struct{}, cmp.Or(l.Hands, 4))
	for {
		select {
		case places <- struct{}{}:
		case <-l.soft.Done():
			return
		}
		m := l.next()
		if m == nil {
			return
		}
		hands.Go(func() {
			defer func() { <-places }()
			l.attempt(m)
		})
	}
}

// next claims a message, and waits until there is one; nil when told to stop.
func (l *lane) next() *Message {
	for l.soft.Err() == nil {
		m, err := l.Store.Claim(l.soft, l.key, l.Owner, lease, time.Now())
		switch {
		case err != nil:
			l.trouble(err)
		case m != nil:
			l.troubles = 0
			return m
		default:
			l.troubles = 0
			rest(l.soft, cmp.Or(l.Poll, time.Second))
		}
	}
	return nil
}

// trouble rests after the store failed us.
func (l *lane) trouble(err error) {
	if l.soft.Err() != nil {
		return
	}
	l.troubles++
	pause := min(30*time.Second, 500*time.Millisecond<<min(l.troubles, 6))
	l.log.Error("webhooks could not be read, resting", "rest", pause, "err", err)
	rest(l.soft, pause)
}

// attempt sends a message once and writes down what came of it.
func (l *lane) attempt(m *Message) {
	reply := Send(l.hard, l.client, l.endpoint, m.ID, m.Body, time.Now())
	result := decide(m.Attempts, reply, rand.Float64(), time.Now())
	health, err := l.settle(m, result)
	if err != nil {
		l.log.Error("what became of a webhook could not be written down; it comes again, under the same id", "id", m.ID, "err", err)
		return
	}
	l.tell(m, result, health)
	if l.Settled != nil {
		l.Settled(l.endpoint, result)
	}
}

// settle writes a result down, for as long as it takes a database to come back.
func (l *lane) settle(m *Message, r Result) (Health, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.hard), settling)
	defer cancel()
	h, err := l.Store.Settle(ctx, l.key, m, r, time.Now())
	for wait := 200 * time.Millisecond; err != nil && ctx.Err() == nil; wait *= 2 {
		rest(ctx, wait)
		h, err = l.Store.Settle(ctx, l.key, m, r, time.Now())
	}
	return h, err
}

// tell logs what an operator should know of.
func (l *lane) tell(m *Message, r Result, h Health) {
	switch {
	case !r.Attempt:
	case r.State == Delivered:
		l.log.Debug("webhook delivered", "id", m.ID, "code", r.Code)
	case !h.Off.IsZero() && !h.Off.Before(h.Failed): // by this attempt
		l.log.Error("an endpoint of webhooks is switched off: standfirst webhooks on switches it on again",
			"why", h.Why, "err", r.Error, "failing_since", h.Since)
		if l.Off != nil {
			l.Off(context.WithoutCancel(l.hard), l.endpoint, h)
		}
	case r.State == GivenUp:
		l.log.Warn("webhook given up", "id", m.ID, "attempts", m.Attempts+1, "err", r.Error)
	case h.Failures == 1:
		l.log.Warn("webhook failed; it is tried again", "id", m.ID, "due", r.Due, "err", r.Error)
	default:
		l.log.Debug("webhook failed", "id", m.ID, "attempt", m.Attempts+1, "err", r.Error)
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
