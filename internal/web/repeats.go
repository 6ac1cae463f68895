package web

import (
	"fmt"
	"hash/maphash"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Repeats knows clients that fetch a whole feed again and again without asking
// whether it has changed. A client is a network and a User-Agent. Who asks
// conditionally is no business of it, and who asks by HEAD is not either.
//
// Memory is bounded: when there are many clients at once, those who have not
// come for a while are forgotten, which is to their good.
type Repeats struct {
	// Most is how many times a client may fetch one feed within Within.
	Most   int
	Within time.Duration
	// Told tells that clients are on other machines. One that seems to be on
	// this machine or in its network is then a proxy; if it does not say for
	// whom it asks, everybody may.
	Told bool

	mu       sync.Mutex
	seed     maphash.Seed
	now, was map[uint64]*rate.Limiter
}

// mostClients is how many are remembered, twice.
const mostClients = 8192

// wait returns how long the client of a request should stay away; 0 is not at
// all.
func (p *Repeats) wait(r *http.Request, now time.Time) time.Duration {
	network, ok := p.network(r)
	if !ok {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.limiter(network, r.UserAgent(), r.URL.Path)
	if l.AllowN(now, 1) {
		return 0
	}
	return p.Within
}

// limiter returns what a client has left of a feed.
func (p *Repeats) limiter(network netip.Prefix, agent, path string) *rate.Limiter {
	if p.now == nil {
		p.seed, p.now = maphash.MakeSeed(), map[uint64]*rate.Limiter{}
	}
	var h maphash.Hash
	h.SetSeed(p.seed)
	h.WriteString(network.String())
	h.WriteByte('\n')
	h.WriteString(agent)
	h.WriteByte('\n')
	h.WriteString(path)
	key := h.Sum64()
	l := p.now[key]
	if l != nil {
		return l
	}
	if l = p.was[key]; l == nil {
		l = rate.NewLimiter(rate.Limit(float64(p.Most)/p.Within.Seconds()), p.Most)
	}
	if len(p.now) >= mostClients {
		p.now, p.was = map[uint64]*rate.Limiter{}, p.now
	}
	p.now[key] = l
	return l
}

// network is where a request comes from: an IPv4 address, or the network that
// an IPv6 provider gives a household. What a proxy says of whom it asks for is
// believed when it stands on this machine or in its network; who lies there
// wins nothing but more fetches. ok is false when nobody can know.
func (p *Repeats) network(r *http.Request) (network netip.Prefix, ok bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return network, false
	}
	addr := peer.Addr().Unmap()
	if addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() {
		said := r.Header["X-Forwarded-For"]
		if len(said) == 0 && p.Told {
			return network, false
		}
		if len(said) > 0 {
			last := said[len(said)-1]
			last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
			if addr, err = netip.ParseAddr(last); err != nil {
				return network, false
			}
			addr = addr.Unmap()
		}
	}
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, err = addr.WithZone("").Prefix(bits)
	return network, err == nil
}

// tooOften sends a client away for a while.
func tooOften(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Retry-After", seconds)
	Write(w, r, http.StatusTooManyRequests, "text/plain; charset=utf-8", fmt.Appendf(nil,
		"You fetch this feed whole, again and again. Come back in %s seconds, and send If-None-Match with the ETag you were given: that you may do as often as you like.\n", seconds))
}
