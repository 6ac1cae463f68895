package desk

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

const (
	beat        = time.Second      // between two events of a stream
	beatPatient = 15 * time.Second // a browser that takes no event for so long has gone
	// longestWatch ends a stream: the browser begins another, if it still may.
	longestWatch = 10 * time.Minute
)

// sending shows an edition on its way.
func (d *Desk) sending(w http.ResponseWriter, r *http.Request, visit *editors.Visit, p pulse) error {
	e, l := &p.edition, d.Locale()
	progress, err := d.progress(r.Context(), l, p)
	if err != nil {
		return err
	}
	v := &templates.SendingPage{
		Heading: l.Message("desk.sending.title", "edition", e.ID), Made: d.made(l, e), Progress: progress,
		Live: atDesk(e.ID) + "/events?state=" + string(e.State), Said: said(l, e),
	}
	if e.State == digest.Paused {
		v.Heading = l.Message("desk.sending.title_paused", "edition", e.ID)
		v.Note, v.Why = l.Message("desk.sending.paused"), whyStopped(l, e)
	}
	if waits(e, time.Now()) {
		v.Heading, v.Note, v.Progress.Growing = e.ID, l.Message("desk.sending.approved", "time", d.moment(l, e.Slot)), false
	}
	v.DeskFrame = d.frame(r, visit, v.Heading)
	v.DeskFrame.Live = true
	if r.URL.Query().Has("sorry") {
		v.Sorry = l.Message("desk.sending.impossible")
	}
	if web.Out(e, time.Now()) {
		v.Public = "/editions/" + e.ID
	}
	if visit.Editor.Role.May(editors.RoleEditor) {
		v.Cancel = atDesk(e.ID) + "/cancel"
		if e.State == digest.Paused {
			v.Resume = atDesk(e.ID) + "/resume"
		} else {
			v.Pause = atDesk(e.ID) + "/pause"
		}
	}
	w.Header().Set("Content-Security-Policy", d.Policy()+"; script-src 'self'; connect-src 'self'")
	return d.Private(w, r, http.StatusOK, v)
}

// progress is what changes on that page.
func (d *Desk) progress(ctx context.Context, l *i18n.Locale, p pulse) (templates.Progress, error) {
	e := &p.edition
	// A page does not wait for what its events bring a moment later.
	soon, cancel := context.WithTimeout(ctx, beat/20)
	defer cancel()
	found, ok, err := d.counts().get(soon, e.ID)
	if err != nil {
		return templates.Progress{}, err
	}
	v := templates.Progress{
		Sum:   l.Message("desk.sending.accepted_of", "sent", l.Number(e.Sent), "planned", l.Number(e.Planned)),
		Value: e.Sent, Max: max(e.Planned, 1), Pace: paceWords(l, p), Growing: !e.Expanded,
	}
	add := func(key string, n int, note string) {
		v.Numbers = append(v.Numbers, templates.Figure{Label: l.Message("desk.sending." + key), Value: l.Number(n), Note: note})
	}
	add("accepted", e.Sent, "")
	add("to_go", e.Open-e.Waiting, "")
	next := ""
	if !e.Next.IsZero() {
		next = l.Message("desk.sending.next", "time", d.soon(l, e.Next, time.Now()))
	}
	add("waiting", e.Waiting, next)
	add("bounced", e.Bounced, "")
	add("failed", e.Failed-e.Bounced, "")
	add("skipped", e.Skipped, "")
	if ok {
		add("left", found.value.Left, "")
		v.Fares = d.fares(l, found, maxFares)
	}
	return v, nil
}

// soon writes a moment that is mostly today's.
func (d *Desk) soon(l *i18n.Locale, t, now time.Time) string {
	t, now = t.In(d.Publication.Zone), now.In(d.Publication.Zone)
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return l.Clock(t)
	}
	return d.moment(l, t)
}

// percent is how much of an edition is accepted, rounded down.
func percent(e *digest.Edition) int { return 100 * e.Sent / max(e.Planned, 1) }

// said is what is read aloud of it, which changes ten times.
func said(l *i18n.Locale, e *digest.Edition) string {
	return l.Message("desk.sending.said", "percent", l.Number(percent(e)/10*10))
}

// paceWords says how far an edition is, how fast it goes, and for how long.
func paceWords(l *i18n.Locale, p pulse) string {
	e := &p.edition
	parts := []string{l.Message("desk.sending.percent", "n", percent(e))}
	if e.State == digest.Sending && e.Open > e.Waiting {
		if !p.known {
			return parts[0] + " · " + l.Message("desk.sending.rate_soon")
		}
		parts = append(parts, l.Message("desk.sending.rate", "n", int(60*p.pace.Rate+.5)))
	}
	switch left := p.pace.Left; {
	case left <= 0:
	case left < time.Minute:
		parts = append(parts, l.Message("desk.sending.left_moment"))
	case left < 90*time.Minute:
		parts = append(parts, l.Message("desk.sending.left_minutes", "n", int((left+time.Minute-1)/time.Minute)))
	default:
		parts = append(parts, l.Message("desk.sending.left_hours", "n", int((left+time.Hour/2)/time.Hour)))
	}
	return strings.Join(parts, " · ")
}

// editionEvents tells a page how its edition goes, an event a second, until
// the edition is in another state than the page shows: then the page comes
// anew. The stream ends when the browser has gone, when this program ends, and
// after a while: then the browser asks again.
func (d *Desk) editionEvents(w http.ResponseWriter, r *http.Request, _ *editors.Visit) error {
	p, err := d.pulse(r.Context(), web.EditionID(r))
	if err != nil {
		return err
	}
	if !d.way.hearts.enter() {
		return web.Status(http.StatusServiceUnavailable)
	}
	defer d.way.hearts.leave()
	web.KeepPrivate(w.Header())
	w.Header().Set("Content-Type", web.EventStream)
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must not wait for more
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	line := http.NewResponseController(w)
	// The server's deadlines are for answers that end. Where none can be set
	// there is none.
	_ = line.SetReadDeadline(time.Time{})
	over, tick := time.NewTimer(longestWatch), time.NewTicker(beat)
	defer over.Stop()
	defer tick.Stop()
	l, state, step := d.Locale(), digest.State(r.URL.Query().Get("state")), percent(&p.edition)/10
	for {
		b, ended, err := d.event(r, l, p, state, &step)
		if err != nil {
			if r.Context().Err() == nil {
				d.Frame.Log.Error("watching an edition failed", "edition", p.edition.ID, "err", err)
			}
			return nil // the browser asks again
		}
		_ = line.SetWriteDeadline(time.Now().Add(beatPatient))
		if _, err := w.Write(b); err != nil || line.Flush() != nil || ended {
			return nil
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-d.Ending:
			return nil
		case <-over.C:
			return nil
		case <-tick.C:
		}
		next, err := d.pulse(r.Context(), p.edition.ID)
		if err != nil {
			if r.Context().Err() == nil {
				d.Frame.Log.Error("watching an edition failed", "edition", p.edition.ID, "err", err)
			}
			return nil
		}
		p = next
	}
}

// event writes how an edition goes. step is how many tenths of it were told
// aloud.
func (d *Desk) event(r *http.Request, l *i18n.Locale, p pulse, state digest.State, step *int) (b []byte, ended bool, err error) {
	e := &p.edition
	if e.State != state {
		return []byte("event: over\ndata: " + string(e.State) + "\n\n"), true, nil
	}
	part := &templates.ProgressPart{Page: templates.Page{Lang: l.Words}}
	if part.Progress, err = d.progress(r.Context(), l, p); err != nil {
		return nil, false, err
	}
	html, err := d.Templates.Page(part)
	if err != nil {
		return nil, false, err
	}
	var out bytes.Buffer
	for line := range bytes.Lines(html) {
		fmt.Fprintf(&out, "data: %s\n", bytes.TrimRight(line, "\r\n"))
	}
	out.WriteString("\n")
	if now := percent(e) / 10; now != *step {
		*step = now
		out.WriteString("event: said\ndata: " + strings.ReplaceAll(said(l, e), "\n", " ") + "\n\n")
	}
	return out.Bytes(), false, nil
}
