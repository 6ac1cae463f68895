package i18n

import (
	"sync"

	"golang.org/x/text/language"
)

// A Locale writes one language. Its methods may be used by many goroutines.
// The zero value is not usable; see [For].
type Locale struct {
	// Tag is the BCP 47 tag of the language days and numbers are written in,
	// with the region that was asked for: "en", "de-AT".
	Tag string
	// Dir is "ltr" or "rtl", as the HTML attribute wants it.
	Dir string
	// Words is the BCP 47 tag of the language most sentences are in: that of
	// the first message file that answers.
	Words string

	cal   *calendar
	files []*file // the most special first, English last
}

// For returns the locale of a BCP 47 tag with the built-in sentences. A tag
// that is empty, malformed or of a language we cannot write gives English as
// the United States write it.
func For(tag string) *Locale { return builtIn().For(tag) }

// For returns the locale of a BCP 47 tag with the catalogue's sentences, by the
// rules of the function [For].
func (c *Catalog) For(tag string) *Locale {
	asked, err := parseTag(tag)
	if language, _, _ := asked.Raw(); err != nil || language.String() == "und" {
		asked = americanEnglish
	}
	cal := calendarOf(asked)
	files := c.filesOf(asked)
	switch {
	case cal == nil && len(files) == 0:
		asked, cal, files = americanEnglish, calendars[0], c.filesOf(americanEnglish)
	case cal == nil:
		cal = neutral
	}
	if n := len(files); n == 0 || files[n-1].tag != english {
		files = append(files, c.files[english])
	}
	return &Locale{Tag: asked.String(), Dir: direction(asked), Words: files[0].tag, cal: cal, files: files}
}

// First returns the locale of the first tag that the catalogue has sentences
// for: a reader's language, then a publication's. When it has them for none, it
// is the locale of the last tag, so that a publication in a language without a
// message file at least has its days in its own language.
func (c *Catalog) First(tags ...string) *Locale {
	last := ""
	for _, tag := range tags {
		if t, err := parseTag(tag); err == nil && len(c.filesOf(t)) > 0 {
			return c.For(tag)
		}
		if tag != "" {
			last = tag
		}
	}
	return c.For(last)
}

// americanEnglish is what English is when no region is named.
var americanEnglish = language.English

// english is the tag of the language that has every message.
const english = "en"

// parseTag reads a tag and refuses what is longer than any real one.
func parseTag(s string) (language.Tag, error) {
	const longest = 64
	if len(s) > longest {
		return language.Und, errTooLong
	}
	return language.Parse(s)
}

// calendarOf returns the calendar of the same language whose region is the
// nearest, or nil. The matcher alone would not do: it knows that who reads
// Basque also reads Spanish, but a Basque letter has no Spanish days in it.
func calendarOf(t language.Tag) *calendar {
	_, i, _ := matcher().Match(t)
	if asked, _ := t.Base(); asked != base(calendars[i].tag) && !(norwegian[asked.String()] && calendars[i].tag == "nb") {
		return nil
	}
	return calendars[i]
}

// norwegian are the tags of Norwegian besides nb. The months of Nynorsk are
// those of Bokmål; its weekdays differ by a letter or two.
var norwegian = map[string]bool{"no": true, "nn": true}

func base(tag string) language.Base {
	b, _ := language.MustParse(tag).Base()
	return b
}

var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(calendars))
	for i, c := range calendars {
		tags[i] = language.MustParse(c.tag)
	}
	return language.NewMatcher(tags)
})

// direction asks the script, since Azerbaijani, for one, has two.
func direction(t language.Tag) string {
	script, _ := t.Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}
