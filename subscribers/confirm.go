package subscribers

import (
	"slices"
	"time"
)

// SignedUp is recorded with readers who came by themselves. What they were
// shown, and when they confirmed it, is in their log.
const SignedUp = "signed up and confirmed"

// A Change is what is to be written of a reader who chooses. The lists are
// sorted and name newsletters.
type Change struct {
	Subscriber Subscriber // as it shall be; ID 0: to be inserted
	Begin      []string   // subscriptions to insert; none of them exists
	Return     []string   // subscriptions that were left, to be taken up again where they stood
	Leave      []string   // subscriptions left from now on
}

// Confirming decides what it does that somebody confirms a sign-up from the
// mailbox it is about. old is the reader with this address, or nil; subs are
// all subscriptions of old, also those left.
//
// Whatever the reader was before, they are Active now, and get what they asked
// for and what they had not left. What the request leaves empty stays as it is,
// and so do language and zone once there are any: the form that was filled in
// may only have guessed them. Who asks for letters is not paused.
func Confirming(old *Subscriber, subs []Subscription, r Request, now time.Time) Change {
	c := Change{Subscriber: Subscriber{Email: r.Email, Status: Active, Since: now, Consent: SignedUp}}
	if old != nil {
		c.Subscriber = *old
	}
	s := &c.Subscriber
	s.Status, s.Paused = Active, time.Time{}
	if r.Name != "" {
		s.Name = r.Name
	}
	if len(r.Topics) > 0 {
		s.Topics = set(r.Topics)
	}
	if len(r.Cities) > 0 {
		s.Cities = set(r.Cities)
	}
	if s.Language == "" {
		s.Language = r.Language
	}
	if s.Timezone == "" {
		s.Timezone = r.Timezone
	}
	c.take(subs, r.Newsletters)
	return c
}

// Moving decides what it does that a reader confirms a new address from its
// mailbox. An address that bounced is none any more, and who called a letter
// spam and now wants them elsewhere wants them. Nobody confirms a sign-up by
// it, or comes back.
func Moving(old Subscriber, r Request) Change {
	old.Email = r.Email
	if old.Status == Bounced || old.Status == Complained {
		old.Status = Active
	}
	return Change{Subscriber: old}
}

// Choosing decides what a reader's own page does: they have these newsletters
// from now on, and leave every other as in [Leaving]. Who had left as a whole
// and takes one again is Active; no other status changes.
func Choosing(old Subscriber, subs []Subscription, p Profile) Change {
	c := Change{Subscriber: old}
	s := &c.Subscriber
	s.Topics, s.Cities = set(p.Topics), set(p.Cities)
	s.Language, s.Timezone = p.Language, p.Timezone
	c.take(subs, p.Newsletters)
	for _, sub := range subs {
		if sub.Left.IsZero() && !slices.Contains(p.Newsletters, sub.Newsletter) {
			c.Leave = append(c.Leave, sub.Newsletter)
		}
	}
	c.Leave = set(c.Leave)
	switch {
	case s.Status == Left && len(c.Begin)+len(c.Return) > 0:
		s.Status = Active
	case s.Status == Active && len(p.Newsletters) == 0 && len(subs) > 0:
		s.Status = Left
	}
	return c
}

// take decides how subscriptions to newsletters come about.
func (c *Change) take(subs []Subscription, newsletters []string) {
	for _, n := range set(newsletters) {
		i := slices.IndexFunc(subs, func(s Subscription) bool { return s.Newsletter == n })
		switch {
		case i < 0:
			c.Begin = append(c.Begin, n)
		case !subs[i].Left.IsZero():
			c.Return = append(c.Return, n)
		}
	}
}

// Taken returns the newsletters the reader takes up, sorted.
func (c *Change) Taken() []string { return set(slices.Concat(c.Begin, c.Return)) }

// In reports whether a reader has all of these newsletters: there is nothing
// to confirm.
func In(s Subscriber, subs []Subscription, newsletters []string) bool {
	for _, n := range newsletters {
		if !slices.ContainsFunc(subs, func(s Subscription) bool { return s.Newsletter == n && s.Left.IsZero() }) {
			return false
		}
	}
	return s.Status == Active
}

// bounceRests is how long an address that bounced is left alone.
const bounceRests = 7 * 24 * time.Hour

// MayAsk reports whether an address that is on the suppression list for reason,
// since a moment, may be asked for confirmation because somebody, who may be
// anybody, signed it up. Who asked to be erased may come back by themselves. A
// mailbox that did not exist may exist after a week. Who called our letters
// spam gets none of any kind that they did not ask for by a letter's link. Who
// moved may come back.
func MayAsk(reason string, since, now time.Time) bool {
	switch reason {
	case "", Erased, Moved:
		return true
	case BecauseBounced:
		return now.Sub(since) >= bounceRests
	}
	return false
}
