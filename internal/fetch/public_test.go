package fetch

import (
	"net/netip"
	"testing"
)

// The first and the last address of every range of the registries of IANA for
// special purposes, and their neighbours.
func TestPublic(t *testing.T) {
	for _, test := range []struct {
		what   string
		addrs  []string
		public bool
	}{
		{"this network", []string{"0.0.0.0", "0.0.0.1", "0.255.255.255"}, false},
		{"its neighbour", []string{"1.0.0.0"}, true},
		{"private use", []string{"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"}, false},
		{"neighbours", []string{"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"}, true},
		{"shared space (CGNAT)", []string{"100.64.0.0", "100.127.255.255"}, false},
		{"neighbours", []string{"100.63.255.255", "100.128.0.0"}, true},
		{"loopback", []string{"127.0.0.0", "127.0.0.1", "127.1.2.3", "127.255.255.255"}, false},
		{"neighbours", []string{"126.255.255.255", "128.0.0.0"}, true},
		{"link-local, and the metadata of clouds", []string{"169.254.0.0", "169.254.169.254", "169.254.255.255"}, false},
		{"neighbours", []string{"169.253.255.255", "169.255.0.0"}, true},
		{"protocol assignments", []string{"192.0.0.0", "192.0.0.170", "192.0.0.255"}, false},
		{"documentation", []string{"192.0.2.0", "192.0.2.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255"}, false},
		{"neighbours", []string{"192.0.1.255", "192.0.3.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0"}, true},
		{"6to4 relays", []string{"192.88.99.0", "192.88.99.255"}, false},
		{"benchmarking", []string{"198.18.0.0", "198.19.255.255"}, false},
		{"neighbours", []string{"198.17.255.255", "198.20.0.0"}, true},
		{"multicast", []string{"224.0.0.0", "239.255.255.255"}, false},
		{"neighbour", []string{"223.255.255.255"}, true},
		{"reserved, broadcast", []string{"240.0.0.0", "255.255.255.254", "255.255.255.255"}, false},
		{"ordinary", []string{"8.8.8.8", "93.184.215.14", "151.101.1.69"}, true},

		{"unspecified, loopback", []string{"::", "::1"}, false},
		{"IPv4-compatible", []string{"::2", "::127.0.0.1", "::8.8.8.8"}, false},
		{"IPv4-mapped", []string{"::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8"}, false},
		{"IPv4-translated", []string{"::ffff:0:8.8.8.8"}, false},
		{"NAT64 of private addresses", []string{"64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::"}, false},
		{"NAT64 of public ones", []string{"64:ff9b::8.8.8.8"}, true},
		{"local NAT64", []string{"64:ff9b:1::", "64:ff9b:1::8.8.8.8", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"}, false},
		{"discard, dummy", []string{"100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::1"}, false},
		{"below global unicast", []string{"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"protocol assignments, Teredo, ORCHID", []string{"2001::", "2001:0:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"neighbour", []string{"2001:200::", "2000::1"}, true},
		{"documentation", []string{"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"neighbours", []string{"2001:db7:ffff::1", "2001:db9::", "3ffe:ffff::1", "3fff:1000::"}, true},
		{"6to4", []string{"2002::", "2002:a00:1::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"above global unicast", []string{"4000::", "5f00::1"}, false},
		{"unique local", []string{"fc00::", "fd00:ec2::254", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"link-local", []string{"fe80::", "fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"with a zone", []string{"fe80::1%eth0", "2606:4700::1%eth0"}, false},
		{"site-local", []string{"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"multicast", []string{"ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, false},
		{"ordinary", []string{"2606:4700::6810:84e5", "2a00:1450:4001:82b::200e"}, true},
	} {
		for _, text := range test.addrs {
			if got := Public(netip.MustParseAddr(text)); got != test.public {
				t.Errorf("%s: Public(%s) is %t", test.what, text, got)
			}
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}
