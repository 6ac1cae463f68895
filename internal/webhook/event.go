package webhook

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"
)

// An Event is a message as it is kept until it is delivered.
type Event struct {
	ID     string // what whoever gets it twice knows it by
	Type   Type
	At     time.Time // when it happened
	Reader int64     // whom it is about; 0: nobody
	Body   []byte
}

// Compose makes an event with a new id of what happened at a moment.
func Compose(t Type, at time.Time, data any) (Event, error) {
	var body bytes.Buffer
	to := json.NewEncoder(&body)
	to.SetEscapeHTML(false)
	err := to.Encode(struct {
		Type      Type   `json:"type"`
		Timestamp string `json:"timestamp"`
		Data      any    `json:"data"`
	}{t, at.UTC().Format("2006-01-02T15:04:05.000Z"), data})
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", t, err)
	}
	e := Event{ID: "msg_" + rand.Text(), Type: t, At: at, Body: bytes.TrimSuffix(body.Bytes(), []byte("\n"))}
	if d, ok := data.(interface{ reader() int64 }); ok {
		e.Reader = d.reader()
	}
	return e, nil
}

// An Edition is what events say of one.
type Edition struct {
	ID         string     `json:"id"`
	Newsletter string     `json:"newsletter"`
	URL        string     `json:"url"`
	Slot       *time.Time `json:"slot"` // the planned moment; null of one by hand
	Published  time.Time  `json:"published"`
}

// Published is the data of [EditionPublished].
type Published struct {
	Edition Edition `json:"edition"`
}

// Finished is the data of [EditionFinished]. A letter whose result comes later
// still is not counted here any more.
type Finished struct {
	Edition Edition `json:"edition"`
	State   string  `json:"state"` // sent, cancelled
	Counts  Counts  `json:"counts"`
}

// Counts are what became of an edition's letters.
type Counts struct {
	Planned int `json:"planned"`
	Sent    int `json:"sent"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
	Bounced int `json:"bounced"` // of those that failed
}

// A Reader is who an event is about. The number stays when the address changes;
// of a reader who was erased it is all that is told.
type Reader struct {
	ID    int64  `json:"id"`
	Email string `json:"email,omitempty"`
}

func (r Reader) reader() int64 { return r.ID }

// The reasons of [Confirmed] and [Left].
const (
	SignedUp   = "signed up"  // and confirmed it from the mailbox
	Chosen     = "chosen"     // as a reader, for more newsletters than before
	Returned   = "returned"   // took leaving back
	Moved      = "moved"      // to another address, and confirmed it from there
	Unwanted   = "left"       // of their own will
	Complained = "complained" // called a letter spam
	Erased     = "erased"     // everything about them is to be forgotten
)

// Confirmed is the data of [ReaderConfirmed].
type Confirmed struct {
	Reader      `json:"reader"`
	Newsletters []string `json:"newsletters"` // those they get from now on; of who moved, all they get
	First       bool     `json:"first"`       // they were no reader before
	Why         string   `json:"why"`
	Way         string   `json:"way,omitempty"` // form, embed, link, desk …
}

// Left is the data of [ReaderLeft].
type Left struct {
	Reader      `json:"reader"`
	Newsletters []string `json:"newsletters"` // those they get no more
	All         bool     `json:"all"`         // they get none any more
	Why         string   `json:"why"`
	Way         string   `json:"way,omitempty"`
}

// Bounced is the data of [ReaderBounced]: nobody is at the address, and it is
// not written to any more.
type Bounced struct {
	Reader   `json:"reader"`
	Edition  *Edition `json:"edition,omitempty"` // in which that was found; none: in a letter to this reader alone
	Code     int      `json:"code,omitempty"`    // of SMTP
	Enhanced string   `json:"enhanced,omitempty"`
}

// Tried is the data of [Test].
type Tried struct {
	Text string `json:"text"`
}
