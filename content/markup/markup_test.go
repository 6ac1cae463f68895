package markup

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/standfirst/standfirst/content"
)

var post = Page{URL: "https://example.com/blog/post/", Root: "https://example.com", Templates: true}

func TestHTML(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"paragraphs", "<p>One</p>\n<p>Two</p>", "<p dir=\"auto\">One</p>\n<p dir=\"auto\">Two</p>"},
		{"loose text", "One <b>two</b><p>Three</p>four", `<p dir="auto">One <b>two</b></p><p dir="auto">Three</p><p dir="auto">four</p>`},
		{"divisions", `<div><div class="a">One</div><div>Two<p>Three</p></div></div>`, `<p dir="auto">One</p><p dir="auto">Two</p><p dir="auto">Three</p>`},
		{"direction", `<p dir="RTL">א</p><div dir=rtl>ב</div><pre>x</pre>`, `<p dir="rtl">א</p><p dir="rtl">ב</p><pre dir="ltr">x</pre>`},
		{"headings move down from h1", "<h1>A</h1><h2>B</h2><h5>C</h5>", `<h2 dir="auto">A</h2><h3 dir="auto">B</h3><h4 dir="auto">C</h4>`},
		{"headings stay", "<h2>B</h2><h3>C</h3>", `<h2 dir="auto">B</h2><h3 dir="auto">C</h3>`},
		{"script and style", "<style>p{}</style>a<script>alert(1)</script><svg><script>x</script></svg><form><input>x</form>", `<p dir="auto">a</p>`},
		{"handlers, ids, classes", `<p id=a class=b style="x" onclick="y">a</p>`, `<p dir="auto">a</p>`},
		{"links", `<a href="/x">a</a> <a href="y">b</a> <a href="#z">c</a> <a href="//cdn.example/q">d</a> <a href="HTTP://EXAMPLE.com/">e</a>`,
			`<p dir="auto"><a href="https://example.com/x" rel="noopener">a</a> <a href="https://example.com/blog/post/y" rel="noopener">b</a> ` +
				`<a href="https://example.com/blog/post/#z" rel="noopener">c</a> <a href="https://cdn.example/q" rel="noopener">d</a> <a href="http://EXAMPLE.com/" rel="noopener">e</a></p>`},
		{"no links", `<a href="javascript:alert(1)">a</a><a href="java&#10;script:x">b</a><a name=x></a><a href="data:text/html,x">c</a><a>d</a><a href="{{ site.x }}/y">e</a><a href="vbscript:x">f</a>`,
			`<p dir="auto">abcdef</p>`},
		{"deceiving link", `<a href="https://bank.example@evil.example/">a</a>`, `<p dir="auto"><a href="https://evil.example/" rel="noopener">a</a></p>`},
		{"mail", `<a href="mailto:a@example.com?subject=x">a</a>`, `<p dir="auto"><a href="mailto:a@example.com?subject=x" rel="noopener">a</a></p>`},
		{"image", `<img src="p.png" alt=" A  b " width=640 height=50% srcset="q.png 2x" loading=lazy onerror=x>`,
			`<p dir="auto"><img src="https://example.com/blog/post/p.png" alt="A b" width="640"/></p>`},
		{"lazy image", `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/p.png">`, `<p dir="auto"><img src="https://example.com/p.png" alt=""/></p>`},
		{"picture", `<picture><source srcset="a.webp"><img srcset="/a.png 1x, /b.png 2x" alt=x></picture>`, `<p dir="auto"><img src="https://example.com/a.png" alt="x"/></p>`},
		{"image in the text", `<img src="data:image/png;base64,iVBORw0KGgo=" alt=x><img src="data:image/svg+xml;base64,AAAA" alt=y>`,
			`<p dir="auto"><img src="data:image/png;base64,iVBORw0KGgo=" alt="x"/>y</p>`},
		{"counting pixel", `a<img src="https://t.example/p.gif" width=1 height=1>`, `<p dir="auto">a</p>`},
		{"frame", `<iframe src="https://www.youtube.com/embed/abc?x=1" title="The film"></iframe>`,
			`<p dir="auto"><a href="https://www.youtube.com/watch?v=abc" rel="noopener">The film</a></p>`},
		{"video", `<video poster="/p.jpg"><source src="/v.mp4"></video>`,
			`<p dir="auto"><a href="https://example.com/v.mp4" rel="noopener"><img src="https://example.com/p.jpg" alt=""/></a></p>`},
		{"table", `<table class=x><tr><th align=left onclick=x>a<td colspan=2 style="x">b</table>`,
			`<table><tbody><tr><th align="left" dir="auto">a</th><td colspan="2" dir="auto">b</td></tr></tbody></table>`},
		{"templates", `a {{ x }}b {%if y%}c{% endif %} <code>{{ kept }}</code> <pre>{% kept %}</pre>{{ open`,
			"<p dir=\"auto\">a b c <code>{{ kept }}</code> </p><pre dir=\"ltr\">{% kept %}</pre><p dir=\"auto\"> open</p>"},
		{"nested halves", "{{{ x }}{ y }}{{%", `<p dir="auto">`},
		{"halves side by side", "a{<!-- -->{ x }}b {<wbr>% y %}c", `<p dir="auto">ab c</p>`},
		{"comments", "a<!-- no --><!--[if mso]>x<![endif]-->b", `<p dir="auto">ab</p>`},
		{"controls", "a\x00b\x1bc\u0085d", `<p dir="auto">abcd</p>`},
		{"composed", "Cafe\u0301", `<p dir="auto">Café</p>`},
		{"empty paragraphs", "<p></p><p> \n</p><p>a</p><div></div>", "<p dir=\"auto\">a</p>"},
		{"list", `<ol start=3 reversed><li>a<ul><li>b</ul></ol>`, `<ol start="3" reversed="" dir="auto"><li dir="auto">a<ul dir="auto"><li dir="auto">b</li></ul></li></ol>`},
		{"mutation", `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, ``},
		{"noscript", `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, ``},
		{"details", `<details><summary>More</summary>text <b>b</b></details>`, `<p dir="auto">More</p><p dir="auto">text <b>b</b></p>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := HTML(tt.in, post)
			if err != nil {
				t.Fatal(err)
			}
			if tt.name == "nested halves" {
				if strings.Contains(b.HTML, "{{") || strings.Contains(b.HTML, "{%") {
					t.Errorf("left: %s", b.HTML)
				}
				return
			}
			if diff := cmp.Diff(tt.want, b.HTML); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			again, err := HTML(b.HTML, post)
			if err != nil || again.HTML != b.HTML {
				t.Errorf("cleaned twice: %v\n%s", err, cmp.Diff(b.HTML, again.HTML))
			}
		})
	}
}

func TestHTMLTooMuch(t *testing.T) {
	if _, err := HTML(strings.Repeat("a", MaxHTML+1), Page{}); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	if _, err := HTML(strings.Repeat("<div>", 100000), Page{}); err == nil {
		t.Error("a hundred thousand divisions within each other are taken")
	}
}

func TestResolve(t *testing.T) {
	at := Page{
		URL: "https://example.com/docs/post", Base: "https://cdn.example/bundle/", Root: "https://example.com/docs/",
		Resolve: func(ref string) (string, bool) {
			switch ref {
			case "other.md":
				return "https://example.com/docs/other", true
			case "gone.md":
				return "", true
			}
			return "", false
		},
	}
	in := `<a href="other.md">a</a><a href="gone.md">b</a><a href="/c">c</a><a href="/docs/d">d</a><a href="e.png">e</a><a href="#f">f</a><a href="?g">g</a>`
	var got []string
	b, err := HTML(in, at)
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(b.HTML, `href="`) {
		ref, _, _ := strings.Cut(part, `"`)
		got = append(got, ref)
	}
	want := []string{"<p dir=", "https://example.com/docs/other", "https://example.com/docs/c", "https://example.com/docs/d",
		"https://cdn.example/bundle/e.png", "https://example.com/docs/post#f", "https://cdn.example/bundle/?g"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	nowhere, err := HTML(`<a href="/x">x</a><a href="https://example.com/">y</a><img src="z.png" alt="z">`, Page{})
	if want := `<p dir="auto">x<a href="https://example.com/" rel="noopener">y</a>z</p>`; err != nil || nowhere.HTML != want {
		t.Errorf("without a page: %s, %v", nowhere.HTML, err)
	}
}

func TestBody(t *testing.T) {
	long := "This paragraph has more than forty characters."
	for _, tt := range []struct {
		name, in string
		want     Body
	}{
		{"opening", "<p>Short.</p><blockquote><p>" + long + " In a quotation.</p></blockquote><p>" + long + "</p>",
			Body{Opening: long, Measure: Measure{Words: 18}}},
		{"lead", "<p>Before <b>it</b>.</p><!-- more --><p>After.</p>", Body{Lead: "Before it.", Measure: Measure{Words: 3}}},
		{"no lead", "<!--more--><p>After.</p>", Body{Measure: Measure{Words: 1}}},
		{"image", `<img src="/a.svg"><img src="/e.png" class="emoji" alt="x"><img src="/s.png" width=100><img src="/b.jpg" alt="B"><img src="/c.jpg">`,
			Body{Image: content.Image{URL: "https://example.com/b.jpg", Alt: "B"}, Measure: Measure{Images: 4}}},
		{"code", "<p>Words <code>here</code></p><pre>a b c\n\nd e f\n</pre>", Body{Measure: Measure{Words: 2, CodeLines: 2}}},
		{"ideographs", "<p>日本語とEnglishの文。</p>", Body{Measure: Measure{Words: 1, Ideographs: 6}}},
		{"right to left", "<p>שלום עולם</p><p>السلام عليكم</p>", Body{Measure: Measure{Words: 4}}},
		{"blocks are apart", "<ul><li>one<li>two</ul>", Body{Measure: Measure{Words: 2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := HTML(tt.in, post)
			if err != nil {
				t.Fatal(err)
			}
			got.HTML = ""
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestMinutes(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    Measure
		wpm  int
		want int
	}{
		{"nothing", Measure{}, 0, 0},
		{"a word", Measure{Words: 1}, 0, 1},
		{"a minute", Measure{Words: 238}, 0, 1},
		{"a quarter over is forgiven", Measure{Words: 238 + 59}, 0, 1},
		{"and no more", Measure{Words: 238 + 61}, 0, 2},
		{"an evening", Measure{Words: 2380}, 0, 10},
		{"slower", Measure{Words: 2000}, 200, 10},
		{"ideographs", Measure{Ideographs: 2500}, 0, 5},
		{"one picture", Measure{Words: 238, Images: 1}, 0, 1},
		{"ten pictures: 12, 11 … 3", Measure{Images: 10}, 0, 1},
		{"twenty: and then 3 each", Measure{Images: 20}, 0, 2},
		{"code", Measure{CodeLines: 60}, 0, 1},
		{"much code", Measure{CodeLines: 10000}, 0, 3},
	} {
		if got := tt.m.Minutes(tt.wpm); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestStandfirst(t *testing.T) {
	words := strings.Repeat("word ", 100)
	for _, tt := range []struct{ in, want string }{
		{"Plain.", "Plain."},
		{"  A **bold**, `code` and\n[linked](https://x.example) text ", "A bold, code and linked text"},
		{"<p>AT&amp;T &lt;3 <a href=x>you</a></p>", "AT&T <3 you"},
		{"2026. A year", "2026. A year"},
		{"5 * 3 * 2 and snake_case_name", "5 * 3 * 2 and snake_case_name"},
		{"a\u202eb\u2066c\x00d", "abcd"},
		{words, strings.Repeat("word ", 48)[:239] + "…"},
		{strings.Repeat("x", 300), strings.Repeat("x", 239) + "…"},
		{strings.Repeat("x, ", 100), strings.Repeat("x, ", 80)[:238] + "…"},
		{strings.Repeat("語", 240), strings.Repeat("語", 240)},
		{strings.Repeat("語", 241), strings.Repeat("語", 239) + "…"},
		{"<script>alert(1)</script>x", "x"},
		{"", ""},
	} {
		got := Standfirst(tt.in)
		if got != tt.want {
			t.Errorf("Standfirst(%.40q…)\n got %q\nwant %q", tt.in, got, tt.want)
		}
		if n := len([]rune(got)); n > MaxStandfirst {
			t.Errorf("%d characters", n)
		}
	}
}

func TestMarkdown(t *testing.T) {
	for _, tt := range []struct{ name, lang, in, want string }{
		{"typography", "en", `"It's" -- so...`, "<p dir=\"auto\">“It’s” – so…</p>"},
		{"other quotes", "de", `"Er's" -- so...`, "<p dir=\"auto\">&#34;Er’s&#34; – so…</p>"},
		{"heading with an anchor", "", "# Title {#a .b}\n\ntext", "<h2 dir=\"auto\">Title</h2>\n<p dir=\"auto\">text</p>"},
		{"tasks", "", "- [x] a\n- [ ] b", "<ul dir=\"auto\">\n<li dir=\"auto\">☑ a</li>\n<li dir=\"auto\">☐ b</li>\n</ul>"},
		{"footnote", "", "a[^1]\n\n[^1]: note", "<p dir=\"auto\">a<sup><a href=\"https://example.com/blog/post/#fn:1\" rel=\"noopener\">1</a></sup></p>\n\n<hr/>\n<ol dir=\"auto\">\n<li dir=\"auto\">\n<p dir=\"auto\">note</p>\n</li>\n</ol>"},
		{"code", "", "```go\nx := \"{{ .Y }}\"\n```\n\n`{{ z }}`", "<pre dir=\"ltr\"><code>x := &#34;{{ .Y }}&#34;\n</code></pre>\n<p dir=\"auto\"><code>{{ z }}</code></p>"},
		{"html", "", "<div onclick=x>\n\n**b** <script>x</script>\n\n</div>", "<p dir=\"auto\"><strong>b</strong> </p>"},
		{"strike and link", "", "~~a~~ https://example.org/x", "<p dir=\"auto\"><del>a</del> <a href=\"https://example.org/x\" rel=\"noopener\">https://example.org/x</a></p>"},
		{"dangerous link", "", "[a](javascript:alert(1)) [b](<java\nscript:x>)", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Markdown(tt.in, tt.lang, post)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if strings.Contains(b.HTML, "href") {
					t.Error(b.HTML)
				}
				return
			}
			if diff := cmp.Diff(tt.want, b.HTML); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"<p>a<b>b</p>c", "<a href=javascript:x>y</a>", "<svg><a xlink:href=x>", "{{ a }} {%", "<table><p>x", "<math><mtext><style>",
		"<iframe src=//x>", "<img src=x onerror=y>", "<!--more-->", "<pre>{{", "<h1><div>x</div></h1>", "<a><div><p>x", "<noscript><img>", "<select><template>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := HTML(s, post)
		if err != nil {
			return
		}
		harmless(t, s, b.HTML)
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a\n\n*b* [c](d)", "a[^1]\n\n[^1]: b", "|a|\n|-|\n|b|", "<div {{ x }}>", "a\n: b", "- [ ] a", "![a](b \"{{c}}\")", "``{{``{{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := Markdown(s, "", post)
		if err != nil {
			return
		}
		harmless(t, s, b.HTML)
	})
}

var bad = regexp.MustCompile(`(?i)<(script|style|svg|math|iframe|form|object|embed|template|noscript|textarea|xmp)\b|<[^>]*\s(on[a-z]+|style|id|class|srcset)\s*=|(href|src)="(?:[^hmtd]|javascript|data:text)`)

// harmless fails if what came of s could do anything, or leads nowhere.
func harmless(t *testing.T, s, got string) {
	t.Helper()
	if m := bad.FindString(got); m != "" {
		t.Errorf("%q gives %q in %q", s, m, got)
	}
	nodes, err := html.ParseFragment(strings.NewReader(got), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		t.Fatal(err)
	}
	var look func(n *html.Node, code bool)
	look = func(n *html.Node, code bool) {
		code = code || n.Data == "code" || n.Data == "pre" || n.Data == "kbd" || n.Data == "samp" || n.Data == "var"
		if n.Type == html.TextNode && !code && openings.MatchString(n.Data) {
			t.Errorf("%q leaves a template in %q", s, got)
		}
		for c := range n.ChildNodes() {
			look(c, code)
		}
	}
	for _, n := range nodes {
		look(n, false)
	}
}

// Nothing turns the direction of what stands around it, however it is written,
// in the text, in code or in what stands for a picture.
func TestNothingTurns(t *testing.T) {
	const src = "<p>A\u202eB &#x202E;&#8238;C\u2066D\u2069</p><pre>if \u202a&#x2067;x</pre><p><img src=\"https://example.com/a.png\" alt=\"\u202ebad &#x202b;alt\" width=\"600\"> and a paragraph of forty characters, at least\u202e.</p>"
	b, err := HTML(src, Page{URL: "https://example.com/a"})
	if err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]string{
		"body": b.HTML, "opening": b.Opening, "alt": b.Image.Alt, "text": Text(b.HTML),
		"standfirst": Standfirst("A\u202eB &#x202E;C"), "cut": Cut("A\u2066B"),
	} {
		if s == "" || strings.ContainsFunc(html.UnescapeString(s), turns) {
			t.Errorf("%s: %q", what, s)
		}
	}
}
