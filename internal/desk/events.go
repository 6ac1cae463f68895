package desk

import (
	"net/http"
	"slices"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// eventsStay is how long events stay on the desk that have ended.
const eventsStay = 30 * 24 * time.Hour

// events lists events of every status, and what readers were told of them.
func (d *Desk) events(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, now, ctx := d.Locale(), time.Now(), r.Context()
	events, err := d.Content.Store.Events(ctx, content.EventQuery{After: now.Add(-eventsStay)})
	if err != nil {
		return err
	}
	told, err := d.Content.Store.Told(ctx, now.Add(-eventsStay))
	if err != nil {
		return err
	}
	quiet, err := d.Content.Store.Quiet(ctx)
	if err != nil {
		return err
	}
	v := &templates.DeskEventsPage{DeskFrame: d.frame(r, visit, l.Message("site.events"))}
	v.Done = d.acted(r, "events")
	if visit.Editor.Role.May(editors.RoleEditor) {
		v.Action = "/desk/events"
	}
	for i := range events {
		v.Events = append(v.Events, d.eventLine(l, &events[i], told[events[i].ID], quiet[events[i].ID], now))
	}
	return d.Private(w, r, http.StatusOK, v)
}

func (d *Desk) eventLine(l *i18n.Locale, e *content.Event, told []content.Release, quiet bool, now time.Time) templates.DeskEventLine {
	v := templates.DeskEventLine{
		ID: e.ID, Name: e.Name, URL: "/events#" + e.Slug, Source: e.Source, Quiet: quiet, Ahead: now.Before(e.Begins()),
		Days: l.Days(e.Days.First.In(time.UTC), e.Days.Last.In(time.UTC)), Place: place(l, e),
		State: l.Message("desk.events." + string(e.Status)), Tone: "warn",
	}
	if e.Status == content.Confirmed {
		v.Tone = "ok"
	}
	if !now.Before(e.Ends()) {
		v.URL = ""
		if e.On() {
			v.State, v.Tone = l.Message("desk.events.over"), ""
		}
	}
	for _, r := range told {
		days, reminder := content.RuleDays(r.Rule)
		switch {
		case reminder:
			v.Letters = append(v.Letters, l.Message("desk.events.made", "time", d.moment(l, r.At), "days", days))
		default:
			v.Letters = append(v.Letters, l.Message("desk.events.noticed_"+r.Rule, "time", d.moment(l, r.At)))
		}
	}
	if day := nextReminder(e, d.Content.Remind, now); !day.IsZero() && !quiet {
		v.Letters = append(v.Letters, l.Message("desk.events.due", "time", l.Day(day.In(time.UTC))))
	}
	return v
}

// nextReminder is the next day on which readers are to be reminded of an event;
// zero if there is none.
func nextReminder(e *content.Event, days []int, now time.Time) (next content.Date) {
	if !e.On() {
		return next
	}
	for _, d := range days {
		day := e.Days.First.AddDays(-d)
		if now.Before(day.In(e.Location())) && (next.IsZero() || day.Before(next)) {
			next = day
		}
	}
	return next
}

// place is where an event takes place, in a line.
func place(l *i18n.Locale, e *content.Event) string {
	parts := slices.DeleteFunc([]string{e.Place, e.City, e.Country}, func(p string) bool { return p == "" })
	if e.Online {
		parts = append(parts, l.Message("letter.online"))
	}
	return l.Join(parts)
}

// actOnEvent does what an editor says about an event.
func (d *Desk) actOnEvent(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	id, do := form.Get("event"), form.Get("do")
	what := map[string]string{doQuiet: "reminds of an event no more", doLoud: "reminds of an event again"}[do]
	if what == "" {
		return web.Status(http.StatusBadRequest)
	}
	if err := d.Content.Store.SetQuiet(r.Context(), id, do == doQuiet); err != nil {
		return err
	}
	d.Content.changed()
	if err := d.did(r, visit, what, "event "+id, ""); err != nil {
		return err
	}
	return lead(w, r, "/desk/events", do)
}
