package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/standfirst/standfirst/digest"
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

// progress tells on a line how an edition goes, until stop is called.
func (a *app) progress(ctx context.Context, edition string, l *line) (stop func()) {
	if l == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		var meter digest.Meter
		ticker := time.NewTicker(500 * time.Millisecond)
		defer ticker.Stop()
		for {
			if ed, err := a.db.Edition(ctx, edition); err == nil {
				l.say("%s", going(ed.Counts, meter.Add(time.Now(), ed.Counts, ed.Waiting)))
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return func() {
		cancel()
		done.Wait()
		l.end()
	}
}

// going writes how an edition goes: "1,204 of 12,408 accepted, 3 waiting,
// 2 bounced; 412 a second, 27s left".
func going(c digest.Counts, p digest.Pace) string {
	if c.Planned == 0 {
		return "looking at the readers"
	}
	s := fmt.Sprintf("%s of %s accepted", number(c.Sent), number(c.Planned))
	for _, part := range []struct {
		n    int
		what string
	}{{c.Waiting, "waiting"}, {c.Bounced, "bounced"}, {c.Failed - c.Bounced, "failed"}, {c.Skipped, "skipped"}} {
		if part.n > 0 {
			s += fmt.Sprintf(", %s %s", number(part.n), part.what)
		}
	}
	switch {
	case p.Rate >= 10:
		s += fmt.Sprintf("; %s a second", number(int(p.Rate+0.5)))
	case p.Rate > 0:
		s += fmt.Sprintf("; %.1f a second", p.Rate)
	}
	if p.Left > 0 {
		s += fmt.Sprintf(", %s left", p.Left)
	}
	return s
}
