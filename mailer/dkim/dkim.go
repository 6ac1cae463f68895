// Package dkim signs letters (RFC 6376), so that whoever receives one can tell
// that its words and its sender are ours. Which fields a signature covers, and
// how, is decided here.
//
// The header is signed in its relaxed form, because servers on the way fold
// lines anew. The body is signed as it stands: letters are 7-bit, with no white
// space at the end of a line, so there is nothing on the way that would change
// it and leave it the same letter. There is no l= tag, which would let others
// add to a letter.
//
// There are two ways to a signature. The long one is
// github.com/emersion/go-msgauth, which takes any letter and reads it byte by
// byte. The short one takes letters whose lines all end with CRLF and that have
// each field once, as ours do: the hash of such a body is that of its bytes, and
// the header is read once for all keys. Both write the same bytes, which is
// tried out whenever a [Signer] is made. A letter of another form goes the long
// way, and so do all letters if the ways ever part.
//
// The package does not know where keys come from, nor who sends the letters.
package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// leastBits is the size of the smallest RSA key worth signing with: receivers
// ignore those below 1024 and signers should use 2048 (RFC 8301, 3.2).
const leastBits = 2048

// A Key is what letters are signed with, and the selector under which the DNS
// has its other half.
type Key struct {
	Selector string
	Signer   crypto.Signer // *rsa.PrivateKey of 2048 bits or more, or ed25519.PrivateKey
}

// A Signer signs letters. It does not change: any number of goroutines may use
// it.
type Signer struct {
	keys  []key
	doubt error // what is wrong with the short way
}

// A key makes one of a letter's signatures.
type key struct {
	dkim.SignOptions
	algorithm string      // of the a= tag
	hash      crypto.Hash // that the key is told the digest is of
}

// New returns a signer for a domain, in A-labels, which should be that of the
// From addresses or a domain above it, or else the signature says nothing about
// them (DMARC). Each key makes a signature of its own. The first should be RSA,
// which every receiver verifies; Ed25519 (RFC 8463) is of use only beside it.
func New(domain string, keys ...Key) (*Signer, error) {
	if !isName(domain) || !strings.Contains(domain, ".") {
		return nil, fmt.Errorf("DKIM: %.80q is not a domain", domain)
	}
	if len(keys) == 0 {
		return nil, errors.New("DKIM: no key")
	}
	s := &Signer{}
	for i, k := range keys {
		if !isName(k.Selector) {
			return nil, fmt.Errorf("DKIM: %.80q is not a selector", k.Selector)
		}
		for _, other := range keys[:i] {
			if strings.EqualFold(other.Selector, k.Selector) {
				return nil, fmt.Errorf("DKIM: two keys under the selector %q", k.Selector)
			}
		}
		if k.Signer == nil {
			return nil, fmt.Errorf("DKIM: no key for the selector %q", k.Selector)
		}
		signs := key{SignOptions: dkim.SignOptions{
			Domain: domain, Selector: k.Selector, Signer: k.Signer, Hash: crypto.SHA256,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed,
			BodyCanonicalization:   dkim.CanonicalizationSimple,
		}}
		switch public := k.Signer.Public().(type) {
		case *rsa.PublicKey:
			if n := public.N.BitLen(); n < leastBits {
				return nil, fmt.Errorf("DKIM: the RSA key has %d bits; receivers want %d", n, leastBits)
			}
			if private, ok := k.Signer.(*rsa.PrivateKey); ok {
				private.Precompute() // or else each signature would do it anew
			}
			signs.algorithm, signs.hash = "rsa-sha256", crypto.SHA256
		case ed25519.PublicKey: // signs the digest as if it were the message (RFC 8463, 3)
			signs.algorithm, signs.hash = "ed25519-sha256", 0
		default:
			return nil, fmt.Errorf("DKIM: %T is neither RSA nor Ed25519", public)
		}
		s.keys = append(s.keys, signs)
	}
	s.doubt = s.tryOut()
	return s, nil
}

// Doubt says why all letters go the long way, which signs as well but takes a
// fifth of a millisecond more for each. It is nil if they need not: the program
// should tell somebody when it is not.
func (s *Signer) Doubt() error { return s.doubt }

// Append appends a letter to dst, signed: a DKIM-Signature field for each key,
// then the letter as it is. The letter has CRLF line ends and no signature
// yet. The time in the signatures is the moment of signing.
//
// Nearly all of the time goes into the signatures themselves, about a
// millisecond for RSA.
func (s *Signer) Append(dst, letter []byte) ([]byte, error) {
	if s.doubt == nil {
		if dst, ok, err := s.short(dst, letter, time.Now()); ok {
			return dst, err
		}
	}
	return s.long(dst, letter)
}

// isName accepts names of letters, digits and hyphens, with dots between.
func isName(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return false
		}
	}
	return len(s) <= 253
}
