package desk

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

// given writes the letter that a path speaks of once more.
func (d *Desk) given(r *http.Request) (*digest.Edition, *mailer.Message, error) {
	e, err := d.Archive.Edition(r.Context(), web.EditionID(r))
	if err != nil {
		return nil, nil, err
	}
	version := number(r.PathValue("version"))
	if version == 0 || d.Given == nil {
		return nil, nil, web.NotFound
	}
	m, err := d.Given.Given(r.Context(), e, version)
	if errors.Is(err, mailer.ErrWords) { // its newsletter is no more
		return nil, nil, web.NotFound
	}
	return e, m, err
}

// givenPage shows a version of a letter as its readers have it, as HTML in a
// frame or as text.
func (d *Desk) givenPage(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	e, m, err := d.given(r)
	if err != nil {
		return err
	}
	l, version, asText := d.Locale(), r.PathValue("version"), r.PathValue("form") == "text"
	at := atDesk(e.ID) + "/letter/" + version
	title := l.Message("desk.results.letter_title", "n", version, "edition", e.ID)
	v := &templates.GivenPage{
		DeskFrame: d.frame(r, visit, title), Heading: title, Back: templates.Link{Label: e.ID, URL: atDesk(e.ID)},
		Subject: m.Subject, Note: l.Message("desk.results.letter_note"), File: at + "/eml",
		Tabs: []templates.Link{{Label: "HTML", URL: at, Current: !asText}, {Label: l.Message("desk.results.text"), URL: at + "/text", Current: asText}},
	}
	if asText {
		v.Text = web.Shown(m.Text)
	} else {
		v.Frame = at + "/body"
	}
	return d.Private(w, r, http.StatusOK, v)
}

// givenForm gives the letter in another form: as text, as HTML for the frame of
// its page, or as a file that mail programs open.
func (d *Desk) givenForm(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	switch r.PathValue("form") {
	case "text":
		return d.givenPage(w, r, visit)
	case "body", "eml":
	default:
		return web.NotFound
	}
	e, m, err := d.given(r)
	if err != nil {
		return err
	}
	if r.PathValue("form") == "body" {
		d.ShowLetter(w, r, m.HTML, false)
		return nil
	}
	web.KeepPrivate(w.Header())
	raw, err := mailer.Compose(m)
	if err != nil {
		return err
	}
	name := strings.NewReplacer("/", "-", ":", "-").Replace(e.ID) + "-" + strconv.Itoa(number(r.PathValue("version"))) + ".eml"
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	web.Write(w, r, http.StatusOK, "message/rfc822", raw)
	return nil
}

// number reads a small positive number of a path; 0 is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1<<30 {
		return 0
	}
	return n
}
