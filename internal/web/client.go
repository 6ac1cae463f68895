package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/subscribers"
)

// client is the address a request comes from. What X-Forwarded-For says of it
// is believed as far as those who said it are our proxies: each of them adds
// whom it was asked by, so that the last one that is no proxy is the client.
// The zero Addr when nobody can know.
func (f *Frame) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := peer.Addr().Unmap()
	if !f.proxy(at) {
		return at
	}
	for _, line := range slices.Backward(r.Header["X-Forwarded-For"]) {
		for _, said := range slices.Backward(strings.Split(line, ",")) {
			next, ok := forwarded(said)
			if !ok {
				return at // what nobody can read is no client of anybody
			}
			if at = next; !f.proxy(at) {
				return at
			}
		}
	}
	return at
}

// forwarded reads one entry of X-Forwarded-For. Some proxies add the port.
func forwarded(said string) (netip.Addr, bool) {
	said = strings.TrimSpace(said)
	if len(said) > 64 {
		return netip.Addr{}, false
	}
	if at, err := netip.ParseAddrPort(said); err == nil {
		return at.Addr().Unmap(), true
	}
	at, err := netip.ParseAddr(strings.Trim(said, "[]"))
	return at.Unmap(), err == nil
}

// proxy reports whether at is a proxy of ours.
func (f *Frame) proxy(at netip.Addr) bool {
	return slices.ContainsFunc(f.Proxies, func(p netip.Prefix) bool { return p.Contains(at) })
}

// Network names whom a request comes from, as far as limits go.
func (f *Frame) Network(r *http.Request) string { return subscribers.Network(f.client(r)).String() }

// how is what the log of consent keeps of a request: the way somebody acted,
// and from which network, never the whole address.
func (f *Frame) how(r *http.Request, way string) subscribers.Consent {
	c := subscribers.Consent{Way: way}
	if network := subscribers.Network(f.client(r)); network.IsValid() {
		c.Network = network.String()
	}
	return c
}
