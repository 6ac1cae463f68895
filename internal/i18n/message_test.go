package i18n

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

func TestMessage(t *testing.T) {
	for _, tt := range []struct {
		tag, key string
		pairs    []any
		want     string
	}{
		{"en", "letter.unsubscribe", nil, "Unsubscribe"},
		{"en", "letter.articles", []any{"n", 1}, "1 article"},
		{"en", "letter.articles", []any{"n", 0}, "0 articles"},
		{"en", "letter.articles", []any{"n", int64(1204)}, "1,204 articles"},
		{"fr", "letter.articles", []any{"n", 0}, "0 article"},
		{"fr", "letter.articles", []any{"n", 2}, "2 articles"},
		{"en", "letter.subject_more", []any{"title", "On-call", "n", 1}, "On-call, and one more read"},
		{"en", "letter.reminder", []any{"event", "LeadDev London", "when", "in six weeks"}, "LeadDev London is in six weeks"},
		{"en", "letter.by", []any{"authors", "عمر"}, "By \u2068عمر\u2069"},
		{"ar", "letter.by", []any{"authors", "Ada"}, "بقلم \u2068Ada\u2069"},
		{"ar", "letter.by", []any{"authors", "عمر"}, "بقلم عمر"},
		{"ar", "unsubscribe.done_all", []any{"address", "https://example.com/"}, "لن نرسل شيئًا إلى https://example.com/ بعد الآن. قد تصل اليوم رسالة في طريقها إليك."},
		{"pl", "letter.articles", []any{"n", 2}, "2 articles"},
		{"cy", "letter.articles", []any{"n", 1}, "1 article"}, // English words, English plural
	} {
		got, err := For(tt.tag).Format(tt.key, tt.pairs...)
		if err != nil || got != tt.want {
			t.Errorf("%s %s: got %q, %v, want %q", tt.tag, tt.key, got, err, tt.want)
		}
	}
}

// The six forms of Arabic, each with a number that calls for it.
func TestArabicPlurals(t *testing.T) {
	want := map[int]string{0: "لا مقالات", 1: "مقال واحد", 2: "مقالان", 3: "3 مقالات", 10: "10 مقالات", 11: "11 مقالًا", 99: "99 مقالًا", 100: "100 مقال", 103: "103 مقالات", 1002: "1,002 مقال"}
	for n, want := range want {
		if got := For("ar").Message("letter.articles", "n", n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestMessageMistakes(t *testing.T) {
	for _, tt := range []struct {
		key       string
		pairs     []any
		text, err string
	}{
		{"letter.nothing", nil, "letter.nothing", "message letter.nothing: there is none of this name"},
		{"letter.by", nil, "By {authors}", "message letter.by: nothing was given for {authors}"},
		{"letter.by", []any{"authors"}, "letter.by", "message letter.by: values come in pairs of a name and a value"},
		{"letter.by", []any{1, 2}, "letter.by", "message letter.by: the name of a value is a string, not int"},
		{"letter.by", []any{"authors", "Ada", "site", "x"}, "By Ada", "message letter.by: {site} is not in it"},
		{"letter.articles", []any{"n", "many"}, "many articles", "message letter.articles: n must be a whole number, to choose a plural form"},
	} {
		got, err := For("en").Format(tt.key, tt.pairs...)
		if err == nil || err.Error() != tt.err || got != tt.text {
			t.Errorf("%s: got %q, %v", tt.key, got, err)
		}
		if m := For("en").Message(tt.key, tt.pairs...); m != tt.text {
			t.Errorf("%s: Message gave %q, Format %q", tt.key, m, tt.text)
		}
	}
}

// Every language we bring says everything, with the same things filled in, and
// has each plural form it needs.
func TestIsolate(t *testing.T) {
	for _, tt := range []struct{ lang, in, want string }{
		{"en", "Platform", "Platform"},
		{"en", "قيادة", "\u2068قيادة\u2069"},
		{"en", "\u2068قيادة\u2069", "\u2068قيادة\u2069"},
		{"ar", "قيادة 2", "قيادة 2"},
		{"ar", "Platform", "\u2068Platform\u2069"},
		{"ar", "https://example.com/", "https://example.com/"},
		{"ar", "", ""},
	} {
		if got := For(tt.lang).Isolate(tt.in); got != tt.want {
			t.Errorf("%s: Isolate(%q) = %q, want %q", tt.lang, tt.in, got, tt.want)
		}
	}
}

func TestLanguagesAreComplete(t *testing.T) {
	c := BuiltIn()
	if diff := cmp.Diff([]string{"ar", "de", "en", "es", "fr"}, c.Languages()); diff != "" {
		t.Fatalf("languages (-want +got)\n%s", diff)
	}
	model := c.files[english]
	for _, tag := range c.Languages() {
		f := c.files[tag]
		needed := map[plural.Form]bool{}
		for n := range 1000 {
			needed[plural.Cardinal.MatchPlural(f.lang, n, 0, 0, 0, 0)] = true
		}
		for name, like := range model.messages {
			m, ok := f.messages[name]
			if !ok {
				t.Errorf("%s lacks %s", tag, name)
				continue
			}
			if what := m.differs(like); what != "" {
				t.Errorf("%s %s: %s", tag, name, what)
			}
			if len(like.forms) > 1 && len(m.forms) != len(needed) {
				t.Errorf("%s %s: %d plural forms of %d", tag, name, len(m.forms), len(needed))
			}
			for _, text := range m.forms {
				if strings.Trim(text, " ") != text || text == "" || strings.ContainsAny(text, "<>\n\t'") {
					t.Errorf("%s %s: %q", tag, name, text)
				}
			}
		}
		for name := range f.messages {
			if _, ok := model.messages[name]; !ok {
				t.Errorf("%s has %s, which English lacks", tag, name)
			}
		}
	}
}

func TestLoadWins(t *testing.T) {
	c, problems := Load(fstest.MapFS{
		"en.yaml":    {Data: []byte("letter:\n  browser: Read it on the web\n")},
		"en-GB.yaml": {Data: []byte("letter: {feeds: Wireless}\n")},
		"sv.yml":     {Data: []byte("# Swedish\nletter:\n  articles: {one: '{n} artikel', other: '{n} artiklar'}\n")},
		"fr.yaml":    {Data: []byte("# nothing yet\n")},
		"README.md":  {Data: []byte("not a message file")},
		".x.yaml":    {Data: []byte("a: b")},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, tt := range []struct{ tag, key, want string }{
		{"en", "letter.browser", "Read it on the web"},
		{"en-GB", "letter.browser", "Read it on the web"},
		{"en-GB", "letter.feeds", "Wireless"},
		{"en", "letter.feeds", "RSS and calendar feeds"},
		{"sv", "letter.browser", "Read it on the web"},
		{"fr", "letter.browser", "Voir dans le navigateur"},
	} {
		if got := c.For(tt.tag).Message(tt.key); got != tt.want {
			t.Errorf("%s %s: got %q, want %q", tt.tag, tt.key, got, tt.want)
		}
	}
	if got := c.For("sv-FI").Message("letter.articles", "n", 3); got != "3 artiklar" {
		t.Errorf("got %q", got)
	}
	if got := For("en").Message("letter.browser"); got != "View in browser" {
		t.Errorf("the built-in catalogue was changed: %q", got)
	}
	if c, problems := Load(fstest.MapFS{}); len(problems) > 0 || c.For("de").Words != "de" {
		t.Errorf("an empty folder: %v", problems)
	}
}

func TestLoadMistakes(t *testing.T) {
	_, problems := Load(fstest.MapFS{
		"fr.yaml": {Data: []byte(`letter:
  browzer: Voir
  by: Par {auteurs}
  read: Lire
  more: {one: un}
  articles: {one: "un article", other: "{n} articles"}
  articles: deux fois
  hello: "Bonjour {name"
  unsubscribe: {one: a, other: b}
  feeds:
  also: [a, b]
`)},
		"english.yaml": {Data: []byte("a: b")},
		"de.yaml":      {Data: []byte("letter: [\n")},
		"es.yaml":      {Data: []byte("just text")},
		"ar.yaml":      {Data: []byte("a: &a {b: c}\nd: *a\n")},
		"it.yaml":      {Data: make([]byte, largestFile+1)},
	})
	var got []string
	for _, p := range problems {
		got = append(got, p.Error())
	}
	want := []string{
		"ar.yaml:2:4: expected keys with messages",
		"ar.yaml:1:8: no such message: a.b",
		"de.yaml:2:1: did not find expected node content",
		"english.yaml: a message file is named after its language, like fr.yaml or en-GB.yaml",
		"es.yaml:1:1: expected keys with messages",
		"fr.yaml:5:3: letter.more lacks the form other",
		"fr.yaml:7:3: letter.articles is here twice",
		"fr.yaml:8:3: letter.hello: a { without its name and }",
		"fr.yaml:10:3: letter.feeds is empty",
		"fr.yaml:11:9: expected keys with messages",
		"fr.yaml:2:3: no such message: letter.browzer; did you mean letter.browser?",
		"fr.yaml:3:3: {auteurs} is not filled in here; there is {authors}",
		"fr.yaml:4:3: {title} is missing",
		"fr.yaml:9:3: plural forms need a number {n}, and here is none",
		"it.yaml: larger than 256 KB",
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// FuzzLoad feeds message files of strangers: whatever they hold, the catalogue
// answers every message.
func FuzzLoad(f *testing.F) {
	f.Add("fr", "letter: {by: 'Par {authors}'}")
	f.Add("ar", "letter:\n  more: {few: '{n}', other: x}\n")
	f.Add("x", "[[[[[[{")
	f.Add("de-AT", "letter: &a\n  by: *a\n")
	f.Fuzz(func(t *testing.T, tag, text string) {
		if strings.ContainsAny(tag, "/\x00") || tag == "" || len(text) > 1<<12 {
			return
		}
		c, _ := Load(fstest.MapFS{tag + ".yaml": {Data: []byte(text)}})
		l := c.For(tag)
		for key, m := range c.files[english].messages {
			pairs := []any{"n", 3}
			for _, name := range names(m.forms[plural.Other]) {
				if name != "n" {
					pairs = append(pairs, name, "v")
				}
			}
			if got, err := l.Format(key, pairs...); err != nil {
				t.Fatalf("%s: %q, %v", key, got, err)
			}
		}
	})
}

func FuzzFor(f *testing.F) {
	for _, s := range []string{"en-GB", "", "de-u-co-phonebk", "x-klingon", "zh-Hant-TW", "i-default", "a-b-c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		l := For(tag)
		if _, err := language.Parse(l.Tag); err != nil || l.Days(day(2026, 6, 2), day(2026, 6, 3)) == "" || l.Words == "" {
			t.Errorf("%q: %+v", tag, l)
		}
	})
}

func ExampleLocale_Message() {
	for _, tag := range []string{"en", "de"} {
		l := For(tag)
		fmt.Println(l.Message("letter.reminder", "event", "LeadDev London", "when", l.InDays(42)))
	}
	// Output:
	// LeadDev London is in six weeks
	// LeadDev London beginnt in sechs Wochen
}

func ExampleLocale_Days() {
	first, last := day(2026, 5, 31), day(2026, 6, 2)
	fmt.Println(For("en").Days(first, last))
	fmt.Println(For("en-GB").Days(first, last))
	// Output:
	// May 31 – June 2, 2026
	// 31 May – 2 June 2026
}
