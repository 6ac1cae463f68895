package desk

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

// errNote says that an act wants a note.
var errNote = errors.New("an act wants a note")

// actForReader does for a reader what one of the page's buttons says, at their
// word. Pressed twice, it is done and told once.
func (d *Desk) actForReader(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	before, err := d.Readers.Account(r.Context(), id)
	if err != nil {
		return err
	}
	l := d.Locale()
	how := subscribers.Consent{Way: subscribers.ByDesk, Text: web.OneLine(form.Get("note"), longestNote)}
	if how.Text != "" {
		how.Language = l.Words
	}
	do, newsletter, _ := strings.Cut(form.Get("do"), ":")
	what, detail, err := d.forReader(r, before, do, newsletter, form, how)
	if errors.Is(err, errNote) {
		return d.showReader(w, r, visit, http.StatusUnprocessableEntity, how.Text, l.Message("desk.reader.note_needed"))
	}
	if err != nil {
		return err
	}
	after, err := d.Readers.Account(r.Context(), id)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(before, after) {
		if err := d.did(r, visit, what, "reader "+strconv.FormatInt(id, 10), detail); err != nil {
			return err
		}
	}
	return seeOther(w, r, readerPath(id, "?done=reader_"+do))
}

// forReader does one act, and says in the words of the log what it was.
func (d *Desk) forReader(r *http.Request, a *subscribers.Account, do, newsletter string, form url.Values, how subscribers.Consent) (what, detail string, err error) {
	ctx, now, id := r.Context(), time.Now(), a.Subscriber.ID
	switch do {
	case "pause":
		n, wrong := strconv.Atoi(form.Get("weeks"))
		if wrong != nil || n < 1 || n > web.MostWeeks {
			return "", "", web.Status(http.StatusBadRequest)
		}
		until := now.In(d.Publication.Zone).AddDate(0, 0, 7*n)
		until = time.Date(until.Year(), until.Month(), until.Day(), 0, 0, 0, 0, d.Publication.Zone) // the same whenever it is pressed today
		return "paused", "until " + until.Format(time.DateOnly), d.Readers.PauseUntil(ctx, id, until, how, now)
	case "resume":
		return "ended the break of", "", d.Readers.PauseUntil(ctx, id, time.Time{}, how, now)
	case "leave":
		return "unsubscribed", cmp.Or(newsletter, "from everything"), d.Readers.Leave(ctx, id, newsletter, how, now)
	case "return":
		if how.Text == "" {
			return "", "", errNote
		}
		if newsletter == "" {
			return "", "", web.Status(http.StatusBadRequest)
		}
		return "subscribed again", newsletter, d.Readers.Return(ctx, id, newsletter, how, now)
	case "link":
		return "had the link to their preferences sent to", "", d.Readers.AskPreferences(ctx, a.Subscriber.Email, "", now)
	case "save":
		form["newsletter"] = nil // stays as it is
		for _, n := range d.Newsletters {
			if a.Subscriber.Takes(n.Name, a.Subscriptions) {
				form.Add("newsletter", n.Name)
			}
		}
		return "changed the wishes of", "", d.Readers.SetProfile(ctx, id, d.wishes().Profile(&a.Subscriber, a.Subscriptions, form), how, now)
	}
	return "", "", web.Status(http.StatusBadRequest)
}

// giveReaderData gives an editor the file that readers get of themselves.
func (d *Desk) giveReaderData(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	b, err := d.AccountFile(r.Context(), d.Readers, id, time.Now())
	if err != nil {
		return err
	}
	number := strconv.FormatInt(id, 10)
	if err := d.did(r, visit, "downloaded the data of", "reader "+number, ""); err != nil {
		return err
	}
	web.KeepPrivate(w.Header())
	w.Header().Set("Content-Disposition", `attachment; filename="reader-`+number+`.json"`)
	web.Write(w, r, http.StatusOK, "application/json; charset=utf-8", b)
	return nil
}

// askToErase shows one button.
func (d *Desk) askToErase(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	reader, err := d.Readers.Subscriber(r.Context(), id)
	if err != nil {
		return err
	}
	number := strconv.FormatInt(id, 10)
	return d.Private(w, r, http.StatusOK, &templates.DeskErasePage{
		DeskFrame: d.frame(r, visit, d.Locale().Message("desk.reader.erase_title", "n", number)),
		Number:    number, Address: reader.Email, Action: readerPath(id, "/erase"), Back: readerPath(id, ""),
	})
}

// eraseReader forgets a reader, at their word.
func (d *Desk) eraseReader(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	id, err := readerID(r)
	if err != nil {
		return err
	}
	err = d.Readers.Erase(r.Context(), id, subscribers.Consent{Way: subscribers.ByDesk}, time.Now())
	if err != nil && !errors.Is(err, subscribers.ErrNotFound) { // pressed twice: it is done
		return err
	}
	if err == nil {
		if err := d.did(r, visit, "erased", "reader "+strconv.FormatInt(id, 10), ""); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/desk/readers?done=reader_erase")
}
