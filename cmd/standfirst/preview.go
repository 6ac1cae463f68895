package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/standfirst/standfirst/content"
	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/templates"
)

type previewCmd struct {
	Newsletter string `arg:"" help:"Which newsletter."`
	Out        string `short:"o" placeholder:"DIR" help:"Write digest.html, digest.txt and digest.eml there."`
	As         string `placeholder:"ADDRESS" help:"As this reader would get it; else as most readers would."`
}

func (c *previewCmd) Help() string {
	return `Without -o the text of the letter is printed.

Examples:
  standfirst preview weekly
  standfirst preview weekly -o /tmp/weekly --as ada@example.com`
}

// previewReport is what preview --json answers.
type previewReport struct {
	Subject string   `json:"subject"`
	HTML    int      `json:"html_bytes"`
	Whole   int      `json:"letter_bytes"`
	Files   []string `json:"files"`
}

func (c *previewCmd) Run(e *env) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	defer a.close()
	if _, err := a.newsletter(c.Newsletter); err != nil {
		return err
	}
	if _, err := a.sync(e.ctx, content.SyncOptions{}); err != nil {
		return err
	}
	m, err := a.preview(e.ctx, c.Newsletter, c.As, c.As != "")
	if errors.Is(err, digest.ErrNothing) {
		return nothing(e)
	}
	if err != nil {
		return err
	}
	raw, err := mailer.Compose(m)
	if err != nil {
		return err
	}
	rep := previewReport{Subject: m.Subject, HTML: len(m.HTML), Whole: len(raw), Files: []string{}}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o755); err != nil {
			return fmt.Errorf("preview: %w", err)
		}
		for _, f := range []struct {
			name string
			body []byte
		}{{"digest.html", []byte(m.HTML)}, {"digest.txt", []byte(m.Text)}, {"digest.eml", raw}} {
			path := filepath.Join(c.Out, f.name)
			if err := os.WriteFile(path, f.body, 0o644); err != nil {
				return fmt.Errorf("preview: %w", err)
			}
			rep.Files = append(rep.Files, path)
		}
	}
	switch {
	case e.json:
		return e.answer(rep)
	case c.Out == "":
		e.printf("Subject: %s\n\n%s", m.Subject, m.Text)
		return nil
	}
	e.printf("%s\nHTML %s of %s, whole letter %s of 100 KB\n", m.Subject, kilobytes(rep.HTML), kilobytes(templates.Budget), kilobytes(rep.Whole))
	for _, f := range rep.Files {
		e.printf("  %s\n", f)
	}
	return nil
}

func kilobytes(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1024) }
