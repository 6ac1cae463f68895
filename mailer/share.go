package mailer

import (
	"math"
	"slices"
	"time"
)

// A Share is what a block in a worker's hand may use of the rates: a letter
// every so often until a moment. The shares of all blocks never come to more
// than a rate, so that processes which know nothing of each other keep it
// together. It ends with the lease; until then its last letter may still be on
// its way.
//
// A block waits for its first letter as long as between two letters. So one
// that follows upon another, or upon one that was given back, in this process
// or after a restart, keeps its distance too.
type Share struct {
	Destination string
	Every       time.Duration // between the beginnings of two letters; 0: its rate is not bounded
	Until       time.Time     // the turn of its last letter
	Lease       time.Time     // when the lease ends
}

// at is how many letters a second it takes at a moment.
func (s Share) at(now time.Time) float64 {
	if s.Every <= 0 || !now.Before(s.Until) {
		return 0
	}
	return float64(time.Second) / float64(s.Every)
}

// A Part is what a claim takes of a block, and how it is to be sent.
type Part struct {
	Letters  int           // of those that are open
	Every    time.Duration // see Block
	Sessions int           // see Block
}

// stretch is how long the letters of one claim take at most, if they are more
// than one: what is in hand holds up older letters that are put off and newer
// ones that are urgent.
const stretch = 30 * time.Second

// Bounded reports whether c has any bounds, so that shares need looking at.
func (c Claim) Bounded() bool { return c.Rate > 0 || len(c.Destinations) > 0 }

// Held returns the destinations of which nothing can be claimed at now, beside
// these shares; all tells that it is so of every one.
func (c Claim) Held(shares []Share, now time.Time) (held []string, all bool) {
	if _, ok := left(c.Rate, used(shares, now)); !ok {
		return nil, true
	}
	held = slices.Clone(c.Without)
	for _, d := range c.Destinations {
		if _, ok := c.room(d.Name(), shares, now); !ok && !slices.Contains(held, d.Name()) {
			held = append(held, d.Name())
		}
	}
	return held, false
}

// Free returns the first moment, not before now, at which something of a
// destination can be claimed beside these shares, should all last as long as
// they may.
func (c Claim) Free(destination string, shares []Share, now time.Time) time.Time {
	moments := []time.Time{now}
	for _, s := range shares {
		for _, end := range []time.Time{s.Until, s.Lease} {
			if end.After(now) {
				moments = append(moments, end)
			}
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	for _, at := range moments {
		if _, ok := c.room(destination, shares, at); ok {
			return at
		}
	}
	return moments[len(moments)-1]
}

// Part returns what to take of a block with so many letters to a destination
// that is not held.
func (c Claim) Part(destination string, letters int, shares []Share, now time.Time) Part {
	rate, _ := c.room(destination, shares, now)
	p := Part{Letters: letters, Sessions: c.Destinations.bounds(destination).Sessions}
	if math.IsInf(rate, 1) {
		return p
	}
	p.Every = time.Duration(math.Ceil(float64(time.Second)/rate/1000)) * time.Microsecond // whole ones, as they are kept
	p.Letters = min(letters, max(1, int(stretch/p.Every)))
	return p
}

// room returns how many letters a second are left to a destination; ok is false
// if they are not worth a claim, or its sessions are taken.
func (c Claim) room(destination string, shares []Share, now time.Time) (rate float64, ok bool) {
	rate, ok = left(c.Rate, used(shares, now))
	d := c.Destinations.bounds(destination)
	if !ok || d.Rate <= 0 && d.Sessions <= 0 {
		return rate, ok
	}
	its := slices.DeleteFunc(slices.Clone(shares), func(s Share) bool { return s.Destination != destination })
	if d.Sessions > 0 && slices.ContainsFunc(its, func(s Share) bool { return now.Before(s.Lease) }) {
		return 0, false // a block has all of them
	}
	own, ok := left(d.Rate, used(its, now))
	return min(rate, own), ok
}

// used is how many letters a second some shares take.
func used(shares []Share, now time.Time) (rate float64) {
	for _, s := range shares {
		rate += s.at(now)
	}
	return rate
}

// left is what remains of a rate, 0 being none; ok tells whether that is
// enough to begin with: a tenth, and a letter in the time that one claim may
// take. Else the rate would go in ever smaller pieces.
func left(rate, used float64) (rest float64, ok bool) {
	if rate <= 0 {
		return math.Inf(1), true
	}
	least := max(rate/10, min(rate, 1/stretch.Seconds()))
	return rate - used, rate-used >= least*0.999
}
