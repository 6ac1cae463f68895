package config

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMistakes holds the exact words: editors read them.
func TestMistakes(t *testing.T) {
	const scheduleHint = ` (minute, hour, day, month, weekday: "0 8 * * TUE" is Tuesdays at eight; or: instant)`
	weekly := func(line string) string {
		return strings.Replace(needed, `schedule: "0 8 * * TUE"`, line, 1)
	}
	mail := func(more string) string { return strings.Replace(needed, "com}", "com, "+more+"}", 1) }
	source := func(s string) string { return strings.Replace(needed, "{dir: articles}", s, 1) }
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"empty", " \n", []string{`config.yaml: it is empty (standfirst init DIR writes one to start from)`}},
		{"only a comment", "# nothing\n", []string{`config.yaml: no documents in stream (standfirst init DIR writes one to start from)`}},
		{"a list", "- a\n", []string{`config.yaml:1:1: the file is not a list of keys and values (like publication: …)`}},
		{"a word", "hello\n", []string{`config.yaml:1:1: the file is not a list of keys and values (like publication: …)`}},
		{"tab", "mail:\n\tfrom: x\n", []string{`config.yaml:2:1: found character that cannot start any token (indent by spaces, not tabs; a value that begins with @ stands in quotes)`}},
		{"star", "a: *1\n", []string{`config.yaml:1:4: unknown anchor '1' referenced (a value that begins with * or & stands in quotes)`}},
		{"star slash", "a: */5 * * * *\n", []string{`config.yaml:1:9: did not find expected alphabetic or numeric character (a value that begins with * or & stands in quotes)`}},
		{"colon", "a: b: c\n", []string{`config.yaml:1:5: mapping values are not allowed in this context (a value with a colon and a space in it stands in quotes)`}},
		{"two documents", "a: 1\n---\nb: 1\n", []string{`config.yaml: expected single document, found multiple (leave out the line ---)`}},
		{"nothing needed is there", "web: {}\n", []string{
			`config.yaml:1:1: the file needs publication`,
			`config.yaml:1:1: the file needs content`,
			`config.yaml:1:1: the file needs newsletters`,
			`config.yaml:1:1: the file needs mail`,
		}},
		{"nothing behind the keys", "publication: {title: , url: \"\"}\ncontent: []\nnewsletters: {}\nmail:\n", []string{
			`config.yaml:1:14: publication needs address`,
			`config.yaml:1:22: publication needs title`,
			`config.yaml:1:29: publication needs url`,
			`config.yaml:2:10: content has no source (like - dir: articles)`,
			`config.yaml:3:14: newsletters has none (like weekly: …)`,
			`config.yaml:4:6: the file needs mail`,
		}},
		{"unknown keys", needed + "newsletter: 1\nweb: {lisen: x}\nxyz: 1\n", []string{
			`config.yaml:5:1: unknown key "newsletter" (did you mean newsletters?)`,
			`config.yaml:6:7: unknown key "lisen" (did you mean listen?)`,
			`config.yaml:7:1: unknown key "xyz"`,
		}},
		{"twice", needed + "web: {listen: ':1'}\nweb: {listen: ':2'}\n", []string{
			`config.yaml:6:1: web stands here a second time (the first is in line 5)`,
		}},
		{"strange key", needed + "[a]: 1\n", []string{`config.yaml:5:1: a key must be a word`}},
		{"privacy", needed + "privacy: {clicks: readers, opens: totals}\n", []string{
			`config.yaml:5:19: "readers" is not known here (one of: none, totals)`,
			`config.yaml:5:28: unknown key "opens"`,
		}},
		{"privacy without keys", needed + "privacy: none\n", []string{
			`config.yaml:5:10: privacy is not a list of keys and values (like clicks: …)`,
		}},
		{"editors", needed + "editors: [a@example.com, A@example.com, b, {name: B}, {email: b@example.com, role: king}, '\"b c\"@example.com', [c@example.com]]\n", []string{
			`config.yaml:5:26: "a@example.com" stands here a second time`,
			`config.yaml:5:41: "b" is not a mail address (like The Example Lead <news@example.com>)`,
			`config.yaml:5:44: an editor needs email`,
			`config.yaml:5:84: "king" is not known here (one of: owner, editor, viewer)`,
			`config.yaml:5:91: "b c@example.com" is not an address to sign in with`,
			`config.yaml:5:112: expected one value, not a list or keys`,
		}},
		{"second person", needed + "editors: {second_person_above: none, peopel: []}\n", []string{
			`config.yaml:5:32: "none" is not a whole number from 1 to 1000000000`,
			`config.yaml:5:38: unknown key "peopel" (did you mean people?)`,
		}},
		{"no editors", needed + "editors: maya@example.com\n", []string{
			`config.yaml:5:10: editors is not a list of keys and values (like people: …)`,
		}},
		{"hub", needed + "feeds: {hub: 'http://hub.example/'}\n", []string{
			`config.yaml:5:14: "http://hub.example/" is not encrypted (https://; http:// is for localhost only)`,
		}},
		{"hub, not on the web", needed + "feeds: {hub: 'https://hub.example/#x'}\n", []string{
			`config.yaml:5:14: "https://hub.example/#x" has a fragment, which no server is told (like https://hub.example.com/)`,
		}},
		{"dkim", mail("dkim: {selector: s1}"), []string{`config.yaml:4:38: dkim needs key_file`}},
		{"dkim, one word", mail("dkim: s1"), []string{`config.yaml:4:38: dkim is not a list of keys and values (like selector: …)`}},
		{"dkim, names", mail("dkim: [{selector: s_1, key_file: a}, {selector: S1, key_file: b, domain: x}]"), []string{
			`config.yaml:4:50: "s_1" is not a selector (letters, digits and hyphens, like s1)`,
			`config.yaml:4:97: unknown key "domain"`,
		}},
		{"dkim, twice", mail("dkim: [{selector: s1, key_file: a}, {selector: S1, key_file: b}, {selector: s2, key_file: c}]"), []string{
			`config.yaml:4:79: "s1" is the selector of the other key too (each key has a name of its own)`,
			`config.yaml:4:97: two signatures are enough (one key of RSA, one of Ed25519)`,
		}},
		{"later, mail", mail("bounce: {}"), []string{
			`config.yaml:4:32: bounce is not available in this version (bounces that come as mail are read by a later one)`,
		}},
		{"later, sources", source("{feed: https://example.com/feed}, {ghost: {url: https://example.com}}, {dir: a, calendar: x}"), []string{
			`config.yaml:2:12: feed is not available in this version (this version reads folders: dir)`,
			`config.yaml:2:46: ghost is not available in this version (this version reads folders: dir)`,
			`config.yaml:2:91: calendar is not available in this version (this version reads folders: dir)`,
		}},
		{"sources", source("{settle: 2m}, articles, {dir: a}, {dir: ./a/}, {dir: b, permalink: 'x', flood: -1, url: b}"), []string{
			`config.yaml:2:11: a source needs dir`,
			`config.yaml:2:25: a source is not a list of keys and values (like dir: …)`,
			`config.yaml:2:45: the folder "./a/" is a source already`,
			`config.yaml:2:78: "x" is not a path (like /:year/:slug/)`,
			`config.yaml:2:90: "-1" is not a whole number from 0 to 1000000`,
			`config.yaml:2:99: "b" is not the address of a site (it begins with https://)`,
		}},
		{"publication", `publication:
  title: [T]
  url: ftp://example.com
  language: english
  timezone: Europe/Londn
  address: {street: A}
` + strings.Join(strings.SplitAfter(needed, "\n")[1:], ""), []string{
			`config.yaml:2:10: expected one value, not a list or keys`,
			`config.yaml:3:8: "ftp://example.com" is not the address of a site (it begins with https://)`,
			`config.yaml:4:13: "english" is not a language (like en, de or pt-BR)`,
			`config.yaml:5:13: "Europe/Londn" is not a time zone (like Europe/London, America/New_York or UTC)`,
			`config.yaml:6:12: expected one value, not a list or keys`,
		}},
		{"http", strings.Replace(needed, "localhost:8080", "example.com", 1), []string{
			`config.yaml:1:30: "http://example.com" is not encrypted (https://; http:// is for localhost only)`,
		}},
		{"url with more", strings.Replace(needed, "http://localhost:8080", "https://example.com/?a=1", 1), []string{
			`config.yaml:1:30: "https://example.com/?a=1" has more than a host and a path (like https://example.com)`,
		}},
		{"url with a user", strings.Replace(needed, "http://localhost:8080", "https://ada:pw@example.com/", 1), []string{
			`config.yaml:1:30: there is a user in this address (leave it out)`,
		}},
		{"no such variable", strings.Replace(needed, "address: A", "address: \"${STREET}\"", 1), []string{
			`config.yaml:1:62: the environment has no STREET`,
		}},

		{"four fields", weekly(`schedule: "0 8 * *"`), []string{`config.yaml:3:44: expected exactly 5 fields, found 4` + scheduleHint}},
		{"six fields", weekly(`schedule: 0 0 8 * * TUE`), []string{`config.yaml:3:44: expected exactly 5 fields, found 6` + scheduleHint}},
		{"zone in the schedule", weekly(`schedule: "TZ=Europe/London 0 8 * * *"`), []string{`config.yaml:3:44: a schedule has no time zone in it (timezone: is a key of its own)`}},
		{"zone alone", weekly(`schedule: "TZ=0"`), []string{`config.yaml:3:44: a schedule has no time zone in it (timezone: is a key of its own)`}},
		{"cron zone alone", weekly(`schedule: "CRON_TZ=Europe/Paris"`), []string{`config.yaml:3:44: a schedule has no time zone in it (timezone: is a key of its own)`}},
		{"every", weekly(`schedule: "@every 1h"`), []string{`config.yaml:3:44: @every counts from when the program was started, so no reader could rely on it ("0 */6 * * *" is every six hours)`}},
		{"descriptor", weekly(`schedule: "@weakly"`), []string{`config.yaml:3:44: "@weakly" is not a schedule (one of: @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly)`}},
		{"never", weekly(`schedule: "0 0 31 2 *"`), []string{`config.yaml:3:44: "0 0 31 2 *" never comes (is there such a day in that month?)`}},
		{"out of range", weekly(`schedule: "0 25 * * *"`), []string{`config.yaml:3:44: schedule: end of range (25) above maximum (23): 25` + scheduleHint}},
		{"instnat", weekly(`schedule: instnat`), []string{`config.yaml:3:44: "instnat" is not a schedule (did you mean instant?)`}},
		{"long", weekly(`schedule: "` + strings.Repeat("0,", 200) + ` * * * *"`), []string{`config.yaml:3:44: a schedule is not as long as this` + scheduleHint}},
		{"instant in every zone", weekly(`schedule: instant, timezone: reader`), []string{`config.yaml:3:63: timezone: reader needs a schedule (an instant newsletter has no hour)`}},
		{"newsletter", weekly(`schedule: instant, topics: go, items: [articles, notice], first: many, newest: 30, hold: maybe, grace: 6 hours, calendar: attached`), []string{
			`config.yaml:3:61: expected a list (like [leadership, culture])`,
			`config.yaml:3:83: "notice" is not known here (did you mean notices?)`,
			`config.yaml:3:99: "many" is not a whole number from 0 to 1000`,
			`config.yaml:3:113: "30" has no unit (like 30d, 6h or 2m: w, d, h, m, s)`,
			`config.yaml:3:123: "maybe" is not known here (one of: auto, review)`,
			`config.yaml:3:137: "6 hours" is not a duration (like 30d, 6h or 2m: w, d, h, m, s)`,
			`config.yaml:3:156: "attached" is not known here (did you mean attach?)`,
		}},
		{"newsletter lists", weekly(`schedule: instant, topics: [go, go, [a]], items: []`), []string{
			`config.yaml:3:66: "go" stands here a second time`,
			`config.yaml:3:70: expected one value, not a list or keys`,
			`config.yaml:3:83: a newsletter without items has nothing to send (some of: articles, reminders, notices)`,
		}},
		{"newsletter name", strings.Replace(needed, "weekly:", "The Weekly:", 1), []string{
			`config.yaml:3:15: "The Weekly" is not a name for a newsletter (at most 32 of a-z, 0-9 and -)`,
		}},
		{"newsletter without anything", strings.Replace(needed, `{title: W, schedule: "0 8 * * TUE"}`, "", 1), []string{
			`config.yaml:3:23: newsletter weekly is not a list of keys and values (like title: …)`,
		}},
		{"events", needed + "events: {remind: [42d, 6w, 0, soon, 1000w]}\n", []string{
			`config.yaml:5:24: "6w" stands here a second time`,
			`config.yaml:5:28: "0" is too short (at least 1m0s)`,
			`config.yaml:5:31: "soon" is not a duration (like 30d, 6h or 2m: w, d, h, m, s)`,
			`config.yaml:5:37: "1000w" is longer than ten years (like 30d, 6h or 2m: w, d, h, m, s)`,
		}},
		{"mail", mail("reply_to: editors, transport: post, rate: fast, sessions: 0"), []string{
			`config.yaml:4:42: "editors" is not a mail address (like The Example Lead <news@example.com>)`,
			`config.yaml:4:62: "post" is not known here (one of: mailbox, smtp)`,
			`config.yaml:4:74: "fast" is not a number of letters a second (like 20 or 0.5; 0 is no limit)`,
			`config.yaml:4:90: "0" is not a whole number from 1 to 500`,
		}},
		{"limits", strings.Replace(needed, "mail: {from: news@example.com}", `mail:
  from: news@example.com
  limits:
    - {domains: [gmail.com, GMAIL.com], rate: -1}
    - {domains: [gmail.com], sessions: 0}
    - {domains: [news@example.com, under_score.example, com], rate: 0}
    - {domains: []}
    - {rate: 5, per: minute}
    - slow
    - {domains: [example.org], rate: 0}`, 1), []string{
			`config.yaml:7:29: "GMAIL.com" stands here a second time (the first is in line 7)`,
			`config.yaml:7:47: "-1" is not a number of letters a second (like 20 or 0.5; 0 is no limit)`,
			`config.yaml:8:18: "gmail.com" stands here a second time (the first is in line 7)`,
			`config.yaml:8:40: "0" is not a whole number from 1 to 500`,
			`config.yaml:9:18: "news@example.com" is not a domain (only what stands behind the @)`,
			`config.yaml:9:36: "under_score.example" is not a domain (like gmail.com)`,
			`config.yaml:9:57: "com" is not a domain (like gmail.com)`,
			`config.yaml:10:17: a limit without domains bounds nothing (like domains: [gmail.com, googlemail.com])`,
			`config.yaml:11:7: a limit needs domains`,
			`config.yaml:11:17: unknown key "per"`,
			`config.yaml:12:7: a limit is not a list of keys and values (like domains: …)`,
			`config.yaml:13:7: this limit bounds nothing (it needs a rate, sessions, or both)`,
		}},
		{"no limits", mail("limits: {domains: [gmail.com], rate: 1}"), []string{
			`config.yaml:4:40: expected a list (like - {domains: [gmail.com, googlemail.com], rate: 20})`,
		}},
		{"no relay", mail("transport: smtp"), []string{`config.yaml:4:43: transport: smtp needs smtp (like smtp: {host: mail.example.com})`}},
		{"relay without a host", mail("transport: smtp, smtp: {port: 70000, tls: yes}"), []string{
			`config.yaml:4:55: smtp needs host`,
			`config.yaml:4:62: "70000" is not a whole number from 1 to 65535`,
			`config.yaml:4:74: "yes" is not known here (one of: starttls, implicit, none)`,
		}},
		{"port in the host", mail("transport: smtp, smtp: {host: 'mail.example.com:25'}"), []string{
			`config.yaml:4:62: "mail.example.com:25" is not the name of a server (like mail.example.com; the port is a key of its own)`,
		}},
		{"open password", mail("transport: smtp, smtp: {host: localhost, username: u, password: hush}"), []string{
			`config.yaml:4:96: a password does not stand in this file (password_file: FILE or password: ${NAME})`,
		}},
		{"password without a variable", mail("transport: smtp, smtp: {host: localhost, username: u, password: '${NONE}'}"), []string{
			`config.yaml:4:96: the environment has no NONE`,
		}},
		{"two passwords", mail("transport: smtp, smtp: {host: localhost, username: u, password_file: p, password: '${SMTP_PASSWORD}'}"), []string{
			`config.yaml:4:114: there is a password_file too (one of them)`,
		}},
		{"no password", mail("transport: smtp, smtp: {host: localhost, username: u}"), []string{
			`config.yaml:4:83: a username needs a password (password_file: FILE or password: ${NAME})`,
		}},
		{"password in the clear", mail("transport: smtp, smtp: {host: mail.example.com, tls: none, username: u, password: '${SMTP_PASSWORD}'}"), []string{
			`config.yaml:4:101: a password would go over the net unencrypted (tls: starttls or implicit)`,
		}},
		{"feeds that moved", needed + `feeds:
  moved:
    old.xml: /feed.rss
    https://old.example/rss: /feed.rss
    /feed.rss: /feed.atom
    /: /feed.rss
    /a#b: /feed.rss
    /nowhere: /blog/feed
    /away: https://elsewhere.example/feed.rss
    /topics/a/feed.rss: /topics/b/feed.rss
    /topics/b/feed.rss: /topics/a/feed.rss
    /topics/c/feed.rss: /topics/c/feed.rss
    /one: /topics/d/feed.rss
    /topics/d/feed.rss: /feed.rss
    /%6fne: /feed.rss
  gone: [/one, /two, /two, /events.ics, "x y"]
`, []string{
			`config.yaml:7:5: "old.xml" is not a path (like /old/path.xml or /?feed=rss2)`,
			`config.yaml:8:5: "https://old.example/rss" is more than a path (leave out https://old.example)`,
			`config.yaml:9:5: "/feed.rss" is a page or a feed of ours (name an address that is no longer in use)`,
			`config.yaml:10:5: "/" is a page or a feed of ours (name an address that is no longer in use)`,
			`config.yaml:11:5: "/a#b" is not a path (like /old/path.xml or /?feed=rss2)`,
			`config.yaml:12:15: "/blog/feed" is not the address of a feed of ours (like /feed.rss, /topics/platform/feed.atom or /events.ics)`,
			`config.yaml:13:12: "https://elsewhere.example/feed.rss" is not the address of a feed of ours (like /feed.rss, /topics/platform/feed.atom or /events.ics)`,
			`config.yaml:14:25: "/topics/b/feed.rss" has moved as well (lead straight to where it is now: /topics/a/feed.rss)`,
			`config.yaml:15:25: "/topics/a/feed.rss" has moved as well (lead straight to where it is now: /topics/b/feed.rss)`,
			`config.yaml:16:25: "/topics/c/feed.rss" is said to have moved to itself`,
			`config.yaml:17:11: "/topics/d/feed.rss" has moved as well (lead straight to where it is now: /feed.rss)`,
			`config.yaml:19:5: "/%6fne" stands here a second time`,
			`config.yaml:20:10: "/one" is said to have moved (either moved or gone)`,
			`config.yaml:20:22: "/two" stands here a second time`,
			`config.yaml:20:28: "/events.ics" is a page or a feed of ours (name an address that is no longer in use)`,
			`config.yaml:20:41: "x y" is not a path (like /old/path.xml or /?feed=rss2)`,
		}},
		{"feeds", needed + "feeds: {full_text: maybe, items: 0}\n", []string{
			`config.yaml:5:20: "maybe" is neither true nor false`,
			`config.yaml:5:34: "0" is not a whole number from 1 to 1000`,
		}},
		{"database, web", needed + "database: mysql://ada:pw@db\nweb: {listen: localhost}\n", []string{
			`config.yaml:5:11: this is no place for a database (sqlite:var/standfirst.db or postgres://user@host/name)`,
			`config.yaml:6:15: "localhost" is not an address to listen on (like 127.0.0.1:8080, or :8080 for everybody)`,
		}},
		{"theme", needed + "theme: {accent: blue, logo: logo.png, width: 900, acent: x}\n", []string{
			`config.yaml:5:17: "blue" is not a colour (like "#1a56c4", in quotes)`,
			`config.yaml:5:29: "logo.png" is not the address of a picture (it begins with https://)`,
			`config.yaml:5:46: "900" is not a whole number from 480 to 720`,
			`config.yaml:5:51: unknown key "acent" (did you mean accent?)`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := load(c.text)
			var ms Mistakes
			if !errors.As(err, &ms) || got != nil {
				t.Fatalf("got %+v, %v", got, err)
			}
			said := strings.ReplaceAll(err.Error(), filepath.Join("site", "config.yaml"), "config.yaml")
			if diff := cmp.Diff(c.want, strings.Split(said, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "2m": 2 * time.Minute, "42d": 42 * day, "1w": 7 * day, "1w2d3h4m5s6ms": 9*day + 3*time.Hour + 4*time.Minute + 5*time.Second + 6*time.Millisecond,
		"1500ms": 1500 * time.Millisecond, "520w": 520 * 7 * day,
	} {
		if got, err := parseDuration(s); got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "1", "d", "-1d", "+1d", "1.5h", "1 d", "1D", "1mo", "1y", "99999999999d", "1d1", "5220w", "520w520w", "١d"} {
		if got, err := parseDuration(s); err == nil {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}

func TestSchedules(t *testing.T) {
	for _, s := range []string{"0 8 * * TUE", "*/15 8-18 * * mon-fri", "0 0 29 2 *", "@weekly", "@daily", "30 2 1,15 * *", "0 8 * * 0"} {
		if what, hint := checkSchedule(s); what != "" {
			t.Errorf("%q: %s (%s)", s, what, hint)
		}
	}
}

// Whatever stands in the file, Load says what is wrong and never panics; what
// it takes keeps its promises.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(needed))
	f.Add([]byte(Sample))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("content: &c\n- *c\nnewsletters: *c\nmail: {smtp: *c}\n"))
	f.Add([]byte("newsletters: {weekly: {schedule: 'TZ=0', items: [[]]}}\n"))
	f.Add([]byte("<<: {a: b}\n? [x]\n: y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parse("config.yaml", text, func(string) (string, bool) { return "", false })
		if err != nil {
			var ms Mistakes
			if !errors.As(err, &ms) || len(ms) == 0 || c != nil {
				t.Fatalf("%+v, %#v", c, err)
			}
			if !slices.IsSortedFunc(ms, func(a, b Mistake) int { return a.Line - b.Line }) {
				t.Fatalf("not sorted:\n%v", err)
			}
			return
		}
		if c.Publication.Zone == nil || c.Publication.URL == "" || len(c.Content) == 0 || len(c.Newsletters) == 0 || c.Mail.From.Email == "" {
			t.Fatalf("%+v", c)
		}
		for _, n := range c.Newsletters {
			if n.Zone == nil || len(n.Items) == 0 || !newsletterName.MatchString(n.Name) {
				t.Fatalf("%+v", n)
			}
			if n.Schedule != "" {
				if _, err := parseSchedule(n.Schedule); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
