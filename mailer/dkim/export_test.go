package dkim

import "time"

// Long signs the way of go-msgauth.
func (s *Signer) Long(dst, letter []byte) ([]byte, error) { return s.long(dst, letter) }

// Short signs the way of our own, if the letter is one for it.
func (s *Signer) Short(dst, letter []byte, now time.Time) ([]byte, bool, error) {
	return s.short(dst, letter, now)
}

// Stamped is the time in the first signature of a letter.
func Stamped(letter []byte) (time.Time, error) { return stamped(letter) }

// Doubtful is a signer that takes the long way only.
func (s *Signer) Doubtful(err error) *Signer { return &Signer{s.keys, err} }

// Spoilt are signers whose short way differs from the long one, each in
// something else, as they are before New tries them out.
func (s *Signer) Spoilt() map[string]*Signer {
	all := map[string]*Signer{}
	spoil := func(name string, change func(*key)) {
		k := s.keys[0]
		change(&k)
		all[name] = &Signer{keys: []key{k}}
	}
	spoil("algorithm", func(k *key) { k.algorithm = "rsa-sha1" })
	spoil("hash", func(k *key) { k.hash++ })
	spoil("form of the body", func(k *key) { k.BodyCanonicalization = "relaxed" })
	spoil("form of the header", func(k *key) { k.HeaderCanonicalization = "simple" })
	spoil("another tag", func(k *key) { k.Identifier = "@example.com" })
	return all
}

// TryOut holds the two ways against each other.
func (s *Signer) TryOut() error { return s.tryOut() }
