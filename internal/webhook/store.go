package webhook

import (
	"context"
	"time"
)

// A Store keeps messages until they are delivered, and how endpoints stand.
// Endpoints are known by their keys. Each method is one transaction and durable
// when it returns.
type Store interface {
	// Claim leases the message to an endpoint that has been due longest, or
	// returns nil: none is due, the endpoint is off or left alone for now, or,
	// while it fails, another message is on its way ([Health.Takes]). Nobody
	// else gets it while the lease lasts, which is kept by the database's clock
	// where there is one. Looking when nothing is due locks nobody out. Owner
	// signs the lease.
	Claim(ctx context.Context, endpoint, owner string, lease time.Duration, now time.Time) (*Message, error)

	// Settle writes down what became of a claimed message, and how that leaves
	// the endpoint, see the function [Settle], which it returns. When the claim
	// of token is not the last one any more, that it was delivered still counts,
	// and anything else is forgotten. What was delivered is not kept.
	Settle(ctx context.Context, endpoint string, m *Message, r Result, now time.Time) (Health, error)
}

// A Message is an event on its way to one endpoint.
type Message struct {
	N        int64 // of the event, in the database
	ID       string
	Body     []byte
	Attempts int   // made before this one
	Token    int64 // of the claim: grows with each
}

// A Standing is an endpoint and what waits for it.
type Standing struct {
	Health
	Waiting int // messages not delivered yet, those that are off included; counted up to [MostCounted]
	GivenUp int // messages that never arrived, of those not yet forgotten; counted up to [MostCounted]
}

// MostCounted is where counting ends: there may be very many.
const MostCounted = 10_000
