// Shots writes a letter of every kind that Standfirst sends, with the words of
// examples/lead, and makes the pictures in docs/pictures of them: as they are
// on a telephone, in a mail program and in a wide window, in light and dark.
//
//	go run ./internal/shots -letters /tmp/letters      HTML, text and the whole letter of each
//	go run ./internal/shots -pictures docs/pictures    needs Chromium
//
// The same day is always today for it, so that the same letters and pictures
// come out as long as neither words nor templates change. It sends nothing and
// reads no database.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "shots: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("shots", flag.ContinueOnError)
	paper := flags.String("paper", "examples/lead", "the publication whose words are used")
	letters := flags.String("letters", "", "write NAME.html, NAME.txt and NAME.eml of each letter to this folder")
	pictures := flags.String("pictures", "", "make the pictures in this folder")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *letters == "" && *pictures == "" {
		flags.Usage()
		return errors.New("nothing to do")
	}
	all, err := Letters(ctx, *paper)
	if err != nil {
		return err
	}
	if *letters != "" {
		if err := Write(*letters, all); err != nil {
			return err
		}
	}
	if *pictures != "" {
		return picture(ctx, *pictures, filepath.Join(*paper, "images"), all)
	}
	return nil
}

// Write writes the letters to a folder, which is made if it is not there.
func Write(dir string, letters []Letter) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, l := range letters {
		for ext, body := range map[string][]byte{".html": []byte(l.HTML), ".txt": []byte(l.Text), ".eml": l.Whole} {
			if err := os.WriteFile(filepath.Join(dir, l.Name+ext), body, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
