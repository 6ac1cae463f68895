package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

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
		if problems := len(r.Errors) + r.Held; problems > 0 {
			fmt.Fprintf(e.stderr, "standfirst: %s: %s; standfirst sync tells them\n", r.Source, plural(problems, "problem"))
		}
	}
	if c.Test != "" {
		return c.test(e, a)
	}
	plan, err := a.publisher.Plan(e.ctx, n.Name, 0, time.Now())
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.dryRun(e, plan)
	}
	if plan.Planned == 0 {
		return nothing(e)
	}
	if !c.Yes {
		if err := e.confirm(fmt.Sprintf("Send %s in %s to %s now?", n.Title, plural(plan.Counts.Versions, "version"), plural(plan.Planned, "reader"))); err != nil {
			return err
		}
	}
	return c.send(e, a, n)
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
	if e.json {
		return e.answer(sendReport{Counts: plan.Counts})
	}
	e.printf("%s in %s; %s would get nothing\n", plural(plan.Planned, "reader"), plural(plan.Counts.Versions, "version"), plural(plan.None, "reader"))
	out := e.table()
	for _, v := range plan.Versions {
		fmt.Fprintf(out, "  %s\t%s\t%s\n", plural(v.Readers, "reader"), v.Language, plural(len(v.Items), "item"))
	}
	return out.Flush()
}

// send publishes and stays until every reader has had a first attempt.
func (c *sendCmd) send(e *env, a *app, n *digest.Newsletter) error {
	edition, err := a.publisher.Publish(e.ctx, digest.Request{Newsletter: n.Name, Hand: true, Key: rand.Text()[:6], By: "command"}, time.Now())
	if errors.Is(err, digest.ErrNothing) {
		return nothing(e)
	}
	if err != nil {
		return err
	}
	if c.Detach {
		if e.json {
			return e.answer(sendReport{Edition: edition.ID})
		}
		e.printf("edition %s is published; a running serve sends it\n", edition.ID)
		return nil
	}
	began := time.Now()
	if err := c.drain(e, a, edition.ID); err != nil {
		return fmt.Errorf("edition %s: %w", edition.ID, err)
	}
	got, err := a.db.Edition(context.WithoutCancel(e.ctx), edition.ID)
	if err != nil {
		return err
	}
	if e.json {
		err = e.answer(sendReport{edition.ID, got.Counts})
	} else {
		e.printf("edition %s: %s in %s\n", edition.ID, counted(got.Counts), time.Since(began).Round(10*time.Millisecond))
		if a.mailbox != nil {
			e.printf("caught, not sent: %s/mailbox shows them while standfirst serve runs\n", a.conf.Publication.URL)
		}
	}
	if err != nil {
		return err
	}
	if got.Open > 0 || got.Failed > 0 {
		return &coded{exitPartly, errTold, ""}
	}
	return nil
}

// drain expands the edition and sends its letters, both at once: the first
// letters leave while the last readers are still being expanded.
func (c *sendCmd) drain(e *env, a *app, edition string) error {
	worker := a.worker()
	a.publisher.Queued = worker.Wake
	if !e.json {
		p := &progress{line: newLine(e.stderr)}
		defer p.line.end()
		worker.Progress = func(_ string, s mailer.Settlement) { p.settled(s.Outcome) }
	}
	expanding, stop := context.WithCancel(e.ctx)
	defer stop()
	var g errgroup.Group
	g.Go(func() error {
		for {
			next, err := a.publisher.Expand(expanding, time.Now())
			if err != nil || next.IsZero() {
				return ignoreCancel(expanding, err)
			}
			// A reader waits for an older delivery, or another edition for a
			// later zone; only the first is ours to wait for.
			select {
			case <-expanding.Done():
				return nil
			case <-time.After(min(time.Until(next), time.Second)):
			}
		}
	})
	g.Go(func() error {
		defer stop()
		return worker.Drain(e.ctx, edition)
	})
	return g.Wait()
}

func ignoreCancel(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// test sends the largest version to one address. If a reader has it, it is
// their own version.
func (c *sendCmd) test(e *env, a *app) error {
	address, err := subscribers.ParseAddress(c.Test)
	if err != nil {
		return usage("", "--test: %v", err)
	}
	m, err := a.preview(e.ctx, c.Newsletter, address, false)
	if errors.Is(err, digest.ErrNothing) {
		return nothing(e)
	}
	if err != nil {
		return err
	}
	m.To = mailer.Address{Email: address}
	m.Subject = a.press.Words("").Locale.Message("letter.subject_test", "subject", m.Subject)
	raw, err := mailer.Compose(m)
	if err != nil {
		return err
	}
	session, err := a.transport.Open(e.ctx)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	defer session.Close()
	if err := session.Send(e.ctx, m.From.Email, address, raw); err != nil {
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
