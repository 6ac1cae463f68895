package desk

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// article shows one article: what it says, and what became of it.
func (d *Desk) article(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l := d.Locale()
	a, err := d.Content.Store.ArticleFile(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	v := &templates.DeskArticlePage{
		DeskFrame: d.frame(r, visit, a.Title), Name: a.Title, Standfirst: a.Standfirst,
		Body: template.HTML(a.Body), // its source has sanitised it
		Seen: strconv.FormatInt(a.Row.Released, 10),
	}
	if a.Lang != "" && a.Lang != d.Publication.Language {
		v.TextLang, v.TextDir = a.Lang, "auto"
	}
	v.Done = d.acted(r, "articles")
	v.State, v.Tone, v.Marks = articleState(l, &a.Row)
	fact := func(key, value, dir string) {
		if value != "" {
			v.Facts = append(v.Facts, templates.DeskFact{Label: l.Message(key), Value: value, Dir: dir})
		}
	}
	fact("desk.articles.because", a.Row.Reason, "")
	fact("desk.articles.source", a.Row.Source, "ltr")
	fact("desk.articles.published", d.dayOf(l, a.Published, a.DateOnly), "")
	if a.Row.State == content.Scheduled && !a.Row.Due.IsZero() {
		fact("desk.articles.due", d.moment(l, a.Row.Due), "")
	}
	if a.Row.State == content.Settling && !a.Row.Since.IsZero() {
		fact("desk.articles.since", d.moment(l, a.Row.Since), "")
	}
	var authors []string
	for _, by := range a.Authors {
		authors = append(authors, by.Name)
	}
	fact("feeds.authors", l.Join(authors), "")
	fact("site.topics", l.Join(a.Topics), "")
	if u, err := url.Parse(a.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		v.Links = append(v.Links, templates.Link{Label: l.Message("desk.articles.address"), URL: a.URL})
	}
	if a.Row.State == content.Public {
		v.Links = append(v.Links, templates.Link{Label: l.Message("desk.articles.public_page"), URL: "/articles/" + url.PathEscape(a.Slug)})
	}
	for _, of := range slices.Backward(a.Releases) {
		v.Numbers = append(v.Numbers, d.numberOf(l, of))
	}
	if visit.Editor.Role.May(editors.RoleEditor) {
		v.Action = "/desk/articles/" + url.PathEscape(a.ID)
		v.Acts = articleActs(l, &a.Row)
	}
	return d.Private(w, r, http.StatusOK, v)
}

func (d *Desk) numberOf(l *i18n.Locale, of content.ReleaseOf) templates.DeskNumber {
	n := templates.DeskNumber{Number: l.Number(int(of.N)), Time: d.moment(l, of.At), Baseline: of.Baseline}
	for _, g := range slices.Backward(of.Given) {
		n.Given = append(n.Given, templates.DeskGivenBy{
			Edition: g.Edition, URL: "/desk/editions/" + g.Edition, Readers: l.Message("desk.articles.given", "n", g.Readers),
		})
	}
	if of.More > 0 {
		n.More = l.Message("desk.articles.more", "n", of.More)
	}
	return n
}

// What an editor may do about an article.
const (
	doAgain    = "again"
	doWithdraw = "withdraw"
	doBack     = "back"
	doPin      = "pin"
	doUnpin    = "unpin"
	doQuiet    = "quiet"
	doLoud     = "loud"
)

// articleActs are what may be done about an article as it is.
func articleActs(l *i18n.Locale, row *content.ArticleRow) []templates.DeskAct {
	act := func(do, label, text string, stop bool) templates.DeskAct {
		a := templates.DeskAct{Do: do, Label: l.Message("desk.articles." + label), Stop: stop}
		if text != "" {
			a.Text = l.Message("desk.articles." + text)
		}
		return a
	}
	pin := act(doPin, "pin", "pin_text", false)
	if row.Pinned {
		pin = act(doUnpin, "unpin", "pin_text", false)
	}
	quiet := act(doQuiet, "leave", "leave_text", false)
	if row.NotInLetters {
		quiet = act(doLoud, "take", "leave_text", false)
	}
	switch {
	case row.State == content.Public:
		return []templates.DeskAct{act(doAgain, "again", "again_text", false), pin, quiet, act(doWithdraw, "withdraw", "withdraw_text", true)}
	case row.State == content.Withdrawn && row.Reason == content.ReasonEditor:
		return []templates.DeskAct{act(doBack, "back", "back_text", false)}
	case row.State == content.Withdrawn:
		return nil
	}
	return []templates.DeskAct{pin, quiet}
}

// actOnArticle does what an editor says about an article.
func (d *Desk) actOnArticle(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	id, now, c := r.PathValue("id"), time.Now(), d.Content
	detail, did, what := "", "", ""
	switch ctx := r.Context(); form.Get("do") {
	case doAgain:
		seen, bad := strconv.ParseInt(form.Get("seen"), 10, 64)
		if bad != nil {
			return web.Status(http.StatusBadRequest)
		}
		var made content.Release
		made, err = c.Store.ReleaseAfter(ctx, id, seen, now)
		did, what, detail = "again", "released again", "number "+strconv.FormatInt(made.N, 10)
	case doWithdraw:
		err = c.Store.Withdraw(ctx, id, now)
		did, what = "withdrawn", "withdrew an article"
	case doBack:
		err = c.Store.BringBack(ctx, id, now)
		did, what = "back", "brought an article back"
	case doPin, doUnpin:
		err = c.Store.Pin(ctx, id, form.Get("do") == doPin)
		did, what = form.Get("do")+"ned", form.Get("do")+"ned an article"
	case doQuiet:
		err = c.Store.SetNotInLetters(ctx, id, true)
		did, what = "quiet", "kept an article out of letters"
	case doLoud:
		err = c.Store.SetNotInLetters(ctx, id, false)
		did, what = "loud", "let an article into letters"
	default:
		return web.Status(http.StatusBadRequest)
	}
	page := "/desk/articles/" + url.PathEscape(id)
	if stale(err) {
		return lead(w, r, page, "changed")
	}
	if err != nil {
		return err
	}
	c.changed()
	if err := d.did(r, visit, what, "article "+id, detail); err != nil {
		return err
	}
	return lead(w, r, page, did)
}
