package mailer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// Over random trouble, with workers that are killed at any moment, every
// delivery is settled once, and a reader gets at most one more letter for
// each session that was killed or line that was lost in the text.
func TestRandomTrouble(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { randomTrouble(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func randomTrouble(t *testing.T, dice *rand.Rand) {
	const n = 300
	b := newBook(t, "weekly/1", many(1, 100), many(101, 100), many(201, 100))
	var mu sync.Mutex
	roll := func() float64 { mu.Lock(); defer mu.Unlock(); return dice.Float64() }
	dropped := map[string]bool{}
	s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
		x := roll()
		switch {
		case e.Phase == "conn" && x < 0.1:
			return smtptest.Answer{Code: 421}
		case e.Phase == "conn" && x < 0.2, e.Phase == "rcpt" && x < 0.03, e.Phase == "mail" && x < 0.03:
			return smtptest.Answer{Drop: true}
		case (e.Phase == "body" || e.Phase == "data") && x < 0.03:
			mu.Lock()
			dropped[e.To] = true
			mu.Unlock()
			return smtptest.Answer{Drop: true}
		case e.Phase == "rcpt" && x < 0.06:
			return smtptest.Answer{Code: 451, Enhanced: [3]int{4, 7, 1}}
		case e.Phase == "data" && x < 0.06:
			return smtptest.Answer{Code: 452, Enhanced: [3]int{4, 3, 1}}
		case e.Phase == "rcpt" && x < 0.07:
			return smtptest.Answer{Code: 550, Enhanced: [3]int{5, 1, 1}}
		}
		return smtptest.Answer{Wait: time.Duration(x * float64(20*time.Millisecond))}
	}}
	t.Cleanup(s.Close)

	kills := 0
	for range 6 { // lives of the process
		dead := make(chan struct{})
		w := office(t, b, s)
		w.Ledger = &mortal{b, dead}
		w.Transport = &mortalTransport{w.Transport, dead}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Duration(roll()*float64(2*time.Second)), func() {
			close(dead) // as a kill: from now on nothing gets out or in
			stop()
		})
		_ = w.Run(ctx)
		stop()
		kills++
		time.Sleep(2 * time.Minute) // leases end
	}
	w := office(t, b, s)
	ctx, stop := context.WithTimeout(t.Context(), 72*time.Hour)
	defer stop()
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	got := s.ByRecipient()
	extra := 0
	for id, e := range b.state {
		if e.settled != 1 {
			t.Errorf("reader %d settled %d times: %s", id, e.settled, e.State)
		}
		letters := got[e.To.Email]
		if e.State == Sent && letters == 0 {
			t.Errorf("reader %d is sent and got nothing", id)
		}
		if letters > 1 && !dropped[e.To.Email] {
			extra += letters - 1
		}
	}
	if len(b.state) != n || extra > kills*w.Sessions {
		t.Errorf("%d repeats after %d kills of %d sessions", extra, kills, w.Sessions)
	}
	if ids := len(s.ByMessageID()); ids > n {
		t.Errorf("%d Message-IDs for %d readers", ids, n)
	}
}

// mortal is a ledger in a process that is killed: nothing is written after.
type mortal struct {
	*book
	dead <-chan struct{}
}

func (m *mortal) gone() error {
	select {
	case <-m.dead:
		return errDown
	default:
		return nil
	}
}

func (m *mortal) Settle(ctx context.Context, b *Block, s []Settlement) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.book.Settle(ctx, b, s)
}

func (m *mortal) SettleAll(ctx context.Context, all []Settled) ([]*Block, error) {
	if err := m.gone(); err != nil {
		return nil, err
	}
	return m.book.SettleAll(ctx, all)
}

func (m *mortal) Release(ctx context.Context, b *Block) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.book.Release(ctx, b)
}

func (m *mortal) Renew(ctx context.Context, b *Block, now, until time.Time) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.book.Renew(ctx, b, now, until)
}

// mortalTransport opens nothing after death.
type mortalTransport struct {
	Transport
	dead <-chan struct{}
}

func (m *mortalTransport) Open(ctx context.Context) (Session, error) {
	select {
	case <-m.dead:
		return nil, &Error{Phase: PhaseConn, Err: errDown}
	default:
		return m.Transport.Open(ctx)
	}
}
