package mailer

import "time"

// A job is leave to take letters of a lease.
type job struct {
	lease *lease
	probe bool      // one letter only: the breaker waits to hear of it
	at    time.Time // the turn of the first letter, if the lease has turns
}

// hand gives the letters of a block to sessions, a few at a time, as their turn
// comes and sessions become free. It does not wait for the last of them.
func (r *run) hand(l *lease) {
	defer l.handedOut()
	for l.more() {
		at, ok := r.turn(l)
		if !ok {
			return
		}
		probe, ok := r.gate(l)
		if !ok {
			return
		}
		select {
		case r.jobs <- job{l, probe, at}:
		case <-r.soft.Done():
			return
		}
		if l.turns != nil {
			<-l.taken // or we would wait for the turn of a letter that is gone
		}
	}
}

// handBeside does what hand does while other blocks are claimed, so that a
// destination that takes little does not hold up the others.
func (r *run) handBeside(l *lease) {
	r.hands.Go(func() {
		r.hand(l)
		r.signal()
	})
}

// busy are the destinations of which there are letters in hand that are not
// handed out: whose turn has not come, or for which no session is free.
func (r *run) busy() (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for l := range r.leases {
		if l.more() {
			names = append(names, l.block.Destination)
		}
	}
	return names
}

// gate waits until the breaker lets a letter of l pass, or says that l should
// be given back.
func (r *run) gate(l *lease) (probe, ok bool) {
	for r.soft.Err() == nil {
		now := time.Now()
		if !l.fresh(now) {
			return false, false
		}
		switch pass, _ := r.breaker.enter(now); pass {
		case passGo:
			return false, true
		case passProbe:
			return true, true
		case passRest:
			return false, false
		case passWait:
			pause(r.soft, 50*time.Millisecond) // what wakes a claim is not for us
		}
	}
	return false, false
}
