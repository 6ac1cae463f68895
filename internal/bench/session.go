package main

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// A session is one connection to a sink.
type session struct {
	conn net.Conn
	buf  []byte
	r, w int // what was read and is not judged yet is buf[r:w]
	out  []byte

	mail    bool     // a sender was named
	readers []uint64 // hashes of the recipients named since
	last    []byte   // the last of them
	body    bool     // a letter is coming
	header  bool     // and its header was read
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
	crlf  = []byte("\r\n")
	end   = []byte("\r\n.\r\n")
	blank = []byte("\r\n\r\n") // between header and body
)

// letter looks for the end of a letter. It begins with the line break of DATA,
// so that an empty letter ends like any other.
func (c *session) letter() (whole bool) {
	if !c.header && !c.head() {
		return false
	}
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
	c.tally.readers = append(c.tally.readers, c.readers...)
	c.forget()
	c.reply("250 2.0.0 taken")
	return true
}

// head reads the header when all of it is there: the letter must be to whom it
// is sent. A letter without one is judged as if all of it were header.
func (c *session) head() bool {
	text := c.buf[c.r:c.w]
	i := bytes.Index(text, blank)
	if i < 0 && len(text) < longestHeader && !bytes.Contains(text, end) {
		return false
	}
	if i >= 0 {
		text = text[:i+len(crlf)]
	}
	c.header = true
	if to := field(text, "To"); len(to) > 0 && !bytes.Contains(to, c.last) {
		c.tally.Strays++
	}
	if id := field(text, "Message-ID"); len(id) > 0 {
		c.tally.ids = append(c.tally.ids, hash(id))
	}
	return true
}

// forget ends a transaction.
func (c *session) forget() {
	c.mail, c.readers, c.body, c.header, c.size = false, c.readers[:0], false, false, 0
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
			c.last = append(c.last[:0], address(rest)...)
			c.readers = append(c.readers, hash(c.last))
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

// field returns the value of the first field of that name, folds and all; name
// is as the program that is measured writes it. The header begins with a line
// break.
func field(header []byte, name string) []byte {
	i := bytes.Index(header, []byte("\r\n"+name+":"))
	if i < 0 {
		return nil
	}
	value := header[i+len(crlf)+len(name)+1:]
	for n := 0; ; {
		i := bytes.Index(value[n:], crlf)
		if i < 0 {
			return value
		}
		n += i + len(crlf)
		if n == len(value) || value[n] != ' ' && value[n] != '\t' {
			return value[:n-len(crlf)]
		}
	}
}

// hash is FNV-1a of 64 bits, which is the same in every process.
func hash[S ~[]byte | ~string](s S) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
