package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// articlesPerPage is how many articles a page of the desk lists.
const articlesPerPage = 50

// articleStates are what the list may be narrowed to, and flags besides.
var articleStates = []struct {
	name  string
	state content.State
	flag  string
}{
	{"public", content.Public, ""}, {"held", content.Held, ""}, {"settling", content.Settling, ""},
	{"scheduled", content.Scheduled, ""}, {"withdrawn", content.Withdrawn, ""}, {"quiet", "", "quiet"}, {"pinned", "", "pinned"},
}

// articles lists the articles of every state.
func (d *Desk) articles(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, q := d.Locale(), r.URL.Query()
	words := q.Get("q")
	if len(words) > 200 {
		words = strings.ToValidUTF8(words[:200], "")
	}
	f := content.ArticleFilter{Search: words, Limit: articlesPerPage}
	v := &templates.DeskArticlesPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.frame.articles")), Words: words,
		States: []templates.Option{{Label: l.Message("desk.articles.all")}},
	}
	for _, st := range articleStates {
		chosen := q.Get("state") == st.name
		if chosen {
			f.State, f.Flag = st.state, st.flag
		}
		v.States = append(v.States, templates.Option{Value: st.name, Label: l.Message("desk.articles." + st.name), Chosen: chosen})
	}
	page := 1
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 && n < 1_000_000 {
		page = n
	}
	f.Offset = (page - 1) * articlesPerPage
	rows, total, err := d.Content.Store.ArticleRows(r.Context(), f)
	if err != nil {
		return err
	}
	at := func(n int) string {
		to := url.Values{}
		for _, name := range []string{"q", "state"} {
			if value := q.Get(name); value != "" {
				to.Set(name, value)
			}
		}
		if n > 1 {
			to.Set("page", strconv.Itoa(n))
		}
		if len(to) == 0 {
			return "/desk/articles"
		}
		return "/desk/articles?" + to.Encode()
	}
	if page > 1 {
		v.Pages.Newer = at(page - 1)
	}
	if f.Offset+len(rows) < total {
		v.Pages.Older = at(page + 1)
	}
	v.Sum = l.Message("desk.articles.intro", "n", total)
	v.Bare = total == 0 && words == "" && f.State == "" && f.Flag == ""
	for i := range rows {
		row := &rows[i]
		line := templates.DeskArticleLine{Title: row.Title, URL: "/desk/articles/" + url.PathEscape(row.ID), Source: row.Source, Published: d.dayOf(l, row.Published, row.DateOnly)}
		line.State, line.Tone, line.Marks = articleState(l, row)
		if row.Released > 0 {
			line.Number = l.Number(int(row.Released))
		}
		v.Articles = append(v.Articles, line)
	}
	return d.Private(w, r, http.StatusOK, v)
}

// dayOf writes the day of an article's date, which is to be read in UTC if that
// is all the source gave.
func (d *Desk) dayOf(l *i18n.Locale, t time.Time, dateOnly bool) string {
	switch {
	case t.IsZero():
		return ""
	case dateOnly:
		return l.Day(t.UTC())
	}
	return l.Day(t.In(d.Publication.Zone))
}

func articleState(l *i18n.Locale, row *content.ArticleRow) (state, tone string, marks []string) {
	tone = map[content.State]string{content.Public: "ok", content.Held: "warn", content.Withdrawn: "bad"}[row.State]
	if row.Pinned {
		marks = append(marks, l.Message("desk.articles.pinned"))
	}
	if row.NotInLetters {
		marks = append(marks, l.Message("desk.articles.quiet"))
	}
	return l.Message("desk.articles." + string(row.State)), tone, marks
}
