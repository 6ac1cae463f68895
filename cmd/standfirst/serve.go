package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
)

type serveCmd struct {
	Listen string `placeholder:"ADDR" help:"Listen on this address instead of web.listen."`
	Log    string `enum:"text,json" default:"text" help:"How to write the log: ${enum}."`
}

func (c *serveCmd) Help() string {
	return `Reads the sources and watches them, publishes every newsletter at its slots,
sends the letters, and answers at publication.url. Stops on SIGINT or SIGTERM
after the letters in hand; a second signal stops at once.

Examples:
  standfirst serve
  standfirst serve --listen :8081 --log json`
}

func (c *serveCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	// The address is taken first: that another serve runs should be known
	// before anything is done.
	listener, err := net.Listen("tcp", first(c.Listen, a.conf.Web.Listen))
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	defer listener.Close()
	reports, err := a.sync(e.ctx, content.SyncOptions{})
	if err != nil {
		return err
	}
	if err := a.shelf.Build(e.ctx); err != nil {
		return err
	}
	if err := a.welcome(e, reports, listener.Addr()); err != nil {
		return err
	}
	a.logTo(e.stderr, c.Log)
	if err := a.takeOver(e.ctx); err != nil {
		return err
	}
	return a.run(e.ctx, listener)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// logTo makes the log that a long run writes.
func (a *app) logTo(w io.Writer, form string) {
	var h slog.Handler = slog.NewTextHandler(w, nil)
	if form == "json" {
		h = slog.NewJSONHandler(w, nil)
	}
	a.log = slog.New(h)
	a.syncer.Log, a.publisher.Log = a.log, a.log
}

// run starts every service and ends when ctx does, or when one fails.
func (a *app) run(ctx context.Context, listener net.Listener) error {
	expand, released, changed := make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	worker, metrics := a.worker(), newMetrics(a.db)
	worker.Progress = func(_ string, s mailer.Settlement) { metrics.settled(s.Outcome) }
	a.publisher.Queued = func() { wake(expand); worker.Wake() }
	a.syncer.Released = func() { wake(released); wake(changed) }
	scheduler := &digest.Scheduler{Publisher: a.publisher, Log: a.log, Sync: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err := a.syncer.Sync(ctx, time.Now(), content.SyncOptions{})
		return err
	}}
	site := a.server()
	site.Metrics, site.Answered = metrics.handler(), metrics.answered
	server := &http.Server{
		Handler:           site.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.syncer.Run(ctx) })
	g.Go(func() error { return scheduler.Run(ctx, released) })
	g.Go(func() error { return a.publisher.Run(ctx, expand) })
	g.Go(func() error { return worker.Run(ctx) })
	g.Go(func() error { return a.rebuild(ctx, changed) })
	g.Go(func() error { return a.watchOver(ctx) })
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("web: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return server.Shutdown(ending)
	})
	err := g.Wait()
	a.log.Info("stopped")
	return err
}

// wake leaves a note for a service that may be busy.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// rebuild makes the feeds anew when content changed: here, or in another
// process on the same database.
func (a *app) rebuild(ctx context.Context, changed <-chan struct{}) error {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	stamp, _ := a.db.ContentStamp(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-ticker.C:
			if now, err := a.db.ContentStamp(ctx); err != nil || now == stamp {
				continue
			}
		}
		now, err := a.db.ContentStamp(ctx)
		if err == nil {
			err = a.shelf.Build(ctx)
		}
		if err != nil {
			if ctx.Err() == nil {
				a.log.Error("making the feeds failed; the old ones stay", "err", err)
			}
			continue
		}
		stamp = now
	}
}

// watchOver takes over from processes that were killed while this one runs: a
// send beside it, another serve.
func (a *app) watchOver(ctx context.Context) error {
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := a.takeOver(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("leases of killed processes could not be looked at", "err", err)
		}
	}
}

// welcome is the one screen that says where everything is.
func (a *app) welcome(e *env, reports []content.Report, addr net.Addr) error {
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
	fmt.Fprintf(out, "  Database\t%s\n", store.Name(string(a.conf.Database)))
	fmt.Fprintf(out, "  Listening\t%s\n", addr)
	out.Flush()
	e.printf("\n")
	for _, r := range reports {
		e.printf("  %s: %s, %s%s\n", r.Source, plural(r.Articles, "article"), plural(r.Events, "event"), notes(r))
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
	if len(a.newsletters) > 0 && a.conf.Mail.Transport == config.Mailbox {
		e.printf("\nSend the first digest now, in another terminal:\n\n  %s send %s --yes%s\n\n", self(), a.newsletters[0].Name, e.flag())
	}
	e.printf("Ctrl-C stops. %s --help lists what else there is.\n\n", self())
	return nil
}

// flag repeats --config where it is not the default.
func (e *env) flag() string {
	if e.config == "config.yaml" {
		return ""
	}
	return " --config " + e.config
}

// next tells when a newsletter goes next, and with what if it went now.
func (a *app) next(ctx context.Context, n *digest.Newsletter) (string, error) {
	plan, err := a.publisher.Plan(ctx, n.Name, 0, time.Now())
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
	return fmt.Sprintf("%s (%s) goes out %s: now %s in %s",
		n.Title, n.Name, when, plural(plan.Planned, "letter"), plural(plan.Counts.Versions, "version")), nil
}

// notes tells what needs an editor.
func notes(r content.Report) string {
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
