package dir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/content/markup"
)

// A page is one file as its author wrote it, before anything is known about the
// files beside it.
type page struct {
	path     string
	state    state
	why      *mistake // why it is unclear
	warnings []*mistake

	matter   value
	text     string // Markdown
	textLine int

	title   string
	date    moment // of the article, as permalinks take it
	publish moment // when it is to become public, if that is said
	expiry  moment
	updated moment

	stem string // the name of the file or bundle, without its date
	slug string // that the author gave
}

// state says what a file turned out to be.
type state int

const (
	isArticle state = iota
	isDraft
	isOther   // a redirect, a page of the site, a stub
	isUndated // a page of the site, or an article that lacks its date
	isUnclear // there is a mistake in it; what it stands for is left as it is
)

// read reads and parses one file. It never fails: what is wrong becomes the
// state of the page.
func (opt *Options) read(fsys fs.FS, f file) (p *page) {
	p = &page{path: f.path}
	defer func() { // parsers are not ours, and files are strangers'
		if r := recover(); r != nil {
			p.unclear(&mistake{what: fmt.Sprintf("cannot be read: %v", r)})
		}
	}()
	src, err := readFile(fsys, f.path, maxFile+1)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.state = isOther // it went while we looked
		return p
	case err != nil:
		return p.unclear(&mistake{what: "cannot be read: " + reason(err)})
	case len(src) > maxFile:
		return p.unclear(&mistake{what: fmt.Sprintf("the file has more than %d MB", maxFile>>20), hint: "it is hardly an article"})
	}
	p.matter, p.text, p.textLine, err = split(src)
	if err != nil {
		var m *mistake
		if !errors.As(err, &m) {
			m = &mistake{what: err.Error()}
		}
		return p.unclear(m)
	}
	for _, name := range []string{"params", "extra", "taxonomies"} { // Hugo and Zola
		for k, v := range p.matter.table[name].table {
			if p.matter.table[k].kind == none {
				p.matter.table[k] = v
			}
		}
	}
	return opt.judge(p)
}

// readFile reads a file, but no more of it than most bytes.
func readFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

func (p *page) unclear(m *mistake) *page {
	p.state, p.why = isUnclear, m
	return p
}

func (p *page) warn(v value, hint, format string, args ...any) {
	p.warnings = append(p.warnings, &mistake{v.line, v.col, fmt.Sprintf(format, args...), hint})
}

// judge says what a parsed file is.
func (opt *Options) judge(p *page) *page {
	m := p.matter
	switch {
	case m.get("redirect", "redirect_to", "redirectTo", "redirect_url").kind != none,
		slices.Contains([]string{"page", "docs", "doc", "redirect", "section", "home"}, strings.ToLower(m.get("type").text)),
		slices.Contains([]string{"page", "home", "redirect", "archive", "archives", "search"}, strings.ToLower(m.get("layout").text)),
		refresh.MatchString(p.text):
		p.state = isOther
		return p
	}
	for _, f := range m.again {
		if done := p.twice(f); done {
			return p
		}
	}
	if done := p.hidden(); done {
		return p
	}

	name := strings.TrimSuffix(path.Base(p.path), path.Ext(p.path))
	if name == "index" {
		name = path.Base(path.Dir(p.path))
	}
	var named moment
	named, p.stem = nameDate(name, opt.Zone)
	for _, d := range []struct {
		to    *moment
		names []string
	}{
		{&p.publish, []string{"publishDate", "publish_on", "publish_at", "published_at", "published_date", "date_published", "pubDate", "datePublished"}},
		{&p.date, []string{"date", "created", "created_at", "creation_date"}},
		{&p.expiry, []string{"expiryDate", "unpublishDate", "expires", "expiration_date"}},
		{&p.updated, []string{"lastmod", "updated", "updated_at", "updatedDate", "modified", "last_modified_at", "last_modified", "modified_date", "dateModified"}},
	} {
		v := m.get(d.names...)
		if v.kind == none || strings.TrimSpace(v.text) == "" || strings.HasPrefix(v.text, "0001-01-01") || strings.HasPrefix(v.text, ":") {
			continue // ":git" and ":fileModTime" are Hugo's
		}
		t, ok := readMoment(v.text, opt.Zone)
		if !ok && d.to == &p.updated {
			p.warn(v, "write it like 2026-06-02", "cannot read the date of the last change, %q", v.text)
			continue
		}
		if !ok {
			return p.unclear(&mistake{v.line, v.col, fmt.Sprintf("cannot read the date %q", v.text), "write it like 2026-06-02, or 2026-06-02T10:00:00+02:00"})
		}
		*d.to = t
	}
	if v := m.get("published"); v.kind == scalar && p.publish.zero() {
		if _, ok := v.truth(); !ok {
			t, ok := readMoment(v.text, opt.Zone)
			if !ok {
				return p.unclear(&mistake{v.line, v.col, fmt.Sprintf("cannot read %q as yes, no or a date", v.text), "write published: false, or a date like 2026-06-02"})
			}
			p.publish = t
		}
	}
	if p.date.zero() {
		p.date = p.publish
	}
	if p.date.zero() {
		p.date = named
	}

	p.slug = strings.Trim(strings.TrimSpace(m.get("slug").text), "/")
	title := m.get("title", "headline")
	p.title = markup.Title(wording(title.text))
	if p.title == "" {
		p.titleFromText()
	}
	empty := strings.TrimSpace(p.text) == ""
	switch {
	case empty && summary(m) == "":
		p.state = isOther
	case !p.date.zero() && (title.kind == sequence || title.kind == mapping):
		return p.unclear(&mistake{title.line, title.col, "the title must be one line of text", "put it in quotation marks if it begins with a bracket or a brace"})
	case p.date.zero() && p.title != "":
		p.state = isUndated
	case p.date.zero():
		p.state = isOther
	case p.title == "":
		return p.unclear(&mistake{line: 1, what: "there is no title", hint: "write title: … in the front matter, or a heading"})
	}
	return p
}

var refresh = regexp.MustCompile(`(?i)^\s*(?:<!doctype html>\s*)?(?:<html[^>]*>\s*)?(?:<head>\s*)?(?:<title>[^<]*</title>\s*)?<meta\s+http-equiv=["']?refresh`)

// twice tells of a field that is written twice, of which the last counts; but
// where it says whether this is public at all, nobody guesses.
func (p *page) twice(f value) (done bool) {
	m := &mistake{f.line, f.col, fmt.Sprintf("%s is written twice", f.text), "take one of the two out"}
	switch fold(f.text) {
	case "draft", "unlisted", "headless", "private", "published", "status", "visibility":
		p.unclear(m)
		return true
	}
	m.what += ", and only this one counts"
	p.warnings = append(p.warnings, m)
	return false
}

// hidden recognises drafts and what is not listed, and stops at a word it does
// not know, for it may mean either.
func (p *page) hidden() bool {
	m := p.matter
	for _, name := range []string{"draft", "unlisted", "headless", "private"} {
		v := m.get(name)
		if v.kind == none {
			continue
		}
		yes, ok := v.truth()
		if !ok {
			p.unclear(&mistake{v.line, v.col, fmt.Sprintf("cannot read %s: %q as yes or no", name, v.text), "write " + name + ": true, or take the line out"})
			return true
		}
		if yes {
			p.state = isDraft
			return true
		}
	}
	if yes, ok := m.get("published").truth(); ok && !yes && m.get("published").kind != none {
		p.state = isDraft
		return true
	}
	for _, name := range []string{"status", "visibility"} {
		v := m.get(name)
		switch strings.ToLower(strings.TrimSpace(v.text)) {
		case "", "published", "publish", "public", "live", "final", "done", "ready", "active", "scheduled":
			// what is scheduled says when
		case "draft", "private", "pending", "future", "trash", "auto-draft", "inherit", "hidden", "unlisted", "unpublished", "review", "wip", "idea":
			p.state = isDraft
			return true
		default:
			p.unclear(&mistake{v.line, v.col, fmt.Sprintf("do not know the %s %q", name, v.text), "write published or draft"})
			return true
		}
	}
	for _, b := range []value{m.get("build"), m.get("_build")} {
		if strings.EqualFold(b.get("list").text, "never") || strings.EqualFold(b.get("render").text, "never") {
			p.state = isDraft
			return true
		}
	}
	return false
}

var (
	atx    = regexp.MustCompile(`^ {0,3}#[ \t]+(.+?)[ \t]*#*[ \t]*$`)
	setext = regexp.MustCompile(`^=+[ \t]*$`)
)

// titleFromText takes the first heading of the text for the title, and out of
// the text if the text begins with it.
func (p *page) titleFromText() {
	lines := strings.SplitAfter(p.text, "\n")
	for i, line := range lines {
		bare := strings.TrimRight(line, "\n")
		if strings.TrimSpace(bare) == "" {
			continue
		}
		if m := atx.FindStringSubmatch(bare); m != nil {
			p.title = markup.Title(markup.Plain(wording(m[1])))
			lines[i] = "\n"
		} else if i+1 < len(lines) && setext.MatchString(strings.TrimRight(lines[i+1], "\n")) {
			p.title = markup.Title(markup.Plain(wording(bare)))
			lines[i], lines[i+1] = "\n", "\n"
		}
		break
	}
	p.text = strings.Join(lines, "")
}

// summary is what the author wrote to stand below the title.
func summary(m value) string {
	return m.get("standfirst", "summary", "description", "excerpt", "dek", "lead", "subtitle").text
}

// position is where in the file a mistake is.
func (opt *Options) problem(p string, m *mistake) content.Problem {
	return content.Problem{
		At:   content.Position{File: opt.shown(p), Line: m.line, Column: m.col},
		What: m.what, Hint: m.hint,
	}
}
