package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
)

// A part of serve may have a process of its own. The zero part is all of it.
type part string

// The parts.
const (
	partWeb  part = "web"
	partSend part = "send"
)

func (p part) pages() bool { return p != partSend }
func (p part) sends() bool { return p != partWeb }

type serveCmd struct {
	Listen string `placeholder:"ADDR" help:"Listen on this address instead of web.listen."`
	Only   part   `enum:",web,send" default:"" placeholder:"web|send" help:"Only the pages and feeds, or only syncing, publishing and sending."`
	Log    string `enum:"text,json" default:"text" help:"How to write the log: ${enum}."`
}

func (c *serveCmd) Help() string {
	return `Reads the sources and watches them, publishes every newsletter at its slots,
sends the letters, and answers at publication.url. Stops on SIGINT or SIGTERM
after the letters in hand; a second signal stops at once.

Any number of processes may serve one PostgreSQL, on any machines: a slot is
published by one of them, all send, and what a process leaves behind that dies
is taken over within a minute. While a new configuration is rolled out, the
newsletters of whoever began last count. --only splits them:

  --only web    pages and feeds, from what others sync; reads no source (but
                shows the pictures in its folders), publishes and sends nothing
  --only send   syncs, publishes and sends; answers only /healthz, /readyz and
                /metrics

Examples:
  standfirst serve
  standfirst serve --listen :8081 --log json
  standfirst serve --only web --listen :8080`
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
	var reports []content.Report
	if c.Only.sends() {
		if reports, err = a.sync(e.ctx, content.SyncOptions{}); err != nil {
			return err
		}
	}
	if c.Only.pages() {
		a.shelf.Imprints = imprints{a.db}
		if err := a.shelf.Build(e.ctx); err != nil {
			return err
		}
	}
	if err := a.staff(e.ctx, time.Now()); err != nil {
		return err
	}
	if err := a.welcome(e, c.Only, reports, listener.Addr()); err != nil {
		return err
	}
	a.logTo(e.stderr, c.Log)
	if err := a.signing.slow(); err != nil {
		a.log.Warn("letters are signed right, but slowly", "err", err)
	}
	if c.Only.sends() {
		if err := a.takeOver(e.ctx); err != nil {
			return err
		}
	}
	return a.run(e.ctx, c.Only, listener)
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
	opt := &slog.HandlerOptions{ReplaceAttr: inOneLine}
	var h slog.Handler = slog.NewTextHandler(w, opt)
	if form == "json" {
		h = slog.NewJSONHandler(w, opt)
	}
	a.log = slog.New(h)
	a.syncer.Log, a.publisher.Log, a.keeper.Log = a.log, a.log, a.log
}

// run starts the services of a part and ends when ctx does, or when one fails.
func (a *app) run(ctx context.Context, only part, listener net.Listener) error {
	census, err := a.countReaders(ctx)
	if err != nil {
		return err
	}
	a.takePushed()
	tally := a.countClicks()
	g, ctx := errgroup.WithContext(ctx)
	metrics, changed := newMetrics(a.db), make(chan struct{}, 1)
	if only.sends() {
		a.send(ctx, g, metrics, changed)
	}
	handler := vitals(a.db.Ping, metrics.handler())
	collectLess()
	if only.pages() {
		site, room := a.site()
		if a.post != nil {
			readers := prompt{a.db, a.post.Wake}
			site.Readers, room.Readers = readers, readers
		}
		room.Ending = ctx.Done()
		room.Content.Changed = func() { wake(changed) }
		if only.sends() {
			room.Content.Sync = a.syncSource
		}
		if site.Clicks = tally; tally != nil {
			g.Go(func() error { return a.writeClicks(ctx, tally) })
		}
		site.Metrics, site.Answered = metrics.handler(), metrics.answered
		metrics.strangers(site.Strangers.Counts)
		hub := a.hub()
		if hub.Ours {
			site.Hub, site.Asking = hub, a.asking()
		}
		site.Census = census
		g.Go(func() error { return a.noteReaders(ctx, census) })
		handler = site.Handler()
		g.Go(func() error { return hub.Run(ctx) })
		g.Go(func() error { return room.Imports.Run(ctx) })
		g.Go(func() error { return a.rebuild(ctx, changed, hub.Published) })
	}
	a.answer(ctx, g, listener, handler)
	err = g.Wait()
	a.lastClicks(ctx, tally)
	a.log.Info("stopped")
	return err
}

// send starts what reads the sources, publishes and sends. It leaves a note in
// changed when there is something else for the feeds.
func (a *app) send(ctx context.Context, g *errgroup.Group, metrics *metrics, changed chan<- struct{}) {
	expand, found, released := make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	worker := a.worker()
	worker.Newsletters = a.names()
	worker.Progress = func(_ string, s mailer.Settlement) { metrics.settled(s.Outcome) }
	metrics.watch(worker)
	a.post = a.sender()
	a.post.Began, a.post.Settled = worker.Yield, metrics.noted
	a.publisher.Queued = func() { wake(expand); worker.Wake() }
	a.syncer.Released = func() { wake(found); wake(changed) }
	scheduler := &digest.Scheduler{Publisher: a.publisher, Log: a.log, Sync: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err := a.syncer.Sync(ctx, time.Now(), content.SyncOptions{})
		if _, slow := a.illustrate(ctx); slow != nil && err == nil {
			a.log.Warn("letters go without their newest pictures", "err", slow)
		}
		return err
	}}
	g.Go(func() error { return a.syncer.Run(ctx) })
	g.Go(func() error {
		return a.keeper.Run(ctx, found, picturePatience, func() { wake(released); wake(changed) })
	})
	g.Go(func() error { return scheduler.Run(ctx, released) })
	g.Go(func() error { return a.publisher.Run(ctx, expand) })
	if len(a.newsletters) > 0 { // else there are no letters that could be written here
		g.Go(func() error { return worker.Run(ctx) })
	}
	g.Go(func() error { return a.post.Run(ctx) })
	if a.hooks != nil {
		courier := a.courier()
		courier.Settled = metrics.hooked
		g.Go(func() error { return courier.Run(ctx) })
	}
	g.Go(func() error { return a.watchOver(ctx) })
	g.Go(func() error { return a.upkeep(ctx) })
	g.Go(func() error { return a.follow(ctx) })
}

// answer starts what answers over HTTP.
func (a *app) answer(ctx context.Context, g *errgroup.Group, listener net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	whole := web.Listener{Listener: listener}
	server.ConnContext = whole.Context
	g.Go(func() error {
		if err := server.Serve(whole); !errors.Is(err, http.ErrServerClosed) {
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
}

// wake leaves a note for a service that may be busy.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// rebuild makes the feeds anew when content changed: here, or in another
// process on the same database. It calls published when they are served.
func (a *app) rebuild(ctx context.Context, changed <-chan struct{}, published func()) error {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	stamp, _ := a.db.ContentStamp(ctx)
	stop := a.pack(ctx)
	defer func() { stop() }()
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
			stop()
			err = a.shelf.Build(ctx)
			stop = a.pack(ctx)
		}
		if err != nil {
			if ctx.Err() == nil {
				a.log.Error("making the feeds failed; the old ones stay", "err", err)
			}
			continue
		}
		stamp = now
		published()
	}
}

// pack compresses the feeds while others read them already. It returns what
// ends it early and waits for that, which is no longer than for one document.
func (a *app) pack(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var packing sync.WaitGroup
	packing.Go(func() { a.shelf.Pack(ctx) })
	return func() {
		cancel()
		packing.Wait()
	}
}

// watchOver takes over from processes that were killed while this one runs: a
// send beside it, another serve.
func (a *app) watchOver(ctx context.Context) error {
	return every(ctx, 10*time.Second, func() {
		if err := a.takeOver(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("leases of killed processes could not be looked at", "err", err)
		}
	})
}
