package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/store"
)

// welcome is the one screen that says where everything is, and what this
// process does of it.
func (a *app) welcome(e *env, only part, reports []content.Report, addr net.Addr) error {
	url := a.conf.Publication.URL
	e.printf("Standfirst %s: %s\n\n", version(), a.conf.Publication.Title)
	out := e.table()
	fmt.Fprintf(out, "  Site\t%s/\n", url)
	fmt.Fprintf(out, "  Feeds\t%s/feeds\n", url)
	if a.mailbox != nil {
		fmt.Fprintf(out, "  Mailbox\t%s/mailbox\tmail is caught; none leaves this machine\n", url)
	} else {
		fmt.Fprintf(out, "  Mail\t%s:%d (%s)\n", a.conf.Mail.SMTP.Host, a.conf.Mail.SMTP.Port, a.conf.Mail.SMTP.TLS)
	}
	if only.pages() {
		fmt.Fprintf(out, "  Desk\t%s/desk\n", url)
	}
	fmt.Fprintf(out, "  Database\t%s\n", store.Name(string(a.conf.Database)))
	fmt.Fprintf(out, "  Listening\t%s\n", addr)
	out.Flush()
	e.printf("\n")
	if only.pages() {
		if err := a.welcomeOwner(e); err != nil {
			return err
		}
	}
	switch only {
	case partWeb:
		e.printf("This process shows pages and feeds. What it shows is synced by another:\nsomewhere %s serve, or serve --only send, must run for letters to leave.\n\nCtrl-C stops.\n\n", self())
		return nil
	case partSend:
		e.printf("This process syncs, publishes and sends. It answers /healthz, /readyz and\n/metrics; pages and feeds are shown by another: serve, or serve --only web.\n\n")
	}
	for _, r := range reports {
		e.printf("  %s: %s, %s%s\n", r.Source, plural(r.Articles, "article"), plural(r.Events, "event"), remarks(r))
		for _, line := range r.Errors {
			e.printf("    %s\n", line)
		}
	}
	for _, n := range a.newsletters {
		line, err := a.next(e.ctx, n)
		if err != nil {
			return err
		}
		e.printf("  %s\n", line)
	}
	e.printf("\n")
	if len(a.newsletters) > 0 && a.conf.Mail.Transport == config.Mailbox {
		e.printf("Send the first digest now, in another terminal:\n\n  %s send %s --yes%s\n\n", self(), a.newsletters[0].Name, e.flag())
	}
	e.printf("Ctrl-C stops. %s --help lists what else there is.\n\n", self())
	return nil
}

// welcomeOwner lets the first owner in.
func (a *app) welcomeOwner(e *env) error {
	link, until, err := a.firstLink(e.ctx, time.Now())
	if err != nil || link == "" {
		return err
	}
	e.printf("Nobody may use the desk yet. This makes you its owner; it works once, until %s:\n\n  %s\n\n",
		until.In(a.conf.Publication.Zone).Format("15:04 MST"), link)
	return nil
}

// flag repeats --config where it is not the default.
func (e *env) flag() string {
	if e.config == "config.yaml" {
		return ""
	}
	return " --config " + e.config
}

// next tells when a newsletter goes next, and with what if it went now, or
// which edition of it is still on its way.
func (a *app) next(ctx context.Context, n *digest.Newsletter) (string, error) {
	now, err := a.now(ctx, n)
	if err != nil {
		return "", err
	}
	when := "as soon as something is out"
	if !n.Instant() {
		slot := n.Next(time.Now())
		when = slot.In(n.Zone).Format("Monday 2 January 2006 15:04") + ", " + n.Zone.String()
		if n.ReaderZone {
			when = slot.Format("Monday 2 January 2006 15:04") + " in each reader's own time zone"
		}
	}
	return fmt.Sprintf("%s (%s) goes out %s: %s", n.Title, n.Name, when, now), nil
}

// now tells how a newsletter stands.
func (a *app) now(ctx context.Context, n *digest.Newsletter) (string, error) {
	newest, err := a.db.Editions(ctx, n.Name, 1)
	if err != nil {
		return "", err
	}
	if len(newest) == 1 && (newest[0].State == digest.Sending || newest[0].State == digest.Paused) {
		e := newest[0]
		return fmt.Sprintf("edition %s is %s, %s open", e.ID, e.State, plural(e.Open, "letter")), nil
	}
	plan, err := a.publisher.Plan(ctx, n.Name, 0, time.Now())
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("now %s in %s", plural(plan.Planned, "letter"), plural(plan.Counts.Versions, "version")), nil
}

// remarks tells what needs an editor.
func remarks(r content.Report) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{r.Drafts, "draft"}, {r.Scheduled, "scheduled"}, {r.Held, "held"}, {r.Refused, "refused"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
