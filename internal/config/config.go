// Package config reads config.yaml: what there is to publish, when, for whom
// and through which server.
//
// It knows the form of every value and finds every mistake in the file at
// once, each with its line and column. It does not know what the values are
// for.
package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"
)

// Config is a whole file. Paths are absolute or relative to the working
// directory: those in the file are relative to the file.
type Config struct {
	Publication Publication
	Content     []Source
	Events      Events
	Newsletters []Newsletter // in the order of the file
	Feeds       Feeds
	Readers     Readers
	Mail        Mail
	Database    Database
	Web         Web
	Theme       Theme
	Privacy     Privacy
	Editors     Editors
	Webhooks    []Webhook

	file   string
	places map[string]place // of every key, by its path
}

// Publication is who publishes.
type Publication struct {
	Title       string
	Description string
	URL         string         // where readers reach the server, without a slash at its end
	Language    string         // BCP 47
	Languages   []string       // BCP 47, that pages are offered in beside Language; empty: all there are
	Zone        *time.Location // never nil
	Address     string         // postal, printed in every letter
}

// Local reports whether only this machine reaches the server.
func (p *Publication) Local() bool {
	u, err := url.Parse(p.URL)
	return err == nil && local(u.Hostname())
}

// A Source is where articles and events come from.
type Source struct {
	Name      string // the word and the place as written: "dir:examples/lead"
	Dir       string // a folder
	URL       string // where the site that this folder makes is, without a slash at its end; empty: nowhere
	Permalink string // how the site makes an address of an article: "/:year/:slug/"; empty: the source's own way
	Settle    time.Duration
	Flood     int // 0: no guard
}

// Events is how events are announced.
type Events struct {
	Remind []time.Duration // before the beginning, as written
}

// A Newsletter is a standing promise: what, when, for whom.
type Newsletter struct {
	Name        string // a-z, 0-9 and -, at most 32
	Title       string
	Description string
	Schedule    string         // five fields or a word like @weekly, checked to come; empty: instant
	Zone        *time.Location // of the schedule; never nil
	ReaderZone  bool           // each reader's own zone, Zone for those who named none
	Topics      []string       // none: all
	Items       []string       // articles, reminders, notices; never empty
	First       int
	Newest      time.Duration // 0: no bound
	Review      bool          // hold: review
	Grace       time.Duration
	Attach      bool   // calendar: attach
	Subject     string // a template, as it is written: what it may say is for others to know. Empty: none
	Preheader   string // the same
	Welcome     bool   // who begins to read it is greeted by a letter
}

// Feeds is what feeds hold.
type Feeds struct {
	FullText bool
	Items    int
	Hub      string // of WebSub; empty: our own
	Repeats  int    // full fetches of one feed by one client in two minutes, before it is sent away; 0: any number

	// Addresses that feeds once had: unescaped paths without a slash at their end,
	// and perhaps with a query.
	Moved map[string]string // and the paths of ours where they are now, as they are written in addresses
	Gone  map[string]bool
}

// Readers is where readers come from.
type Readers struct {
	Seed string // a CSV file, imported once into a new database; empty: none
	// Refuse are domains whose addresses nobody may sign up, as those below
	// them; in A-labels and small letters.
	Refuse map[string]bool
	// SignUps is how many may sign up in any hour, whoever they are: each is a
	// letter to somebody who may not have asked for it. Each process that shows
	// pages counts for itself.
	SignUps int
}

// The values of [Mail].Transport.
const (
	Mailbox = "mailbox" // letters are caught and shown
	SMTP    = "smtp"    // letters are sent
)

// Mail is how letters leave.
type Mail struct {
	From      Address
	ReplyTo   Address // zero: From
	Transport string
	Folder    string // of caught letters
	SMTP      Relay
	Rate      float64 // letters a second of all processes; 0: as fast as the relay takes them
	Sessions  int
	Limits    []Limit // of some domains; a domain is in one of them at most
	DKIM      []Key   // letters are signed with each of them; none: not signed here
}

// A Limit is what the provider of some domains takes, from all processes.
type Limit struct {
	Domains  []string // A-labels in small letters; never empty
	Rate     float64  // letters a second; 0: no bound of its own
	Sessions int      // letters on their way at once; 0: no bound of its own
}

// A Key is one that letters are signed with. The file is not read here: what a
// key is, is for others to know. A mistake in it stands at "mail.dkim.0.key_file",
// counted from 0.
type Key struct {
	Selector string // in small letters
	File     string
}

// An Address is a name and an e-mail address.
type Address struct{ Name, Email string }

// The values of [Relay].TLS.
const (
	StartTLS    = "starttls" // required, not tried
	ImplicitTLS = "implicit"
	NoTLS       = "none"
)

// Relay is the mail server that takes letters.
type Relay struct {
	Host     string
	Port     int
	TLS      string
	Username string // empty: none
	Password Secret
}

// A Secret does not show itself in logs and messages.
type Secret string

// String returns a mark in place of the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(secret)"
}

// GoString does what String does, for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue does what String does, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Database is where everything is kept: "sqlite:FILE" or "postgres://…", with
// its password.
type Database string

// Web is where the server listens.
type Web struct {
	Listen string // host:port; no host: all
	// Proxies are the machines whose word is taken for whom they ask for.
	Proxies []netip.Prefix
}

// Theme is what letters and pages look like. Empty values are our own look.
type Theme struct {
	Accent     string // #rrggbb
	AccentDark string // #rrggbb
	Logo       string // absolute URL
	LogoWidth  int    // CSS pixels
	Width      int    // CSS pixels of a letter
	Templates  string // a folder whose files win over the built-in ones; empty: none
	Messages   string // a folder of languages that win over the built-in ones; empty: none
}

// Privacy is what is counted of what readers do.
type Privacy struct {
	Clicks bool // how often each link of a letter is followed: in total, never by person
}

// defaults returns what holds where the file says nothing.
func defaults() Config {
	return Config{
		Publication: Publication{Language: "en", Zone: time.UTC},
		Events:      Events{Remind: []time.Duration{42 * day, 14 * day, 2 * day}},
		Feeds:       Feeds{FullText: true, Items: 30, Repeats: 10},
		Readers:     Readers{SignUps: 1000},
		Mail:        Mail{Transport: Mailbox, Folder: "var/mailbox", Sessions: 10, SMTP: Relay{TLS: StartTLS}},
		Database:    "sqlite:var/standfirst.db",
		Web:         Web{Listen: "127.0.0.1:8080", Proxies: ourselves()},
	}
}

func defaultSource() Source {
	return Source{Settle: 2 * time.Minute, Flood: 20}
}

func defaultNewsletter(zone *time.Location) Newsletter {
	return Newsletter{
		Zone:   zone,
		Items:  []string{"articles", "reminders", "notices"},
		First:  5,
		Newest: 30 * day,
		Grace:  6 * time.Hour,

		Welcome: true,
	}
}

// defaultPort returns the port of a relay by how it speaks TLS.
func defaultPort(tls string) int {
	switch tls {
	case ImplicitTLS:
		return 465
	case NoTLS:
		return 25
	}
	return 587
}
