package main

import (
	"bytes"
	"net"
	"slices"
	"sync"
	"time"
)

// What the sink takes, so that no client makes it grow.
const (
	chunk         = 64 << 10 // read at once; a letter and the next envelope fit
	longestLine   = 4 << 10  // of a command
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
	Letters  int       `json:"letters"`
	Bytes    int64     `json:"bytes"`   // of all letters as they stood on the wire, without the final dots
	Readers  int       `json:"readers"` // different recipients
	Sum      uint64    `json:"sum"`     // of the hashes of all recipients, modulo 2^64
	Sessions int       `json:"sessions"`
	First    time.Time `json:"first"` // when the first letter had come whole
	Last     time.Time `json:"last"`

	hashes []uint64 // one for each recipient of each letter
}

// add counts what came in another session too.
func (t *Tally) add(other *Tally) {
	t.Letters += other.Letters
	t.Bytes += other.Bytes
	t.hashes = append(t.hashes, other.hashes...)
	if t.First.IsZero() || !other.First.IsZero() && other.First.Before(t.First) {
		t.First = other.First
	}
	if other.Last.After(t.Last) {
		t.Last = other.Last
	}
}

// Serve takes letters from whoever connects, until l is closed.
func (s *Sink) Serve(l net.Listener) error {
	s.sessions = map[*session]bool{}
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		c := &session{conn: conn, buf: make([]byte, chunk)}
		s.mu.Lock()
		s.sessions[c] = true
		s.mu.Unlock()
		go func() {
			c.run()
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.sessions, c)
			c.mu.Lock()
			s.closed.Sessions++
			s.closed.add(&c.tally)
			c.mu.Unlock()
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
	t.hashes = slices.Clone(t.hashes)
	for c := range s.sessions {
		c.mu.Lock()
		t.Sessions++
		t.add(&c.tally)
		c.mu.Unlock()
	}
	for _, h := range t.hashes {
		t.Sum += h
	}
	slices.Sort(t.hashes)
	t.Readers = len(slices.Compact(t.hashes))
	t.hashes = nil
	return t
}

// A session is one connection to a sink.
type session struct {
	conn net.Conn
	buf  []byte
	r, w int // what was read and is not judged yet is buf[r:w]
	out  []byte

	mail    bool     // a sender was named
	readers []uint64 // the recipients named since
	body    bool     // a letter is coming
	size    int      // of it, so far

	mu    sync.Mutex
	tally Tally
}

func (c *session) run() {
	defer c.conn.Close()
	c.reply("220 sink.example ESMTP")
	for {
		c.mu.Lock()
		going := c.judge()
		c.mu.Unlock()
		if len(c.out) > 0 {
			if _, err := c.conn.Write(c.out); err != nil {
				return
			}
			c.out = c.out[:0]
		}
		if !going {
			return
		}
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
		n, err := c.conn.Read(c.buf[c.w:])
		if c.w += n; err != nil {
			return
		}
	}
}

// judge goes through everything there is to read; false ends the session. What
// it leaves is the beginning of something, and smaller than the buffer.
func (c *session) judge() bool {
	for {
		if c.body {
			if !c.letter() {
				break
			}
			continue
		}
		i := bytes.IndexByte(c.buf[c.r:c.w], '\n')
		if i < 0 {
			break
		}
		line := c.buf[c.r : c.r+i+1]
		c.r += len(line)
		if len(line) > longestLine || !bytes.HasSuffix(line, crlf) {
			c.reply("500 5.5.2 that is no line")
			return false
		}
		if !c.command(line[:len(line)-2]) {
			return false
		}
	}
	switch {
	case c.body && c.size > largestLetter:
		c.reply("552 5.3.4 too large")
		return false
	case !c.body && c.w-c.r > longestLine:
		c.reply("500 5.5.2 too long")
		return false
	}
	return true
}

var (
	crlf = []byte("\r\n")
	end  = []byte("\r\n.\r\n")
)

// letter looks for the end of a letter. It begins with the line break of DATA,
// so that an empty letter ends like any other.
func (c *session) letter() (whole bool) {
	i := bytes.Index(c.buf[c.r:c.w], end)
	if i < 0 {
		if n := c.w - c.r - (len(end) - 1); n > 0 { // the rest may be the end's beginning
			c.size += n
			c.r += n
		}
		return false
	}
	c.r += i + len(end)
	c.size += i
	now := time.Now()
	if c.tally.Letters == 0 {
		c.tally.First = now
	}
	c.tally.Last = now
	c.tally.Letters++
	c.tally.Bytes += int64(c.size)
	c.tally.hashes = append(c.tally.hashes, c.readers...)
	c.forget()
	c.reply("250 2.0.0 taken")
	return true
}

// forget ends a transaction.
func (c *session) forget() {
	c.mail, c.readers, c.body, c.size = false, c.readers[:0], false, 0
}

// command answers one line; false ends the session.
func (c *session) command(line []byte) bool {
	verb, rest := line, []byte(nil)
	if i := bytes.IndexByte(line, ' '); i >= 0 {
		verb, rest = line[:i], line[i+1:]
	}
	switch {
	case is(verb, "MAIL"):
		c.forget()
		c.mail = true
		c.reply("250 2.1.0 ok")
	case is(verb, "RCPT"):
		switch {
		case !c.mail:
			c.reply("503 5.5.1 MAIL first")
		case len(c.readers) == mostReaders:
			c.reply("452 4.5.3 too many")
		default:
			c.readers = append(c.readers, hash(address(rest)))
			c.reply("250 2.1.5 ok")
		}
	case is(verb, "DATA"):
		if len(c.readers) == 0 {
			c.reply("503 5.5.1 RCPT first")
			break
		}
		c.body = true
		c.r -= len(crlf)
		c.reply("354 go on")
	case is(verb, "EHLO"):
		c.forget()
		c.out = append(c.out, "250-sink.example\r\n250-PIPELINING\r\n250-SIZE 67108864\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"...)
	case is(verb, "HELO"), is(verb, "RSET"):
		c.forget()
		c.reply("250 2.0.0 ok")
	case is(verb, "NOOP"):
		c.reply("250 2.0.0 ok")
	case is(verb, "QUIT"):
		c.reply("221 2.0.0 bye")
		return false
	default:
		c.reply("500 5.5.1 what?")
	}
	return true
}

func (c *session) reply(line string) {
	c.out = append(append(c.out, line...), crlf...)
}

// is reports whether two words are the same but for case.
func is(verb []byte, word string) bool {
	return len(verb) == len(word) && bytes.EqualFold(verb, []byte(word))
}

// address returns what stands between the angle brackets of a path.
func address(path []byte) []byte {
	open := bytes.IndexByte(path, '<')
	shut := bytes.LastIndexByte(path, '>')
	if open < 0 || shut < open {
		return path
	}
	return path[open+1 : shut]
}

// hash is FNV-1a of 64 bits, which is the same in every process.
func hash[S ~[]byte | ~string](s S) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
