package mailer

import "time"

// State is where a delivery stands.
type State string

// The states of a delivery. Deferred deliveries and those in doubt are Queued
// with attempts; None is a row for a reader who was planned nothing.
const (
	Queued  State = "queued"
	Sent    State = "sent"
	Failed  State = "failed"
	Skipped State = "skipped"
	None    State = "none"
)

// The reasons a delivery was skipped, or nothing was planned.
const (
	Suppressed = "suppressed"
	Left       = "left"
	Paused     = "paused"
	Superseded = "superseded"
	Cancelled  = "cancelled"
	Expired    = "expired"
	Erased     = "erased"
	Nothing    = "nothing"
	Late       = "late"
)

// The reasons a delivery failed.
const (
	Bounced       = "bounced" // the address does not exist; it is suppressed
	PolicyRefused = "policy"  // the letter or its sender is not wanted: no fault of the reader's
	Refused       = "refused" // anything else a server refuses for good
	InDoubt       = "doubt"   // given up, and may have arrived: lost twice in its text, or once and then out of time
	BadAddress    = "address" // not an address that can be written to
	Unwritten     = "render"  // the letter could not be made
)

// Phase is how far a letter had come when the server answered, or did not.
type Phase string

// The phases of a transaction (RFC 5321). Whatever is lost before PhaseBody
// was certainly not taken; from PhaseBody on nobody knows until the answer to
// the final dot is in.
const (
	PhaseConn Phase = "conn" // dialling, TLS, greeting, authentication
	PhaseMail Phase = "mail"
	PhaseRcpt Phase = "rcpt"
	PhaseData Phase = "data"
	PhaseBody Phase = "body" // the text is on its way, the final dot not answered
	PhaseDone Phase = "done" // the final dot was answered
)

// An Outcome is what an attempt means for its delivery.
type Outcome struct {
	State    State     // Sent, Failed, Skipped, or Queued to be tried again
	Reason   string    // why failed or skipped, one word
	Due      time.Time // when Queued: the next attempt
	Attempt  bool      // counts as an attempt
	Doubt    bool      // when Queued: it may have arrived
	Suppress bool      // the address must not be written to again
	Phase    Phase
	Code     int    // reply code, 0: none
	Enhanced string // "5.1.1", if given
}
