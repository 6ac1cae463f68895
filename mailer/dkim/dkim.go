// Package dkim signs letters (RFC 6376), so that whoever receives one can tell
// that its words and its sender are ours. The signatures themselves are made
// by github.com/emersion/go-msgauth; which fields they cover, and how, is
// decided here.
//
// The header is signed in its relaxed form, because servers on the way fold
// lines anew. The body is signed as it stands: letters are 7-bit, with no white
// space at the end of a line, so there is nothing on the way that would change
// it and leave it the same letter. There is no l= tag, which would let others
// add to a letter.
//
// The package does not know where keys come from, nor who sends the letters.
package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"

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
type Signer struct{ options []dkim.SignOptions }

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
		switch public := k.Signer.Public().(type) {
		case *rsa.PublicKey:
			if n := public.N.BitLen(); n < leastBits {
				return nil, fmt.Errorf("DKIM: the RSA key has %d bits; receivers want %d", n, leastBits)
			}
		case ed25519.PublicKey:
		default:
			return nil, fmt.Errorf("DKIM: %T is neither RSA nor Ed25519", public)
		}
		s.options = append(s.options, dkim.SignOptions{
			Domain: domain, Selector: k.Selector, Signer: k.Signer, Hash: crypto.SHA256,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed,
			BodyCanonicalization:   dkim.CanonicalizationSimple,
		})
	}
	return s, nil
}

// Append appends a letter to dst, signed: a DKIM-Signature field for each key,
// then the letter as it is. The letter has CRLF line ends and no signature
// yet. The time in the signatures is the moment of signing.
//
// Most of the time goes into the signature itself, about a millisecond for RSA.
func (s *Signer) Append(dst, letter []byte) ([]byte, error) {
	keys, err := signed(letter)
	if err != nil {
		return dst, fmt.Errorf("DKIM: %w", err)
	}
	begin := len(dst)
	for _, o := range s.options {
		o.HeaderKeys = keys
		field, err := sign(&o, letter)
		if err != nil {
			return dst[:begin], fmt.Errorf("DKIM: selector %s: %w", o.Selector, err)
		}
		dst = append(dst, field...)
	}
	return append(dst, letter...), nil
}

// sign returns one DKIM-Signature field.
func sign(o *dkim.SignOptions, letter []byte) (string, error) {
	signer, err := dkim.NewSigner(o)
	if err != nil {
		return "", err
	}
	_, err = signer.Write(letter)
	if closed := signer.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	return signer.Signature(), nil
}

// covered are the fields a signature covers when a letter has them: those a
// reader sees, those that say how to read it, and those that mail programs act
// upon. RFC 8058 wants the two of the unsubscribe button. Fields that servers
// add or change are not among them, Content-Transfer-Encoding neither.
var covered = []string{
	"From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
	"List-Id", "List-Help", "List-Archive", "List-Subscribe", "List-Owner", "List-Post",
	"List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted",
}

// sealed are the fields named once more than the letter has them, so that
// nobody adds another one that mail programs would show instead (RFC 6376,
// 8.15).
var sealed = []string{"From", "To", "Subject"}

// signed returns the names for the h= tag.
func signed(letter []byte) ([]string, error) {
	header, _, ok := bytes.Cut(letter, []byte("\r\n\r\n"))
	if !ok {
		return nil, errors.New("the letter has no end of its header")
	}
	keys := make([]string, 0, len(covered)+len(sealed))
	for row := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(row) == 0 || row[0] == ' ' || row[0] == '\t' {
			continue
		}
		name, _, ok := bytes.Cut(row, []byte(":"))
		if !ok {
			return nil, errors.New("the letter's header has a line that is no field")
		}
		if bytes.EqualFold(name, []byte("DKIM-Signature")) {
			return nil, errors.New("the letter is signed already")
		}
		for _, c := range covered {
			if strings.EqualFold(string(name), c) {
				keys = append(keys, c)
			}
		}
	}
	if !slices.Contains(keys, "From") {
		return nil, errors.New("the letter has no From")
	}
	return append(keys, sealed...), nil
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
