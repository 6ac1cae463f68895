package hub

import (
	"net/http"
	"time"
)

// changed returns the feeds of now whose tag is another in was, or is not
// there. A feed that is no more is nothing to tell.
func changed(was, now map[string]string) map[string]string {
	out := map[string]string{}
	for feed, tag := range now {
		if old, ok := was[feed]; (!ok || old != tag) && len(feed) <= longestAddress {
			out[feed] = tag
		}
	}
	return out
}

// A Reply is what came of telling somebody.
type Reply struct {
	Code   int           // of HTTP; 0: there was no answer
	After  time.Duration // what the answer says of a next attempt; 0: nothing
	Err    error         // why there was no answer
	Gone   bool          // there is no such feed any more
	Early  bool          // this process does not serve the change yet
	Broken bool          // this process ends
}

// The schedule of attempts.
const (
	firstPause   = 30 * time.Second
	longestPause = 4 * time.Hour
	giveUp       = 24 * time.Hour // after the first attempt
)

// decide says what a reply means for a notice. Any 2xx is success and 410 the
// end; everything else, redirects too, is a failure (WebSub, 7): it is tried
// again, in ever longer pauses, for a day.
func decide(n *Notice, r Reply, now time.Time) Result {
	switch {
	case r.Gone, r.Code/100 == 2:
		return Result{Told: true, Due: now.Add(quiet)}
	case r.Code == http.StatusGone && !n.IsHub:
		return Result{Ended: true}
	case r.Early:
		return Result{Due: now.Add(quiet), Attempts: n.Attempts, Since: n.Since}
	case r.Broken:
		return Result{Due: now, Attempts: n.Attempts, Since: n.Since}
	}
	since := n.Since
	if since.IsZero() {
		since = now
	}
	due := now.Add(max(pause(n.Attempts+1), min(r.After, longestPause)))
	if due.Sub(since) > giveUp {
		return Result{}
	}
	return Result{Due: due, Attempts: n.Attempts + 1, Since: since}
}

// pause is how long to wait after so many failures.
func pause(attempts int) time.Duration {
	d := firstPause
	for range attempts - 1 {
		if d *= 2; d >= longestPause {
			return longestPause
		}
	}
	return d
}
