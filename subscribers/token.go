package subscribers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"strconv"
	"sync"
	"time"
)

// ErrToken says that a token is not one of ours, was changed on the way, or
// is for something else. It does not say which: a page has nothing better to
// tell than that the link is not complete.
var ErrToken = errors.New("not a valid token")

// ErrExpired says that a token is ours and too old.
var ErrExpired = errors.New("the token has expired")

// ErrTooSoon says that a form came back faster than a person fills it in.
var ErrTooSoon = errors.New("the form was sent too soon")

// Tokens makes and reads the tokens in the links of a reader's letters. A
// token names a reader, or a request, and one thing that its holder may do,
// and is signed; nothing is stored. Tokens for leaving and for preferences
// never expire, because letters are kept for years.
//
// A token is at most 72 characters of A–Z a–z 0–9 - _ and so goes into a URL,
// a header and a line of plain text as it is:
//
//	40 characters  base64url of  version 1 byte, purpose 1 byte,
//	                             subscriber or request 8 bytes, big-endian,
//	                             HMAC-SHA256 of all the rest, first 20 bytes
//	0–32           what the purpose speaks of, as it is: the newsletter
//
// The purpose is part of what is signed: a token for leaving opens nothing
// else. A purpose that expires has its moment there, in Unix seconds.
type Tokens struct {
	// Key signs, and has at least 16 random bytes. Whoever knows it can act
	// for any reader; changing it breaks every link ever sent. It does not
	// change once a token was made or read.
	Key []byte

	macs sync.Pool // of hash.Hash that know the key; to teach it to one takes longer than a token
}

const (
	tokenVersion  = 1
	macSize       = 20
	headSize      = 2 + 8 + macSize
	maxNewsletter = 32
)

// The purposes. Each is one byte, never used for anything else again.
const (
	forLeaving     = 'l'
	forPreferences = 'p'
	forSignUp      = 'c'
	forNewAddress  = 'a'
	forForm        = 's'
)

// How long a form may take: nobody reads and fills one in faster, and nobody
// comes back to one after a day.
const (
	formSoonest = 2 * time.Second
	formLatest  = 24 * time.Hour
)

// Leave returns a token to leave one newsletter, or all when newsletter is
// empty. The newsletter's name is at most 32 of a–z, 0–9 and -. It panics
// when the key is too short to sign with.
func (t *Tokens) Leave(subscriber int64, newsletter string) string {
	return t.sign(forLeaving, subscriber, newsletter)
}

// ParseLeave returns what a token of [Tokens.Leave] names, or ErrToken.
func (t *Tokens) ParseLeave(token string) (subscriber int64, newsletter string, err error) {
	return t.parse(forLeaving, token)
}

// Preferences returns a token to see and change a reader's wishes, reached
// from a letter of the newsletter; newsletter may be empty. It panics when
// the key is too short to sign with.
func (t *Tokens) Preferences(subscriber int64, newsletter string) string {
	return t.sign(forPreferences, subscriber, newsletter)
}

// ParsePreferences returns what a token of [Tokens.Preferences] names, or
// ErrToken.
func (t *Tokens) ParsePreferences(token string) (subscriber int64, newsletter string, err error) {
	return t.parse(forPreferences, token)
}

// Confirm returns a token to confirm a request, for as long as it waits to be.
// It panics when the key is too short to sign with.
func (t *Tokens) Confirm(r *Request) string {
	purpose := byte(forSignUp)
	if r.Kind == NewAddress {
		purpose = forNewAddress
	}
	return t.sign(purpose, r.ID, strconv.FormatInt(r.Made.Add(RequestLife).Unix(), 10))
}

// ParseConfirm returns what a token of [Tokens.Confirm] names, or ErrToken. With
// ErrExpired it returns it too, so that a page can tell who has confirmed
// already; nothing may be confirmed by it.
func (t *Tokens) ParseConfirm(token string, now time.Time) (kind RequestKind, request int64, err error) {
	kind = SignUp
	request, tail, err := t.parse(forSignUp, token)
	if err != nil {
		kind = NewAddress
		request, tail, err = t.parse(forNewAddress, token)
	}
	if err != nil {
		return "", 0, err
	}
	ends, err := strconv.ParseInt(tail, 10, 64)
	switch {
	case err != nil:
		return "", 0, ErrToken
	case !now.Before(time.Unix(ends, 0)):
		return kind, request, ErrExpired
	}
	return kind, request, nil
}

// Stamp returns the token of a form that is shown at now. It panics when the
// key is too short to sign with.
func (t *Tokens) Stamp(now time.Time) string {
	return t.sign(forForm, now.UnixMilli(), "")
}

// ParseStamp reports whether a form with this stamp may come back at now:
// ErrTooSoon within two seconds, ErrExpired after a day, ErrToken when the
// stamp is none of [Tokens.Stamp].
func (t *Tokens) ParseStamp(stamp string, now time.Time) error {
	ms, tail, err := t.parse(forForm, stamp)
	if err != nil || tail != "" {
		return ErrToken
	}
	switch took := now.Sub(time.UnixMilli(ms)); {
	case took < formSoonest:
		return ErrTooSoon
	case took > formLatest:
		return ErrExpired
	}
	return nil
}

func (t *Tokens) sign(purpose byte, subscriber int64, tail string) string {
	if len(t.Key) < 16 {
		panic("subscribers: the key of tokens has fewer than 16 bytes")
	}
	head := binary.BigEndian.AppendUint64([]byte{tokenVersion, purpose}, uint64(subscriber))
	head = append(head, t.mac(head, tail)...)
	return base64.RawURLEncoding.EncodeToString(head) + tail
}

func (t *Tokens) parse(purpose byte, token string) (subscriber int64, tail string, err error) {
	size := base64.RawURLEncoding.EncodedLen(headSize)
	if len(t.Key) < 16 || len(token) < size || len(token) > size+maxNewsletter {
		return 0, "", ErrToken
	}
	head, err := base64.RawURLEncoding.DecodeString(token[:size])
	if err != nil || len(head) != headSize { // the decoder skips line breaks
		return 0, "", ErrToken
	}
	tail = token[size:]
	signed, mac := head[:headSize-macSize], head[headSize-macSize:]
	if !hmac.Equal(mac, t.mac(signed, tail)) || signed[0] != tokenVersion || signed[1] != purpose {
		return 0, "", ErrToken
	}
	return int64(binary.BigEndian.Uint64(signed[2:])), tail, nil
}

func (t *Tokens) mac(head []byte, tail string) []byte {
	h, ok := t.macs.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, t.Key)
	}
	defer t.macs.Put(h)
	h.Reset()
	h.Write([]byte("standfirst token\x00")) // the key signs other things too
	h.Write(head)
	h.Write([]byte(tail))
	return h.Sum(nil)[:macSize]
}
