package mailer

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/idna"

	"github.com/standfirst/standfirst/mailer/field"
)

// ErrAddress says that nothing can be sent to, or from, an address as it is
// written. It concerns this address only.
var ErrAddress = errors.New("address cannot be written to")

// ASCII returns the address as it goes into envelopes and headers: the local
// part unchanged, the domain in lower-case A-labels (RFC 5891). The error wraps
// [ErrAddress] and says what is wrong without repeating the address, because
// errors are logged and addresses are not.
//
// A local part beyond ASCII would need SMTPUTF8 (RFC 6531) all the way to the
// reader. A relay that offers it says nothing about the next server, which
// then refuses the letter for everybody, so we never ask for it.
func (a Address) ASCII() (string, error) {
	at := strings.LastIndexByte(a.Email, '@')
	if at < 0 {
		return "", fmt.Errorf("%w: it has no @", ErrAddress)
	}
	local, domain := a.Email[:at], a.Email[at+1:]
	switch {
	case local == "":
		return "", fmt.Errorf("%w: nothing stands before the @", ErrAddress)
	case len(local) > 64:
		return "", fmt.Errorf("%w: more than 64 characters before the @", ErrAddress)
	case !isASCII(local):
		return "", fmt.Errorf("%w: letters other than a-z before the @ need SMTPUTF8, which many mail servers refuse", ErrAddress)
	case !isDotAtom(local):
		return "", fmt.Errorf("%w: a character or dot before the @ does not belong there", ErrAddress)
	}
	domain, err := asciiDomain(domain)
	if err != nil {
		return "", err
	}
	return local + "@" + domain, nil
}

// asciiDomain turns a domain into lower-case A-labels.
func asciiDomain(domain string) (string, error) {
	ascii := strings.TrimSuffix(domain, ".")
	if !isASCII(domain) { // what is ASCII already is not for idna to judge: it refuses mail domains that exist
		var err error
		if ascii, err = idna.Lookup.ToASCII(ascii); err != nil {
			return "", fmt.Errorf("%w: its domain is not a domain", ErrAddress) // idna's text repeats the domain
		}
	}
	if len(ascii) > 253 || !isDotAtom(ascii) || strings.ContainsAny(ascii, "!#$%&'*+/=?^`{|}~_") {
		return "", fmt.Errorf("%w: its domain is not a domain", ErrAddress)
	}
	return strings.ToLower(ascii), nil
}

// isDotAtom reports whether s is a dot-atom of RFC 5322 3.2.3.
func isDotAtom(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for _, c := range []byte(atom) {
			if !field.IsAtext(c) {
				return false
			}
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
