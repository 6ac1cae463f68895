package webhook

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// try sends one message to a handler on this machine.
func try(t *testing.T, reach fetch.Reach, handler http.HandlerFunc) Reply {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return tryAt(t, reach, s.URL+"/a/secret/path")
}

func tryAt(t *testing.T, reach fetch.Reach, url string) Reply {
	t.Helper()
	return tryFor(t, Patience, reach, url)
}

func tryFor(t *testing.T, patience time.Duration, reach fetch.Reach, url string) Reply {
	t.Helper()
	client := Client(reach, "Standfirst/test")
	client.Timeout = patience
	t.Cleanup(client.CloseIdleConnections)
	e := &Endpoint{URL: url, Secrets: []Secret{secret(t, knownSecret)}}
	r := Send(t.Context(), client, e, knownID, []byte(knownBody), time.Unix(knownTime, 0))
	if strings.Contains(r.Trouble, "secret") {
		t.Errorf("the address shows: %s", r.Trouble)
	}
	return r
}

func TestSend(t *testing.T) {
	r := try(t, fetch.Locally, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		for name, want := range map[string]string{
			"Webhook-Id": knownID, "Webhook-Timestamp": fmt.Sprint(knownTime), "Webhook-Signature": knownSignature,
			"Content-Type": "application/json", "User-Agent": "Standfirst/test",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if r.Method != http.MethodPost || r.URL.Path != "/a/secret/path" || string(body) != knownBody {
			t.Errorf("%s %s %s", r.Method, r.URL, body)
		}
		w.Header().Set("Retry-After", "7")
		fmt.Fprint(w, "thank\nyou")
	})
	if r != (Reply{Code: 200, After: 7 * time.Second, Text: "thank you"}) {
		t.Errorf("reply %+v", r)
	}
}

// TestPython lets another implementation check what we sign.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here: apt-get install python3")
	}
	const check = `import base64, hashlib, hmac, sys
key, message = base64.b64decode(sys.argv[1]), sys.stdin.buffer.read()
print("v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode())`
	text := NewSecret()
	at := time.Now()
	e, err := Compose(ReaderConfirmed, at, Confirmed{Reader: Reader{1, "jürgen@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", check, strings.TrimPrefix(text, "whsec_"))
	cmd.Stdin = strings.NewReader(fmt.Sprintf("%s.%d.%s", e.ID, at.Unix(), e.Body))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Sign([]Secret{secret(t, text)}, e.ID, at, e.Body), strings.TrimSpace(string(out)); got != want {
		t.Errorf("we sign %s, Python %s", got, want)
	}
}

func TestHostile(t *testing.T) {
	var reached atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(inside.Close)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })

	t.Run("a redirect is not followed", func(t *testing.T) {
		r := try(t, fetch.Locally, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, inside.URL, http.StatusTemporaryRedirect)
		})
		if r.Code != 307 || reached.Load() != 0 {
			t.Errorf("%+v, the other was asked %d times", r, reached.Load())
		}
	})
	t.Run("a strange machine's address is this machine", func(t *testing.T) {
		for _, url := range []string{inside.URL, strings.Replace(inside.URL, "127.0.0.1", "localhost", 1), "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/", "http://0x7f000001/"} {
			r := tryAt(t, fetch.Publicly, url)
			if r.Code != 0 || r.Trouble == "" || reached.Load() != 0 {
				t.Errorf("%s: %+v", url, r)
			}
		}
	})
	t.Run("it hangs", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		}))
		t.Cleanup(s.Close)
		r := tryFor(t, 200*time.Millisecond, fetch.Locally, s.URL)
		if r.Code != 0 || r.Trouble != "it took too long" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("it never ends", func(t *testing.T) {
		var written atomic.Int64
		r := try(t, fetch.Locally, func(w http.ResponseWriter, _ *http.Request) {
			for {
				n, err := io.WriteString(w, strings.Repeat("x", 32<<10))
				if written.Add(int64(n)); err != nil {
					return
				}
			}
		})
		if r.Code != 200 || len(r.Text) > 600 || written.Load() > 64<<20 {
			t.Errorf("code %d, %d bytes of text, %d written", r.Code, len(r.Text), written.Load())
		}
	})
	t.Run("it says yes and hangs then", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			io.WriteString(w, "yes")
			w.(http.Flusher).Flush()
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		}))
		t.Cleanup(s.Close)
		r := tryFor(t, 2*time.Second, fetch.Locally, s.URL) // enough for it to say yes
		if r.Code != 200 || r.Text != "yes" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("huge headers", func(t *testing.T) {
		r := try(t, fetch.Locally, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Huge", strings.Repeat("x", 1<<20))
		})
		if r.Code != 0 || r.Trouble == "" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("garbage for an answer", func(t *testing.T) {
		r := tryAt(t, fetch.Locally, "http://"+garbage(t, "SSH-2.0-\x1b[31mOpenSSH\r\n\x00")+"/")
		if r.Code != 0 || strings.ContainsAny(decide(0, r, 0, noon).Error, "\x1b\x00\r\n") {
			t.Errorf("%+v", r)
		}
	})
	t.Run("garbage for TLS", func(t *testing.T) {
		r := tryAt(t, fetch.Locally, "https://"+garbage(t, "\x16\x03\x01\xff\xff\xff\xff\xff\xffhello\r\n\r\n")+"/")
		if r.Code != 0 || r.Trouble == "" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a certificate that nobody signed", func(t *testing.T) {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was told") }))
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		if r := tryAt(t, fetch.Locally, s.URL); r.Code != 0 || r.Trouble != "its certificate is not valid" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		if r := tryAt(t, fetch.Locally, "http://"+l.Addr().String()); r.Trouble != "nobody listens there" || r.Broken {
			t.Errorf("%+v", r)
		}
	})
	t.Run("this process ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		}))
		t.Cleanup(s.CloseClientConnections)
		client := Client(fetch.Locally, "")
		r := Send(ctx, client, &Endpoint{URL: s.URL}, knownID, nil, noon)
		if !r.Broken {
			t.Errorf("%+v", r)
		}
	})
}

// garbage listens and answers everything with the same bytes.
func garbage(t *testing.T, bytes string) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadAtLeast(c, make([]byte, 1), 1)
			_, _ = io.WriteString(c, bytes)
			c.Close()
		}
	}()
	return l.Addr().String()
}

// A secret's text is longer than its bytes: what is signed with are the bytes.
func TestSecretBytes(t *testing.T) {
	if key, _ := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"); string(secret(t, knownSecret).key) != string(key) {
		t.Error("the key is not what the base64 says")
	}
}
