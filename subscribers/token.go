package subscribers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"sync"
)

// ErrToken says that a token is not one of ours, was changed on the way, or
// is for something else. It does not say which: a page has nothing better to
// tell than that the link is not complete.
var ErrToken = errors.New("not a valid token")

// Tokens makes and reads the tokens in the links of a reader's letters. A
// token names a reader and one thing that its holder may do, and is signed;
// nothing is stored. Tokens for leaving and for preferences never expire,
// because letters are kept for years.
//
// A token is at most 72 characters of A–Z a–z 0–9 - _ and so goes into a URL,
// a header and a line of plain text as it is:
//
//	40 characters  base64url of  version 1 byte, purpose 1 byte,
//	                             subscriber 8 bytes, big-endian,
//	                             HMAC-SHA256 of all the rest, first 20 bytes
//	0–32           what the purpose speaks of, as it is: the newsletter
//
// The purpose is part of what is signed: a token for leaving opens nothing
// else. A purpose that expires writes its moment into the last part.
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
