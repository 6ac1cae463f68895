package editors

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// A Hash is what is kept of a token. Tokens are random and long, so that the
// hash needs no salt and no patience.
type Hash [sha256.Size]byte

// newToken returns 256 random bits for a link or a cookie: 43 letters, digits,
// hyphens and underscores.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashOf returns the hash of a token; false if it cannot be one of ours.
// Comparing is left to the database's index: what an attacker could time is
// the hash, which they cannot choose.
func hashOf(token string) (Hash, bool) {
	if len(token) != 43 { // the decoder passes over line breaks
		return Hash{}, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != 32 {
		return Hash{}, false
	}
	return sha256.Sum256(b), true
}

// ID is a short name of the hash that gives nobody a way in.
func (h Hash) ID() string { return hex.EncodeToString(h[:8]) }
