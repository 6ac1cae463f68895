package picture

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// A statusError is an answer that is no picture.
type statusError struct {
	code  int
	after time.Duration // what the server asks us to wait; 0: nothing
}

// Error says it.
func (e *statusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the server answers %d %s", e.code, http.StatusText(e.code)))
}

// Pauses between attempts. A host that is down is tried for ten days; a server
// that says there is nothing for two, as a picture may be put there after its
// article; then the article has none until it is edited.
var (
	down   = []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, day, 2 * day, 3 * day, 3 * day}
	absent = []time.Duration{5 * time.Minute, time.Hour, 8 * time.Hour, day}
)

const day = 24 * time.Hour

// failed decides what comes of a failure after attempts of them: when the
// address is tried again, if at all. hosts tells that it is not this picture's
// but all of its host's.
func failed(err error, attempts int, now time.Time) (r Result, hosts bool) {
	r = Result{Attempts: attempts + 1, Reason: reason(err)}
	var refusal Refusal
	var status *statusError
	pauses := down
	switch {
	case errors.As(err, &refusal), fetch.Refused(err), errors.Is(err, fetch.ErrLarge), errors.Is(err, fetch.ErrRedirects):
		return r, false
	case errors.Is(err, errAway):
		pauses = absent
	case errors.As(err, &status) && status.code < 500 && status.code != http.StatusTooManyRequests && status.code != http.StatusRequestTimeout:
		pauses = absent
	case errors.As(err, &status):
		hosts = status.code != http.StatusInternalServerError
	default:
		hosts = true
	}
	if attempts >= len(pauses) {
		return r, hosts
	}
	pause := pauses[attempts]
	if status != nil {
		pause = max(pause, min(status.after, day))
	}
	r.Due = now.Add(pause)
	return r, hosts
}

// errAway says that a file is not in our folder, or not yet.
var errAway = errors.New("there is no such file")

// reason says why there is no picture.
func reason(err error) string {
	var refusal Refusal
	var status *statusError
	switch {
	case errors.As(err, &refusal):
		return string(refusal)
	case errors.As(err, &status):
		return status.Error()
	case errors.Is(err, fetch.ErrLarge):
		return fmt.Sprintf("it has more than %d MB", MaxBytes>>20)
	}
	return fetch.Reason(err)
}
