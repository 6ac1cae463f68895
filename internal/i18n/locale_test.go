package i18n

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestFor(t *testing.T) {
	for _, tt := range []struct{ tag, want, dir, words, days string }{
		{"en", "en", "ltr", "en", "June 2–3, 2026"},
		{"", "en", "ltr", "en", "June 2–3, 2026"},
		{"und", "en", "ltr", "en", "June 2–3, 2026"},
		{"en-GB", "en-GB", "ltr", "en", "2–3 June 2026"},
		{"en_GB", "en-GB", "ltr", "en", "2–3 June 2026"},
		{"en-AU", "en-AU", "ltr", "en", "2–3 June 2026"},
		{"en-IE", "en-IE", "ltr", "en", "2–3 June 2026"},
		{"DE-at", "de-AT", "ltr", "de", "2.–3. Juni 2026"},
		{"fr-CA", "fr-CA", "ltr", "fr", "2–3 juin 2026"},
		{"es-MX", "es-MX", "ltr", "es", "2–3 de junio de 2026"},
		{"pt", "pt", "ltr", "en", "2–3 de junho de 2026"},
		{"zh-CN", "zh-CN", "ltr", "en", "2026年6月2日至3日"},
		{"no", "no", "ltr", "en", "2.–3. juni 2026"},
		{"ar-EG", "ar-EG", "rtl", "ar", "\u2068\u20662–3\u2069 يونيو 2026\u2069"},
		{"he", "he", "rtl", "en", "\u2068\u20662–3\u2069 ביוני 2026\u2069"},
		{"cy", "en", "ltr", "en", "June 2–3, 2026"},
		{"tlh", "en", "ltr", "en", "June 2–3, 2026"},
		{"not a tag at all", "en", "ltr", "en", "June 2–3, 2026"},
		{"de-" + strings.Repeat("a", 100), "en", "ltr", "en", "June 2–3, 2026"},
	} {
		l := For(tt.tag)
		if l.Tag != tt.want || l.Dir != tt.dir || l.Words != tt.words {
			t.Errorf("%q: got %s %s %s, want %s %s %s", tt.tag, l.Tag, l.Dir, l.Words, tt.want, tt.dir, tt.words)
		}
		if got := l.Days(cases[1].first, cases[1].last); got != tt.days {
			t.Errorf("%q: got %q, want %q", tt.tag, got, tt.days)
		}
	}
}

// A language that a user brings but we have no calendar for writes days in
// numbers that nobody misreads, never in English.
func TestForBroughtLanguage(t *testing.T) {
	c, problems := Load(fstest.MapFS{
		"eu.yaml": {Data: []byte("letter: {unsubscribe: Harpidetza utzi}\n")},
		"ur.yaml": {Data: []byte("letter: {unsubscribe: رکنیت ختم کریں}\n")},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	l := c.For("eu")
	if got := l.Message("letter.unsubscribe"); got != "Harpidetza utzi" {
		t.Errorf("got %q", got)
	}
	if got := l.Days(cases[2].first, cases[2].last); got != "2026-05-31 – 2026-06-02" {
		t.Errorf("got %q", got)
	}
	if got := l.FullDay(cases[0].first); got != "2026-06-02" {
		t.Errorf("got %q", got)
	}
	if got := l.Message("letter.preferences"); got != "Change topics, cities or frequency" {
		t.Errorf("got %q", got)
	}
	if l.Words != "eu" || l.Dir != "ltr" {
		t.Errorf("got %s %s", l.Words, l.Dir)
	}
	if l := c.For("ur-PK"); l.Dir != "rtl" || l.Words != "ur" {
		t.Errorf("got %s %s", l.Words, l.Dir)
	}
}

func TestFirst(t *testing.T) {
	for _, tt := range []struct {
		tags []string
		want string
	}{
		{[]string{"de", "en"}, "de"},
		{[]string{"de-CH", "en-GB"}, "de-CH"},
		{[]string{"he", "en-GB"}, "en-GB"}, // no Hebrew sentences: all English rather than half
		{[]string{"", "fr"}, "fr"},
		{[]string{"nonsense!", "fr"}, "fr"},
		{[]string{"sv", "pl"}, "pl"}, // sentences for neither: the publication's own days
		{[]string{"sv", ""}, "sv"},
		{nil, "en"},
	} {
		if got := BuiltIn().First(tt.tags...).Tag; got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.tags, got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		n    int
		want string
	}{
		{"en", 0, "0"}, {"en", 999, "999"}, {"en", 12408, "12,408"}, {"en", -1234567, "-1,234,567"},
		{"de", 1234, "1.234"}, {"fr", 12408, "12\u202f408"}, {"es", 1234, "1234"}, {"es", 12408, "12.408"},
		{"hi", 1234567, "12,34,567"}, {"hi", 100000, "1,00,000"}, {"fa", 1234567, "۱٬۲۳۴٬۵۶۷"},
	} {
		if got := For(tt.tag).Number(tt.n); got != tt.want {
			t.Errorf("%s %d: got %q, want %q", tt.tag, tt.n, got, tt.want)
		}
	}
}

func TestList(t *testing.T) {
	cities := []string{"London", "New York", "Berlin"}
	for _, tt := range []struct {
		tag   string
		items []string
		want  string
	}{
		{"en", nil, ""},
		{"en", cities[:1], "London"},
		{"en", cities[:2], "London and New York"},
		{"en", cities, "London, New York, and Berlin"},
		{"en-GB", cities, "London, New York and Berlin"},
		{"de", cities, "London, New York und Berlin"},
		{"es", []string{"Madrid", "Ibiza"}, "Madrid e Ibiza"},
		{"es", []string{"agua", "hielo"}, "agua y hielo"},
		{"es", []string{"padre", "hijo"}, "padre e hijo"},
		{"ja", []string{"東京", "大阪"}, "東京、大阪"},
		{"ar", []string{"لندن", "برلين"}, "لندن وبرلين"},
		{"ar", []string{"لندن", "Berlin"}, "لندن و\u2068Berlin\u2069"},
		{"he", []string{"לונדון", "ברלין"}, "לונדון וברלין"},
		{"he", []string{"לונדון", "Berlin"}, "לונדון ו-\u2068Berlin\u2069"},
	} {
		if got := For(tt.tag).List(tt.items); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.tag, got, tt.want)
		}
	}
	if got := For("ar").Join(cities[:2]); got != "\u2068London\u2069، \u2068New York\u2069" {
		t.Errorf("got %q", got)
	}
}

func TestInDays(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		n    int
		want string
	}{
		{"en", -3, "today"}, {"en", 0, "today"}, {"en", 1, "tomorrow"}, {"en", 2, "in two days"},
		{"en", 6, "in six days"}, {"en", 7, "in one week"}, {"en", 8, "in eight days"}, {"en", 12, "in twelve days"}, {"en", 13, "in 13 days"},
		{"en", 14, "in two weeks"}, {"en", 15, "in about two weeks"}, {"en", 17, "in about two weeks"},
		{"en", 18, "in about three weeks"}, {"en", 38, "in about five weeks"}, {"en", 39, "in about six weeks"},
		{"en", 41, "in about six weeks"}, {"en", 42, "in six weeks"}, {"en", 84, "in twelve weeks"}, {"en", 91, "in 13 weeks"},
		{"en", 92, "in about three months"}, {"en", 160, "in about five months"}, {"en", 365, "in about twelve months"},
		{"en", 400, "in about 13 months"},
		{"de", 7, "in einer Woche"}, {"de", 42, "in sechs Wochen"}, {"fr", 2, "dans deux jours"}, {"es", 40, "dentro de unas seis semanas"},
		{"ar", 2, "بعد يومين"}, {"ar", 3, "بعد ثلاثة أيام"}, {"ar", 12, "بعد اثني عشر يومًا"}, {"ar", 42, "بعد ستة أسابيع"},
		{"pl", 42, "in six weeks"},
	} {
		if got := For(tt.tag).InDays(tt.n); got != tt.want {
			t.Errorf("%s %d: got %q, want %q", tt.tag, tt.n, got, tt.want)
		}
	}
	c, problems := Load(fstest.MapFS{"sv.yaml": {Data: []byte("when:\n  weeks: {one: om en vecka, other: 'om {count} veckor'}\n")}})
	if got := c.For("sv").InDays(42); len(problems) > 0 || got != "om 6 veckor" {
		t.Errorf("a language without words for numbers: got %q %v", got, problems)
	}
}
