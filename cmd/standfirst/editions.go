package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
)

type editionsCmd struct {
	List    editionsListCmd    `cmd:"" default:"withargs" help:"The newest editions with their counts."`
	Show    editionsShowCmd    `cmd:"" help:"One edition and its versions."`
	Pause   editionsPauseCmd   `cmd:"" help:"Stop sending; letters in hand are finished."`
	Resume  editionsResumeCmd  `cmd:"" help:"Go on sending."`
	Approve editionsApproveCmd `cmd:"" help:"Let a draft that waits for review go out at its slot."`
	Cancel  editionsCancelCmd  `cmd:"" help:"Send no more of it. What it held comes in the next edition."`
}

func (c *editionsCmd) Help() string {
	return `Examples:
  standfirst editions
  standfirst editions show weekly/2026-11-24T08:00
  standfirst editions pause weekly/2026-11-24T08:00`
}

// editionReport is how an edition stands in JSON.
type editionReport struct {
	Edition string       `json:"edition"`
	State   digest.State `json:"state"`
	Slot    time.Time    `json:"slot"`
	By      string       `json:"by"`
	Reason  string       `json:"reason,omitempty"`
	Horizon int64        `json:"horizon"`
	Next    *time.Time   `json:"next_try,omitempty"` // of what was put off
	digest.Counts
}

func reportOf(e *digest.Edition) editionReport {
	r := editionReport{e.ID, e.State, e.Slot, e.By, e.Reason, e.Horizon, nil, e.Counts}
	if !e.Next.IsZero() {
		r.Next = &e.Next
	}
	return r
}

type editionsListCmd struct {
	Newsletter string `arg:"" optional:"" help:"Only of this newsletter."`
	Limit      int    `default:"20" help:"At most so many."`
}

func (c *editionsListCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	if c.Newsletter != "" {
		if _, err := a.newsletter(c.Newsletter); err != nil {
			return err
		}
	}
	editions, err := a.db.Editions(e.ctx, c.Newsletter, c.Limit)
	if err != nil {
		return err
	}
	if e.json {
		reports := []editionReport{}
		for i := range editions {
			reports = append(reports, reportOf(&editions[i]))
		}
		return e.answer(reports)
	}
	if len(editions) == 0 {
		e.printf("no edition yet; standfirst send NEWSLETTER publishes one\n")
		return nil
	}
	out := e.table()
	fmt.Fprintln(out, "EDITION\tSTATE\tPLANNED\tSENT\tFAILED\tSKIPPED\tOPEN")
	for _, ed := range editions {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", ed.ID, ed.State, number(ed.Planned), number(ed.Sent), number(ed.Failed), number(ed.Skipped), number(ed.Open))
	}
	return out.Flush()
}

type editionsShowCmd struct {
	ID    string `arg:"" help:"The edition, like weekly/2026-11-24T08:00."`
	Watch bool   `short:"w" help:"Stay and tell how it goes until it is sent."`
}

// versionReport is how a version stands in JSON.
type versionReport struct {
	Version  int           `json:"version"`
	Language string        `json:"language"`
	Readers  int           `json:"readers"`
	Items    []digest.Item `json:"items"`
}

func (c *editionsShowCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	ed, err := a.db.Edition(e.ctx, c.ID)
	if err != nil {
		return missingEdition(c.ID, err)
	}
	if c.Watch {
		if ed, err = a.watch(e, ed); err != nil {
			return err
		}
	}
	versions, readers, err := a.db.Versions(e.ctx, c.ID)
	if err != nil {
		return err
	}
	pace := digest.Pace{}
	if !c.Watch {
		if ed, pace, err = a.pace(e, ed); err != nil {
			return err
		}
	}
	clicks, err := a.db.Clicks(e.ctx, c.ID)
	if err != nil {
		return err
	}
	reports := []versionReport{}
	for i, v := range versions {
		reports = append(reports, versionReport{v.N, v.Language, readers[i], v.Items})
	}
	if e.json {
		return e.answer(struct {
			editionReport
			Rate float64         `json:"rate"`
			Left float64         `json:"seconds_left"`
			List []versionReport `json:"version_list"`
			// Clicks are not there where they are not counted.
			Clicks *digest.Clicks `json:"clicks,omitempty"`
		}{reportOf(ed), pace.Rate, pace.Left.Seconds(), reports, clicks})
	}
	e.printf("%s: %s\n", ed.ID, ed.State)
	if ed.Reason != "" {
		e.printf("  %s\n", ed.Reason)
	}
	if ed.State == digest.Sending {
		e.printf("  %s\n", going(ed.Counts, pace))
	}
	e.printf("  %s; %s got nothing\n", counted(ed.Counts), plural(ed.None, "reader"))
	if !ed.Next.IsZero() {
		e.printf("  %s put off, tried again from %s\n", plural(ed.Waiting, "letter"), minute(ed.Next))
	}
	out := e.table()
	for _, v := range reports {
		fmt.Fprintf(out, "  version %d\t%s\t%s\t%s\n", v.Version, v.Language, plural(v.Readers, "reader"), plural(len(v.Items), "item"))
	}
	if err := out.Flush(); err != nil || clicks == nil {
		return err
	}
	return e.tellClicks(clicks)
}

// pace looks at an edition for a second, to tell how fast it goes now: since it
// was published it may have been paused, or slow.
func (a *app) pace(e *env, ed *digest.Edition) (*digest.Edition, digest.Pace, error) {
	if ed.State != digest.Sending || ed.Open == ed.Waiting {
		return ed, digest.Pace{}, nil
	}
	var meter digest.Meter
	meter.Add(time.Now(), ed.Counts, ed.Waiting)
	select {
	case <-e.ctx.Done():
		return ed, digest.Pace{}, nil
	case <-time.After(time.Second):
	}
	later, err := a.db.Edition(e.ctx, ed.ID)
	if err != nil {
		return nil, digest.Pace{}, err
	}
	return later, meter.Add(time.Now(), later.Counts, later.Waiting), nil
}

// watch tells how an edition goes until nothing more will happen to it soon.
func (a *app) watch(e *env, ed *digest.Edition) (*digest.Edition, error) {
	l := newLine(e.stderr)
	defer l.end()
	var meter digest.Meter
	for told := time.Now(); ed.State == digest.Sending; {
		pace := meter.Add(time.Now(), ed.Counts, ed.Waiting)
		switch {
		case l != nil:
			l.say("%s", going(ed.Counts, pace))
		case time.Since(told) >= 10*time.Second:
			told = time.Now()
			fmt.Fprintln(e.stderr, going(ed.Counts, pace))
		}
		select {
		case <-e.ctx.Done():
			return ed, nil
		case <-time.After(time.Second):
		}
		var err error
		if ed, err = a.db.Edition(e.ctx, ed.ID); err != nil {
			return nil, err
		}
	}
	return ed, nil
}

// act is what pause, resume, approve and cancel have in common.
type act struct {
	ID     string `arg:"" help:"The edition, like weekly/2026-11-24T08:00."`
	Reason string `help:"Why, for whoever looks later."`
}

type editionsPauseCmd struct{ act }

func (c *editionsPauseCmd) Run(e *env) error {
	return c.do(e, "paused", func(a *app, now time.Time) error { return a.db.Pause(e.ctx, c.ID, c.Reason, now) })
}

type editionsResumeCmd struct{ act }

func (c *editionsResumeCmd) Run(e *env) error {
	err := c.do(e, "resumed", func(a *app, now time.Time) error { return a.db.Resume(e.ctx, c.ID, now) })
	if err == nil && !e.json {
		e.printf("a running serve goes on with it; without one, standfirst send %s brings what it held to those who had not had it\n", digest.NewsletterOf(c.ID))
	}
	return err
}

type editionsApproveCmd struct{ act }

func (c *editionsApproveCmd) Run(e *env) error {
	return c.do(e, "approved", func(a *app, now time.Time) error { return a.publisher.Approve(e.ctx, c.ID, now) })
}

type editionsCancelCmd struct{ act }

func (c *editionsCancelCmd) Run(e *env) error {
	return c.do(e, "cancelled", func(a *app, now time.Time) error { return a.db.Cancel(e.ctx, c.ID, c.Reason, now) })
}

// do acts on the edition and tells how it stands then; word says what was done.
func (c *act) do(e *env, word string, do func(*app, time.Time) error) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	now := time.Now()
	if err := do(a, now); err != nil {
		if errors.Is(err, digest.ErrState) {
			ed, lookErr := a.db.Edition(e.ctx, c.ID)
			if lookErr == nil {
				return &coded{exitFailed, fmt.Errorf("edition %s is in state %s and cannot be %s", c.ID, ed.State, word), ""}
			}
		}
		return missingEdition(c.ID, err)
	}
	if err := a.db.Log(e.ctx, store.LogEntry{Who: "command", What: word, Subject: c.ID, Detail: c.Reason, At: now}); err != nil {
		return err
	}
	ed, err := a.db.Edition(e.ctx, c.ID)
	if err != nil {
		return err
	}
	if e.json {
		return e.answer(reportOf(ed))
	}
	e.printf("%s: %s; %s\n", ed.ID, ed.State, counted(ed.Counts))
	if word == "cancelled" && ed.Sent > 0 {
		e.printf("%s had it already; everyone else gets its content in the next edition\n", plural(ed.Sent, "reader"))
	}
	return nil
}

func missingEdition(id string, err error) error {
	if errors.Is(err, digest.ErrNotFound) {
		return &coded{exitFailed, fmt.Errorf("there is no edition %s", id), "standfirst editions lists them"}
	}
	return err
}
