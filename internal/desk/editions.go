package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

// An EditionDesk is what editors do with editions that are out, and what they
// learn of them, as [digest.Editions] and [digest.Account] say.
type EditionDesk interface {
	Pause(ctx context.Context, id, reason string, now time.Time) error
	Resume(ctx context.Context, id string, now time.Time) error
	Cancel(ctx context.Context, id, reason string, now time.Time) error
	Results(ctx context.Context, edition string) (*digest.Results, error)
	Letters(ctx context.Context, edition string, each func(digest.Told) error) error
}

// A GivenPress writes letters that are out once more, as [digest.Press] does.
type GivenPress interface {
	Given(ctx context.Context, e *digest.Edition, version int) (*mailer.Message, error)
}

// atDesk is the page of an edition on the desk.
func atDesk(id string) string { return "/desk/editions/" + (&url.URL{Path: id}).EscapedPath() }

// mostLeaves bounds how far back the list of editions leads: each leaf reads
// all before it.
const mostLeaves = 500

// pastEditions lists all editions, newest first.
func (d *Desk) pastEditions(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	newsletter := web.Clipped(r.URL.Query().Get("newsletter"))
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		n = 1
	}
	n = min(n, mostLeaves)
	editions, err := d.Archive.Editions(r.Context(), newsletter, n*web.PerPage+1)
	if err != nil {
		return err
	}
	l := d.Locale()
	v := &templates.DeskEditionsPage{DeskFrame: d.frame(r, visit, l.Message("desk.past.title"))}
	address := func(newsletter string, n int) string {
		q := url.Values{}
		if newsletter != "" {
			q.Set("newsletter", newsletter)
		}
		if n > 1 {
			q.Set("page", strconv.Itoa(n))
		}
		return strings.TrimSuffix("/desk/editions?"+q.Encode(), "?")
	}
	if n > 1 {
		v.Pages.Newer = address(newsletter, n-1)
	}
	if len(editions) > n*web.PerPage {
		v.Pages.Older = address(newsletter, n+1)
	}
	for i := (n - 1) * web.PerPage; i < min(len(editions), n*web.PerPage); i++ {
		v.Editions = append(v.Editions, d.editionRow(l, &editions[i]))
	}
	if len(d.Newsletters) > 1 {
		v.Newsletters = append(v.Newsletters, templates.Link{Label: l.Message("desk.past.all"), URL: address("", 1), Current: newsletter == ""})
		for _, nl := range d.Newsletters {
			v.Newsletters = append(v.Newsletters, templates.Link{Label: nl.Title, URL: address(nl.Name, 1), Current: newsletter == nl.Name})
		}
	}
	return d.Private(w, r, http.StatusOK, v)
}

func (d *Desk) editionRow(l *i18n.Locale, e *digest.Edition) templates.EditionRow {
	at := e.Published
	if at.IsZero() {
		at = e.Slot
	}
	return templates.EditionRow{
		ID: e.ID, URL: atDesk(e.ID), When: d.moment(l, at), State: stateOf(l, e, time.Now()), Reason: e.Reason,
		Warn:    e.State.Holding() || e.State == digest.Missed,
		Planned: l.Number(e.Planned), Sent: l.Number(e.Sent), Failed: l.Number(e.Failed), Skipped: l.Number(e.Skipped), Open: l.Number(e.Open),
	}
}

// editionAtDesk shows an edition on its way, or what became of it.
func (d *Desk) editionAtDesk(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	p, err := d.pulse(r.Context(), web.EditionID(r))
	if err != nil {
		return err
	}
	if onItsWay(&p.edition) {
		return d.sending(w, r, visit, p)
	}
	return d.results(w, r, visit, &p.edition)
}

// onItsWay reports whether letters of an edition may still leave.
func onItsWay(e *digest.Edition) bool { return e.State == digest.Sending || e.State == digest.Paused }

// made says when an edition was published, and by whom.
func (d *Desk) made(l *i18n.Locale, e *digest.Edition) string {
	if e.Published.IsZero() {
		return ""
	}
	var by string
	switch e.By {
	case "schedule", "command":
		by = l.Message("desk.sending.by_" + e.By)
	default:
		by = l.Message("desk.sending.by_person", "who", strings.TrimPrefix(e.By, "editor "))
	}
	return l.Message("desk.sending.by", "time", d.moment(l, e.Published), "who", by)
}

// whyStopped says why an edition was paused, cancelled or missed, if anybody said so.
func whyStopped(l *i18n.Locale, e *digest.Edition) string {
	if e.Reason == "" {
		return ""
	}
	return l.Message("desk.sending.why", "reason", e.Reason)
}

func (d *Desk) pauseEdition(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	return d.turn(w, r, visit, "paused", digest.Paused, func(id string, now time.Time) error {
		return d.Editions.Pause(r.Context(), id, "", now)
	})
}

func (d *Desk) resumeEdition(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	return d.turn(w, r, visit, "resumed", digest.Sending, func(id string, now time.Time) error {
		return d.Editions.Resume(r.Context(), id, now)
	})
}

func (d *Desk) cancelEdition(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	return d.turn(w, r, visit, "cancelled", digest.Cancelled, func(id string, now time.Time) error {
		return d.Editions.Cancel(r.Context(), id, "", now)
	})
}

// turn changes the state of an edition and leads to its page. Where that is not
// possible the page shows how the edition stands; where it stands like that
// already, because somebody pressed twice, it just shows.
func (d *Desk) turn(w http.ResponseWriter, r *http.Request, visit *editors.Visit, what string, to digest.State, do func(id string, now time.Time) error) error {
	id := web.EditionID(r)
	err := do(id, time.Now())
	d.Changed(id)
	if errors.Is(err, digest.ErrState) {
		e, err := d.Archive.Edition(r.Context(), id)
		if err != nil {
			return err
		}
		if e.State != to {
			return seeOther(w, r, atDesk(id)+"?sorry")
		}
		return seeOther(w, r, atDesk(id))
	}
	if err != nil {
		return err
	}
	if err := d.did(r, visit, what, id, ""); err != nil {
		return err
	}
	return seeOther(w, r, atDesk(id)+"?done=edition_"+what)
}

// askToCancel says what cancelling the rest of an edition would mean.
func (d *Desk) askToCancel(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	e, err := d.Archive.Edition(r.Context(), web.EditionID(r))
	if err != nil {
		return err
	}
	if !onItsWay(e) && e.State != digest.InReview {
		return seeOther(w, r, atDesk(e.ID)+"?sorry")
	}
	l := d.Locale()
	title := l.Message("desk.sending.cancel_title", "edition", e.ID)
	v := &templates.CancelPage{
		DeskFrame: d.frame(r, visit, title), Heading: title, Lines: []string{l.Message("desk.sending.cancel_nobody")},
		Action: atDesk(e.ID) + "/cancel", Back: atDesk(e.ID),
	}
	if e.Sent > 0 {
		v.Lines[0] = l.Message("desk.sending.cancel_have", "n", e.Sent)
	}
	if e.Open > 0 {
		v.Lines = append(v.Lines, l.Message("desk.sending.cancel_rest", "n", e.Open))
	}
	if e.State == digest.Sending {
		if !e.Expanded {
			v.Lines = append(v.Lines, l.Message("desk.sending.cancel_growing"))
		}
		v.Lines = append(v.Lines, l.Message("desk.sending.cancel_hand"))
	}
	return d.Private(w, r, http.StatusOK, v)
}
