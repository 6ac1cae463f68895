package markup

import (
	"strings"
	"testing"
	"time"
)

// Each of these takes goldmark many seconds at half a megabyte.
func TestHostileMarkdown(t *testing.T) {
	for _, piece := range []string{
		"*a_ ", "*a__b", "_a*", "[a](", "[a](<b", "![", ">", "> - ", "1. ", "[a]: b\n", "[a]\n", "[[a]()", "- ", "* ",
		"\"a'", "<a b=\"", "`a``b", "[^1]", "[^1]: a\n", "~a ", "a\n: b\n", "# a {#b}\n", "*_~`[", "<div>\n", "|", "www.a", "http://a.b ",
		"&a", "a|b\n-|-\n", "> *a_ ", "\\*", "<!-- ", "<![CDATA[", "![a](b", "a@b.c ", "~~~\n",
	} {
		src := strings.Repeat(piece, MaxMarkdown/len(piece))
		start := time.Now()
		if inspect(src) == nil {
			render(src, "") //nolint:errcheck // only how long it takes
		}
		if d := time.Since(start); d > 2*patience {
			t.Errorf("%q: %v", piece, d)
		}
	}
	wide := strings.Repeat("|a", 2000) + "\n" + strings.Repeat("|-", 2000) + "\n" + strings.Repeat("|x\n", 5000)
	deep := ""
	for i := range 900 {
		deep += strings.Repeat(" ", i) + "- a\n"
	}
	for name, src := range map[string]string{"wide": wide, "deep": deep, "blocks": strings.Repeat(strings.Repeat("*a_ ", 3900)+"\n\n", 30)} {
		start := time.Now()
		b, err := Markdown(src, "", Page{})
		if d := time.Since(start); d > 2*patience || len(b.HTML) > 8<<20 {
			t.Errorf("%s: %v, %d bytes, %v", name, d, len(b.HTML), err)
		}
	}
}
