package desk

import (
	"cmp"
	"encoding/csv"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

const (
	mostReasons = 40 // that are listed
	mostGiven   = 20
	mostLinks   = 200
)

// results shows what became of an edition.
func (d *Desk) results(w http.ResponseWriter, r *http.Request, visit *editors.Visit, e *digest.Edition) error {
	l := d.Locale()
	v := &templates.ResultsPage{Heading: l.Message("desk.results.title", "edition", e.ID), Made: d.made(l, e), Why: whyStopped(l, e)}
	v.DeskFrame = d.frame(r, visit, v.Heading)
	if r.URL.Query().Has("sorry") {
		v.Sorry = l.Message("desk.sending.impossible")
	}
	switch e.State {
	case digest.Cancelled, digest.Missed, digest.InReview:
		v.Note = l.Message("desk.results." + string(e.State))
	}
	if web.Out(e, time.Now()) {
		v.Public = "/editions/" + e.ID
	}
	if e.Published.IsZero() {
		return d.Private(w, r, http.StatusOK, v)
	}
	v.Numbers, v.Counted = figures(l, e), e.Counted
	found, ok, err := d.counts().get(r.Context(), e.ID)
	if err != nil {
		return err
	}
	if v.Counting = !ok; ok {
		d.resultsOf(l, v, found)
	} else {
		w.Header().Set("Refresh", "2")
	}
	if err := d.versions(r, l, v, e); err != nil {
		return err
	}
	if visit.Editor.Role.May(editors.RoleEditor) {
		v.CSV = atDesk(e.ID) + "/csv"
	}
	return d.Private(w, r, http.StatusOK, v)
}

// figures are an edition's counts, which add up, with what part of all they
// are.
func figures(l *i18n.Locale, e *digest.Edition) []templates.Figure {
	all := []templates.Figure{{Label: l.Message("desk.results.planned"), Value: l.Number(e.Planned)}}
	for _, f := range []struct {
		key    string
		n      int
		always bool
	}{
		{"accepted", e.Sent, true}, {"bounced", e.Bounced, true}, {"failed", e.Failed - e.Bounced, true}, {"skipped", e.Skipped, true},
		{"to_go", e.Open - e.Waiting, false}, {"waiting", e.Waiting, false},
	} {
		if f.always || f.n > 0 {
			all = append(all, templates.Figure{Label: l.Message("desk.sending." + f.key), Value: l.Number(f.n), Note: share(l, f.n, e.Planned)})
		}
	}
	return all
}

// share writes what part n of all is. What is not nothing does not say 0 %, and
// what is not all does not say 100 %.
func share(l *i18n.Locale, n, all int) string {
	if n == 0 || all == 0 {
		return ""
	}
	p, sign := 100*n/all, ""
	if p == 0 {
		p, sign = 1, "< "
	}
	return l.Message("desk.results.share", "percent", sign+l.Number(p))
}

// resultsOf fills in what was counted.
func (d *Desk) resultsOf(l *i18n.Locale, v *templates.ResultsPage, found finding[*digest.Results]) {
	res := found.value
	if n := len(res.Minutes); n > 0 {
		v.When = l.Message("desk.results.from_to", "from", d.moment(l, res.Minutes[0].At), "to", d.moment(l, res.Minutes[n-1].At))
	}
	v.Chart = chart(l, d.Publication.Zone, res.Minutes)
	for i := range res.Reasons[:min(len(res.Reasons), mostReasons)] {
		v.Reasons = append(v.Reasons, reason(l, &res.Reasons[i]))
	}
	v.Left = l.Message("desk.results.left_nobody")
	if res.Left > 0 {
		v.Left = l.Message("desk.results.left", "n", res.Left)
	}
	v.Fares = d.fares(l, found, digest.MostDomains+1)
	v.Clicks = linkClicks(l, res.Clicks)
}

// linkClicks shows how often links were followed; nil where nobody counts.
func linkClicks(l *i18n.Locale, c *digest.Clicks) *templates.LinkClicks {
	if c == nil {
		return nil
	}
	out := &templates.LinkClicks{All: l.Message("desk.results.clicks_all", "n", c.Total)}
	for _, i := range c.Items[:min(len(c.Items), mostLinks)] {
		title := i.Title
		switch i.Kind {
		case content.KindReminder:
			title = l.Message("desk.reader.reminder", "title", title)
		case content.KindNotice:
			title = l.Message("desk.reader.notice", "title", title)
		}
		out.Rows = append(out.Rows, templates.LinkRow{Title: title, Clicks: l.Number(i.Clicks), Share: share(l, i.Clicks, c.Total)})
	}
	for _, day := range c.Days {
		label := day.Day // of a month long ago
		if t, err := time.Parse(time.DateOnly, day.Day); err == nil {
			label = l.Day(t)
		}
		out.Days = append(out.Days, templates.Figure{Label: label, Value: l.Number(day.Clicks)})
	}
	return out
}

// versions lists the versions that most readers have.
func (d *Desk) versions(r *http.Request, l *i18n.Locale, v *templates.ResultsPage, e *digest.Edition) error {
	versions, readers, err := d.Archive.Versions(r.Context(), e.ID)
	if err != nil || d.Given == nil {
		return err
	}
	order := make([]int, len(versions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(readers[b], readers[a]) })
	for _, i := range order[:min(len(order), mostGiven)] {
		v.Versions = append(v.Versions, templates.GivenVersion{
			Label:   l.Message("desk.results.version", "n", versions[i].N, "language", d.languageName(versions[i].Language)),
			Readers: l.Message("desk.results.readers", "n", readers[i]),
			URL:     atDesk(e.ID) + "/letter/" + strconv.Itoa(versions[i].N),
		})
	}
	if more := len(order) - mostGiven; more > 0 {
		v.More = l.Message("desk.results.versions_more", "n", more)
	}
	return nil
}

// languageName is what a language calls itself; the publication's if empty.
func (d *Desk) languageName(language string) string {
	return d.Catalog.For(cmp.Or(language, d.Publication.Language)).Name()
}

// csvBatch is how many lines of a file leave at once.
const csvBatch = 1000

// deliveries is every delivery of an edition as a table for spreadsheets. It is
// a POST, since it is written in the log who has taken readers' addresses away;
// and before the first of them leaves.
func (d *Desk) deliveries(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	e, err := d.Archive.Edition(r.Context(), web.EditionID(r))
	if err != nil {
		return err
	}
	if err := d.did(r, visit, "downloaded deliveries", e.ID, ""); err != nil {
		return err
	}
	web.KeepPrivate(w.Header())
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{
		"filename": strings.NewReplacer("/", "-", ":", "-").Replace(e.ID) + ".csv",
	}))
	line, table, n := http.NewResponseController(w), csv.NewWriter(w), 0
	table.UseCRLF = true
	_ = table.Write([]string{"reader", "address", "state", "reason", "attempts", "code", "enhanced", "at"}) // Flush tells
	err = d.Editions.Letters(r.Context(), e.ID, func(t digest.Told) error {
		if n++; n%csvBatch == 1 {
			_ = line.SetWriteDeadline(time.Now().Add(time.Minute)) // the server's is for answers that are not as long
			table.Flush()
		}
		at, code := "", ""
		if !t.At.IsZero() {
			at = t.At.UTC().Format(time.RFC3339)
		}
		if t.Code != 0 {
			code = strconv.Itoa(t.Code)
		}
		return table.Write([]string{
			strconv.FormatInt(t.Subscriber, 10), subscribers.SpreadsheetSafe(t.Email), string(t.State), t.Reason,
			strconv.Itoa(t.Attempts), code, t.Enhanced, at,
		})
	})
	if table.Flush(); err == nil {
		err = table.Error()
	}
	if err != nil {
		if r.Context().Err() == nil {
			d.Frame.Log.Error("a table of deliveries broke off", "edition", e.ID, "err", err)
		}
		panic(http.ErrAbortHandler) // half a table must not look whole
	}
	return nil
}
