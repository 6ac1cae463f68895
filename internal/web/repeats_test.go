package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

func fetching(remote, agent, path string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = remote
	r.Header.Set("User-Agent", agent)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func TestRepeats(t *testing.T) {
	const forwarded = "X-Forwarded-For"
	ours := func() *http.Request { return fetching("203.0.113.7:1000", "reader", "/feed.rss") }
	for _, test := range []struct {
		name  string
		told  bool
		again *http.Request // after ten fetches by
		first *http.Request
		away  bool
	}{
		{"the same", true, ours(), ours(), true},
		{"another port", true, fetching("203.0.113.7:2000", "reader", "/feed.rss"), ours(), true},
		{"with a query", true, fetching("203.0.113.7:1000", "reader", "/feed.rss?x=1"), ours(), true},
		{"another feed", true, fetching("203.0.113.7:1000", "reader", "/feed.atom"), ours(), false},
		{"another program", true, fetching("203.0.113.7:1000", "other", "/feed.rss"), ours(), false},
		{"another address", true, fetching("203.0.113.8:1000", "reader", "/feed.rss"), ours(), false},
		{"another address of a household", true, fetching("[2001:db8:1:2::9]:1", "reader", "/feed.rss"), fetching("[2001:db8:1:2::1]:1", "reader", "/feed.rss"), true},
		{"another household", true, fetching("[2001:db8:1:3::1]:1", "reader", "/feed.rss"), fetching("[2001:db8:1:2::1]:1", "reader", "/feed.rss"), false},
		{"IPv4 as IPv6 writes it", true, fetching("[::ffff:203.0.113.7]:1", "reader", "/feed.rss"), ours(), true},
		{"who names others", true, fetching("203.0.113.7:1000", "reader", "/feed.rss", forwarded, "198.51.100.1"), ours(), true},
		{"a proxy, for the same", true, fetching("127.0.0.1:1", "reader", "/feed.rss", forwarded, "192.0.2.1, 203.0.113.7"), fetching("127.0.0.1:1", "reader", "/feed.rss", forwarded, "203.0.113.7"), true},
		{"a proxy, for another", true, fetching("127.0.0.1:1", "reader", "/feed.rss", forwarded, "203.0.113.8"), fetching("127.0.0.1:1", "reader", "/feed.rss", forwarded, "203.0.113.7"), false},
		{"a proxy that does not tell", true, fetching("10.0.0.1:1", "reader", "/feed.rss"), fetching("10.0.0.1:1", "reader", "/feed.rss"), false},
		{"a proxy that tells nonsense", true, fetching("10.0.0.1:1", "reader", "/feed.rss", forwarded, "unknown"), fetching("10.0.0.1:1", "reader", "/feed.rss", forwarded, "unknown"), false},
		{"this machine, where all are", false, fetching("127.0.0.1:1", "reader", "/feed.rss"), fetching("127.0.0.1:1", "reader", "/feed.rss"), true},
	} {
		p, now := &Repeats{Most: 10, Within: 2 * time.Minute, Told: test.told}, time.Unix(1_800_000_000, 0)
		for i := range 10 {
			if wait := p.wait(test.first, now); wait != 0 {
				t.Errorf("%s: fetch %d must wait %v", test.name, i+1, wait)
			}
			now = now.Add(time.Second)
		}
		wait := p.wait(test.again, now)
		if (wait > 0) != test.away {
			t.Errorf("%s: waits %v", test.name, wait)
		}
		if wait := p.wait(test.again, now.Add(wait)); wait != 0 {
			t.Errorf("%s: came back when told, and waits %v", test.name, wait)
		}
	}
}

// However many clients there are, not more than two generations are remembered;
// and who goes on stays known.
func TestRepeatsAreBounded(t *testing.T) {
	p, now := &Repeats{Most: 10, Within: 2 * time.Minute}, time.Unix(1_800_000_000, 0)
	away := 0
	for i := range 5 * mostClients {
		p.wait(fetching(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>16, i&0xffff), "reader", "/feed.rss"), now)
		if i%1000 == 0 && p.wait(fetching("203.0.113.7:1", "reader", "/feed.rss"), now) > 0 {
			away++
		}
		if n := len(p.now) + len(p.was); n > 2*mostClients {
			t.Fatalf("%d clients are remembered", n)
		}
	}
	if away != 41-10 {
		t.Errorf("was sent away %d times of 41", away)
	}
}

func TestTooOften(t *testing.T) {
	s := newSite(t)
	s.Repeats = &Repeats{Most: 3, Within: 2 * time.Minute}
	s.serveAgain()
	tag := s.get("/feed.rss").header.Get("ETag")
	for range 2 {
		s.get("/feed.rss?again")
	}
	for range 20 {
		if got := s.get("/feed.rss", "If-None-Match", tag); got.code != http.StatusNotModified {
			t.Fatalf("a conditional request: %d", got.code)
		}
		if got := s.get("/feed.rss", "If-None-Match", `"old"`); got.code != http.StatusOK {
			t.Fatalf("a conditional request for news: %d", got.code)
		}
		if got := s.get("/feed.rss", "If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT"); got.code != http.StatusOK {
			t.Fatalf("a conditional request by date: %d", got.code)
		}
		if got := s.do(http.MethodHead, "/feed.rss", ""); got.code != http.StatusOK {
			t.Fatalf("HEAD: %d", got.code)
		}
	}
	got := s.get("/feed.rss")
	seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
	if got.code != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 3600 {
		t.Errorf("%d, Retry-After %q", got.code, got.header.Get("Retry-After"))
	}
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") || len(got.body) == 0 || len(got.body) > 300 || got.header.Get("Cache-Control") != "no-store" || got.header.Get("ETag") != "" {
		t.Errorf("%v\n%s", got.header, got.body)
	}
	if got := s.get("/feed.atom"); got.code != http.StatusOK {
		t.Errorf("another feed: %d", got.code)
	}
}
