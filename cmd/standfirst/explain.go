package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
)

type explainCmd struct {
	Address string `arg:"" help:"The reader's address."`
	Limit   int    `default:"50" help:"At most so many editions, the newest first."`
}

func (c *explainCmd) Help() string {
	return `Says for every edition what this reader was sent, or why nothing:

  sent          the mail server has taken the letter
  queued        it goes out, or goes out again
  failed        bounced: the address does not exist, and is not written to again;
                policy, refused: the mail server did not want this letter;
                doubt: the line was lost in it twice; address, render: it could
                not be addressed, or written
  skipped       left, paused, suppressed or erased before it was sent;
                superseded by a newer edition; cancelled; expired after a day of
                attempts
  none          nothing was for this reader, or they had left or paused

What was not sent comes in the next edition, as far as it still holds.

Example:
  standfirst explain ada@example.com`
}

// explanation is what explain --json answers.
type explanation struct {
	Subscriber struct {
		Email  string `json:"email"`
		Status string `json:"status"`
	} `json:"subscriber"`
	Editions []explainedEdition `json:"editions"`
}

type explainedEdition struct {
	Edition  string          `json:"edition"`
	State    mailer.State    `json:"state"`
	Reason   string          `json:"reason"`
	Attempts int             `json:"attempts"`
	Code     int             `json:"code,omitempty"` // the last answer of the mail server, if it was not a yes
	At       *time.Time      `json:"at,omitempty"`
	Due      *time.Time      `json:"due,omitempty"` // of what is queued: the next attempt
	Items    []explainedItem `json:"items"`
}

type explainedItem struct {
	Kind  content.Kind `json:"kind"`
	ID    string       `json:"id"`
	Rule  string       `json:"rule,omitempty"`
	Title string       `json:"title"`
}

func (c *explainCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	reader, err := a.reader(e.ctx, c.Address)
	if err != nil {
		return err
	}
	rows, err := a.db.History(e.ctx, reader.ID, c.Limit)
	if err != nil {
		return err
	}
	titles, err := a.titles(e, rows)
	if err != nil {
		return err
	}
	x := explanation{Editions: []explainedEdition{}}
	x.Subscriber.Email, x.Subscriber.Status = reader.Email, string(reader.Status)
	for _, row := range rows {
		ed := explainedEdition{Edition: row.Edition, State: row.State, Reason: row.Reason, Attempts: row.Attempts, Code: row.Code, Items: []explainedItem{}}
		if !row.At.IsZero() {
			ed.At = &row.At
		}
		if !row.Due.IsZero() {
			ed.Due = &row.Due
		}
		for _, it := range row.Items {
			ed.Items = append(ed.Items, explainedItem{it.Kind, it.ID, it.Rule, titles[it.N]})
		}
		x.Editions = append(x.Editions, ed)
	}
	if e.json {
		return e.answer(x)
	}
	e.printf("%s is %s\n", x.Subscriber.Email, x.Subscriber.Status)
	if len(x.Editions) == 0 {
		e.printf("no edition has come to them yet\n")
	}
	for _, ed := range x.Editions {
		e.printf("%s  %s\n", ed.Edition, ed.line())
		for _, it := range ed.Items {
			e.printf("    %s\n", strings.TrimSpace(fmt.Sprintf("%s %s %s", it.Kind, it.Rule, it.Title)))
		}
	}
	return nil
}

// line writes what became of a letter: "failed: bounced, answered 550, on
// 2026-11-24 08:01 UTC".
func (ed *explainedEdition) line() string {
	s := string(ed.State)
	if ed.Reason != "" {
		s += ": " + ed.Reason
	}
	if ed.State == mailer.Queued && ed.Attempts > 0 {
		s += ", put off after " + plural(ed.Attempts, "attempt")
	} else if ed.State == mailer.Sent && ed.Attempts > 1 {
		s += fmt.Sprintf(" at attempt %d", ed.Attempts)
	}
	if ed.Code >= 400 {
		s += fmt.Sprintf(", answered %d", ed.Code)
	}
	if ed.At != nil {
		s += ", on " + minute(*ed.At)
	}
	if ed.Due != nil && ed.Attempts > 0 {
		s += "; next attempt " + minute(*ed.Due)
	}
	return s
}

// minute writes a moment for people at a command line.
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

// titles names releases by number.
func (a *app) titles(e *env, rows []digest.Row) (map[int64]string, error) {
	var numbers []int64
	for _, row := range rows {
		for _, it := range row.Items {
			numbers = append(numbers, it.N)
		}
	}
	entries, err := a.db.EntriesByNumber(e.ctx, numbers)
	if err != nil {
		return nil, err
	}
	titles := map[int64]string{}
	for i := range entries {
		switch en := &entries[i]; {
		case en.Article != nil:
			titles[en.N] = en.Article.Title
		case en.Event != nil:
			titles[en.N] = en.Event.Name
		}
	}
	return titles, nil
}
