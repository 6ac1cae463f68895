package feed

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a body may hold in a feed: the elements and attributes readers show and
// validators do not call a risk. The body comes sanitised; this is the second
// lock on the door, and it also balances tags, since a feed glues bodies of
// many writers together.
var (
	kept = set("a abbr address article aside audio b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em " +
		"figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp rt ruby s samp section " +
		"small source span strong sub summary sup table tbody td tfoot th thead time tr track u ul var video wbr")
	// Gone with all they hold; other elements only lose their tags.
	gone = set("applet base button canvas embed form frame frameset head iframe input link map math meta noembed noframes noscript " +
		"object option optgroup param plaintext script select style svg template textarea title xmp")

	everywhere = set("class dir lang title")
	special    = map[string]map[string]bool{
		"a":          set("href hreflang"),
		"audio":      set("src preload loop"),
		"blockquote": set("cite"),
		"col":        set("span"),
		"colgroup":   set("span"),
		"del":        set("cite datetime"),
		"details":    set("open"),
		"img":        set("src srcset sizes alt width height"),
		"ins":        set("cite datetime"),
		"li":         set("value"),
		"ol":         set("start reversed type"),
		"q":          set("cite"),
		"source":     set("src srcset sizes media type"),
		"td":         set("colspan rowspan headers"),
		"th":         set("colspan rowspan headers scope"),
		"time":       set("datetime"),
		"track":      set("src kind srclang label default"),
		"video":      set("src poster width height preload loop"),
	}
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// body returns HTML for a feed: balanced, without scripts, every URL absolute.
// What cannot be parsed (only nesting without end cannot) gives nothing, and
// the item falls back on its summary.
func body(src, page string) string {
	if strings.TrimSpace(src) == "" {
		return ""
	}
	base, err := url.Parse(page)
	if err != nil {
		return ""
	}
	nodes, err := html.ParseFragment(strings.NewReader(chars(src)), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return ""
	}
	root := &html.Node{Type: html.DocumentNode}
	for _, n := range nodes {
		keep(root, n, base)
	}
	if !shows(root) {
		return ""
	}
	var b strings.Builder
	if err := html.Render(&b, root); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

// shows reports whether there is anything to see: not only empty paragraphs.
func shows(n *html.Node) bool {
	if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" || attr(n, "src") != "" {
		return true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if shows(c) {
			return true
		}
	}
	return false
}

// keep copies what is allowed of n below parent. The parser bounds the depth.
func keep(parent, n *html.Node, base *url.URL) {
	switch {
	case n.Type == html.TextNode:
		parent.AppendChild(&html.Node{Type: html.TextNode, Data: chars(n.Data)})
		return
	case n.Type != html.ElementNode || n.Namespace != "" || gone[n.Data]:
		return
	}
	to := parent
	if kept[n.Data] {
		to = &html.Node{Type: html.ElementNode, Data: n.Data, DataAtom: n.DataAtom, Attr: attributes(n, base)}
		if !worthwhile(to) {
			return
		}
		parent.AppendChild(to)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		keep(to, c, base)
	}
}

// worthwhile reports whether an element that only shows what it refers to
// still refers to something.
func worthwhile(n *html.Node) bool {
	switch n.Data {
	case "img", "track":
		return attr(n, "src") != ""
	case "source":
		return attr(n, "src") != "" || attr(n, "srcset") != ""
	}
	return true
}

func attributes(n *html.Node, base *url.URL) []html.Attribute {
	var out []html.Attribute
	for _, a := range n.Attr {
		if a.Namespace != "" || !everywhere[a.Key] && !special[n.Data][a.Key] {
			continue
		}
		a.Val = chars(a.Val)
		switch a.Key {
		case "href", "cite":
			a.Val = resolve(a.Val, base, "http", "https", "mailto", "tel")
		case "src", "poster":
			a.Val = resolve(a.Val, base, "http", "https")
		case "srcset":
			a.Val = sources(a.Val, base)
		case "alt", "open", "reversed", "loop", "default":
			out = append(out, a) // mean something when empty
			continue
		}
		if a.Val != "" {
			out = append(out, a)
		}
	}
	if n.Data == "img" && !slices.ContainsFunc(out, func(a html.Attribute) bool { return a.Key == "alt" }) {
		out = append(out, html.Attribute{Key: "alt"})
	}
	return out
}

// sources makes the URLs of a srcset absolute and drops those that cannot be.
func sources(srcset string, base *url.URL) string {
	var out []string
	for rest := srcset; ; {
		rest = strings.TrimLeft(rest, " \t\n\f,")
		if rest == "" {
			return strings.Join(out, ", ")
		}
		end := strings.IndexAny(rest, " \t\n\f")
		if end < 0 {
			end = len(rest)
		}
		ref, descriptor := rest[:end], ""
		if trimmed := strings.TrimRight(ref, ","); trimmed != ref {
			ref, rest = trimmed, rest[end:] // a comma at the end closes the candidate
		} else {
			descriptor, rest, _ = strings.Cut(rest[end:], ",")
		}
		if u := resolve(ref, base, "http", "https"); u != "" {
			out = append(out, strings.TrimSpace(u+" "+text(descriptor)))
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// plain returns the text of HTML as one line.
func plain(src string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(src)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return text(b.String())
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			if name, _ := z.TagName(); !inline[string(name)] {
				b.WriteByte(' ')
			}
		}
	}
}

// inline elements do not part words.
var inline = set("a abbr b bdi cite code del dfn em i ins kbd mark q s samp small span strong sub sup time u var wbr")
