package webhook

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A State is what became of a message so far.
type State string

// The states of a message.
const (
	Queued    State = "queued"
	Delivered State = "delivered"
	GivenUp   State = "given up"
)

// A Reply is what came of sending a message.
type Reply struct {
	Code    int           // of HTTP; 0: there was no answer
	After   time.Duration // what the answer says of a next attempt; 0: nothing
	Text    string        // the beginning of the answer, for who tries an endpoint out
	Trouble string        // why there was no answer, in words; empty if there was
	Broken  bool          // this process ends
}

// A Result is what an attempt made of a message.
type Result struct {
	State   State
	Due     time.Time // the next attempt, of one that stays queued
	Attempt bool      // it counts
	Gone    bool      // the endpoint wants no more, ever
	Code    int
	Error   string // in words, empty for success; never an address
}

// schedule is how long a message waits after each attempt that failed, as
// Standard Webhooks recommends: ten attempts in three days and a bit.
var schedule = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// longestAfter is the most that an endpoint may put a message off by itself.
const longestAfter = 24 * time.Hour

// decide says what a reply means for a message that was tried so often before.
// Any 2xx is success and 410 the end; everything else is a failure, redirects
// too. chance is from 0 to 1 and spreads the attempts of messages that failed
// together.
func decide(attempts int, r Reply, chance float64, now time.Time) Result {
	switch {
	case r.Broken:
		return Result{State: Queued, Due: now}
	case r.Code/100 == 2:
		return Result{State: Delivered, Attempt: true, Code: r.Code}
	}
	result := Result{State: GivenUp, Attempt: true, Code: r.Code, Error: r.Failure()}
	if r.Code == http.StatusGone {
		result.State, result.Gone, result.Due = Queued, true, now
		return result
	}
	if attempts < len(schedule) {
		wait := schedule[attempts]
		wait += time.Duration(chance * float64(wait) / 5) // up to a fifth more
		result.State, result.Due = Queued, now.Add(max(wait, min(r.After, longestAfter)))
	}
	return result
}

// Failure says why it was one, in words; nothing if it was none.
func (r *Reply) Failure() string {
	switch {
	case r.Code/100 == 2:
		return ""
	case r.Code == 0:
		return plain(r.Trouble, 200)
	case r.Code/100 == 3:
		return "it answered " + status(r.Code) + ", and redirects are not followed"
	}
	return "it answered " + status(r.Code)
}

// status writes "404 Not Found".
func status(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// plain makes a text that a stranger may have had a hand in fit for a log: one
// line, at most so many letters.
func plain(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if all := []rune(text); len(all) > most {
		return string(all[:most-1]) + "…"
	}
	return text
}
