package main

import (
	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/internal/picture"
)

type syncCmd struct {
	Accept bool `help:"Agree to what the flood and vanishing guards hold."`
}

func (c *syncCmd) Help() string {
	return `Exit code 1 tells that a source could not be read at all; single bad files are
told and do not fail.

Examples:
  standfirst sync
  standfirst sync --accept     after an import of many articles, to release them`
}

func (c *syncCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	reports, err := a.sync(e.ctx, content.SyncOptions{Accept: c.Accept})
	if err != nil && len(reports) == 0 {
		return err
	}
	if c.Accept {
		if err := a.did(e.ctx, "accepted", "sources", "in "+plural(len(reports), "source")); err != nil {
			return err
		}
	}
	tally, late := a.illustrate(e.ctx)
	if tally.Why == nil {
		tally.Why = []picture.Why{}
	}
	failed := err != nil
	for i := range reports {
		if reports[i].Errors == nil {
			reports[i].Errors = []string{}
		}
		failed = failed || len(reports[i].Errors) > reports[i].Refused && reports[i].Articles+reports[i].Events == 0
	}
	if e.json {
		if err := e.answer(map[string]any{"sources": reports, "pictures": tally}); err != nil {
			return err
		}
	} else {
		for _, r := range reports {
			e.report(r)
		}
		e.pictures(tally)
	}
	if late != nil {
		return late
	}
	if failed {
		return &coded{exitFailed, errTold, ""}
	}
	return nil
}

// report tells one sync in words.
func (e *env) report(r content.Report) {
	e.printf("%s: %s, %s%s\n", r.Source, plural(r.Articles, "article"), plural(r.Events, "event"), remarks(r))
	for _, p := range []struct {
		n    int
		what string
	}{
		{r.Released - r.Baseline, "released"}, {r.Baseline, "taken as the baseline"}, {r.Settling, "settling"},
		{r.Edited, "edited"}, {r.Withdrawn, "withdrawn"}, {r.Notices, "noticed"},
	} {
		if p.n > 0 {
			e.printf("  %s %s\n", number(p.n), p.what)
		}
	}
	for _, line := range r.Errors {
		e.printf("  %s\n", line)
	}
}
