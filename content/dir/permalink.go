package dir

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/content"
)

// A place is where an article stands.
type place struct {
	url  string // where readers read it
	slug string
	ours bool // our own server shows it, below its slug
}

var token = regexp.MustCompile(`:[a-z_]+`)

// check reports what is wrong with the options.
func (opt *Options) check() error {
	for _, o := range []struct{ name, url string }{{"site", opt.Site}, {"base URL", opt.BaseURL}, {"media", opt.Media}} {
		if o.url == "" && o.name != "site" {
			continue
		}
		if content.URLKey(o.url) == "" {
			return fmt.Errorf("%s %q is not an address like https://example.com", o.name, o.url)
		}
	}
	for _, t := range token.FindAllString(opt.Permalink, -1) {
		if _, ok := opt.fill(&page{path: "a/b.md"}, t); !ok {
			return fmt.Errorf("permalink %q: %s is not known", opt.Permalink, t)
		}
	}
	return nil
}

// home is the root of the site that shows the articles.
func (opt *Options) home() string { return strings.TrimRight(cmp.Or(opt.BaseURL, opt.Site), "/") }

// slugOf is the slug of a page: the author's, else of the file's name, else of
// the title.
func slugOf(p *page) string {
	for _, s := range []string{p.slug, p.stem, p.title} {
		if s = content.Slugify(s); s != "" {
			return s
		}
	}
	sum := sha256.Sum256([]byte(p.path))
	return hex.EncodeToString(sum[:4])
}

// locate says where a page stands.
func (opt *Options) locate(p *page) place {
	slug := slugOf(p)
	for _, name := range []string{"url", "permalink"} {
		v := strings.TrimSpace(p.matter.get(name).text)
		if web(v) != "" {
			return place{url: v, slug: slug}
		}
		if v == "" || opt.BaseURL == "" || !strings.Contains(v, "/") { // "pretty" and "date" name patterns of Jekyll's
			continue
		}
		if filled, ok := opt.expand(p, v); ok {
			return place{url: opt.home() + "/" + strings.TrimLeft(filled, "/"), slug: slug}
		}
	}
	if opt.BaseURL == "" {
		return place{url: opt.home() + "/articles/" + url.PathEscape(slug), slug: slug, ours: true}
	}
	if filled, ok := opt.expand(p, opt.Permalink); ok {
		return place{url: opt.home() + "/" + strings.TrimLeft(filled, "/"), slug: slug}
	}
	return place{url: opt.home() + "/" + url.PathEscape(slug) + "/", slug: slug}
}

// expand fills in a pattern. It gives up rather than leave a gap: an address
// with an empty slug belongs to a whole day of articles.
func (opt *Options) expand(p *page, pattern string) (string, bool) {
	ok := true
	filled := token.ReplaceAllStringFunc(pattern, func(t string) string {
		s, known := opt.fill(p, t)
		if !known || s == "" && t != ":section" && t != ":sections" && t != ":categories" {
			ok = false
		}
		return s
	})
	for strings.Contains(filled, "//") {
		filled = strings.ReplaceAll(filled, "//", "/")
	}
	return filled, ok && strings.Trim(filled, "/") != ""
}

// fill is what one token of a pattern stands for.
func (opt *Options) fill(p *page, t string) (s string, known bool) {
	slug := slugOf(p)
	switch t {
	case ":year":
		return fmt.Sprintf("%04d", p.date.day.Year), true
	case ":month":
		return fmt.Sprintf("%02d", p.date.day.Month), true
	case ":i_month":
		return fmt.Sprint(int(p.date.day.Month)), true
	case ":monthname":
		return strings.ToLower(p.date.day.Month.String()), true
	case ":day":
		return fmt.Sprintf("%02d", p.date.day.Day), true
	case ":i_day":
		return fmt.Sprint(p.date.day.Day), true
	case ":slug": // Hugo: else the title
		if p.slug != "" {
			return segment(p.slug), true
		}
		return cmp.Or(segment(content.Slugify(p.title)), segment(slug)), true
	case ":title":
		return segment(content.Slugify(p.title)), true
	case ":filename", ":contentbasename":
		return segment(cmp.Or(p.stem, slug)), true
	case ":slugorfilename", ":slugorcontentbasename":
		return segment(cmp.Or(p.slug, p.stem)), true
	case ":section":
		if dirs := sections(p.path); len(dirs) > 0 {
			return segment(dirs[0]), true
		}
		return "", true
	case ":sections":
		var out []string
		for _, d := range sections(p.path) {
			out = append(out, segment(d))
		}
		return strings.Join(out, "/"), true
	case ":categories":
		var out []string
		for _, c := range p.matter.get("categories", "category").strings() {
			out = append(out, segment(content.Slugify(c)))
		}
		return strings.Join(out, "/"), true
	}
	return "", false
}

// segment escapes one part of a path, with hyphens for spaces.
func segment(s string) string {
	return url.PathEscape(strings.Join(strings.Fields(strings.ReplaceAll(s, "/", " ")), "-"))
}

var language = regexp.MustCompile(`^[a-z]{2}(?:-[a-zA-Z]{2,4})?$`)

// sections are the folders of a file below the one that holds the content.
func sections(p string) []string {
	dirs := strings.Split(path.Dir(p), "/")
	if name := path.Base(p); strings.TrimSuffix(name, path.Ext(name)) == "index" {
		dirs = dirs[:len(dirs)-1] // the bundle is the page itself
	}
	dirs = slices.DeleteFunc(dirs, func(d string) bool { return d == "." || d == "src" || d == "content" })
	if len(dirs) > 0 && language.MatchString(dirs[0]) {
		dirs = dirs[1:]
	}
	return dirs
}

// addressKey is the key of an address. Addresses below our own server are made
// by us of the names of files, and files of one name in two folders are two
// articles: such a key is the folder's own. It is empty for what is no address
// of an article.
func (opt *Options) addressKey(raw string) content.Key {
	key, root := content.URLKey(raw), content.URLKey(opt.home())
	if key == root {
		return ""
	}
	if below, ok := strings.CutPrefix(string(key), string(root)+"/"); ok && opt.BaseURL == "" {
		return content.Key(opt.Name + ":at:/" + below)
	}
	return key
}

// keys are what a page may be recognised by, the strongest first.
func (opt *Options) keys(p *page, at place) []content.Key {
	var keys []content.Key
	for _, name := range []string{"id", "guid", "uuid"} {
		if id := strings.TrimSpace(p.matter.get(name).text); id != "" && len(id) <= 200 {
			keys = append(keys, content.Key(opt.Name+":id:"+id))
		}
	}
	add := func(raw string) {
		if k := opt.addressKey(raw); k != "" && len(k) <= 1000 {
			keys = append(keys, k)
		}
	}
	add(at.url)
	base, err := url.Parse(at.url)
	if err != nil {
		base = &url.URL{}
	}
	var old []string
	for _, name := range []string{"aliases", "alias", "redirect_from"} {
		old = append(old, p.matter.get(name).strings()...)
	}
	if opt.BaseURL == "" { // not where readers find it, but no other file's either
		old = append(old, p.matter.get("url").text, p.matter.get("permalink").text)
	}
	for i, ref := range old {
		ref = strings.TrimSpace(ref)
		// Obsidian's aliases are other titles, and Jekyll's permalinks may be
		// patterns or their names: not addresses.
		if i >= 100 || !strings.Contains(ref, "/") || strings.ContainsAny(ref, " {") || strings.Contains(ref, "/:") {
			continue
		}
		if u, err := url.Parse(ref); err == nil && u.Host == "" && strings.HasPrefix(ref, "/") {
			add(opt.home() + ref)
		} else if err == nil {
			add(base.ResolveReference(u).String())
		}
	}
	keys = append(keys, opt.pathKey(p.path))
	return unique(keys, len(keys), func(k content.Key) string { return string(k) })
}
