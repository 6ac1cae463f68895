package web

import (
	"net/http"
	"net/netip"

	"github.com/standfirst/standfirst/subscribers"
)

// how is what the log of consent keeps of a request: the way somebody acted,
// and from which network.
func how(r *http.Request, way string) subscribers.Consent {
	c := subscribers.Consent{Way: way}
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		c.Network = subscribers.Network(at.Addr()).String()
	}
	return c
}
