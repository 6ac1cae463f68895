package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

type sendCmd struct {
	Newsletter string `arg:"" help:"Which newsletter."`
	DryRun     bool   `help:"Say what would be sent, and to how many; change nothing but what a sync does."`
	Test       string `placeholder:"ADDRESS" help:"Send the largest version to this address only, marked [Test] and not counted."`
	Yes        bool   `short:"y" help:"Do not ask."`
	Detach     bool   `help:"Publish only; a running serve sends the letters."`
}

func (c *sendCmd) Help() string {
	return `Syncs the sources, releases what is public without waiting for it to settle,
publishes an edition for everybody at once, and sends it with a worker of its
own, also beside a running serve. Returns when every reader has had a first
attempt.

Examples:
  standfirst send weekly --dry-run
  standfirst send weekly --test me@example.com
  standfirst send weekly --yes

Exit codes: 0 all sent, 3 some failed or are still open, 4 nothing to send.`
}

// sendReport is what send --json answers.
type sendReport struct {
	Edition string `json:"edition"`
	digest.Counts
}

func (c *sendCmd) Run(e *env) error {
	if c.Test != "" {
		var err error
		if c.Test, err = subscribers.ParseAddress(c.Test); err != nil {
			return usage("", "--test: %v", err)
		}
	}
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	n, err := a.newsletter(c.Newsletter)
	if err != nil {
		return err
	}
	reports, err := a.sync(e.ctx, content.SyncOptions{Settled: true})
	if err != nil {
		return err
	}
	for _, r := range reports {
		if problems := max(len(r.Errors), r.Held); problems > 0 {
			fmt.Fprintf(e.stderr, "standfirst: %s: %s; standfirst sync tells them\n", r.Source, plural(problems, "problem"))
		}
	}
	if !c.DryRun {
		if _, err := a.illustrate(e.ctx); err != nil {
			return err
		}
	}
	if c.Test != "" {
		return c.test(e, a)
	}
	var plan *digest.Plan
	if c.DryRun || !c.Yes { // it takes a look at every reader
		if plan, err = a.publisher.Plan(e.ctx, n.Name, 0, time.Now()); err != nil {
			return err
		}
	}
	if c.DryRun {
		return c.dryRun(e, plan)
	}
	if err := a.takeOver(e.ctx); err != nil {
		return err
	}
	var left []string
	if !c.Detach { // serve finishes what was left unfinished
		if left, err = a.db.Abandoned(e.ctx, n.Name, time.Now()); err != nil {
			return err
		}
	}
	if !c.Yes {
		if plan.Planned == 0 && len(left) == 0 {
			return nothing(e)
		}
		what := fmt.Sprintf("Send %s in %s to %s now?", n.Title, plural(plan.Counts.Versions, "version"), plural(plan.Planned, "reader"))
		if len(left) > 0 {
			what = fmt.Sprintf("Finish %s, which was interrupted, and then send %s to those who have not had it?", strings.Join(left, ", "), n.Title)
		}
		if err := e.confirm(what); err != nil {
			return err
		}
	}
	collectLess()
	return c.send(e, a, n, left)
}

// nothing is no failure, but scripts want to know.
func nothing(e *env) error {
	if e.json {
		if err := e.answer(sendReport{}); err != nil {
			return err
		}
		return &coded{exitNothing, errTold, ""}
	}
	return &coded{exitNothing, errors.New("nothing to send: no reader would get anything new"), ""}
}

func (c *sendCmd) dryRun(e *env, plan *digest.Plan) error {
	if plan.Planned == 0 {
		return nothing(e)
	}
	if e.json {
		return e.answer(sendReport{Counts: plan.Counts})
	}
	e.printf("%s in %s; nothing new for %s\n", plural(plan.Planned, "letter"), plural(plan.Counts.Versions, "version"), plural(plan.None, "reader"))
	const shown = 10
	out := e.table()
	more, readers := 0, 0
	for i, v := range plan.Versions {
		if i >= shown && len(plan.Versions) > shown+1 {
			more++
			readers += v.Readers
			continue
		}
		fmt.Fprintf(out, "  %s\t%s\t%s\n", plural(v.Readers, "reader"), v.Language, plural(len(v.Items), "item"))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if more > 0 {
		e.printf("  and %s more in %s\n", plural(readers, "reader"), plural(more, "version"))
	}
	e.printf("standfirst preview %s shows the letter\n", c.Newsletter)
	return nil
}

// send publishes and stays until every reader has had a first attempt. Editions
// that were left unfinished come first: their readers wait for them.
func (c *sendCmd) send(e *env, a *app, n *digest.Newsletter, left []string) error {
	began := time.Now()
	last := ""
	for _, last = range left {
		fmt.Fprintf(e.stderr, "standfirst: edition %s was interrupted, and is finished first\n", last)
		if err := (&drain{app: a, edition: last}).run(e); err != nil {
			return c.stuck(e, a, last, began, err)
		}
	}
	edition, err := a.publisher.Publish(e.ctx, digest.Request{Newsletter: n.Name, Hand: true, Key: rand.Text()[:6], By: "command"}, time.Now())
	var held *digest.HeldError
	switch {
	case errors.As(err, &held):
		return held // it says all; the edition that is not to be has no name
	case errors.Is(err, digest.ErrNothing) && last != "":
		return c.sent(e, a, last, began)
	case errors.Is(err, digest.ErrNothing):
		return nothing(e)
	case err != nil:
		return err
	}
	if err := a.did(e.ctx, "published", edition.ID, ""); err != nil {
		return err
	}
	switch {
	case c.Detach && e.json:
		return e.answer(sendReport{Edition: edition.ID})
	case c.Detach:
		e.printf("edition %s is published; a running serve sends it\n", edition.ID)
		return nil
	}
	if err := (&drain{app: a, edition: edition.ID}).run(e); err != nil {
		return c.stuck(e, a, edition.ID, began, err)
	}
	return c.sent(e, a, edition.ID, began)
}

// stuck tells how far an edition came, and why not further. It is published:
// nothing of it is lost.
func (c *sendCmd) stuck(e *env, a *app, id string, began time.Time, why error) error {
	hint := "standfirst check tries the mail server; what is open stays queued for a running serve, and comes in the next standfirst send " + c.Newsletter + " otherwise"
	if ed, err := a.db.Edition(context.WithoutCancel(e.ctx), id); err == nil && ed.State == digest.Paused {
		hint = "when that is mended, standfirst editions resume " + id + " lets a running serve go on with it"
	}
	if err := c.sent(e, a, id, began); err != nil && !errors.Is(err, errTold) {
		return err
	}
	return &coded{exitPartly, why, hint}
}

// sent tells how an edition stands.
func (c *sendCmd) sent(e *env, a *app, id string, began time.Time) error {
	ctx := context.WithoutCancel(e.ctx)
	got, err := a.db.Edition(ctx, id)
	if err != nil {
		return err
	}
	waiting, err := a.db.Elsewhere(ctx, id, time.Now())
	if err != nil {
		return err
	}
	if e.json {
		err = e.answer(sendReport{got.ID, got.Counts})
	} else {
		e.printf("edition %s: %s in %s\n", got.ID, counted(got.Counts), time.Since(began).Round(10*time.Millisecond))
		if a.mailbox != nil {
			e.printf("caught, not sent: %s/mailbox shows them while standfirst serve runs\n", a.conf.Publication.URL)
		}
	}
	if err != nil {
		return err
	}
	if waiting {
		fmt.Fprintln(e.stderr, "standfirst: some readers wait for the outcome of an older letter; a running serve sends them this one afterwards")
	}
	if waiting || got.Open > 0 || got.Failed > 0 || got.State == digest.Cancelled {
		return &coded{exitPartly, errTold, c.onward(got)}
	}
	return nil
}

// onward says why an edition is not all sent, and what becomes of the rest;
// empty if nothing is open, or if that was told.
func (c *sendCmd) onward(ed *digest.Edition) string {
	why := ""
	if ed.Reason != "" {
		why = " (" + ed.Reason + ")"
	}
	switch {
	case ed.State == digest.Cancelled:
		return "it was cancelled" + why + "; who did not have it gets its content in the next edition"
	case ed.State == digest.Paused:
		return "it was paused" + why + "; standfirst editions resume " + ed.ID + " lets a running serve go on with it"
	case ed.Waiting > 0:
		return fmt.Sprintf("%s put off by their mail servers; a running serve tries them again for a day, and standfirst explain ADDRESS says what was answered", were(ed.Waiting, "letter"))
	}
	return ""
}

// were writes "1 letter was", "2 letters were".
func were(n int, one string) string {
	if n == 1 {
		return "1 " + one + " was"
	}
	return plural(n, one) + " were"
}

// test sends the largest version to one address. If a reader has it, it is
// their own version.
func (c *sendCmd) test(e *env, a *app) error {
	m, err := a.preview(e.ctx, c.Newsletter, c.Test, false)
	if errors.Is(err, digest.ErrNothing) {
		return nothing(e)
	}
	if err != nil {
		return err
	}
	m.To = mailer.Address{Email: c.Test}
	m.Subject = a.press.Words("").Locale.Message("letter.subject_test", "subject", m.Subject)
	if err := mailer.Deliver(e.ctx, a.transport, m); err != nil {
		return fmt.Errorf("test letter: %w", err)
	}
	if e.json {
		return e.answer(sendReport{})
	}
	e.printf("test letter sent: %s\n", m.Subject)
	return nil
}

// counted writes counts that add up.
func counted(c digest.Counts) string {
	s := fmt.Sprintf("%s planned, %s sent", number(c.Planned), number(c.Sent))
	if c.Failed > 0 {
		s += fmt.Sprintf(", %s failed", number(c.Failed))
	}
	if c.Skipped > 0 {
		s += fmt.Sprintf(", %s skipped", number(c.Skipped))
	}
	if c.Open > 0 {
		s += fmt.Sprintf(", %s still open", number(c.Open))
	}
	return s
}
