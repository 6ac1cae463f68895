package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

const (
	// readWait is how long a page waits for a source to be read.
	readWait = 20 * time.Second
	// readLimit is how long a source may take that an editor has read.
	readLimit = 2 * time.Minute
)

// sourcesPage shows how every source is.
func (d *Desk) sourcesPage(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l := d.Locale()
	all, err := d.Sources(r.Context())
	if err != nil {
		return err
	}
	v := &templates.DeskSourcesPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.intake.title")),
		May:       visit.Editor.Role.May(editors.RoleEditor),
		Rule:      "/desk/sources/rule", Back: "/desk/sources/back",
	}
	if d.Content.Sync != nil {
		v.Try = "/desk/sources/read"
	}
	v.Done = d.acted(r, "intake")
	titles := map[string]string{}
	for _, src := range all {
		for _, c := range src.Held {
			for _, id := range c.IDs {
				if titles[id] == "" {
					titles[id] = d.titleOf(r.Context(), id)
				}
			}
		}
		v.Sources = append(v.Sources, d.sourceCard(l, src, titles))
	}
	return d.Private(w, r, http.StatusOK, v)
}

// titleOf is the title of something that is known, as editors may choose it.
func (d *Desk) titleOf(ctx context.Context, id string) string {
	if a, err := d.Content.Store.ArticleFile(ctx, id); err == nil {
		return a.Title
	}
	events, err := d.Content.Store.Events(ctx, content.EventQuery{})
	if i := slices.IndexFunc(events, func(e content.Event) bool { return e.ID == id }); err == nil && i >= 0 {
		return events[i].Name + " (" + events[i].Days.First.String() + ")"
	}
	return id
}

// sourceCard says how a source is. titles are those of what is in conflict.
func (d *Desk) sourceCard(l *i18n.Locale, src SourceState, titles map[string]string) templates.DeskSourceCard {
	rep := src.Report
	flood, gone := rep.Asks(len(src.Held))
	c := templates.DeskSourceCard{
		Name: src.Name, State: l.Message("desk.intake.fine"), Tone: "ok", Read: l.Message("desk.intake.never"),
		Gone: gone, Agree: agreeing(flood, gone), Errors: rep.Errors,
	}
	if !src.Synced.IsZero() {
		c.Read = d.moment(l, src.Synced)
		c.Facts = []templates.DeskFact{
			{Label: l.Message("desk.intake.found"), Value: l.Join([]string{l.Message("letter.articles", "n", rep.Articles), l.Message("letter.events", "n", rep.Events)})},
		}
		for _, f := range []struct {
			key string
			n   int
		}{{"released", rep.Released}, {"settling", rep.Settling}, {"scheduled", rep.Scheduled}, {"held", rep.Held}, {"refused", rep.Refused}} {
			if f.n > 0 || f.key == "released" {
				c.Facts = append(c.Facts, templates.DeskFact{Label: l.Message("desk.intake." + f.key), Value: l.Number(f.n)})
			}
		}
	}
	if flood > 0 {
		c.Flooded, c.Release = l.Message("desk.intake.flooded", "n", flood), l.Message("desk.intake.release", "n", flood)
	}
	switch {
	case src.Failed != "":
		c.State, c.Tone = l.Message("desk.intake.failing"), "bad"
		c.Failed, c.Why = l.Message("desk.intake.failed", "time", d.moment(l, src.FailedAt)), src.Failed
	case flood > 0 || gone || len(src.Held) > 0:
		c.State, c.Tone = l.Message("desk.intake.asks"), "warn"
	case len(rep.Errors) > 0:
		c.State, c.Tone = l.Message("desk.intake.failing"), "bad"
	case src.Synced.IsZero():
		c.State, c.Tone = l.Message("desk.intake.unread"), ""
	}
	held := slices.Clone(src.Held)
	slices.SortFunc(held, func(a, b content.Conflict) int { return strings.Compare(a.Title, b.Title) })
	for _, h := range held {
		line := templates.DeskHeld{Title: h.Title, Reason: h.Reason, At: h.At.String(), Mark: h.Mark}
		for _, id := range h.IDs {
			line.Items = append(line.Items, templates.Option{Value: id, Label: titles[id]})
		}
		c.Held = append(c.Held, line)
	}
	for _, word := range src.Rulings {
		c.Rulings = append(c.Rulings, templates.DeskRuling{Title: word.Title, Verdict: l.Message("desk.intake.ruled_" + string(word.Verdict)), Mark: word.Mark})
	}
	return c
}

// agreeing is what an editor agrees to who presses a button: if it is another
// by then, nothing is done.
func agreeing(flood int, gone bool) string {
	if gone {
		return strconv.Itoa(flood) + " and gone"
	}
	return strconv.Itoa(flood)
}

// readSource reads a source now.
func (d *Desk) readSource(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	name, agree := form.Get("source"), form.Get("agree")
	all, err := d.Sources(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(src SourceState) bool { return src.Name == name })
	if i < 0 {
		return web.NotFound
	}
	if agree != "" && agree != agreeing(all[i].Report.Asks(len(all[i].Held))) {
		return lead(w, r, "/desk/sources", "changed")
	}
	// Who presses twice waits for the same reading; who leaves does not end it.
	reading := d.Content.syncs.DoChan(agree+" "+name, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readLimit)
		defer cancel()
		report, err := d.Content.Sync(ctx, name, agree != "")
		d.ready().sources.changed("")
		if err != nil {
			return report, err
		}
		what, detail := "read a source", ""
		if agree != "" {
			what, detail = "agreed to what was held", strconv.Itoa(report.Released)+" released, "+strconv.Itoa(report.Withdrawn)+" withdrawn"
		}
		return report, d.Log(ctx, LogEntry{At: time.Now(), Who: who(visit), What: what, Subject: name, Detail: detail})
	})
	patience := time.NewTimer(readWait)
	defer patience.Stop()
	select {
	case <-patience.C:
		return lead(w, r, "/desk/sources", "reading")
	case <-r.Context().Done():
		return r.Context().Err()
	case done := <-reading:
		switch {
		case done.Err != nil:
			return done.Err
		case done.Val.(content.Report).Failed:
			return lead(w, r, "/desk/sources", "failed")
		case agree != "":
			return lead(w, r, "/desk/sources", "accepted")
		}
		return lead(w, r, "/desk/sources", "read")
	}
}

// ruleSource writes down what an editor says of something held by conflict,
// and has the source read by that.
func (d *Desk) ruleSource(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	name, mark := form.Get("source"), form.Get("mark")
	word := content.Ruling{Verdict: content.Verdict(form.Get("verdict"))}
	switch word.Verdict {
	case content.Same:
		word.Item = form.Get("item")
	case content.Discard, content.Another:
	default:
		return web.Status(http.StatusBadRequest)
	}
	if !web.Fit(name, mark, word.Item) {
		return web.NotFound
	}
	err = d.Content.Store.Rule(r.Context(), name, mark, word, time.Now())
	if stale(err) {
		return lead(w, r, "/desk/sources", "changed")
	}
	if err != nil {
		return err
	}
	return d.afterRuling(w, r, visit, name, "ruled: "+string(word.Verdict), word.Item, "ruled")
}

// unruleSource takes such a word back.
func (d *Desk) unruleSource(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	name := form.Get("source")
	if !web.Fit(name, form.Get("mark")) {
		return web.NotFound
	}
	was, err := d.Content.Store.TakeBack(r.Context(), name, form.Get("mark"))
	if err != nil {
		return err
	}
	if !was {
		return lead(w, r, "/desk/sources", "back")
	}
	return d.afterRuling(w, r, visit, name, "took a ruling back", "", "back")
}

func (d *Desk) afterRuling(w http.ResponseWriter, r *http.Request, visit *editors.Visit, source, what, item, did string) error {
	if err := d.did(r, visit, what, source, item); err != nil {
		return err
	}
	if d.Content.Sync != nil {
		ctx, cancel := context.WithTimeout(r.Context(), readWait)
		defer cancel()
		if _, err := d.Content.Sync(ctx, source, false); err != nil && ctx.Err() == nil {
			return err
		}
	}
	d.ready().sources.changed("")
	return lead(w, r, "/desk/sources", did)
}
