package desk

import (
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
)

// Attempts limits how often somebody may try to get in. It is asked before a
// password is looked at or an editor is looked for, so that the answer tells
// nobody whether there is such an editor.
//
// Memory is bounded, see [subscribers.Limiter].
type Attempts struct {
	networks, pairs, addresses, passwords, links, letters subscribers.Limiter
}

// NewAttempts returns the limits as they are meant for a publication. A
// password may be tried 8 times at once for an address from one network, then
// once in two minutes; 40 times from anywhere, then once in two minutes; a
// network may try 30 times whatever it tries, then twice a minute, and all
// networks 60 passwords, then one a second. A letter with a link is sent to an
// address once in three minutes: who is locked out by others' guesses still
// gets one.
func NewAttempts() *Attempts {
	return &Attempts{
		networks:  subscribers.Limiter{Most: 30, Every: 30 * time.Second},
		pairs:     subscribers.Limiter{Most: 8, Every: 2 * time.Minute},
		addresses: subscribers.Limiter{Most: 40, Every: 2 * time.Minute},
		passwords: subscribers.Limiter{Most: 60, Every: time.Second},
		links:     subscribers.Limiter{Most: 300, Every: 200 * time.Millisecond},
		letters:   subscribers.Limiter{Most: 1, Every: 3 * time.Minute},
	}
}

// password counts an attempt with a password, or returns when it may be made.
func (a *Attempts) password(email, network string, now time.Time) error {
	if a == nil {
		return nil
	}
	email = strings.ToLower(strings.TrimSpace(email))
	for _, l := range []struct {
		limit *subscribers.Limiter
		key   string
	}{{&a.networks, network}, {&a.pairs, email + " " + network}, {&a.addresses, email}, {&a.passwords, ""}} {
		if ok, wait := l.limit.Allow(l.key, now); !ok {
			return web.WaitError{Wait: wait}
		}
	}
	return nil
}

// link counts somebody's asking for a link, or returns when they may.
func (a *Attempts) link(network string, now time.Time) error {
	if a == nil {
		return nil
	}
	if ok, wait := a.networks.Allow(network, now); !ok {
		return web.WaitError{Wait: wait}
	}
	if ok, wait := a.links.Allow("", now); !ok {
		return web.WaitError{Wait: wait}
	}
	return nil
}

// letter reports whether a letter may go to an address.
func (a *Attempts) letter(email string, now time.Time) bool {
	if a == nil {
		return true
	}
	ok, _ := a.letters.Allow(email, now)
	return ok
}
