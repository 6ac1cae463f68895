package dir

import (
	"io/fs"
	"testing"
	"time"

	"github.com/standfirst/standfirst/content"
)

// desk remembers what was decided about a folder, as far as deciding again
// asks for it.
type desk struct {
	t     *testing.T
	known content.Known
	plan  *content.Plan // of the latest sync
	news  int           // released since the first sync
	now   time.Time
}

func newDesk(t *testing.T) *desk {
	return &desk{t: t, now: noon, known: content.Known{
		Source: here.Name, Articles: make(map[string]*content.KnownArticle), Keys: make(map[content.Key]string), Slugs: make(map[string]bool),
	}}
}

// sync looks at a folder, an hour after the last time.
func (d *desk) sync(fsys fs.FS) {
	d.t.Helper()
	d.now = d.now.Add(time.Hour)
	d.plan = content.Reconcile(&d.known, read(d.t, fsys, here), content.Rules{Flood: 20}, d.now)
	d.known.Synced, d.known.At = true, d.now
	for _, c := range d.plan.Articles {
		d.known.Articles[c.ID] = &content.KnownArticle{
			ID: c.ID, Source: c.Source, Slug: c.Slug, State: c.State, Reason: c.Reason, Hash: c.Hash, Text: c.Text,
			Title: c.Title, Day: content.DateOf(c.Published.UTC()), Since: c.Since, Due: c.Due,
		}
		d.known.Slugs[c.Slug] = true
		for _, k := range c.Keys {
			d.known.Keys[k] = c.ID
		}
	}
	for _, c := range d.plan.States {
		k := d.known.Articles[c.ID]
		k.State, k.Reason = c.State, c.Reason
		for _, key := range c.Keys {
			d.known.Keys[key] = c.ID
		}
	}
	for _, r := range d.plan.Releases {
		if !r.Baseline {
			d.news++
		}
	}
}
