package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/standfirst/standfirst/internal/smtptest"
)

// A relay is a mail server that takes some milliseconds for each letter and
// counts them by reader and Message-ID. Processes that shall be told apart come
// through doors of their own.
type relay struct {
	t     *testing.T
	doors []*door

	mu      sync.Mutex
	script  func(smtptest.Event) smtptest.Answer // optional; its "yes" is ours
	letters int
	by      map[string]map[string]int // reader, Message-ID
	last    map[string]sender         // reader: whose their last letter was
	again   map[sender]int            // how many of its letters came again
	more    chan struct{}
}

// A door is one address of a relay.
type door struct {
	server  *smtptest.Server
	host    string
	port    int
	lives   int         // of the process that uses it, so far
	conns   map[int]int // connection: in which life it was made
	letters int
}

// A sender is one life of the process behind a door.
type sender struct {
	*door
	life int
}

func newRelay(t *testing.T) *relay { return relayOf(t, new(smtptest.Server)) }

// relayOf makes one whose first door is a server's.
func relayOf(t *testing.T, server *smtptest.Server) *relay {
	r := &relay{t: t, by: make(map[string]map[string]int), last: make(map[string]sender), again: make(map[sender]int), more: make(chan struct{}, 1)}
	r.open(server)
	return r
}

// open opens a door; what server is beside counting is its own affair.
func (r *relay) open(server *smtptest.Server) *door {
	r.t.Helper()
	d := &door{server: server, conns: make(map[int]int)}
	server.Script = func(e smtptest.Event) smtptest.Answer { return r.answer(d, e) }
	server.Taken = func(l smtptest.Letter) { r.take(d, l) }
	var err error
	if d.host, d.port, err = server.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(server.Close)
	r.doors = append(r.doors, d)
	return d
}

// mail is the part of config.yaml that leads to a door.
func (d *door) mail(sessions int) string {
	return fmt.Sprintf(`{transport: smtp, sessions: %d, smtp: {host: %q, port: %d, tls: none}, from: The Lead <news@example.com>}`,
		sessions, d.host, d.port)
}

// mail leads to the first one.
func (r *relay) mail(sessions int) string { return r.doors[0].mail(sessions) }

func (r *relay) answer(d *door, e smtptest.Event) smtptest.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Phase == "conn" {
		d.conns[e.Conn] = d.lives
	}
	if r.script != nil {
		if a := r.script(e); a != (smtptest.Answer{}) {
			return a
		}
	}
	if e.Phase == "data" {
		return smtptest.Answer{Wait: time.Duration(2+e.Conn%5) * time.Millisecond}
	}
	return smtptest.Answer{}
}

// says sets what it answers from now on; script has the relay's lock.
func (r *relay) says(script func(smtptest.Event) smtptest.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.script = script
}

func (r *relay) take(d *door, l smtptest.Letter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letters++
	d.letters++
	if r.by[l.To] == nil {
		r.by[l.To] = make(map[string]int)
	} else {
		r.again[r.last[l.To]]++
	}
	r.by[l.To][l.MessageID]++
	r.last[l.To] = sender{d, d.conns[l.Conn]}
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// killing is called between two lives of the processes behind doors, or behind
// all: connections made from now on are somebody else's.
func (r *relay) killing(doors ...*door) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(doors) == 0 {
		doors = r.doors
	}
	for _, d := range doors {
		d.lives++
	}
}

func (r *relay) taken() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.letters
}

// takenAt are the letters that came through a door.
func (r *relay) takenAt(d *door) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return d.letters
}

// repeats counts the letters that somebody had already.
func (r *relay) repeats() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.letters - len(r.by)
}

// wait returns when so many letters have come, or patience is over.
func (r *relay) wait(letters int, patience time.Duration) {
	over := time.After(patience)
	for r.taken() < letters {
		select {
		case <-r.more:
		case <-over:
			return
		}
	}
}

// check sees that everybody has the letter, under one Message-ID, and that not
// more than bound came twice; of those that were in hand when somebody was
// killed, not more than one for each of their sessions, and nothing else.
func (r *relay) check(readers, bound, sessions int) (lost int) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if lost = readers - len(r.by); lost != 0 {
		r.t.Errorf("%d readers are lost", lost)
	}
	for reader, ids := range r.by {
		if len(ids) != 1 {
			r.t.Errorf("%s has letters under %d Message-IDs", reader, len(ids))
		}
	}
	if repeats := r.letters - len(r.by); repeats > bound {
		r.t.Errorf("%d letters came again, more than %d", repeats, bound)
	}
	for who, n := range r.again {
		switch {
		case who.life == who.lives:
			r.t.Errorf("%d letters came again of a process that was not killed", n)
		case n > sessions:
			r.t.Errorf("of life %d, %d letters came again, more than its %d sessions", who.life+1, n, sessions)
		}
	}
	return lost
}
