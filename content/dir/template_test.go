package dir

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/standfirst/standfirst/content/markup"
)

func testGenerator(mdx bool) *generator {
	return &generator{
		mdx:   mdx,
		field: func(name string) string { return map[string]string{"title": "The *title*", "x.y": "deep"}[name] },
		ref: func(path string) (string, bool) {
			return "https://lead.example/other", strings.Contains(path, "other")
		},
	}
}

func TestTemplates(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"none", "a { b } c\n", "a { b } c\n"},
		{"unknown shortcode", "a {{< plotly >}} b\n", "a  b\n"},
		{"around text", "{{% alert title=\"x\" %}}\nkeep *this*\n{{% /alert %}}\n", "\nkeep *this*\n\n"},
		{"youtube", "{{< youtube abc-1 >}}\n", "<https://www.youtube.com/watch?v=abc-1>\n"},
		{"youtube with a title", `{{< youtube id="abc" title="A [film]" >}}`, `[A \[film\]](https://www.youtube.com/watch?v=abc)`},
		{"figure", "{{< figure src=\"/a.png\" alt=\"A\" caption=\"The **A**\" link=\"/b\" >}}\n", "\n<figure><a href=\"/b\"><img src=\"/a.png\" alt=\"A\"></a><figcaption>The A</figcaption></figure>\n\n"},
		{"figure over lines", "{{< figure\n  src=\"/a.png\"\n  alt='\"A\"'\n>}}\n", "\n<figure><img src=\"/a.png\" alt=\"&#34;A&#34;\"></figure>\n\n"},
		{"figure in a line", "a {{< figure src=a.png alt=A >}} b", `a <img src="a.png" alt="A"> b`},
		{"param", "{{< param title >}}", `The \*title\*`},
		{"ref", "[x]({{< ref \"other.md\" >}}) [y]({{< relref \"gone.md\" >}})", "[x](https://lead.example/other) [y]({{unknown}})"},
		{"highlight", "{{< highlight go \"linenos=1\" >}}\nx := `{{ y }}`\n{{< /highlight >}}\n", "`````go\nx := `{{ y }}`\n`````\n\n"},
		{"shown shortcode", "use {{</* youtube x */>}} here", "use `{{< youtube x >}}` here"},
		{"shown shortcode in code", "```\n{{</* youtube x */>}}\n```\n", "```\n{{< youtube x >}}\n```\n"},
		{"Hugo's comment", "a{{/* no */}}b{{< comment >}}c{{< /comment >}}d", "abd"},
		{"Go", "a {{ .Site.Title }} b {{raw `<b>`}}", "a  b <b>"},
		{"Liquid's variables", "[a]({{ site.baseurl }}/b) {{ page.title }} {{ '/x.png' | relative_url }} {{ content }}", `[a](/b) The \*title\* /x.png `},
		{"Liquid's tags", "{% include x.html a=\"b\" %}a{% if x %}b{% endif %}{%- assign y = 1 -%}c", "abc"},
		{"Liquid's code", "{% highlight ruby linenos %}\nputs \"{{ x }}\"\n{% endhighlight %}\nafter\n", "`````ruby\nputs \"{{ x }}\"\n`````\n\nafter\n"},
		{"code on a line", "{% highlight sh %}ls{% endhighlight %} x", "`````sh\nls\n`````\n x\n"},
		{"code never closed", "{% highlight sh %}\nls\n", "`````sh\nls\n\n`````\n"},
		{"raw in prose", "{% raw %}{{ x }}{% endraw %} and {% raw %}plain{% endraw %}", "`{{ x }}` and plain"},
		{"raw around code", "{% raw %}\n```\n{{ x }}\n```\n{% endraw %}\n", "\n```\n{{ x }}\n```\n\n"},
		{"raw within code", "```\n{% raw %}{{ x }}{% endraw %}\n```\n", "```\n{{ x }}\n```\n"},
		{"raw within a span", "`{% raw %}{{ x }}{% endraw %}`", "`{{ x }}`"},
		{"Liquid's comment", "a{% comment %}b\n\nc{% endcomment %}d", "ad"},
		{"post_url", "[x]({% post_url 2026-01-01-other %}) [y]({% link _posts/gone.md %})", "[x](https://lead.example/other) [y]({{unknown}})"},
		{"fences", "~~~~\n{{ a }}\n~~~\n{% b %}\n~~~~\n{{ c }}d\n", "~~~~\n{{ a }}\n~~~\n{% b %}\n~~~~\nd\n"},
		{"fence in a list", "- a\n\n  ```\n  {{ a }}\n  ```\n", "- a\n\n  ```\n  {{ a }}\n  ```\n"},
		{"spans", "`{{ a }}` ``{% b ` %}`` {{ c }}", "`{{ a }}` ``{% b ` %}`` "},
		{"a span that is none", "a ` b {{ c }}\n\n`", "a ` b \n\n`"},
		{"indented code", "a\n\n    {{ b }}\n\nc {{ d }}\n", "a\n\n    {{ b }}\n\nc \n"},
		{"indented in a list", "- a\n\n    {{ b }}c\n", "- a\n\n    c\n"},
		{"never closed", "a {{ b", "a  b"},
		{"kramdown", "# A {: #b .c}\n{: .lead}\nd\n", "# A \n\nd\n"},
		{"Hugo's attributes", "a\n{.lead}\nb\n", "a\n\nb\n"},
		{"halves", "{{%}}b {{<>}}c {{}}d {%}e", "b c d }e"},
		{"escaped", "a \\{ b", "a \\{ b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, testGenerator(false).markdown(tt.in)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestMDX(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"modules", "import A from './a'\nimport {\n  B,\n} from 'b'\n\nexport const c = 1\n\nText.\n", "\n\nText.\n"},
		{"words that begin like modules", "Some import of goods.\nimport is a word here.\n", "Some import of goods.\nimport is a word here.\n"},
		{"components", "<Note type=\"x\" on={() => a > b}>\n\nkeep\n\n</Note>\n<Chart data={[1, {a: 2}]} />\n", "\n\nkeep\n\n\n\n"},
		{"fragments", "<>a</>", "a"},
		{"expressions", "a {1 + 1} b {/* no */} {\"text\"} {frontmatter.title} {props.x}", `a  b  text The \*title\* `},
		{"attributes", "<div className=\"x\" style={{color: 'red'}} {...rest}>a</div>", `<div className="x">a</div>`},
		{"code", "`{a}` <A/>\n\n```js\n<B>{c}</B>\nimport x\n```\n", "`{a}` \n\n```js\n<B>{c}</B>\nimport x\n```\n"},
		{"less than", "1 < 2 and a <b>bold</b>", "1 < 2 and a <b>bold</b>"},
		{"links", "<https://x.example/>", "<https://x.example/>"},
		{"never closed", "a {b <C d={", "a b <C d="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, testGenerator(true).markdown(tt.in)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Nothing an author can repeat takes longer than a moment.
func TestHostileTemplates(t *testing.T) {
	for _, piece := range []string{
		"{ ", "{{ a }}", "{{", "{%", "{% raw %}", "{% comment %}", "{{/**/}}", "{% comment %}{% endcomment %}\n", "{: a", "{:a}", "`", "`a` ", "``a` ", "{{< figure src=a >}} ",
		"{% highlight x %}", "{{< highlight >}}\n", "<A ", "<a {", "{a", "{\"", "\\", "```\n", "{% capture x %}", "{{</* ", "<>", "import a\n", "    {{\n\n", "{.a\n",
	} {
		src := strings.Repeat(piece, markup.MaxMarkdown/8/len(piece))
		for _, mdx := range []bool{false, true} {
			start := time.Now()
			testGenerator(mdx).markdown(src)
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("%q, mdx %t: %v", piece, mdx, d)
			}
		}
	}
}

func FuzzTemplates(f *testing.F) {
	for _, s := range []string{"{{< a >}}", "{% raw %}`{{`{% endraw %}", "```\n{{\n```", "<A b={`${c}`}>", "{{{ a }}}", "{% highlight x %}", "    {{", "{:a}{%", "[{{a}}]({{b}})"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, mdx bool) {
		text := testGenerator(mdx).markdown(s)
		b, err := markup.Markdown(text, "", markup.Page{URL: "https://x.example/", Templates: true})
		if err != nil {
			return
		}
		if left := markupText(t, b.HTML); strings.Contains(left, "{{") || strings.Contains(left, "{%") {
			t.Errorf("%q leaves %q", s, left)
		}
	})
}

func FuzzArticle(f *testing.F) {
	for _, s := range []string{"---\ntitle: T\ndate: 2026-06-02\n---\nText", "+++\ntitle='T'\ndate=2026-06-02\n+++\nText", "{\"title\":\"T\",\"date\":\"2026-06-02\"}\nText",
		"title: T\n---\nx", "---\na: &a [*a]\n---\n", "---\n? [a]\n: b\n---\nx", "---\ntags: !!binary x\nauthor: {name: [a]}\ndate: 2026-06-02\ntitle: x\naliases: ['%zz/']\n---\nx"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		l := read(t, folder("2026-06-02-a.md", string(src)), here)
		if n := len(l.Articles); n > 1 || n == 0 && len(l.Problems) > 0 && len(l.Unread) == 0 {
			t.Errorf("%d articles, %v, unread %q", n, l.Problems, l.Unread)
		}
	})
}

// What an author writes into the front matter for a generator to fill in is not
// there for readers; code is.
func TestTemplatesInFrontMatter(t *testing.T) {
	for in, want := range map[string]string{
		"News of {{ site.title }} today":     "News of today",
		"News {{< param month >}}":           "News",
		"News {% if x %}here{% endif %}":     "News here",
		"News {{ never closed":               "News never closed",
		"News {{{ {{ x }} }} }}":             "News }} }}",
		"What `{{ raw }}` does":              "What `{{ raw }}` does",
		"A brace { and } another, 100 %}":    "A brace { and } another, 100 %}",
		"Text `{{ unclosed {{ x }} and more": "Text ` and more",
	} {
		f := one(t, "a.md", "---\ntitle: '"+in+"'\nsummary: '"+in+"'\ndate: 2026-06-01\n---\nText & more.\n", here)
		if f.Title != want || f.Standfirst != strings.ReplaceAll(want, "`{{ raw }}`", "{{ raw }}") {
			t.Errorf("%s: title %q, standfirst %q, want %q", in, f.Title, f.Standfirst, want)
		}
	}
	if f := one(t, "a.md", "---\ndate: 2026-06-01\n---\n# News of {{ site.title }}\n\nText.\n", here); f.Title != "News of" {
		t.Errorf("a heading: %q", f.Title)
	}
}
