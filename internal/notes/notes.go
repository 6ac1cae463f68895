// Package notes sends the letters that one person waits for: a confirmation, a
// link to the preferences, a welcome, a link to sign in. They never stand
// behind an edition: they have a queue, a sender and a session of their own.
//
// Whoever needs one queues it, in the transaction of what it is about where
// there is one. A [Sender], in this process or another, claims what is due,
// has it written by a [Writer], sends it and writes down what became of it. A
// letter may come twice when a process dies at the wrong moment, then under
// the same Message-ID; it is not lost.
//
// What a note says is made when it is sent. No link is kept in the queue:
// whoever reads the database finds no way in.
//
// The package does not know SQL or HTTP, nor what an edition is.
package notes

import (
	"strings"
	"time"
)

// A Note is a letter that one person waits for.
type Note struct {
	ID         int64
	Kind       Kind
	To         string // an address as subscribers.ParseAddress or editors.ParseEmail returns it
	Subscriber int64  // the reader it is about; 0: none yet, or an editor
	Request    int64  // what it asks to confirm; 0: nothing
	Language   string // BCP 47; empty: the publication's
	Payload    map[string]string
	Queued     time.Time
	Bulk       bool // one of many that a list asks for: nobody waits for this one. Queue alone looks at it

	Attempts int   // made before this one
	Doubt    bool  // an earlier attempt may have arrived, or a process died with it in hand
	Token    int64 // of the claim: grows with each
}

// HeadStart is how much longer a note counts as waiting than it does. So a link
// that an editor or a reader asked for goes before letters to strangers, of
// which somebody may have had hundreds queued, and those before what an import
// asks for, which may be a hundred thousand. Nothing waits for ever: who has
// waited for a day is before all who came since.
func (n *Note) HeadStart() time.Duration {
	switch {
	case n.Bulk:
		return 0
	case n.Kind == Confirm:
		return 12 * time.Hour
	}
	return 24 * time.Hour
}

// Kind is what a note is for.
type Kind string

// The kinds of notes.
const (
	// Confirm asks whether it was the person who signed up. It has a Request.
	Confirm Kind = "confirm"
	// Known tells a reader who signs up again that they are in already.
	Known Kind = "known"
	// Address asks at the new address whether it is to be written to from now
	// on. It has a Request and a Subscriber.
	Address Kind = "address"
	// AddressChanged tells the old address that letters go to another one.
	AddressChanged Kind = "address-changed"
	// Preferences brings a reader the link to their preferences.
	Preferences Kind = "preferences"
	// Welcome greets a reader who has confirmed.
	Welcome Kind = "welcome"
	// SignIn lets an editor in.
	SignIn Kind = "sign-in"
	// Test shows that letters arrive.
	Test Kind = "test"
)

// The keys of a Payload, for what cannot be looked up when the note is sent.
const (
	Newsletters = "newsletters" // names, as [Join] writes them: those that are new to the reader (Welcome)
	Other       = "other"       // the other address, masked: the old one (Address), the new one (AddressChanged); may be left out
)

// Join writes a list as a value of a Payload. Entries have no line breaks.
func Join(list []string) string { return strings.Join(list, "\n") }

// list reads what [Join] wrote.
func (n *Note) list(key string) []string {
	return strings.FieldsFunc(n.Payload[key], func(r rune) bool { return r == '\n' })
}

// For is how long a note of a kind is of use to whom it is for. One that could
// not be sent so long after it was queued is given up.
func (k Kind) For() time.Duration {
	switch k {
	case SignIn:
		return 30 * time.Minute // the person stands at the door
	case Preferences, Test:
		return 6 * time.Hour
	}
	return 24 * time.Hour
}
