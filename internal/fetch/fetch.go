// Package fetch is HTTP to addresses that strangers gave us.
//
// Whoever can make a server fetch an address can make it fetch what only that
// server reaches: the router, the database next door, the cloud's metadata. So
// an address is judged where it is dialled, after its name was resolved and
// again for every connection: a name that resolves to another address the
// second time gains nothing. Everything has a limit: how long it takes, how
// much is read, how often one is sent elsewhere.
//
// The package does not know what it is used for.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// A Reach is which addresses a client may connect to.
type Reach int

// The reaches. Publicly is for addresses of strangers, Locally for those where
// the publication itself is on this machine, Anywhere for an address that the
// operator wrote.
const (
	Publicly Reach = iota // see [Public]
	Locally               // those, and this machine
	Anywhere
)

// May tells whether a client of this reach connects to a.
func (r Reach) May(a netip.Addr) bool {
	return r == Anywhere || Public(a) || r == Locally && a.IsLoopback()
}

// Options are the limits of a client. The zero Options are for strangers.
type Options struct {
	Agent     string // the User-Agent; empty: Standfirst
	Reach     Reach
	Redirects int           // how many are followed, none from https to http; 0: a redirect is the answer
	Timeout   time.Duration // of a whole exchange, with its redirects and body; 0: 20 s
	Most      int64         // bytes of a body, as read; 0: 1 MB. Reading more is ErrLarge

	// Proxy goes through the proxy that the environment names. The proxy then
	// connects to whatever it is asked for, so this is no client for strangers'
	// addresses, and New panics unless Reach is Anywhere.
	Proxy bool
}

// ErrLarge says that a body is longer than was allowed.
var ErrLarge = errors.New("the answer is too large")

// ErrRedirects says that an address led on too often.
var ErrRedirects = errors.New("too many redirects")

// An AddressError says that an address is not one to connect to.
type AddressError struct {
	Addr netip.Addr
	What string // a private network, this machine …
}

// Error says what the address is.
func (e *AddressError) Error() string { return fmt.Sprintf("%s is %s", e.Addr, e.What) }

// A textError says what is wrong with an address as it is written.
type textError string

// Error says it.
func (e textError) Error() string { return string(e) }

// Refused reports whether an exchange was not begun, or not gone on with after a
// redirect, because of what the address is: to try again is of no use.
func Refused(err error) bool {
	var address *AddressError
	var text textError
	return errors.As(err, &address) || errors.As(err, &text)
}

// New makes a client. It is kept for as long as addresses are fetched, and may
// be used by several goroutines.
func New(o Options) *http.Client {
	if o.Proxy && o.Reach != Anywhere {
		panic("fetch: a proxy would connect to any address")
	}
	if o.Agent == "" {
		o.Agent = "Standfirst"
	}
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.Most == 0 {
		o.Most = 1 << 20
	}
	step := min(o.Timeout, 10*time.Second)
	dialer := &net.Dialer{Timeout: step, KeepAlive: -1, ControlContext: o.control}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    step,
		ResponseHeaderTimeout:  o.Timeout,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           32,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
	}
	if o.Proxy {
		transport.Proxy = http.ProxyFromEnvironment
	}
	return &http.Client{
		Transport: &guard{next: transport, reach: o.Reach, agent: o.Agent, most: o.Most},
		Timeout:   o.Timeout,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			switch {
			case o.Redirects == 0:
				return http.ErrUseLastResponse
			case len(via) > o.Redirects:
				return ErrRedirects
			case r.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https":
				return textError("the address leads on from https to http")
			}
			return nil
		},
	}
}

// control refuses a connection before it is made; address has been resolved.
func (o Options) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s address %q: %w", network, address, err)
	}
	addr := at.Addr().Unmap()
	if !o.Reach.May(addr) {
		return &AddressError{addr, special(addr)}
	}
	return nil
}

// Check says why an address can be no address of somebody's server. Names are
// not resolved: that is done when they are dialled.
func (r Reach) Check(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return textError("the address does not begin with http:// or https://")
	case u.Hostname() == "":
		return textError("the address has no host")
	case u.User != nil:
		return textError("the address has a user or a password in it")
	case r != Anywhere && !webPort(u.Port()):
		return textError("the address has a port that is not of the web")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !r.May(a.Unmap()) {
		return &AddressError{a, special(a.Unmap())}
	}
	return nil
}

// webPort tells whether web servers listen there. Below 1024 other services do,
// some of which take the lines of a request for commands.
func webPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.Atoi(port)
	return err == nil && (n == 80 || n == 443 || n >= 1024 && n <= 65535)
}

// A guard checks every request of a client, those of redirects too.
type guard struct {
	next  http.RoundTripper
	reach Reach
	agent string
	most  int64
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.reach.Check(r.URL); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", g.agent)
	answer, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &bounded{ReadCloser: answer.Body, left: g.most}
	return answer, nil
}

// CloseIdleConnections lets http.Client reach those of the transport.
func (g *guard) CloseIdleConnections() {
	if c, ok := g.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// A bounded body fails where it grows too long, rather than to end there as if
// it were whole.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrLarge
	}
	return n, err
}
