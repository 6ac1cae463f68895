package config

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (r *reader) mail(n *yaml.Node, m *Mail) {
	var relay *yaml.Node
	at := n
	r.fields(n, "mail", []field{
		{key: "from", must: true, read: r.address(&m.From)},
		{key: "reply_to", read: r.address(&m.ReplyTo)},
		{key: "transport", read: func(n *yaml.Node) {
			at = n
			r.word(&m.Transport, Mailbox, SMTP)(n)
		}},
		{key: "folder", read: r.pathname(&m.Folder)},
		{key: "smtp", read: func(n *yaml.Node) { relay = n }},
		{key: "rate", read: r.rate(&m.Rate)},
		{key: "sessions", read: r.number(&m.Sessions, 1, 500)},
		{key: "limits", read: func(n *yaml.Node) { r.limits(n, &m.Limits) }},
		{key: "dkim", read: func(n *yaml.Node) { r.keys(n, &m.DKIM) }},
		{key: "bounce", later: "bounces that come as mail are read by a later one"},
	})
	if relay != nil {
		// Caught letters need no relay: the file of a whole team may name
		// secrets that only one machine has.
		r.unused = m.Transport != SMTP
		r.path = append(r.path, "smtp")
		r.relay(relay, &m.SMTP)
		r.path = r.path[:len(r.path)-1]
		r.unused = false
	} else if m.Transport == SMTP {
		r.wrong(at, "transport: smtp needs smtp", "like smtp: {host: mail.example.com}")
	}
}

func (r *reader) relay(n *yaml.Node, s *Relay) {
	var password, file *yaml.Node
	var username *yaml.Node
	r.fields(n, "smtp", []field{
		{key: "host", must: !r.unused, read: r.host(&s.Host)},
		{key: "port", read: r.number(&s.Port, 1, 65535)},
		{key: "tls", read: r.word(&s.TLS, StartTLS, ImplicitTLS, NoTLS)},
		{key: "username", read: func(n *yaml.Node) { username = n; r.text(&s.Username)(n) }},
		{key: "password", read: func(n *yaml.Node) { password = n }},
		{key: "password_file", read: func(n *yaml.Node) { file = n }},
	})
	if s.Port == 0 {
		s.Port = defaultPort(s.TLS)
	}
	s.Password = r.secret(password, file)
	switch {
	case s.Username == "" || r.unused:
	case s.TLS == NoTLS && !local(s.Host):
		r.wrong(username, "a password would go over the net unencrypted", "tls: starttls or implicit")
	case s.Password == "" && (password == nil || password.Value == "") && (file == nil || file.Value == ""):
		r.wrong(username, "a username needs a password", "password_file: FILE or password: ${NAME}")
	}
}

// keys reads a key to sign with, or a list of two.
func (r *reader) keys(n *yaml.Node, to *[]Key) {
	entries := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		entries = n.Content
	}
	for i, n := range entries {
		var k Key
		r.path = append(r.path, strconv.Itoa(i))
		r.fields(n, "dkim", []field{
			{key: "selector", must: true, read: func(n *yaml.Node) { r.selector(n, *to, &k.Selector) }},
			{key: "key_file", must: true, read: r.pathname(&k.File)},
		})
		r.path = r.path[:len(r.path)-1]
		*to = append(*to, k)
		if i == 2 {
			r.wrong(n, "two signatures are enough", "one key of RSA, one of Ed25519")
			return
		}
	}
}

// selector is labels of a name in the DNS (RFC 6376, 3.1).
var selector = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// selector reads the name of a key, which no other key has.
func (r *reader) selector(n *yaml.Node, others []Key, to *string) {
	v, ok := r.scalar(n)
	v = strings.ToLower(v)
	switch {
	case !ok:
	case !selector.MatchString(v) || len(v) > 120:
		r.wrong(n, quote(n.Value)+" is not a selector", "letters, digits and hyphens, like s1")
	case slices.ContainsFunc(others, func(k Key) bool { return k.Selector == v }):
		r.wrong(n, quote(v)+" is the selector of the other key too", "each key has a name of its own")
	default:
		*to = v
	}
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9_.:-]+$`)

// host reads the name or address of a server.
func (r *reader) host(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n)
		switch {
		case !ok || v == "" && r.unused:
		case !hostName.MatchString(v) || strings.Count(v, ":") == 1:
			r.wrong(n, quote(n.Value)+" is not the name of a server", "like mail.example.com; the port is a key of its own")
		default:
			*to = v
		}
	}
}

// secret reads a password from the environment or from a file; either node
// may be nil.
func (r *reader) secret(value, file *yaml.Node) Secret {
	var name, v string
	if file != nil {
		r.text(&name)(file)
	}
	if value != nil && value.Value != "" {
		if name != "" {
			r.wrong(value, "there is a password_file too", "one of them")
		}
		if value.Kind == yaml.ScalarNode && !variable.MatchString(value.Value) {
			r.wrong(value, "a password does not stand in this file", "password_file: FILE or password: ${NAME}")
			return ""
		}
		r.text(&v)(value)
		return Secret(v)
	}
	if name == "" || r.unused {
		return ""
	}
	v, err := readSecret(r.absolute(name))
	if err != nil {
		r.wrong(file, "the file "+quote(name)+" cannot be read", err.Error())
	}
	return Secret(v)
}

// readSecret returns the first line of a file.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", plainly(err)
	}
	defer f.Close()
	const most = 4 << 10
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return "", plainly(err)
	}
	if len(text) > most {
		return "", fmt.Errorf("it is larger than 4 KB")
	}
	v, _, _ := strings.Cut(string(text), "\n")
	if v = strings.TrimSuffix(v, "\r"); v == "" {
		return "", fmt.Errorf("it is empty")
	}
	return v, nil
}

// where reads the place of the database.
func (r *reader) where(n *yaml.Node, to *Database) {
	v, ok := r.scalar(n)
	if !ok {
		return
	}
	if file, ok := strings.CutPrefix(v, "sqlite:"); ok && file != "" && !strings.HasPrefix(file, "//") {
		*to = r.database(v)
		return
	}
	if u, err := url.Parse(v); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && len(v) > len(u.Scheme)+3 {
		*to = Database(v)
		return
	}
	r.wrong(n, "this is no place for a database", "sqlite:var/standfirst.db or postgres://user@host/name") // it may hold a password
}

// database resolves the file of a "sqlite:FILE".
func (r *reader) database(v string) Database {
	file, ok := strings.CutPrefix(v, "sqlite:")
	if !ok || strings.HasPrefix(file, ":memory:") {
		return Database(v)
	}
	return Database("sqlite:" + r.absolute(file))
}
