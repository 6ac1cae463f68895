package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/subscribers"
)

type subscribersCmd struct {
	Count  subscribersCountCmd  `cmd:"" default:"1" help:"How many readers there are."`
	List   subscribersListCmd   `cmd:"" help:"Readers, all or those with a text in address or name."`
	Add    subscribersAddCmd    `cmd:"" help:"Add readers by their addresses, to every newsletter."`
	Import subscribersImportCmd `cmd:"" help:"Read readers from a CSV file."`
	Export subscribersExportCmd `cmd:"" help:"Write all readers as CSV."`
	Show   subscribersShowCmd   `cmd:"" help:"One reader, with subscriptions and what they agreed to."`
	Remove subscribersRemoveCmd `cmd:"" help:"Erase a reader. Only a salted hash stays, so that no import brings them back."`
}

func (c *subscribersCmd) Help() string {
	return `The CSV has a header with any of email, name, topics, cities, newsletters,
timezone, language, status; only email is needed, lists are separated by ";".
What Mailchimp, Ghost, Substack, Buttondown, listmonk and MailPoet export is
read as it is.

Examples:
  standfirst subscribers import readers.csv --dry-run
  standfirst subscribers import readers.csv --consent "Signed up at LDX3, June 2026"
  standfirst subscribers export > readers.csv`
}

type subscribersCountCmd struct{}

func (c *subscribersCountCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	counts, err := a.db.Counts(e.ctx)
	if err != nil {
		return err
	}
	if e.json {
		return e.answer(map[string]any{"status": counts.Status, "newsletters": counts.Newsletters, "suppressed": counts.Suppressed})
	}
	out := e.table()
	for _, s := range []subscribers.Status{subscribers.Active, subscribers.Pending, subscribers.Left, subscribers.Bounced, subscribers.Complained} {
		if n := counts.Status[s]; n > 0 || s == subscribers.Active {
			fmt.Fprintf(out, "%s\t%s\n", s, number(n))
		}
	}
	for _, n := range a.newsletters {
		fmt.Fprintf(out, "in %s\t%s\n", n.Name, number(counts.Newsletters[n.Name]))
	}
	return out.Flush()
}

type subscribersAddCmd struct {
	Address []string `arg:"" help:"Addresses."`
	Consent string   `help:"How we know that they want it; recorded with each."`
}

func (c *subscribersAddCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	im := &subscribers.Importer{Store: a.db, Newsletters: a.names(), Consent: c.Consent}
	rep, err := im.Add(e.ctx, c.Address, time.Now(), subscribers.ImportOptions{})
	if err != nil {
		return err
	}
	err = e.imported(rep, "address", func(row *subscribers.RowError) string {
		line := c.Address[row.Line-1] + ": " + row.Reason
		if row.Hint != "" {
			line += " (" + row.Hint + ")"
		}
		return line
	})
	if err == nil && rep.Refused > 0 { // who was named on the command line was meant
		err = &coded{exitFailed, errTold, ""}
	}
	return err
}

type subscribersExportCmd struct{}

func (c *subscribersExportCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	return subscribers.Export(e.stdout, subscribers.All(e.ctx, a.db))
}

type subscribersListCmd struct {
	Text   string `arg:"" optional:"" help:"What stands in the address or the name."`
	Status string `help:"Only these: active, pending, unsubscribed, bounced or complained." enum:",active,pending,unsubscribed,bounced,complained" default:""`
}

// listed is a line of subscribers list --json.
type listed struct {
	Email  string             `json:"email"`
	Name   string             `json:"name"`
	Status subscribers.Status `json:"status"`
	Since  time.Time          `json:"since"`
}

func (c *subscribersListCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	found := []listed{}
	text := strings.ToLower(c.Text)
	out := e.table()
	for entry, err := range subscribers.All(e.ctx, a.db) {
		if err != nil {
			return err
		}
		s := entry.Subscriber
		if c.Status != "" && string(s.Status) != c.Status || !strings.Contains(strings.ToLower(s.Email+" "+s.Name), text) {
			continue
		}
		if e.json {
			found = append(found, listed{s.Email, s.Name, s.Status, s.Since})
			continue
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", s.Email, s.Status, s.Since.Format(time.DateOnly), s.Name)
	}
	if e.json {
		return e.answer(found)
	}
	return out.Flush()
}

type subscribersShowCmd struct {
	Address string `arg:"" help:"The reader's address."`
}

// readerReport is what subscribers show --json answers.
type readerReport struct {
	Email         string                `json:"email"`
	Name          string                `json:"name"`
	Status        subscribers.Status    `json:"status"`
	Topics        []string              `json:"topics"`
	Cities        []string              `json:"cities"`
	Language      string                `json:"language"`
	Timezone      string                `json:"timezone"`
	Since         time.Time             `json:"since"`
	Consent       string                `json:"consent"`
	Paused        *time.Time            `json:"paused_until,omitempty"`
	Subscriptions []subscriptionReport  `json:"subscriptions"`
	Consents      []subscribers.Consent `json:"consents"` // oldest first
}

type subscriptionReport struct {
	Newsletter string     `json:"newsletter"`
	Since      time.Time  `json:"since"`
	Left       *time.Time `json:"left,omitempty"`
	Bookmark   int64      `json:"bookmark"`
}

func (c *subscribersShowCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	s, err := a.reader(e.ctx, c.Address)
	if err != nil {
		return err
	}
	subs, err := a.db.Subscriptions(e.ctx, s.ID)
	if err != nil {
		return err
	}
	r := readerReport{
		Email: s.Email, Name: s.Name, Status: s.Status, Topics: append([]string{}, s.Topics...), Cities: append([]string{}, s.Cities...),
		Language: s.Language, Timezone: s.Timezone, Since: s.Since, Consent: s.Consent, Subscriptions: []subscriptionReport{},
	}
	if !s.Paused.IsZero() {
		r.Paused = &s.Paused
	}
	for _, sub := range subs {
		line := subscriptionReport{Newsletter: sub.Newsletter, Since: sub.Since, Bookmark: sub.Bookmark}
		if !sub.Left.IsZero() {
			line.Left = &sub.Left
		}
		r.Subscriptions = append(r.Subscriptions, line)
	}
	log, err := a.db.Consents(e.ctx, s.ID)
	if err != nil {
		return err
	}
	r.Consents = append([]subscribers.Consent{}, log...)
	if e.json {
		return e.answer(r)
	}
	out := e.table()
	fmt.Fprintf(out, "%s\t%s\t%s\n", r.Email, r.Name, r.Status)
	fmt.Fprintf(out, "since\t%s\t%s\n", r.Since.Format(time.DateOnly), r.Consent)
	fmt.Fprintf(out, "topics\t%s\n", list(r.Topics))
	fmt.Fprintf(out, "cities\t%s\n", list(r.Cities))
	if s.PausedAt(time.Now()) {
		fmt.Fprintf(out, "paused\tuntil %s\n", s.Paused.Format(time.DateOnly))
	}
	for _, sub := range r.Subscriptions {
		state := "since " + sub.Since.Format(time.DateOnly)
		if sub.Left != nil {
			state = "left " + sub.Left.Format(time.DateOnly)
		}
		fmt.Fprintf(out, "%s\t%s\tbookmark %d\n", sub.Newsletter, state, sub.Bookmark)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, c := range r.Consents {
		e.printf("%s\n", agreed(c))
	}
	return nil
}

// agreed writes an entry of the log of consents.
func agreed(c subscribers.Consent) string {
	line := c.At.UTC().Format("2006-01-02 15:04") + " " + string(c.Act)
	if len(c.Newsletters) > 0 {
		line += " " + strings.Join(c.Newsletters, ", ")
	}
	line += " · " + c.Way
	if c.Network != "" {
		line += " from " + c.Network
	}
	if c.Text != "" {
		line += " · " + strings.Join(strings.Fields(c.Text), " ")
	}
	return line
}

// list writes wishes; none is all.
func list(names []string) string {
	if len(names) == 0 {
		return "all"
	}
	return strings.Join(names, ", ")
}

type subscribersRemoveCmd struct {
	Address string `arg:"" help:"The reader's address."`
	Yes     bool   `short:"y" help:"Do not ask."`
}

func (c *subscribersRemoveCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	s, err := a.reader(e.ctx, c.Address)
	if err != nil {
		return err
	}
	if !c.Yes {
		if err := e.confirm(fmt.Sprintf("Erase %s and everything known about them?", s.Email)); err != nil {
			return err
		}
	}
	if err := a.db.Erase(e.ctx, s.ID, subscribers.Consent{Way: subscribers.ByCommand}, time.Now()); err != nil && !errors.Is(err, subscribers.ErrNotFound) {
		return err
	}
	if e.json {
		return e.answer(map[string]any{"erased": true})
	}
	e.printf("erased; a salted hash stays, so that no import brings the address back\n")
	return nil
}
