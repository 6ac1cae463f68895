package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

type templatesCmd struct {
	List  templatesListCmd  `cmd:"" default:"1" help:"All templates, and which of them are yours."`
	Eject templatesEjectCmd `cmd:"" help:"Write a built-in template into your folder, to change it there."`
}

func (c *templatesCmd) Help() string {
	return `A file in your folder (theme.templates in config.yaml) wins over the built-in one
of the same name; the others stay ours. standfirst check renders all of them.

Message files (messages/fr.yaml) win message by message: keep in yours only what
you change. A file of another language adds it, to every page and letter; ejected,
it begins as a copy of the English one. They may have a folder of their own
(theme.messages).

Examples:
  standfirst templates
  standfirst templates eject mail/footer.gohtml
  standfirst templates eject messages/nl.yaml`
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
	own, err := ownMessages(conf.Theme)
	if err != nil {
		return err
	}
	files := slices.Concat(i18n.Names(), own)
	slices.Sort(files)
	for _, name := range slices.Compact(files) {
		all = append(all, named{Name: messagesFolder + "/" + name, Own: slices.Contains(own, name)})
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
	path, source, err := c.find(conf.Theme)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := writeNew(path, source); err != nil {
		return err
	}
	e.printf("%s\n", path)
	return nil
}

// find returns where a file is to be written, and what stands in it.
func (c *templatesEjectCmd) find(theme config.Theme) (path string, source []byte, err error) {
	language, messages := strings.CutPrefix(c.Name, messagesFolder+"/")
	folders := messageFolders(theme)
	switch {
	case messages && len(folders) > 0:
		if source, err = messageFile(language); err != nil {
			return "", nil, err
		}
		return filepath.Join(folders[len(folders)-1], language), source, nil
	case theme.Templates == "":
		return "", nil, usage("theme: {templates: my-templates}", "config.yaml names no folder for your templates")
	case !slices.Contains(templates.Names(), c.Name):
		return "", nil, usage("standfirst templates lists them", "there is no template %q", c.Name)
	}
	source, err = templates.Source(c.Name)
	return filepath.Join(theme.Templates, filepath.FromSlash(c.Name)), source, err
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
