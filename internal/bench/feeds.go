package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// feeds is the scenario without letters: how fast feeds are served, beside
// nginx with the same bytes, and made, beside gorilla/feeds.
const feeds = "feeds"

// feedPath is the feed that is served: about 200 KB.
const feedPath = "/feed.rss"

// Of each round, how many times each server is asked for each answer, and how
// long. They take turns, because the machine is not the same from one second to
// the next.
const (
	shortRuns = 3
	shortRun  = time.Second
)

// A Stall is a publication whose feeds are served and nothing else.
type Stall struct {
	Dir     string
	Program string // standfirst
}

// prepare writes the publication and lets the program read it.
func (s *Stall) prepare(ctx context.Context) error {
	if err := (&Paper{Dir: s.Dir}).write(time.Now()); err != nil {
		return fmt.Errorf("publication: %w", err)
	}
	text := fmt.Sprintf(heading+`newsletters:
  weekly: {title: The Weekly, schedule: "0 8 * * TUE", timezone: Europe/London}
feeds: {items: %d, repeats: 0}
mail: {from: news@lead.example.com, transport: mailbox}
database: sqlite:var/standfirst.db
`, topics*perTopic)
	if err := os.WriteFile(filepath.Join(s.Dir, "config.yaml"), []byte(text), 0o644); err != nil {
		return err
	}
	_, _, err := measured(ctx, s.Dir, s.Program, "sync")
	return err
}

// measureFeeds serves and makes feeds. What is not installed is told, and left
// out.
func (b *Bench) measureFeeds(ctx context.Context, dir string) (rows []*Row, missing error, err error) {
	served, missing, err := b.served(ctx, dir)
	if err != nil {
		return nil, nil, fmt.Errorf("feeds: %w", err)
	}
	rows, err = made(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("feeds: %w", err)
	}
	return append(served, rows...), missing, nil
}

// served asks the program and nginx in turn, as long as the rounds say.
func (b *Bench) served(ctx context.Context, dir string) (rows []*Row, missing error, err error) {
	nginx, err1 := found("nginx", "nginx-light")
	wrk, err2 := found("wrk", "wrk")
	if missing := errors.Join(err1, err2); missing != nil {
		return nil, missing, nil
	}
	stall := &Stall{Dir: dir, Program: b.Program}
	if err := stall.prepare(ctx); err != nil {
		return nil, nil, err
	}
	ours, err := stall.serve(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer ours.stop()
	like, err := ours.fetch(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	theirs, err := serveLike(ctx, nginx, filepath.Join(dir, "nginx"), like)
	if err != nil {
		return nil, nil, err
	}
	defer theirs.stop()
	rows, err = race(ctx, wrk, ours, theirs, b.Rounds*shortRuns, shortRun)
	return rows, nil, err
}

// race has two servers answer in turn, and compares their medians.
func race(ctx context.Context, wrk string, ours, theirs *server, runs int, each time.Duration) ([]*Row, error) {
	full, err := same(ctx, ours, theirs)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("%.0f KB, ", float64(full)/1000)
	changed := &Row{What: what + "200 compressed", Unit: "/s", Beside: "nginx", Goal: 0.6}
	unchanged := &Row{What: what + "304", Unit: "/s", Beside: "nginx", Goal: 0.5}
	for n := range runs {
		for _, row := range []*Row{changed, unchanged} {
			for _, s := range []*server{ours, theirs} {
				tag := ""
				if row == unchanged {
					tag = s.tag
				}
				rate, err := load(ctx, wrk, s.url, tag, each)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", s.name, err)
				}
				if s == ours {
					row.Ours = append(row.Ours, rate)
				} else {
					row.Theirs = append(row.Theirs, rate)
				}
			}
			say("run %d of %d: feeds, %s: %.0f a second, nginx %.0f", n+1, runs, row.What, row.Ours[n], row.Theirs[n])
		}
	}
	return []*Row{unchanged, changed}, nil
}

// found looks for a program, also where users' PATH does not.
func found(name, from string) (string, error) {
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: apt-get install %s", name, from)
}
