package mailer

import (
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

func TestConcurrency(t *testing.T) {
	type step struct {
		after time.Duration
		what  string
		open  int
		want  int
		news  bool
	}
	for name, steps := range map[string][]step{
		"halved by complaints, once a second": {
			{0, "halve", 0, 5, true}, {0, "halve", 0, 5, false}, {time.Second, "halve", 0, 2, false},
			{time.Second, "halve", 0, 1, false}, {time.Second, "halve", 0, 1, false},
		},
		"grows by one every five seconds without a complaint": {
			{0, "halve", 0, 5, true}, {4 * time.Second, "taken", 0, 5, false}, {time.Second, "taken", 0, 6, false},
			{time.Second, "taken", 0, 6, false}, {4 * time.Second, "taken", 0, 7, false},
			{time.Second, "halve", 0, 3, false}, {4 * time.Second, "taken", 0, 3, false},
		},
		"as many as were let in": {
			{0, "fit", 4, 4, true}, {0, "fit", 4, 4, false}, {4 * time.Second, "taken", 0, 4, false}, {time.Second, "taken", 0, 5, false},
			{0, "fit", 4, 4, false},
		},
		"at least one, and never more than there are": {
			{0, "fit", 0, 1, true}, {6 * time.Second, "taken", 0, 2, false}, {600 * time.Second, "halve", 0, 1, true},
		},
		"nothing to recover from": {{time.Hour, "taken", 0, 10, false}},
	} {
		t.Run(name, func(t *testing.T) {
			c, now := newConcurrency(10), time.Unix(1e9, 0)
			for i, s := range steps {
				now = now.Add(s.after)
				news := false
				switch s.what {
				case "halve":
					_, news = c.halve(now)
				case "fit":
					_, news = c.fit(s.open, now)
				case "taken":
					c.taken(now)
				}
				if c.limit != s.want || news != s.news {
					t.Errorf("step %d: %d sessions, news %v; want %d, %v", i, c.limit, news, s.want, s.news)
				}
			}
		})
	}
}

// Who is in stays in while there are not too many; who waits is told.
func TestConcurrencyPlaces(t *testing.T) {
	c := newConcurrency(2)
	enter := func(holds, want bool) <-chan struct{} {
		t.Helper()
		ok, changed := c.enter(holds)
		if ok != want {
			t.Errorf("enter(%v) = %v", holds, ok)
		}
		return changed
	}
	told := func(changed <-chan struct{}) {
		t.Helper()
		select {
		case <-changed:
		default:
			t.Error("nobody was told")
		}
	}
	enter(false, true)
	enter(false, true)
	changed := enter(false, false)
	enter(true, true)
	c.leave()
	told(changed)
	changed = enter(false, true)
	c.halve(time.Unix(1e9, 0))
	told(changed)
	enter(true, false)
	enter(true, true)
	enter(false, false)
}

// A relay that lets in three connections gets its letters over three: the
// others are no reason to rest, and cost nobody an attempt.
func TestFewerConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		refused, used := 0, map[int]time.Time{}
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case e.Phase == "conn":
				maps.DeleteFunc(used, func(_ int, at time.Time) bool { return time.Since(at) >= 10*time.Second }) // closed for being idle
				if len(used) >= 3 {
					refused++
					return smtptest.Answer{Code: 421, Enhanced: [3]int{4, 7, 0}}
				}
				used[e.Conn] = time.Now()
			case e.Phase == "data":
				used[e.Conn] = time.Now()
				return smtptest.Answer{Wait: 100 * time.Millisecond}
			}
			return smtptest.Answer{}
		}}
		b := newBook(t, "weekly/1", many(1, 600))
		w := office(t, b, s)
		w.Sessions = 10
		begin := time.Now()
		if err := w.Drain(t.Context(), "weekly/1"); err != nil {
			t.Fatal(err)
		}
		wantCounts(t, b, map[string]int{"sent": 600})
		if took := time.Since(begin); took > 150*time.Second {
			t.Errorf("600 letters over three connections took %v", took)
		}
		if refused > 20 {
			t.Errorf("%d connections were refused within a minute", refused)
		}
	})
}
