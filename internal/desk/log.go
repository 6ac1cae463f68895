package desk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

const (
	actsPerPage   = 50
	actsPerExport = 500 // that are read at once
)

// acts shows who did what and when, newest first.
func (d *Desk) acts(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, q := d.Locale(), actQuery(r.URL.Query())
	q.Limit = actsPerPage + 1 // one more tells whether there are more
	acts, err := d.Door.Store.Acts(r.Context(), q)
	if err != nil {
		return err
	}
	more := len(acts) > actsPerPage
	switch {
	case more && q.After > 0:
		acts = acts[1:]
	case more:
		acts = acts[:actsPerPage]
	}
	p := &templates.DeskLogPage{
		DeskFrame: d.frame(r, visit, l.Message("desk.log.title")),
		Subject:   r.URL.Query().Get("about"), Filtered: q.Who+q.Subject != "", Export: "/desk/log.jsonl" + filtered(q, ""),
	}
	if p.Whos, err = d.whos(r, l, q.Who); err != nil {
		return err
	}
	routes := d.Routes()
	for _, a := range acts {
		p.Acts = append(p.Acts, d.act(l, &a, routes))
	}
	if len(acts) > 0 {
		if more || q.After > 0 {
			p.Pages.Older = "/desk/log" + filtered(q, "before="+strconv.FormatInt(acts[len(acts)-1].N, 10))
		}
		if more && q.After > 0 || q.Before > 0 {
			p.Pages.Newer = "/desk/log" + filtered(q, "after="+strconv.FormatInt(acts[0].N, 10))
		}
	}
	return d.Private(w, r, http.StatusOK, p)
}

// actQuery reads what a page of the log is asked for. A reader's number alone
// is that reader.
func actQuery(v url.Values) editors.ActQuery {
	number := func(key string) int64 {
		n, err := strconv.ParseInt(v.Get(key), 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	q := editors.ActQuery{Who: web.Clipped(v.Get("who")), Subject: web.Clipped(v.Get("about")), Before: number("before"), After: number("after")}
	if n, err := strconv.ParseUint(q.Subject, 10, 63); err == nil {
		q.Subject = "reader " + strconv.FormatUint(n, 10)
	}
	if q.Before > 0 {
		q.After = 0
	}
	return q
}

// filtered is the query of an address with the same filter.
func filtered(q editors.ActQuery, more string) string {
	v := url.Values{}
	if q.Who != "" {
		v.Set("who", q.Who)
	}
	if q.Subject != "" {
		v.Set("about", q.Subject)
	}
	parts := slices.DeleteFunc([]string{v.Encode(), more}, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

// whos offers whose acts may be shown.
func (d *Desk) whos(r *http.Request, l *i18n.Locale, chosen string) ([]templates.Option, error) {
	all, err := d.Door.Store.Editors(r.Context())
	if err != nil {
		return nil, err
	}
	options := []templates.Option{{Label: l.Message("desk.log.everybody")}}
	for _, e := range all {
		options = append(options, templates.Option{Value: "editor " + e.Email, Label: named(e)})
	}
	for _, who := range []string{"command", "configuration", "schedule"} {
		options = append(options, templates.Option{Value: who, Label: whoWords(l, who)})
	}
	if !slices.ContainsFunc(options, func(o templates.Option) bool { return o.Value == chosen }) {
		options = append(options, templates.Option{Value: chosen, Label: whoWords(l, chosen)})
	}
	for i := range options {
		options[i].Chosen = options[i].Value == chosen
	}
	return options, nil
}

// whoWords says who acted: an editor's address, or what acts by itself.
func whoWords(l *i18n.Locale, who string) string {
	if email, ok := strings.CutPrefix(who, "editor "); ok {
		return email
	}
	if text, err := l.Format("desk.log.who." + slug(who)); err == nil {
		return text
	}
	return who
}

// slug is a few words as a part of a message's key.
func slug(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r
		case r == ' ' || r == '-':
			return '_'
		}
		return -1
	}, strings.ToLower(words))
}

// act is one line of the log. What has no words of its own is shown as it
// is kept.
func (d *Desk) act(l *i18n.Locale, a *editors.Act, routes map[string]web.Handler) templates.Act {
	v := templates.Act{
		At: a.At.UTC().Format(time.RFC3339), When: d.moment(l, a.At), Who: whoWords(l, a.Who), What: a.What,
		Subject: a.Subject, Detail: a.Detail,
	}
	if text, err := l.Format("desk.log.what." + slug(a.What)); err == nil {
		v.What = text
	}
	v.Subject, v.URL = d.subject(l, a.Subject, routes)
	if a.Subject != "" {
		v.Only = "/desk/log" + filtered(editors.ActQuery{Subject: a.Subject}, "")
	}
	return v
}

// subject says what an act was about, and where that is, if it has a page.
func (d *Desk) subject(l *i18n.Locale, subject string, routes map[string]web.Handler) (label, address string) {
	page := func(pattern, address string) string {
		if routes["GET "+pattern] == nil {
			return ""
		}
		return address
	}
	if n, ok := strings.CutPrefix(subject, "reader "); ok {
		return l.Message("desk.log.reader", "n", n), page("/desk/readers/{id}", "/desk/readers/"+url.PathEscape(n))
	}
	newsletter, slot, edition := strings.Cut(subject, "/")
	for _, n := range d.Newsletters {
		switch {
		case n.Name != newsletter:
		case edition:
			return subject, page("/desk/editions/{newsletter}/{slot}", "/desk/editions/"+newsletter+"/"+url.PathEscape(slot))
		default:
			return n.Title, page("/desk/newsletters/{newsletter}", "/desk/newsletters/"+newsletter)
		}
	}
	return subject, ""
}

// actLine is an act as a line of JSON.
type actLine struct {
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	What    string    `json:"what"`
	Subject string    `json:"subject,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// exportLog writes the log as lines of JSON, newest first, as it is kept.
func (d *Desk) exportLog(w http.ResponseWriter, r *http.Request, _ *editors.Visit) error {
	q := actQuery(r.URL.Query())
	q.Limit, q.After = actsPerExport, 0
	acts, err := d.Door.Store.Acts(r.Context(), q)
	if err != nil {
		return err
	}
	h := w.Header()
	web.KeepPrivate(h)
	h.Set("Content-Type", "application/jsonl; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="log.jsonl"`)
	if r.Method == http.MethodHead {
		return nil
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for len(acts) > 0 && err == nil {
		for _, a := range acts {
			if err := out.Encode(actLine{a.At, a.Who, a.What, a.Subject, a.Detail}); err != nil {
				return nil // who asked has gone
			}
		}
		q.Before = acts[len(acts)-1].N
		acts, err = d.Door.Store.Acts(r.Context(), q)
	}
	if err != nil {
		// What is written stays written: only the end of the connection tells
		// that something is missing.
		d.Frame.Log.Error("export of the log broke off", "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
