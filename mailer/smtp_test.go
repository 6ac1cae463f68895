package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/standfirst/standfirst/internal/smtptest"
)

const news = "news@example.com"

var text = []byte("Subject: hello\r\nMessage-ID: <1@example.com>\r\n\r\n.one\r\n..two\r\nthree\r\n")

// relay starts a server on a socket and a transport that reaches it.
func relay(t *testing.T, s *smtptest.Server) *SMTP {
	t.Helper()
	host, port, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &SMTP{Host: host, Port: port, Security: NoTLS, TLS: s.ClientTLS()}
}

func send(t *testing.T, tr Transport, to ...string) (errs []error) {
	t.Helper()
	session, err := tr.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, a := range to {
		errs = append(errs, session.Send(t.Context(), Envelope{From: news, To: a}, text, Envelope{}))
	}
	return errs
}

func TestSend(t *testing.T) {
	s := &smtptest.Server{Keep: true}
	errs := send(t, relay(t, s), "a@example.com", "550-5.1.1@example.com", "data-451-4.7.1@example.com", "b@example.com")
	if errs[0] != nil || errs[3] != nil {
		t.Errorf("not taken: %v", errs)
	}
	want := []*Error{
		{Phase: PhaseRcpt, Code: 550, Enhanced: "5.1.1", Text: "as asked"},
		{Phase: PhaseDone, Code: 451, Enhanced: "4.7.1", Text: "as asked"},
	}
	for i, w := range want {
		var e *Error
		if !errors.As(errs[i+1], &e) {
			t.Fatalf("got %v, want an *Error", errs[i+1])
		}
		if d := cmp.Diff(w, e, cmpopts.IgnoreFields(Error{}, "Err")); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	}
	var got []string
	for _, l := range s.Letters() {
		got = append(got, l.From+" "+l.To)
		if d := cmp.Diff(string(text), string(l.Data)); d != "" {
			t.Errorf("text changed on the way (-want +got)\n%s", d)
		}
	}
	if d := cmp.Diff([]string{news + " a@example.com", news + " b@example.com"}, got); d != "" {
		t.Errorf("taken (-want +got)\n%s", d)
	}
	if n := s.Connections(); n != 1 {
		t.Errorf("%d connections, want 1: refusals do not end a session", n)
	}
}

func TestLongText(t *testing.T) {
	s := &smtptest.Server{Keep: true}
	long := []byte("Message-ID: <1@example.com>\r\n\r\n" + strings.Repeat(".dots and words\r\n", 20000))
	session, err := relay(t, s).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if err := session.Send(t.Context(), Envelope{From: news, To: "a@example.com"}, long, Envelope{}); err != nil {
		t.Fatal(err)
	}
	if string(s.Letters()[0].Data) != string(long) {
		t.Error("320 KB did not arrive as they were")
	}
}

func TestSecurity(t *testing.T) {
	for _, tc := range []struct {
		server smtptest.TLS
		client Security
		want   string // of the error
	}{
		{smtptest.Plain, NoTLS, ""},
		{smtptest.StartTLS, NoTLS, ""},
		{smtptest.StartTLS, StartTLS, ""},
		{smtptest.StartTLS, "", ""},
		{smtptest.Implicit, ImplicitTLS, ""},
		{smtptest.Plain, StartTLS, "does not support STARTTLS"},
		{smtptest.Plain, "sometimes", "none of starttls"},
	} {
		t.Run(fmt.Sprint(tc.server, tc.client), func(t *testing.T) {
			s := &smtptest.Server{TLS: tc.server}
			tr := relay(t, s)
			tr.Security = tc.client
			for range 2 { // the second time with a resumed session
				session, err := tr.Open(t.Context())
				if tc.want != "" {
					if err == nil || !strings.Contains(err.Error(), tc.want) || !errors.Is(err, ErrSettings) {
						t.Fatalf("got %v, want %q", err, tc.want)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if err := session.Send(t.Context(), Envelope{From: news, To: "a@example.com"}, text, Envelope{}); err != nil {
					t.Error(err)
				}
				session.Close()
			}
		})
	}
}

func TestSecurityUnknownCertificate(t *testing.T) {
	for server, client := range map[smtptest.TLS]Security{smtptest.StartTLS: StartTLS, smtptest.Implicit: ImplicitTLS} {
		tr := relay(t, &smtptest.Server{TLS: server})
		tr.Security, tr.TLS = client, nil
		_, err := tr.Open(t.Context())
		var unknown *tls.CertificateVerificationError
		if !errors.As(err, &unknown) {
			t.Errorf("%s: got %v, want a certificate error", client, err)
		}
		if v := Decide(err, Delivery{}, time.Now(), Rules{}); !v.Trip || v.Halt != "" {
			t.Errorf("%s: a certificate that ran out last night is renewed; wait for it: %+v", client, v)
		}
	}
}

func TestAuth(t *testing.T) {
	for _, mech := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"} {
		t.Run(mech, func(t *testing.T) {
			s := &smtptest.Server{TLS: smtptest.StartTLS, Username: "me", Password: "secret", Mechanisms: []string{mech}}
			tr := relay(t, s)
			tr.Security, tr.Username, tr.Password = StartTLS, "me", "secret"
			if err := send(t, tr, "a@example.com")[0]; err != nil {
				t.Fatal(err)
			}
			tr.Password = "wrong"
			_, err := tr.Open(t.Context())
			var e *Error
			if !errors.As(err, &e) || e.Phase != PhaseConn || e.Code != 535 {
				t.Fatalf("wrong password: got %v, want 535 at conn", err)
			}
			if strings.Contains(err.Error(), "wrong") {
				t.Errorf("%v repeats the password", err)
			}
			if v := Decide(err, Delivery{}, time.Now(), Rules{}); v.Halt == "" || v.State != Queued || v.Attempt {
				t.Errorf("wrong password: %+v, want the edition halted and the letter as it was", v)
			}
		})
	}
}

func TestAuthNeverInTheClear(t *testing.T) {
	s := &smtptest.Server{Username: "me", Password: "secret"}
	tr := relay(t, s)
	addr := net.JoinHostPort(tr.Host, fmt.Sprint(tr.Port))
	tr.Host, tr.Username, tr.Password = "relay.test", "me", "secret" // not this machine, by its name
	tr.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	if _, err := tr.Open(t.Context()); !errors.Is(err, ErrSettings) {
		t.Fatalf("got %v, want ErrSettings", err)
	}
}

// Where the line is lost decides whether a letter may have arrived.
func TestLostLine(t *testing.T) {
	for _, tc := range []struct {
		to    string
		phase Phase
		taken int
	}{
		{"drop-rcpt@example.com", PhaseRcpt, 0},
		{"drop-body@example.com", PhaseBody, 0},
		{"drop-after-data@example.com", PhaseBody, 1},
	} {
		s := &smtptest.Server{}
		err := send(t, relay(t, s), tc.to)[0]
		var e *Error
		if !errors.As(err, &e) || e.Phase != tc.phase || e.Code != 0 {
			t.Errorf("%s: got %v, want no code in %s", tc.to, err, tc.phase)
		}
		if n := len(s.Letters()); n != tc.taken {
			t.Errorf("%s: %d letters taken, want %d: half a letter is none", tc.to, n, tc.taken)
		}
	}
}

func TestLostLineInEveryPhase(t *testing.T) {
	for _, phase := range []string{"conn", "mail", "rcpt", "body", "data"} {
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
			return smtptest.Answer{Drop: e.Phase == phase}
		}}
		session, err := relay(t, s).Open(t.Context())
		if err == nil {
			err = session.Send(t.Context(), Envelope{From: news, To: "a@example.com"}, text, Envelope{})
			if again := session.Send(t.Context(), Envelope{From: news, To: "b@example.com"}, text, Envelope{}); again == nil {
				t.Errorf("%s: a lost session goes on sending", phase)
			}
			session.Close()
		}
		want := Phase(phase)
		if phase == "data" {
			want = PhaseBody
		}
		var e *Error
		if !errors.As(err, &e) || e.Phase != want || e.Code != 0 {
			t.Errorf("dropped at %s: got %v", phase, err)
		}
	}
}

// The limits of RFC 5321, on a fake clock.
func TestSlowServer(t *testing.T) {
	for phase, limit := range map[string]time.Duration{
		"conn": 5 * time.Minute, "mail": 5 * time.Minute, "rcpt": 5 * time.Minute, "data": 10 * time.Minute,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
				return smtptest.Answer{Hang: e.Phase == phase}
			}}
			defer s.Close()
			tr := &SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial}
			begin := time.Now()
			session, err := tr.Open(t.Context())
			if err == nil {
				err = session.Send(t.Context(), Envelope{From: news, To: "a@example.com"}, text, Envelope{})
				session.Close()
			}
			if got := time.Since(begin); err == nil || got != limit {
				t.Errorf("hangs at %s: given up after %v with %v, want %v", phase, got, err, limit)
			}
		})
	}
}

func TestSendIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &smtptest.Server{}
		defer s.Close()
		tr := &SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial}
		session, err := tr.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		err = session.Send(ctx, Envelope{From: news, To: "timeout@example.com"}, text, Envelope{})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("after %v: %v", time.Since(begin), err)
		}
	})
}

func TestRefusedConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	_, err = (&SMTP{Host: "127.0.0.1", Port: port, Security: NoTLS}).Open(t.Context())
	if v := Decide(err, Delivery{}, time.Now(), Rules{}); !v.Trip || v.Attempt || v.State != Queued {
		t.Errorf("nobody listens: %+v (%v)", v, err)
	}
}

// A server that talks nonsense is given up, whatever it says and however long.
func TestNonsense(t *testing.T) {
	for name, answer := range map[string]string{
		"web":     "HTTP/1.1 400 Bad Request\r\n\r\n",
		"chatter": "220-" + strings.Repeat("x", 3<<20),
		"binary":  "\x00\x01\x02\x03\r\n\x00\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				_, _ = c.Write([]byte(answer))
			}()
			_, err = (&SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: NoTLS}).Open(t.Context())
			var e *Error
			if !errors.As(err, &e) || e.Code != 0 || e.Phase != PhaseConn {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Half-way through the text the server says why it does not want it.
func TestLastWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := net.Pipe()
		go func() {
			defer server.Close()
			buf := make([]byte, 4096)
			say := func(s string) { _, _ = server.Write([]byte(s)) }
			say("220 relay.test\r\n")
			for _, answer := range []string{"250 hello\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"} {
				_, _ = server.Read(buf)
				say(answer)
			}
			_, _ = server.Read(buf)
			say("552 5.3.4 too big for <reader@example.com>\r\n")
		}()
		tr := &SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: func(context.Context, string, string) (net.Conn, error) { return client, nil }}
		session, err := tr.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = session.Send(t.Context(), Envelope{From: news, To: "reader@example.com"}, []byte(strings.Repeat("x\r\n", 1<<19)), Envelope{})
		want := &Error{Phase: PhaseDone, Code: 552, Enhanced: "5.3.4", Text: "too big for <…>"}
		var got *Error
		errors.As(err, &got)
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(Error{}, "Err")); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	})
}

func TestDeliver(t *testing.T) {
	s := &smtptest.Server{Keep: true}
	tr := relay(t, s)
	m := issue()
	m.To.Email = "jane@BÜCHER.example"
	if err := Deliver(t.Context(), tr, m); err != nil {
		t.Fatal(err)
	}
	l := s.Letters()[0]
	if l.From != news || l.To != "jane@xn--bcher-kva.example" || l.MessageID != m.MessageID {
		t.Errorf("envelope %s to %s, %s", l.From, l.To, l.MessageID)
	}
	if p := parse(t, l.Data); p.subject(t) != m.Subject {
		t.Errorf("subject %q", p.subject(t))
	}
	m.To.Email = "jürgen@example.com"
	if err := Deliver(t.Context(), tr, m); !errors.Is(err, ErrAddress) {
		t.Errorf("got %v, want ErrAddress", err)
	}
	m.To.Email = "550-5.1.1@example.com"
	var e *Error
	if err := Deliver(t.Context(), tr, m); !errors.As(err, &e) || e.Enhanced != "5.1.1" {
		t.Errorf("got %v", err)
	}
}

func TestErrorsHideAddresses(t *testing.T) {
	s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer {
		if e.Phase == "rcpt" {
			return smtptest.Answer{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "<Jane.Doe@Example.com>: mailbox jane.doe unknown\tat <example.com>, says news@example.com"}
		}
		return smtptest.Answer{}
	}}
	err := send(t, relay(t, s), "jane.doe@example.com")[0]
	for e := err; e != nil; e = errors.Unwrap(e) {
		if low := strings.ToLower(e.Error()); strings.Contains(low, "jane") || strings.Contains(low, "@") {
			t.Errorf("%v holds an address", e)
		}
	}
	if want := "rcpt: 550 5.1.1 <…>: mailbox … unknown at <example.com>, says …"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}
