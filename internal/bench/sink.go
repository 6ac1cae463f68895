package main

import (
	"net"
	"slices"
	"sync"
	"time"
)

// What the sink takes, so that no client makes it grow.
const (
	chunk         = 64 << 10 // read at once; a letter and the next envelope fit
	longestLine   = 4 << 10  // of a command
	longestHeader = 16 << 10
	largestLetter = 64 << 20
	mostReaders   = 1000 // of one letter
)

// A Sink is a mail server that takes every letter and keeps none: it counts.
// It does as little as can be done, because what it costs is taken from the
// same cores as what is measured. Replies leave when there is nothing left to
// read, so a client that sends a letter and the next envelope in one write is
// answered in one write.
type Sink struct {
	mu       sync.Mutex
	sessions map[*session]bool
	closed   Tally // of sessions that have ended, since the last Reset
}

// A Tally is what has come to a sink.
type Tally struct {
	Letters int       `json:"letters"`
	Bytes   int64     `json:"bytes"`   // of all letters as they stood on the wire, without the final dots
	Readers int       `json:"readers"` // different recipients
	Sum     uint64    `json:"sum"`     // of the hashes of all recipients, modulo 2^64
	IDs     int       `json:"ids"`     // different Message-IDs
	Strays  int       `json:"strays"`  // letters to a recipient whose To names somebody else
	First   time.Time `json:"first"`   // when the first letter had come whole
	Last    time.Time `json:"last"`

	readers, ids []uint64 // hashes of each letter's recipients and Message-ID
}

// add counts what came in another session too.
func (t *Tally) add(other *Tally) {
	t.Letters += other.Letters
	t.Bytes += other.Bytes
	t.Strays += other.Strays
	t.readers = append(t.readers, other.readers...)
	t.ids = append(t.ids, other.ids...)
	if t.First.IsZero() || !other.First.IsZero() && other.First.Before(t.First) {
		t.First = other.First
	}
	if other.Last.After(t.Last) {
		t.Last = other.Last
	}
}

// Serve takes letters from whoever connects, until l is closed.
func (s *Sink) Serve(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		c := &session{conn: conn, buf: make([]byte, chunk)}
		s.mu.Lock()
		if s.sessions == nil {
			s.sessions = map[*session]bool{}
		}
		s.sessions[c] = true
		s.mu.Unlock()
		go func() {
			c.run()
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.sessions, c)
			c.mu.Lock()
			defer c.mu.Unlock()
			s.closed.add(&c.tally)
		}()
	}
}

// Reset forgets what has come.
func (s *Sink) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = Tally{}
	for c := range s.sessions {
		c.mu.Lock()
		c.tally = Tally{}
		c.mu.Unlock()
	}
}

// Tally returns what has come since the last Reset.
func (s *Sink) Tally() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.closed
	t.readers, t.ids = slices.Clone(t.readers), slices.Clone(t.ids)
	for c := range s.sessions {
		c.mu.Lock()
		t.add(&c.tally)
		c.mu.Unlock()
	}
	for _, h := range t.readers {
		t.Sum += h
	}
	t.Readers, t.IDs = different(t.readers), different(t.ids)
	t.readers, t.ids = nil, nil
	return t
}

// different counts the values in list, and changes its order.
func different(list []uint64) int {
	slices.Sort(list)
	return len(slices.Compact(list))
}
