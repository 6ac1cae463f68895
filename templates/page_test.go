package templates

import (
	"fmt"
	"html/template"
	"mime"
	"path"
	"reflect"
	"strings"
	"testing"
)

// TestPagesAreSmallAndPlain: no page over 60 KB, no style sheet over 20, and
// not a line of script, but for the facts of search engines, which nobody runs.
func TestPagesAreSmallAndPlain(t *testing.T) {
	s := load(t, nil)
	script := s.Static()["live.js"]
	if len(script.Body) > 1<<10 {
		t.Errorf("live.js has %d bytes", len(script.Body))
	}
	live := fmt.Sprintf(`<script src=%q defer></script>`, script.Path) // the only one; pages do without it
	for _, lang := range []string{"en", "de", "fr", "es", "ar"} {
		for i, v := range samplePages(lang, sampleFull()) {
			name, _ := v.view()
			b, err := s.Page(v)
			if err != nil {
				t.Errorf("%s %s: %v", lang, name, err)
				continue
			}
			if len(b) > 60<<10 {
				t.Errorf("%s has %d bytes", name, len(b))
			}
			if strings.Contains(strings.NewReplacer(`<script type="application/ld+json">`, "", live, "").Replace(string(b)), "<script") {
				t.Errorf("%s has a script", name)
			}
			if want := fmt.Sprintf(`lang=%q dir=%q`, lang, map[bool]string{true: "rtl", false: "ltr"}[lang == "ar"]); !strings.Contains(string(b), want) {
				t.Errorf("%s does not have %s", name, want)
			}
			for _, f := range LintPage(string(b)) {
				t.Errorf("%s %d %s: %v", lang, i, name, f)
			}
		}
	}
	if n := len(s.Static()["app.css"].Body); n > 28<<10 {
		t.Errorf("app.css has %d bytes", n)
	}
}

// TestEveryPageTemplateHasASample: or the check would not see it.
func TestEveryPageTemplateHasASample(t *testing.T) {
	partials := map[string]bool{"frame": true, "deskframe": true, "deskprogress": true, "deskbar": true, "deskfigures": true, "deskfares": true, "deskchart": true, "deskclicks": true, "item": true, "event": true, "pager": true, "topics": true, "follow": true, "links": true, "feedset": true, "signupform": true, "signupfields": true}
	for _, v := range samplePages("en", sampleFull()) {
		name, _ := v.view()
		partials[name] = true
	}
	for _, file := range names("page", "") {
		if key := (source{name: file}).key(); !partials[key] {
			t.Errorf("%s is never rendered by Check", file)
		}
	}
}

// stain sets every string below v to s, but for what must be a value of ours.
func stain(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			stain(v.Elem(), s)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch v.Type().Field(i).Name {
			case "Lang", "Dir", "State", "Scheme", "Role":
			default:
				stain(v.Field(i), s)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			stain(v.Index(i), s)
		}
	case reflect.String:
		if v.Type() != reflect.TypeFor[template.HTML]() && v.String() != "" {
			v.SetString(s)
		}
	}
}

func TestHostileTextIsTextOnPages(t *testing.T) {
	s := load(t, nil)
	clean, dirty := samplePages("en", sampleFull()), samplePages("en", sampleFull())
	for i := range clean {
		name, _ := clean[i].view()
		stain(reflect.ValueOf(clean[i]), "x")
		stain(reflect.ValueOf(dirty[i]), `javascript:"><script>alert('x')</script></title><p class=">`)
		want, err := s.Page(clean[i])
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Page(dirty[i])
		if err != nil {
			t.Fatal(err)
		}
		a, b := readMarkup(string(want)), readMarkup(string(got))
		if len(a.all) != len(b.all) || len(b.broken) > 0 {
			t.Errorf("%s: strangers wrote HTML: %d elements, not %d", name, len(b.all), len(a.all))
		}
		for _, n := range b.all {
			for _, attr := range []string{"href", "src", "action"} {
				if strings.HasPrefix(strings.ToLower(n.attrs[attr]), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", name, n.name, attr, n.attrs[attr])
				}
			}
		}
	}
}

// TestUnsubscribeStates: each state of the unsubscribe link says so and has
// the one button that belongs to it; none acts by a link.
func TestUnsubscribeStates(t *testing.T) {
	s := load(t, nil)
	for state, want := range map[string]struct {
		heading string
		forms   int
	}{
		Ask: {"Unsubscribe", 1}, Done: {"You are unsubscribed", 1}, Undone: {"You are subscribed again", 0},
		Unknown: {"We do not know this link", 0}, "": {"We do not know this link", 0},
	} {
		b, err := s.Page(&UnsubscribePage{State: state, Newsletter: "The Weekly", Address: "r•••@example.com", Action: "/unsubscribe/0"})
		if err != nil {
			t.Fatal(err)
		}
		m := readMarkup(string(b))
		if h := m.named("h1")[0].words(); h != want.heading || len(m.named("form")) != want.forms {
			t.Errorf("%q: %q with %d forms, want %q with %d", state, h, len(m.named("form")), want.heading, want.forms)
		}
		for _, a := range m.named("a") {
			if strings.Contains(a.attrs["href"], "/unsubscribe") {
				t.Errorf("%q: a link leads to %s", state, a.attrs["href"])
			}
		}
	}
}

func TestCalendarsAreFollowed(t *testing.T) {
	b, err := load(t, nil).Page(&FeedsPage{Calendars: []Link{{Label: "All", URL: "https://news.example.com/events.ics"}, {Label: "Bad", URL: "javascript:alert(1)"}}})
	if err != nil {
		t.Fatal(err)
	}
	if html := string(b); !strings.Contains(html, `href="webcal://news.example.com/events.ics"`) || strings.Contains(html, "javascript:") {
		t.Errorf("calendars:\n%s", html)
	}
}

func TestStatic(t *testing.T) {
	s := load(t, nil)
	for name, a := range s.Static() {
		if want := path.Ext(name); path.Ext(a.Path) != want || a.Path == "/static/"+name {
			t.Errorf("%s is at %s", name, a.Path)
		}
		if _, _, err := mime.ParseMediaType(a.Type); err != nil || len(a.Body) == 0 {
			t.Errorf("%s: type %q, %d bytes", name, a.Type, len(a.Body))
		}
		if got, err := s.Asset(name); err != nil || got != a.Path {
			t.Errorf("Asset(%q) = %q, %v", name, got, err)
		}
	}
	if _, err := s.Asset("nothing.css"); err == nil {
		t.Error("an asset that is not there has an address")
	}
}

func ExampleSet_Page() {
	s, err := Load(nil, Theme{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := s.Page(&ErrorPage{Page: Page{Lang: "de", Publication: Publication{Title: "The Example Lead"}}, Status: 404, Home: "/"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(readMarkup(string(page)).named("h1")[0].words())
	// Output: Diese Seite gibt es nicht
}
