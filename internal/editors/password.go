package editors

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// How long a password may be, in characters. It is not asked to be of several
// kinds: length is what makes guessing long.
const (
	LeastPassword = 12
	MostPassword  = 200
)

// Why a password is not taken.
var (
	ErrShort = errors.New("password is too short")
	ErrLong  = errors.New("password is too long")
	// ErrPlain says that a password is what everybody tries first: a few
	// characters again and again, or what is known of the person.
	ErrPlain = errors.New("password is easily guessed")
)

// Why a password is not looked at.
var (
	// ErrPassword says that an address and a password do not belong together.
	// Whether there is such an editor is nobody's business.
	ErrPassword = errors.New("wrong address or password")
	// ErrBusy says that too many passwords are being looked at.
	ErrBusy = errors.New("too many passwords at once")
)

// judge says why a password is not to be taken, of whom much is known. It is
// nil of one that is.
func judge(password string, known ...string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < LeastPassword:
		return ErrShort
	case n > MostPassword:
		return ErrLong
	}
	different := map[rune]bool{}
	for _, r := range password {
		different[r] = true
	}
	if len(different) < 5 {
		return ErrPlain
	}
	rest := strings.ToLower(password)
	for _, k := range known {
		if k = strings.ToLower(k); len(k) >= 4 {
			rest = strings.ReplaceAll(rest, k, "")
		}
	}
	if utf8.RuneCountInString(rest) < LeastPassword/2 {
		return ErrPlain
	}
	return nil
}

// spelt writes a password as it is hashed: keyboards have several ways to
// write an é (RFC 8265, 4.2.1).
func spelt(password string) string { return norm.NFC.String(password) }

// mostWaiting is how many passwords may wait to be looked at.
const mostWaiting = 16

// Passwords makes and checks the hashes of passwords, one after the other:
// each needs Cost.Memory for as long as it takes, and a flood of guesses must
// not take it many times over. It is safe for use by several goroutines.
type Passwords struct {
	Cost Cost // zero: what is good today

	once    sync.Once
	turn    chan struct{}
	waiting atomic.Int32
}

func (p *Passwords) cost() Cost {
	if p.Cost == (Cost{}) {
		return today
	}
	return p.Cost
}

// seal makes the hash of a password, with a salt of its own.
func (p *Passwords) seal(ctx context.Context, password string) (sealed, error) {
	s := sealed{cost: p.cost(), salt: make([]byte, 16)}
	rand.Read(s.salt) // never fails
	sum, err := p.work(ctx, s, password, 32)
	s.sum = sum
	return s, err
}

// opens reports whether a password is the one that was sealed. Of an empty
// text it is not, and that takes as long to find out.
func (p *Passwords) opens(ctx context.Context, text, password string) (right bool, err error) {
	s, err := parseSealed(text)
	nobodys := err != nil
	if nobodys {
		s = sealed{cost: p.cost(), salt: make([]byte, 16), sum: make([]byte, 32)}
	}
	sum, err := p.work(ctx, s, password, uint32(len(s.sum)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, s.sum) == 1 && !nobodys, nil
}

// work waits for its turn and does the work.
func (p *Passwords) work(ctx context.Context, s sealed, password string, length uint32) ([]byte, error) {
	p.once.Do(func() { p.turn = make(chan struct{}, 1) })
	if p.waiting.Add(1) > mostWaiting {
		p.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer p.waiting.Add(-1)
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turn }()
	return argon2.IDKey([]byte(spelt(password)), s.salt, s.cost.Passes, s.cost.Memory, s.cost.Lanes, length), nil
}
