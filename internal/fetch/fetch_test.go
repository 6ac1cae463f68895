package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// serve runs a server on this machine that tells the agent, leads on, is slow,
// or never ends, by path.
func serve(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/agent", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.UserAgent()) })
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("it"), http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/drip", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	mux.HandleFunc("/bytes", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("x", 1000)) })
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("x", 1<<20))
		z.Close()
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func get(c *http.Client, at string) (string, error) {
	answer, err := c.Get(at)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	return string(b), err
}

func TestNobodyReachesWhatIsNotPublic(t *testing.T) {
	s := serve(t)
	port := s.Listener.Addr().(*net.TCPAddr).Port
	strict := New(Options{Redirects: 3, Timeout: 5 * time.Second})
	for _, host := range []string{
		"127.0.0.1", "localhost", // a name that resolves to this machine
		"[::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "0.0.0.0", "[::]",
		"10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "224.0.0.1", "[ff02::1]",
		"192.0.2.1", "[2001:db8::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
	} {
		_, err := get(strict, fmt.Sprintf("http://%s:%d/agent", host, port))
		var refused *AddressError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", host, err)
		} else if refused.What == "" || strings.Contains(Reason(err), "/agent") {
			t.Errorf("%s: %q", host, Reason(err))
		}
	}
	local := New(Options{Reach: Locally, Redirects: 3, Timeout: 5 * time.Second, Agent: "The Lead (+https://lead.example)"})
	if got, err := get(local, s.URL+"/agent"); err != nil || got != "The Lead (+https://lead.example)" {
		t.Errorf("this machine from itself: %q, %v", got, err)
	}
	for _, to := range []string{"http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[::ffff:192.168.0.1]/"} {
		_, err := get(local, s.URL+"/to?it="+url.QueryEscape(to))
		var refused *AddressError
		if !errors.As(err, &refused) {
			t.Errorf("a redirect to %s: %v", to, err)
		}
	}
	for _, to := range []string{"ftp://example.com/", "file:///etc/passwd", "http://user:pw@example.com/", "http://example.com:25/"} {
		if _, err := get(local, s.URL+"/to?it="+url.QueryEscape(to)); err == nil {
			t.Errorf("a redirect to %s was followed", to)
		}
	}
}

// Whoever stands between could answer in the place of the second host.
func TestNobodyIsLedFromHTTPSToHTTP(t *testing.T) {
	plain := serve(t)
	secret := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/here" {
			http.Redirect(w, r, "/there", http.StatusFound)
			return
		}
		http.Redirect(w, r, plain.URL+"/agent", http.StatusFound)
	}))
	t.Cleanup(secret.Close)
	c := New(Options{Reach: Locally, Redirects: 3})
	c.Transport.(*guard).next.(*http.Transport).TLSClientConfig = secret.Client().Transport.(*http.Transport).TLSClientConfig
	for _, path := range []string{"/", "/here"} {
		_, err := get(c, secret.URL+path)
		if want := "the address leads on from https to http"; Reason(err) != want || !Refused(err) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := get(c, plain.URL+"/to?it="+url.QueryEscape("/agent")); err != nil {
		t.Errorf("from http to http: %v", err)
	}
}

func TestAProxyIsForNobodyElse(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	s := serve(t)
	if _, err := get(New(Options{Reach: Locally}), s.URL+"/agent"); err != nil {
		t.Errorf("the proxy of the environment was used: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a client for strangers has a proxy, which connects to anything")
		}
	}()
	New(Options{Proxy: true})
}

func TestLimits(t *testing.T) {
	s := serve(t)
	for _, test := range []struct {
		name, path string
		opt        Options
		want       string // the reason; empty: none
	}{
		{"as long as allowed", "/bytes", Options{Most: 1000}, ""},
		{"a byte longer", "/bytes", Options{Most: 999}, "the answer is too large"},
		{"unpacked too", "/bomb", Options{Most: 100 << 10}, "the answer is too large"},
		{"no answer", "/slow", Options{Timeout: 100 * time.Millisecond}, "it took too long"},
		{"no end", "/drip", Options{Timeout: 100 * time.Millisecond}, "it took too long"},
		{"one redirect", "/to?it=/bytes", Options{Redirects: 1}, ""},
		{"in a circle", "/to?it=" + url.QueryEscape("/to?it=/bytes"), Options{Redirects: 1}, "too many redirects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opt.Reach = Locally
			_, err := get(New(test.opt), s.URL+test.path)
			if got := Reason(err); got != test.want {
				t.Errorf("%q, want %q (%v)", got, test.want, err)
			}
		})
	}
	answer, err := New(Options{Reach: Locally}).Get(s.URL + "/to?it=/bytes")
	if err != nil || answer.StatusCode != http.StatusTemporaryRedirect {
		t.Fatalf("without redirects: %v, %v", answer, err)
	}
	answer.Body.Close()
}

func TestCheck(t *testing.T) {
	for at, want := range map[string]bool{
		"http://example.com/hook?x=1": true,
		"https://example.com":         true,
		"https://example.com:8443/":   true,
		"http://example.com:443/":     true,
		"http://[2606:4700::1]:8080/": true,
		"https://example.com:22/":     false,
		"https://example.com:0/":      false,
		"https://example.com:70000/":  false,
		"https://user@example.com/":   false,
		"https:///path":               false,
		"https://:443/":               false,
		"ftp://example.com/":          false,
		"gopher://example.com/":       false,
		"javascript:alert(1)":         false,
		"//example.com/":              false,
		"/hook":                       false,
		"https:example.com":           false,
		"http://127.0.0.1:8080/":      false,
		"http://[::ffff:10.0.0.1]/":   false,
		"http://8.8.8.8/":             true,
	} {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		if err := Publicly.Check(u); (err == nil) != want {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestReason(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shut := "http://" + listener.Addr().String() + "/secret"
	listener.Close()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	plain := serve(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	client := New(Options{Reach: Locally, Timeout: 5 * time.Second})
	for at, want := range map[string]string{
		shut:                         "nobody listens there",
		s.URL + "/secret":            "its certificate is not valid",
		"ftp://127.0.0.1:8080/":      "the address does not begin with http:// or https://",
		"http://127.0.0.1:22/secret": "the address has a port that is not of the web",
		strings.Replace(plain.URL, "http", "https", 1) + "/secret": "it does not speak TLS",
	} {
		_, err := get(client, at)
		got := Reason(err)
		if got != want {
			t.Errorf("%s: %q (%v), want %q", at, got, err, want)
		}
	}
	r, _ := http.NewRequestWithContext(gone, http.MethodGet, plain.URL, nil)
	if _, err := client.Do(r); Reason(err) != "it was broken off" {
		t.Errorf("%q", Reason(err))
	}
	if Reason(nil) != "" {
		t.Error("a reason for nothing")
	}
}
