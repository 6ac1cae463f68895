package mailer

import (
	"errors"
	"html"
	htmltemplate "html/template"
	"regexp"
	"strings"
	"testing"
	texttemplate "text/template"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func fill(m *Master, holes map[string]string) (*Message, error) {
	return m.Message(Values{Holes: holes})
}

func TestMessage(t *testing.T) {
	m := &Master{
		Subject: Hole("name") + ", issue 4",
		Text:    "Dear " + Hole("name") + ":\n" + Hole("unsubscribe link") + Hole("name"),
		HTML:    `<p title="` + Hole("name") + `">` + Hole("name") + "</p>",
		ListID:  "weekly.example.com",
	}
	got, err := fill(m, map[string]string{"name": "<Jane>\r\n\"&\x00 D", "unsubscribe link": "https://example.com/u", "unused": "x"})
	if err != nil {
		t.Fatal(err)
	}
	want := &Message{
		Subject: `<Jane> "& D, issue 4`,
		Text:    "Dear <Jane>\n\"& D:\nhttps://example.com/u<Jane>\n\"& D",
		HTML:    `<p title="&lt;Jane&gt; &#34;&amp; D">&lt;Jane&gt; &#34;&amp; D</p>`,
		ListID:  "weekly.example.com",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestMessageRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no value":    "a " + Hole("nobody"),
		"capitals":    strings.ToUpper(Hole("name")),
		"small":       "x" + strings.ToLower(Hole("name")),
		"cut off":     Hole("name")[:10],
		"no end":      holeStart + strings.Repeat("a", 200) + holeEnd,
		"bad escape":  holeStart + "UZZ" + holeEnd,
		"half escape": holeStart + "U4" + holeEnd,
	} {
		for _, m := range []*Master{{Text: text}, {HTML: text}, {Subject: text}} {
			if got, err := fill(m, map[string]string{"name": "Jane"}); !errors.Is(err, ErrHole) {
				t.Errorf("%s: got %+v, %v", name, got, err)
			}
		}
	}
}

// A value cannot open a hole, neither alone nor with its surroundings.
func TestValuesAreNotLookedAt(t *testing.T) {
	half := len(holeStart) / 2
	for _, value := range []string{Hole("secret"), holeStart, holeStart[:half], strings.ToUpper(Hole("secret"))} {
		m := &Master{Text: Hole("a") + Hole("b") + holeStart[half:][:0], HTML: Hole("a") + Hole("b")}
		got, err := fill(m, map[string]string{"a": value, "b": holeStart[half:] + "secret" + holeEnd, "secret": "PASSWORD"})
		if err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		if strings.Contains(got.Text+got.HTML, "PASSWORD") {
			t.Errorf("%q opened a hole: %q", value, got.Text)
		}
	}
}

// Templates leave tokens alone wherever a value may stand.
func TestTemplatesKeepHoles(t *testing.T) {
	for _, name := range []string{"name", "unsubscribe link", "Ü ~%&\"'<>", strings.Repeat("n", 60)} {
		token := Hole(name)
		if !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(token) {
			t.Errorf("%s is not a word", token)
		}
		var out strings.Builder
		page := htmltemplate.Must(htmltemplate.New("").Parse(`<p>{{.}}</p><a href="{{.}}" title="{{.}}">x</a>`))
		if err := page.Execute(&out, token); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), token); n != 3 {
			t.Errorf("html/template left %d of 3 tokens: %s", n, out.String())
		}
		out.Reset()
		if err := texttemplate.Must(texttemplate.New("").Parse("{{.}}")).Execute(&out, token); err != nil || out.String() != token {
			t.Errorf("text/template: %s %v", out.String(), err)
		}
		got, err := fill(&Master{Text: out.String()}, map[string]string{name: "v"})
		if err != nil || got.Text != "v" {
			t.Errorf("%q is not found again: %+v, %v", name, got, err)
		}
	}
}

func FuzzMessage(f *testing.F) {
	for _, n := range nasty {
		f.Add(n, n, "name")
	}
	f.Fuzz(func(t *testing.T, static, value, name string) {
		if len(name) > 30 {
			name = name[:30]
		}
		got, err := fill(&Master{Text: static + Hole(name) + static, HTML: "<p>" + Hole(name) + "</p>"}, map[string]string{name: value})
		if err != nil {
			if !errors.Is(err, ErrHole) || !strings.Contains(strings.ToLower(static), strings.ToLower(holeStart[:1])) {
				t.Fatal(err)
			}
			return
		}
		if want := "<p>" + html.EscapeString(oneLine(value)) + "</p>"; got.HTML != want {
			t.Errorf("got %q, want %q", got.HTML, want)
		}
		if !strings.Contains(static, holeStart) {
			own := strings.TrimSuffix(strings.TrimPrefix(got.Text, static), static)
			if oneLine(own) != oneLine(value) || strings.ContainsFunc(own, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
				t.Errorf("got %q", got.Text)
			}
		}
	})
}
