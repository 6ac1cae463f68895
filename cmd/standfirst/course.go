package main

import (
	"context"
	"time"

	"github.com/standfirst/standfirst/digest"
)

// A course is how one edition goes, for the log: a line when it stops being
// sent, and one now and then while it is.
type course struct {
	state digest.State
	next  time.Time // of a line
	meter digest.Meter
}

// The first line about an edition that takes long comes soon, to show that it
// goes at all.
const (
	firstLine = time.Minute
	laterLine = 10 * time.Minute
)

// look takes how the edition stands at now, and returns what to tell; "" is
// nothing.
func (c *course) look(e *digest.Edition, now time.Time) (message string, args []any) {
	was := c.state
	c.state = e.State
	pace := c.meter.Add(now, e.Counts, e.Waiting)
	args = []any{"edition", e.ID, "planned", e.Planned, "sent", e.Sent, "failed", e.Failed, "skipped", e.Skipped}
	switch {
	case e.State == digest.Sending && was != digest.Sending:
		c.next = now.Add(firstLine)
	case e.State == digest.Sending && !now.Before(c.next):
		c.next = now.Add(laterLine)
		return "edition is being sent", append(args, "waiting", e.Waiting, "open", e.Open, "rate", int(pace.Rate+0.5), "left", pace.Left.String())
	case was == e.State:
	case e.State == digest.Done:
		return "edition sent", args
	case e.State == digest.Paused, e.State == digest.Cancelled:
		if args = append(args, "open", e.Open); e.Reason != "" {
			args = append(args, "reason", e.Reason)
		}
		return "edition is " + string(e.State), args
	}
	return "", nil
}

// follow tells the log how editions go, whichever process sends them and
// whoever pauses them.
func (a *app) follow(ctx context.Context) error {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	var known map[string]*course
	for {
		if editions, err := a.db.Editions(ctx, "", 50); err == nil {
			known = a.tell(known, editions, time.Now())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// tell writes what is new to the log. What was over before the first look is
// not news.
func (a *app) tell(known map[string]*course, editions []digest.Edition, now time.Time) map[string]*course {
	still := make(map[string]*course, len(editions))
	for i := range editions {
		e := &editions[i]
		c := known[e.ID]
		if c == nil {
			c = &course{}
			if known == nil {
				c.state = e.State
				c.next = now.Add(firstLine)
			}
		}
		if message, args := c.look(e, now); message != "" {
			a.log.Info(message, args...)
		}
		still[e.ID] = c
	}
	return still
}
