package i18n

import (
	"strconv"
	"strings"
)

// Number writes a whole number with the thousands set apart: 12,408.
func (l *Locale) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	if len(s) <= 3 || len(s) == 4 && l.cal.myriads {
		return sign + l.digits(s)
	}
	step := 3
	out := s[len(s)-3:]
	s = s[:len(s)-3]
	if l.cal.lakhs {
		step = 2
	}
	for len(s) > step {
		out = s[len(s)-step:] + l.cal.point + out
		s = s[:len(s)-step]
	}
	return sign + l.digits(s+l.cal.point+out)
}

// digits writes the digits of s as the language writes them.
func (l *Locale) digits(s string) string {
	if l.cal.zero == 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		return l.cal.zero + r - '0'
	}, s)
}
