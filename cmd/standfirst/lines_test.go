package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/internal/config"
)

// A subject or preheader that cannot be written is a mistake in the
// configuration, with its place, and all of them are told.
func TestSubjectsAreReadWithTheConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	text := `publication: {title: X, url: "https://example.com", address: Y}
content:
  - dir: .
newsletters:
  weekly:
    title: Weekly
    schedule: instant
    subject: "{{.Title}}, and more"
    preheader: "{{.Nothing}}"
  daily:
    title: Daily
    schedule: instant
    subject: "{{if}}"
mail: {from: a@example.com}
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	conf, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = newsletters(conf)
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], file+":9:16: template: ") || !strings.HasPrefix(lines[1], file+":13:14: template: ") {
		t.Errorf("%q", lines)
	}
	conf, err = config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	conf.Newsletters[0].Preheader, conf.Newsletters[1].Subject = "{{join .Titles \" · \"}}", ""
	all, err := newsletters(conf)
	if err != nil || all[0].Subject == nil || all[0].Preheader == nil || all[1].Subject != nil {
		t.Errorf("%v: %+v", err, all)
	}
}
