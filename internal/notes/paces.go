package notes

import (
	"sync"
	"time"
)

// Paces are when the next note may go: as the rate has it, and not while the
// relay rests, which takes no letters, or wants fewer.
type paces struct {
	rate float64 // letters a second; 0: no bound

	mu    sync.Mutex
	next  time.Time // the rate has room
	calm  time.Time // the relay has had its rest
	trips int       // refusals of the relay in a row
}

const (
	firstRest = 5 * time.Second
	maxRest   = time.Minute // one question a minute harms no relay, and somebody waits
	breather  = 2 * time.Second
)

// wait is how long the next note must still wait at now.
func (p *paces) wait(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, p.next.Sub(now), p.calm.Sub(now))
}

// begin counts a letter that goes at now.
func (p *paces) begin(now time.Time) {
	if p.rate <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = latest(p.next, now).Add(time.Duration(float64(time.Second) / p.rate))
}

// heard learns from the end of an attempt. It returns how long the relay is
// left alone, and whether that is news.
func (p *paces) heard(v *verdict, now time.Time) (rest time.Duration, news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case v.trip:
		if p.trips > 0 && p.calm.After(now) { // another letter has found out meanwhile
			return 0, false
		}
		p.trips++
		rest = min(maxRest, firstRest<<min(p.trips-1, 8))
		p.calm = now.Add(rest)
		return rest, p.trips == 1
	case v.delay:
		p.calm = latest(p.calm, now.Add(breather))
		return 0, false
	}
	if v.Phase != "" && v.Code != 0 { // the relay talks
		news = p.trips > 0
		p.trips = 0
	}
	return 0, news
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
