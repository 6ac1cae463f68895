// Package webhook tells other programs what happened here: an edition was
// published or is finished, a reader confirmed, left, or cannot be reached.
//
// Messages are as Standard Webhooks has them (www.standardwebhooks.com): a JSON
// body with type, timestamp and data, signed with a secret of the endpoint's
// own, under an id that stays the same however often it is sent. Whoever
// changes something writes the event in the same transaction, and only if an
// endpoint wants it; a [Courier], in this process or another, claims what is
// due, sends it and writes down what became of it. So none is lost, and one may
// come twice, under the same id. They come in no promised order.
//
// What is decided is pure: the body, the signature, when it is tried again and
// when an endpoint is given up. The package does not know SQL, nor what an
// edition is.
package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"

	"github.com/standfirst/standfirst/internal/fetch"
)

// A Type is what an event is about.
type Type string

// The types of events.
const (
	EditionPublished Type = "edition.published"
	EditionFinished  Type = "edition.finished"
	ReaderConfirmed  Type = "reader.confirmed"
	ReaderLeft       Type = "reader.left"
	ReaderBounced    Type = "reader.bounced"

	// Test is what somebody asks for who tries an endpoint out. It is no event
	// and stands in no queue.
	Test Type = "webhook.test"
)

// Types returns all types of events.
func Types() []Type {
	return []Type{EditionPublished, EditionFinished, ReaderConfirmed, ReaderLeft, ReaderBounced}
}

// An Endpoint is where events are sent to.
type Endpoint struct {
	URL     string
	Secrets []Secret // the newest first; each signs, so that one can take the place of another
	Events  []Type   // which it is told of
	Reach   fetch.Reach
}

// Key is what the database knows an endpoint by. The address itself is not kept
// there: its path is often a secret.
func (e *Endpoint) Key() string {
	h := sha256.Sum256([]byte(e.URL))
	return hex.EncodeToString(h[:12])
}

// Host is what logs call an endpoint, and people who are not to see its secrets.
func (e *Endpoint) Host() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// A Roster is the endpoints there are. Nil is none.
type Roster struct {
	Site      string // where editions are read, without a slash at its end
	Endpoints []Endpoint
}

// Wanting returns the keys of the endpoints that want a type of events.
func (r *Roster) Wanting(t Type) []string {
	if r == nil {
		return nil
	}
	var keys []string
	for i := range r.Endpoints {
		if e := &r.Endpoints[i]; slices.Contains(e.Events, t) {
			keys = append(keys, e.Key())
		}
	}
	return keys
}
