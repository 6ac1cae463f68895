package subscribers

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	l := &Limiter{Most: 3, Every: time.Minute}
	at := noon
	allowed := func(key string, want bool, wantWait time.Duration) {
		t.Helper()
		if ok, wait := l.Allow(key, at); ok != want || wait != wantWait {
			t.Errorf("%s after %s: %v, wait %s; want %v, %s", key, at.Sub(noon), ok, wait, want, wantWait)
		}
	}
	for range 3 {
		allowed("a", true, 0)
	}
	for range 3 { // to be refused costs nothing more
		allowed("a", false, time.Minute)
	}
	allowed("b", true, 0)
	at = at.Add(40 * time.Second)
	allowed("a", false, 20*time.Second)
	at = at.Add(20 * time.Second)
	allowed("a", true, 0)
	allowed("a", false, time.Minute)
	at = at.Add(time.Hour) // more than three are never saved up
	for range 3 {
		allowed("a", true, 0)
	}
	allowed("a", false, time.Minute)
	at = noon // a clock that was set back gives nothing away
	if ok, _ := l.Allow("a", at); ok {
		t.Error("setting the clock back allows more")
	}
}

// Whoever keeps coming is remembered, however many others do.
func TestLimiterRemembersWhoComes(t *testing.T) {
	l := &Limiter{Most: 2, Every: time.Hour, Keys: 100}
	ok := 0
	for i := range 10_000 {
		if i%50 == 0 {
			if yes, _ := l.Allow("again", noon); yes {
				ok++
			}
		}
		l.Allow(fmt.Sprint(i), noon)
	}
	if ok != 2 {
		t.Errorf("allowed %d times, want 2", ok)
	}
}

// An hour of 2,000 networks a second, each another, takes no more room than
// its first minute, and a single limiter for all holds.
func TestLimiterUnderFlood(t *testing.T) {
	networks := &Limiter{Most: 5, Every: time.Minute}
	all := &Limiter{Most: 100, Every: time.Second}
	rnd := rand.New(rand.NewPCG(1, 2))
	hour := 3600
	if testing.Short() {
		hour = 300
	}
	passed, most := 0, 0
	var early, late runtime.MemStats
	for second := range hour {
		at := noon.Add(time.Duration(second) * time.Second)
		for range 2000 {
			var ip [16]byte
			binary.BigEndian.PutUint64(ip[:], rnd.Uint64())
			if ok, _ := networks.Allow(Network(netip.AddrFrom16(ip)).String(), at); ok {
				if ok, _ := all.Allow("", at); ok {
					passed++
				}
			}
			most = max(most, len(networks.now)+len(networks.was))
		}
		if second == 120 {
			runtime.GC()
			runtime.ReadMemStats(&early)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&late)
	if most > 2*defaultKeys {
		t.Errorf("%d keys were remembered, want %d at most", most, 2*defaultKeys)
	}
	if grown := int64(late.HeapAlloc) - int64(early.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap grew by %d KB", grown>>10)
	}
	if want := 100 + hour - 1; passed != want {
		t.Errorf("%d passed, want %d", passed, want)
	}
}

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"203.0.113.77":           "203.0.113.0/24",
		"::ffff:203.0.113.77":    "203.0.113.0/24",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"fe80::1%eth0":           "fe80::/64",
		"2001:db8:1:2::":         "2001:db8:1:2::/64",
		"255.255.255.255":        "255.255.255.0/24",
		"::":                     "::/64",
		"::ffff:0.0.0.0":         "0.0.0.0/24",
		"2001:db8:ffff:ffff::42": "2001:db8:ffff:ffff::/64",
	} {
		if got := Network(netip.MustParseAddr(ip)).String(); got != want {
			t.Errorf("Network(%s) = %s, want %s", ip, got, want)
		}
	}
	if p := Network(netip.Addr{}); p.IsValid() {
		t.Errorf("no address is in %s", p)
	}
}
