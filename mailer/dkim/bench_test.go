package dkim_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/mailer/dkim"
)

// BenchmarkSign compares signing a letter of 44 KB with the signatures alone,
// which nothing can be faster than, and with go-msgauth.
func BenchmarkSign(b *testing.B) {
	raw := digest(b)
	both := keys()
	for _, tt := range []struct {
		name string
		keys []*mailer.DKIMKey
	}{
		{"RSA", both[:1]},
		{"Ed25519", both[1:]},
		{"both", both[:]},
	} {
		var with []dkim.Key
		for i, k := range tt.keys {
			with = append(with, dkim.Key{Selector: []string{"s1", "s2"}[i], Signer: k})
		}
		s, err := dkim.New(domain, with...)
		if err != nil {
			b.Fatal(err)
		}
		sum := sha256.Sum256(raw)
		b.Run(tt.name+"/alone", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, k := range tt.keys {
					hash := crypto.SHA256
					if _, ok := k.Signer.(ed25519.PrivateKey); ok {
						hash = 0
					}
					if _, err := k.Sign(rand.Reader, sum[:], hash); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(tt.name+"/ours", func(b *testing.B) { signs(b, raw, s.Append) })
		b.Run(tt.name+"/msgauth", func(b *testing.B) { signs(b, raw, s.Long) })
	}
	// What there is besides the signature.
	s, err := dkim.New(domain, dkim.Key{Selector: "s1", Signer: constant{both[0]}})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("besides/hash", func(b *testing.B) {
		_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			sha256.Sum256(body)
		}
	})
	b.Run("besides/ours", func(b *testing.B) { signs(b, raw, s.Append) })
	b.Run("besides/msgauth", func(b *testing.B) { signs(b, raw, s.Long) })
}

func signs(b *testing.B, raw []byte, sign func(dst, letter []byte) ([]byte, error)) {
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	var dst []byte
	var err error
	for b.Loop() {
		if dst, err = sign(dst[:0], raw); err != nil {
			b.Fatal(err)
		}
	}
	if !bytes.HasSuffix(dst, raw) {
		b.Fatal("another letter")
	}
}

// digest is a letter of the usual size.
func digest(tb testing.TB) []byte {
	m := message()
	m.Text = strings.Repeat("a line of words in the text\n", 420)
	m.HTML = strings.Repeat("<p>a line of words in the page, with <a href=\"https://example.com/\">a link</a></p>\n", 350)
	raw, err := mailer.Compose(m)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// A constant key signs everything with the same bytes, in no time.
type constant struct{ crypto.Signer }

var always = make([]byte, 256)

func (constant) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return always, nil }
