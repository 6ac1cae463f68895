package mailer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A counter is a relay that takes everything, after a while, and writes down
// when each letter began and how many to a domain were on their way at once.
type counter struct {
	takes time.Duration

	mu     sync.Mutex
	begun  map[string][]time.Time // by domain; "" are all
	flying map[string]int
	most   map[string]int
}

func (c *counter) Open(context.Context) (Session, error) { return c, nil }
func (c *counter) Close() error                          { return nil }

func (c *counter) Send(_ context.Context, e Envelope, _ []byte, _ Envelope) error {
	name := domain(e.To)
	c.mu.Lock()
	if c.begun == nil {
		c.begun, c.flying, c.most = map[string][]time.Time{}, map[string]int{}, map[string]int{}
	}
	for _, to := range []string{name, ""} {
		c.begun[to] = append(c.begun[to], time.Now())
		c.flying[to]++
		c.most[to] = max(c.most[to], c.flying[to])
	}
	c.mu.Unlock()
	time.Sleep(c.takes)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flying[name]--
	c.flying[""]--
	return nil
}

// within insists that no stretch of time has more letters than rate × seconds,
// and one; or more, of streams that know nothing of each other.
func (c *counter) within(t *testing.T, to string, rate float64, streams int) {
	t.Helper()
	at := slices.Clone(c.begun[to])
	slices.SortFunc(at, time.Time.Compare)
	for i := range at {
		for k := i; k < len(at); k++ {
			if took := at[k].Sub(at[i]); float64(k-i+1) > rate*took.Seconds()+float64(streams)+1e-6 {
				t.Fatalf("%q: %d letters within %v, at %g a second", to, k-i+1, took, rate)
			}
		}
	}
}

func (c *counter) last(to string) time.Time { return slices.MaxFunc(c.begun[to], time.Time.Compare) }

// at makes deliveries to a domain.
func at(domain string, first int64, n int) (ds []Delivery) {
	for i := range n {
		ds = append(ds, Delivery{Subscriber: first + int64(i), To: Address{Email: fmt.Sprintf("r%d@%s", i, domain)}, Version: 1})
	}
	return ds
}

func (b *book) addTo(destination string, ds []Delivery) {
	b.add("weekly/1", time.Time{}, ds...)
	b.blocks[len(b.blocks)-1].Destination = destination
}

// clerks are workers on one ledger and one relay, as several processes are.
func clerks(t *testing.T, n int, b *book, c *counter, rate float64, ds Destinations) (took time.Duration) {
	t.Helper()
	began := time.Now()
	var all sync.WaitGroup
	for range n {
		w := &Worker{Ledger: b, Press: new(desk), Transport: c, Sessions: 10, Rate: rate, Destinations: ds}
		all.Go(func() {
			if err := w.Drain(t.Context(), "weekly/1"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

func TestRate(t *testing.T) {
	for _, c := range []struct {
		rate    float64
		workers int
		letters int
		takes   time.Duration
		most    time.Duration
	}{
		{rate: 10, workers: 1, letters: 300, takes: 50 * time.Millisecond, most: 31 * time.Second},
		{rate: 10, workers: 3, letters: 300, takes: 50 * time.Millisecond, most: 32 * time.Second},
		{rate: 0.1, workers: 2, letters: 7, takes: time.Second, most: 75 * time.Second},
		{rate: 200, workers: 1, letters: 3000, takes: 10 * time.Millisecond, most: 16 * time.Second},
		{rate: 200, workers: 2, letters: 3000, takes: 10 * time.Millisecond, most: 17 * time.Second},
		{rate: 20, workers: 2, letters: 200, takes: 10 * time.Second, most: 31 * time.Second}, // the relay is the slower: ten sessions each
	} {
		t.Run(fmt.Sprintf("%g a second of %d workers", c.rate, c.workers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBook(t, "weekly/1")
				for from := 0; from < c.letters; from += 100 {
					b.addTo("", at("example.com", int64(from+1), min(100, c.letters-from)))
				}
				relay := &counter{takes: c.takes}
				took := clerks(t, c.workers, b, relay, c.rate, nil)
				wantCounts(t, b, map[string]int{"sent": c.letters})
				relay.within(t, "", c.rate, 1)
				least := time.Duration(float64(c.letters) / c.rate * float64(time.Second))
				if c.takes < 5*time.Second && (took < least || took > c.most) {
					t.Errorf("%d letters took %v, want %v to %v", c.letters, took, least, c.most)
				}
			})
		})
	}
}

// A provider that takes little gets what it takes, and holds up nobody.
func TestDestinations(t *testing.T) {
	ds := Destinations{
		{Domains: []string{"slow.example"}, Rate: 2},
		{Domains: []string{"narrow.example"}, Sessions: 3},
		{Domains: []string{"both.example"}, Rate: 20, Sessions: 1},
	}
	for workers := 1; workers <= 2; workers++ {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBook(t, "weekly/1")
				b.addTo("slow.example", at("slow.example", 1, 100))
				b.addTo("narrow.example", at("narrow.example", 1001, 100))
				b.addTo("narrow.example", at("narrow.example", 1501, 100))
				b.addTo("both.example", at("both.example", 2001, 60))
				b.addTo("", at("example.com", 3001, 300))
				b.addTo("", at("example.com", 4001, 300))
				relay := &counter{takes: 100 * time.Millisecond}
				began := time.Now()
				took := clerks(t, workers, b, relay, 0, ds)
				wantCounts(t, b, map[string]int{"sent": 960})
				relay.within(t, "slow.example", 2, 1)
				relay.within(t, "both.example", 20, 1)
				for name, most := range map[string]int{"narrow.example": 3, "both.example": 1} {
					if n := relay.most[name]; n != most {
						t.Errorf("%d letters to %s at once, want %d", n, name, most)
					}
				}
				if took > 55*time.Second {
					t.Errorf("took %v: 100 letters at 2 a second", took)
				}
				for name, most := range map[string]time.Duration{"example.com": 20 * time.Second, "narrow.example": 20 * time.Second, "both.example": 20 * time.Second} {
					if after := relay.last(name).Sub(began); after > most {
						t.Errorf("the last letter to %s went after %v, want %v", name, after, most)
					}
				}
			})
		})
	}
}

// The rate of all holds also when some of it goes to a destination's own.
func TestRateOfAllAndOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1")
		b.addTo("slow.example", at("slow.example", 1, 200))
		b.addTo("", at("example.com", 1001, 800))
		relay := &counter{takes: 20 * time.Millisecond}
		took := clerks(t, 2, b, relay, 50, Destinations{{Domains: []string{"slow.example"}, Rate: 10}})
		wantCounts(t, b, map[string]int{"sent": 1000})
		relay.within(t, "", 50, 3)
		relay.within(t, "slow.example", 10, 1)
		if took < 20*time.Second || took > 24*time.Second {
			t.Errorf("1,000 letters at 50 a second took %v", took)
		}
	})
}

// A pause acts within a second, however far the next turn is away.
func TestPausedWhileWaitingForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1")
		b.addTo("", at("example.com", 1, 100))
		relay := new(counter)
		w := &Worker{Ledger: b, Press: new(desk), Transport: relay, Rate: 0.01}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.Run(ctx) }()
		time.Sleep(150 * time.Second) // one went after 100
		b.mu.Lock()
		b.paused["weekly/1"] = true
		b.mu.Unlock()
		time.Sleep(time.Second)
		b.mu.Lock()
		for _, p := range b.blocks {
			if len(p.ids) > 0 && !p.lease.IsZero() {
				t.Error("a block is in hand a second after the pause")
			}
		}
		b.paused["weekly/1"] = false
		b.mu.Unlock()
		time.Sleep(2 * time.Minute)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		wantCounts(t, b, map[string]int{"sent": 2, "queued": 98})
		relay.within(t, "", 0.01, 1)
	})
}

// What is begun anew, be it after every few letters, is no faster.
func TestRateOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t, "weekly/1")
		b.addTo("", at("example.com", 1, 40))
		relay := new(counter)
		for range 30 {
			ctx, stop := context.WithTimeout(t.Context(), 2700*time.Millisecond)
			w := &Worker{Ledger: b, Press: new(desk), Transport: relay, Rate: 1}
			if err := w.Run(ctx); err != nil {
				t.Error(err)
			}
			stop()
		}
		wantCounts(t, b, map[string]int{"sent": 40})
		relay.within(t, "", 1, 1)
	})
}

// Letters of one domain are spread over a block, and none is lost over it.
func TestSpread(t *testing.T) {
	for _, c := range []struct {
		what, in, want string
	}{
		{"nobody", "", ""},
		{"one domain", "aaa", "aaa"},
		{"all different", "abc", "abc"},
		{"two that alternate", "aaabbb", "ababab"},
		{"one among many", "aaaab", "aabaa"},
		{"half of them", "aaaabcde", "abacadae"},
		{"a third", "aaabbbccc", "abcabcabc"},
		{"most of them", "aaaaaabb", "aabaaaba"},
	} {
		t.Run(c.what, func(t *testing.T) {
			var ds []Delivery
			for i, name := range c.in {
				ds = append(ds, Delivery{Subscriber: int64(i), To: Address{Email: fmt.Sprintf("r@%c.example", name)}})
			}
			var got strings.Builder
			for _, d := range spread(ds) {
				got.WriteByte(domain(d.To.Email)[0])
			}
			if got.String() != c.want {
				t.Errorf("%s: got %s, want %s", c.in, got.String(), c.want)
			}
		})
	}
}

// Whatever the mixture, everybody is still there once, and nowhere are many more
// of a domain than its part of the whole.
func TestSpreadEvenly(t *testing.T) {
	for _, c := range [][]int{{500}, {250, 250}, {400, 50, 50}, {100, 100, 100, 100, 100}, {300, 199, 1}, {200, 30, 20, 10, 5, 3, 2, 1, 1, 1, 1, 1, 1, 1}, {5, 400}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			var ds []Delivery
			for name, n := range c {
				ds = append(ds, at(fmt.Sprintf("d%d.example", name), int64(len(ds)), n)...)
			}
			out := spread(slices.Clone(ds))
			ids := func(ds []Delivery) (ids []int64) {
				for _, d := range ds {
					ids = append(ids, d.Subscriber)
				}
				slices.Sort(ids)
				return ids
			}
			if !slices.Equal(ids(ds), ids(out)) {
				t.Fatal("somebody is lost, or there twice")
			}
			for name, n := range c {
				seen := 0
				for i, d := range out {
					if domain(d.To.Email) == fmt.Sprintf("d%d.example", name) {
						seen++
					}
					fair := float64(n) * float64(i+1) / float64(len(out))
					if off := float64(seen) - fair; off > 2 || off < -2 {
						t.Fatalf("%d of %d after %d letters of %d, want %.1f", seen, n, i+1, len(out), fair)
					}
				}
			}
			if !slices.EqualFunc(out, spread(slices.Clone(ds)), func(a, b Delivery) bool { return cmp.Compare(a.Subscriber, b.Subscriber) == 0 }) {
				t.Error("another order the second time")
			}
		})
	}
}
