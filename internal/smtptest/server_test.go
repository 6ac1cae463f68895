package smtptest

import (
	"crypto/tls"
	"net"
	"net/smtp"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestByAddress(t *testing.T) {
	for _, tc := range []struct {
		to, phase string
		n         int
		want      Answer
	}{
		{"jane@example.com", "rcpt", 1, Answer{}},
		{"550-5.1.1@example.com", "rcpt", 9, Answer{Code: 550, Enhanced: [3]int{5, 1, 1}}},
		{"550-5.1.1@example.com", "data", 1, Answer{}},
		{"jane+451@example.com", "rcpt", 1, Answer{Code: 451}},
		{"data-554-5.7.1@example.com", "data", 1, Answer{Code: 554, Enhanced: [3]int{5, 7, 1}}},
		{"once-451-4.7.1@example.com", "rcpt", 1, Answer{Code: 451, Enhanced: [3]int{4, 7, 1}}},
		{"once-451-4.7.1@example.com", "rcpt", 2, Answer{}},
		{"twice-drop-after-data@example.com", "data", 2, Answer{Drop: true}},
		{"temperror@example.com", "rcpt", 1, Answer{Code: 451, Enhanced: [3]int{4, 3, 0}}},
		{"permerror@example.com", "rcpt", 1, Answer{Code: 554, Enhanced: [3]int{5, 3, 0}}},
		{"timeout@example.com", "rcpt", 1, Answer{Hang: true}},
		{"drop-body@example.com", "body", 1, Answer{Drop: true}},
		{"250@example.com", "rcpt", 1, Answer{}},
		{"", "mail", 1, Answer{}},
	} {
		got := ByAddress(Event{Phase: tc.phase, To: tc.to, N: tc.n})
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s at %s, %d (-want +got)\n%s", tc.to, tc.phase, tc.n, d)
		}
	}
}

var letter = []byte("Message-ID: <1@example.com>\r\n\r\nhi\r\n")

// The standard library's client sees an ordinary server, with and without TLS.
func TestServer(t *testing.T) {
	for _, security := range []TLS{Plain, StartTLS, Implicit} {
		s := &Server{TLS: security, Username: "me", Password: "secret", Keep: true}
		host, port, err := s.Start()
		if err != nil {
			t.Fatal(err)
		}
		addr := net.JoinHostPort(host, strconv.Itoa(port))
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		trust := s.ClientTLS()
		trust.ServerName = host
		if security == Implicit {
			conn = tls.Client(conn, trust)
		}
		c, err := smtp.NewClient(conn, host)
		if err != nil {
			t.Fatal(err)
		}
		if security == StartTLS {
			if err := c.StartTLS(trust); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Mail("news@example.com"); err == nil {
			t.Error("no password asked for")
		}
		if err := c.Auth(smtp.PlainAuth("", "me", "secret", host)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := c.Mail("news@example.com"); err != nil {
				t.Fatal(err)
			}
			if err := c.Rcpt("a@example.com"); err != nil {
				t.Fatal(err)
			}
			w, err := c.Data()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(letter); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
		c.Close()
		if d := cmp.Diff(map[string]int{"1@example.com": 2}, s.ByMessageID()); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		if d := cmp.Diff(string(letter), string(s.Letters()[0].Data)); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		s.Close()
		s.Close()
		if _, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			t.Error("still listening")
		}
	}
}

// In memory and on a fake clock an hour's silence takes no time.
func TestDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Script: func(e Event) Answer { return Answer{Wait: time.Hour} }}
		defer s.Close()
		conn, err := s.Dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		begin := time.Now()
		if _, err := smtp.NewClient(conn, "relay.test"); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d != time.Hour {
			t.Errorf("greeted after %v", d)
		}
	})
}
