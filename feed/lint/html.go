package lint

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(strings.Join(words, " ")) {
		m[w] = true
	}
	return m
}

var (
	// safe are the elements a feed may hold without a word from the validator.
	safe = set("a abbr acronym address area article aside audio b bdi big blockquote br button canvas caption center cite code col colgroup",
		"data datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hgroup hr",
		"i img input ins kbd label legend li main map mark menu meter nav noscript ol optgroup option output p picture pre progress q rp rt ruby",
		"s samp section select small source span strike strong sub summary sup table tbody td template textarea tfoot th thead time tr track tt u ul var video wbr")
	// known are all elements of HTML that readers may take for one.
	known = set(strings.Join(keys(safe), " "), "applet base basefont bdo body embed frame frameset head html iframe link meta noframes object param",
		"plaintext rb rtc script slot style svg title xmp")
	harmless = set("abbr accept accesskey align alt autoplay axis border cellpadding cellspacing char charoff charset checked cite class clear color cols",
		"colspan compact contenteditable coords crossorigin data datetime decoding default dir disabled download draggable face for form frame headers height hidden high",
		"href hreflang hspace id is ismap itemid itemprop itemref itemscope itemtype kind label lang list loading longdesc loop low max maxlength media",
		"method min multiple muted name nohref noshade nowrap open optimum pattern ping placeholder playsinline poster preload prompt readonly",
		"referrerpolicy rel required rev reversed rows rowspan rules scope selected shape size sizes span spellcheck src srclang srcset start step style summary",
		"tabindex target title translate type usemap valign value vspace width wrap xmlns")
	absolute = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)
)

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// html checks content: no scripts, no relative addresses, tags closed.
func (l *linter) html(s spot) {
	var open []string
	z := html.NewTokenizer(strings.NewReader(s.value))
	z.SetMaxBuf(maxBytes)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				l.warn(s.line, s.where, "NotHtml", "<%s> is not closed", open[len(open)-1])
			}
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			l.tag(s, t)
			if t.Type == html.StartTagToken && !void[t.Data] {
				open = append(open, t.Data)
			}
			if len(open) > 1000 {
				l.warn(s.line, s.where, "NotHtml", "is nested too deeply")
				return
			}
		case html.EndTagToken:
			t := z.Token()
			if len(open) == 0 || open[len(open)-1] != t.Data {
				l.warn(s.line, s.where, "NotHtml", "</%s> closes what is not open", t.Data)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

var void = set("area base br col embed hr img input link meta param source track wbr")

func (l *linter) tag(s spot, t html.Token) {
	if !known[t.Data] {
		l.warn(s.line, s.where, "NotHtml", "<%s> is not HTML", t.Data)
		return
	}
	if !safe[t.Data] {
		l.warn(s.line, s.where, "SecurityRisk", "<%s> is dangerous and will be removed", t.Data)
		return
	}
	for _, a := range t.Attr {
		switch {
		case !harmless[a.Key] && !strings.HasPrefix(a.Key, "data-"):
			l.warn(s.line, s.where, "SecurityRiskAttr", "%s of <%s> is dangerous and will be removed", a.Key, t.Data)
		case a.Key == "href" || a.Key == "src" || a.Key == "poster" || a.Key == "cite":
			l.reference(s, t.Data, a.Val)
		case a.Key == "srcset":
			for _, candidate := range strings.Split(a.Val, ", ") {
				if f := strings.Fields(candidate); len(f) > 0 {
					l.reference(s, t.Data, f[0])
				}
			}
		}
	}
}

func (l *linter) reference(s spot, tag, ref string) {
	ref = strings.TrimSpace(ref)
	switch {
	case !absolute.MatchString(ref):
		l.warn(s.line, s.where, "ContainsRelRef", "%q of <%s> is not absolute", ref, tag)
	case strings.HasPrefix(strings.ToLower(ref), "javascript:"):
		l.warn(s.line, s.where, "SecurityRisk", "<%s> refers to a script", tag)
	}
}
