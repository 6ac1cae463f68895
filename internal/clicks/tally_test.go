package clicks

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/digest"
)

// ledger is a store that may be away.
type ledger struct {
	mu    sync.Mutex
	known map[string]int
	calls int
	fails func(call int) bool
}

func (k *ledger) AddClicks(_ context.Context, some []digest.LinkClicks) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls++
	if k.fails != nil && k.fails(k.calls) {
		return errors.New("away")
	}
	if k.known == nil {
		k.known = map[string]int{}
	}
	for _, c := range some {
		k.known[c.Path()+" "+c.Day] += c.Clicks
	}
	return nil
}

var (
	evening = time.Date(2026, 11, 24, 23, 30, 0, 0, time.UTC)
	one     = digest.Link{Edition: 1, Release: 2}
	other   = digest.Link{Edition: 1, Release: 3}
)

// from is somebody's address, another for each number.
func from(n int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, byte(n >> 8), byte(n)}) }

func TestCount(t *testing.T) {
	for name, c := range map[string]struct {
		zone  *time.Location
		count func(*Tally)
		want  map[string]int
	}{
		"two readers": {nil, func(c *Tally) {
			c.Count(one, from(1), evening)
			c.Count(one, from(2), evening)
			c.Count(other, from(1), evening)
		}, map[string]int{"/r/1/2 2026-11-24": 2, "/r/1/3 2026-11-24": 1}},
		"a double click": {nil, func(c *Tally) {
			c.Count(one, from(1), evening)
			c.Count(one, from(1), evening.Add(Again-time.Millisecond))
		}, map[string]int{"/r/1/2 2026-11-24": 1}},
		"who never ceases": {nil, func(c *Tally) {
			for i := range 60 {
				c.Count(one, from(1), evening.Add(time.Duration(i)*time.Second))
			}
		}, map[string]int{"/r/1/2 2026-11-24": 6}},
		"a household": {nil, func(c *Tally) {
			c.Count(one, netip.MustParseAddr("2001:db8::1"), evening)
			c.Count(one, netip.MustParseAddr("2001:db8::2"), evening)
			c.Count(one, netip.MustParseAddr("2001:db8:0:1::2"), evening)
			c.Count(one, netip.MustParseAddr("::ffff:203.0.113.1"), evening)
			c.Count(one, netip.MustParseAddr("203.0.113.1"), evening)
		}, map[string]int{"/r/1/2 2026-11-24": 3}},
		"a proxy that does not tell": {nil, func(c *Tally) {
			for _, at := range []string{"127.0.0.1", "::1", "10.0.0.1", "fe80::1"} {
				c.Count(one, netip.MustParseAddr(at), evening)
				c.Count(one, netip.MustParseAddr(at), evening)
			}
			c.Count(one, netip.Addr{}, evening)
			c.Count(one, netip.Addr{}, evening)
		}, map[string]int{"/r/1/2 2026-11-24": 10}},
		"a clock that was set back": {nil, func(c *Tally) {
			c.Count(one, from(1), evening)
			c.Count(one, from(1), evening.Add(-time.Hour))
		}, map[string]int{"/r/1/2 2026-11-24": 2}},
		"days are the publication's": {time.FixedZone("", 3600), func(c *Tally) {
			c.Count(one, from(1), evening)
			c.Count(one, from(2), evening.Add(-time.Hour))
		}, map[string]int{"/r/1/2 2026-11-24": 1, "/r/1/2 2026-11-25": 1}},
		"nobody": {nil, func(*Tally) {}, nil},
	} {
		tally, store := &Tally{Zone: c.zone}, &ledger{}
		c.count(tally)
		for range 2 { // the second time there is nothing to write
			if err := tally.Write(t.Context(), store, evening); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(c.want, store.known); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What a store does not take is not lost, and what it took is not written again.
func TestWriteAgain(t *testing.T) {
	tally, store := &Tally{}, &ledger{fails: func(call int) bool { return call == 2 }}
	const links = 2*batch + 1
	for i := range links {
		for n := range 3 {
			tally.Count(digest.Link{Edition: 1, Release: int64(i + 1)}, from(n), evening)
		}
	}
	if err := tally.Write(t.Context(), store, evening); err == nil {
		t.Fatal("an error was lost")
	}
	if len(store.known) != batch {
		t.Errorf("%d links are written, want %d", len(store.known), batch)
	}
	tally.Count(digest.Link{Edition: 1, Release: links}, from(9), evening)
	if err := tally.Write(t.Context(), store, evening); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range store.known {
		sum += n
	}
	if want := 3*links + 1; sum != want || len(store.known) != links {
		t.Errorf("%d clicks on %d links, want %d on %d", sum, len(store.known), want, links)
	}
}

func TestCountWhileWriting(t *testing.T) {
	tally, store := &Tally{}, &ledger{fails: func(call int) bool { return call%3 == 0 }}
	const people, each = 8, 200
	var all sync.WaitGroup
	for p := range people {
		all.Go(func() {
			for i := range each {
				tally.Count(digest.Link{Edition: 1, Release: int64(1 + i%5)}, netip.Addr{}, evening)
				if i%20 == p {
					_ = tally.Write(t.Context(), store, evening) // some fail, and are made up for
				}
			}
		})
	}
	all.Wait()
	store.fails = nil
	if err := tally.Write(t.Context(), store, evening); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range store.known {
		sum += n
	}
	if sum != people*each {
		t.Errorf("%d clicks, want %d", sum, people*each)
	}
}

// A flood on one link is one line, and who came is forgotten: nothing grows.
func TestFlood(t *testing.T) {
	tally := &Tally{}
	for i := range 50_000 {
		tally.Count(one, from(i), evening)
	}
	if len(tally.counts) != 1 {
		t.Errorf("one link takes %d lines", len(tally.counts))
	}
	if err := tally.Write(t.Context(), &ledger{}, evening.Add(memory)); err != nil {
		t.Fatal(err)
	}
	if !tally.lately.since.IsZero() || tally.lately.seen != [len(tally.lately.seen)]visit{} {
		t.Error("it is still known who came five minutes ago")
	}
}

func TestScanner(t *testing.T) {
	for _, agent := range []string{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
		"Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS]",
		"Lynx/2.9.2 libwww-FM", "w3m/0.5.3", "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
	} {
		if Scanner(agent) {
			t.Errorf("%q is a reader's", agent)
		}
	}
	for _, agent := range []string{
		"", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/8.5.0", "Go-http-client/2.0", "python-requests/2.32",
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116 Safari/537.36", "Slackbot-LinkExpanding 1.0",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0 Safari/537.36",
		"BarracudaCentral/1.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Proofpoint URL Defense)", "WhatsApp/2.23", "SkypeUriPreview Preview/0.5",
		"facebookexternalhit/1.1", strings.Repeat("x", 10_000) + "bot",
	} {
		if want := len(agent) < longest; Scanner(agent) != want {
			t.Errorf("%.60q: %v", agent, !want)
		}
	}
}

// FuzzScanner: whatever a User-Agent is, it can be read, and letters of ASCII are
// the same in capitals.
func FuzzScanner(f *testing.F) {
	f.Add("Mozilla/5.0")
	f.Add("\xff\xfecubotbot")
	f.Add("Safari GoogleBot")
	f.Fuzz(func(t *testing.T, agent string) {
		is := Scanner(agent)
		if strings.IndexFunc(agent, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
			return
		}
		if Scanner(strings.ToUpper(agent)) != is {
			t.Errorf("%q is one thing in small letters and another in capitals", agent)
		}
	})
}

func BenchmarkCount(b *testing.B) {
	tally, addresses := &Tally{}, make([]netip.Addr, 1000)
	for i := range addresses {
		addresses[i] = from(i)
	}
	b.ReportAllocs()
	for i := range b.N {
		tally.Count(one, addresses[i%len(addresses)], evening)
	}
}

// Words are matched as they stand in the list.
func TestScannersAreInLowerCase(t *testing.T) {
	seen := map[string]bool{}
	for _, word := range scanners {
		if word != strings.ToLower(word) || word == "" || seen[word] {
			t.Errorf("%q", word)
		}
		seen[word] = true
	}
	if !slices.Contains(scanners, "bot") {
		t.Error("no robot is known")
	}
}
