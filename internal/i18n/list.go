package i18n

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// List writes items as a sentence does: London, New York and Berlin.
func (l *Locale) List(items []string) string {
	n := len(items)
	if n < 2 {
		return l.Join(items)
	}
	and := l.cal.and
	if n > 2 && l.cal.serial != "" {
		and = l.cal.serial
	}
	return l.Join(items[:n-1]) + l.before(and, items[n-1]) + l.embed(items[n-1])
}

// Join writes items one after the other: London, New York, Berlin.
func (l *Locale) Join(items []string) string {
	set := make([]string, len(items))
	for i, s := range items {
		set[i] = l.embed(s)
	}
	return strings.Join(set, l.cal.comma)
}

// before adapts the word for "and" to what follows it.
func (l *Locale) before(and, next string) string {
	switch l.cal.tag {
	case "es": // y becomes e before the sound i, but not before the diphthong hie
		s := strings.ToLower(next)
		if strings.HasPrefix(s, "i") || strings.HasPrefix(s, "í") ||
			(strings.HasPrefix(s, "hi") || strings.HasPrefix(s, "hí")) && !strings.HasPrefix(s, "hie") {
			return " e "
		}
	case "he": // the prefix needs a hyphen before another script
		if r, _ := utf8.DecodeRuneInString(next); !unicode.Is(unicode.Hebrew, r) {
			return and + "-"
		}
	}
	return and
}
