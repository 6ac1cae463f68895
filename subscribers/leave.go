package subscribers

import (
	"slices"
	"time"
)

// The reasons of a [Suppression].
const (
	BecauseBounced    = "bounced"
	BecauseComplained = "complained"
	Erased            = "erased"
	Moved             = "moved" // letters go to another address, or went there
)

// Leaving returns what is left of a reader who leaves one newsletter, or all
// when newsletter is empty. Who leaves the last one has left as a whole: a
// later import must not sign them up for something new. Leaving again
// changes nothing, so that undo still finds the first time.
//
// A reader who is not Active keeps the status and leaves all the same.
func Leaving(s Subscriber, subs []Subscription, newsletter string, now time.Time) (Subscriber, []Subscription) {
	subs = slices.Clone(subs)
	open := false
	for i := range subs {
		if subs[i].Left.IsZero() && (newsletter == "" || subs[i].Newsletter == newsletter) {
			subs[i].Left = now
		}
		open = open || subs[i].Left.IsZero()
	}
	if !open && s.Status == Active && (newsletter == "" || len(subs) > 0) {
		s.Status = Left
	}
	return s, subs
}

// Returning takes a leaving back: of one newsletter, or, when newsletter is
// empty, all that was left the last time and nothing that was left before.
// Bookmarks are as they were. A reader who had left as a whole is Active
// again; no other status changes, so that nobody confirms or gets rid of a
// bounce by it.
func Returning(s Subscriber, subs []Subscription, newsletter string) (Subscriber, []Subscription) {
	subs = slices.Clone(subs)
	var last time.Time
	for _, sub := range subs {
		if sub.Left.After(last) {
			last = sub.Left
		}
	}
	back := newsletter == ""
	for i := range subs {
		if subs[i].Newsletter == newsletter || newsletter == "" && subs[i].Left.Equal(last) {
			subs[i].Left = time.Time{}
			back = true
		}
	}
	if back && s.Status == Left {
		s.Status = Active
	}
	return s, subs
}

// Suppressed returns the status of a reader whose address is suppressed for
// reason: Bounced or Complained for one that was written to or waited for
// confirmation, and also Complained for one that bounced. Who has left has
// left.
func Suppressed(old Status, reason string) Status {
	switch {
	case reason == BecauseComplained && old != Left:
		return Complained
	case reason == BecauseBounced && (old == Active || old == Pending):
		return Bounced
	}
	return old
}

// reason returns why an address with this status is not to be written to;
// empty when that is up to the reader.
func reason(s Status) string {
	switch s {
	case Bounced:
		return BecauseBounced
	case Complained:
		return BecauseComplained
	}
	return ""
}
