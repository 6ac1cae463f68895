package desk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/mailer"
)

// How a letter is looked at, in the query's show.
const (
	asLetter = ""
	asText   = "text"
	asPhone  = "phone"
	asDark   = "dark"
	asBare   = "bare" // without images, as many programs show it first
)

// A glance is one look at a newsletter's next edition: whose letter, and how.
// Version counts from 1; with a reader it is 1.
type glance struct {
	version int
	reader  int64
	show    string
}

// glanceOf reads as and show of a query: as=v2 is the second version, as=r17
// is what the reader of that number would get.
func glanceOf(q url.Values) (g glance, ok bool) {
	g = glance{version: 1, show: q.Get("show")}
	switch g.show {
	case asLetter, asText, asPhone, asDark, asBare:
	default:
		return g, false
	}
	as := q.Get("as")
	if as == "" {
		return g, true
	}
	n, err := strconv.ParseInt(as[1:], 10, 64)
	if err != nil || n < 1 {
		return g, false
	}
	switch as[0] {
	case 'v':
		g.version = int(min(n, 1<<30))
	case 'r':
		g.reader = n
	default:
		return g, false
	}
	return g, true
}

// query writes a glance as glanceOf reads it, with a question mark; nothing for
// the first look.
func (g glance) query() string {
	q := url.Values{}
	switch {
	case g.reader != 0:
		q.Set("as", "r"+strconv.FormatInt(g.reader, 10))
	case g.version > 1:
		q.Set("as", "v"+strconv.Itoa(g.version))
	}
	if g.show != "" {
		q.Set("show", g.show)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// letterOf returns the letter of a glance, nil if there is none, and what it is
// a letter of. ok is false while that is being counted.
func (d *Desk) letterOf(ctx context.Context, newsletter string, g glance) (m *mailer.Message, o *Outlook, ok bool, err error) {
	key := newsletter
	if g.reader != 0 {
		draft, err := d.Sends.Drafts.Draft(ctx, newsletter)
		if err != nil {
			return nil, nil, false, err
		}
		key = outlookKey(newsletter, g.reader, draft.Revision)
	}
	found, ok, err := d.ready().plans.get(ctx, key)
	if err != nil || !ok {
		return nil, nil, ok, err
	}
	o = found.value
	if g.version == 1 {
		return o.Letter, o, true, nil
	}
	if m, err = d.written(ctx, o.Plan, g.version, 0, time.Now()); err != nil {
		return nil, nil, false, err
	}
	return m, o, true, nil
}

// Letter returns the letter of one version of a newsletter's next edition, from
// 1 on, nil if there is none, and what it is a letter of. ok is false while that
// is being counted.
func (d *Desk) Letter(ctx context.Context, newsletter string, version int) (m *mailer.Message, o *Outlook, ok bool, err error) {
	return d.letterOf(ctx, newsletter, glance{version: version})
}

// preview is the HTML of a letter, for the frame in its page.
func (d *Desk) preview(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	n, g, err := d.glanced(r, visit)
	if err != nil {
		return err
	}
	m, _, _, err := d.letterOf(r.Context(), n.Name, g)
	if err != nil {
		return err
	}
	if m == nil {
		return web.NotFound
	}
	d.ShowLetter(w, r, lit(m.HTML, g.show == asDark), g.show == asBare)
	return nil
}

// lit makes a letter dark or light whatever the browser that shows it prefers.
func lit(letter string, dark bool) string {
	media, scheme := "not all", "light"
	if dark {
		media, scheme = "all", "dark"
	}
	return strings.NewReplacer(
		"@media (prefers-color-scheme:dark)", "@media "+media,
		"@media (prefers-color-scheme: dark)", "@media "+media,
		`content="light dark"`, `content="`+scheme+`"`,
	).Replace(letter)
}

// glanced returns the newsletter that a path names, and how it is looked at. A
// reader's letter says their address, so it is not for who may only look.
func (d *Desk) glanced(r *http.Request, visit *editors.Visit) (*digest.Newsletter, glance, error) {
	n, err := d.NewsletterOf(r)
	if err != nil {
		return nil, glance{}, err
	}
	g, ok := glanceOf(r.URL.Query())
	if !ok {
		return nil, g, web.NotFound
	}
	if g.reader != 0 && !visit.Editor.Role.May(editors.RoleEditor) {
		return nil, g, web.Status(http.StatusForbidden)
	}
	return n, g, nil
}
