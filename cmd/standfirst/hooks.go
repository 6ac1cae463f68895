package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webhook"
)

// keepHooks is how long events are kept that could not be delivered: as long as
// somebody may take to see that an endpoint is switched off.
const keepHooks = 14 * 24 * time.Hour

// hooks are the endpoints that are told what happens here; nil: there are none.
func hooks(conf *config.Config) (*webhook.Roster, error) {
	if len(conf.Webhooks) == 0 {
		return nil, nil
	}
	r := &webhook.Roster{Site: conf.Publication.URL}
	var mistakes config.Mistakes
	for i, c := range conf.Webhooks {
		e := webhook.Endpoint{URL: c.URL, Events: webhook.Types(), Reach: fetch.Publicly}
		if len(c.Events) > 0 {
			e.Events = nil
			for _, t := range c.Events {
				e.Events = append(e.Events, webhook.Type(t))
			}
		}
		switch {
		case c.Private:
			e.Reach = fetch.Anywhere
		case c.Local() || conf.Publication.Local():
			e.Reach = fetch.Locally
		}
		at := fmt.Sprintf("webhooks.%d.", i)
		if u, err := url.Parse(c.URL); err != nil {
			mistakes = append(mistakes, conf.Mistake(at+"url", "this is no address", ""))
		} else if err := e.Reach.Check(u); err != nil {
			mistakes = append(mistakes, conf.Mistake(at+"url", err.Error(), "private: true allows it"))
		}
		for _, text := range c.Secrets {
			s, err := webhook.ParseSecret(string(text))
			if err != nil {
				mistakes = append(mistakes, conf.Mistake(at+"secret", err.Error(), "standfirst webhooks secret makes one"))
			}
			e.Secrets = append(e.Secrets, s)
		}
		r.Endpoints = append(r.Endpoints, e)
	}
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return r, nil
}

// hookClient makes what reaches an endpoint.
func (a *app) hookClient(e *webhook.Endpoint) *http.Client {
	return webhook.Client(e.Reach, a.agent())
}

// courier makes what tells them. That an endpoint was switched off stands in
// the log of the desk too.
func (a *app) courier() *webhook.Courier {
	return &webhook.Courier{
		Store: a.db.Webhooks(), Roster: a.db.Hooks, Client: a.hookClient, Owner: owner(), Log: a.log,
		Off: func(ctx context.Context, e *webhook.Endpoint, h webhook.Health) {
			err := a.db.Log(ctx, store.LogEntry{At: h.Off, Who: "schedule", What: "webhook switched off", Subject: "webhook " + e.Host(), Detail: h.Error})
			if err != nil {
				a.log.Warn("that an endpoint is switched off could not be written into the log of the desk", "err", err)
			}
		},
	}
}

// forgetHooks removes events that never arrived.
func (a *app) forgetHooks(ctx context.Context, now time.Time) error {
	return a.db.Webhooks().Forget(ctx, now.Add(-keepHooks))
}

// tryHook sends an endpoint a test, and says what came of it.
func (a *app) tryHook(ctx context.Context, e *webhook.Endpoint, now time.Time) (hookTest, error) {
	client := a.hookClient(e)
	defer client.CloseIdleConnections()
	r, err := webhook.Try(ctx, client, e, now)
	return hookTest{URL: e.URL, ID: r.ID, Code: r.Code, Answer: r.Text, Error: r.Failure(), Took: r.Took.Milliseconds()}, err
}

// hooks checks what the configuration says of those who are told.
func (c *checkCmd) hooks(f *findings, a *app) {
	var err error
	a.hooks, err = hooks(a.conf)
	for _, one := range split(err) {
		f.fail("webhooks", "%v", one)
	}
	if a.hooks == nil {
		return
	}
	for i := range a.hooks.Endpoints {
		e := &a.hooks.Endpoints[i]
		if a.conf.Webhooks[i].Local() && !a.conf.Publication.Local() {
			f.warn("webhooks", "%s is this machine, whichever sends: right only where the other program runs beside each of ours", e.Host())
		}
	}
}

// told checks how they stand, and whether they could be reached at all. Nothing
// is sent: standfirst webhooks test does that.
func (c *checkCmd) told(ctx context.Context, f *findings, a *app) {
	if a.hooks == nil || a.db == nil {
		return
	}
	for i := range a.hooks.Endpoints {
		e := &a.hooks.Endpoints[i]
		st, err := a.db.Webhooks().Standing(ctx, e.Key())
		switch {
		case err != nil:
			f.fail("webhooks", "%v", err)
		case st.Word() == webhook.IsOff:
			f.warn("webhooks", "%s is switched off (%s); standfirst webhooks on %d switches it on again", e.Host(), st.Error, i+1)
		case st.Word() == webhook.IsFailing:
			f.warn("webhooks", "%s fails (%s) since %s; %s queued", e.Host(), st.Error, st.Since.In(a.conf.Publication.Zone).Format("2006-01-02 15:04 MST"), counted10k(st.Waiting))
		case c.Offline:
			f.ok("webhooks", "%s is told", e.Host())
		default:
			c.reached(ctx, f, e)
		}
	}
}

// reached looks an endpoint's name up, as its requests will.
func (c *checkCmd) reached(ctx context.Context, f *findings, e *webhook.Endpoint) {
	u, err := url.Parse(e.URL)
	if err != nil {
		return // told already
	}
	var dns net.Resolver
	addrs, err := dns.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		f.warn("webhooks", "%s cannot be looked up", e.Host())
		return
	}
	for _, at := range addrs {
		if !e.Reach.May(at.Unmap()) {
			f.fail("webhooks", "%s is at %s, where nothing is sent: not a public address; private: true allows it", e.Host(), at.Unmap())
			return
		}
	}
	f.ok("webhooks", "%s is told; standfirst webhooks test tries it", e.Host())
}
