package templates

import (
	"regexp"
	"strings"
	"testing"
)

// TestEverybodyCanReadThePalette: each pair of colours that carries text in
// letters has the contrast WCAG asks for, in both schemes.
func TestEverybodyCanReadThePalette(t *testing.T) {
	for scheme, p := range map[string]palette{"light": light, "dark": dark} {
		for _, pair := range [][2]string{
			{p.text, p.bg}, {p.text, p.surface}, {p.text, p.sunken}, {p.text, p.warnBG},
			{p.muted, p.bg}, {p.muted, p.surface}, {p.muted, p.sunken}, {p.muted, p.warnBG},
			{p.accent, p.bg}, {p.accent, p.surface}, {p.accent, p.sunken}, {p.accent, p.warnBG},
			{p.topic, p.bg}, {p.topic, p.surface}, {p.topic, p.sunken}, {p.topic, p.warnBG},
			{p.warn, p.surface}, {p.warn, p.warnBG}, {p.onAccent, p.accent},
		} {
			a, errA := parseColour(pair[0])
			b, errB := parseColour(pair[1])
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if r := contrast(a, b); r < minContrast {
				t.Errorf("%s: %s on %s has %.2f:1", scheme, pair[0], pair[1], r)
			}
		}
	}
}

// TestPagesShareThePalette: the letters' colours are those of app.css.
func TestPagesShareThePalette(t *testing.T) {
	css, err := Source("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`)
	found := map[string][2]string{}
	for _, m := range token.FindAllStringSubmatch(string(css), -1) {
		found[m[1]] = [2]string{m[2], m[3]}
	}
	l, d := light.colours(), dark.colours()
	for name := range l {
		if got, want := found[name], [2]string{l[name], d[name]}; got != want {
			t.Errorf("--%s is %v in app.css and %v in letters", name, got, want)
		}
	}
}

func TestContrast(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want float64
	}{{"#000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#777777", "#ffffff", 4.48}, {"#1a56c4", "#ffffff", 6.62}} {
		a, _ := parseColour(test.a)
		b, _ := parseColour(test.b)
		if got := contrast(a, b); got < test.want-0.01 || got > test.want+0.01 {
			t.Errorf("%s on %s: %.2f, want %.2f", test.a, test.b, got, test.want)
		}
	}
}

func TestThemeCheck(t *testing.T) {
	for _, test := range []struct {
		theme Theme
		want  string // empty: good
	}{
		{Theme{}, ""},
		{Theme{Accent: "#1a56c4", AccentDark: "#9cc0ff", Logo: "https://example.com/logo.png", Width: 640}, ""},
		{Theme{Accent: "#00f"}, ""},
		{Theme{Accent: "#ff8800"}, "theme accent: #ff8800 has 2.1"},
		{Theme{Accent: "#6e6e6e"}, ""},
		{Theme{Accent: "#707070"}, "theme accent: #707070 has 4.4"}, // good on white, not on grey or in a notice
		{Theme{AccentDark: "#8a8a8a"}, "theme accent_dark: #8a8a8a has 4.20"},
		{Theme{AccentDark: "#1a56c4"}, "theme accent_dark: #1a56c4 has 2."},
		{Theme{Accent: "blue"}, `theme accent: "blue" is not a colour`},
		{Theme{Accent: "1a56c4"}, "is not a colour"},
		{Theme{Accent: "#1a56c4;}</style>"}, "is not a colour"},
		{Theme{Accent: "#+12345"}, "is not a colour"},
		{Theme{Width: 320}, "theme width: 320"},
		{Theme{LogoWidth: -1}, "theme logo_width"},
		{Theme{Logo: "/logo.png"}, "not an absolute URL"},
		{Theme{Logo: "https://example.com/logo.svg"}, "PNG, JPEG and GIF only"},
	} {
		err := test.theme.Check()
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%+v: %v", test.theme, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%+v: %v, want %q", test.theme, err, test.want)
		}
		if _, loadErr := Load(nil, test.theme, nil); (loadErr == nil) != (err == nil) {
			t.Errorf("%+v: Load says %v", test.theme, loadErr)
		}
	}
	err := Theme{Accent: "#fff", AccentDark: "#000", Width: 1}.Check()
	if got := strings.Count(err.Error(), "theme "); got != 3 {
		t.Errorf("%d of three mistakes are told: %v", got, err)
	}
}

func TestThemeReachesLettersAndPages(t *testing.T) {
	s, err := Load(nil, Theme{Accent: "#8a1c4a", AccentDark: "#ffb3cf", Logo: "https://news.example.com/logo.png", Width: 640}, nil)
	if err != nil {
		t.Fatal(err)
	}
	html, _, err := s.Digest(sampleFull())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"background-color:#8a1c4a", ".a{color:#ffb3cf", "max-width:640px", `src="https://news.example.com/logo.png" width="160"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not in the letter", want)
		}
	}
	plain := load(t, nil).Static()["app.css"]
	themed := s.Static()["app.css"]
	if !strings.Contains(string(themed.Body), "--accent: light-dark(#8a1c4a, #ffb3cf)") {
		t.Error("the accent is not in app.css")
	}
	if plain.Path == themed.Path {
		t.Error("another style has the same address")
	}
}
