package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

func parsePrefixes(t testing.TB, list ...string) []netip.Prefix {
	t.Helper()
	var all []netip.Prefix
	for _, p := range list {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, prefix)
	}
	return all
}

func TestClient(t *testing.T) {
	s := &Server{Frame: Frame{Proxies: parsePrefixes(t, "127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32")}}
	for _, test := range []struct {
		name, peer string
		said       []string
		want       string // the network that is kept
	}{
		{"straight", "203.0.113.9:1234", nil, "203.0.113.0/24"},
		{"straight, IPv6", "[2a00:1:2:3:4:5:6:7]:1", nil, "2a00:1:2:3::/64"},
		{"IPv4 written as IPv6", "[::ffff:203.0.113.9]:1", nil, "203.0.113.0/24"},
		{"a stranger says", "203.0.113.9:1", []string{"198.51.100.1"}, "203.0.113.0/24"},
		{"a proxy says", "10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.0/24"},
		{"a proxy behind a proxy", "10.0.0.1:1", []string{"198.51.100.1, 10.9.9.9"}, "198.51.100.0/24"},
		{"in two lines", "10.0.0.1:1", []string{"198.51.100.1", "10.9.9.9"}, "198.51.100.0/24"},
		{"what the client itself says", "10.0.0.1:1", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.0/24"},
		{"with a port", "[2001:db8::1]:1", []string{"[2a00::1]:443"}, "2a00::/64"},
		{"in brackets", "[2001:db8::1]:1", []string{"[2a00::1]"}, "2a00::/64"},
		{"a proxy says nothing", "127.0.0.1:1", nil, "127.0.0.0/24"},
		{"a proxy says nonsense", "127.0.0.1:1", []string{"unknown"}, "127.0.0.0/24"},
		{"and behind it", "127.0.0.1:1", []string{"198.51.100.1, _hidden"}, "127.0.0.0/24"},
		{"only proxies", "127.0.0.1:1", []string{"10.0.0.7"}, "10.0.0.0/24"},
		{"a long one", "127.0.0.1:1", []string{strings.Repeat("1", 9000)}, "127.0.0.0/24"},
		{"nobody knows", "@", nil, ""},
	} {
		r := httptest.NewRequest(http.MethodPost, "/subscribe", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = test.peer, test.said
		if got := s.how(r, subscribers.ByForm); got.Network != test.want {
			t.Errorf("%s: %q, want %q", test.name, got.Network, test.want)
		}
	}
}

// refusing is a server without readers or a database, whose limits are used up.
func refusing(t testing.TB) *Server {
	t.Helper()
	set, err := templates.Load(nil, templates.Theme{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Frame: Frame{Templates: set, Catalog: i18n.BuiltIn()}, Strangers: NewStrangers(SignUpsPerHour)}
	s.Publication.Language = "en"
	began := time.Now()
	h := func(_ http.ResponseWriter, r *http.Request) error { return s.admit(r, began) }
	for asking, i := s.waits(h), 0; i < 100; i++ {
		postTo(asking, "")
	}
	return s
}

// postTo posts a form to a handler and returns the status.
func postTo(h Handler, body string) int {
	r := httptest.NewRequest(http.MethodPost, "/subscribe", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	if err := h(w, r); err != nil {
		return CodeOf(err)
	}
	return w.Code
}
