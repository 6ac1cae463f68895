package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/editors"
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
func (s *Server) letterOf(ctx context.Context, newsletter string, g glance) (m *mailer.Message, o *outlook, ok bool, err error) {
	key := newsletter
	if g.reader != 0 {
		draft, err := s.Desk.Sends.Drafts.Draft(ctx, newsletter)
		if err != nil {
			return nil, nil, false, err
		}
		key = outlookKey(newsletter, g.reader, draft.Revision)
	}
	found, ok, err := s.desk().plans.get(ctx, key)
	if err != nil || !ok {
		return nil, nil, ok, err
	}
	o = found.value
	if g.version == 1 {
		return o.letter, o, true, nil
	}
	if m, err = s.written(ctx, o.Plan, g.version, 0, time.Now()); err != nil {
		return nil, nil, false, err
	}
	return m, o, true, nil
}

// preview is the HTML of a letter, for the frame in its page. It is shown as a
// mail program would: nothing runs, nothing but pictures is loaded, it has an
// origin of its own, and its links open outside.
func (s *Server) preview(w http.ResponseWriter, r *http.Request, _ *editors.Visit) error {
	n, g, err := s.glanced(r)
	if err != nil {
		return err
	}
	m, _, _, err := s.letterOf(r.Context(), n.Name, g)
	if err != nil {
		return err
	}
	if m == nil {
		return notFound
	}
	pictures := s.pictures()
	if g.show == asBare {
		pictures = "'none'"
	}
	h := w.Header()
	keepPrivate(h)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src "+
		pictures+"; style-src 'unsafe-inline'; frame-ancestors 'self'")
	write(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(linksOpenOutside(lit(m.HTML, g.show == asDark))))
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

// newsletterOf returns the newsletter that a path names.
func (s *Server) newsletterOf(r *http.Request) (*digest.Newsletter, error) {
	for _, n := range s.Newsletters {
		if n.Name == r.PathValue("newsletter") {
			return n, nil
		}
	}
	return nil, notFound
}

// glanced returns the newsletter that a path names, and how it is looked at.
func (s *Server) glanced(r *http.Request) (*digest.Newsletter, glance, error) {
	n, err := s.newsletterOf(r)
	if err != nil {
		return nil, glance{}, err
	}
	g, ok := glanceOf(r.URL.Query())
	if !ok {
		return nil, g, notFound
	}
	return n, g, nil
}
