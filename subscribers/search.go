package subscribers

import "time"

// A Query says which readers an editor looks for: those of whom all of it is
// true. The zero Query is all readers.
type Query struct {
	// Text is what the address or the name holds, in any case.
	Text string
	// Status is the one they have; empty: any.
	Status Status
	// Paused: only those who take a break.
	Paused bool
	// Newsletter is one that they take; empty: any.
	Newsletter string
	// Topic and City are what they have chosen, in any case. Who chose nothing
	// gets all, and is not among them.
	Topic, City string

	// Before is the number above all that are looked at; 0: begin with the
	// newest.
	Before int64
	// Limit is how many are wanted; it must be above 0.
	Limit int
	// Patience is how long may be looked before the answer is what was found so
	// far. Some thousands of readers are looked at in any case.
	Patience time.Duration
}

// Found are readers by their number, the newest first. Where the query is
// nothing but a text, those whose address begins with it come before the
// others.
type Found struct {
	Readers []Subscriber
	// Crowded: more addresses than were wanted begin with the text. There is no
	// next page; a longer text finds fewer.
	Crowded bool
	// Next is what Before is to be to go on; 0: there are no more.
	Next int64
	// Looked is false if Readers are fewer than wanted because patience ended,
	// and not because there are no more.
	Looked bool
}

// A Tally is how many readers there are in each state.
type Tally struct {
	Status map[Status]int // a status nobody has may be absent
	Paused int            // of the active ones
	Asked  int            // who signed up and have not confirmed; they are no readers yet
}

// All returns how many readers there are.
func (t Tally) All() (n int) {
	for _, of := range t.Status {
		n += of
	}
	return n
}

// A Wait is a letter that waits for its next try.
type Wait struct {
	Edition  string
	Due      time.Time
	Attempts int // so far
}
