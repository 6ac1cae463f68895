package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

// checks are what a letter was held against.
type checks struct {
	html, whole   int // bytes
	links, ours   int
	dead          []string // links of ours that do not answer
	images, plain int      // images, and those of them that say nothing
	leaves        bool     // it says how to unsubscribe, and where
	findings      []templates.Finding
}

// check holds a letter against the lint, and asks ourselves for the links that
// lead to us.
func (s *Server) check(m *mailer.Message, whole int) checks {
	c := checks{html: len(m.HTML), whole: whole, findings: templates.LintMail(m.HTML, m.Text), leaves: m.Unsubscribe != ""}
	for _, f := range c.findings {
		if f.Rule == "unsubscribe" || f.Rule == "text-unsubscribe" {
			c.leaves = false
		}
	}
	var seen []string
	us := s.unheard()
	for _, address := range addressesIn(m.HTML, &c) {
		if slices.Contains(seen, address) {
			continue
		}
		seen = append(seen, address)
		c.links++
		path, ok := s.leadsToUs(address)
		if !ok {
			continue
		}
		c.ours++
		if code := answersWith(us, path); code >= 400 {
			c.dead = append(c.dead, address)
		}
	}
	return c
}

// addressesIn returns where the links of a letter lead, and counts its images.
func addressesIn(letter string, c *checks) []string {
	var list []string
	z := html.NewTokenizer(strings.NewReader(letter))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			attr := func(name string) string {
				for _, a := range t.Attr {
					if a.Key == name {
						return a.Val
					}
				}
				return ""
			}
			switch t.Data {
			case "a":
				list = append(list, attr("href"))
			case "img":
				c.images++
				if attr("alt") == "" {
					c.plain++
				}
			}
		}
	}
}

// leadsToUs returns the path of an address of ours that is the same for
// everybody. A reader's own links, and the edition's page, are there only when
// the letter has been sent.
func (s *Server) leadsToUs(address string) (*url.URL, bool) {
	rest, ours := strings.CutPrefix(address, s.Publication.URL+"/")
	if !ours {
		return nil, false
	}
	for _, own := range []string{"unsubscribe/", "preferences/", "editions/"} {
		if strings.HasPrefix(rest, own) {
			return nil, false
		}
	}
	u, err := url.Parse("/" + rest)
	return u, err == nil
}

// checksOf says what a letter was held against.
func (s *Server) checksOf(l *i18n.Locale, o *outlook) []templates.DeskCheck {
	if o.letter == nil {
		return nil
	}
	c := &o.findings
	row := func(ok bool, tone, text string, more ...string) templates.DeskCheck {
		if ok {
			tone = "ok"
		}
		return templates.DeskCheck{Text: text, Tone: tone, Tag: l.Message("desk.next.check_" + tone), More: more}
	}
	tone := "warn"
	if c.html > 100<<10 {
		tone = "bad" // mail programs hide what is behind that
	}
	list := []templates.DeskCheck{
		row(c.html <= templates.Budget && c.whole <= templates.Whole, tone, l.Message("desk.next.check_size", "size", inKB(c.html), "most", inKB(templates.Budget), "whole", inKB(c.whole))),
		row(len(c.dead) == 0 && !c.has("href", "anchor", "link-name"), "bad", l.Message("desk.next.check_links", "n", c.links, "ours", l.Number(c.ours)), c.dead...),
		row(c.plain == 0 && !c.has("img-alt"), "warn", l.Message("desk.next.check_images", "n", c.images)),
		row(c.leaves && !c.has("preferences", "postal-address", "why"), "bad", l.Message("desk.next.check_unsubscribe")),
	}
	for _, f := range c.findings {
		if f.Rule == "size" {
			continue
		}
		tone := "bad"
		if f.Warning {
			tone = "warn"
		}
		list = append(list, row(false, tone, f.Rule, f.What))
	}
	return list
}

// inKB writes the size of a letter as mail programs count it.
func inKB(bytes int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(bytes)/1024, 'f', 1, 64), ".0") + " KB"
}

// has reports whether the lint found a mistake of one of these rules.
func (c *checks) has(rules ...string) bool {
	return slices.ContainsFunc(c.findings, func(f templates.Finding) bool { return !f.Warning && slices.Contains(rules, f.Rule) })
}

// unheard is what answers a GET, without what counts, logs and guards.
func (s *Server) unheard() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		if strings.HasPrefix(pattern, "GET ") {
			mux.Handle(pattern, s.serve(h))
		}
	}
	return mux
}

// answersWith returns the status of a HEAD, which changes nothing.
func answersWith(h http.Handler, at *url.URL) int {
	w := &mute{header: http.Header{}}
	h.ServeHTTP(w, &http.Request{
		Method: http.MethodHead, URL: at, Host: "localhost", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, RemoteAddr: "127.0.0.1:0", RequestURI: at.RequestURI(),
	})
	return w.code
}

// mute takes an answer of which only the status is wanted.
type mute struct {
	header http.Header
	code   int
}

// Header implements http.ResponseWriter.
func (m *mute) Header() http.Header { return m.header }

// Write implements http.ResponseWriter.
func (m *mute) Write(b []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return len(b), nil
}

// WriteHeader implements http.ResponseWriter.
func (m *mute) WriteHeader(code int) {
	if m.code == 0 {
		m.code = code
	}
}
