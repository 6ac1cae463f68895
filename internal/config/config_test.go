package config

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// zones compares time zones by their names.
var zones = cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })

var hidden = cmp.Options{cmpopts.IgnoreUnexported(Config{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}

// environment is one for tests.
func environment(name string) (string, bool) {
	v, ok := map[string]string{"SMTP_PASSWORD": "hush", "PORT": "2525", "HOME_URL": "https://news.example.com/", "CRM_SECRET": hookSecret}[name]
	return v, ok
}

func load(text string) (*Config, error) {
	return parse(filepath.Join("site", "config.yaml"), []byte(text), environment)
}

// needed is the least that a file must say.
const needed = `publication: {title: T, url: http://localhost:8080, address: A}
content: [{dir: articles}]
newsletters: {weekly: {title: W, schedule: "0 8 * * TUE"}}
mail: {from: news@example.com}
`

func london(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDefaults(t *testing.T) {
	got, err := load(needed)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Publication: Publication{Title: "T", URL: "http://localhost:8080", Language: "en", Zone: time.UTC, Address: "A"},
		Content:     []Source{{Name: "dir:articles", Dir: filepath.Join("site", "articles"), Settle: 2 * time.Minute, Flood: 20}},
		Events:      Events{Remind: []time.Duration{42 * day, 14 * day, 2 * day}},
		Newsletters: []Newsletter{{
			Name: "weekly", Title: "W", Schedule: "0 8 * * TUE", Zone: time.UTC,
			Items: []string{"articles", "reminders", "notices"}, First: 5, Newest: 30 * day, Grace: 6 * time.Hour, Welcome: true,
		}},
		Feeds:    Feeds{FullText: true, Items: 30, Repeats: 10},
		Readers:  Readers{SignUps: 1000},
		Mail:     Mail{From: Address{Email: "news@example.com"}, Transport: Mailbox, Folder: filepath.Join("site", "var", "mailbox"), SMTP: Relay{TLS: StartTLS}, Sessions: 10},
		Database: Database("sqlite:" + filepath.Join("site", "var", "standfirst.db")),
		Web:      Web{Listen: "127.0.0.1:8080", Proxies: ourselves()},
	}
	if diff := cmp.Diff(want, got, zones, hidden); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEverything(t *testing.T) {
	got, err := load(`
publication:
  title: The Example Lead
  description: For people who lead
  url: ${HOME_URL}
  language: pt_br
  timezone: Europe/London
  address: |
    1 Example Street
    London
content:
  - dir: /srv/lead
    url: https://lead.example.com/
    permalink: /:year/:slug/
    settle: 90s
    flood: 0
  - dir: ./more/
events: {remind: [1w, 1h30m]}
newsletters:
  weekly: &weekly
    title: The Weekly
    schedule: '@weekly'
    timezone: reader
    topics: [leadership, "culture"]
    items: [reminders]
    first: 0
    newest: 0
    hold: review
    grace: 0
    calendar: attach
    subject: "{{.Title}}"
    preheader: "{{join .Titles \", \"}}"
    welcome: false
  news-now:
    title: Now
    description: As it happens
    schedule: instant
    timezone: UTC
  third: *weekly
feeds: {full_text: no, items: 10, hub: "https://hub.example.com/?a=b", repeats: 0, moved: {/blog/feed/: /feed.rss, "/?feed=atom": /feed.atom, /topics/AI%20now/feed.rss: /topics/ai/feed.rss}, gone: [/podcast.xml]}
readers: {seed: readers.csv, refuse: [Mailinator.com, trash.example.], signups_per_hour: 50}
mail:
  from: The Lead <News@example.com>
  reply_to: editors@example.com
  transport: smtp
  folder: caught
  smtp: {host: mail.example.com, port: "${PORT}", tls: implicit, username: news, password: "${SMTP_PASSWORD}"}
  rate: 0.5
  sessions: 50
  limits:
    - {domains: [GMail.com, googlemail.com.], rate: 20, sessions: 4}
    - {domains: [Bücher.example], rate: 0.1}
  dkim: [{selector: S1, key_file: var/rsa.pem}, {selector: e1.lead, key_file: /keys/ed25519.pem}]
database: postgres://news:pw@db/news
web: {listen: ":80", trusted_proxies: [10.0.0.1, 10.1.2.3/16, "2001:db8::/32"]}
theme: {accent: "#1A56c4", accent_dark: "#9cc0ff", logo: "https://example.com/l.png?v=2", logo_width: 120, width: 640, templates: tpl, messages: /msg}
privacy: {clicks: totals}
editors:
  people: [Maya Okafor <Maya@example.com>, {email: Tunde <tunde@example.com>, name: T. Bello, role: viewer}, ann@example.com]
  second_person_above: 500
`)
	if err != nil {
		t.Fatal(err)
	}
	weekly := Newsletter{
		Name: "weekly", Title: "The Weekly", Schedule: "@weekly", Zone: london(t), ReaderZone: true,
		Topics: []string{"leadership", "culture"}, Items: []string{"reminders"}, Review: true, Attach: true, Subject: "{{.Title}}", Preheader: "{{join .Titles \", \"}}",
	}
	third := weekly
	third.Name = "third"
	want := &Config{
		Publication: Publication{Title: "The Example Lead", Description: "For people who lead", URL: "https://news.example.com",
			Language: "pt-BR", Zone: london(t), Address: "1 Example Street\nLondon"},
		Content: []Source{
			{Name: "dir:/srv/lead", Dir: "/srv/lead", URL: "https://lead.example.com", Permalink: "/:year/:slug/", Settle: 90 * time.Second},
			{Name: "dir:more", Dir: filepath.Join("site", "more"), Settle: 2 * time.Minute, Flood: 20},
		},
		Events: Events{Remind: []time.Duration{7 * day, 90 * time.Minute}},
		Newsletters: []Newsletter{weekly, {
			Name: "news-now", Title: "Now", Description: "As it happens", Zone: time.UTC,
			Items: []string{"articles", "reminders", "notices"}, First: 5, Newest: 30 * day, Grace: 6 * time.Hour, Welcome: true,
		}, third},
		Feeds: Feeds{
			Items: 10, Hub: "https://hub.example.com/?a=b",
			Moved: map[string]string{"/blog/feed": "/feed.rss", "/?feed=atom": "/feed.atom", "/topics/AI now/feed.rss": "/topics/ai/feed.rss"},
			Gone:  map[string]bool{"/podcast.xml": true},
		},
		Readers: Readers{Seed: filepath.Join("site", "readers.csv"), Refuse: map[string]bool{"mailinator.com": true, "trash.example": true}, SignUps: 50},
		Mail: Mail{
			From: Address{"The Lead", "News@example.com"}, ReplyTo: Address{Email: "editors@example.com"}, Transport: SMTP,
			Folder: filepath.Join("site", "caught"), Rate: 0.5, Sessions: 50,
			Limits: []Limit{
				{Domains: []string{"gmail.com", "googlemail.com"}, Rate: 20, Sessions: 4},
				{Domains: []string{"xn--bcher-kva.example"}, Rate: 0.1},
			},
			DKIM: []Key{{"s1", filepath.Join("site", "var", "rsa.pem")}, {"e1.lead", "/keys/ed25519.pem"}},
			SMTP: Relay{Host: "mail.example.com", Port: 2525, TLS: ImplicitTLS, Username: "news", Password: "hush"},
		},
		Database: "postgres://news:pw@db/news",
		Web: Web{Listen: ":80", Proxies: []netip.Prefix{
			netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8::/32"),
		}},
		Theme: Theme{Accent: "#1a56c4", AccentDark: "#9cc0ff", Logo: "https://example.com/l.png?v=2", LogoWidth: 120, Width: 640,
			Templates: filepath.Join("site", "tpl"), Messages: "/msg"},
		Privacy: Privacy{Clicks: true},
		Editors: Editors{
			People:            []Editor{{Email: "maya@example.com", Name: "Maya Okafor"}, {Email: "tunde@example.com", Name: "T. Bello", Role: "viewer"}, {Email: "ann@example.com"}},
			SecondPersonAbove: 500,
		},
	}
	if diff := cmp.Diff(want, got, zones, hidden); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if m := got.Mistake("newsletters.weekly.schedule", "too often", "once").Error(); m != filepath.Join("site", "config.yaml")+":22:15: too often (once)" {
		t.Errorf("a mistake found later is told as %s", m)
	}
	if m := got.Mistake("theme.nothing", "what", "").Error(); m != filepath.Join("site", "config.yaml")+": what" {
		t.Errorf("a mistake without a place is told as %s", m)
	}
	if s := fmt.Sprintf("%v %+v %#v", got.Mail.SMTP, got.Mail.SMTP, got.Mail.SMTP.Password); strings.Contains(s, "hush") {
		t.Errorf("the password is shown: %s", s)
	}
}

func TestPasswordFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("smtp.password", "hush hush\r\nnot this\n")
	write("empty", "\n")
	file := func(password string) string {
		return strings.Replace(needed, "com}", "com, transport: smtp, smtp: {host: localhost, username: u, password_file: "+password+"}}", 1)
	}
	write("config.yaml", file("smtp.password"))
	c, err := Load(filepath.Join(dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Mail.SMTP.Password != "hush hush" || c.Mail.SMTP.Port != 587 {
		t.Errorf("password %q, port %d", string(c.Mail.SMTP.Password), c.Mail.SMTP.Port)
	}
	for name, want := range map[string]string{
		"none":  `4:101: the file "none" cannot be read (no such file or directory)`,
		"empty": `4:101: the file "empty" cannot be read (it is empty)`,
	} {
		write("config.yaml", file(name))
		if _, err := Load(filepath.Join(dir, "config.yaml")); err == nil || err.Error() != filepath.Join(dir, "config.yaml")+":"+want {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Caught letters need no password.
	write("config.yaml", strings.Replace(file("none"), "transport: smtp", "transport: mailbox", 1))
	if _, err := Load(filepath.Join(dir, "config.yaml")); err != nil {
		t.Error(err)
	}
}

func TestLoadNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	_, err := Load(file)
	if want := file + ": no such file or directory (standfirst init DIR writes one, --config FILE names another)"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	var m Mistake
	if !errors.As(err, &m) || m.File != file {
		t.Errorf("errors.As gives %+v", m)
	}
}

func TestSample(t *testing.T) {
	if _, err := load(Sample); err != nil {
		t.Error(err)
	}
	// What is commented out loads too, when it is wanted.
	var lines []string
	for line := range strings.Lines(Sample) {
		text, blank := strings.CutPrefix(strings.TrimLeft(line, " "), "# ")
		key, _, ok := strings.Cut(text, ":")
		if blank && ok && !strings.Contains(strings.TrimSpace(key), " ") && strings.TrimSpace(key) != "username" && !strings.Contains(line, "password_file") {
			line = strings.Replace(line, "# ", "", 1)
			if strings.HasPrefix(line, "theme: {templates") {
				continue
			}
		}
		lines = append(lines, line)
	}
	text := strings.Replace(strings.Join(lines, ""), "transport: mailbox", "transport: smtp", 1)
	c, err := load(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !c.Newsletters[0].Review || c.Mail.SMTP.Host == "" || c.Theme.Width != 600 || c.Readers.Seed == "" || c.Mail.Rate != 20 || c.Editors.SecondPersonAbove != 10000 || len(c.Editors.People) != 1 || len(c.Webhooks) != 1 {
		t.Errorf("not everything was read: %+v", c)
	}
}

// The sample at the top of the repository is the one people begin with.
func TestRepositoryConfig(t *testing.T) {
	file := filepath.Join("..", "..", "config.yaml")
	if _, err := os.Stat(file); err != nil {
		t.Skip("there is no config.yaml at the top of the repository")
	}
	c, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Mail.Transport != Mailbox {
		t.Errorf("the sample sends mail by %s", c.Mail.Transport)
	}
}

func TestRefusedDomains(t *testing.T) {
	list := filepath.Join(t.TempDir(), "disposable.txt")
	if err := os.WriteFile(list, []byte("# of others\n\nMailinator.com\r\nbücher.example # why\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	with := func(readers string) (*Config, error) { return load(needed + "readers: {" + readers + "}\n") }
	c, err := with("refuse: [trash.example], refuse_file: " + list)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"mailinator.com": true, "xn--bcher-kva.example": true, "trash.example": true}
	if diff := cmp.Diff(want, c.Readers.Refuse); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.WriteFile(list, []byte("mailinator.com\nada@mailinator.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for readers, want := range map[string]string{
		"refuse_file: " + list:        "line 2 of",
		"refuse_file: /nowhere/x.txt": "cannot be read",
		"refuse: [ada@example.com]":   "is not a domain",
	} {
		if _, err := with(readers); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", readers, err, want)
		}
	}
	if _, err := load(needed + "web: {trusted_proxies: [10.0.0.0/33]}\n"); err == nil || !strings.Contains(err.Error(), "is not an address") {
		t.Errorf("a proxy that is none: %v", err)
	}
}
