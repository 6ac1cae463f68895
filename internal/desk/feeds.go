package desk

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/feed"
	"github.com/standfirst/standfirst/feed/lint"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/readership"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// verdicts are what was found wrong with feeds, by the tags of their bytes. A
// feed is looked at once for each of its contents, beside whoever asks.
type verdicts struct {
	mu    sync.Mutex
	known map[string][]lint.Finding
	busy  bool
}

// of returns what is known of a document.
func (v *verdicts) of(d *web.Document) (found []lint.Finding, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	found, ok = v.known[d.ETag]
	return found, ok
}

// look begins to look at those documents that were not looked at, and forgets
// all others. done is closed when nothing is left to do.
func (v *verdicts) look(all map[string]*web.Document) (done <-chan struct{}) {
	end := make(chan struct{})
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.busy {
		close(end)
		return end
	}
	v.busy = true
	go func() {
		defer close(end)
		known := map[string][]lint.Finding{}
		for _, d := range all {
			found, ok := v.of(d)
			if !ok {
				found = lint.Check(string(d.Format), d.Bytes(), time.Time{})
			}
			known[d.ETag] = found
			v.mu.Lock()
			if v.known == nil {
				v.known = map[string][]lint.Finding{}
			}
			v.known[d.ETag] = found
			v.mu.Unlock()
		}
		v.mu.Lock()
		v.known, v.busy = known, false
		v.mu.Unlock()
	}()
	return end
}

// mostFindings are told of one feed.
const mostFindings = 5

// feeds lists all feeds, whether they are valid, and who reads them.
func (d *Desk) feeds(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, now, c := d.Locale(), time.Now(), d.Content
	counts, day, err := d.latestCounts(r, now)
	if err != nil {
		return err
	}
	followers, err := c.Store.Followers(r.Context())
	if err != nil {
		return err
	}
	all := map[string]*web.Document{}
	for at, d := range d.Shelf.Documents() {
		if !d.Archive {
			all[at] = d
		}
	}
	select {
	case <-c.verdicts.look(all):
	case <-time.After(freshWait):
	case <-r.Context().Done():
	}
	v := &templates.DeskFeedsPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.frame.feeds")),
		Intro:     l.Message("desk.feeds.intro", "day", l.Day(day)),
		Programs:  programs(l, counts, ""),
	}
	told, clients := map[string]int{}, map[string]int{}
	for _, n := range counts {
		told[n.Feed] += n.Told
		if n.Told == 0 {
			clients[n.Feed] += n.Clients
		}
	}
	paths := slices.SortedFunc(func(yield func(string) bool) {
		for at := range all {
			if !yield(at) {
				return
			}
		}
	}, func(a, b string) int { // what most people read, then by depth and name
		return cmp.Or(told[b]+clients[b]-told[a]-clients[a], strings.Count(a, "/")-strings.Count(b, "/"), strings.Compare(a, b))
	})
	for _, at := range paths {
		d := all[at]
		line := templates.DeskFeedLine{
			Path: (&url.URL{Path: at}).EscapedPath(), Title: d.Title, Items: l.Number(itemsOf(d)), Size: l.Number((d.Len()+1023)/1024) + " KB",
			Check: l.Message("desk.feeds.unchecked"), Programs: programs(l, counts, at),
			Told: some(l, told[at]), Clients: some(l, clients[at]), Followers: some(l, followers[d.Self]),
		}
		if found, ok := c.verdicts.of(d); ok {
			line.Check, line.Tone = l.Message("desk.feeds.valid"), "ok"
			if len(found) > 0 {
				line.Check, line.Tone = l.Message("desk.feeds.wrong", "n", len(found)), "warn"
			}
			for _, f := range found[:min(len(found), mostFindings)] {
				line.Findings = append(line.Findings, f.String())
			}
		}
		v.Feeds = append(v.Feeds, line)
	}
	return d.Private(w, r, http.StatusOK, v)
}

// latestCounts are who read feeds yesterday; today, where nobody did then.
func (d *Desk) latestCounts(r *http.Request, now time.Time) (counts []readership.Count, day time.Time, err error) {
	for _, day = range []time.Time{now.UTC().AddDate(0, 0, -1), now.UTC()} {
		if counts, err = d.Content.Store.Readership(r.Context(), day); err != nil || len(counts) > 0 {
			break
		}
	}
	return counts, day, err
}

// programs are what fetches a feed, or all of them, the most readers first. Of
// a service that tells for how many it fetches, how often it came says nothing.
func programs(l *i18n.Locale, counts []readership.Count, at string) []templates.DeskProgram {
	sums := map[string]readership.Count{}
	for _, n := range counts {
		if at == "" || n.Feed == at {
			sum := sums[n.Program]
			sum.Program = n.Program
			sum.Told += n.Told
			sum.Clients += n.Clients
			sums[n.Program] = sum
		}
	}
	var list []readership.Count
	for _, sum := range sums {
		if sum.Told > 0 {
			sum.Clients = 0
		}
		list = append(list, sum)
	}
	slices.SortFunc(list, func(a, b readership.Count) int {
		return cmp.Or(b.Told+b.Clients-a.Told-a.Clients, strings.Compare(a.Program, b.Program))
	})
	var out []templates.DeskProgram
	for _, n := range list {
		name := n.Program
		switch name {
		case "Browser", "Others", "Unnamed":
			name = l.Message("desk.feeds." + strings.ToLower(name))
		}
		out = append(out, templates.DeskProgram{Name: name, Told: some(l, n.Told), Clients: some(l, n.Clients)})
	}
	return out
}

// some is a number, or nothing for none.
func some(l *i18n.Locale, n int) string {
	if n == 0 {
		return ""
	}
	return l.Number(n)
}

// itemsOf is how many articles or events a feed has.
func itemsOf(d *web.Document) int {
	switch {
	case d.Sheet != nil && len(d.Sheet.Items) > 0:
		return len(d.Sheet.Items)
	case d.Format == feed.ICS:
		return bytes.Count(d.Bytes(), []byte("BEGIN:VEVENT"))
	case d.Format == feed.RSS:
		return bytes.Count(d.Bytes(), []byte("<item>"))
	case d.Format == feed.Atom:
		return bytes.Count(d.Bytes(), []byte("<entry>"))
	case d.Format == feed.JSON:
		return bytes.Count(d.Bytes(), []byte(`"content_`))
	}
	return bytes.Count(d.Bytes(), []byte("xmlUrl="))
}
