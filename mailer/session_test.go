package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// envelope is that of reader i, from whom it also comes.
func envelope(i int) Envelope {
	a := fmt.Sprintf("reader%d@example.com", i)
	return Envelope{From: a, To: a}
}

// A countedLine counts what goes out.
type countedLine struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedLine) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// A letter that was announced costs one write; the server has heard of it
// before it says what it thinks of the one before.
func TestOneWriteALetter(t *testing.T) {
	k := &clerk{offers: "PIPELINING"}
	tr, end := k.relay(t)
	defer end()
	var writes atomic.Int64
	tr.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		return countedLine{conn, &writes}, err
	}
	s, err := tr.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	letter := []byte("Subject: hello\r\n\r\n" + strings.Repeat("words and words\r\n", 2800)) // 48 KB
	before := writes.Load()
	for i := range 10 {
		next := Envelope{}
		if i < 9 {
			next = envelope(i + 1)
		}
		if err := s.Send(t.Context(), envelope(i), letter, next); err != nil {
			t.Fatal(err)
		}
	}
	if got := writes.Load() - before; got != 11 {
		t.Errorf("%d writes, want one for the first envelope and one for each letter", got)
	}
	for i, r := range k.taken {
		if r.to != envelope(i).To || r.text != string(letter) {
			t.Errorf("letter %d: to %s, %d bytes", i, r.to, len(r.text))
		}
	}
}

// What is sent after an announcement decides whether the connection is kept.
func TestAnnouncement(t *testing.T) {
	hi := []byte("hi\r\n")
	for name, tc := range map[string]struct {
		then func(ctx context.Context, s Session) error
		gone bool
		want []string // readers whose letters are taken
	}{
		"kept":    {func(ctx context.Context, s Session) error { return s.Send(ctx, envelope(2), hi, Envelope{}) }, false, []string{"1", "2"}},
		"another": {func(ctx context.Context, s Session) error { return s.Send(ctx, envelope(3), hi, Envelope{}) }, true, []string{"1"}},
		"closed":  {func(_ context.Context, s Session) error { return s.Close() }, false, []string{"1"}},
		"too late": {func(ctx context.Context, s Session) error {
			s.(*session).told = time.Now().Add(-2 * patient)
			return s.Send(ctx, envelope(2), hi, Envelope{})
		}, true, []string{"1"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := &clerk{offers: "PIPELINING"}
			tr, end := k.relay(t)
			s, err := tr.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Send(t.Context(), envelope(1), hi, envelope(2)); err != nil {
				t.Fatal(err)
			}
			err = tc.then(t.Context(), s)
			if gone(err) != tc.gone || err != nil && !tc.gone {
				t.Errorf("got %v", err)
			}
			s.Close()
			end()
			var got []string
			for _, r := range k.taken {
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(r.to, "reader"), "@example.com"))
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			for _, c := range k.cut {
				if c.text != "" {
					t.Errorf("while the server waited for a letter it got %q", c.text)
				}
			}
		})
	}
}

// A letter that cannot be signed leaves the server waiting for nothing.
func TestCannotSignAnnounced(t *testing.T) {
	k := &clerk{offers: "PIPELINING"}
	tr, end := k.relay(t)
	broken := errors.New("the key is in a drawer")
	signed := &Signed{Transport: tr, Sign: func(dst, letter []byte) ([]byte, error) {
		if strings.HasPrefix(string(letter), "no") {
			return dst, broken
		}
		return append(dst, letter...), nil
	}}
	s, err := signed.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), envelope(1), []byte("hi\r\n"), envelope(2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), envelope(2), []byte("no\r\n"), Envelope{}); !errors.Is(err, broken) || !errors.Is(err, ErrSigning) {
		t.Errorf("got %v", err)
	}
	if err := s.Send(t.Context(), envelope(2), []byte("hi\r\n"), Envelope{}); !gone(err) {
		t.Errorf("got %v, want the connection gone", err)
	}
	s.Close()
	end()
	if d := cmp.Diff([]receipt{{envelope(1).To, "hi\r\n"}}, k.taken, cmp.AllowUnexported(receipt{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// Connections end in good order when they have had their letters, by our
// count or the server's, and nobody is announced to one that will.
func TestConnectionsAreReplaced(t *testing.T) {
	for _, tc := range []struct {
		offers  string
		letters int
		conns   int // for seven letters
	}{
		{"PIPELINING", 0, 1},
		{"PIPELINING", 3, 3},
		{"PIPELINING", 1, 7},
		{"", 3, 3},
		{"PIPELINING LIMITS_MAILMAX=2", 3, 4},
		{"limits_mailmax=2", 0, 4},
		{"PIPELINING LIMITS_MAILMAX=20_RCPTMAX=1", 4, 2},
	} {
		k := &clerk{offers: tc.offers}
		tr, end := k.relay(t)
		tr.Letters = tc.letters
		var s Session
		for i := range 7 {
			attempt := func() (err error) {
				if s == nil {
					if s, err = tr.Open(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				return s.Send(t.Context(), envelope(i), []byte("hi\r\n"), envelope(i+1))
			}
			err := attempt()
			if gone(err) {
				s = nil
				err = attempt()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
		end()
		if k.conns != tc.conns || len(k.taken) != 7 {
			t.Errorf("%q, %d: %d connections, want %d; %d letters", tc.offers, tc.letters, k.conns, tc.conns, len(k.taken))
		}
		quits := 0
		for _, line := range k.said {
			if line == "QUIT" {
				quits++
			}
		}
		if quits < tc.conns-1 {
			t.Errorf("%q, %d: %d of %d connections ended with QUIT", tc.offers, tc.letters, quits, tc.conns)
		}
	}
}

func TestConnectionsAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &smtptest.Server{}
		defer s.Close()
		session, err := (&SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial}).Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		sent := 0
		for err == nil {
			if err = session.Send(t.Context(), envelope(sent), text, envelope(sent+1)); err == nil {
				sent++
				time.Sleep(30 * time.Second)
			}
		}
		if age := time.Since(begin); !gone(err) || age < oldest || age > oldest+time.Minute || len(s.Letters()) != sent {
			t.Errorf("%d letters of %d, %v after %v", len(s.Letters()), sent, err, age)
		}
	})
}

// Each answer has its own time, whether it is waited for alone or not.
func TestSlowAnswersToGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := map[string]time.Duration{"mail": 4 * time.Minute, "rcpt": 4 * time.Minute, "ready": 119 * time.Second, "data": 9 * time.Minute}
		s := &smtptest.Server{Script: func(e smtptest.Event) smtptest.Answer { return smtptest.Answer{Wait: slow[e.Phase]} }}
		defer s.Close()
		session, err := (&SMTP{Host: "relay.test", Port: 25, Security: NoTLS, Dial: s.Dial}).Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		if err := session.Send(t.Context(), envelope(1), text, Envelope{}); err != nil {
			t.Error(err)
		}
	})
}

// Servers that know DSN are asked for reports, of which only the header of the
// letter is a part.
func TestReportsAreAskedFor(t *testing.T) {
	for offers, want := range map[string][]string{
		"PIPELINING":               {"MAIL FROM:<news@example.com>", "RCPT TO:<a+b=c@example.com>"},
		"dsn SIZE_1000":            {"MAIL FROM:<news@example.com> SIZE=4 RET=HDRS", "RCPT TO:<a+b=c@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.com"},
		"PIPELINING DSN SIZE_1000": {"MAIL FROM:<news@example.com> SIZE=4 RET=HDRS", "RCPT TO:<a+b=c@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.com"},
	} {
		k := &clerk{offers: offers}
		tr, end := k.relay(t)
		s, err := tr.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), Envelope{From: news, To: "a+b=c@example.com"}, []byte("hi\r\n"), Envelope{}); err != nil {
			t.Error(err)
		}
		s.Close()
		end()
		got := slices.DeleteFunc(slices.Clone(k.said), func(line string) bool { return !strings.Contains(line, "<") })
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", offers, d)
		}
	}
}

// The second connection of a transport takes up the TLS session of the first.
func TestTLSIsResumed(t *testing.T) {
	for server, client := range map[smtptest.TLS]Security{smtptest.StartTLS: StartTLS, smtptest.Implicit: ImplicitTLS} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			tr := relay(t, &smtptest.Server{TLS: server})
			tr.Security = client
			var resumed []bool
			tr.TLS = tr.TLS.Clone()
			tr.TLS.MaxVersion = version
			tr.TLS.VerifyConnection = func(c tls.ConnectionState) error {
				if c.Version != version {
					t.Errorf("%s instead of %s", tls.VersionName(c.Version), tls.VersionName(version))
				}
				resumed = append(resumed, c.DidResume)
				return nil
			}
			for range 3 {
				if err := send(t, tr, "a@example.com", "b@example.com")[1]; err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff([]bool{false, true, true}, resumed); d != "" {
				t.Errorf("%s, %s (-want +got)\n%s", client, tls.VersionName(version), d)
			}
		}
	}
}

// A tornLine breaks in a write that holds a mark, after so many bytes of what
// stands from there on.
type tornLine struct {
	net.Conn
	mark string
	keep int
}

func (c tornLine) Write(p []byte) (int, error) {
	i := strings.Index(string(p), c.mark)
	if i < 0 {
		return c.Conn.Write(p)
	}
	n, err := c.Conn.Write(p[:i+c.keep])
	if err == nil {
		err = errors.New("torn")
	}
	return n, err
}

// How much of a text has gone out when writing fails decides what is known of
// its letter.
func TestTornWrites(t *testing.T) {
	for name, tc := range map[string]struct {
		mark  string
		keep  int
		phase Phase // empty: taken
	}{
		"nothing of it":   {"Subject", 0, PhaseData},
		"a part":          {"hello", 3, PhaseBody},
		"not all the dot": {"\r\n.\r\n", 4, PhaseBody},
		"all of it":       {"\r\n.\r\n", 5, ""},
		"more":            {"MAIL FROM:<reader2", 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // each waits for two seconds
			k := &clerk{offers: "PIPELINING", eager: true}
			tr, end := k.relay(t)
			tr.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, addr)
				return tornLine{conn, tc.mark, tc.keep}, err
			}
			tr.Limits.Dot = time.Second
			s, err := tr.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			err = s.Send(t.Context(), envelope(1), []byte("Subject: hello\r\n\r\nhello\r\n"), envelope(2))
			var e *Error
			if errors.As(err, &e) && (e.Phase != tc.phase || e.Code != 0) || (err == nil) != (tc.phase == "") {
				t.Errorf("got %v, want %q", err, tc.phase)
			}
			if err := s.Send(t.Context(), envelope(2), []byte("hi\r\n"), Envelope{}); !gone(err) {
				t.Errorf("a broken line goes on: %v", err)
			}
			s.Close()
			end()
			if taken := len(k.taken) == 1; taken != (tc.phase == "") {
				t.Errorf("%d letters taken", len(k.taken))
			}
		})
	}
}
