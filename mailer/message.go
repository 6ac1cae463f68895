package mailer

import "time"

// An Address is a mailbox with an optional display name. Email is ASCII: its
// domain in A-labels, its local part without SMTPUTF8.
type Address struct{ Name, Email string }

// A Master is a letter as all readers of one version share it. Where a
// reader's own words go, Text, HTML and Subject have holes (see [Hole]).
type Master struct {
	From, ReplyTo Address // ReplyTo may be zero
	Subject       string
	Text, HTML    string
	ListID        string // "weekly.news.example.com", stable for ever (RFC 2919)
	ListName      string
	ListArchive   string // URL
	FeedbackID    string // "campaign:list:type:sender" for postmaster tools; may be empty
	Calendar      Calendar
	// Version is the number of the version this master was made from. It is
	// not the one asked for when an item no longer held and the letter goes
	// without it.
	Version int
}

// Values are what goes into the holes of a master for one reader. Nothing in
// it is trusted: values are escaped where they go.
type Values struct {
	To          Address
	MessageID   string // without angle brackets; the same on every attempt
	Date        time.Time
	Unsubscribe string            // https URL that takes the POST of RFC 8058
	Holes       map[string]string // plain text by name of the hole
}

// A Message is one letter to one person, complete but for its MIME form.
type Message struct {
	From, ReplyTo, To Address
	MessageID         string // without angle brackets
	Date              time.Time
	Subject           string
	Text, HTML        string
	ListID, ListName  string
	ListArchive       string
	FeedbackID        string
	Calendar          Calendar
	Unsubscribe       string // empty: not list mail (a confirmation, a sign-in link)
}
