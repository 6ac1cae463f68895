package dkim_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/dkim"
)

// BenchmarkSign compares signing a letter of 48 KB with the signature alone,
// which nothing can be faster than.
func BenchmarkSign(b *testing.B) {
	m := message()
	m.Text = strings.Repeat("a line of words\n", 800)
	m.HTML = strings.Repeat("<p>a line of words</p>\n", 1400)
	raw, err := mailer.Compose(m)
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	for i, name := range []string{"RSA", "Ed25519"} {
		key := keys()[i]
		s, err := dkim.New(domain, dkim.Key{Selector: "s1", Signer: key})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			var dst []byte
			for b.Loop() {
				if dst, err = s.Append(dst[:0], raw); err != nil {
					b.Fatal(err)
				}
			}
			if !bytes.HasSuffix(dst, raw) {
				b.Fatal("another letter")
			}
		})
		b.Run(name+" alone", func(b *testing.B) {
			hash := []crypto.Hash{crypto.SHA256, 0}[i]
			for b.Loop() {
				if _, err := key.Sign(rand.Reader, sum[:], hash); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
