package desk

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// lastSends is how many past editions the desk's first page names.
const lastSends = 5

// nextSends shows what goes out next, and in a line each what went out last.
func (d *Desk) nextSends(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, now := d.Locale(), time.Now()
	v := &templates.DeskSendsPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.title")),
		Clock:     l.Message("desk.clock", "zone", d.Publication.Zone.String(), "time", l.Clock(now.In(d.Publication.Zone))),
		All:       "/desk/editions",
	}
	v.Failing, v.Waiting = d.sourceNotes(r, l)
	recent, err := d.Archive.Editions(r.Context(), "", lastSends)
	if err != nil {
		return err
	}
	for i := range recent {
		v.Editions = append(v.Editions, pastSend(l, &recent[i]))
	}
	coming := digest.Soonest(d.Newsletters, now)
	outlooks := d.outlooks(r.Context(), coming)
	for i, n := range coming {
		send, err := d.nextSend(r, visit, l, n, outlooks[i], now)
		if err != nil {
			return err
		}
		v.Sends = append(v.Sends, send)
	}
	return d.Private(w, r, http.StatusOK, v)
}

// sourceNotes says how many sources fail, and how much they hold back until an
// editor decides.
func (d *Desk) sourceNotes(r *http.Request, l *i18n.Locale) (failing, waiting string) {
	if n := d.failing(r.Context()); n > 0 {
		failing = l.Message("desk.sends.failing", "n", n)
	}
	found, _, err := d.ready().sources.get(r.Context(), "")
	held := 0
	for _, src := range found.value {
		held += len(src.Held)
	}
	if held > 0 && err == nil {
		waiting = l.Message("desk.sends.waiting", "n", held)
	}
	return failing, waiting
}

// A seen is what is known of an outlook.
type seen struct {
	finding[*Outlook]
	ok  bool
	err error
}

// outlooks returns the latest outlook of each newsletter. They are waited for
// together.
func (d *Desk) outlooks(ctx context.Context, newsletters []*digest.Newsletter) []seen {
	all := make([]seen, len(newsletters))
	var waiting sync.WaitGroup
	for i, n := range newsletters {
		waiting.Go(func() { all[i].finding, all[i].ok, all[i].err = d.outlook(ctx, n.Name) })
	}
	waiting.Wait()
	return all
}

// nextSend says what would go out of a newsletter now, when it does, and why
// not, if it will not.
func (d *Desk) nextSend(r *http.Request, visit *editors.Visit, l *i18n.Locale, n *digest.Newsletter, found seen, now time.Time) (templates.NextSend, error) {
	at := "/desk/newsletters/" + n.Name
	v := templates.NextSend{Name: n.Name, Title: n.Title, Goes: goes(l, n, now), Edit: at}
	if found.err != nil {
		return v, found.err
	}
	draft, err := d.Sends.Drafts.Draft(r.Context(), n.Name)
	if err != nil {
		return v, err
	}
	if !draft.Empty() {
		v.Changed = l.Message("desk.sends.changed", "editor", draft.By, "time", d.moment(l, draft.At))
	}
	if v.State, err = d.sendState(r, l, n, draft, found.value, now); err != nil {
		return v, err
	}
	if !found.ok {
		v.Counted, v.Counting = l.Message("desk.sends.counting"), true
		return v, nil
	}
	o := found.value
	v.Counted = l.Message("desk.sends.counted", "time", l.Clock(found.at.In(d.Publication.Zone)))
	v.Span = d.span(l, n, o)
	if o.Planned > 0 {
		v.To, v.Versions = l.Message("desk.readers", "n", o.Planned), l.Message("desk.versions", "n", len(o.Versions))
		v.Contains = contains(l, o.Plan)
		if o.None > 0 {
			v.Without = l.Message("desk.without", "n", o.None)
		}
	}
	if o.Letter != nil {
		v.Subject, v.Size = o.Letter.Subject, sizeOf(l, o)
		if visit.Editor.Role.May(editors.RoleEditor) {
			v.Test, v.Send = at+"/test", at+"/send"
			v.Tester = visit.Editor.Email
		}
	}
	return v, nil
}

// sizeOf says how large a letter is, of how much it may be.
func sizeOf(l *i18n.Locale, o *Outlook) string {
	return l.Message("desk.sends.size", "size", inKB(o.findings.html), "most", inKB(templates.Budget))
}

// span says when a newsletter in its readers' zones comes to the first and to
// the last of them, by the publication's clock.
func (d *Desk) span(l *i18n.Locale, n *digest.Newsletter, o *Outlook) string {
	if !n.ReaderZone || o.First.IsZero() || o.First.Equal(o.Last) {
		return ""
	}
	return l.Message("desk.sends.span", "first", d.moment(l, o.First), "last", d.moment(l, o.Last))
}

// sendState says where a newsletter's next edition stands and, if it will not go
// out as it is, why not. o is nil while nothing is known.
func (d *Desk) sendState(r *http.Request, l *i18n.Locale, n *digest.Newsletter, draft *digest.Draft, o *Outlook, now time.Time) (templates.SendState, error) {
	say := func(tag, tone, why string, pairs ...any) templates.SendState {
		st := templates.SendState{Tag: l.Message("desk.sends.state_" + tag), Tone: tone}
		if why != "" {
			st.Why = l.Message("desk.sends."+why, pairs...)
		}
		return st
	}
	held, err := d.Holding(r.Context(), n.Name)
	switch {
	case err != nil:
		return templates.SendState{}, err
	case held != nil && held.State == digest.InReview:
		st := say("review", "warn", "why_review", "until", d.moment(l, held.Slot))
		st.Link = templates.Link{Label: l.Message("desk.sends.look"), URL: "/desk/newsletters/" + n.Name}
		return st, nil
	case held != nil:
		st := say("paused", "warn", "why_paused", "edition", held.ID)
		st.Link = templates.Link{Label: held.ID, URL: "/desk/editions/" + held.ID}
		return st, nil
	case draft.Approved != "":
		return say("approved", "ok", "why_approved"), nil
	case o == nil:
		return say("schedule", "", ""), nil
	case o.Planned == 0 && o.None == 0:
		return say("nobody", "warn", "why_nobody"), nil
	case o.Planned == 0 && len(draft.Out) > 0:
		return say("nothing", "warn", "why_left_out"), nil
	case o.Planned == 0:
		return say("nothing", "warn", "why_nothing"), nil
	}
	going, err := d.going(r.Context(), n.Name, now)
	switch {
	case err != nil:
		return templates.SendState{}, err
	case going != nil:
		st := say("sending", "", "why_sending", "edition", going.ID)
		st.Link = templates.Link{Label: going.ID, URL: atDesk(going.ID)}
		return st, nil
	case n.Review:
		return say("schedule", "", "why_will_wait"), nil
	}
	return say("schedule", "ok", ""), nil
}

// going returns the last edition of a newsletter if it is on its way: whoever
// waits for it is counted among those of the next one, too.
func (d *Desk) going(ctx context.Context, newsletter string, now time.Time) (*digest.Edition, error) {
	last, err := d.Archive.Editions(ctx, newsletter, 1)
	if err != nil || len(last) == 0 || last[0].State != digest.Sending || last[0].Open == 0 || waits(&last[0], now) {
		return nil, err
	}
	return &last[0], nil
}

// waits reports whether an edition is approved and its hour has not come.
func waits(e *digest.Edition, now time.Time) bool {
	return e.State == digest.Sending && !e.Approved.IsZero() && e.Planned == 0 && e.Slot.After(now)
}

// stateOf is where an edition stands, in a word or two.
func stateOf(l *i18n.Locale, e *digest.Edition, now time.Time) string {
	if waits(e, now) {
		return l.Message("desk.sends.state_approved")
	}
	return l.Message("desk.state_" + string(e.State))
}

// goes says when a newsletter goes out next.
func goes(l *i18n.Locale, n *digest.Newsletter, now time.Time) string {
	slot := n.Next(now)
	if slot.IsZero() {
		return l.Message("desk.instant")
	}
	if n.ReaderZone { // the slot is the moment at which the first zone on Earth has reached it
		return l.Message("desk.reader_zone", "time", l.FullDay(slot)+", "+l.Clock(slot))
	}
	return l.FullDay(slot) + ", " + l.Time(slot)
}

// contains counts what all versions hold together.
func contains(l *i18n.Locale, plan *digest.Plan) []string {
	count := map[content.Kind]int{}
	for _, it := range plan.Items {
		count[it.Kind]++
	}
	var parts []string
	for _, k := range []struct {
		kind content.Kind
		key  string
	}{{content.KindArticle, "letter.articles"}, {content.KindReminder, "desk.reminders"}, {content.KindNotice, "desk.notices"}} {
		if n := count[k.kind]; n > 0 {
			parts = append(parts, l.Message(k.key, "n", n))
		}
	}
	return parts
}

// pastSend says in a line how an edition went.
func pastSend(l *i18n.Locale, e *digest.Edition) templates.PastSend {
	v := templates.PastSend{ID: e.ID, URL: "/desk/editions/" + e.ID, Reason: e.Reason, State: stateOf(l, e, time.Now())}
	if e.State.Holding() || e.State == digest.Missed {
		v.Tone = "warn"
	}
	var parts []string
	part := func(key string, n int) {
		if n > 0 {
			parts = append(parts, l.Message("desk.sends."+key, "n", n))
		}
	}
	if e.Planned > 0 {
		parts = append(parts, l.Message("desk.sends.sent", "sent", l.Number(e.Sent), "n", e.Planned))
	}
	part("failed", e.Failed)
	part("skipped", e.Skipped)
	part("open", e.Open)
	v.Line = strings.Join(parts, " · ")
	return v
}

// moment writes a day and time in the publication's zone.
func (d *Desk) moment(l *i18n.Locale, t time.Time) string {
	t = t.In(d.Publication.Zone)
	return l.Day(t) + ", " + l.Time(t)
}

// named is how an editor is addressed.
func named(e editors.Editor) string {
	if e.Name != "" {
		return e.Name
	}
	return e.Email
}
