package dir

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	xlang "golang.org/x/text/language"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/markup"
)

// article makes of a page what readers will see. It returns nil if there is
// nothing to read, or if the text cannot be rendered, which is then a problem.
func (opt *Options) article(p *page, at place, a *atlas) (f *content.Found, problems []content.Problem, refs map[string]target) {
	r := &references{atlas: a, page: p, seen: make(map[string]target)}
	defer func() { // one file must not take the others with it
		if e := recover(); e != nil {
			f, refs = nil, r.seen
			problems = append(problems, opt.problem(p.path, &mistake{what: fmt.Sprintf("cannot be read: %v", e)}))
		}
	}()
	warn := func(v value, hint, format string, args ...any) {
		problems = append(problems, opt.problem(p.path, &mistake{v.line, v.col, fmt.Sprintf(format, args...), hint}))
	}
	m := p.matter

	f = &content.Found{At: content.Position{File: opt.shown(p.path), Line: 1}, Keys: opt.keys(p, at), Ours: at.ours}
	f.URL, f.Slug, f.Title = at.url, at.slug, p.title
	f.Lang = opt.Lang
	if v := m.get("lang", "language", "locale"); v.kind == scalar && v.text != "" {
		if t, err := xlang.Parse(strings.ReplaceAll(v.text, "_", "-")); err == nil {
			f.Lang = t.String()
		} else {
			warn(v, "write a code like en or pt-BR", "do not know the language %q", v.text)
		}
	}
	f.Access = content.Free
	if v := m.get("access"); v.kind != none {
		switch word := content.Access(strings.ToLower(strings.TrimSpace(v.text))); word {
		case content.Free, content.Metered, content.Registered:
			f.Access = word
		default:
			f.Access = content.Registered
			warn(v, "write free, metered or registered", "do not know the access %q, so only the standfirst is given away", v.text)
		}
	}

	page := opt.stand(p, at, r)
	body, err := markup.Markdown(opt.resolved(p, r), f.Lang, page)
	if err != nil {
		line := 0
		var e *markup.Excess
		if errors.As(err, &e) && e.Line > 0 {
			line = p.textLine + e.Line - 1
		}
		problems = append(problems, opt.problem(p.path, &mistake{line: line, what: err.Error()}))
		return nil, problems, r.seen
	}
	f.Body = body.HTML
	switch s := summary(m); {
	case strings.TrimSpace(s) != "":
		f.Standfirst = markup.Standfirst(wording(s))
	case body.Lead != "":
		f.Standfirst = markup.Cut(body.Lead)
	default:
		f.Standfirst = markup.Cut(body.Opening)
	}
	if f.Body == "" && f.Standfirst == "" {
		return nil, problems, r.seen
	}

	f.Authors = authors(m.get("authors", "author", "byline", "by", "writer", "writers"))
	f.Topics = topics(m)
	f.Image = cover(m, page)
	if f.Image.URL == "" {
		f.Image = body.Image
	}
	if f.Image.URL != "" && f.Image.Alt == "" {
		f.Image.Alt = f.Title
	}
	f.Canonical = web(m.get("canonical_url", "canonical", "canonical_link").text)
	if content.URLKey(f.Canonical) == content.URLKey(f.URL) {
		f.Canonical = ""
	}

	shown := p.date
	if !p.publish.zero() {
		shown = p.publish
	}
	f.Published, f.DateOnly = shown.written(), shown.bare
	if !p.updated.zero() && p.updated.at.After(shown.at) {
		f.Updated = p.updated.written()
	}
	if f.ReadingMinutes = minutes(m.get("reading_time", "readtime", "time_to_read", "reading_minutes").text); f.ReadingMinutes == 0 {
		f.ReadingMinutes = body.Measure.Minutes(opt.WPM)
	}
	f.Hash, f.Text = hash(&f.Article), textMark(&f.Article)
	return f, problems, r.seen
}

// stand tells the renderer where the text stands.
func (opt *Options) stand(p *page, at place, r *references) markup.Page {
	page := markup.Page{URL: at.url, Root: opt.home(), Templates: true, Resolve: r.resolve}
	if name := path.Base(p.path); strings.TrimSuffix(name, path.Ext(name)) == "index" {
		page.Base = strings.TrimRight(at.url, "/") + "/" // what a bundle holds stands below its page
	}
	return page
}

// resolved is the text without the templates of site generators.
func (opt *Options) resolved(p *page, r *references) string {
	g := &generator{
		mdx: strings.EqualFold(path.Ext(p.path), ".mdx"),
		ref: r.named,
		field: func(name string) string {
			v := p.matter
			for part := range strings.SplitSeq(name, ".") {
				v = v.get(part)
			}
			return v.text
		},
	}
	return g.markdown(p.text)
}

// references are those of one page, noted down so that the page is rendered
// again when what they lead to has moved.
type references struct {
	atlas *atlas
	page  *page
	seen  map[string]target
}

func (r *references) resolve(ref string) (string, bool) {
	t := r.atlas.refer(r.page, ref)
	r.seen[ref] = t
	return t.url, t.known
}

func (r *references) named(ref string) (string, bool) {
	u, ok := r.atlas.named(ref)
	r.seen[byName+ref] = target{u, ok}
	return u, ok
}

// cover is the picture that the front matter gives.
func cover(m value, at markup.Page) content.Image {
	for _, name := range []string{"image", "cover", "images", "featured_image", "feature_image", "hero_image", "hero", "banner", "thumbnail", "og_image", "header"} {
		v := m.get(name)
		if v.kind == sequence && len(v.list) > 0 {
			v = v.list[0]
		}
		ref, alt := v, value{}
		if v.kind == mapping {
			ref = v.get("src", "url", "image", "path", "href", "teaser", "overlay_image")
			alt = v.get("alt", "image_alt", "description", "caption", "title")
		}
		if alt.kind == none {
			alt = m.get(name+"_alt", "image_alt", "cover_alt", "alt")
		}
		if ref.kind != scalar || ref.text == "" {
			continue
		}
		if abs := at.Picture(ref.text); abs != "" {
			return content.Image{URL: abs, Alt: markup.Title(markup.Plain(alt.text))}
		}
	}
	return content.Image{}
}

var leading = regexp.MustCompile(`^\D{0,20}?(\d{1,3})(?:\D|$)`)

// minutes reads what an author or a plug-in wrote: 5, "5 min read".
func minutes(s string) int {
	m := leading.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// hash is of everything a reader would see.
func hash(a *content.Article) string {
	b, err := json.Marshal(struct {
		URL, Canonical, Title, Standfirst, Body string
		Authors                                 []content.Author
		Topics                                  []string
		Image                                   content.Image
		Lang, Access, Published, Updated        string
		DateOnly                                bool
		Minutes                                 int
	}{
		a.URL, a.Canonical, a.Title, a.Standfirst, a.Body, a.Authors, a.Topics, a.Image, a.Lang, cmp.Or(string(a.Access), "none"),
		a.Published.String(), a.Updated.String(), a.DateOnly, a.ReadingMinutes,
	})
	if err != nil {
		panic("hash of an article: " + err.Error()) // strings and numbers only: it cannot fail
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// enough is how many characters of text tell that two articles are the same:
// shorter ones are often of one wording, like "Comments are open."
const enough = 200

// textMark is of what is written, for [content.Found]: of the words alone, so
// that it stays the same where links and pictures move with the file.
func textMark(a *content.Article) string {
	text := cmp.Or(markup.Text(a.Body), a.Standfirst)
	if text == "" {
		return ""
	}
	parts := []string{a.Lang, text}
	if utf8.RuneCountInString(text) < enough {
		parts = append(parts, a.Title, content.DateOf(a.Published.UTC()).String())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
