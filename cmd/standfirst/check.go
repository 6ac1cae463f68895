package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/feed/lint"
	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
)

type checkCmd struct {
	Offline bool `help:"Leave out what needs the network: the mail server and DNS."`
}

func (c *checkCmd) Help() string {
	return `Reads the configuration and everything it names, renders every template with
samples, and says every mistake with its place. Nothing is sent or published.
Exit code 0: no mistakes; 1: mistakes; 2: the configuration cannot be read.

Example:
  standfirst check`
}

// finding is one line of a check.
type finding struct {
	Part   string `json:"part"`
	Result string `json:"result"` // ok, warn, fail
	Text   string `json:"text"`
}

// findings are gathered, and told in order.
type findings struct {
	list   []finding
	failed int
}

func (f *findings) ok(part, format string, args ...any)   { f.add(part, "ok", format, args...) }
func (f *findings) warn(part, format string, args ...any) { f.add(part, "warn", format, args...) }
func (f *findings) fail(part, format string, args ...any) { f.add(part, "fail", format, args...) }

func (f *findings) add(part, result, format string, args ...any) {
	if result == "fail" {
		f.failed++
	}
	f.list = append(f.list, finding{part, result, fmt.Sprintf(format, args...)})
}

func (c *checkCmd) Run(e *env) error {
	conf, err := config.Load(e.config)
	if err != nil {
		return err
	}
	f := &findings{}
	f.ok("config", "%s", e.config)
	a := &app{conf: conf, media: map[string]fs.FS{}, log: silent()}
	c.words(f, a)
	if a.newsletters, err = newsletters(conf); err != nil {
		f.fail("newsletters", "%v", err)
	}
	c.keys(f, a)
	c.hooks(f, a)
	if a.templates != nil && err == nil {
		c.data(e.ctx, f, a)
		defer a.close()
	}
	c.told(e.ctx, f, a)
	if !c.Offline {
		c.mail(e.ctx, f, a)
	}
	if e.json {
		err = e.answer(map[string]any{"findings": f.list, "failed": f.failed})
	} else {
		out := e.table()
		for _, x := range f.list {
			fmt.Fprintf(out, "%s\t%s\t%s\n", x.Part, x.Result, strings.ReplaceAll(x.Text, "\n", "\n\t\t"))
		}
		err = out.Flush()
	}
	if err == nil && f.failed > 0 {
		return &coded{exitFailed, errTold, ""}
	}
	return err
}

// words checks templates and messages: all of them are rendered.
func (c *checkCmd) words(f *findings, a *app) {
	if err := a.words(); err != nil {
		for _, one := range split(err) {
			f.fail("templates", "%v", one)
		}
		return
	}
	mistakes := a.templates.Check()
	for _, m := range mistakes {
		f.fail("templates", "%v", m)
	}
	if len(mistakes) == 0 {
		f.ok("templates", "all rendered, in %s", strings.Join(a.catalog.Languages(), ", "))
	}
}

// keys checks what letters are signed with.
func (c *checkCmd) keys(f *findings, a *app) {
	var err error
	a.signing, err = newSigning(a.conf)
	for _, one := range split(err) {
		f.fail("dkim", "%v", one)
	}
	for _, r := range a.signing.records {
		f.ok("dkim", "letters are signed; the key is %s", r.Name)
	}
	if err := a.signing.slow(); err != nil {
		f.warn("dkim", "letters are signed right, but slowly: %v", err)
	}
	if a.signing.missing != "" {
		f.warn("dkim", "there is no key at %s: caught letters lack its signature", a.signing.missing)
	}
}

// data checks the database, the sources and what would be made of them.
func (c *checkCmd) data(ctx context.Context, f *findings, a *app) {
	if err := a.data(ctx); err != nil {
		f.fail("database", "%v", err)
		return
	}
	if err := a.parts(ctx); err != nil {
		f.fail("database", "%v", err)
		return
	}
	f.ok("database", "%s", store.Name(string(a.conf.Database)))
	for _, w := range a.syncer.Sources {
		l, err := w.Source.Read(ctx, time.Now())
		if err != nil {
			f.fail("source", "%s: %v", w.Source.Name(), err)
			continue
		}
		for _, p := range l.Problems {
			if p.At.Line == 0 { // about a file as a whole, or many: it may be meant
				f.warn("source", "%v", p)
				continue
			}
			f.fail("source", "%v", p)
		}
		f.ok("source", "%s: %s, %s, %s", w.Source.Name(), plural(len(l.Articles), "article"), plural(len(l.Events), "event"), plural(l.Drafts, "draft"))
	}
	c.feeds(ctx, f, a)
	for _, n := range a.newsletters {
		m, err := a.preview(ctx, n.Name, "", false)
		switch {
		case err == nil:
			raw, err := mailer.Compose(m)
			if err != nil {
				f.fail("letter", "%s: %v", n.Name, err)
				continue
			}
			f.ok("letter", "%s: HTML %s of 80 KB, whole letter %s of 100 KB", n.Name, kilobytes(len(m.HTML)), kilobytes(len(raw)))
		default:
			f.ok("letter", "%s: nothing new to send", n.Name)
		}
	}
}

// feeds lints what the server would give.
func (c *checkCmd) feeds(ctx context.Context, f *findings, a *app) {
	if err := a.shelf.Build(ctx); err != nil {
		f.fail("feeds", "%v", err)
		return
	}
	bad, paths := 0, a.shelf.Paths()
	for _, path := range paths {
		d, _ := a.shelf.Document(path)
		if d.Archive && !strings.HasPrefix(path, "/feed/") {
			continue // the same items are in the archive of everything
		}
		for _, finding := range lint.Check(string(d.Format), d.Bytes(), time.Now()) {
			f.fail("feeds", "%s: %v", path, finding)
			bad++
		}
	}
	if bad == 0 {
		f.ok("feeds", "%s, all valid", plural(len(paths), "document"))
	}
}

// mail checks that the relay can be reached and signed in to; nothing is sent.
func (c *checkCmd) mail(ctx context.Context, f *findings, a *app) {
	conf := a.conf.Mail
	if conf.Transport == config.Mailbox {
		f.ok("mail", "caught in %s, not sent", conf.Folder)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	where := net.JoinHostPort(conf.SMTP.Host, fmt.Sprint(conf.SMTP.Port))
	if a.transport == nil {
		return
	}
	session, err := a.transport.Open(ctx)
	if err != nil {
		f.fail("smtp", "%s: %v", where, err)
	} else {
		session.Close()
		f.ok("smtp", "%s (%s): connected, nothing sent", where, conf.SMTP.TLS)
	}
	c.dns(ctx, f, a)
}

// dns looks for the records that receiving servers ask for.
func (c *checkCmd) dns(ctx context.Context, f *findings, a *app) {
	_, domain, _ := strings.Cut(a.conf.Mail.From.Email, "@")
	if reserved(domain) {
		f.warn("dns", "%s is a name for trying things out: letters from it will be refused", domain)
		return
	}
	var dns net.Resolver
	records, err := dns.LookupTXT(ctx, domain)
	var gone *net.DNSError
	switch {
	case err != nil && !(errors.As(err, &gone) && gone.IsNotFound):
		f.warn("dns", "%s could not be looked up: %v", domain, err)
		return
	case !begins(records, "v=spf1"):
		f.fail("dns", "%s has no SPF record; add TXT \"v=spf1 … -all\" that names your relay", domain)
	default:
		f.ok("dns", "%s has an SPF record", domain)
	}
	records, _ = dns.LookupTXT(ctx, "_dmarc."+domain)
	if !begins(records, "v=DMARC1") {
		f.fail("dns", "%s has no DMARC record; add _dmarc.%s TXT \"v=DMARC1; p=none\" at least", domain, domain)
	} else {
		f.ok("dns", "%s has a DMARC record", domain)
	}
	for i, r := range a.signing.records {
		records, err = dns.LookupTXT(ctx, r.Name)
		if err != nil && !(errors.As(err, &gone) && gone.IsNotFound) {
			f.warn("dns", "%s could not be looked up: %v", r.Name, err)
		} else if wrong := published(records, r); wrong != "" {
			f.fail("dns", "%s has not the record of the key (%s); %s prints it", r.Name, wrong, a.signing.shown[i])
		} else {
			f.ok("dns", "%s has the record of the key", r.Name)
		}
	}
	if u, err := url.Parse(a.conf.Publication.URL); err == nil {
		if _, err := dns.LookupHost(ctx, u.Hostname()); err != nil {
			f.fail("dns", "%s, where the links in letters lead, has no address", u.Hostname())
		}
	}
}

// reserved reports whether a domain is one that RFC 6761 keeps out of DNS.
func reserved(domain string) bool {
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	return slices.Contains([]string{"test", "invalid", "localhost"}, strings.ToLower(top))
}

func begins(records []string, with string) bool {
	for _, r := range records {
		if strings.HasPrefix(r, with) {
			return true
		}
	}
	return false
}

// split takes joined errors apart.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, split(e)...)
		}
		return all
	}
	return []error{err}
}
