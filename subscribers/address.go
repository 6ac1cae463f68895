package subscribers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// The longest local part and the longest address that fit through SMTP
// (RFC 5321 4.5.3.1, and its erratum 1690 for the address).
const (
	maxLocal   = 64
	maxAddress = 254
)

// An AddressError says why something is not an address we can write to. It
// does not hold the address, so that it may be logged.
type AddressError struct {
	Reason string // "the part before the @ is longer than 64 characters"
	Hint   string // what to do; may be empty
}

func (e *AddressError) Error() string {
	if e.Hint == "" {
		return e.Reason
	}
	return e.Reason + " (" + e.Hint + ")"
}

// ParseAddress returns the address in s as it is kept: without blanks around
// it, the local part as written, the domain in lower-case A-labels. Errors
// are of type *[AddressError].
//
// It takes plain addresses only, as people type them into a form: no display
// names, comments, quoted local parts or address literals. Local parts
// outside ASCII need SMTPUTF8, which most servers still refuse, and are
// refused here rather than by every delivery.
func ParseAddress(s string) (email string, err error) {
	s = strings.TrimFunc(s, blank)
	if len(s) > 4*maxAddress {
		return "", &AddressError{Reason: "longer than an address can be"}
	}
	if err := plain(s); err != nil {
		return "", err
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return "", &AddressError{"there is no @", "write it like ada@example.com"}
	}
	if err := checkLocal(s[:at]); err != nil {
		return "", err
	}
	domain, err := parseDomain(s[at+1:])
	if err != nil {
		return "", err
	}
	email = s[:at] + "@" + domain
	if len(email) > maxAddress {
		return "", &AddressError{Reason: "longer than 254 characters"}
	}
	return email, nil
}

// blank reports what may stand around a pasted address: spaces and the
// invisible characters that word processors and web pages add.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' || r == '\u2060' || r == '\u00ad'
}

// plain refuses what is not one bare address, and tells which of the usual
// mistakes it is.
func plain(s string) error {
	switch {
	case s == "":
		return &AddressError{Reason: "there is no address"}
	case !utf8.ValidString(s):
		return &AddressError{"it is not written in UTF-8", "save the file as UTF-8"}
	case len(s) >= 7 && strings.EqualFold(s[:7], "mailto:"):
		return &AddressError{"it is a link", "leave out mailto:"}
	case strings.ContainsAny(s, "<>"):
		return &AddressError{"it has a name beside the address", "write only what stands between < and >"}
	case strings.ContainsAny(s, `"()\`):
		return &AddressError{"it has quotes or brackets in it", "write only the address"}
	case strings.ContainsAny(s, ",;"):
		return &AddressError{"it looks like several addresses", "one at a time"}
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			return &AddressError{"there is a space in it", "an address has none"}
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return &AddressError{"there is an invisible character in it", "type it anew"}
		}
	}
	return nil
}

// checkLocal checks the part before the @: a dot-atom (RFC 5322 3.2.3).
func checkLocal(local string) error {
	switch {
	case local == "":
		return &AddressError{Reason: "nothing stands before the @"}
	case strings.Contains(local, "@"):
		return &AddressError{"there is more than one @", "one address at a time"}
	case local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, ".."):
		return &AddressError{Reason: "before the @, a dot must stand between other characters"}
	case local[0] == '\'' || local[len(local)-1] == '\'':
		return &AddressError{"it stands in quotes", "write only the address"}
	}
	for _, r := range local {
		if r >= utf8.RuneSelf {
			return &AddressError{
				"before the @ only the letters a to z, digits and a few signs can be delivered everywhere",
				"is there an address without accents?",
			}
		}
		if !atext(byte(r)) {
			return &AddressError{Reason: "before the @, " + string(r) + " is not allowed"}
		}
	}
	if len(local) > maxLocal {
		return &AddressError{Reason: "the part before the @ is longer than 64 characters"}
	}
	return nil
}

// atext reports whether c may stand in a local part (RFC 5322 atext, and the
// dot).
func atext(c byte) bool {
	return letterDigit(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}

// letterDigit reports whether c is an ASCII letter or digit.
func letterDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// parseDomain returns a domain in lower-case A-labels.
func parseDomain(domain string) (string, error) {
	domain = strings.TrimSuffix(domain, ".") // the full stop of the sentence it was copied from
	if strings.HasPrefix(domain, "[") {
		return "", &AddressError{"it has a number instead of a domain", "write a domain like example.com"}
	}
	if !ascii(domain) || strings.Contains(strings.ToLower(domain), "xn--") {
		a, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", &AddressError{Reason: "its domain is not one that can exist"}
		}
		domain = a
	}
	domain = strings.ToLower(domain)
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return "", &AddressError{"its domain has no dot", "like example.com"}
	}
	for _, l := range labels {
		if !hostLabel(l) {
			return "", &AddressError{Reason: "its domain is not one that can exist"}
		}
	}
	if top := labels[len(labels)-1]; strings.Trim(top, "0123456789") == "" {
		return "", &AddressError{"it has a number instead of a domain", "write a domain like example.com"}
	}
	return domain, nil
}

// hostLabel reports whether l is a label of a host name (RFC 1123 2.1).
// Underscores are for DNS records that are no hosts.
func hostLabel(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	for i := range len(l) {
		if !letterDigit(l[i]) && l[i] != '-' {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// AddressKey returns what two spellings of one address have in common: the
// whole of it in lower case, its domain in A-labels. Servers may tell Ada@
// from ada@, but none that matters does. Dots and plus tags are never taken
// away: on most servers they make another person.
func AddressKey(email string) string {
	email = strings.TrimSuffix(strings.TrimFunc(email, blank), ".")
	at := strings.LastIndexByte(email, '@')
	if domain := email[at+1:]; !ascii(domain) {
		if a, err := idna.Lookup.ToASCII(domain); err == nil {
			email = email[:at+1] + a
		}
	}
	return strings.ToLower(email)
}

// Mask returns an address for a page that others may see, after a letter was
// forwarded: "a••@example.com", whatever the length. What is no address
// becomes "••".
func Mask(email string) string {
	const dots = "••"
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return dots
	}
	first, size := utf8.DecodeRuneInString(email)
	if size >= at { // a single letter would be the whole address
		return dots + email[at:]
	}
	return string(first) + dots + email[at:]
}

// SuppressionKey returns what is kept of a suppressed address: the
// HMAC-SHA256 of its [AddressKey] under the installation's salt, in
// hexadecimal. The salt must not change while the list is in use.
func SuppressionKey(salt []byte, email string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(AddressKey(email)))
	return hex.EncodeToString(mac.Sum(nil))
}
