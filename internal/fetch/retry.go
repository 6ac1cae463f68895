package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// mostRetry is more than anybody waits for, and less than a duration can hold.
const mostRetry = 365 * 24 * time.Hour

// RetryAfter reads the header of that name: seconds, or a date (RFC 9110,
// 10.2.3). It returns how long to stay away, a year at most; 0 if the header says
// nothing that can be used.
func RetryAfter(value string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		return max(0, min(time.Duration(n), mostRetry/time.Second)*time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, min(mostRetry, at.Sub(now)))
	}
	return 0
}
