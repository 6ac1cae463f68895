package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A queue is a store in memory. The real ones are tested by storetest.
type queue struct {
	mu       sync.Mutex
	messages map[string][]*waiting // by endpoint
	health   map[string]Health
	given    int
	broken   error
}

type waiting struct {
	Message
	due, until time.Time
	over       State
}

func newQueue() *queue {
	return &queue{messages: map[string][]*waiting{}, health: map[string]Health{}}
}

func (q *queue) add(endpoint, id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages[endpoint] = append(q.messages[endpoint], &waiting{Message: Message{N: int64(len(q.messages[endpoint])), ID: id, Body: []byte("{}")}, due: time.Now()})
}

func (q *queue) Claim(_ context.Context, endpoint, _ string, lease time.Duration, now time.Time) (*Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.broken != nil {
		return nil, q.broken
	}
	var next *waiting
	another := false
	for _, m := range q.messages[endpoint] {
		switch {
		case m.until.After(now):
			another = true
		case m.over == "" && !m.due.After(now) && (next == nil || m.due.Before(next.due)):
			next = m
		}
	}
	if next == nil || !q.health[endpoint].Takes(another, now) {
		return nil, nil
	}
	next.until = now.Add(lease)
	next.Token++
	m := next.Message
	return &m, nil
}

func (q *queue) Settle(_ context.Context, endpoint string, m *Message, r Result, now time.Time) (Health, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.broken != nil {
		return Health{}, q.broken
	}
	w := q.messages[endpoint][m.N]
	if w.Token != m.Token && r.State != Delivered {
		return q.health[endpoint], nil
	}
	q.health[endpoint], r = Settle(q.health[endpoint], r, now)
	if r.Attempt {
		w.Attempts++
	}
	w.due, w.until = r.Due, time.Time{}
	if r.State != Queued {
		w.over = r.State
		q.given++
	}
	return q.health[endpoint], nil
}

// A far is an endpoint without a network.
type far func(r *http.Request) (int, error)

func (f far) RoundTrip(r *http.Request) (*http.Response, error) {
	code, err := f(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// courier makes one courier for endpoints that answer so, by host.
func courier(q *queue, log io.Writer, answers map[string]far) *Courier {
	c := &Courier{Store: q, Roster: &Roster{}, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for host := range answers {
		c.Roster.Endpoints = append(c.Roster.Endpoints, Endpoint{URL: "https://" + host + "/secret", Events: Types()})
	}
	c.Client = func(e *Endpoint) *http.Client { return &http.Client{Transport: answers[e.Host()], Timeout: Patience} }
	return c
}

func keyOf(host string) string { return (&Endpoint{URL: "https://" + host + "/secret"}).Key() }

// run lets a courier work for a while of the bubble's time.
func run(t *testing.T, c *Courier, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := c.Run(ctx); err != nil {
		t.Error(err)
	}
}

// TestRetries: a message is tried by the schedule, under one id, until it is
// taken.
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, began := newQueue(), time.Now()
		var tried []time.Duration
		c := courier(q, io.Discard, map[string]far{"a.example": func(r *http.Request) (int, error) {
			tried = append(tried, time.Since(began))
			if id := r.Header.Get("Webhook-Id"); id != "msg_1" {
				t.Errorf("attempt under the id %s", id)
			}
			if len(tried) < 6 {
				return 500, nil
			}
			return 204, nil
		}})
		c.Poll = 2 * time.Second
		q.add(keyOf("a.example"), "msg_1")
		run(t, c, 24*time.Hour)
		if len(tried) != 6 {
			t.Fatalf("%d attempts: %v", len(tried), tried)
		}
		for i := range 5 {
			least := schedule[i]
			if gap := tried[i+1] - tried[i]; gap < least || gap > least+least/5+2*time.Second {
				t.Errorf("attempt %d came %v after the one before, want %v", i+2, gap, least)
			}
		}
		if h := q.health[keyOf("a.example")]; h.Failures != 0 || h.Succeeded.IsZero() || q.given != 1 {
			t.Errorf("in the end %+v", h)
		}
	})
}

// TestDeadEndpoint: an endpoint with hundreds of messages is asked some hundred
// times in three days, then switched off with all of them kept; one beside it
// has its messages within seconds.
func TestDeadEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages = 300
		q := newQueue()
		var log bytes.Buffer
		asked, taken := 0, map[string]bool{}
		var mu sync.Mutex
		began := time.Now()
		var last time.Duration
		c := courier(q, &log, map[string]far{
			"dead.example": func(r *http.Request) (int, error) {
				mu.Lock()
				asked++
				mu.Unlock()
				select { // it hangs
				case <-r.Context().Done():
					return 0, r.Context().Err()
				case <-time.After(time.Hour):
					return 200, nil
				}
			},
			"good.example": func(r *http.Request) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				taken[r.Header.Get("Webhook-Id")] = true
				last = time.Since(began)
				return 200, nil
			},
		})
		c.Poll = time.Minute
		for i := range messages {
			q.add(keyOf("dead.example"), fmt.Sprint("msg_", i))
			q.add(keyOf("good.example"), fmt.Sprint("msg_", i))
		}
		run(t, c, failingFor+2*time.Hour)
		if len(taken) != messages || last > time.Second {
			t.Errorf("the good one has %d, the last after %v", len(taken), last)
		}
		h := q.health[keyOf("dead.example")]
		if h.Why != Failing || h.Off.Sub(began) < failingFor || h.Off.Sub(began) > failingFor+time.Hour {
			t.Errorf("off after %v: %+v", h.Off.Sub(began), h)
		}
		if asked < 500 || asked > 1000 {
			t.Errorf("the dead one was asked %d times", asked)
		}
		for _, m := range q.messages[keyOf("dead.example")] {
			if m.over != "" {
				t.Errorf("%s: %s", m.ID, m.over)
			}
		}
		if n := strings.Count(log.String(), "is switched off"); n != 1 {
			t.Errorf("told %d times that it is off", n)
		}
		if n := strings.Count(log.String(), "level=WARN"); n > 4 {
			t.Errorf("%d warnings", n)
		}
		if strings.Contains(log.String(), "secret") {
			t.Error("the address of an endpoint is logged")
		}
	})
}

func TestGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		asked := 0
		c := courier(q, io.Discard, map[string]far{"a.example": func(*http.Request) (int, error) { asked++; return 410, nil }})
		c.Hands, c.Poll = 1, time.Minute
		for i := range 3 {
			q.add(keyOf("a.example"), fmt.Sprint("msg_", i))
		}
		run(t, c, 24*time.Hour)
		if h := q.health[keyOf("a.example")]; asked != 1 || h.Why != Gone {
			t.Errorf("asked %d times: %+v", asked, h)
		}
	})
}

// TestBroken: a process that ends breaks off what it has in hand, after a
// grace, and the message is due at once without an attempt counted.
func TestBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		c := courier(q, io.Discard, map[string]far{"a.example": func(r *http.Request) (int, error) {
			<-r.Context().Done()
			return 0, r.Context().Err()
		}})
		q.add(keyOf("a.example"), "msg_1")
		began := time.Now()
		run(t, c, 2*time.Second)
		if took := time.Since(began); took != 7*time.Second {
			t.Errorf("it took %v to end", took)
		}
		if m := q.messages[keyOf("a.example")][0]; m.Attempts != 0 || m.over != "" || m.until.After(time.Now()) {
			t.Errorf("it left %+v", m)
		}
	})
}

// TestDatabaseAway: a database that is away for a while costs no message.
func TestDatabaseAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		var log bytes.Buffer
		var ids []string
		c := courier(q, &log, map[string]far{"a.example": func(r *http.Request) (int, error) {
			ids = append(ids, r.Header.Get("Webhook-Id"))
			if len(ids) == 1 { // it goes right after this answer
				q.mu.Lock()
				q.broken = errors.New("away")
				q.mu.Unlock()
				time.AfterFunc(2*time.Minute, func() {
					q.mu.Lock()
					defer q.mu.Unlock()
					q.broken = nil
				})
			}
			return 200, nil
		}})
		c.Hands = 1
		q.add(keyOf("a.example"), "msg_1")
		q.add(keyOf("a.example"), "msg_2")
		run(t, c, 10*time.Minute)
		if d := cmp.Diff([]string{"msg_1", "msg_1", "msg_2"}, ids); d != "" && q.given != 2 {
			t.Errorf("told (-want +got):\n%s", d)
		}
		if q.given != 2 || !strings.Contains(log.String(), "under the same id") {
			t.Errorf("%d arrived; the log says\n%s", q.given, log.String())
		}
	})
}
