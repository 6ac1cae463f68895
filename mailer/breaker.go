package mailer

import (
	"sync"
	"time"
)

// A breaker keeps sessions from a relay that does not want them: closed after
// the first trip for half a minute, then for twice as long each time up to 15
// minutes. In between one letter is let through to see.
type breaker struct {
	first time.Duration // the first rest

	mu      sync.Mutex
	trips   int // in a row
	until   time.Time
	probing bool
}

const (
	firstRest = 30 * time.Second
	maxRest   = 15 * time.Minute
)

// A pass is what a breaker says to the next letter.
type pass int

const (
	passGo    pass = iota // go
	passProbe             // go, as the one that tries; call settle afterwards
	passWait              // another one is trying
	passRest              // wait for the time returned
)

// enter asks whether a letter may go at now.
func (b *breaker) enter(now time.Time) (pass, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.trips == 0:
		return passGo, time.Time{}
	case now.Before(b.until):
		return passRest, b.until
	case b.probing:
		return passWait, time.Time{}
	}
	b.probing = true
	return passProbe, time.Time{}
}

// trip reports that the relay refused. Sessions that find out together count
// as one, and only the first brings news.
func (b *breaker) trip(now time.Time) (trips int, until time.Time, news bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
	if b.trips > 0 && now.Before(b.until) {
		return b.trips, b.until, false
	}
	b.trips++
	rest := maxRest
	if b.trips < 7 {
		rest = min(maxRest, b.first<<(b.trips-1))
	}
	b.until = now.Add(rest)
	return b.trips, b.until, true
}

// success reports that the relay talks to us, which is news after it refused.
func (b *breaker) success() (news bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	news = b.trips > 0
	b.trips, b.probing = 0, false
	return news
}

// left reports that the letter that was to try never came so far.
func (b *breaker) left() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
}

// rest returns until when nobody need ask, zero if now is fine.
func (b *breaker) rest(now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.trips > 0 && now.Before(b.until) {
		return b.until
	}
	return time.Time{}
}

// count returns how often in a row the relay refused.
func (b *breaker) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.trips
}
