package mailer

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"strings"
	"testing"
)

// receive reads a zone file's line as a receiver gets it from the DNS: the name
// asked for and the tags of the joined strings.
func receive(t *testing.T, zone string) (name string, tags map[string]string) {
	t.Helper()
	m := regexp.MustCompile(`^(\S+)\. IN TXT \( (.*) \)$`).FindStringSubmatch(zone)
	if m == nil {
		t.Fatalf("not a line of a zone file: %s", zone)
	}
	value := ""
	for _, s := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(m[2], -1) {
		if len(s[1]) > 255 {
			t.Errorf("a string of %d bytes", len(s[1]))
		}
		value += s[1]
	}
	tags = map[string]string{}
	for tag := range strings.SplitSeq(value, ";") {
		k, v, ok := strings.Cut(strings.TrimSpace(tag), "=")
		if !ok {
			t.Errorf("not a tag: %q", tag)
		}
		tags[k] = v
	}
	return m[1], tags
}

// TestDKIMRecordVerifies: what the key in the file signs, the key in the DNS
// verifies.
func TestDKIMRecordVerifies(t *testing.T) {
	for _, tt := range []struct {
		algorithm string
		bits      int
		strings   int
	}{{RSA, 2048, 2}, {RSA, 4096, 3}, {Ed25519, 0, 1}} {
		made, err := NewDKIMKey(tt.algorithm, tt.bits)
		if err != nil {
			t.Fatal(err)
		}
		text, err := made.PEM()
		if err != nil {
			t.Fatal(err)
		}
		key, err := ParseDKIMKey(text)
		if err != nil {
			t.Fatal(err)
		}
		record, err := key.Record("news.example.com", "s1")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(record.Strings()); n != tt.strings {
			t.Errorf("%s %d: %d strings, want %d", tt.algorithm, tt.bits, n, tt.strings)
		}
		name, tags := receive(t, record.Zone())
		if name != "s1._domainkey.news.example.com" || tags["v"] != "DKIM1" || tags["k"] != tt.algorithm {
			t.Errorf("%s: %s %v", tt.algorithm, name, tags)
		}
		public, err := base64.StdEncoding.DecodeString(tags["p"])
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte("a letter's headers"))
		switch tt.algorithm {
		case RSA:
			parsed, err := x509.ParsePKIXPublicKey(public)
			if err != nil {
				t.Fatal(err)
			}
			pub := parsed.(*rsa.PublicKey)
			if pub.N.BitLen() != tt.bits {
				t.Errorf("%d bits, want %d", pub.N.BitLen(), tt.bits)
			}
			sig, err := made.Sign(rand.Reader, sum[:], crypto.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			if err := rsa.VerifyPKCS1v15(pub, crypto.SHA256, sum[:], sig); err != nil {
				t.Error(err)
			}
		case Ed25519:
			sig, err := made.Sign(rand.Reader, sum[:], crypto.Hash(0))
			if err != nil {
				t.Fatal(err)
			}
			if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, sum[:], sig) {
				t.Errorf("the record's key (%d bytes) does not verify", len(public))
			}
		}
	}
}

func TestDKIMNames(t *testing.T) {
	key, err := NewDKIMKey(Ed25519, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ domain, selector, want string }{
		{"example.com", "s1", "s1._domainkey.example.com"},
		{"Example.COM.", "S1", "s1._domainkey.example.com"},
		{"bücher.example", "2026-11.mail", "2026-11.mail._domainkey.xn--bcher-kva.example"},
		{"localhost", "s1", ""},
		{"", "s1", ""},
		{"example.com", "", ""},
		{"example.com", "s 1", ""},
		{"example.com", `s1" "p=`, ""},
		{"example.com", "-s1", ""},
		{"example.com", "s1.", ""},
		{"exam\nple.com", "s1", ""},
		{"example.com", strings.Repeat("s", 64), ""},
		{strings.Repeat("a.", 120) + "example.com", "s1", ""},
	} {
		r, err := key.Record(tt.domain, tt.selector)
		if r.Name != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q %q: got %q, %v", tt.domain, tt.selector, r.Name, err)
		}
	}
}

func TestDKIMKeyMistakes(t *testing.T) {
	for _, bits := range []int{0, 1024, 8192} {
		if _, err := NewDKIMKey(RSA, bits); err == nil {
			t.Errorf("an RSA key of %d bits", bits)
		}
	}
	if _, err := NewDKIMKey("dsa", 2048); err == nil {
		t.Error("a key of an algorithm nobody verifies")
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	for text, want := range map[string]string{
		"":                                     "DKIM key: the file holds no PEM block",
		block("CERTIFICATE", []byte("secret")): `DKIM key: the file holds a "CERTIFICATE", not a private key`,
		block("PRIVATE KEY", []byte("secret")): "DKIM key: the file holds a damaged key",
		block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small)): "DKIM key: it has 1024 bits; receivers want 2048 to 4096",
		strings.Repeat("-", 100<<10):                                 "DKIM key: the file is too large for a key",
	} {
		if _, err := ParseDKIMKey([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.30q: got %v, want %s", text, err, want)
		}
	}
}
