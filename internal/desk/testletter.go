package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// testPatience is how long a test may be on its way while its editor waits.
const testPatience = 20 * time.Second

// test sends the next edition as it is to the editor who asks, marked and not
// counted. An editor who reads the newsletter is sent their own letter.
func (d *Desk) test(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	n, form, err := d.formFor(w, r)
	if err != nil {
		return err
	}
	back := "/desk/newsletters/" + n.Name
	switch form.Get("from") {
	case "sends":
		back = "/desk"
	case "send":
		back += "/send"
	}
	revision, err := d.sendTest(r.Context(), visit, n)
	var refused *mailer.Error
	switch {
	case errors.Is(err, digest.ErrNothing):
		return seeOther(w, r, back+"?wrong=sends_test_nothing")
	case errors.As(err, &refused), errors.Is(err, context.DeadlineExceeded):
		d.Frame.Log.Warn("a test letter was not sent", "newsletter", n.Name, "err", err)
		return seeOther(w, r, back+"?wrong=sends_test_refused")
	case err != nil:
		return err
	}
	now := time.Now()
	if err := d.Sends.Drafts.DraftTested(r.Context(), n.Name, revision, now); err != nil {
		return err
	}
	if err := d.Sends.SetSetting(r.Context(), testedSetting(n.Name), now.UTC().Format(time.RFC3339Nano)); err != nil {
		return err
	}
	if err := d.did(r, visit, "sent a test", n.Name, "to "+visit.Editor.Email); err != nil {
		return err
	}
	return seeOther(w, r, back+"?done=sends_tested")
}

// sendTest sends the test and returns the revision of the draft that it shows.
func (d *Desk) sendTest(ctx context.Context, visit *editors.Visit, n *digest.Newsletter) (revision int64, err error) {
	draft, err := d.Sends.Drafts.Draft(ctx, n.Name)
	if err != nil {
		return 0, err
	}
	reader, err := d.Sends.ReaderOf(ctx, visit.Editor.Email)
	if errors.Is(err, subscribers.ErrNotFound) {
		reader, err = nil, nil
	}
	if err != nil {
		return 0, err
	}
	now := time.Now()
	plan, err := d.planFor(ctx, n, reader, draft.Revision)
	if err != nil {
		return 0, err
	}
	if len(plan.Versions) == 0 {
		return 0, digest.ErrNothing
	}
	to := mailer.Address{Name: visit.Editor.Name, Email: visit.Editor.Email}
	if reader == nil {
		reader = &subscribers.Subscriber{Name: to.Name, Email: to.Email}
	}
	m, err := d.Sends.Press.Preview(ctx, plan, &plan.Versions[0].Version, reader, now)
	if err != nil {
		return 0, err
	}
	m.To, m.Subject = to, d.Locale().Message("letter.subject_test", "subject", m.Subject)
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	return plan.Draft.Revision, d.Sends.Deliver(ctx, m)
}

// planFor is the plan for a reader or, if that holds no letter, for everybody.
func (d *Desk) planFor(ctx context.Context, n *digest.Newsletter, reader *subscribers.Subscriber, revision int64) (*digest.Plan, error) {
	if reader != nil {
		found, ok, err := d.ready().plans.get(ctx, outlookKey(n.Name, reader.ID, revision))
		if err != nil {
			return nil, err
		}
		if ok && len(found.value.Versions) > 0 {
			return found.value.Plan, nil
		}
	}
	if found, ok, err := d.ready().plans.get(ctx, n.Name); err == nil && ok && found.value.Draft.Revision == revision {
		return found.value.Plan, nil
	}
	return d.Sends.Publisher.Plan(ctx, n.Name, 0, time.Now())
}

// testedSetting is under which the moment of a newsletter's last test is kept:
// a draft without changes has no place for it.
func testedSetting(newsletter string) string { return "tested " + newsletter }

// lastTest says whether the last test shows the next edition as it is edited.
func (d *Desk) lastTest(r *http.Request, l *i18n.Locale, n *digest.Newsletter, draft *digest.Draft) (text, tone string, err error) {
	if !draft.Tested.IsZero() {
		return l.Message("desk.next.tested", "time", d.moment(l, draft.Tested)), "ok", nil
	}
	kept, err := d.Sends.Setting(r.Context(), testedSetting(n.Name))
	if err != nil {
		return "", "", err
	}
	at, err := time.Parse(time.RFC3339Nano, kept)
	if err != nil { // there was none
		return l.Message("desk.next.not_tested"), "warn", nil
	}
	since := draft.At
	recent, err := d.Archive.Editions(r.Context(), n.Name, 2)
	if err != nil {
		return "", "", err
	}
	// The one that waits for its hour is what was tested.
	recent = slices.DeleteFunc(recent, func(e digest.Edition) bool { return e.ID == draft.Approved })
	if len(recent) > 0 && recent[0].Published.After(since) {
		since = recent[0].Published
	}
	switch {
	case draft.Empty() && at.After(since):
		return l.Message("desk.next.tested", "time", d.moment(l, at)), "ok", nil
	case len(recent) > 0 && recent[0].Published.After(at):
		return l.Message("desk.next.not_tested"), "warn", nil
	}
	return l.Message("desk.next.test_is_old", "time", d.moment(l, at)), "warn", nil
}
