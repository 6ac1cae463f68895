package i18n

import (
	"strconv"

	"golang.org/x/text/feature/plural"
)

// InDays says how far away a day is that is n days ahead: "today", "tomorrow",
// "in twelve days", "in one week", "in six weeks", "in about five weeks", "in about four
// months". Numbers up to twelve are words. A day that has passed is worded as
// today.
func (l *Locale) InDays(n int) string {
	const (
		week     = 7   // days
		asWeeks  = 14  // from here on in weeks, and exactly one week too
		asMonths = 92  // from here on in months
		month    = 304 // tenths of a day
	)
	switch {
	case n <= 0:
		return l.Message("when.today")
	case n == 1:
		return l.Message("when.tomorrow")
	case n < asWeeks && n != week:
		return l.away("when.days", n)
	case n < asMonths && n%week == 0:
		return l.away("when.weeks", n/week)
	case n < asMonths:
		return l.away("when.about_weeks", (n+week/2)/week)
	}
	return l.away("when.about_months", (n*10+month/2)/month)
}

// away fills in {count}, which is n in words.
func (l *Locale) away(key string, n int) string {
	return l.Message(key, "n", n, "count", l.inWords(key, n))
}

// inWords writes a small number as a word, if the language of the sentence key
// has words for them: an English "six" has no place in a Swedish sentence.
func (l *Locale) inWords(key string, n int) string {
	_, sentence, _ := l.find(key)
	m, word, ok := l.find("number.n" + strconv.Itoa(n))
	a, _ := sentence.Base()
	b, _ := word.Base()
	if !ok || a != b {
		return l.Number(n)
	}
	return m.forms[plural.Other]
}
