package subscribers

import (
	"net/netip"
	"time"
)

// A Consent is one entry of the log of what a reader agreed to or took back:
// proof for the reader and for editors. Entries are only ever added; erasing
// the reader takes out of them what speaks of a person.
//
// Whoever calls a method that changes something passes a Consent that says how
// it was done: Way, Network, Text and Language. The rest is filled in.
type Consent struct {
	Subscriber  int64      `json:"-"` // 0 while a request is not confirmed
	At          time.Time  `json:"at"`
	Act         ConsentAct `json:"act"`
	Way         string     `json:"way"`                   // one of the ways below, or "import FILE"; at most 200 bytes are kept
	Network     string     `json:"network,omitempty"`     // where from, see [Network]; empty if unknown
	Newsletters []string   `json:"newsletters,omitempty"` // which it speaks of, sorted; none where it is about the reader
	Text        string     `json:"text,omitempty"`        // the words that were shown; at most 2,000 bytes are kept
	Language    string     `json:"language,omitempty"`    // of those words, BCP 47
}

// ConsentAct is what was done.
type ConsentAct string

// The acts of a [Consent].
const (
	ActAsked     ConsentAct = "asked"           // signed up, from anywhere
	ActConfirmed ConsentAct = "confirmed"       // from the mailbox, and so is a reader
	ActImported  ConsentAct = "imported"        // somebody else says that they agreed
	ActChosen    ConsentAct = "chosen"          // takes these newsletters from now on, as a reader
	ActLeft      ConsentAct = "left"            // no longer takes these newsletters
	ActReturned  ConsentAct = "returned"        // took back leaving these
	ActPaused    ConsentAct = "paused"          //
	ActResumed   ConsentAct = "resumed"         // before the pause was over
	ActMoved     ConsentAct = "address-changed" // confirmed from the new mailbox
	ActLifted    ConsentAct = "lifted"          // confirmed, so that the address is no longer kept from letters; Text is the reason it was
	ActErased    ConsentAct = "erased"
)

// The ways by which people act.
const (
	ByForm     = "form"      // our own page
	ByEmbed    = "embed"     // a form on another site
	ByLink     = "link"      // the page that a link of a letter leads to
	ByOneClick = "one-click" // the mail program's own button (RFC 8058)
	ByMail     = "mail"      // a letter to the address in List-Unsubscribe
	ByDesk     = "desk"      // an editor, at their word
	ByCommand  = "command"   // an operator, at their word
	ByImport   = "import"    // a file
)

// The most that is kept of the texts of a [Consent], in bytes.
const (
	maxWay         = 200
	maxConsentText = 2000
)

// Network returns the network an address belongs to, which is all that is kept
// or limited by: 203.0.113.0/24, 2001:db8:0:1::/64. An IPv4 address written as
// IPv6 counts as what it is. The zero Prefix for an address that is none.
func Network(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// Log returns the log of a reader as it is to be shown, from its entries as
// they are kept, oldest first. How a reader was brought in stands in Consent
// and not with the entry once more; and of readers who came before there was a
// log it is all there is, and becomes the first entry.
func (s *Subscriber) Log(kept []Consent) []Consent {
	came := s.Status == Pending // or has not, yet
	for i := range kept {
		switch kept[i].Act {
		case ActImported:
			if kept[i].Text == "" {
				kept[i].Text = s.Consent
			}
			came = true
		case ActConfirmed:
			came = true
		}
	}
	if came {
		return kept
	}
	first := Consent{Subscriber: s.ID, At: s.Since, Act: ActImported, Way: ByImport, Text: s.Consent}
	return append([]Consent{first}, kept...)
}
