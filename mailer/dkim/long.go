package dkim

import (
	"fmt"

	"github.com/emersion/go-msgauth/dkim"
)

// long appends a letter, signed by go-msgauth, at the moment it reads from the
// clock.
func (s *Signer) long(dst, letter []byte) ([]byte, error) {
	names, err := signed(letter)
	if err != nil {
		return dst, fmt.Errorf("DKIM: %w", err)
	}
	begin := len(dst)
	for _, k := range s.keys {
		o := k.SignOptions
		o.HeaderKeys = names
		field, err := signature(&o, letter)
		if err != nil {
			return dst[:begin], fmt.Errorf("DKIM: selector %s: %w", o.Selector, err)
		}
		dst = append(dst, field...)
	}
	return append(dst, letter...), nil
}

// signature returns one DKIM-Signature field.
func signature(o *dkim.SignOptions, letter []byte) (string, error) {
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
