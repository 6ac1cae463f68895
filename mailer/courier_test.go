package mailer

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/smtptest"
)

func single(n int, to string) *Message {
	return &Message{
		From: Address{Email: "news@example.com"}, To: Address{Email: to},
		MessageID: fmt.Sprintf("note-%d@example.com", n), Date: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
		Subject: "Is this you?", Text: "Yes.\n",
	}
}

// Letters that follow each other share a connection; one that is used for
// nothing is closed.
func TestCourier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &smtptest.Server{}
		defer s.Close()
		c := &Courier{Transport: &SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial}}
		defer c.Close()
		for i, step := range []struct {
			wait  time.Duration
			to    string
			conns int // made so far
			code  int // 0: taken
		}{
			{0, "a@example.com", 1, 0},
			{time.Second, "b@example.com", 1, 0},
			{time.Second, "550-5.1.1@example.com", 1, 550},
			{time.Second, "c@example.com", 1, 0}, // a refusal of one letter is none of the connection
			{6 * time.Second, "d@example.com", 2, 0},
			{time.Second, "421@example.com", 2, 421},
			{time.Second, "e@example.com", 3, 0},
		} {
			time.Sleep(step.wait)
			code := 0
			if err := c.Deliver(t.Context(), single(i, step.to)); err != nil {
				code = err.(*Error).Code
			}
			if got, want := [2]int{s.Connections(), code}, [2]int{step.conns, step.code}; got != want {
				t.Errorf("letter %d: connections and code %v, want %v", i, got, want)
			}
		}
	})
}

// A connection that the server has closed meanwhile costs nobody an attempt.
func TestCourierFindsItsConnectionGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			return smtptest.Answer{Drop: e.Phase == "mail" && e.Conn == 1 && e.N == 2}
		}}
		defer s.Close()
		c := &Courier{Transport: &SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial}}
		defer c.Close()
		for i := range 3 {
			if err := c.Deliver(t.Context(), single(i, "a@example.com")); err != nil {
				t.Errorf("letter %d: %v", i, err)
			}
		}
		want := map[string]int{"note-0@example.com": 1, "note-1@example.com": 1, "note-2@example.com": 1}
		if d := cmp.Diff(want, s.ByMessageID()); d != "" {
			t.Errorf("taken (-want +got)\n%s", d)
		}
	})
}

// Letters at the same moment do not wait for each other.
func TestCourierSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			return smtptest.Answer{Wait: time.Second}
		}}
		defer s.Close()
		c := &Courier{Transport: &SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial}}
		defer c.Close()
		one := func(n int) time.Duration {
			began := time.Now()
			if err := c.Deliver(context.Background(), single(n, "a@example.com")); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		alone := one(0)
		var both sync.WaitGroup
		for n := range 2 {
			both.Go(func() {
				if took := one(1 + n); took > 2*alone-time.Second {
					t.Errorf("took %v, alone it takes %v", took, alone)
				}
			})
		}
		both.Wait()
	})
}
