package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/mailer"
)

type dkimCmd struct {
	New  dkimNewCmd  `cmd:"" help:"Make a key and print the DNS record for it."`
	Show dkimShowCmd `cmd:"" help:"Print the DNS record for a key there is."`
}

// dkimName is where receivers look a key up.
type dkimName struct {
	Selector string `default:"s1" help:"Name of the key below the domain; a new key wants a new one."`
	Domain   string `placeholder:"DOMAIN" help:"Domain that letters are signed for, instead of mail.from's."`
}

type dkimNewCmd struct {
	dkimName
	Bits    int    `default:"2048" enum:"2048,3072,4096" help:"Size of an RSA key: ${enum}. Some DNS services take no record for more than 2048."`
	Ed25519 bool   `name:"ed25519" help:"Make an Ed25519 key, for a second signature beside an RSA one; few receivers verify it."`
	Out     string `default:"var/dkim.pem" placeholder:"FILE" help:"Write the key here, if not to var/dkim.pem, readable by nobody else. A file that is there is never overwritten."`
}

func (c *dkimNewCmd) Help() string {
	return `Receivers verify letters with the record; the key stays secret. A key is changed
by making a new one under a new selector, publishing its record, and letting
the old record stand for a week after the last letter signed with its key.

Examples:
  standfirst dkim new
  standfirst dkim new --selector 2027a --out var/dkim-2027a.pem`
}

func (c *dkimNewCmd) Run(e *env) error {
	domain, err := c.domain(e)
	if err != nil {
		return err
	}
	algorithm := mailer.RSA
	if c.Ed25519 {
		algorithm = mailer.Ed25519
	}
	key, err := mailer.NewDKIMKey(algorithm, c.Bits)
	if err != nil {
		return err
	}
	record, err := key.Record(domain, c.Selector)
	if err != nil {
		return usage("", "%v", err)
	}
	text, err := key.PEM()
	if err != nil {
		return err
	}
	if err := keepNew(c.Out, text); err != nil {
		return err
	}
	return e.tellRecord(c.Out, "wrote a key to "+c.Out, record, c.line(e, c.Out))
}

// keepNew writes a secret to a file that is not there yet.
func keepNew(file string, secret []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &coded{exitFailed, fmt.Errorf("%s is there already, and was left as it is", file),
			"standfirst dkim show --key " + file + " prints its record; --out takes another file"}
	}
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	_, err = f.Write(secret)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(file) // half a key is none
		return fmt.Errorf("key file: %w", err)
	}
	return nil
}

type dkimShowCmd struct {
	dkimName
	Key string `default:"var/dkim.pem" placeholder:"FILE" help:"The key, if not var/dkim.pem."`
}

func (c *dkimShowCmd) Run(e *env) error {
	domain, err := c.domain(e)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return &coded{exitFailed, fmt.Errorf("there is no key at %s", c.Key), "standfirst dkim new makes one; --key takes another file"}
	}
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	key, err := mailer.ParseDKIMKey(text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Key, err)
	}
	record, err := key.Record(domain, c.Selector)
	if err != nil {
		return usage("", "%v", err)
	}
	return e.tellRecord(c.Key, "", record, c.line(e, c.Key))
}

// domain is the one named on the command line, or else that of mail.from.
func (c *dkimName) domain(e *env) (string, error) {
	if c.Domain != "" {
		return c.Domain, nil
	}
	conf, err := config.Load(e.config)
	if err != nil {
		return "", err
	}
	from := conf.Mail.From.Email
	return from[strings.LastIndexByte(from, '@')+1:], nil
}

// line is what makes letters signed with a key, below mail in config.yaml;
// empty for a domain that letters are not from.
func (c *dkimName) line(e *env, file string) string {
	if c.Domain != "" {
		return ""
	}
	if near, err := filepath.Rel(filepath.Dir(e.config), file); err == nil {
		file = near
	}
	return fmt.Sprintf("dkim: {selector: %s, key_file: %s}", strings.ToLower(c.Selector), filepath.ToSlash(file))
}

// tellRecord prints a record in the two forms that DNS services ask for, and
// the line of the configuration that belongs to it.
func (e *env) tellRecord(file, done string, r mailer.DKIMRecord, line string) error {
	if e.json {
		return e.answer(map[string]any{
			"file": file, "name": r.Name, "type": "TXT", "value": r.Value, "strings": r.Strings(), "zone": r.Zone(),
		})
	}
	if done != "" {
		e.printf("%s; keep it secret\n\n", done)
	}
	e.printf("The record to publish, as a line of a zone file:\n\n%s\n\n", r.Zone())
	e.printf("The same for a form: a TXT record\n\nname:  %s\nvalue: %s\n", r.Name, r.Value)
	if line != "" {
		e.printf("\nWhen it is there, letters are signed by this line below mail in the configuration;\nstandfirst check compares the two:\n\n  %s\n", line)
	}
	return nil
}
