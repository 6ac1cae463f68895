package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/subscribers"
)

// answer writes v as JSON.
func (e *env) answer(v any) error {
	out := json.NewEncoder(e.stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

func (e *env) printf(format string, args ...any) { fmt.Fprintf(e.stdout, format, args...) }

// table returns a writer that aligns columns parted by tabs; flush it.
func (e *env) table() *tabwriter.Writer { return tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0) }

// terminal reports whether w is a person's screen or keyboard. Under cron it is
// the null device, which is a character device as well.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// confirm asks a person; without one at the terminal it is an error that names
// the flag instead.
func (e *env) confirm(question string) error {
	if !terminal(e.stdin) {
		return usage("--yes answers for you", "nobody is at the terminal to answer: %s", question)
	}
	fmt.Fprintf(e.stderr, "%s [y/N] ", question)
	var reply string
	fmt.Fscanln(e.stdin, &reply)
	if r := strings.ToLower(reply); r != "y" && r != "yes" {
		return &coded{exitFailed, errors.New("nothing was done"), ""}
	}
	return nil
}

// plural writes "1 article", "2 articles".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if strings.HasSuffix(one, "s") {
		return number(n) + " " + one + "es"
	}
	return number(n) + " " + one + "s"
}

// number writes 12408 as 12,408.
func number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// version comes from the build: a tag, or the commit it was made from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v += " " + s.Value[:12]
			}
		}
	}
	return v
}

// hintFor knows a way out of some errors.
func hintFor(err error) string {
	var held *digest.HeldError
	switch {
	case errors.As(err, &held) && held.State == digest.InReview:
		return fmt.Sprintf("standfirst editions approve %s sends it; standfirst editions cancel %s lets it go", held.Edition, held.Edition)
	case errors.As(err, &held):
		return fmt.Sprintf("standfirst editions resume %s goes on with it; standfirst editions cancel %s lets it go", held.Edition, held.Edition)
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program listens there, perhaps another standfirst serve; --listen takes another address"
	case store.NoRoom(err):
		return "the disk that the database is on is full, or broken"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there: the server is not running, or host and port in the configuration are not its own"
	case errors.Is(err, fs.ErrPermission):
		return "the user who runs standfirst may not read or write there"
	case errors.Is(err, subscribers.ErrNotFound):
		return "standfirst subscribers export lists all addresses"
	}
	return ""
}

// inOneLine is for logs: an error of several lines is one, and says nothing
// twice. PostgreSQL's driver tells each of its ways to connect so.
func inOneLine(_ []string, attr slog.Attr) slog.Attr {
	if err, ok := attr.Value.Any().(error); ok && attr.Key == "err" {
		return slog.String(attr.Key, strings.Join(lines(err), " "))
	}
	return attr
}

// lines are the different lines of an error.
func lines(err error) (told []string) {
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(told, line) {
			told = append(told, line)
		}
	}
	return told
}

// silent is a log that nobody reads.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
