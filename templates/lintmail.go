package templates

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of letters, in bytes.
const (
	gmailClips = 100 << 10 // Gmail shows 102 KB, as it counts
	gmailStyle = 16 << 10  // a larger <style> is dropped
	oldStyle   = 8 << 10   // and this long ago
)

// LintMail holds a letter against what mail programs need and readers may
// expect, by rules of structure: whether each of 23 mail programs knows each
// CSS property is for another day. No finding without Warning: the letter is
// good.
func LintMail(html, text string) []Finding { return lintLetter(html, text, true) }

// lintLetter is LintMail. Letters that are not list mail (a sign-in) lead to no
// page for leaving.
func lintLetter(html, text string, list bool) []Finding {
	l := &lint{markup: readMarkup(html)}
	l.common()
	l.frame()
	l.tables()
	l.outlook()
	l.images()
	l.mailLinks()
	l.sheets()
	l.inline()
	l.setting()
	l.preheader()
	l.duties(list)
	if n := len(html); n > gmailClips {
		l.bad("size", nil, "%d KB; Gmail hides what is behind 102 KB, the unsubscribe link first", n>>10)
	} else if n > Budget {
		l.warn("size", nil, "%d KB; the budget is %d", n>>10, Budget>>10)
	}
	if whole := travels(html) + travels(text) + header; whole > Whole {
		l.warn("size", nil, "%d KB on its way; the budget is %d", whole>>10, Whole>>10)
	}
	for _, n := range l.named("script", "form", "input", "button", "iframe", "object", "embed", "link", "base", "video", "audio", "svg") {
		l.bad("forbidden", n, "<%s> has no place in a letter", n.name)
	}
	l.plain(text, list)
	return l.sorted()
}

// frame is what stands round a letter for those programs that take <html> off
// and for those that go dark.
func (l *lint) frame() {
	for _, name := range []string{"color-scheme", "supported-color-schemes"} {
		if l.meta(name) != "light dark" {
			l.bad("color-scheme", nil, "<meta name=%q content=\"light dark\"> is missing", name)
		}
	}
	wrap := l.first(func(n *node) bool { return n.attrs["role"] == "article" && n.attrs["aria-roledescription"] == "email" })
	switch {
	case wrap == nil:
		l.bad("wrapper", nil, "nothing has role=\"article\" aria-roledescription=\"email\"")
	case wrap.attrs["lang"] == "" || wrap.attrs["dir"] == "":
		l.bad("wrapper", wrap, "the wrapper has no lang or dir, and some programs take <html> off")
	case wrap.attrs["aria-label"] == "":
		l.bad("wrapper", wrap, "the wrapper has no aria-label")
	}
	css := ""
	for _, n := range l.named("style") {
		css += n.rules()
	}
	if !strings.Contains(css, "prefers-color-scheme:dark") && !strings.Contains(css, "prefers-color-scheme: dark") {
		l.bad("dark", nil, "no rules for prefers-color-scheme: dark")
	}
	if !strings.Contains(css, "[data-ogsc]") || !strings.Contains(css, "[data-ogsb]") {
		l.bad("dark", nil, "no [data-ogsc] and [data-ogsb] rules, which Outlook's dark mode needs")
	}
}

// rules returns the text of a <style>.
func (n *node) rules() string {
	var b strings.Builder
	for _, c := range n.children {
		b.WriteString(c.text)
	}
	return b.String()
}

func (l *lint) tables() {
	for _, n := range l.named("table") {
		if r := n.attrs["role"]; r != "presentation" && r != "none" {
			l.bad("table-role", n, "a table for layout needs role=\"presentation\"")
		}
	}
}

var (
	tableTag  = regexp.MustCompile(`(?i)<table\b[^>]*>`)
	tableEnd  = regexp.MustCompile(`(?i)</table\s*>`)
	tableRole = regexp.MustCompile(`(?i)role="?(presentation|none)`)
)

// outlook looks into the conditional comments, which other parsers skip.
func (l *lint) outlook() {
	if opened, closed := strings.Count(l.source, "<!--[if "), strings.Count(l.source, "<![endif]-->"); opened != closed {
		l.bad("mso", nil, "%d conditional comments begin and %d end", opened, closed)
	} else if opened == 0 {
		l.warn("mso", nil, "no conditional comment: Outlook for Windows stretches the letter across the window")
	}
	begin, end := 0, 0
	for _, c := range l.comments {
		if !strings.HasPrefix(c.text, "[if ") {
			continue
		}
		end += len(tableEnd.FindAllString(c.text, -1))
		for _, t := range tableTag.FindAllString(c.text, -1) {
			begin++
			if !tableRole.MatchString(t) {
				l.bad("table-role", c, "a table in a conditional comment needs role=\"presentation\" too")
			}
		}
	}
	if begin != end {
		l.bad("mso", nil, "conditional comments begin %d tables and end %d", begin, end)
	}
}

var digits = regexp.MustCompile(`^\d+$`)

func (l *lint) images() {
	for _, n := range l.named("img") {
		src, style := n.attrs["src"], n.attrs["style"]
		if !digits.MatchString(n.attrs["width"]) {
			l.bad("img-width", n, "<img> needs a width in pixels: Outlook shows the file's own otherwise")
		}
		if n.attrs["height"] != "" && strings.Contains(strings.ReplaceAll(style, " ", ""), "width:100%") {
			l.bad("img-height", n, "a fluid <img> must not have a height: Yahoo stretches it")
		}
		if !absolute(src) {
			l.bad("img-src", n, "the address of an image must be absolute https: %q", src)
		}
		if u, err := url.Parse(src); err == nil && !mailImage(u.Path) {
			l.bad("img-format", n, "mail programs show PNG, JPEG and GIF: %q", src)
		}
	}
}

// absolute reports whether an address works from a mailbox: https, or http to
// the machine the program is being tried on.
func absolute(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Scheme == "http" {
		h := u.Hostname()
		return h == "localhost" || h == "::1" || strings.HasPrefix(h, "127.")
	}
	return u.Scheme == "https"
}

var vague = regexp.MustCompile(`(?i)^(click here|here|read more|learn more|more|details|link|this)$`)

func (l *lint) mailLinks() {
	seen := map[string]string{}
	for _, a := range l.named("a") {
		href, name := a.attrs["href"], a.named()
		switch {
		case strings.HasPrefix(href, "#"):
			l.bad("anchor", a, "links within a letter do not work in Gmail and Yahoo: %q", href)
		case !absolute(href) && !strings.HasPrefix(href, "mailto:") && !strings.HasPrefix(href, "tel:"):
			l.bad("href", a, "a link must be absolute https: %q", href)
		}
		if vague.MatchString(name) {
			l.bad("link-text", a, "%q does not say where the link leads", name)
		}
		key := strings.ToLower(name)
		if before, ok := seen[key]; ok && name != "" && before != href {
			l.warn("link-dup", a, "two links are called %q and lead to different places", name)
		}
		seen[key] = href
	}
}

func (l *lint) sheets() {
	for _, n := range l.named("style") {
		css := n.rules()
		if !n.inside("head") {
			l.bad("style-in-body", n, "<style> outside <head>: Gmail drops it")
		}
		if len(css) > gmailStyle {
			l.bad("style-size", n, "<style> of %d KB: Gmail drops more than 16", len(css)>>10)
		}
		if open, closed := strings.Count(css, "{"), strings.Count(css, "}"); open != closed {
			l.bad("style-css", n, "<style> opens %d braces and closes %d: what follows is lost", open, closed)
		}
		if len(css) > oldStyle && len(css) <= gmailStyle {
			l.warn("style-size", n, "<style> of %d KB: older Gmail drops more than 8", len(css)>>10)
		}
		if strings.Contains(css, "url(") {
			l.bad("style-url", n, "url() makes Gmail drop the whole <style>")
		}
		if strings.Contains(css, "@import") {
			l.bad("style-import", n, "@import is dropped by Gmail")
		}
		if strings.Contains(css, "@font-face") {
			l.warn("web-font", n, "most mail programs do not load @font-face")
		}
	}
}

var zero = regexp.MustCompile(`^0(px)?( 0(px)?)*$`)

// unsupported are properties that half of the programs do not know, so that a
// letter must not lean on them.
var unsupported = regexp.MustCompile(`^(position|float|flex|grid|gap|transform|filter|object-fit|aspect-ratio|clip-path|inset|(margin|padding|border)-(inline|block).*)$`)

func (l *lint) inline() {
	for _, n := range l.all {
		for _, d := range declarations(n.attrs["style"]) {
			switch {
			case d[1] == "":
				l.bad("inline-css", n, "%q in a style is not property: value", d[0])
			case strings.Contains(d[1], "var(") || strings.HasPrefix(d[0], "--"):
				l.bad("inline-css", n, "Gmail and Outlook do not know CSS variables: %s", d[0])
			case d[0] == "display" && (strings.Contains(d[1], "flex") || strings.Contains(d[1], "grid")), unsupported.MatchString(d[0]):
				l.bad("inline-css", n, "%s: %s does not work in Outlook or Gmail", d[0], d[1])
			case strings.HasPrefix(d[0], "padding") && !zero.MatchString(d[1]) && n.name != "td" && n.name != "th" && n.name != "a" && n.name != "body":
				l.bad("word-padding", n, "Outlook for Windows honours padding on table cells only: use a margin or a cell")
			}
		}
	}
}

// setting follows every text to the size and colours it is set in.
func (l *lint) setting() {
	body := l.first(func(n *node) bool { return n.name == "body" })
	if body == nil {
		l.bad("body", nil, "there is no <body>")
		return
	}
	small, total := 0, 0
	body.walk(func(n *node) {
		said := visible(n.text)
		if n.name != "" || said == "" || n.inside("style") {
			return
		}
		size := pixels(n.parent.inherited("font-size"))
		if size < 0 {
			size = 16
		}
		if size == 1 { // a gap or the preheader
			return
		}
		total += utf8.RuneCountInString(said)
		if size < 16 {
			small += utf8.RuneCountInString(said)
		}
		if size < 13 {
			l.bad("font-size", n.parent, "%q is set in %v px; the least is 13", clip(said, 30), size)
		}
		ink, inkErr := parseColour(n.parent.inherited("color"))
		ground, groundErr := parseColour(n.parent.inherited("background-color"))
		if inkErr != nil || groundErr != nil {
			l.warn("contrast", n.parent, "%q stands on a colour that is not set as #rrggbb", clip(said, 30))
		} else if r := contrast(ink, ground); r < minContrast {
			l.bad("contrast", n.parent, "%q has %.1f:1 against its ground; text needs %.1f:1", clip(said, 30), r, minContrast)
		}
	})
	if total > 400 && small*2 > total {
		l.warn("font-size", nil, "%d %% of the text is smaller than 16 px", 100*small/total)
	}
}

// preheader is what an inbox shows beside the subject.
func (l *lint) preheader() {
	pre := l.first(func(n *node) bool { return n.class("preheader") })
	if pre == nil {
		l.bad("preheader", nil, "nothing has class=\"preheader\"")
		return
	}
	said := pre.words()
	if n := utf8.RuneCountInString(said); n < 40 || n > 140 {
		l.bad("preheader", pre, "the preheader has %d characters; inboxes show 40 to 140", n)
	}
	if body := l.first(func(n *node) bool { return n.name == "body" }); body != nil && !strings.HasPrefix(body.words(), said) {
		l.bad("preheader", pre, "the preheader is not the first text of the letter")
	}
	if t := l.named("title"); len(t) > 0 && t[0].words() == said {
		l.bad("preheader", pre, "the preheader says the subject again")
	}
	for _, want := range [][2]string{{"display", "none"}, {"max-height", "0"}, {"opacity", "0"}, {"mso-hide", "all"}} {
		if pre.style(want[0]) != want[1] {
			l.bad("preheader", pre, "the preheader is not hidden by %s: %s", want[0], want[1])
		}
	}
}

// duties are what law and good manners want at the end of a letter.
func (l *lint) duties(list bool) {
	links := l.named("a")
	leads := func(class, word string) bool {
		for _, a := range links {
			if a.class(class) || strings.Contains(strings.ToLower(a.attrs["href"]+" "+a.words()), word) {
				return true
			}
		}
		return false
	}
	for _, want := range [][3]string{
		{"unsubscribe", "unsubscribe", "an unsubscribe link"},
		{"preferences", "preferences", "a link to the reader's preferences"},
		{"browser", "browser", "a link to view the letter in a browser"},
	} {
		if list && !leads(want[0], want[1]) {
			l.bad(want[0], nil, "there is no %s", strings.TrimPrefix(strings.TrimPrefix(want[2], "an "), "a "))
		}
	}
	for _, want := range [][2]string{{"postal-address", "the postal address"}, {"why", "why the reader gets this"}} {
		n := l.first(func(n *node) bool { return n.class(want[0]) })
		if n == nil || n.words() == "" {
			l.bad(want[0], n, "nothing with class=%q says %s", want[0], want[1])
		}
	}
}

var (
	tagInText = regexp.MustCompile(`</?[a-zA-Z][^<>@]*>|&(#\d+|[a-z]+);`)
	addressIn = regexp.MustCompile(`https?://`)
)

// plain holds the text against the HTML.
func (l *lint) plain(text string, list bool) {
	report := func(rule string, line int, what string) {
		l.findings = append(l.findings, Finding{Rule: rule, Line: line, Text: true, What: what, offset: -1})
	}
	if strings.TrimSpace(text) == "" {
		report("text", 0, "there is no plain text")
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if widthOf(line) > 78 && !addressIn.MatchString(line) && strings.Contains(line, " ") {
			report("text-wrap", i+1, "the line has "+strconv.Itoa(widthOf(line))+" columns; 72 is usual")
			l.findings[len(l.findings)-1].Warning = true
		}
		if m := tagInText.FindString(line); m != "" && !strings.HasPrefix(m, "<http") {
			report("text-html", i+1, "HTML in the plain text: "+m)
		}
		if m := residue.FindString(line); m != "" {
			report("residue", i+1, strconv.Quote(m)+" is left of a template")
		}
	}
	flat := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, h := range l.named("h1", "h2", "h3") {
		if said := h.words(); !strings.Contains(flat, strings.ToLower(said)) {
			report("text-parity", 0, "the heading "+strconv.Quote(said)+" is missing from the plain text")
		}
	}
	for _, a := range l.named("a") {
		if href := a.attrs["href"]; absolute(href) && !a.class("t") && !strings.Contains(text, href) {
			report("text-parity", 0, "the link to "+href+" is missing from the plain text")
		}
	}
	if list && !strings.Contains(strings.ToLower(text), "unsubscribe") {
		report("text-unsubscribe", 0, "the plain text does not say how to unsubscribe")
	}
}
