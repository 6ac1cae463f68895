package mailer

import (
	"slices"
	"strings"
)

// A Destination is a group of domains behind which one provider stands, and
// what it takes: gmail.com and googlemail.com are one.
type Destination struct {
	Domains  []string // A-labels in small letters; the first is its name; never empty
	Rate     float64  // letters a second of all processes; 0: no bound of its own
	Sessions int      // letters on their way at once, of all processes; 0: no bound of its own
}

// Name is the first of its domains.
func (d Destination) Name() string { return d.Domains[0] }

// Destinations are all that have a bound of their own. A domain is in one of
// them at most.
type Destinations []Destination

// Of returns the name of the destination that an e-mail address belongs to,
// empty for everybody else.
func (ds Destinations) Of(email string) string {
	name := domain(email)
	for _, d := range ds {
		if slices.Contains(d.Domains, name) {
			return d.Name()
		}
	}
	return ""
}

// bounds returns what holds for a destination by name: the zero value for
// everybody else, and for one that is no longer bounded.
func (ds Destinations) bounds(name string) Destination {
	for _, d := range ds {
		if d.Name() == name {
			return d
		}
	}
	return Destination{}
}

// domain is what stands behind the @, in lower-case A-labels. Of an address
// that nothing can be sent to it is whatever stands there.
func domain(email string) string {
	name := email[strings.LastIndexByte(email, '@')+1:]
	if ascii, err := asciiDomain(name); err == nil {
		return ascii
	}
	return strings.ToLower(name)
}
