package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/standfirst/standfirst/internal/config"
)

type initCmd struct {
	Dir string `arg:"" help:"A folder; made if it is not there. Files in it are never overwritten."`
}

func (c *initCmd) Help() string {
	return `Example:
  standfirst init my-publication
  cd my-publication && standfirst serve`
}

// firstArticle is what init leaves to be replaced.
const firstArticle = `---
title: Hello, readers
date: %s
authors: [You]
topics: [News]
standfirst: The first article of this publication. Replace it with your own.
---

This file is an article. Change it, or put another one beside it: a running
` + "`standfirst serve`" + ` sees it within seconds, and publishes it when it has been
left alone for two minutes.

What stands between the dashes above is the front matter. Only title and date are
needed; ` + "`draft: true`" + ` keeps an article back, and a date in the future publishes it
on that day.
`

func (c *initCmd) Run(e *env) error {
	path := filepath.Join(c.Dir, "config.yaml")
	article := filepath.Join(c.Dir, "content", "articles", "hello.md")
	if err := os.MkdirAll(filepath.Dir(article), 0o755); err != nil {
		return err
	}
	if err := writeNew(path, []byte(config.Sample)); err != nil {
		return err
	}
	if err := writeNew(article, fmt.Appendf(nil, firstArticle, time.Now().Format(time.DateOnly))); err != nil {
		return err
	}
	if e.json {
		return e.answer(map[string][]string{"files": {path, article}})
	}
	e.printf("wrote %s\nwrote %s\n\nnext:  cd %s && standfirst check && standfirst serve\n", path, article, c.Dir)
	return nil
}
