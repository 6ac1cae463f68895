package main

import (
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/push"
)

// pushSite is where what programs bring is shown.
func (a *app) pushSite() push.Site {
	return push.Site{URL: strings.TrimRight(a.conf.Publication.URL, "/"), Zone: a.conf.Publication.Zone, Lang: a.conf.Publication.Language}
}

// takePushed makes what programs bring a source. A publication to which nothing
// was ever brought has it only while it serves.
func (a *app) takePushed() {
	if slices.ContainsFunc(a.syncer.Sources, func(w content.Watched) bool { return w.Source.Name() == push.Name }) {
		return
	}
	src := &push.Source{Store: a.db, Site: a.pushSite()}
	a.syncer.Sources = append(a.syncer.Sources, content.Watched{
		Source: src, Stamp: src.Stamp,
		Rules: content.Rules{Settle: 2 * time.Minute, Flood: 20, Told: true}, // as folders have it by default
	})
}
