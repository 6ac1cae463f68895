package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/webhook"
)

type webhooksCmd struct {
	List   webhooksListCmd   `cmd:"" default:"1" help:"The endpoints of the configuration, and how they stand."`
	Test   webhooksTestCmd   `cmd:"" help:"Send a signed test event now, and say what is answered."`
	On     webhooksOnCmd     `cmd:"" help:"Switch an endpoint on again, and try what waits for it now."`
	Secret webhooksSecretCmd `cmd:"" help:"Print a new secret."`
}

func (c *webhooksCmd) Help() string {
	return `Endpoints stand in the configuration, under webhooks. A running serve tells them
what happens; one that answers 410, or fails for three days, is switched off.

Examples:
  standfirst webhooks
  standfirst webhooks test 1
  standfirst webhooks test https://crm.example.com/hook
  standfirst webhooks on 1`
}

// hookReport is how an endpoint stands in JSON.
type hookReport struct {
	N           int            `json:"n"`
	URL         string         `json:"url"`
	Events      []webhook.Type `json:"events"`
	State       string         `json:"state"` // on, failing, off
	Why         string         `json:"why,omitempty"`
	Queued      int            `json:"queued"`
	GivenUp     int            `json:"given_up"`
	LastSuccess *time.Time     `json:"last_success"`
	LastFailure *time.Time     `json:"last_failure"`
	LastCode    int            `json:"last_code,omitempty"` // of the last failure
	LastError   string         `json:"last_error,omitempty"`
	Failing     *time.Time     `json:"failing_since,omitempty"`
	Off         *time.Time     `json:"off_since,omitempty"`
}

type webhooksListCmd struct{}

func (c *webhooksListCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	reports := []hookReport{}
	for i := range a.endpoints() {
		r, err := a.hookReport(e, i)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	switch {
	case e.json:
		return e.answer(reports)
	case len(reports) == 0:
		e.printf("nobody is told what happens here; webhooks: in %s names who is\n", e.config)
		return nil
	}
	for i, r := range reports {
		if i > 0 {
			e.printf("\n")
		}
		a.printHook(e, &r)
	}
	return nil
}

func (a *app) endpoints() []webhook.Endpoint {
	if a.db.Hooks == nil {
		return nil
	}
	return a.db.Hooks.Endpoints
}

func (a *app) hookReport(e *env, i int) (hookReport, error) {
	at := &a.endpoints()[i]
	st, err := a.db.Webhooks().Standing(e.ctx, at.Key())
	if err != nil {
		return hookReport{}, err
	}
	moment := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	return hookReport{
		N: i + 1, URL: at.URL, Events: at.Events, State: st.Word(), Why: st.Why, Queued: st.Waiting, GivenUp: st.GivenUp,
		LastSuccess: moment(st.Succeeded), LastFailure: moment(st.Failed), LastCode: st.Code, LastError: st.Error,
		Failing: moment(st.Since), Off: moment(st.Off),
	}, nil
}

func (a *app) printHook(e *env, r *hookReport) {
	zone := a.conf.Publication.Zone
	when := func(t *time.Time) string { return t.In(zone).Format("2006-01-02 15:04 MST") }
	e.printf("%d  %s\n", r.N, r.URL)
	switch r.State {
	case webhook.IsOff:
		why := "it failed for three days"
		if r.Why == webhook.Gone {
			why = "it answered 410 Gone"
		}
		e.printf("   switched off on %s: %s; standfirst webhooks on %d switches it on again\n", when(r.Off), why, r.N)
	case webhook.IsFailing:
		e.printf("   failing since %s\n", when(r.Failing))
	}
	if len(r.Events) == len(webhook.Types()) {
		e.printf("   told of everything\n")
	} else {
		words := make([]string, len(r.Events))
		for i, t := range r.Events {
			words[i] = string(t)
		}
		e.printf("   told of %s\n", strings.Join(words, ", "))
	}
	if r.LastSuccess != nil {
		e.printf("   last success %s\n", when(r.LastSuccess))
	} else {
		e.printf("   nothing has arrived there yet\n")
	}
	if r.LastFailure != nil {
		e.printf("   last failure %s: %s\n", when(r.LastFailure), r.LastError)
	}
	e.printf("   %s queued", counted10k(r.Queued))
	if r.GivenUp > 0 {
		e.printf(", %s given up", counted10k(r.GivenUp))
	}
	e.printf("\n")
}

// counted10k writes a number that was counted up to a bound.
func counted10k(n int) string {
	if n >= webhook.MostCounted {
		return number(n) + " or more"
	}
	return number(n)
}

type webhooksTestCmd struct {
	Endpoint string `arg:"" help:"Its address, or its number in the list."`
}

// hookTest is what webhooks test answers in JSON.
type hookTest struct {
	URL    string `json:"url"`
	ID     string `json:"id"`
	Code   int    `json:"code"` // 0: there was no answer
	Answer string `json:"answer"`
	Error  string `json:"error,omitempty"`
	Took   int64  `json:"took_ms"`
}

func (c *webhooksTestCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	to, _, err := a.endpoint(c.Endpoint)
	if err != nil {
		return err
	}
	t, err := a.tryHook(e.ctx, to, time.Now())
	if err != nil {
		return err
	}
	if e.json {
		if err := e.answer(t); err != nil {
			return err
		}
		if t.Error != "" {
			return &coded{exitFailed, errTold, ""}
		}
		return nil
	}
	if t.Error != "" {
		return &coded{exitFailed, fmt.Errorf("%s: %s", to.Host(), t.Error), t.said()}
	}
	e.printf("%s took it in %d ms: %d%s\n", to.Host(), t.Took, t.Code, t.said())
	return nil
}

// said is the beginning of the answer, if there was one.
func (t *hookTest) said() string {
	switch {
	case t.Answer == "":
		return ""
	case t.Error != "":
		return "it said: " + t.Answer
	}
	return ", " + t.Answer
}

type webhooksOnCmd struct {
	Endpoint string `arg:"" help:"Its address, or its number in the list."`
}

func (c *webhooksOnCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	to, n, err := a.endpoint(c.Endpoint)
	if err != nil {
		return err
	}
	if err := a.db.Webhooks().On(e.ctx, to.Key(), time.Now()); err != nil {
		return err
	}
	if err := a.did(e.ctx, "webhook switched on", "webhook "+to.Host(), ""); err != nil {
		return err
	}
	r, err := a.hookReport(e, n)
	if err != nil {
		return err
	}
	if e.json {
		return e.answer(r)
	}
	e.printf("%s is on; a running serve sends it what waits: %s\n", to.Host(), counted10k(r.Queued))
	return nil
}

type webhooksSecretCmd struct{}

func (c *webhooksSecretCmd) Run(e *env) error {
	s := webhook.NewSecret()
	if e.json {
		return e.answer(map[string]string{"secret": s})
	}
	e.printf("%s\n", s)
	return nil
}

// endpoint finds one by its address or its number in the list, from 1.
func (a *app) endpoint(which string) (e *webhook.Endpoint, n int, err error) {
	all := a.endpoints()
	if len(all) == 0 {
		return nil, 0, usage("write one under webhooks: in the configuration", "there is no endpoint")
	}
	if n, err := strconv.Atoi(which); err == nil && n >= 1 && n <= len(all) {
		return &all[n-1], n - 1, nil
	}
	for i := range all {
		if all[i].URL == which {
			return &all[i], i, nil
		}
	}
	return nil, 0, usage("standfirst webhooks lists them", "there is no endpoint %s", which)
}
