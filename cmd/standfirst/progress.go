package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/standfirst/standfirst/mailer"
)

// line is one line of a terminal that is rewritten as work goes on; elsewhere
// it is silent. A nil line is too.
type line struct {
	w     io.Writer
	last  time.Time
	shown bool
}

// newLine returns a line on w, nil if w is no terminal.
func newLine(w io.Writer) *line {
	if !terminal(w) {
		return nil
	}
	return &line{w: w}
}

func (l *line) say(format string, args ...any) {
	if l == nil || time.Since(l.last) < 100*time.Millisecond {
		return
	}
	l.last, l.shown = time.Now(), true
	fmt.Fprintf(l.w, "\r\x1b[K"+format, args...)
}

func (l *line) end() {
	if l != nil && l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
	}
}

// progress counts letters on a line.
type progress struct {
	line *line

	mu           sync.Mutex
	sent, others int
}

func (p *progress) settled(o mailer.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o.State == mailer.Sent {
		p.sent++
	} else {
		p.others++
	}
	if p.others > 0 {
		p.line.say("%s sent, %s not", number(p.sent), number(p.others))
		return
	}
	p.line.say("%s sent", number(p.sent))
}
