package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/templates"
)

type templatesCmd struct {
	List  templatesListCmd  `cmd:"" default:"1" help:"All templates, and which of them are yours."`
	Eject templatesEjectCmd `cmd:"" help:"Write a built-in template into your folder, to change it there."`
}

func (c *templatesCmd) Help() string {
	return `A file in your folder (theme.templates in config.yaml) wins over the built-in one
of the same name; the others stay ours. standfirst check renders all of them.

Examples:
  standfirst templates
  standfirst templates eject mail/footer.gohtml`
}

type templatesListCmd struct{}

func (c *templatesListCmd) Run(e *env) error {
	conf, err := config.Load(e.config)
	if err != nil {
		return err
	}
	type named struct {
		Name string `json:"name"`
		Own  bool   `json:"own"`
	}
	var all []named
	for _, name := range templates.Names() {
		n := named{Name: name}
		if dir := conf.Theme.Templates; dir != "" {
			_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
			n.Own = err == nil
		}
		all = append(all, n)
	}
	if e.json {
		return e.answer(all)
	}
	for _, n := range all {
		mark := ""
		if n.Own {
			mark = "   yours"
		}
		e.printf("%s%s\n", n.Name, mark)
	}
	return nil
}

type templatesEjectCmd struct {
	Name string `arg:"" help:"The template, like mail/footer.gohtml."`
}

func (c *templatesEjectCmd) Run(e *env) error {
	conf, err := config.Load(e.config)
	if err != nil {
		return err
	}
	dir := conf.Theme.Templates
	if dir == "" {
		return usage("theme: {templates: my-templates}", "config.yaml names no folder for your templates")
	}
	if !slices.Contains(templates.Names(), c.Name) {
		return usage("standfirst templates lists them", "there is no template %q", c.Name)
	}
	source, err := templates.Source(c.Name)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, filepath.FromSlash(c.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := writeNew(path, source); err != nil {
		return err
	}
	e.printf("%s\n", path)
	return nil
}

// writeNew writes a file that is not there yet.
func writeNew(path string, body []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &coded{exitFailed, fmt.Errorf("%s is there already, and stays as it is", path), ""}
	}
	if err != nil {
		return err
	}
	if _, err := f.Write(body); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
