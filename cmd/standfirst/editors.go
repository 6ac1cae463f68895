package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
)

type editorsCmd struct {
	List   editorsListCmd   `cmd:"" default:"withargs" help:"Everybody who may use the desk."`
	Add    editorsAddCmd    `cmd:"" help:"Let somebody use the desk."`
	Link   editorsLinkCmd   `cmd:"" help:"Print or mail a sign-in link that works once, for half an hour."`
	Role   editorsRoleCmd   `cmd:"" help:"Give somebody another role."`
	Remove editorsRemoveCmd `cmd:"" help:"Let somebody use the desk no more, and sign them out everywhere."`
}

func (c *editorsCmd) Help() string {
	return `Editors sign in with a link, which whoever runs this server hands them or has
mailed, or with a password, which they choose at the desk. Those whom the
configuration names, under editors, have their role from there.

Examples:
  standfirst editors add maya@example.com --name "Maya Okafor"
  standfirst editors role tunde@example.com viewer
  standfirst editors link maya@example.com
  standfirst editors link maya@example.com --mail
  standfirst editors remove maya@example.com`
}

// editorReport is an editor in JSON.
type editorReport struct {
	Email    string       `json:"email"`
	Name     string       `json:"name"`
	Role     editors.Role `json:"role"`
	Added    time.Time    `json:"added"`
	LastSeen *time.Time   `json:"last_seen"` // null: never signed in

	Password   bool `json:"has_password"`
	Configured bool `json:"configured"`
}

func editorOf(e editors.Editor) editorReport {
	r := editorReport{Email: e.Email, Name: e.Name, Role: e.Role, Added: e.Added, Password: e.HasPassword, Configured: e.Configured}
	if !e.LastSeen.IsZero() {
		r.LastSeen = &e.LastSeen
	}
	return r
}

type editorsListCmd struct{}

func (c *editorsListCmd) Run(e *env) error {
	a, err := e.openDesk()
	if err != nil {
		return err
	}
	defer a.close()
	all, err := a.db.Editors(e.ctx)
	if err != nil {
		return err
	}
	if e.json {
		reports := make([]editorReport, 0, len(all))
		for _, ed := range all {
			reports = append(reports, editorOf(ed))
		}
		return e.answer(reports)
	}
	if len(all) == 0 {
		e.printf("there are no editors; standfirst editors add EMAIL adds one\n")
		return nil
	}
	out := e.table()
	fmt.Fprintln(out, "EMAIL\tNAME\tROLE\tADDED\tLAST SEEN")
	for _, ed := range all {
		seen := "never"
		if !ed.LastSeen.IsZero() {
			seen = ed.LastSeen.In(a.conf.Publication.Zone).Format("2006-01-02 15:04")
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", ed.Email, ed.Name, ed.Role, ed.Added.In(a.conf.Publication.Zone).Format(time.DateOnly), seen)
	}
	return out.Flush()
}

type editorsAddCmd struct {
	Email string `arg:"" help:"Address of the editor."`
	Name  string `help:"Name, as others at the desk see it."`
	Role  string `placeholder:"ROLE" help:"owner, editor or viewer. The first is the owner, the others are editors, if this says nothing."`
	Mail  bool   `help:"Mail a sign-in link to the editor."`
}

func (c *editorsAddCmd) Run(e *env) error {
	fresh := editors.Editor{Email: c.Email, Name: c.Name}
	if c.Role != "" {
		var err error
		if fresh.Role, err = editors.ParseRole(c.Role); err != nil {
			return usage("", "--role: %v", err)
		}
	}
	if _, err := editors.ParseEmail(c.Email); err != nil {
		return usage("", "%s: %v", c.Email, err)
	}
	a, err := e.openDesk()
	if err != nil {
		return err
	}
	defer a.close()
	now := time.Now()
	ed, err := a.door().Add(e.ctx, fresh, now)
	if err != nil {
		return editorHint(err)
	}
	if err := a.logEditor(e, "editor added", ed.Email, "as "+string(ed.Role)); err != nil {
		return err
	}
	if c.Mail {
		if !e.json {
			e.printf("%s may use the desk as %s\n", ed.Email, ed.Role)
		}
		return a.mailLink(e, ed.Email)
	}
	if e.json {
		return e.answer(editorOf(*ed))
	}
	e.printf("%s may use the desk as %s; %s editors link %s%s prints a sign-in link\n", ed.Email, ed.Role, self(), ed.Email, e.flag())
	return nil
}

type editorsLinkCmd struct {
	Email string `arg:"" help:"Address of the editor."`
	Mail  bool   `help:"Mail the link to the editor, instead of printing it."`
}

func (c *editorsLinkCmd) Run(e *env) error {
	a, err := e.openDesk()
	if err != nil {
		return err
	}
	defer a.close()
	if c.Mail {
		return a.mailLink(e, c.Email)
	}
	token, until, err := a.door().Link(e.ctx, c.Email, time.Now())
	if err != nil {
		return editorHint(err)
	}
	if err := a.logEditor(e, "sign-in link made", c.Email, ""); err != nil {
		return err
	}
	link := a.signInURL(token)
	if e.json {
		return e.answer(map[string]any{"email": c.Email, "url": link, "until": until})
	}
	e.printf("%s\n", link)
	fmt.Fprintf(e.stderr, "works once, until %s\n", until.In(a.conf.Publication.Zone).Format("15:04 MST"))
	return nil
}

type editorsRoleCmd struct {
	Email string `arg:"" help:"Address of the editor."`
	Role  string `arg:"" help:"owner, editor or viewer."`
}

func (c *editorsRoleCmd) Run(e *env) error {
	role, err := editors.ParseRole(c.Role)
	if err != nil {
		return usage("", "%v", err)
	}
	email, err := editors.ParseEmail(c.Email)
	if err != nil {
		return usage("", "%s: %v", c.Email, err)
	}
	a, err := e.openDesk()
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.door().SetRole(e.ctx, email, role); err != nil {
		return editorHint(err)
	}
	if err := a.logEditor(e, "role changed", email, "to "+string(role)); err != nil {
		return err
	}
	if e.json {
		return e.answer(map[string]any{"email": email, "role": role})
	}
	e.printf("%s may use the desk as %s\n", email, role)
	return nil
}

type editorsRemoveCmd struct {
	Email string `arg:"" help:"Address of the editor."`
}

func (c *editorsRemoveCmd) Run(e *env) error {
	a, err := e.openDesk()
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.door().Remove(e.ctx, c.Email); err != nil {
		return editorHint(err)
	}
	if err := a.logEditor(e, "editor removed", c.Email, ""); err != nil {
		return err
	}
	left, err := a.tokensOf(e.ctx, c.Email)
	if err != nil {
		return err
	}
	if e.json {
		return e.answer(map[string]any{"removed": c.Email, "tokens": left})
	}
	e.printf("%s may use the desk no more\n", c.Email)
	if len(left) > 0 {
		e.printf("tokens they made still let programs in, until an owner revokes them at /desk/tokens: %s\n", strings.Join(left, ", "))
	}
	return nil
}

// tokensOf names the tokens that an editor has made. They are programs' and stay
// when their maker goes, who may have kept a copy.
func (a *app) tokensOf(ctx context.Context, email string) ([]string, error) {
	all, err := a.db.APITokens(ctx)
	names := []string{}
	for _, t := range all {
		if strings.EqualFold(t.By, strings.TrimSpace(email)) {
			names = append(names, t.Name)
		}
	}
	return names, err
}

// openDesk is open, with the editors whom the configuration names.
func (e *env) openDesk() (*app, error) {
	a, err := e.open()
	if err != nil {
		return nil, err
	}
	if err := a.staff(e.ctx, time.Now()); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// logEditor writes down who may do what since when.
func (a *app) logEditor(e *env, what, email, detail string) error {
	email, err := editors.ParseEmail(email)
	if err != nil {
		return err
	}
	return a.did(e.ctx, what, email, detail)
}

// editorHint adds a way out to the errors that have one.
func editorHint(err error) error {
	hint := ""
	switch {
	case errors.Is(err, editors.ErrNotFound):
		hint = "standfirst editors lists them; standfirst editors add EMAIL adds one"
	case errors.Is(err, editors.ErrExists):
		hint = "standfirst editors link EMAIL prints a sign-in link"
	case errors.Is(err, editors.ErrLastOwner):
		hint = "standfirst editors add EMAIL --role owner adds another owner first"
	case errors.Is(err, editors.ErrConfigured):
		hint = "change it there, under editors"
	}
	return &coded{exitFailed, err, hint}
}
