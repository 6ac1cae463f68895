package fetch

import "net/netip"

// Public tells whether an address is somewhere on the public internet: in the
// unicast space, and in none of the ranges that IANA keeps for special purposes
// (RFC 6890 and the registries it began) and that are not reachable globally.
//
// An address of IPv4 in the clothes of IPv6 (::ffff:8.8.8.8) is not: nobody who
// means well writes it. One behind NAT64 (64:ff9b::/96) is what the address of
// IPv4 in it is, since that is how a host that has IPv6 alone sees all of IPv4.
func Public(a netip.Addr) bool {
	return a.IsValid() && a.Zone() == "" && !a.Is4In6() && special(a) == ""
}

// A region is a range of addresses, and what is there.
type region struct {
	prefix netip.Prefix
	what   string // empty: the public internet, in the middle of a larger range that is not
}

// The words for regions.
const (
	nowhere       = "no address of a host"
	machine       = "this machine"
	private       = "in a private network"
	linkLocal     = "of this link only"
	shared        = "in a provider's shared network"
	protocol      = "kept for protocols"
	documentation = "for documentation"
	benchmark     = "for measurements"
	multicast     = "of a group of hosts"
	transition    = "in a tunnel from one protocol to the other"
	reserved      = "not in use"
)

// regions are all that are special; the first that holds an address tells.
var regions = []region{
	in("0.0.0.0/8", nowhere),
	in("10.0.0.0/8", private),
	in("100.64.0.0/10", shared),
	in("127.0.0.0/8", machine),
	in("169.254.0.0/16", linkLocal),
	in("172.16.0.0/12", private),
	in("192.0.0.0/24", protocol),
	in("192.0.2.0/24", documentation),
	in("192.88.99.0/24", transition),
	in("192.168.0.0/16", private),
	in("198.18.0.0/15", benchmark),
	in("198.51.100.0/24", documentation),
	in("203.0.113.0/24", documentation),
	in("224.0.0.0/4", multicast),
	in("240.0.0.0/4", reserved),
	in("0.0.0.0/0", ""),

	in("::/128", nowhere),
	in("::1/128", machine),
	in("2001::/23", protocol), // Teredo, measurements, ORCHID among them
	in("2001:db8::/32", documentation),
	in("2002::/16", transition),
	in("3fff::/20", documentation),
	in("2000::/3", ""),
	in("fc00::/7", private),
	in("fe80::/10", linkLocal),
	in("fec0::/10", private),
	in("ff00::/8", multicast),
	in("::/0", reserved), // 100::/64, 5f00::/16, 64:ff9b:1::/48, ::/96 and the rest
}

func in(prefix, what string) region { return region{netip.MustParsePrefix(prefix), what} }

// nat64 are addresses of IPv4 as they are reached from IPv6 (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// special says what is at an address; nothing, if it is public.
func special(a netip.Addr) string {
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	for _, r := range regions {
		if r.prefix.Contains(a) {
			return r.what
		}
	}
	return reserved
}
