package digest

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/subscribers"
)

// What is kept for readers alike reads as what is written for each.
func TestWhyOfReadersAlike(t *testing.T) {
	catalog, problems := i18n.Load(nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	p := &Press{Catalog: catalog, Publication: Publication{Language: "en", Zone: zone, URL: "https://example.com"}}
	o := own{Press: p, newsletter: &Newsletter{Name: "weekly", Title: "The Weekly"}, whys: make(map[string]string)}
	day := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
	for _, language := range []string{"en", "de", "fr", "es", "ar"} {
		l := p.Words(language).Locale
		for _, s := range []subscribers.Subscriber{
			{Email: "ada@example.com"},
			{Email: "bob@example.com"},
			{Email: "ada@example.com", Since: day},
			{Email: "ada@example.com", Since: day.Add(time.Hour)},
			{Email: "bob@example.com", Since: day, Topics: []string{"Go", "SQL"}},
			{Email: "ada@example.com", Since: day, Topics: []string{"Go"}, Cities: []string{"SQL"}},
			{Email: "bob@example.com", Since: day, Topics: []string{"Go"}, Cities: []string{"SQL"}},
			{Email: "$1@example.com", Since: day},
		} {
			want, got := p.why(&s, o.newsletter, l), o.whyOf(&s, language, l)
			for line := range strings.SplitSeq(got, "\n") {
				if utf8.RuneCountInString(line) > 72 {
					t.Errorf("%s: a line of %d columns: %s", language, utf8.RuneCountInString(line), line)
				}
			}
			if strings.ReplaceAll(got, "\n", " ") != want {
				t.Errorf("%s: %q, want %q", language, got, want)
			}
		}
	}
	if len(o.whys) != 5*5 {
		t.Errorf("%d are kept, want 25", len(o.whys))
	}
}
