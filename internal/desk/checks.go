package desk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	elsewhere     []string // links to other sites
	images, plain int      // images, and those of them that say nothing
	leaves        bool     // it says how to unsubscribe, and where
	findings      []templates.Finding
}

// check holds a letter against the lint, and asks ourselves for the links that
// lead to us.
func (d *Desk) check(m *mailer.Message, whole int) checks {
	c := checks{html: len(m.HTML), whole: whole, findings: templates.LintMail(m.HTML, m.Text), leaves: m.Unsubscribe != ""}
	for _, f := range c.findings {
		if f.Rule == "unsubscribe" || f.Rule == "text-unsubscribe" {
			c.leaves = false
		}
	}
	var seen []string
	for _, address := range addressesIn(m.HTML, &c) {
		if slices.Contains(seen, address) {
			continue
		}
		seen = append(seen, address)
		c.links++
		path, ok := d.leadsToUs(address)
		if !ok {
			if d.leadsElsewhere(address) {
				c.elsewhere = append(c.elsewhere, address)
			}
			continue
		}
		c.ours++
		if code := d.Answers(path); code >= 400 {
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
func (d *Desk) leadsToUs(address string) (*url.URL, bool) {
	rest, ours := strings.CutPrefix(address, d.Publication.URL+"/")
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
func (d *Desk) checksOf(l *i18n.Locale, o *Outlook) []templates.DeskCheck {
	if o.Letter == nil {
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
	links := "desk.next.check_links"
	if len(c.dead) > 0 {
		links = "desk.next.check_links_dead"
	}
	list := []templates.DeskCheck{
		row(c.html <= templates.Budget && c.whole <= templates.Whole, tone, l.Message("desk.next.check_size", "size", inKB(c.html), "most", inKB(templates.Budget), "whole", inKB(c.whole))),
		row(len(c.dead) == 0 && !c.has("href", "anchor", "link-name"), "bad", l.Message(links, "n", c.links, "ours", l.Number(c.ours)), c.dead...),
		row(c.plain == 0 && !c.has("img-alt"), "warn", l.Message("desk.next.check_images", "n", c.images)),
		row(c.leaves && !c.has("preferences", "postal-address", "why"), "bad", l.Message("desk.next.check_unsubscribe")),
	}
	if d.Elsewhere != nil && len(c.elsewhere) > 0 {
		dead, waiting := d.Elsewhere.ask(c.elsewhere, time.Now())
		text := l.Message("desk.next.check_elsewhere", "n", len(c.elsewhere))
		switch {
		case len(dead) > 0:
			text = l.Message("desk.next.check_elsewhere_dead", "n", len(c.elsewhere))
		case waiting > 0:
			text = l.Message("desk.next.check_asked", "n", len(c.elsewhere), "asked", l.Number(waiting))
		}
		list = slices.Insert(list, 2, row(len(dead) == 0 && waiting == 0, "warn", text, dead...))
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
