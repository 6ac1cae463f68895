package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// The most characters of an editor's words, and the most releases that one
// edition has a word about.
const (
	longestSubject = 200
	longestIntro   = 5000
	mostChanges    = 500
)

// An edit is what an editor sent of an edition.
type edit struct {
	revision                  int64
	subject, preheader, intro string
	do                        string
	n                         int64
	shown                     [][]int64
	find                      string
}

// readEdit reads the form of an edition's page; ok is false for what no button
// of ours sends.
func readEdit(form url.Values) (e edit, ok bool) {
	e = edit{
		subject: web.OneLine(form.Get("subject"), 2*longestSubject), preheader: web.OneLine(form.Get("preheader"), 2*longestSubject),
		intro: strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(form.Get("intro"), ""), "\r\n", "\n")),
		find:  web.OneLine(form.Get("find"), 100),
	}
	var err error
	if e.revision, err = strconv.ParseInt(form.Get("revision"), 10, 64); err != nil || e.revision < 0 {
		return e, false
	}
	var number string
	e.do, number, _ = strings.Cut(form.Get("do"), " ")
	switch e.do {
	case "", "save", "find":
		return e, true
	case moveUp, moveDown, makeLead, leaveOut, keepIt, putBack, putIn, takeAway:
	default:
		return e, false
	}
	if e.n, err = strconv.ParseInt(number, 10, 64); err != nil || e.n < 1 {
		return e, false
	}
	for _, kind := range []content.Kind{content.KindNotice, content.KindReminder, content.KindArticle} {
		var list []int64
		for _, v := range form["shown-"+string(kind)] {
			if n, err := strconv.ParseInt(v, 10, 64); err == nil && n > 0 && !slices.Contains(list, n) && len(list) < mostChanges {
				list = append(list, n)
			}
		}
		e.shown = append(e.shown, list)
	}
	return e, true
}

// apply returns what an edit makes of changes.
func (e *edit) apply(c digest.Changes, by string) digest.Changes {
	c.Subject, c.Preheader, c.Intro = e.subject, e.preheader, e.intro
	if e.n == 0 {
		return c
	}
	return changed(c, e.do, e.n, e.shown, by)
}

// alike reports whether changes come to the same.
func alike(a, b digest.Changes) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// editEdition saves what an editor changed of the next edition.
func (d *Desk) editEdition(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	n, form, err := d.formFor(w, r)
	if err != nil {
		return err
	}
	e, ok := readEdit(form)
	if !ok {
		return web.Status(http.StatusBadRequest)
	}
	draft, err := d.Sends.Drafts.Draft(r.Context(), n.Name)
	if err != nil {
		return err
	}
	by := named(visit.Editor)
	next := *draft
	next.Changes, next.By = e.apply(draft.Changes, by), by
	switch wrong, err := d.wrongEdit(r, &e, next.Changes); {
	case err != nil:
		return err
	case wrong != nil:
		return d.editComesBack(w, r, visit, n, &e, http.StatusUnprocessableEntity, wrong)
	}
	at := "/desk/newsletters/" + n.Name
	done := "?done=sends_saved"
	if !alike(draft.Changes, next.Changes) {
		next.Revision = e.revision // of what the editor saw, not of what is there by now
		if e.revision != draft.Revision {
			err = digest.ErrChanged
		} else {
			_, err = d.Sends.Drafts.SaveDraft(r.Context(), next, time.Now())
		}
		if errors.Is(err, digest.ErrChanged) {
			return d.editComesBack(w, r, visit, n, &e, http.StatusConflict, nil)
		}
		if err != nil {
			return err
		}
		d.ready().plans.changed(n.Name)
		if err := d.did(r, visit, "changed the next edition", n.Name, e.detail()); err != nil {
			return err
		}
		if draft.Approved != "" {
			done = "?done=sends_taken_back"
		}
	}
	switch {
	case e.do == "find":
		return seeOther(w, r, at+"?find="+url.QueryEscape(e.find)+"#put-in")
	case e.n != 0:
		return seeOther(w, r, at+done+"#contents")
	case e.find != "" && alike(draft.Changes, next.Changes): // the Enter key, in the field that searches, saves
		return seeOther(w, r, at+done+"&find="+url.QueryEscape(e.find)+"#put-in")
	case e.find != "":
		return seeOther(w, r, at+done+"&find="+url.QueryEscape(e.find))
	}
	return seeOther(w, r, at+done)
}

// detail says for the log what an edit did.
func (e *edit) detail() string {
	if e.n == 0 {
		return "subject, preheader or intro"
	}
	did := map[string]string{
		moveUp: "moved up", moveDown: "moved down", makeLead: "made the lead", leaveOut: "left out", keepIt: "kept for next time",
		putBack: "put back", putIn: "put in", takeAway: "taken away again",
	}
	return "release " + strconv.FormatInt(e.n, 10) + " " + did[e.do]
}

// wrongEdit says what is wrong with an edit, by field; nil if nothing is.
func (d *Desk) wrongEdit(r *http.Request, e *edit, c digest.Changes) (map[string]string, error) {
	l := d.Locale()
	wrong := map[string]string{}
	for _, f := range []struct {
		name, text string
		most       int
	}{{"subject", e.subject, longestSubject}, {"preheader", e.preheader, longestSubject}, {"intro", e.intro, longestIntro}} {
		if utf8.RuneCountInString(f.text) > f.most {
			wrong[f.name] = l.Message("desk.next.too_long", "n", f.most)
		}
	}
	if len(c.Out)+len(c.In) > mostChanges {
		return nil, web.Status(http.StatusBadRequest)
	}
	if e.do == putIn {
		found, err := d.Archive.EntriesByNumber(r.Context(), []int64{e.n})
		if err != nil {
			return nil, err
		}
		if len(found) == 0 || found[0].Kind != content.KindArticle {
			return nil, web.NotFound
		}
	}
	if len(wrong) == 0 {
		return nil, nil
	}
	return wrong, nil
}

// editComesBack shows the page again with what could not be saved: where the
// fields are at fault, in them; where somebody else was quicker, beside what is
// there now.
func (d *Desk) editComesBack(w http.ResponseWriter, r *http.Request, visit *editors.Visit, n *digest.Newsletter, e *edit, code int, wrong map[string]string) error {
	v, err := d.nextPage(r, visit, n, glance{version: 1})
	if err != nil {
		return err
	}
	l := d.Locale()
	if wrong != nil {
		v.Title = l.Message("desk.next.error", "title", v.Title)
		v.Subject.Value, v.Preheader.Value, v.Intro.Value = e.subject, e.preheader, e.intro
		v.Subject.Error, v.Preheader.Error, v.Intro.Error = wrong["subject"], wrong["preheader"], wrong["intro"]
		return d.Private(w, r, code, v)
	}
	draft, err := d.Sends.Drafts.Draft(r.Context(), n.Name)
	if err != nil {
		return err
	}
	v.Conflict = d.conflict(l, draft)
	for _, f := range [][3]string{
		{"subject", e.subject, draft.Subject}, {"preheader", e.preheader, draft.Preheader}, {"intro", e.intro, draft.Intro},
	} {
		if f[1] != "" && f[1] != f[2] {
			v.Lost = append(v.Lost, templates.NextFact{Label: l.Message("desk.next." + f[0]), Text: f[1]})
		}
	}
	return d.Private(w, r, code, v)
}

// conflict says who was quicker.
func (d *Desk) conflict(l *i18n.Locale, draft *digest.Draft) string {
	if draft.By == "" { // an edition has taken what there was
		return l.Message("desk.next.conflict_gone")
	}
	return l.Message("desk.next.conflict", "editor", draft.By, "time", d.moment(l, draft.At))
}

// approve lets an edition that waits for an editor go at its slot, as it is.
func (d *Desk) approve(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	n, form, err := d.formFor(w, r)
	if err != nil {
		return err
	}
	draft, err := d.Sends.Drafts.Draft(r.Context(), n.Name)
	if err != nil {
		return err
	}
	edition, at := form.Get("edition"), "/desk/newsletters/"+n.Name
	switch {
	case digest.NewsletterOf(edition) != n.Name:
		return web.Status(http.StatusBadRequest)
	case draft.Approved == edition:
		return seeOther(w, r, at+"?done=sends_approved") // pressed twice
	case form.Get("revision") != strconv.FormatInt(draft.Revision, 10):
		return seeOther(w, r, at+"?wrong=sends_approve_changed")
	}
	var held *digest.HeldError
	switch err := d.Sends.Publisher.Approve(r.Context(), edition, time.Now()); {
	case errors.As(err, &held): // by another
		return seeOther(w, r, at+"?wrong=sends_approve_held")
	case errors.Is(err, digest.ErrState):
		now, err := d.Sends.Drafts.Draft(r.Context(), n.Name)
		if err == nil && now.Approved == edition { // two pressed at once
			return seeOther(w, r, at+"?done=sends_approved")
		}
		return seeOther(w, r, at+"?wrong=sends_approve_state")
	case err != nil:
		return err
	}
	d.Published(n.Name)
	if err := d.did(r, visit, "approved", edition, ""); err != nil {
		return err
	}
	return seeOther(w, r, at+"?done=sends_approved")
}
