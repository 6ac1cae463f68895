package dir

import (
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
)

// An atlas knows where the articles of a folder stand, for the links between
// them.
type atlas struct {
	fsys   fs.FS
	opt    *Options
	places map[string]place  // of articles, by path
	names  map[string]string // of articles, by path without what generators leave out; empty if several share it
}

// A target is what a reference within the folder leads to.
type target struct {
	url   string
	known bool // false: the folder does not know, and the rules of addresses apply
}

func newAtlas(fsys fs.FS, opt *Options, entries []*entry) *atlas {
	a := &atlas{fsys: fsys, opt: opt, places: make(map[string]place), names: make(map[string]string)}
	taken := make(map[string][]*page)
	for _, e := range entries {
		if e.page.state != isArticle {
			continue
		}
		at := opt.locate(e.page)
		a.places[e.file.path] = at
		if at.ours {
			taken[at.slug] = append(taken[at.slug], e.page)
		}
		for _, n := range nicknames(e.file.path) {
			if _, twice := a.names[n]; twice {
				a.names[n] = ""
			} else {
				a.names[n] = e.file.path
			}
		}
	}
	for slug, pages := range taken {
		a.separate(slug, pages)
	}
	return a
}

// separate gives articles of one slug their own addresses on our server: names
// return in the folders of other years, and slugs below dates that we do not
// show. The earliest keeps it, the others add their day. Two of one slug and
// one day are likely copies, and stay for an editor to judge.
func (a *atlas) separate(slug string, pages []*page) {
	slices.SortFunc(pages, func(x, y *page) int {
		if c := x.date.written().Compare(y.date.written()); c != 0 {
			return c
		}
		return strings.Compare(x.path, y.path)
	})
	for _, p := range pages[1:] {
		if p.date.day == pages[0].date.day {
			continue
		}
		s := slug + "-" + p.date.day.String()
		a.places[p.path] = place{url: a.opt.home() + "/articles/" + url.PathEscape(s), slug: s, ours: true}
	}
}

// nicknames are the ways in which another article may refer to a file: its
// path from any folder above it, with and without ending.
func nicknames(p string) []string {
	bare := strings.TrimSuffix(p, path.Ext(p))
	bare = strings.TrimSuffix(bare, "/index")
	var out []string
	for rest, more := bare, true; more; {
		out = append(out, strings.ToLower(rest))
		_, rest, more = strings.Cut(rest, "/")
	}
	return out
}

// named finds an article by one of its nicknames.
func (a *atlas) named(ref string) (string, bool) {
	ref, frag, _ := strings.Cut(ref, "#")
	ref = strings.ToLower(strings.Trim(ref, "/"))
	for _, ext := range a.opt.Extensions {
		ref = strings.TrimSuffix(ref, ext)
	}
	p := a.names[strings.TrimSuffix(ref, "/index")]
	if p == "" {
		return "", false
	}
	return withFragment(a.places[p].url, frag), true
}

// refer resolves a reference as it is written in a page: a link to another
// file of the folder, or a picture beside it.
func (a *atlas) refer(p *page, ref string) target {
	u, err := url.Parse(ref)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return target{}
	}
	for _, at := range a.candidates(p, u.Path) {
		if there, ok := a.places[at]; ok {
			return target{withFragment(there.url, u.Fragment), true}
		}
		if slices.Contains(a.opt.Extensions, strings.ToLower(path.Ext(at))) {
			continue
		}
		if a.opt.BaseURL != "" || path.Ext(at) == "" {
			continue
		}
		if info, err := fs.Stat(a.fsys, at); err == nil && info.Mode().IsRegular() {
			if a.opt.Media == "" {
				return target{"", true}
			}
			return target{strings.TrimRight(a.opt.Media, "/") + "/" + (&url.URL{Path: at}).EscapedPath(), true}
		}
	}
	if slices.Contains(a.opt.Extensions, strings.ToLower(path.Ext(u.Path))) {
		return target{"", true} // a draft, or gone: a link to a Markdown file helps no reader
	}
	return target{}
}

// candidates are the files that a path may mean.
func (a *atlas) candidates(p *page, ref string) []string {
	var out []string
	add := func(s string) {
		if s = strings.TrimPrefix(path.Clean("/"+s), "/"); fs.ValidPath(s) && s != "." && s != "" {
			out = append(out, s)
		}
	}
	if strings.HasPrefix(ref, "/") {
		for _, root := range []string{"", "static", "public", "assets", "content"} {
			add(root + ref)
		}
		return out
	}
	if joined := path.Join(path.Dir(p.path), ref); joined != ".." && !strings.HasPrefix(joined, "../") {
		add(joined)
	}
	return out
}

// same reports whether everything a page refers to is still where it was.
func (a *atlas) same(p *page, refs map[string]target) bool {
	for ref, was := range refs {
		if name, ok := strings.CutPrefix(ref, byName); ok {
			if u, ok := a.named(name); was != (target{u, ok}) {
				return false
			}
		} else if a.refer(p, ref) != was {
			return false
		}
	}
	return true
}

// byName marks references that were looked up with named.
const byName = "\x00"

func withFragment(u, frag string) string {
	if frag == "" {
		return u
	}
	return u + "#" + url.PathEscape(frag)
}

// list puts together what one reading showed.
func (s *Source) list(t *tree, entries []*entry, now time.Time) *content.Listing {
	l := &content.Listing{Drafts: t.drafts, Problems: t.problems, Unread: t.unread, Complete: !t.partial}
	var undated []*page
	for _, e := range entries {
		p := e.page
		for _, w := range p.warnings {
			l.Problems = append(l.Problems, s.opt.problem(p.path, w))
		}
		switch p.state {
		case isDraft:
			l.Drafts++
		case isUndated:
			undated = append(undated, p)
			l.Unread = append(l.Unread, s.opt.pathKey(p.path))
		case isUnclear:
			l.Problems = append(l.Problems, s.opt.problem(p.path, p.why))
			l.Unread = append(l.Unread, s.opt.pathKey(p.path))
		case isArticle:
			l.Problems = append(l.Problems, e.problems...)
			switch {
			case e.found == nil && len(e.problems) > 0:
				l.Unread = append(l.Unread, s.opt.pathKey(p.path))
			case e.found == nil: // nothing to read in it
			case !p.expiry.zero() && !p.expiry.at.After(now):
			default:
				f := *e.found
				f.Keys = slices.Clone(f.Keys)
				if due := p.due(); due.After(now) {
					f.Due = due.UTC()
				}
				l.Articles = append(l.Articles, f)
			}
		}
	}
	if len(undated) > 0 {
		m := &mistake{line: 1, what: "there is no date, so this is not taken for an article", hint: "write date: 2026-06-02 in the front matter, or type: page if it is none"}
		if n := len(undated); n > 1 {
			m.what = "there is no date, so this is not taken for an article, nor " + plural(n-1, "other file", "other files")
		}
		l.Problems = append(l.Problems, s.opt.problem(undated[0].path, m))
	}
	return l
}

// due is when an article is to become public.
func (p *page) due() time.Time {
	if !p.publish.zero() {
		return p.publish.at
	}
	return p.date.at
}
