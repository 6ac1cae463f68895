package readership

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// notes is a Store that adds up.
type notes struct {
	days map[string]map[rowKey]*Row
	fail error
}

func (n *notes) NoteReadership(_ context.Context, day string, rows []Row) error {
	if n.fail != nil {
		return n.fail
	}
	if n.days == nil {
		n.days = make(map[string]map[rowKey]*Row)
	}
	if n.days[day] == nil {
		n.days[day] = make(map[rowKey]*Row)
	}
	for _, r := range rows {
		if old := n.days[day][rowKey{r.Feed, r.Program}]; old != nil {
			r.Sketch.Merge(old.Sketch.Bytes())
			r.Told = max(r.Told, old.Told)
		}
		n.days[day][rowKey{r.Feed, r.Program}] = &r
	}
	return nil
}

func (n *notes) words() []string {
	var out []string
	for _, day := range []string{"2026-11-23", "2026-11-24"} {
		for _, feed := range []string{"/feed.rss", "/feed.atom"} {
			for _, program := range []string{"Feedly", "Newsboat", "Browser", "curl"} {
				if r := n.days[day][rowKey{feed, program}]; r != nil {
					out = append(out, fmt.Sprintf("%s %s %s: %d told, %d", day, feed, program, r.Told, r.Sketch.Count()))
				}
			}
		}
	}
	return out
}

// TestCensus: a client is counted once a day and feed, however often it comes
// and whichever process answers; robots are not.
func TestCensus(t *testing.T) {
	now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
	addr := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}) }
	processes := []*Census{{Key: []byte("key")}, {Key: []byte("key")}}
	var store notes
	for round := range 3 {
		for i, c := range processes {
			for n := range 10 {
				c.Saw("/feed.rss", "Newsboat/2.37", addr(n), now)
			}
			c.Saw("/feed.rss", "Newsboat/2.37", addr(100+i), now)
			c.Saw("/feed.rss", fmt.Sprintf("Feedly/1.0 (%d subscribers)", 10+round), addr(50), now)
			c.Saw("/feed.atom", "Newsboat/2.37", addr(1), now)
			c.Saw("/feed.rss", "curl/8", addr(1), now)
		}
		if round == 1 {
			for _, c := range processes {
				if err := c.Note(t.Context(), &store); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, c := range processes { // after midnight, before yesterday was noted
		c.Saw("/feed.rss", "Newsboat/2.37", addr(1), now.Add(2*time.Hour))
		if err := c.Note(t.Context(), &store); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"2026-11-23 /feed.rss Feedly: 12 told, 3", "2026-11-23 /feed.rss Newsboat: 0 told, 12", "2026-11-23 /feed.atom Newsboat: 0 told, 1",
		"2026-11-24 /feed.rss Newsboat: 0 told, 1",
	}
	if diff := cmp.Diff(want, store.words()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := processes[0].Note(t.Context(), &notes{fail: errors.New("full")}); err != nil {
		t.Errorf("nothing to note: %v", err)
	}
	processes[0].Saw("/feed.rss", "Newsboat/2.38", addr(1), now.Add(3*time.Hour))
	if err := processes[0].Note(t.Context(), &notes{fail: errors.New("full")}); err == nil {
		t.Error("a store that is full was not told")
	}
}

// TestCensusIsBounded: whatever strangers call their programs.
func TestCensusIsBounded(t *testing.T) {
	c := Census{Key: []byte("key")}
	now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 5000 {
				c.Saw("/feed.rss", fmt.Sprintf("Reader%dx%d/1", w, i), netip.IPv6Loopback(), now)
			}
		})
	}
	all.Wait()
	if n := len(c.rows); n != mostRows+1 {
		t.Errorf("%d rows", n)
	}
	if n := c.rows[rowKey{"/feed.rss", others}].Sketch.Count(); n < 14_000 || n > 18_000 {
		t.Errorf("%d others, of 15,904", n)
	}
}

// TestSketch: the estimate is near the truth, and two sketches are one.
func TestSketch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 10, 100, 1000, 3000, 10_000, 100_000} {
		var a, b Sketch
		for i := range n {
			h := r.Uint64()
			if i%2 == 0 {
				a.Add(h)
			} else {
				b.Add(h)
			}
			if i%3 == 0 {
				a.Add(h)
				b.Add(h)
			}
		}
		a.Merge(b.Bytes())
		a.Merge([]byte("nonsense"))
		if got := a.Count(); got < n-max(1, n/10) || got > n+max(1, n/10) {
			t.Errorf("%d are counted as %d", n, got)
		}
	}
}

// BenchmarkSaw is what a client costs that comes again.
func BenchmarkSaw(b *testing.B) {
	c := Census{Key: []byte("key")}
	now, from := time.Now(), netip.MustParseAddr("192.0.2.1")
	b.ReportAllocs()
	for b.Loop() {
		c.Saw("/feed.rss", "Mozilla/5.0 (compatible; inoreader/1.0; +https://www.inoreader.com/feed-fetcher; 25 subscribers; )", from, now)
	}
}
