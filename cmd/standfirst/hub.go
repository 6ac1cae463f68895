package main

import (
	"time"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/fetch"
	"github.com/standfirst/standfirst/internal/hub"
	"github.com/standfirst/standfirst/internal/web"
)

// hubAddress is the hub that feeds name: the one that was configured, or ours.
func hubAddress(conf *config.Config) string {
	return first(conf.Feeds.Hub, conf.Publication.URL+"/hub")
}

// hub makes what tells others that a feed has changed. Whoever shows pages has
// the bytes, so those processes run it; the database sees to it that of several
// one tells.
func (a *app) hub() *hub.Hub {
	h := &hub.Hub{
		Address: hubAddress(a.conf), Ours: a.conf.Feeds.Hub == "",
		Feeds: a.shelf, Store: a.db, Log: a.log,
	}
	opt := fetch.Options{
		Agent:   a.agent(),
		Timeout: 30 * time.Second, Most: 64 << 10,
	}
	switch {
	case !h.Ours: // the operator wrote its address
		opt.Reach, opt.Proxy = fetch.Anywhere, true
	case a.conf.Publication.Local(): // nobody outside can follow a feed here
		opt.Reach = fetch.Locally
	}
	h.Reach, h.Client = opt.Reach, fetch.New(opt)
	return h
}

// asking is how often a network may ask our hub: as often as a reader's server
// that follows every feed of a publication, one after the other.
func (a *app) asking() *web.Repeats {
	return &web.Repeats{Most: 120, Within: 2 * time.Minute, Told: !a.conf.Publication.Local()}
}
