package content

import (
	"strconv"
	"strings"
)

// DaysRule returns the rule of a reminder that many days before the first day
// of an event: "42d".
func DaysRule(days int) string { return strconv.Itoa(days) + "d" }

// RuleDays returns the days of a reminder's rule; ok is false for the rule of
// a notice.
func RuleDays(rule string) (days int, ok bool) {
	digits, ok := strings.CutSuffix(rule, "d")
	if !ok {
		return 0, false
	}
	days, err := strconv.Atoi(digits)
	return days, err == nil && days >= 0
}
