package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Security is how the connection to a relay is protected.
type Security string

// The words of the configuration. There is no "if offered": who can cut a
// connection could then take the offer away.
const (
	StartTLS    Security = "starttls" // RFC 3207, port 587 or 25; refused if not offered
	ImplicitTLS Security = "implicit" // RFC 8314, port 465
	NoTLS       Security = "none"     // a relay on this machine; passwords leave it only by mechanisms that hide them
)

// SMTP sends through a relay. go-mail dials, protects and authenticates; the
// envelope and the text are ours, with the time limits of RFC 5321 4.5.3.2.
// The zero values of optional fields work. An SMTP may be used by many
// sessions at once; its fields do not change after the first Open.
type SMTP struct {
	Host     string
	Port     int
	Security Security // empty: StartTLS
	Username string   // empty: no authentication
	Password string
	HELO     string // our public host name; empty: "localhost"

	TLS  *tls.Config                                                          // optional: roots, certificates
	Dial func(ctx context.Context, network, address string) (net.Conn, error) // optional: replaces TCP
	// Limits are patience; zero values take the RFC's.
	Limits Limits
	// Letters is how many go over one connection before it is replaced; 0 is
	// 500, and fewer if the server says so (RFC 9422). A connection is also
	// replaced after five minutes.
	Letters int
	// Stumbled is optional. It is told when the relay, which offers PIPELINING,
	// seems to choke on it and is spoken to step by step for the time that
	// follows. Sessions call it, from any goroutine.
	Stumbled func(why error, pause time.Duration)

	once    sync.Once
	tls     *tls.Config
	proven  atomic.Bool  // it has understood a group of commands
	caution atomic.Int64 // until when it is spoken to step by step, Unix nanoseconds
}

// Limits say how long a server may take for its answers.
type Limits struct {
	Connect time.Duration // to dial, to greet, to shake hands, to authenticate: 5 min in all
	Command time.Duration // MAIL and RCPT: 5 min
	Data    time.Duration // the answer to DATA: 2 min
	Block   time.Duration // each piece of the text to be taken: 3 min
	Dot     time.Duration // the answer to the final dot: 10 min. Too little here means letters sent twice
}

var _ Transport = (*SMTP)(nil)

// Open connects, with TLS and authentication as configured.
func (s *SMTP) Open(ctx context.Context) (Session, error) {
	s.once.Do(s.prepare)
	limits := s.Limits.orRFC()
	ctx, cancel := context.WithTimeout(ctx, limits.Connect)
	defer cancel()

	// go-mail leaves the connection open when greeting, TLS or authentication
	// fail, and closing it through go-mail waits for a lock that a hanging
	// command holds. So we keep hold of the connection ourselves.
	var line net.Conn
	stop := func() bool { return true }
	heard := new(ears)
	client, err := s.client(limits, heard, func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(dialing, network, address)
		if err != nil {
			return nil, err
		}
		line = &guarded{Conn: conn}
		stop = context.AfterFunc(ctx, func() { line.Close() }) // not dialling, which ends with the dial
		if s.Security != ImplicitTLS {
			return line, nil
		}
		secure := tls.Client(line, s.tls)
		if err := secure.HandshakeContext(dialing); err != nil {
			return nil, err
		}
		return secure, nil
	})
	var c *smtp.Client
	if err == nil {
		c, err = client.DialToSMTPClientWithContext(ctx)
	}
	if err == nil && !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		stop()
		if line != nil {
			line.Close()
		}
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w (%v)", cause, err) // the closed connection was our doing
		}
		if unfit(err) {
			err = fmt.Errorf("%w: %w", ErrSettings, err)
		}
		return nil, refusal(PhaseConn, err, s.Username, "")
	}
	return newSession(s, c.Text, line, limits, parseOffer(heard.ehlo), time.Now()), nil
}

// ErrSettings says that the settings do not fit the server: no TLS where we
// insist on it, or no way to sign in. Trying again does not help.
var ErrSettings = errors.New("mail settings do not fit the server")

// unfit recognises what go-mail finds out by itself before it asks the server.
// Some of it has no sentinel.
func unfit(err error) bool {
	for _, known := range []error{smtp.ErrUnencrypted, mail.ErrNoSupportedAuthDiscovered, mail.ErrPlainAuthNotSupported, mail.ErrLoginAuthNotSupported} {
		if errors.Is(err, known) {
			return true
		}
	}
	text := err.Error()
	return strings.HasPrefix(text, "server does not support") || strings.HasPrefix(text, "STARTTLS mode set to") ||
		strings.HasPrefix(text, "SMTP settings")
}

func (s *SMTP) prepare() {
	if s.Security == "" {
		s.Security = StartTLS
	}
	s.tls = &tls.Config{}
	if s.TLS != nil {
		s.tls = s.TLS.Clone()
	}
	if s.tls.ServerName == "" {
		s.tls.ServerName = s.Host
	}
	if s.tls.MinVersion == 0 {
		s.tls.MinVersion = tls.VersionTLS12
	}
	s.tls.DynamicRecordSizingDisabled = true // small records are for whoever reads while they come
	if s.tls.ClientSessionCache == nil {
		s.tls.ClientSessionCache = tls.NewLRUClientSessionCache(64) // a full handshake costs more than thirty letters
	}
}

func (s *SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.Dial != nil {
		return s.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// client makes a go-mail client for one connection: go-mail writes to a client
// while it picks a mechanism, so two connections do not share one.
func (s *SMTP) client(limits Limits, heard *ears, dial mail.DialContextFunc) (*mail.Client, error) {
	helo := s.HELO
	if helo == "" {
		helo = "localhost"
	}
	policy := mail.NoTLS
	switch s.Security {
	case StartTLS:
		policy = mail.TLSMandatory
	case ImplicitTLS, NoTLS:
	default:
		return nil, fmt.Errorf("SMTP settings: tls %q is none of starttls, implicit, none", s.Security)
	}
	options := []mail.Option{
		mail.WithPort(s.Port),
		mail.WithHELO(helo),
		mail.WithTimeout(limits.Connect),
		mail.WithTLSPolicy(policy),
		mail.WithTLSConfig(s.tls),
		mail.WithoutSMTPUTF8(), // go-mail would ask for it on every letter, and postfix then bounces what its next hop cannot take
		mail.WithDialContextFunc(dial),
		mail.WithLogger(heard),
		mail.WithDebugLog(), // to the ears; passwords are left out
	}
	if s.Username != "" {
		options = append(options,
			mail.WithUsername(s.Username),
			mail.WithPassword(s.Password),
			// Strongest first. go-mail itself refuses the last two on an
			// unprotected connection to another machine.
			mail.WithOpportunisticSMTPAuth(
				mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5,
				mail.SMTPAuthPlain, mail.SMTPAuthLogin))
	}
	client, err := mail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("SMTP settings: %w", err)
	}
	return client, nil
}

func (l Limits) orRFC() Limits {
	or := func(d *time.Duration, rfc time.Duration) {
		if *d <= 0 {
			*d = rfc
		}
	}
	or(&l.Connect, 5*time.Minute)
	or(&l.Command, 5*time.Minute)
	or(&l.Data, 2*time.Minute)
	or(&l.Block, 3*time.Minute)
	or(&l.Dot, 10*time.Minute)
	return l
}

// A guarded connection ends when the server talks without being asked: more
// than a megabyte since we last said something. Replies are small, and
// whoever reads them collects their lines in memory.
type guarded struct {
	net.Conn
	mu    sync.Mutex
	heard int
}

var errChatter = errors.New("the server does not stop talking")

func (g *guarded) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.heard += n; g.heard > 1<<20 {
		return 0, errChatter
	}
	return n, err
}

func (g *guarded) Write(p []byte) (int, error) {
	g.said()
	return g.Conn.Write(p)
}

// writeAll writes all of them, at once where the connection can (TCP does).
func (g *guarded) writeAll(all net.Buffers) (int64, error) {
	g.said()
	return all.WriteTo(g.Conn)
}

// said begins to count anew what is heard.
func (g *guarded) said() {
	g.mu.Lock()
	g.heard = 0
	g.mu.Unlock()
}
