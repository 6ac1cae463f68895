package dkim

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// tryOut signs the probes both ways. An error is where the ways part. The keys
// themselves sign nothing: what they are asked for is what is compared.
func (s *Signer) tryOut() error {
	for _, k := range s.keys {
		k.Signer = standIn{k.Signer.Public()}
		// One key at a time: the long way reads the clock for each.
		one := &Signer{keys: []key{k}}
		for i, p := range probes {
			want, err := one.long(nil, []byte(p))
			if err != nil {
				return fmt.Errorf("selector %s, probe %d: %w", k.Selector, i, err)
			}
			stamp, err := stamped(want)
			if err != nil {
				return fmt.Errorf("selector %s, probe %d: %w", k.Selector, i, err)
			}
			got, ok, err := one.short(nil, []byte(p), stamp)
			switch {
			case err != nil:
				return fmt.Errorf("selector %s, probe %d: %w", k.Selector, i, err)
			case !ok:
				return fmt.Errorf("selector %s, probe %d: not taken", k.Selector, i)
			case !bytes.Equal(got, want):
				return fmt.Errorf("selector %s, probe %d: %s", k.Selector, i, difference(got, want))
			}
		}
	}
	return nil
}

// difference shows where two letters part.
func difference(got, want []byte) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	about := func(b []byte) []byte { return b[max(0, n-20):min(len(b), n+40)] }
	return fmt.Sprintf("differs at byte %d: %q, not %q", n, about(got), about(want))
}

// stamped returns the time in the first signature of a letter.
func stamped(letter []byte) (time.Time, error) {
	_, after, ok := bytes.Cut(letter, []byte(" t="))
	digits, _, end := bytes.Cut(after, []byte(";"))
	if !ok || !end {
		return time.Time{}, errors.New("no time in the signature")
	}
	seconds, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("time of the signature: %w", err)
	}
	return time.Unix(seconds, 0), nil
}

// A standIn has a public key and makes signatures as long as the real ones.
// They say which digest it was asked to sign, and how.
type standIn struct{ public crypto.PublicKey }

func (s standIn) Public() crypto.PublicKey { return s.public }

func (s standIn) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	size := 64
	if public, ok := s.public.(*rsa.PublicKey); ok {
		size = public.Size()
	}
	asked := append([]byte{byte(opts.HashFunc())}, digest...)
	return bytes.Repeat(asked, 1+size/len(asked))[:size], nil
}

// probes are letters that the short way takes: all that relaxed folding may
// meet, and bodies with the ends that simple canonicalisation looks at.
var probes = [...]string{
	"From: a@example.com\r\n\r\nhello\r\n",
	"from:a@example.com\r\n\r\n\r\n",
	"FROM:\ta@example.com \t\r\n\r\n\r\n\r\n\r\n",
	"X-First: 1\r\nSubject:\r\nTo:   \r\nFrom: a@example.com\r\nCc:\r\n \r\n\t\r\n\r\n.\r\n..\r\n \r\nFrom\r\n",
	"SUBJECT: two\r\n lines\r\n\t\t and  more \t \r\n \r\nFrom: \"a : b\" <a@example.com>,\r\n <b@example.com>\r\n" +
		"received: from x\r\n by y\r\nMessage-Id: <1@example.com>\r\n\r\n\r\nends with a space \r\nand a tab\t\r\n\r\n",
	"To: =?utf-8?q?=0d=0aX-Evil:_1?= <b@example.com>\r\nFrom: \xd0\x98 \xff\xfe\xc2\xa0 \xe2\x80\xa8 <a@example.com>\r\n" +
		"Subject: \x00\v\f\x7f\u0085 .\r\nContent-Type:multipart/alternative;boundary=\"; b=\"\r\n\r\n\xff\x00\x80\r\n" +
		strings.Repeat("x", 998) + "\r\n",
	everyField() + "\r\n" + strings.Repeat("a line of words\r\n", 1000) + "\r\n\r\n",
}

// everyField is a header with all fields that are covered, and with values
// that grow long.
func everyField() string {
	var b strings.Builder
	for i, name := range covered {
		fmt.Fprintf(&b, "X-Before-%s: %s\r\n%s: %s\r\n", name, name, name, strings.Repeat("word;\r\n ", 4*i)+"end")
	}
	return b.String()
}
