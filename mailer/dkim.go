package mailer

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// The algorithms of DKIM keys (RFC 6376, RFC 8463). Every receiver verifies
// RSA; Ed25519 is only of use beside it, as a second signature.
const (
	RSA     = "rsa"
	Ed25519 = "ed25519"
)

// The sizes of an RSA key for DKIM, in bits. Signers should use no fewer
// (RFC 8301, 3.2), and receivers need not verify more.
const (
	leastBits = 2048
	mostBits  = 4096
)

// A DKIMKey is the private half of a key that letters are signed with.
type DKIMKey struct{ crypto.Signer }

// NewDKIMKey makes a key. Bits are those of an RSA key, from 2048 to 4096; an
// Ed25519 key has one size.
func NewDKIMKey(algorithm string, bits int) (*DKIMKey, error) {
	switch algorithm {
	case RSA:
		if bits < leastBits || bits > mostBits {
			return nil, fmt.Errorf("DKIM key: RSA keys have %d to %d bits", leastBits, mostBits)
		}
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, fmt.Errorf("DKIM key: %w", err)
		}
		return &DKIMKey{key}, nil
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("DKIM key: %w", err)
		}
		return &DKIMKey{key}, nil
	}
	return nil, fmt.Errorf("DKIM key: there is no algorithm %q; there are %s and %s", algorithm, RSA, Ed25519)
}

// PEM is how the key is kept in a file: PKCS #8, which OpenSSL and other
// signers read too.
func (k *DKIMKey) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.Signer)
	if err != nil {
		return nil, fmt.Errorf("DKIM key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ParseDKIMKey reads what PEM wrote, or an RSA key as older tools write it
// (PKCS #1). Errors never hold any of the text.
func ParseDKIMKey(text []byte) (*DKIMKey, error) {
	const most = 64 << 10 // bytes; a key of 4096 bits has 3 KB
	if len(text) > most {
		return nil, errors.New("DKIM key: the file is too large for a key")
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("DKIM key: the file holds no PEM block")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("DKIM key: the file holds a %.40q, not a private key", block.Type)
	}
	if err != nil {
		return nil, errors.New("DKIM key: the file holds a damaged key")
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if n := key.N.BitLen(); n < leastBits || n > mostBits {
			return nil, fmt.Errorf("DKIM key: it has %d bits; receivers want %d to %d", n, leastBits, mostBits)
		}
		return &DKIMKey{key}, nil
	case ed25519.PrivateKey:
		return &DKIMKey{key}, nil
	}
	return nil, fmt.Errorf("DKIM key: %T is neither RSA nor Ed25519", key)
}

// A DKIMRecord is what the DNS says of a key, so that receivers can verify
// with it.
type DKIMRecord struct {
	Name  string // without a dot at its end: "s1._domainkey.example.com"
	Value string // of the TXT record, whole
}

// Record returns the record to publish for the key under a selector. A domain
// that is not ASCII is written as the DNS writes it.
func (k *DKIMKey) Record(domain, selector string) (DKIMRecord, error) {
	domain, err := asciiDomain(domain)
	if err != nil || !dnsName(domain) || !strings.Contains(domain, ".") {
		return DKIMRecord{}, errors.New("DKIM record: that is not a domain")
	}
	selector = strings.ToLower(selector)
	name := selector + "._domainkey." + domain
	if !dnsName(name) {
		return DKIMRecord{}, fmt.Errorf("DKIM record: %.80q is not a selector; a selector has letters, digits and hyphens", selector)
	}
	var algorithm string
	var public []byte
	switch key := k.Public().(type) {
	case *rsa.PublicKey:
		algorithm = RSA
		if public, err = x509.MarshalPKIXPublicKey(key); err != nil {
			return DKIMRecord{}, fmt.Errorf("DKIM record: %w", err)
		}
	case ed25519.PublicKey: // the bare 32 bytes: RFC 8463, 4.2
		algorithm, public = Ed25519, key
	default:
		return DKIMRecord{}, fmt.Errorf("DKIM record: %T is neither RSA nor Ed25519", key)
	}
	return DKIMRecord{name, "v=DKIM1; k=" + algorithm + "; p=" + base64.StdEncoding.EncodeToString(public)}, nil
}

// Strings cuts the value into the strings of a TXT record, which have at most
// 255 bytes each (RFC 1035, 3.3). Receivers join them with nothing between.
func (r DKIMRecord) Strings() []string {
	const most = 255
	var parts []string
	for rest := r.Value; rest != ""; {
		n := min(most, len(rest))
		parts, rest = append(parts, rest[:n]), rest[n:]
	}
	return parts
}

// Zone writes the record as a line of a zone file (RFC 1035, 5.1).
func (r DKIMRecord) Zone() string {
	return r.Name + `. IN TXT ( "` + strings.Join(r.Strings(), `" "`) + `" )`
}

// dnsName reports whether s is a name of letters, digits and hyphens that the
// DNS can hold. Underscores are allowed where a label begins.
func dnsName(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		label = strings.TrimPrefix(label, "_")
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}
