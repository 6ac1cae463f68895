// Package mailer brings letters to people. It composes messages with go-mail,
// or as copies of one when many read the same, speaks SMTP, reads the answers,
// decides what they mean, and drains the ledger of deliveries with as many
// sessions as the relay takes.
//
// A letter is durable before it counts: a session does not begin its next one
// before the result of its last is in the ledger, so that a process killed at
// any point loses nobody and repeats at most one letter for each open session,
// with the same Message-ID.
//
// Nothing comes again under another Message-ID, with one exception: a letter
// that was lost in its text may have arrived. It is sent once more under its
// own; if that is given up too (lost again, a day over, the edition cancelled),
// what it held comes in the reader's next one, for a second time if it had
// arrived. [Decide] says how each of these is counted.
//
// The package does not know what a digest or an article is. To it an edition
// is a name, a version a number, and the words come from a [Press].
package mailer
