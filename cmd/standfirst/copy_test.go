package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/standfirst/standfirst/internal/store"
)

// TestCopyCommand: a publication moves once, whole, and from nowhere else than
// where it is.
func TestCopyCommand(t *testing.T) {
	inFolder(t)
	command(t, exitDone, "editors", "add", "maya@example.com")
	command(t, exitDone, "subscribers", "add", "ada@example.com")
	out, errs := command(t, exitDone, "copy", "sqlite:var/standfirst.db", "sqlite:moved/new.db")
	wants(t, out, "copied and compared", "now set database: sqlite:moved/new.db")
	if errs != "" {
		t.Errorf("progress for nobody: %q", errs)
	}
	conf, err := os.ReadFile("config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("config.yaml", append(conf, "database: sqlite:moved/new.db\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ = command(t, exitDone, "editors")
	wants(t, out, "maya@example.com")
	command(t, exitDone, "subscribers", "show", "ada@example.com")

	_, errs = command(t, exitFailed, "copy", "sqlite:var/standfirst.db", "sqlite:moved/new.db")
	wants(t, errs, "target: is not empty", "hint: copy to a database that was made new for it")
	_, errs = command(t, exitFailed, "copy", "sqlite:var/typo.db", "sqlite:other.db")
	wants(t, errs, "var/typo.db", "hint: FROM is the database that the publication has now")
	if _, err := os.Stat("var/typo.db"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a mistyped source was made")
	}
	for _, args := range [][]string{
		{"copy", "sqlite:moved/new.db"}, {"copy", "moved/new.db", "sqlite:a.db"}, {"copy", "sqlite:moved/new.db", "mysql://localhost/x"},
		{"copy", "sqlite:moved/new.db", "sqlite:moved/new.db"}, {"copy", "sqlite:", "sqlite:a.db"},
	} {
		command(t, exitUsage, args...)
	}
	_, errs = command(t, exitUsage, "copy", "sqlite:moved/new.db", "x://user:secret@host/db")
	if wants(t, errs, "is not a database"); strings.Contains(errs, "secret") {
		t.Errorf("a password is told: %s", errs)
	}

	// Another program, perhaps serve, has it open.
	db, err := store.Open(t.Context(), "sqlite:moved/new.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, errs = command(t, exitFailed, "copy", "sqlite:moved/new.db", "sqlite:other.db")
	wants(t, errs, "is open in another program", "hint: stop standfirst serve")
}

// TestCopyJSON: what a script learns.
func TestCopyJSON(t *testing.T) {
	inFolder(t)
	command(t, exitDone, "editors", "add", "maya@example.com")
	out, _ := command(t, exitDone, "copy", "--json", "sqlite:var/standfirst.db", "sqlite:new.db")
	var got copyReport
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.To != "sqlite:new.db" || got.Tables["editors"] != 1 || got.Tables["wire_head"] != 1 || got.Rows < 3 {
		t.Errorf("%+v", got)
	}
}
