package dir

import (
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/standfirst/standfirst/content/markup"
)

// action resolves the {{…}} with which s begins: a shortcode of Hugo, a
// variable of Liquid, or an action of Go's templates. It returns how much of s
// that is and what stands for it.
func (g *generator) action(s string, ownLine bool) (n int, out string) {
	open, end := "{{", "}}"
	switch {
	case strings.HasPrefix(s, "{{<"):
		open, end = "{{<", ">}}"
	case strings.HasPrefix(s, "{{%"):
		open, end = "{{%", "%}}"
	}
	n = until(s, len(open), end)
	if n == 0 {
		open, end = "{{", "}}"
		n = until(s, len(open), end)
	}
	if n == 0 {
		return len(open), "" // never closed
	}
	inner := strings.TrimSpace(s[len(open) : n-len(end)])
	if open == "{{" {
		return n, g.variable(strings.Trim(inner, "- "))
	}
	if strings.HasPrefix(inner, "/*") { // a shortcode shown as text
		return n, "`" + strings.TrimSpace(literal.ReplaceAllString(s[:n], "{{$1 $2 $3}}")) + "`"
	}
	ownLine = ownLine && lastOnLine(s[n:])
	return n, g.shortcode(strings.TrimSpace(strings.TrimSuffix(inner, "/")), ownLine)
}

// wording is a line of front matter, or a heading, without templates; code is
// left as it is.
func wording(s string) string {
	if !strings.Contains(s, "{{") && !strings.Contains(s, "{%") {
		return s
	}
	var out strings.Builder
	for s != "" {
		n := strings.IndexByte(s, '`')
		if n == 0 {
			n = codeSpan(s)
			out.WriteString(s[:n])
		} else {
			if n < 0 {
				n = len(s)
			}
			out.WriteString(markup.Untemplate(s[:n]))
		}
		s = s[n:]
	}
	return out.String()
}

// lastOnLine reports whether nothing stands before the next line.
func lastOnLine(s string) bool {
	s = strings.TrimLeft(s, " \t")
	return s == "" || s[0] == '\n'
}

var (
	quoted   = regexp.MustCompile("^(?:\"([^\"]*)\"|'([^']*)'|raw\\s*`([^`]*)`)")
	variable = regexp.MustCompile(`^(?:page|frontmatter|this|\.Params|\.Page\.Params)\.([A-Za-z_][A-Za-z0-9_.]*)$`)
)

// variable resolves what Liquid or Go would print: a literal, a field of the
// front matter, nothing else. The addresses of the site are empty, so that
// what follows belongs to its root.
func (g *generator) variable(expr string) string {
	if m := quoted.FindStringSubmatch(expr); m != nil {
		return m[1] + m[2] + m[3]
	}
	head, _, _ := strings.Cut(expr, "|")
	head = strings.TrimSpace(head)
	if m := variable.FindStringSubmatch(head); m != nil {
		return escape(g.field(m[1]))
	}
	return ""
}

// shortcode resolves one shortcode of Hugo. Those that surround text vanish and
// leave it.
func (g *generator) shortcode(s string, ownLine bool) string {
	if strings.HasPrefix(s, "/") {
		return ""
	}
	name, args := arguments(s)
	switch strings.ToLower(name) {
	case "figure", "img", "image", "picture":
		return figure(args, ownLine)
	case "youtube", "youtube-lite", "youtubelite":
		return filmLink("https://www.youtube.com/watch?v=", args.get("id", "0"), args.get("title"))
	case "vimeo", "vimeo_simple":
		return filmLink("https://vimeo.com/", args.get("id", "0"), args.get("title"))
	case "gist":
		if user, id := args.get("0"), args.get("1"); user != "" && id != "" {
			return "<https://gist.github.com/" + url.PathEscape(user) + "/" + url.PathEscape(id) + ">"
		}
	case "tweet", "x":
		if user, id := args.get("user"), args.get("id"); user != "" && id != "" {
			return "<https://x.com/" + url.PathEscape(user) + "/status/" + url.PathEscape(id) + ">"
		}
	case "instagram":
		if id := args.get("id", "0"); id != "" {
			return "<https://www.instagram.com/p/" + url.PathEscape(id) + "/>"
		}
	case "param":
		return escape(g.field(args.get("name", "0")))
	case "ref", "relref":
		if u, ok := g.ref(args.get("path", "0")); ok {
			return u
		}
		return "{{unknown}}" // an address that leads nowhere: the link is taken off its text
	}
	return ""
}

// filmLink is a link to a film that a page would play.
func filmLink(site, id, title string) string {
	id = strings.Trim(strings.TrimSpace(id), `"'`)
	if id == "" || strings.ContainsAny(id, " <>{}") {
		return ""
	}
	if u := web(id); u != "" {
		return "<" + u + ">"
	}
	href := site + url.QueryEscape(id)
	if title == "" {
		return "<" + href + ">"
	}
	return "[" + escape(title) + "](" + href + ")"
}

// figure is a picture with its caption: a block where it stands alone, else
// within the line.
func figure(a params, ownLine bool) string {
	src := a.get("src", "url", "link_src", "0")
	if src == "" || strings.ContainsAny(src, "<>\n") {
		return ""
	}
	alt := a.get("alt", "title", "caption")
	caption := a.get("caption", "title", "attr")
	if !ownLine {
		return `<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(markup.Plain(alt)) + `">`
	}
	var b strings.Builder
	b.WriteString("\n<figure>")
	if href := a.get("link"); href != "" {
		b.WriteString(`<a href="` + html.EscapeString(href) + `">`)
	}
	b.WriteString(`<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(markup.Line(markup.Plain(alt))) + `">`)
	if a.get("link") != "" {
		b.WriteString("</a>")
	}
	if caption = markup.Line(markup.Plain(caption)); caption != "" {
		b.WriteString("<figcaption>" + html.EscapeString(caption) + "</figcaption>")
	}
	b.WriteString("</figure>\n")
	return b.String()
}

// params are the arguments of a shortcode, by name or by place: "0", "1" …
type params map[string]string

func (p params) get(names ...string) string {
	for _, n := range names {
		if v := strings.TrimSpace(p[n]); v != "" {
			return v
		}
	}
	return ""
}

var argument = regexp.MustCompile("(?:([A-Za-z_][\\w-]*)\\s*=\\s*)?(?:\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|`([^`]*)`|([^\\s\"'`=]+))")

// arguments parts a shortcode into its name and its arguments.
func arguments(s string) (name string, args params) {
	args = make(params)
	place := 0
	for _, m := range argument.FindAllStringSubmatch(s, 50) {
		v := strings.ReplaceAll(m[2], `\"`, `"`) + m[3] + m[4] + m[5]
		switch {
		case name == "":
			name = v
		case m[1] != "":
			args[strings.ToLower(m[1])] = v
		default:
			args[string(rune('0'+min(place, 9)))] = v
			place++
		}
	}
	return name, args
}

// escape keeps plain text from being read as Markdown or HTML.
func escape(s string) string {
	var b strings.Builder
	for _, r := range markup.Line(s) {
		if strings.ContainsRune("\\`*_[]<>&{}|~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
